//! Members of a union that nothing distinguishes are one member: two would be two variants of one Rust type.

use serde_json::{Map, Value, json};

use super::super::diagnostic::Result;
use super::super::document::{Document, flag, is_type, schema_name, text};
use super::Context;

/// How deep names may stand for names.
const MAX_DEPTH: usize = 16;

pub(super) fn merge(document: &mut Document, _: &mut Context) -> Result<usize> {
    let schemas = document.schemas().clone();
    let mut count = 0;
    for schema in document.schemas_mut().values_mut().filter(|schema| schema.get("discriminator").is_none()) {
        let Some(members) = schema.get("oneOf").and_then(Value::as_array) else { continue };
        let merged = distinct(members, &schemas);
        if merged.len() == members.len() {
            continue;
        }
        count += members.len() - merged.len();
        match <[Value; 1]>::try_from(merged) {
            Ok([only]) => {
                let is_nullable = flag(schema, "nullable");
                let Some(keys) = schema.as_object_mut() else { continue };
                keys.retain(|key, _| key == "description");
                for (key, value) in only.as_object().cloned().unwrap_or_default() {
                    keys.entry(key).or_insert(value);
                }
                if is_nullable {
                    keys.insert("nullable".to_owned(), true.into());
                }
                if flag(schema, "nullable") && schema.get("enum").is_some() {
                    // A named type is never nullable itself; a text that has no type of its own may be.
                    *schema = plain(schema.take());
                }
            }
            Err(merged) => schema["oneOf"] = merged.into_iter().map(plain).collect(),
        }
    }
    Ok(count)
}

/// The members, each once, and one text for all texts.
fn distinct(members: &[Value], schemas: &Map<String, Value>) -> Vec<Value> {
    let mut distinct: Vec<(Value, Value)> = Vec::new();
    for member in members {
        let shape = shape(member, schemas, 0);
        match distinct.iter_mut().find(|(other, _)| is_same(other, &shape, schemas)) {
            Some((other, kept)) => {
                let is_nullable = flag(kept, "nullable") || flag(member, "nullable");
                if *other != shape {
                    *kept = one_text(other, &shape, schemas);
                    *other = kept.clone();
                }
                if is_nullable {
                    kept["nullable"] = true.into();
                }
            }
            None => distinct.push((shape, member.clone())),
        }
    }
    distinct.into_iter().map(|(_, member)| member).collect()
}

fn is_same(one: &Value, other: &Value, schemas: &Map<String, Value>) -> bool {
    one == other || (text_of(one, schemas).is_some() && text_of(other, schemas).is_some())
}

/// What decides the Rust type of a schema: names that stand for no type are followed, and what is said beside is dropped.
fn shape(schema: &Value, schemas: &Map<String, Value>, depth: usize) -> Value {
    let mut kept = Map::new();
    let named = schema_name(schema).and_then(|name| schemas.get(name)).filter(|named| !is_type(named));
    if let Some(named) = named.filter(|_| depth < MAX_DEPTH) {
        let mut followed = shape(named, schemas, depth + 1);
        if flag(schema, "nullable") && depth > 0 {
            followed["nullable"] = true.into();
        }
        return followed;
    }
    for key in ["$ref", "type", "x-secret", "enum", "properties", "oneOf", "discriminator"] {
        kept.extend(schema.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    for key in ["items", "additionalProperties"] {
        let inner = schema
            .get(key)
            .map(|inner| if inner.is_object() { shape(inner, schemas, depth + 1) } else { inner.clone() });
        kept.extend(inner.map(|inner| (key.to_owned(), inner)));
    }
    if text(schema, "format") == "binary" {
        kept.insert("format".to_owned(), "binary".into());
    }
    // A member's own null does not count: it moves to the type that the members become.
    if depth > 0 && flag(schema, "nullable") {
        kept.insert("nullable".to_owned(), true.into());
    }
    Value::Object(kept)
}

/// The text that a shape is, an enum among them.
fn text_of<'a>(shape: &'a Value, schemas: &'a Map<String, Value>) -> Option<&'a Value> {
    let shape = schema_name(shape).and_then(|name| schemas.get(name)).unwrap_or(shape);
    (text(shape, "type") == "string" && text(shape, "format") != "binary").then_some(shape)
}

/// One text for two: it is secret if one of them is, and an enum, which is open to other words, if one of them is.
fn one_text(one: &Value, other: &Value, schemas: &Map<String, Value>) -> Value {
    let texts: Vec<&Value> = [one, other].into_iter().filter_map(|shape| text_of(shape, schemas)).collect();
    if texts.iter().any(|text| flag(text, "x-secret")) {
        return json!({"type": "string", "x-secret": true});
    }
    let mut words: Vec<&Value> = Vec::new();
    for word in texts.iter().filter_map(|text| text["enum"].as_array()).flatten() {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.is_empty() { json!({"type": "string"}) } else { json!({"type": "string", "enum": words}) }
}

/// A member of a union that is left: an enum without a name would not become a type.
fn plain(mut member: Value) -> Value {
    if let Some(keys) = member.as_object_mut() {
        keys.remove("enum");
    }
    member
}
