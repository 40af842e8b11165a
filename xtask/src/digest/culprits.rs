//! The operations that a diagnostic is about.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::generate::document::{escape, object};

/// Path and method (or whatever else stands in the path) of each operation that the value at
/// `pointer` stands in or is reached from.
pub(super) fn of(document: &Value, pointer: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, item) in object(&document["paths"]) {
        for (method, operation) in object(item).iter().filter(|(key, _)| *key != "parameters") {
            let at = format!("/paths/{}/{method}", escape(path));
            let is_inside = |outer: &str, inner: &str| inner == outer || inner.starts_with(&format!("{outer}/"));
            // What is wrong with a path is wrong with each of its operations.
            let is_about = is_inside(&at, pointer)
                || pointer == format!("/paths/{}", escape(path))
                || is_inside(&format!("/paths/{}/parameters", escape(path)), pointer);
            if is_about || reaches(document, operation, pointer) {
                found.push((path.clone(), method.clone()));
            }
        }
    }
    found
}

/// Whether references lead from an operation to the component that holds the pointer.
fn reaches(document: &Value, operation: &Value, pointer: &str) -> bool {
    let parts: Vec<&str> = pointer.split('/').take(4).collect();
    let ["", "components", _, _] = parts[..] else {
        return false;
    };
    let wanted = format!("#{}", parts.join("/"));
    let mut todo = vec![operation];
    let mut seen = BTreeSet::new();
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(entries) => todo.extend(entries.values()),
            Value::Array(items) => todo.extend(items),
            Value::String(text) if text.starts_with("#/") && seen.insert(text) => {
                if text == &wanted || text.starts_with(&format!("{wanted}/")) {
                    return true;
                }
                todo.extend(document.pointer(&text[1..]));
            }
            _ => {}
        }
    }
    false
}
