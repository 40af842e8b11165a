//! Explanations in our documents that explain nothing any more.

use std::collections::BTreeMap;

use super::explain::Explained;
use super::operation::{Key, Operation, without_names};
use crate::corrections::corrections;
use crate::generate::diagnostic::Place;
use crate::generate::document::{Document, escape};

/// The stale lines, each with its place.
pub(super) fn stale(
    platform: &str,
    document: &Document,
    explained: &Explained<'_>,
    [theirs, ours]: [&BTreeMap<Key, Operation<'_>>; 2],
) -> Vec<(Place, String)> {
    let left_out = document.left_out.keys().filter_map(|operation| {
        let key = without_names(operation);
        let reason = match (theirs.contains_key(&key), ours.contains_key(&key)) {
            (_, true) => "left out, but described here",
            (false, false) => "left out, but no longer published",
            (true, false) => return None,
        };
        let place = document.places.of(&format!("/x-left-out/{}", escape(operation)));
        Some((place, format!("`{operation}`: {reason}")))
    });
    let corrections = corrections(platform, document).into_iter();
    let unused = corrections.filter(|correction| !explained.is_used(correction.line));
    let mut stale: Vec<_> = left_out.chain(unused.map(|unused| (unused.place, unused.line.to_owned()))).collect();
    stale.sort();
    stale
}
