//! Parameters and forms are written as text: null is not written, and what may be many things is text.

use serde_json::{Value, json};

use super::super::document::{Document, is_type, schema_name, text};
use super::super::media::FORM;
use super::Diagnostics;

pub(super) fn simplify(document: &mut Document) -> Diagnostics {
    let schemas = document.schemas().clone();
    let mut forms = Vec::new();
    for operation in document.operations_mut() {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let simple = simple(&parameter["schema"], &schemas);
            parameter["schema"] = simple;
        }
        forms.extend(schema_name(&operation["requestBody"]["content"][FORM]["schema"]).map(str::to_owned));
    }
    for form in forms {
        let form = document.schemas_mut().get_mut(&form);
        let properties = form.and_then(|form| form.get_mut("properties")).and_then(Value::as_object_mut);
        for property in properties.into_iter().flat_map(|properties| properties.values_mut()) {
            *property = simple(property, &schemas);
        }
    }
    Diagnostics::new()
}

fn simple(schema: &Value, schemas: &serde_json::Map<String, Value>) -> Value {
    let mut schema = schema.clone();
    // A scalar that has a name may be null by that name; deeper names are left to the check.
    if let Some(named) = schema_name(&schema).and_then(|name| schemas.get(name)) {
        if named.get("oneOf").is_some() {
            schema = json!({"type": "string"});
        } else if !is_type(named) {
            schema = named.clone();
        }
    }
    if let Some(keys) = schema.as_object_mut() {
        keys.remove("nullable");
        keys.remove("x-secret");
        if !["$ref", "type"].iter().any(|key| keys.contains_key(*key)) {
            keys.insert("type".to_owned(), "string".into());
        }
    }
    if text(&schema, "type") == "array" {
        schema["items"] = simple(&schema["items"], schemas);
    }
    schema
}
