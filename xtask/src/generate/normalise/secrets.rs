//! What is marked `x-secret` becomes a type of its own that never prints itself.

use serde_json::{Value, json};

use super::super::diagnostic::Result;
use super::super::document::{Document, flag, text};
use super::Context;

/// The schema that stands for secret text.
pub(crate) const SECRET: &str = "Secret";
/// The schema that stands for free-form JSON that holds secrets.
pub(crate) const SECRET_JSON: &str = "SecretJson";

pub(super) fn name(document: &mut Document, _: &mut Context) -> Result<usize> {
    let mut count = 0;
    document.for_each_schema(&mut |schema| {
        if flag(schema, "x-secret") {
            hide(schema);
            count += 1;
        }
    });
    // Place holders; the types that replace them have their names.
    for name in [SECRET, SECRET_JSON] {
        let secret = json!({"type": "string", "enum": [name]});
        document.schemas_mut().insert(name.to_owned(), secret);
    }
    Ok(count)
}

/// Replaces the text or JSON in a schema, or in the lists and maps it is.
fn hide(schema: &mut Value) {
    if let Some(keys) = schema.as_object_mut() {
        keys.remove("x-secret");
    }
    let is_map = schema["additionalProperties"].is_object();
    match text(schema, "type") {
        "array" => hide(&mut schema["items"]),
        "object" if is_map => hide(&mut schema["additionalProperties"]),
        "string" => replace(schema, SECRET),
        _ => replace(schema, SECRET_JSON),
    }
}

fn replace(schema: &mut Value, name: &str) {
    let mut secret = json!({"$ref": format!("#/components/schemas/{name}")});
    for key in ["nullable", "description", "deprecated"] {
        if let Some(value) = schema.get(key) {
            secret[key] = value.clone();
        }
    }
    *schema = secret;
}
