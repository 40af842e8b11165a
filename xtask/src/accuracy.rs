//! `cargo xtask accuracy`: the page that says how we know what the documents say.

mod page;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::corrections::corrections;
use crate::generate::document::{Document, text};
use crate::generate::{document, write};
use crate::outcome::{Failure, Outcome};
use crate::platforms;

/// The page, below `specs`.
const PAGE: &str = "ACCURACY.md";

/// What is known about one platform.
#[derive(Debug)]
struct Platform<'a> {
    name: &'a str,
    areas: Vec<Area<'a>>,
    /// The versions that were observed, the sources that were read.
    witnesses: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// The lines that explain corrections, and how often each stands in the documents.
    corrections: BTreeMap<&'a str, usize>,
    left_out: &'a BTreeMap<String, String>,
}

/// One row of a platform's table.
#[derive(Debug, Default)]
struct Area<'a> {
    name: &'a str,
    /// How many operations rest on which evidence.
    evidence: BTreeMap<&'a str, usize>,
    corrections: usize,
}

/// Write specs/ACCURACY.md: how we know what the documents say
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing, and print how the committed page differs from what would be written
    #[arg(long)]
    check: bool,
}

/// The command that writes the page.
const REPAIR: &str = "cargo xtask accuracy";

/// Runs `accuracy`.
///
/// # Errors
///
/// What is wrong in the documents, a file that cannot be written, or with `--check` the difference.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Outcome {
    let documents: Result<Vec<Document>, _> = platforms::names().map(|platform| document(root, platform)).collect();
    let documents = documents.map_err(|error| Failure::new(error, "cargo xtask generate"))?;
    let platforms: Vec<Platform<'_>> =
        platforms::names().zip(&documents).map(|(name, document)| Platform::new(name, document)).collect();
    let files = BTreeMap::from([(PathBuf::from(PAGE), page::markdown(&platforms))]);
    let folder = root.join("specs");
    if !arguments.check {
        return write::write(&folder, &files).map_err(|error| Failure::new(error, REPAIR));
    }
    let diff = write::compare(&folder, &files).map_err(|error| Failure::new(error, REPAIR))?;
    if diff.is_empty() { Ok(()) } else { Err(Failure::new(format!("{diff}\nspecs/{PAGE} is old"), REPAIR)) }
}

impl<'a> Platform<'a> {
    fn new(name: &'a str, document: &'a Document) -> Self {
        let names = document.areas.iter().map(|area| area.name.as_str());
        // What several areas share has no operations, but may have corrections.
        let mut areas: BTreeMap<&str, Area<'_>> =
            names.chain(["common"]).map(|name| (name, Area { name, ..Area::default() })).collect();
        let mut witnesses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for operation in document.operations() {
            let evidence = text(operation.value, "x-evidence");
            let (kind, witness) = evidence.split_once(' ').unwrap_or((evidence, ""));
            if let Some(area) = areas.get_mut(operation.area()) {
                *area.evidence.entry(kind).or_default() += 1;
            }
            witnesses.entry(kind).or_default().insert(witness);
        }
        let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
        for correction in corrections(name, document) {
            let file = Path::new(&correction.place.file).file_stem().unwrap_or_default().to_string_lossy();
            if let Some(area) = areas.get_mut(&*file) {
                area.corrections += 1;
            }
            *lines.entry(correction.line.trim()).or_default() += 1;
        }
        let areas = areas.into_values().collect();
        Self { name, areas, witnesses, corrections: lines, left_out: &document.left_out }
    }
}
