//! Optional query parameters become one schema, so that a new one breaks no caller.

use heck::ToUpperCamelCase as _;
use serde_json::{Map, Value, json};

use super::super::diagnostic::Result;
use super::super::document::{Document, flag, resolve, text};
use super::Context;

pub(super) fn fold(document: &mut Document, context: &mut Context) -> Result<usize> {
    let whole = document.value.clone();
    let mut folded = Vec::new();
    for operation in document.operations_mut() {
        let id = text(operation, "operationId").to_owned();
        let mut properties = Map::new();
        let parameters = operation.get_mut("parameters");
        let Some(parameters) = parameters.and_then(Value::as_array_mut) else {
            continue;
        };
        parameters.retain(|parameter| {
            let Some(parameter) = resolve(&whole, parameter) else {
                return true;
            };
            let keep = flag(parameter, "required");
            if !keep {
                properties.insert(text(parameter, "name").to_owned(), property(parameter));
            }
            keep
        });
        if !properties.is_empty() {
            folded.push((id, properties));
        }
    }
    let count = folded.len();
    for (id, properties) in folded {
        let name = format!("{}Params", id.to_upper_camel_case());
        let schema = json!({"type": "object", "properties": properties});
        document.schemas_mut().insert(name.clone(), schema);
        context.params.insert(id, name);
    }
    Ok(count)
}

/// The parameter's schema, described by the parameter.
fn property(parameter: &Value) -> Value {
    let mut schema = parameter["schema"].clone();
    for key in ["description", "deprecated"] {
        if let (Some(value), Some(schema)) = (parameter.get(key), schema.as_object_mut()) {
            schema.insert(key.to_owned(), value.clone());
        }
    }
    schema
}
