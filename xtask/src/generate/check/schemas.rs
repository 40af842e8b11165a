//! The rules for schemas.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::document::{escape, flag, is_type, object, text};
use super::{Checker, unions};

pub(crate) const KEYS: [&str; 25] = [
    "type",
    "format",
    "description",
    "deprecated",
    "nullable",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "oneOf",
    "discriminator",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "pattern",
    "x-secret",
    "x-tells-absence",
    "x-corrects",
];

/// What may stand beside a `$ref`: it says something about the use, not about the schema.
pub(crate) const KEYS_BESIDE_REF: [&str; 5] = ["$ref", "description", "deprecated", "nullable", "x-corrects"];

/// Checks a schema that stands inside something else.
pub(super) fn check(checker: &mut Checker<'_>, schema: &Value, pointer: &str) {
    if schema.get("$ref").is_some() {
        checker.keys(schema, pointer, &KEYS_BESIDE_REF);
        checker.boolean(schema, pointer, "nullable");
        checker.text(schema, pointer, "description");
        return;
    }
    if is_type(schema) {
        checker.report(pointer, "an object, enum or union is a named schema");
    }
    check_keys(checker, schema, pointer);
    check_parts(checker, schema, pointer);
}

pub(super) fn check_keys(checker: &mut Checker<'_>, schema: &Value, pointer: &str) {
    let mut known = KEYS.to_vec();
    for key in ["allOf", "anyOf", "default"] {
        if schema.get(key).is_some() {
            let reason = match key {
                "allOf" => "no `allOf`: a schema lists its own properties",
                "anyOf" => "no `anyOf`: a union is a `oneOf`",
                _ => "no `default`: a client sends what it was given",
            };
            checker.report(&format!("{pointer}/{key}"), reason);
            known.push(key);
        }
    }
    checker.keys(schema, pointer, &known);
    checker.text(schema, pointer, "description");
    checker.text(schema, pointer, "format");
    checker.one_line(schema, pointer, "x-corrects");
    for key in ["nullable", "deprecated", "x-secret", "x-tells-absence", "uniqueItems"] {
        checker.boolean(schema, pointer, key);
    }
}

pub(super) fn check_parts(checker: &mut Checker<'_>, schema: &Value, pointer: &str) {
    if let Some(kind) = schema.get("type") {
        let kinds = ["string", "integer", "number", "boolean", "array", "object"];
        if !kind.as_str().is_some_and(|kind| kinds.contains(&kind)) {
            checker.report(&format!("{pointer}/type"), format!("{kind} is not a type"));
        }
    }
    check_object(checker, schema, pointer);
    if text(schema, "type") == "array" {
        match schema.get("items") {
            Some(items) => check(checker, items, &format!("{pointer}/items")),
            None => checker.report(pointer, "a list says what its `items` are"),
        }
    } else if schema.get("items").is_some() {
        checker.report(pointer, "what has `items` is `type: array`");
    }
    if schema.get("enum").is_some() {
        check_enum(checker, schema, pointer);
    }
    for (i, member) in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        check(checker, member, &format!("{pointer}/oneOf/{i}"));
    }
    unions::check(checker, schema, pointer);
    if flag(schema, "x-secret") && !holds_text_or_json(schema) {
        let reason = "`x-secret` stands on text, on free-form JSON, or on a list or map of those";
        checker.report(&format!("{pointer}/x-secret"), reason);
    }
}

fn check_object(checker: &mut Checker<'_>, schema: &Value, pointer: &str) {
    let properties = schema.get("properties");
    let rest = schema.get("additionalProperties");
    if (properties.is_some() || rest.is_some()) && text(schema, "type") != "object" {
        checker.report(pointer, "what has properties is `type: object`");
    }
    if properties.is_some() && rest.is_some() {
        let reason = "an object has `properties` or `additionalProperties`, not both";
        checker.report(pointer, reason);
    }
    if text(schema, "type") == "object" && properties.is_none() && rest.is_none() {
        let reason = "an object has `properties`, or is free: `additionalProperties: true`";
        checker.report(pointer, reason);
    }
    match rest {
        None | Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => {
            let reason = "`additionalProperties: false` never stands in a document";
            checker.report(&format!("{pointer}/additionalProperties"), reason);
        }
        Some(rest) => check(checker, rest, &format!("{pointer}/additionalProperties")),
    }
    let properties = object(properties.unwrap_or(&Value::Null));
    for (name, property) in properties {
        let at = format!("{pointer}/properties/{}", escape(name));
        let is_required =
            schema["required"].as_array().is_some_and(|names| names.contains(&Value::from(name.as_str())));
        if flag(property, "x-tells-absence") && (is_required || !flag(property, "nullable")) {
            let reason = "`x-tells-absence` stands on a field that is optional and nullable";
            checker.report(&format!("{at}/x-tells-absence"), reason);
        }
        check(checker, property, &at);
    }
    let required = schema.get("required");
    if required.is_some_and(|required| !required.is_array()) {
        checker.report(&format!("{pointer}/required"), "`required` is a list of names");
    }
    let required = required.and_then(Value::as_array);
    for (i, name) in required.into_iter().flatten().enumerate() {
        if name.as_str().is_none_or(|name| !properties.contains_key(name)) {
            let reason = format!("required {name} is not a property");
            checker.report(&format!("{pointer}/required/{i}"), reason);
        }
    }
}

fn check_enum(checker: &mut Checker<'_>, schema: &Value, pointer: &str) {
    if text(schema, "type") != "string" {
        checker.report(pointer, "an enum is `type: string`");
    }
    let words = schema["enum"].as_array();
    if words.is_none_or(Vec::is_empty) {
        checker.report(&format!("{pointer}/enum"), "an enum is a list of words");
    }
    let mut seen = BTreeSet::new();
    for (i, word) in words.into_iter().flatten().enumerate() {
        let at = format!("{pointer}/enum/{i}");
        match word.as_str() {
            None => checker.report(&at, format!("{word} is not a word; quote it")),
            Some(word) if !seen.insert(word) => {
                checker.report(&at, format!("`{word}` stands here twice"));
            }
            Some(_) => {}
        }
    }
}

fn holds_text_or_json(schema: &Value) -> bool {
    match text(schema, "type") {
        "string" => schema.get("enum").is_none(),
        "array" => holds_text_or_json(&schema["items"]),
        "object" => match schema.get("additionalProperties") {
            Some(Value::Bool(free)) => *free,
            Some(values) => holds_text_or_json(values),
            None => false,
        },
        "" => schema.get("$ref").is_none() && !is_type(schema),
        _ => false,
    }
}
