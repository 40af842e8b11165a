//! What is printed together, so that a report can be read.

use std::collections::BTreeSet;

use super::super::Drift;
use super::super::explain::Entry;
use super::super::finding::{Direction, Kind, Subject};

/// How many operations are named before they are counted.
const MAX_NAMED: usize = 3;

/// A heading of the report and the first bullet below it, in the order in which they are printed.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group<'a> {
    OnlyThere,
    OnlyHere,
    Nothing,
    Operation(&'a str),
    Parameters,
    /// A schema, and in how many operations it is used.
    Schema(&'a str, Direction, usize),
}

/// One bullet: differences of one sort, in one object, for the same operations.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    home: String,
    text: &'static str,
    operations: String,
}

impl Group<'_> {
    pub(super) fn title(&self) -> &'static str {
        match self {
            Self::OnlyThere => "Operations only there",
            Self::OnlyHere => "Operations only here",
            Self::Nothing => "Answers of which nothing is published",
            Self::Operation(_) => "Single operations",
            Self::Parameters => "Parameters of several operations",
            Self::Schema(..) => "Schemas of several operations",
        }
    }

    pub(super) fn name(&self) -> Option<String> {
        match self {
            Self::OnlyThere | Self::OnlyHere | Self::Nothing | Self::Parameters => None,
            Self::Operation(name) => Some(format!("`{name}`")),
            Self::Schema(name, Direction::Request, count) => Some(format!("`{name}`, in {count} requests")),
            Self::Schema(name, Direction::Answer, count) => Some(format!("`{name}`, in {count} answers")),
        }
    }
}

impl Item {
    /// The bullet, with the fields that differ in this way.
    pub(super) fn with(&self, members: &[String]) -> String {
        let Self { home, text, operations } = self;
        let said = [home.as_str(), text].into_iter().filter(|part| !part.is_empty());
        let said = said.collect::<Vec<_>>().join(", ");
        let members = members.iter().filter(|member| !member.is_empty()).map(String::as_str).collect::<Vec<_>>();
        let members = match members[..] {
            [first, _, .., last] if members.len() > MAX_NAMED && text.is_empty() => {
                format!("{} operations, from {first} to {last}", members.len())
            }
            _ => members.join(", "),
        };
        let colon = if said.is_empty() || members.is_empty() { "" } else { ": " };
        let operations = if operations.is_empty() { String::new() } else { format!(" ({operations})") };
        format!("{said}{operations}{colon}{members}")
    }
}

/// The group of an entry, its bullet, and what it adds to that.
pub(super) fn place<'a>(
    drift: &Drift<'a>,
    entry: &Entry<'a>,
    operations: &BTreeSet<&'a str>,
) -> (Group<'a>, Item, String) {
    let Entry { subject, kind, text, detail, line, .. } = entry;
    let shared = &drift.explained.operations[subject];
    let (home, field) = split(&entry.place);
    let bullet = |home: String, operations: String| Item { home, text, operations };
    let (group, item, name) = match *subject {
        Subject::Operation(name) if matches!(kind, Kind::OnlyThere | Kind::OnlyHere) => {
            let group = if *kind == Kind::OnlyThere { Group::OnlyThere } else { Group::OnlyHere };
            (group, bullet(format!("`{name}`"), String::new()), "")
        }
        Subject::Operation(name) if line.is_some_and(|line| drift.explains_area(line)) => {
            // All operations of an area: too many to name, and explained by one line.
            let home = format!("{text}, {detail} here");
            return (Group::Nothing, Item { home, text: "", operations: String::new() }, format!("`{name}`"));
        }
        Subject::Operation(name) => (Group::Operation(name), bullet(home.to_owned(), String::new()), field),
        Subject::Parameter(name) => {
            if let Some(operation) = one(shared) {
                (Group::Operation(operation), bullet("parameter".to_owned(), String::new()), name)
            } else {
                let home = format!("`{name}`, in {} operations", shared.len());
                (Group::Parameters, bullet(home, concerned(operations, shared)), field)
            }
        }
        Subject::Schema(name, direction) => {
            let full = if home.is_empty() { format!("`{name}`") } else { format!("`{name}.{home}`") };
            match (one(shared), direction) {
                (None, _) => {
                    let home = if home.is_empty() { String::new() } else { format!("`{home}`") };
                    let group = Group::Schema(name, direction, shared.len());
                    (group, bullet(home, concerned(operations, shared)), field)
                }
                (Some(operation), Direction::Request) => {
                    (Group::Operation(operation), bullet(format!("body {full}"), String::new()), field)
                }
                (Some(operation), Direction::Answer) => {
                    (Group::Operation(operation), bullet(format!("answer {full}"), String::new()), field)
                }
            }
        }
    };
    let member = match (name, detail.as_str()) {
        ("", detail) => detail.to_owned(),
        (name, "") => format!("`{name}`"),
        (name, detail) => format!("`{name}` ({detail})"),
    };
    (group, item, member)
}

/// Where a field stands, and its name: `a[].b` as `a[]` and `b`, `query c` as `query` and `c`.
fn split(place: &str) -> (&str, &str) {
    if place == "body" || place == "answer" {
        return (place, "");
    }
    // The values of a map have no name to stand alone.
    let mut ends = place.match_indices(['.', ' ']).map(|(end, _)| end).filter(|end| !place[end + 1..].starts_with('*'));
    ends.next_back().map_or(("", place), |end| (&place[..end], &place[end + 1..]))
}

fn one<'a>(operations: &BTreeSet<&'a str>) -> Option<&'a str> {
    operations.first().copied().filter(|_| operations.len() == 1)
}

/// The operations that an entry concerns, of those that have its subject.
fn concerned(operations: &BTreeSet<&str>, shared: &BTreeSet<&str>) -> String {
    let named: Vec<String> = operations.iter().take(MAX_NAMED).map(|name| format!("`{name}`")).collect();
    match operations.len() {
        all if all == shared.len() => String::new(),
        few if few <= MAX_NAMED => named.join(", "),
        many => format!("{many} of {} operations, first {}", shared.len(), named[0]),
    }
}
