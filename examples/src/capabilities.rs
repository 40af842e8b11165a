//! The table of what each platform can do, by kind of target, made from the capabilities of the adapters.

use anydeploy::{Ability, Action, Capabilities, Platform, RequestOption, Result, TargetKind};
use serde_json::Value;

use crate::PLATFORMS;

/// Between these two lines a document holds the table.
const BEGIN: &str =
    "<!-- The capability table begins here: `cargo run --example capabilities -- --write README.md`. -->\n";
const END: &str = "<!-- The capability table ends here. -->\n";

/// What a kind of target of one platform can do.
struct Row {
    platform: Platform,
    kind: TargetKind,
    capabilities: Capabilities,
}

/// What a column is about; going back is an action and an ability under one word, and has one column.
#[derive(Clone, Copy)]
enum Column {
    Action(Action),
    Ability(Ability),
}

/// The table in Markdown; a column that no platform has anything in is left out.
///
/// # Errors
/// Those of building an adapter.
pub fn table() -> Result<String> {
    let rows = rows()?;
    let columns: Vec<_> = columns().filter(|column| rows.iter().any(|row| column.cell(row).is_some())).collect();
    let names = columns.iter().map(|column| format!("`{}`", column.word()));
    let mut lines = vec![line(["platform".to_owned(), "target".to_owned()].into_iter().chain(names))];
    lines.push(line((0..columns.len() + 2).map(|_| "---".to_owned())));
    lines.extend(rows.iter().map(|row| {
        let cells = columns.iter().map(|column| column.cell(row).unwrap_or_else(|| "–".to_owned()));
        line([row.platform.to_string(), format!("`{}`", row.kind.as_str())].into_iter().chain(cells))
    }));
    Ok(lines.concat())
}

/// A document with this table in the place of the one that it holds; `None` if it has no place for one.
#[must_use]
pub fn with_table(document: &str, table: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some([before, BEGIN, table, END, after].concat())
}

/// The kinds of target of every platform, in the order in which the adapters name them.
fn rows() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for entry in PLATFORMS {
        let capabilities = (entry.offline)()?.capabilities();
        rows.extend(capabilities.target_kinds().map(|kind| Row {
            platform: entry.platform(),
            kind: kind.clone(),
            capabilities: capabilities.clone(),
        }));
    }
    Ok(rows)
}

fn columns() -> impl Iterator<Item = Column> {
    let is_action = |ability: &&Ability| Action::ALL.iter().any(|action| action.as_str() == ability.as_str());
    let abilities = Ability::ALL.iter().filter(move |ability| !is_action(ability));
    Action::ALL.iter().map(|action| Column::Action(*action)).chain(abilities.map(|ability| Column::Ability(*ability)))
}

impl Column {
    const fn word(self) -> &'static str {
        match self {
            Self::Action(action) => action.as_str(),
            Self::Ability(ability) => ability.as_str(),
        }
    }

    /// Whether a row has it, and the options that a request for it may set.
    fn cell(self, row: &Row) -> Option<String> {
        let (kind, capabilities) = (&row.kind, &row.capabilities);
        let options = match self {
            Self::Ability(ability) => return capabilities.can(kind, ability).then(|| "yes".to_owned()),
            Self::Action(action) if !capabilities.acts(kind, action) => return None,
            Self::Action(action) => {
                let all = RequestOption::ALL.iter().filter(|option| capabilities.takes_with(kind, action, **option));
                all.map(|option| format!("`{}`", word(*option))).collect::<Vec<_>>()
            }
        };
        Some(if options.is_empty() { "yes".to_owned() } else { format!("yes: {}", options.join(" ")) })
    }
}

/// The word of an option in the JSON form of capabilities.
fn word(option: RequestOption) -> String {
    serde_json::to_value(option).ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A line of a table in Markdown.
fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_target_has_a_row_and_each_word_a_column() {
        let table = table().unwrap();
        let lines: Vec<_> = table.lines().collect();
        let kinds: usize =
            PLATFORMS.iter().map(|entry| (entry.offline)().unwrap().capabilities().target_kinds().count()).sum();
        assert_eq!(lines.len(), kinds + 2, "{table}");
        assert!(lines.iter().all(|line| line.matches(" | ").count() == lines[0].matches(" | ").count()), "{table}");
        for word in ["`deploy`", "`restart`", "`rollback`", "`stop`", "`variables`"] {
            assert_eq!(lines[0].matches(word).count(), 1, "{word} in {}", lines[0]);
        }
        let cells =
            |start: &str| lines.iter().find(|line| line.starts_with(start)).unwrap().split(" | ").collect::<Vec<_>>();
        assert!(cells("| dokploy | `compose`")[2].starts_with("yes: ") && cells("| dokploy | `compose`")[3] == "–");
    }

    #[test]
    fn a_version_is_listed_where_it_can_be_gone_back_to() {
        // The two have one word, and one column.
        for Row { platform, kind, capabilities } in rows().unwrap() {
            let (lists, goes) =
                (capabilities.can(&kind, Ability::Rollback), capabilities.acts(&kind, Action::Rollback));
            assert_eq!(lists, goes, "{platform} {kind}");
        }
    }

    #[test]
    fn the_table_takes_the_place_of_the_old_one_and_nothing_else_changes() {
        let document = |table: &str| format!("# Title\n\n{BEGIN}{table}{END}\nThe end.\n");
        assert_eq!(with_table(&document("| old |\n"), "| new |\n"), Some(document("| new |\n")));
        assert_eq!(with_table("# Title\n", "| new |\n"), None);
        assert_eq!(with_table(&format!("{BEGIN}| old |\n"), "| new |\n"), None);
    }
}
