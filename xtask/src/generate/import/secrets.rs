//! Passwords are secrets.

use serde_json::Value;

use super::super::document::Document;
use super::{Diagnostics, walk};

pub(super) fn mark(document: &mut Document) -> Diagnostics {
    walk::each(&mut document.value, &mut |schema, _| {
        if let Some(keys) = schema.as_object_mut()
            && keys.get("format").and_then(Value::as_str) == Some("password")
            && keys.get("type").and_then(Value::as_str) == Some("string")
            && !keys.contains_key("enum")
        {
            keys.insert("x-secret".to_owned(), true.into());
        }
    });
    Diagnostics::new()
}
