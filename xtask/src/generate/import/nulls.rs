//! What may be null is marked so; null is no type, no word and no member of a union.

use serde_json::{Map, Value};

use super::super::document::{Document, flag};
use super::{Diagnostics, walk};

pub(super) fn mark(document: &mut Document) -> Diagnostics {
    walk::each(&mut document.value, &mut |schema, _| {
        if let Some(keys) = schema.as_object_mut() {
            of_words(keys);
            of_members(keys, "anyOf");
            of_members(keys, "oneOf");
        }
    });
    // Members are judged by the union around them first.
    walk::each(&mut document.value, &mut |schema, _| {
        if let Some(keys) = schema.as_object_mut().filter(|keys| is_null(keys)) {
            keys.retain(|key, _| key == "description");
            keys.insert("nullable".to_owned(), true.into());
        }
    });
    Diagnostics::new()
}

fn of_words(keys: &mut Map<String, Value>) {
    let Some(words) = keys.get_mut("enum").and_then(Value::as_array_mut) else { return };
    let count = words.len();
    words.retain(|word| !word.is_null());
    if words.len() == count {
        return;
    }
    if words.is_empty() {
        keys.remove("enum");
        keys.insert("type".to_owned(), "null".into());
    } else {
        keys.insert("nullable".to_owned(), true.into());
    }
}

fn of_members(keys: &mut Map<String, Value>, union: &str) {
    let has_properties = keys.contains_key("properties");
    let Some(members) = keys.get_mut(union).and_then(Value::as_array_mut) else { return };
    let count = members.len();
    members.retain(|member| !member.as_object().is_some_and(is_null));
    let mut is_nullable = members.len() < count;
    for member in members.iter_mut().filter(|member| flag(member, "nullable")) {
        is_nullable = true;
        member.as_object_mut().and_then(|member| member.remove("nullable"));
    }
    if members.len() == 1 && !has_properties {
        let member = members.remove(0);
        keys.remove(union);
        // What stands beside the only member speaks of its use.
        for (key, value) in member.as_object().cloned().unwrap_or_default() {
            keys.entry(key).or_insert(value);
        }
    } else if members.is_empty() {
        keys.remove(union);
    }
    if is_nullable {
        keys.insert("nullable".to_owned(), true.into());
    }
}

fn is_null(keys: &Map<String, Value>) -> bool {
    keys.get("type").and_then(Value::as_str) == Some("null")
}
