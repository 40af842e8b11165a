//! The `x-corrects` in a platform's documents: where we contradict the published one, and why.

use serde_json::Value;

use crate::generate::diagnostic::Place;
use crate::generate::document::{Document, escape};

/// One line, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Correction<'a> {
    pub(crate) place: Place,
    pub(crate) line: &'a str,
}

/// All corrections of a platform, in the order of its files.
pub(crate) fn corrections<'a>(platform: &str, document: &'a Document) -> Vec<Correction<'a>> {
    let mut found: Vec<Correction<'_>> = document
        .areas
        .iter()
        .filter_map(|area| {
            let file = format!("specs/{platform}/{}.yaml", area.name);
            Some(Correction { place: Place { file, line: 1 }, line: area.corrects.as_deref()? })
        })
        .collect();
    walk(&document.value, "", &mut |pointer, line| {
        found.push(Correction { place: document.places.of(pointer), line });
    });
    found.sort();
    found
}

/// The `x-corrects` that stands at a value.
pub(crate) fn corrects(value: &Value) -> Option<&str> {
    value.get("x-corrects").and_then(Value::as_str)
}

fn walk<'a>(value: &'a Value, pointer: &str, visit: &mut impl FnMut(&str, &'a str)) {
    if let Some(line) = corrects(value) {
        visit(&format!("{pointer}/x-corrects"), line);
    }
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                walk(inner, &format!("{pointer}/{}", escape(key)), visit);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk(item, &format!("{pointer}/{i}"), visit);
            }
        }
        _ => {}
    }
}
