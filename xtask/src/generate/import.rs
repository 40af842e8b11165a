//! Passes that write a foreign document by the rules of our own.
//!
//! Each pass is one file and takes one difficulty; a new one is added to [`PASSES`] at the place
//! where it has to run. What none of them can write differently is left as it is, and the check
//! pass reports it.

mod all_of;
mod answers;
mod areas;
mod bodies;
mod constants;
mod enums;
mod extras;
mod hidden;
mod hoist;
mod ids;
mod intersect;
mod keys;
mod names;
mod nulls;
mod objects;
mod parameters;
mod references;
mod renamed;
mod secrets;
mod sections;
mod sendable;
mod summaries;
mod tags;
mod types;
mod unions;
mod unused;
mod walk;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::diagnostic::{Result, stop_if_any};
use super::document::{Document, Places};

/// Pointers in the document as it then is, and what is wrong there.
type Diagnostics = Vec<(String, String)>;

/// Changes the document; returns what it could not change.
type Pass = fn(&mut Document) -> Diagnostics;

/// The passes, in the order in which they run.
const PASSES: [(&str, Pass); 26] = [
    ("sections", sections::cut),
    ("extras", extras::drop),
    ("references", references::expand),
    ("parameters", parameters::tidy),
    ("ids", ids::give),
    ("areas", areas::name),
    ("summaries", summaries::write),
    ("answers", answers::choose),
    ("bodies", bodies::choose),
    ("unused", unused::drop),
    ("types", types::split),
    ("constants", constants::list),
    ("nulls", nulls::mark),
    ("all-of", all_of::merge),
    ("unions", unions::flatten),
    ("enums", enums::tidy),
    ("objects", objects::tidy),
    ("secrets", secrets::mark),
    ("names", names::give),
    ("hoist", hoist::name),
    ("renamed", renamed::resolve),
    ("tags", tags::map),
    ("hidden", hidden::merge),
    // A union of which one member is left is another name for it.
    ("renamed again", renamed::resolve),
    ("sendable", sendable::simplify),
    ("keys", keys::keep),
];

/// Runs every pass on the document of a file.
///
/// # Errors
///
/// What no pass can write by our rules.
pub(crate) fn import(file: &str, original: &Rc<Value>) -> Result<Document> {
    let mut document = Document {
        areas: Vec::new(),
        value: Value::clone(original),
        places: Places::theirs(file.to_owned(), original.clone()),
        left_out: BTreeMap::new(),
        notes: Vec::new(),
    };
    for (_, pass) in PASSES {
        let diagnostics = pass(&mut document).into_iter();
        let diagnostics = diagnostics.map(|(pointer, reason)| document.places.diagnostic(&pointer, reason));
        stop_if_any(diagnostics.collect())?;
    }
    stop_if_any(super::check::check(&document))?;
    Ok(document)
}

#[cfg(test)]
mod tests;
