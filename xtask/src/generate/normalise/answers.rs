//! One success answer an operation, and only if it is JSON: progenitor knows no text,
//! and panics where two answers differ.

use serde_json::Value;

use super::super::diagnostic::Result;
use super::super::document::Document;
use super::Context;

pub(super) fn keep_json(document: &mut Document, _: &mut Context) -> Result<usize> {
    let mut count = 0;
    for operation in document.operations_mut() {
        let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
            continue;
        };
        count += answers.len().saturating_sub(1);
        // All 2xx answers have the same content, so the first speaks for them.
        let mut is_first = true;
        answers.retain(|_, _| std::mem::take(&mut is_first));
        for answer in answers.values_mut().filter_map(Value::as_object_mut) {
            let is_json = |content: &Value| content.get("application/json").is_some();
            if answer.get("content").is_some_and(|content| !is_json(content)) {
                answer.remove("content");
                count += 1;
            }
        }
    }
    Ok(count)
}
