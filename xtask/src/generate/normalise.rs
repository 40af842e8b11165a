//! Pass 3: what progenitor cannot digest, or would digest wrongly, is written differently.
//!
//! Each pass is one file; a new one is added to [`PASSES`] at the place where it has to run.

#![allow(clippy::unnecessary_wraps, reason = "every pass has the same signature")]

mod aliases;
mod answers;
mod bodies;
mod choices;
mod constraints;
mod enums;
mod formats;
mod params;
mod references;
mod secrets;
mod unions;

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostic::Result;
use super::document::Document;

pub(crate) use bodies::FILE;
pub(crate) use secrets::{SECRET, SECRET_JSON};

/// What passes take out of the document, for the later steps.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// The words of each enum.
    pub(crate) enums: BTreeMap<String, Vec<String>>,
    /// The unions that have a tag.
    pub(crate) unions: BTreeMap<String, Union>,
    /// The schemas that hold the optional parameters of an operation, by its id.
    pub(crate) params: BTreeMap<String, String>,
    /// The schemas that are sent as forms.
    pub(crate) forms: BTreeSet<String>,
    /// How many places each pass changed; what a new document does to us shows here first.
    pub(crate) counts: Vec<(&'static str, usize)>,
}

/// A union whose members a tag distinguishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Union {
    pub(crate) tag: String,
    /// The schema of each member, and the tags that lead to it.
    pub(crate) members: Vec<(String, Vec<String>)>,
}

/// Changes the document; returns how many places it changed.
type Pass = fn(&mut Document, &mut Context) -> Result<usize>;

/// The passes, in the order in which they run.
const PASSES: [(&str, Pass); 11] = [
    ("choices", choices::merge),
    ("aliases", aliases::inline),
    ("params", params::fold),
    ("answers", answers::keep_json),
    ("bodies", bodies::keep_json),
    ("secrets", secrets::name),
    ("references", references::wrap),
    ("enums", enums::register),
    ("unions", unions::register),
    ("formats", formats::drop),
    ("constraints", constraints::drop),
];

/// Runs every pass.
pub(crate) fn normalise(document: &mut Document) -> Result<Context> {
    let mut context = Context::default();
    for (name, pass) in PASSES {
        let count = pass(document, &mut context)?;
        context.counts.push((name, count));
    }
    Ok(context)
}

#[cfg(test)]
mod tests;
