//! Only JSON is left to progenitor: a form becomes an object, other bodies are taken out.

use serde_json::{Value, json};

use super::super::diagnostic::Result;
use super::super::document::{Document, is_file, schema_name};
use super::super::media::{FORM, JSON};
use super::Context;

/// The schema that stands for a file in a form.
pub(crate) const FILE: &str = "UploadedFile";

pub(super) fn keep_json(document: &mut Document, taken: &mut Context) -> Result<usize> {
    let mut count = 0;
    for operation in document.operations_mut() {
        let content = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"));
        let Some(content) = content.and_then(Value::as_object_mut) else {
            continue;
        };
        if let Some(form) = content.remove(FORM) {
            taken.forms.extend(schema_name(&form["schema"]).map(str::to_owned));
            content.insert(JSON.to_owned(), form);
            count += 1;
        } else if !content.contains_key(JSON) {
            operation.as_object_mut().and_then(|operation| operation.remove("requestBody"));
            count += 1;
        }
    }
    for name in &taken.forms {
        let properties = document.schemas_mut().get_mut(name).and_then(|form| form.get_mut("properties"));
        for property in properties.and_then(Value::as_object_mut).into_iter().flat_map(|all| all.values_mut()) {
            if is_file(property) {
                *property = json!({"$ref": format!("#/components/schemas/{FILE}")});
            }
        }
    }
    // A place holder; the type that replaces it has its name.
    document.schemas_mut().insert(FILE.to_owned(), json!({"type": "string", "enum": [FILE]}));
    Ok(count)
}
