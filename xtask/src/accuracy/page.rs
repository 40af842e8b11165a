//! The page as Markdown.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use heck::ToTitleCase as _;

use super::{Area, Platform};

/// The kinds of evidence, the best first.
const EVIDENCE: [&str; 4] = ["observed", "source", "request", "declared"];

/// How many corrections a platform's list names.
const MAX_NAMED: usize = 15;

const HEAD: &str = "\
# How we know

`cargo xtask accuracy` writes this page from the documents beside it; nobody edits it.

An operation is **observed** if a live server answered as its document says, comes from **source** if the code of the server or of an official client says so, is a known **request** if an official client sends it but reads nothing of the answer, and is **declared** if only the published document does.
A **correction** is a place where our document contradicts the published one on purpose, with a line that says what the server does.
What is **left out** is published, and has a line that says why it is not here.

";

/// The whole page.
pub(super) fn markdown(platforms: &[Platform<'_>]) -> String {
    let mut page = HEAD.to_owned();
    page += "| Platform | Operations | Observed | Source | Request | Declared | Corrections | Left out |\n";
    page += "|---|---:|---:|---:|---:|---:|---:|---:|\n";
    for platform in platforms {
        let counts = counts(&platform.areas.iter().collect::<Vec<_>>());
        page += &format!("| {} | {counts} | {} |\n", title(platform), platform.left_out.len());
    }
    for platform in platforms {
        page += &section(platform);
    }
    page
}

fn title(platform: &Platform<'_>) -> String {
    platform.name.to_title_case()
}

fn section(platform: &Platform<'_>) -> String {
    let mut section = format!("\n## {}\n\n", title(platform));
    for (kind, said) in [("observed", "Observed with"), ("source", "Read in"), ("request", "Sent by")] {
        let witnesses = platform.witnesses.get(kind).into_iter().flatten();
        let witnesses: Vec<&str> = witnesses.copied().filter(|witness| !witness.is_empty()).collect();
        if !witnesses.is_empty() {
            section += &format!("{said}: {}.\n", witnesses.join(", "));
        }
    }
    section += "\n| Area | Operations | Observed | Source | Request | Declared | Corrections |\n";
    section += "|---|---:|---:|---:|---:|---:|---:|\n";
    for area in &platform.areas {
        let operations: usize = area.evidence.values().sum();
        if operations + area.corrections > 0 {
            section += &format!("| {} | {} |\n", area.name, counts(&[area]));
        }
    }
    section + &corrections(platform) + &left_out(platform)
}

/// The cells from operations to corrections.
fn counts(areas: &[&Area<'_>]) -> String {
    let by = |kind| areas.iter().filter_map(|area| area.evidence.get(kind)).sum::<usize>();
    let evidence = EVIDENCE.map(by);
    let operations: usize = evidence.iter().sum();
    let corrections: usize = areas.iter().map(|area| area.corrections).sum();
    let [observed, source, request, declared] = evidence;
    format!("{operations} | {observed} | {source} | {request} | {declared} | {corrections}")
}

/// The corrections that stand in more than one place, the most frequent first.
fn corrections(platform: &Platform<'_>) -> String {
    let mut frequent: Vec<(&str, usize)> = platform.corrections.iter().map(|(line, count)| (*line, *count)).collect();
    frequent.retain(|(_, count)| *count > 1);
    frequent.sort_by_key(|(line, count)| (Reverse(*count), *line));
    if frequent.is_empty() {
        return String::new();
    }
    let mut list = "\nWhat is corrected most often, and in how many places:\n\n".to_owned();
    for (line, count) in frequent.into_iter().take(MAX_NAMED) {
        list += &format!("- {line} ({count})\n");
    }
    list
}

/// The operations that are left out, by the reason.
fn left_out(platform: &Platform<'_>) -> String {
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (operation, reason) in platform.left_out {
        by_reason.entry(reason.trim()).or_default().push(format!("`{operation}`"));
    }
    if by_reason.is_empty() {
        return String::new();
    }
    let mut list = "\nLeft out:\n\n".to_owned();
    for (reason, operations) in by_reason {
        list += &format!("- {reason}\n  {}\n", operations.join(", "));
    }
    list
}
