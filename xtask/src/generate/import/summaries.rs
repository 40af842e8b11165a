//! Every operation has a summary of one line, and says that it is only declared.

use serde_json::{Map, Value};

use super::super::document::{Document, text};
use super::Diagnostics;

/// What our rules know on an operation.
const KEYS: [&str; 7] = ["operationId", "tags", "deprecated", "parameters", "requestBody", "responses", "description"];

pub(super) fn write(document: &mut Document) -> Diagnostics {
    for operation in document.operations_mut() {
        let first_line = |key| text(operation, key).trim().lines().next().unwrap_or_default().trim().to_owned();
        let summary = match (first_line("summary"), first_line("description")) {
            (summary, description) if summary.is_empty() => description,
            (summary, _) => summary,
        };
        let summary = if summary.is_empty() { format!("Calls `{}`.", text(operation, "operationId")) } else { summary };
        let description = text(operation, "description").trim().to_owned();
        let keys = operation.as_object_mut().map(std::mem::take).unwrap_or_default();
        let mut kept: Map<String, Value> = keys.into_iter().filter(|(key, _)| KEYS.contains(&key.as_str())).collect();
        if description.is_empty() || description == summary {
            kept.remove("description");
        }
        if kept.get("deprecated").is_some_and(|value| !value.is_boolean()) {
            kept.remove("deprecated");
        }
        kept.insert("summary".to_owned(), summary.into());
        kept.insert("x-evidence".to_owned(), "declared".into());
        *operation = Value::Object(kept);
    }
    Diagnostics::new()
}
