//! `cargo xtask drift`: how a published document differs from ours, and which differences we explain.
//!
//! What a caller can observe is compared, not how it is spelt: operations, parameters, fields, types,
//! words of enums, and in requests what is required and what may be null.
//! Answers are lenient here on purpose, so that what is optional or nullable in them only here is no difference.
//! Success codes, failures, formats, limits, prose and whether a request body may be left out are not compared.

mod compare;
mod explain;
mod finding;
mod operation;
mod report;
mod shape;
mod stale;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use compare::Comparison;
use explain::{Explained, Root};
use finding::Kind;
use operation::{Key, Operation, without_names};

use crate::generate::diagnostic::{self, Place, stop_if_any};
use crate::generate::document::Document;
use crate::generate::load;
use crate::outcome::{Failure, Outcome};
use crate::platforms;
use crate::published;

/// What is printed.
struct Drift<'a> {
    platform: &'a str,
    published: usize,
    described: usize,
    explained: Explained<'a>,
    /// The lines that explain the published answers of whole areas.
    areas: Vec<&'a str>,
    stale: Vec<(Place, String)>,
}

/// Print how a published document differs from ours, as Markdown
///
/// The exit status is 1 if a difference has no `x-corrects` or `x-left-out` that explains it, and 2 if a file cannot
/// be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Platform whose documents are compared
    #[arg(value_parser = platforms::parser())]
    platform: String,
    /// Published document: OpenAPI 3.0 or 3.1, as JSON or YAML
    #[arg(long, value_name = "FILE")]
    upstream: PathBuf,
}

/// Runs `drift`.
///
/// # Errors
///
/// A difference that is not explained, or a file that cannot be read.
/// A stale explanation is none: it hides nothing, and a new release must not fail for one.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Outcome {
    let Arguments { platform, upstream } = arguments;
    let again = format!("cargo xtask drift {platform} --upstream {}", upstream.display());
    let (report, is_explained) = report(root, platform, upstream)
        .map_err(|reason| Failure::new(reason, format!("correct the file, then {again}")).with_status(2))?;
    // A reader that closes the pipe early has read enough.
    let _ = std::io::stdout().write_all(report.as_bytes());
    if is_explained {
        return Ok(());
    }
    let repair = format!("correct specs/{platform}, or explain with `x-corrects` or `x-left-out`; then {again}");
    Err(Failure::new("there are unexplained differences", repair))
}

/// The report, and whether everything in it is explained.
fn report(root: &Path, platform: &str, file: &Path) -> Result<(String, bool), String> {
    let published = published::read(file)?;
    let document = document(root, platform).map_err(|error| error.to_string())?;
    let theirs = operation::operations(&published);
    let ours = operation::operations(&document.value);
    let drift = Drift::new(platform, &document, [&published, &document.value], [&theirs, &ours]);
    Ok((report::markdown(&drift), drift.is_explained()))
}

/// Our document; `generate` is what checks it by the house rules.
fn document(root: &Path, platform: &str) -> diagnostic::Result<Document> {
    let (document, diagnostics) = load::load(&load::read(root, platform)?)?;
    stop_if_any(diagnostics)?;
    Ok(document)
}

impl<'a> Drift<'a> {
    fn new(
        platform: &'a str,
        document: &'a Document,
        [published, described]: [&'a Value; 2],
        [theirs, ours]: [&'a BTreeMap<Key, Operation<'a>>; 2],
    ) -> Self {
        let mut comparison = Comparison::new(published, described);
        let mut roots = Vec::new();
        for (key, here) in ours {
            if let Some(there) = theirs.get(key) {
                let area = document.areas.iter().find(|area| here.value["tags"][0] == area.name.as_str());
                roots.push(Root {
                    name: &here.name,
                    frame: comparison.operation(there, here, &here.name),
                    corrects: here.corrects(),
                    area: area.and_then(|area| area.corrects.as_deref()),
                });
            }
        }
        let mut explained = Explained::new(&comparison.frames, &roots);
        for (key, there) in theirs.iter().filter(|(key, _)| !ours.contains_key(*key)) {
            let left_out = document.left_out.iter().find(|(operation, _)| without_names(operation) == *key);
            explained.one_sided(&there.name, Kind::OnlyThere, left_out.map(|(_, reason)| reason.as_str()));
        }
        for (_, here) in ours.iter().filter(|(key, _)| !theirs.contains_key(*key)) {
            explained.one_sided(&here.name, Kind::OnlyHere, here.corrects());
        }
        Self {
            platform,
            published: theirs.len(),
            described: ours.len(),
            areas: document.areas.iter().filter_map(|area| area.corrects.as_deref()).collect(),
            stale: stale::stale(platform, document, &explained, [theirs, ours]),
            explained,
        }
    }

    /// Whether a line is that of a whole area.
    fn explains_area(&self, line: &str) -> bool {
        self.areas.iter().any(|area| std::ptr::eq(*area, line))
    }

    fn is_explained(&self) -> bool {
        self.explained.entries.keys().all(|entry| entry.line.is_some())
    }
}
