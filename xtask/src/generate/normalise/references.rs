//! What stands beside a `$ref` would be ignored; a wrapper around the reference keeps it.

use serde_json::{Value, json};

use super::super::diagnostic::Result;
use super::super::document::Document;
use super::Context;

pub(super) fn wrap(document: &mut Document, _: &mut Context) -> Result<usize> {
    let mut count = 0;
    document.for_each_schema(&mut |schema| {
        let Some(keys) = schema.as_object_mut().filter(|keys| keys.len() > 1) else {
            return;
        };
        if let Some(reference) = keys.remove("$ref") {
            let nullable = keys.get("nullable") == Some(&Value::Bool(true));
            *schema = if nullable {
                json!({"nullable": true, "allOf": [{"$ref": reference}]})
            } else {
                json!({"$ref": reference})
            };
            count += 1;
        }
    });
    Ok(count)
}
