//! The rules for uploads.

use serde_json::Value;

use super::super::document::{flag, is_file, object, resolve, schema_name, text};
use super::super::media::FORM;
use super::Checker;

/// Checks the schema of a form: scalars, enums, files, and lists of those.
pub(super) fn check(checker: &mut Checker<'_>, schema: &Value, pointer: &str) {
    let document = checker.document;
    let Some(name) = schema_name(schema) else {
        checker.report(pointer, "a form has a named schema");
        return;
    };
    let form = &document.schemas()[name];
    if form.get("properties").is_none() {
        checker.report(pointer, "a form is an object with properties");
    }
    for (property, value) in object(&form["properties"]) {
        let at = format!("/components/schemas/{name}/properties/{}", super::super::document::escape(property));
        let Some(resolved) = resolve(&document.value, value) else { continue };
        let item = if text(resolved, "type") == "array" { &resolved["items"] } else { resolved };
        let item = resolve(&document.value, item).unwrap_or(item);
        let is_list_of_files = is_file(item) && text(resolved, "type") == "array";
        if !["string", "integer", "number", "boolean"].contains(&text(item, "type")) || is_list_of_files {
            checker.report(&at, "a form holds scalars, enums and files, and lists of scalars and enums");
        }
        if flag(resolved, "x-secret") || flag(item, "x-secret") {
            checker.report(&at, "a form holds no secret");
        }
        if flag(value, "nullable") || flag(resolved, "nullable") {
            checker.report(&at, "nothing in a form is null");
        }
    }
}

/// Reports forms that are used as something else too: they cannot be written as JSON.
pub(super) fn check_use(checker: &mut Checker<'_>) {
    let mut forms = Vec::new();
    for operation in checker.document.operations() {
        let schema = &operation.value["requestBody"]["content"][FORM]["schema"];
        forms.extend(text(schema, "$ref").strip_prefix('#'));
    }
    let mut found = Vec::new();
    search(&checker.document.value, String::new(), &forms, &mut found);
    for pointer in found {
        checker.report(&pointer, "the schema of a form is used for nothing else");
    }
}

fn search(value: &Value, pointer: String, forms: &[&str], found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries.iter().filter(|(key, _)| *key != FORM) {
                search(inner, format!("{pointer}/{}", super::super::document::escape(key)), forms, found);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                search(item, format!("{pointer}/{i}"), forms, found);
            }
        }
        Value::String(text) if text.strip_prefix('#').is_some_and(|target| forms.contains(&target)) => {
            found.push(pointer);
        }
        _ => {}
    }
}
