//! Pass 1: the files of a platform become one document.

mod headers;
mod merge;
mod references;
mod yaml;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::diagnostic::{Diagnostic, Error, Place, Result, stop_if_any};
use super::document::Document;

/// The file of what several areas share.
const COMMON: &str = "common";

/// The key of the published operations that a platform's documents leave out.
const LEFT_OUT: &str = "x-left-out";

/// A file before it is merged with the others.
#[derive(Debug)]
struct Source {
    /// `applications` for `specs/coolify/applications.yaml`.
    name: String,
    /// The file, named from the root of the repository.
    file: String,
    value: Map<String, Value>,
    /// The line of each value, by its JSON pointer in this file.
    lines: BTreeMap<String, usize>,
}

impl Source {
    fn diagnostic(&self, pointer: &str, reason: impl Into<String>) -> Diagnostic {
        let line = self.lines.get(pointer).copied().unwrap_or(1);
        let file = self.file.clone();
        Diagnostic { place: Place { file, line }, reason: reason.into() }
    }
}

/// Reads `specs/<platform>/*.yaml` below `root`.
pub(crate) fn read(root: &Path, platform: &str) -> Result<Vec<(String, String)>> {
    let folder = root.join("specs").join(platform);
    let entries = std::fs::read_dir(&folder).map_err(|e| Error::file(&folder, e))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::file(&folder, e))?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = std::fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push((format!("specs/{platform}/{name}"), text));
        }
    }
    files.sort();
    if files.is_empty() {
        let reason = format!("{} holds no document", folder.display());
        return Err(Error::Generator(reason));
    }
    Ok(files)
}

/// Merges files, given as name and text.
///
/// What is wrong with names and references is returned beside the document, so that one run
/// can report it together with what the check pass finds.
///
/// # Errors
///
/// Text that is not YAML, or not a mapping.
pub(crate) fn load(files: &[(String, String)]) -> Result<(Document, Vec<Diagnostic>)> {
    let mut sources = Vec::new();
    let mut diagnostics = Vec::new();
    for (file, text) in files {
        match yaml::parse(file, text) {
            Ok(source) => sources.push(source),
            Err(broken) => diagnostics.extend(broken),
        }
    }
    stop_if_any(diagnostics)?;
    let mut diagnostics = headers::check(&sources);
    diagnostics.extend(references::resolve(&mut sources));
    let document = merge::merge(sources, &mut diagnostics);
    Ok((document, diagnostics))
}

#[cfg(test)]
mod tests;
