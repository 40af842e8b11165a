//! A union is a `oneOf` of two members or more that differ, with nothing beside it.

use serde_json::{Map, Value, json};

use super::super::document::{Document, text};
use super::{Diagnostics, walk};

/// What may stand beside the members.
const BESIDE: [&str; 7] = ["oneOf", "discriminator", "description", "nullable", "deprecated", "x-name", "x-from"];

pub(super) fn flatten(document: &mut Document) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    walk::each(&mut document.value, &mut |schema, pointer| {
        let Some(keys) = schema.as_object_mut() else { return };
        let (one, any) = (keys.remove("oneOf"), keys.remove("anyOf"));
        if one.is_some() && any.is_some() {
            diagnostics.push((pointer.to_owned(), "two unions that hold at once are not taken".to_owned()));
        }
        let Some(Value::Array(members)) = one.or(any) else { return };
        let has_tag = keys.contains_key("discriminator");
        let members = distinct(members, has_tag);
        // A member that takes everything leaves nothing to distinguish.
        if members.iter().any(is_anything) {
            keys.retain(|key, _| ["description", "nullable", "deprecated"].contains(&key.as_str()));
            return;
        }
        match <[Value; 1]>::try_from(members) {
            Ok([only]) => {
                keys.remove("discriminator");
                keys.remove("type");
                for (key, value) in only.as_object().cloned().unwrap_or_default() {
                    keys.entry(key).or_insert(value);
                }
            }
            Err(members) => {
                keys.retain(|key, _| BESIDE.contains(&key.as_str()));
                keys.insert("oneOf".to_owned(), members.into());
            }
        }
    });
    diagnostics
}

/// The members, those of unions among them written out, each once.
fn distinct(members: Vec<Value>, has_tag: bool) -> Vec<Value> {
    let mut flat: Vec<Value> = Vec::new();
    for member in members {
        let inner = member.get("oneOf").and_then(Value::as_array).filter(|_| !has_tag);
        let inner = inner.filter(|_| member.get("discriminator").is_none()).cloned();
        for member in inner.unwrap_or_else(|| vec![member]) {
            if !flat.contains(&member) {
                flat.push(member);
            }
        }
    }
    let is = |member: &Value, kind: &str| text(member, "type") == kind;
    merge_texts(&mut flat);
    if flat.iter().any(|member| is(member, "number")) {
        flat.retain(|member| !is(member, "integer"));
    }
    flat
}

/// Leaves one text for all texts, in the place of the first.
fn merge_texts(members: &mut Vec<Value>) {
    let (texts, _): (Vec<Value>, Vec<Value>) = members.iter().cloned().partition(is_text);
    if texts.len() < 2 {
        return;
    }
    let mut merged = Some(one_text(&texts));
    members.retain_mut(|member| {
        if !is_text(member) {
            return true;
        }
        let first = merged.take();
        let is_first = first.is_some();
        if let Some(text) = first {
            *member = text;
        }
        is_first
    });
}

fn is_text(member: &Value) -> bool {
    let words = member.get("enum").and_then(Value::as_array);
    let has_words = words.is_some_and(|words| words.iter().all(Value::is_string));
    text(member, "type") == "string" || (has_words && member.get("type").is_none())
}

/// Only their words distinguish texts, and an enum is open to other words.
fn one_text(members: &[Value]) -> Value {
    let mut words: Vec<&Value> = Vec::new();
    for word in members.iter().filter_map(|member| member["enum"].as_array()).flatten() {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    let mut text = Map::new();
    text.insert("type".to_owned(), "string".into());
    if members.iter().any(|member| self::text(member, "format") == "password") {
        // One that may be secret is never shown.
        text.insert("format".to_owned(), "password".into());
    } else if !words.is_empty() {
        text.insert("enum".to_owned(), json!(words));
    }
    Value::Object(text)
}

fn is_anything(member: &Value) -> bool {
    !["$ref", "type", "properties", "enum", "oneOf", "items", "additionalProperties"]
        .iter()
        .any(|key| member.get(key).is_some())
}
