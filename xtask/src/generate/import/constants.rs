//! A constant is an enum of one word.

use serde_json::json;

use super::super::document::Document;
use super::{Diagnostics, walk};

pub(super) fn list(document: &mut Document) -> Diagnostics {
    walk::each(&mut document.value, &mut |schema, _| {
        if let Some(keys) = schema.as_object_mut()
            && let Some(word) = keys.remove("const")
        {
            keys.insert("enum".to_owned(), json!([word]));
        }
    });
    Diagnostics::new()
}
