//! Limits are dropped: they would become types of their own that refuse what a server sends.

use super::super::diagnostic::Result;
use super::super::document::Document;
use super::Context;

const CONSTRAINTS: [&str; 10] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "pattern",
];

pub(super) fn drop(document: &mut Document, _: &mut Context) -> Result<usize> {
    let mut count = 0;
    document.for_each_schema(&mut |schema| {
        let Some(keys) = schema.as_object_mut() else {
            return;
        };
        for constraint in CONSTRAINTS {
            count += usize::from(keys.remove(constraint).is_some());
        }
    });
    Ok(count)
}
