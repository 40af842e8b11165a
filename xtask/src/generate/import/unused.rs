//! Schemas that no operation reaches are dropped: their mistakes would concern no caller.

use super::super::document::{Document, reached};
use super::Diagnostics;

pub(super) fn drop(document: &mut Document) -> Diagnostics {
    let reached = reached(&document.value["paths"], document.schemas());
    document.schemas_mut().retain(|name, _| reached.contains(name));
    Diagnostics::new()
}
