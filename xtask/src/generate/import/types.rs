//! `type` is one word, or there is none: what may be several things is a union.

use serde_json::{Map, Value, json};

use super::super::document::Document;
use super::{Diagnostics, walk};

/// The keys that say something about one type only.
const OF_TYPE: [(&str, &[&str]); 4] = [
    ("object", &["properties", "required", "additionalProperties"]),
    ("array", &["items"]),
    ("string", &["enum", "format"]),
    ("integer", &["format"]),
];

pub(super) fn split(document: &mut Document) -> Diagnostics {
    walk::each(&mut document.value, &mut |schema, _| {
        let Some(keys) = schema.as_object_mut() else {
            // `true` takes everything, and so must a client of what is said to take nothing.
            *schema = json!({});
            return;
        };
        if keys.get("items").is_some_and(|items| !items.is_object()) || keys.contains_key("prefixItems") {
            keys.insert("items".to_owned(), json!({}));
        }
        match keys.get("type") {
            Some(Value::Array(types)) => {
                let types = types.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                split_types(keys, types);
            }
            Some(Value::String(_)) => {}
            _ => infer(keys),
        }
    });
    Diagnostics::new()
}

fn split_types(keys: &mut Map<String, Value>, mut types: Vec<String>) {
    keys.remove("type");
    if types.iter().any(|word| word == "null") {
        types.retain(|word| word != "null");
        keys.insert("nullable".to_owned(), true.into());
    }
    if types.iter().any(|word| word == "number") {
        types.retain(|word| word != "integer");
    }
    match types.as_slice() {
        [] => {}
        [one] => {
            keys.insert("type".to_owned(), one.clone().into());
        }
        several if !["allOf", "anyOf", "oneOf"].iter().any(|key| keys.contains_key(*key)) => {
            let members = several.iter().map(|word| {
                let mut member = Map::new();
                member.insert("type".to_owned(), word.clone().into());
                let own = OF_TYPE.iter().find(|(of, _)| of == word).map_or(&[][..], |(_, own)| own);
                member.extend(own.iter().filter_map(|key| Some(((*key).to_owned(), keys.get(*key)?.clone()))));
                Value::Object(member)
            });
            let members: Vec<Value> = members.collect();
            keys.retain(|key, _| ["description", "deprecated", "nullable", "title"].contains(&key.as_str()));
            keys.insert("anyOf".to_owned(), members.into());
        }
        _ => {}
    }
}

/// A schema without a type that has the parts of one.
fn infer(keys: &mut Map<String, Value>) {
    let has = |key: &str| keys.contains_key(key);
    let word = if has("properties") || has("additionalProperties") {
        "object"
    } else if has("items") {
        "array"
    } else {
        keys.remove("type");
        return;
    };
    keys.insert("type".to_owned(), word.into());
}
