//! Every schema of a document, with its pointer.

use serde_json::Value;

use super::super::document::{METHODS, escape};

/// Calls `change` on every schema, the inner ones first.
pub(super) fn each(document: &mut Value, change: &mut impl FnMut(&mut Value, &str)) {
    roots(document, &mut |schema, pointer| inside(schema, pointer, change));
}

/// Calls `change` on every schema that does not stand in another.
pub(super) fn roots(document: &mut Value, change: &mut impl FnMut(&mut Value, &str)) {
    entries(document.pointer_mut("/components/schemas"), "/components/schemas", change);
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                of_operation(operation, &format!("/paths/{}/{method}", escape(path)), change);
            }
        }
    }
}

fn of_operation(operation: &mut Value, pointer: &str, change: &mut impl FnMut(&mut Value, &str)) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for (i, parameter) in parameters.into_iter().flatten().enumerate() {
        if let Some(schema) = parameter.get_mut("schema") {
            change(schema, &format!("{pointer}/parameters/{i}/schema"));
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        of_content(body, &format!("{pointer}/requestBody"), change);
    }
    let answers = operation.get_mut("responses").and_then(Value::as_object_mut);
    for (status, answer) in answers.into_iter().flatten() {
        of_content(answer, &format!("{pointer}/responses/{}", escape(status)), change);
    }
}

fn of_content(holder: &mut Value, pointer: &str, change: &mut impl FnMut(&mut Value, &str)) {
    let content = holder.get_mut("content").and_then(Value::as_object_mut);
    for (media, content) in content.into_iter().flatten() {
        if let Some(schema) = content.get_mut("schema") {
            change(schema, &format!("{pointer}/content/{}/schema", escape(media)));
        }
    }
}

/// Calls `change` on the schemas inside a schema, then on itself.
pub(super) fn inside(schema: &mut Value, pointer: &str, change: &mut impl FnMut(&mut Value, &str)) {
    parts(schema, pointer, &mut |part, pointer| inside(part, pointer, change));
    change(schema, pointer);
}

/// Calls `change` on the schemas that stand directly in a schema.
pub(super) fn parts(schema: &mut Value, pointer: &str, change: &mut impl FnMut(&mut Value, &str)) {
    let at = format!("{pointer}/properties");
    entries(schema.get_mut("properties"), &at, change);
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key).filter(|inner| inner.is_object()) {
            change(inner, &format!("{pointer}/{key}"));
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        let members = schema.get_mut(key).and_then(Value::as_array_mut);
        for (i, member) in members.into_iter().flatten().enumerate() {
            change(member, &format!("{pointer}/{key}/{i}"));
        }
    }
}

fn entries(holder: Option<&mut Value>, pointer: &str, change: &mut impl FnMut(&mut Value, &str)) {
    for (name, schema) in holder.and_then(Value::as_object_mut).into_iter().flatten() {
        change(schema, &format!("{pointer}/{}", escape(name)));
    }
}
