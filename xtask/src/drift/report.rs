//! The comparison as Markdown.

mod group;

use std::collections::{BTreeMap, BTreeSet};

use group::{Group, Item};

use super::Drift;
use super::explain::Entry;
use super::finding::Kind;

/// Entries, each with the operations that it concerns.
type Entries<'d, 'a> = Vec<(&'d Entry<'a>, &'d BTreeSet<&'a str>)>;

/// Bullets below the line that explains them, and what each bullet lists.
type Lines<'a> = BTreeMap<Option<&'a str>, BTreeMap<Item, Vec<String>>>;

/// The whole report; it ends with a line break.
pub(super) fn markdown(drift: &Drift<'_>) -> String {
    let all = drift.explained.entries.iter();
    let (open, explained): (Entries<'_, '_>, Entries<'_, '_>) = all.partition(|(entry, _)| entry.line.is_none());
    let mut out = format!("# Drift of {}\n\n", drift.platform);
    out += &format!("There: {} published operations. Here: {} of ours.\n\n", drift.published, drift.described);
    out += &counts(&open, &explained, drift.stale.len());
    for (title, entries) in [("Unexplained", &open), ("Explained", &explained)] {
        if !entries.is_empty() {
            out += &format!("\n## {title}\n{}", section(drift, entries));
        }
    }
    if !drift.stale.is_empty() {
        out += "\n## Stale\n\nThese lines of ours explain nothing.\n\n";
        for (place, line) in &drift.stale {
            out += &format!("- {}:{}: {line}\n", place.file, place.line);
        }
    }
    out
}

fn counts(open: &Entries<'_, '_>, explained: &Entries<'_, '_>, stale: usize) -> String {
    let kinds = [Kind::OnlyThere, Kind::OnlyHere, Kind::Parameter, Kind::Request, Kind::Answer, Kind::Words];
    let mut table = "| | unexplained | explained |\n|---|---:|---:|\n".to_owned();
    for kind in kinds {
        let count = |entries: &Entries<'_, '_>| entries.iter().filter(|(entry, _)| entry.kind == kind).count();
        table += &format!("| {kind} | {} | {} |\n", count(open), count(explained));
    }
    table + &format!("| All | {} | {} |\n\nStale explanations: {stale}.\n", open.len(), explained.len())
}

/// The entries by what they are about, then by the line that explains them.
fn section<'a>(drift: &Drift<'a>, entries: &Entries<'_, 'a>) -> String {
    let mut groups: BTreeMap<Group<'_>, Lines<'_>> = BTreeMap::new();
    for (entry, operations) in entries {
        let (group, item, member) = group::place(drift, entry, operations);
        groups.entry(group).or_default().entry(entry.line).or_default().entry(item).or_default().push(member);
    }
    let (mut out, mut title) = (String::new(), "");
    for (group, lines) in groups {
        if group.title() != title {
            title = group.title();
            out += &format!("\n### {title}\n\n");
        }
        let mut depth = 0;
        let mut bullet = |depth: usize, text: &str| out += &format!("{}- {text}\n", "  ".repeat(depth));
        if let Some(name) = group.name() {
            bullet(depth, &name);
            depth += 1;
        }
        for (line, items) in lines {
            if let Some(line) = line {
                bullet(depth, line);
            }
            for (item, members) in items {
                bullet(depth + usize::from(line.is_some()), &item.with(&members));
            }
        }
    }
    out
}
