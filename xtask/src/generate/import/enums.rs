//! An enum is a list of words; of numbers and truths, only the type is kept.

use serde_json::{Map, Value};

use super::super::document::Document;
use super::{Diagnostics, walk};

pub(super) fn tidy(document: &mut Document) -> Diagnostics {
    walk::each(&mut document.value, &mut |schema, _| {
        if let Some(keys) = schema.as_object_mut()
            && let Some(words) = keys.remove("enum")
        {
            let words = words.as_array().cloned().unwrap_or_default();
            keep(keys, words);
        }
    });
    Diagnostics::new()
}

fn keep(keys: &mut Map<String, Value>, words: Vec<Value>) {
    let kind = keys.get("type").and_then(Value::as_str).unwrap_or_default();
    let all = |is: fn(&Value) -> bool| !words.is_empty() && words.iter().all(is);
    let is_text = all(Value::is_string);
    let implied = if is_text {
        "string"
    } else if all(Value::is_boolean) {
        "boolean"
    } else if all(Value::is_i64) {
        "integer"
    } else if all(Value::is_number) {
        "number"
    } else {
        ""
    };
    if is_text && ["", "string"].contains(&kind) {
        let mut distinct: Vec<Value> = Vec::new();
        for word in words {
            if !distinct.contains(&word) {
                distinct.push(word);
            }
        }
        keys.insert("enum".to_owned(), distinct.into());
        keys.insert("type".to_owned(), "string".into());
    } else if kind.is_empty() && !implied.is_empty() {
        keys.insert("type".to_owned(), implied.into());
    }
}
