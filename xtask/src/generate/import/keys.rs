//! Keys that our rules do not know are dropped.

use super::super::check::{KEYS, KEYS_BESIDE_REF};
use super::super::document::Document;
use super::{Diagnostics, walk};

pub(super) fn keep(document: &mut Document) -> Diagnostics {
    walk::each(&mut document.value, &mut |schema, _| {
        if let Some(keys) = schema.as_object_mut() {
            let known = if keys.contains_key("$ref") { &KEYS_BESIDE_REF[..] } else { &KEYS[..] };
            keys.retain(|key, _| known.contains(&key.as_str()));
        }
    });
    Diagnostics::new()
}
