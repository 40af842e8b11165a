//! Formats are dropped: an id or a date that is not quite well-formed must not fail an answer.

use super::super::diagnostic::Result;
use super::super::document::Document;
use super::Context;

pub(super) fn drop(document: &mut Document, _: &mut Context) -> Result<usize> {
    let mut count = 0;
    document.for_each_schema(&mut |schema| {
        let format = schema.as_object_mut().and_then(|keys| keys.remove("format"));
        count += usize::from(format.is_some());
    });
    Ok(count)
}
