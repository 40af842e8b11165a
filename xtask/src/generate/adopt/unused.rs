//! Schemas that no operation reaches are dropped: nobody has to mend what nobody uses.

use super::super::document::{Document, reached};
use super::Complaints;

pub(super) fn drop(document: &mut Document) -> Complaints {
    let reached = reached(&document.value["paths"], document.schemas());
    document.schemas_mut().retain(|name, _| reached.contains(name));
    Complaints::new()
}
