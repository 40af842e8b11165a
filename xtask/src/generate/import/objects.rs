//! An object has properties or is a map; a list has items; every key holds what it should.

use serde_json::{Map, Value, json};

use super::super::document::{Document, object};
use super::{Diagnostics, walk};

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

pub(super) fn tidy(document: &mut Document) -> Diagnostics {
    walk::each(&mut document.value, &mut |schema, _| {
        let Some(keys) = schema.as_object_mut() else { return };
        notes(keys);
        if keys.contains_key("$ref") {
            return;
        }
        let mut kind = keys.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        if !kind.is_empty() && !TYPES.contains(&kind.as_str()) {
            // Swagger's `file`, and words that people make up.
            kind.clear();
            keys.remove("type");
        }
        if kind != "array" {
            keys.remove("items");
        } else if !keys.contains_key("items") {
            keys.insert("items".to_owned(), json!({}));
        }
        if kind == "object" {
            of_object(keys);
        } else {
            for key in ["properties", "required", "additionalProperties"] {
                keys.remove(key);
            }
        }
    });
    Diagnostics::new()
}

fn of_object(keys: &mut Map<String, Value>) {
    let names: Vec<String> = object(keys.get("properties").unwrap_or(&Value::Null)).keys().cloned().collect();
    if !names.is_empty() {
        keys.remove("additionalProperties");
        let required = keys.remove("required");
        let mut kept: Vec<Value> = Vec::new();
        for name in required.as_ref().and_then(Value::as_array).into_iter().flatten() {
            if name.as_str().is_some_and(|name| names.iter().any(|known| known == name)) && !kept.contains(name) {
                kept.push(name.clone());
            }
        }
        if !kept.is_empty() {
            keys.insert("required".to_owned(), kept.into());
        }
        return;
    }
    keys.remove("required");
    let is_empty = keys.remove("properties").is_some();
    match keys.get("additionalProperties") {
        Some(Value::Object(values)) if !values.is_empty() => {}
        // An object that is documented without any field mostly has fields that the document leaves out.
        _ if is_empty => {
            keys.remove("additionalProperties");
            keys.remove("type");
        }
        _ => {
            keys.insert("additionalProperties".to_owned(), true.into());
        }
    }
}

/// Keys that speak of a schema, and hold something else than they should.
fn notes(keys: &mut Map<String, Value>) {
    for key in ["nullable", "deprecated", "uniqueItems"] {
        if keys.get(key).is_some_and(|value| !value.is_boolean()) {
            keys.remove(key);
        }
    }
    for key in ["description", "format"] {
        if keys.get(key).is_some_and(|value| value.as_str().is_none_or(|text| text.trim().is_empty())) {
            keys.remove(key);
        }
    }
}
