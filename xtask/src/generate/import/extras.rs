//! Examples, extensions and other things that say nothing about what is on the wire are dropped.

use serde_json::Value;

use super::super::document::Document;
use super::Diagnostics;

/// Keys that no pass reads, wherever they stand.
const UNREAD: [&str; 6] = ["example", "examples", "externalDocs", "xml", "$comment", "callbacks"];

/// Keys whose entries have names of the author's choice.
const NAMED: [&str; 14] = [
    "properties",
    "patternProperties",
    "schemas",
    "parameters",
    "responses",
    "requestBodies",
    "headers",
    "pathItems",
    "paths",
    "content",
    "mapping",
    "$defs",
    "definitions",
    "dependentSchemas",
];

pub(super) fn drop(document: &mut Document) -> Diagnostics {
    strip(&mut document.value, false);
    Diagnostics::new()
}

fn strip(value: &mut Value, is_named: bool) {
    match value {
        Value::Object(entries) => {
            if !is_named {
                entries.retain(|key, _| !UNREAD.contains(&key.as_str()) && !key.starts_with("x-"));
            }
            for (key, inner) in entries {
                // What stands in `enum`, `const` and `default` is data.
                if is_named || !["enum", "const", "default"].contains(&key.as_str()) {
                    strip(inner, !is_named && NAMED.contains(&key.as_str()));
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, false)),
        _ => {}
    }
}
