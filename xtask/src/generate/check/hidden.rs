//! Members of a union without a tag that no answer identifies.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::document::{Document, escape, object, reached, resolve, schema_name, text};
use super::Checker;

/// How deep objects are compared.
const MAX_DEPTH: usize = 12;

/// Checks the unions that answers hold: of what is sent, the caller says which member it is.
pub(super) fn check(checker: &mut Checker<'_>) {
    let document = checker.document;
    let received = received(document);
    for (name, schema) in document.schemas().iter().filter(|(name, _)| received.contains(*name)) {
        for (later, earlier) in hidden_members(&document.value, schema) {
            let earlier = schema_name(&schema["oneOf"][earlier]);
            let earlier = earlier.map_or_else(|| "an earlier one".to_owned(), |name| format!("`{name}`"));
            checker.report(
                &format!("/components/schemas/{}/oneOf/{later}", escape(name)),
                format!(
                    "no answer identifies this member: {earlier} has all its fields and requires the same; \
                     write a `discriminator`, or require a field that only this member has"
                ),
            );
        }
    }
}

/// The names of the schemas that answers hold.
pub(crate) fn received(document: &Document) -> BTreeSet<String> {
    let operations = document.operations();
    let answers: Vec<Value> = operations.iter().map(|operation| operation.value["responses"].clone()).collect();
    reached(&Value::from(answers), document.schemas())
}

/// The members of a union without a tag that an earlier one hides, each with that one.
pub(crate) fn hidden_members(document: &Value, schema: &Value) -> Vec<(usize, usize)> {
    let members = schema.get("oneOf").and_then(Value::as_array).filter(|_| schema.get("discriminator").is_none());
    let members = members.map(Vec::as_slice).unwrap_or_default();
    let hidden = members.iter().enumerate().filter_map(|(later, member)| {
        let hides = |earlier: &Value| is_object(document, earlier) && hides(document, earlier, member, 0);
        Some((later, members[..later].iter().position(hides)?))
    });
    hidden.collect()
}

/// Whether it is an object with fields, or a list of them: other members differ in their Rust types.
fn is_object(document: &Value, member: &Value) -> bool {
    let member = resolve(document, member).unwrap_or(member);
    match text(member, "type") {
        "array" => is_object(document, &member["items"]),
        _ => member.get("properties").is_some(),
    }
}

/// Whether each value of `later` is a value of `earlier` that is matched no worse, and they are not one schema.
///
/// A member that requires more wins where both know the same keys, and one that knows more keys wins anyway.
fn hides(document: &Value, earlier: &Value, later: &Value, depth: usize) -> bool {
    let (Some(one), Some(other)) = (resolve(document, earlier), resolve(document, later)) else {
        return false;
    };
    if one == other {
        // Two names of one schema do not differ for a caller; one schema twice becomes one member.
        return depth > 0 || schema_name(earlier) != schema_name(later);
    }
    if depth > MAX_DEPTH {
        return false;
    }
    let is_any = |schema: &Value| ["type", "oneOf", "properties"].iter().all(|key| schema.get(key).is_none());
    if depth > 0 && is_any(one) {
        return true;
    }
    match (text(one, "type"), text(other, "type")) {
        ("array", "array") => hides(document, &one["items"], &other["items"], depth + 1),
        ("object", "object") => match (one.get("properties"), other.get("properties")) {
            (Some(_), Some(_)) => hides_object(document, one, other, depth),
            (None, None) => true,
            _ => false,
        },
        ("number", "integer") => true,
        (one, other) => !one.is_empty() && one == other,
    }
}

fn hides_object(document: &Value, one: &Value, other: &Value, depth: usize) -> bool {
    let known: &Map<String, Value> = object(&one["properties"]);
    let is_known = |(name, inner): (&String, &Value)| {
        known.get(name).is_some_and(|earlier| hides(document, earlier, inner, depth + 1))
    };
    required(one) == required(other) && object(&other["properties"]).iter().all(is_known)
}

fn required(schema: &Value) -> Vec<&str> {
    let names = schema["required"].as_array().into_iter().flatten();
    let mut names: Vec<&str> = names.filter_map(Value::as_str).collect();
    names.sort_unstable();
    names
}
