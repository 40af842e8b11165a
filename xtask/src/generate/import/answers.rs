//! One kind of success an operation: bytes where the types differ.

use serde_json::{Map, Value, json};

use super::super::document::{Document, METHODS, escape, object, text};
use super::super::media::{JSON, is_stream};
use super::Diagnostics;
use super::bodies::preferred;

/// Bytes, for answers that have more than one type.
const BYTES: &str = "application/octet-stream";

pub(super) fn choose(document: &mut Document) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for (path, item) in document.paths_mut() {
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let answers = successes(&operation["responses"]);
            let streams = answers.iter().filter(|(_, media, _)| is_stream(media));
            for (status, media, _) in streams {
                let at = format!("/paths/{}/{method}/responses/{}", escape(path), escape(status));
                diagnostics.push((at, format!("`{media}` never ends, and answers are read whole")));
            }
            operation["responses"] = written(&answers);
        }
    }
    diagnostics
}

/// Status, media type (or nothing) and schema of each success.
fn successes(answers: &Value) -> Vec<(String, String, Value)> {
    let answers = object(answers);
    let is_success = |status: &str| status.starts_with('2');
    let mut chosen: Vec<_> = answers.iter().filter(|(status, _)| is_success(status)).collect();
    if chosen.is_empty() {
        // A document with only one answer describes success.
        chosen.extend(answers.iter().filter(|(status, _)| *status == "default"));
    }
    let parts = chosen.into_iter().map(|(status, answer)| {
        let (media, content) = preferred(&answer["content"]);
        let schema = content.get("schema").cloned().unwrap_or_else(|| json!({}));
        (status.clone(), media, schema)
    });
    parts.collect()
}

fn written(answers: &[(String, String, Value)]) -> Value {
    let mut kinds: Vec<(&str, &Value)> = Vec::new();
    for (_, media, schema) in answers {
        if !kinds.contains(&(media, schema)) {
            kinds.push((media, schema));
        }
    }
    // An empty body reads as null.
    let with_body: Vec<_> = kinds.iter().filter(|(media, _)| !media.is_empty()).copied().collect();
    let content = match (with_body.as_slice(), kinds.len()) {
        ([], _) => None,
        ([(media, schema)], 1) => Some((*media, Value::clone(schema))),
        ([(JSON, schema)], _) => Some((JSON, nullable(schema))),
        _ => Some((BYTES, json!({}))),
    };
    let answer = match content {
        None => json!({"description": "Success."}),
        Some((media, schema)) => {
            let mut content = Map::new();
            let schema = if media == JSON { json!({"schema": schema}) } else { json!({}) };
            content.insert(media.to_owned(), schema);
            json!({"description": "Success.", "content": content})
        }
    };
    json!({"200": answer})
}

fn nullable(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if schema.is_object() && text(&schema, "type") != "null" {
        schema["nullable"] = true.into();
    }
    schema
}
