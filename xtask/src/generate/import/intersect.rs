//! Two schemas that hold at once, as one.

use serde_json::{Map, Value, json};

use super::super::document::{object, text};

/// What both schemas take; on small things the second has the last word.
pub(super) fn intersect(first: &Value, second: &Value) -> Result<Value, String> {
    let (one, two) = (object(first), object(second));
    if one.is_empty() || first == second {
        return Ok(second.clone());
    }
    if two.is_empty() {
        return Ok(first.clone());
    }
    for union in ["oneOf", "anyOf"] {
        if first.get(union).is_some() && second.get(union).is_some() {
            return Err("two unions that hold at once are not taken".to_owned());
        }
    }
    let kinds = (text(first, "type"), text(second, "type"));
    let kind = match kinds {
        ("", kind) | (kind, "") => kind,
        ("integer", "number") | ("number", "integer") => "integer",
        (one, two) if one == two => one,
        (one, two) => return Err(format!("nothing is {one} and {two} at once")),
    };
    let mut both: Map<String, Value> = one.clone();
    for (key, value) in two {
        let merged = match (key.as_str(), one.get(key)) {
            ("properties", Some(before)) => properties(before, value),
            ("required", Some(before)) => list(before, value),
            ("enum", Some(before)) => words(before, value),
            ("items" | "additionalProperties", Some(before)) => {
                intersect(before, value).unwrap_or_else(|_| value.clone())
            }
            _ => value.clone(),
        };
        both.insert(key.clone(), merged);
    }
    if !kind.is_empty() {
        both.insert("type".to_owned(), kind.into());
    }
    if both.contains_key("properties") {
        both.remove("additionalProperties");
    }
    Ok(Value::Object(both))
}

fn properties(before: &Value, after: &Value) -> Value {
    let mut all = object(before).clone();
    for (name, property) in object(after) {
        let merged = match all.get(name) {
            // Of two references, the one that says more stands last.
            Some(before) if before.get("$ref").is_none() && property.get("$ref").is_none() => {
                intersect(before, property).unwrap_or_else(|_| property.clone())
            }
            Some(before) if !says_type(property) => before.clone(),
            _ => property.clone(),
        };
        all.insert(name.clone(), merged);
    }
    Value::Object(all)
}

fn says_type(property: &Value) -> bool {
    let notes = ["description", "nullable", "deprecated", "title", "default"];
    object(property).keys().any(|key| !notes.contains(&key.as_str()))
}

fn list(before: &Value, after: &Value) -> Value {
    let mut all = before.as_array().cloned().unwrap_or_default();
    for name in after.as_array().into_iter().flatten() {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
    json!(all)
}

fn words(before: &Value, after: &Value) -> Value {
    let before = before.as_array().into_iter().flatten();
    let shared: Vec<&Value> =
        before.filter(|word| after.as_array().is_some_and(|after| after.contains(word))).collect();
    if shared.is_empty() { after.clone() } else { json!(shared) }
}
