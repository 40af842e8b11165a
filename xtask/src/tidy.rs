//! `cargo xtask tidy`: the rules of the house that no compiler checks.

mod circles;
mod packages;
mod text;
mod words;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::{Failure, Outcome};

/// Check the rules of the house that no compiler checks
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print each place of this word of the table in `xtask/src/tidy/words.rs`, and check nothing
    #[arg(long, value_name = "WORD", value_parser = words::parser())]
    places_of: Option<String>,
}

/// A file under version control: its path from the root of the repository, and its text.
#[derive(Debug)]
struct File {
    path: PathBuf,
    text: String,
}

impl File {
    #[cfg(test)]
    fn new(path: &str, text: impl Into<String>) -> Self {
        Self { path: PathBuf::from(path), text: text.into() }
    }

    fn has_extension(&self, extension: &str) -> bool {
        self.path.extension().is_some_and(|found| found == extension)
    }

    fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    fn is_generated(&self) -> bool {
        self.path.components().any(|part| part.as_os_str() == "generated")
    }

    /// Recorded bodies and snapshots are kept byte by byte.
    fn is_recorded(&self) -> bool {
        self.has_extension("jsonl") || self.has_extension("snap")
    }
}

/// What one rule found, each with the file and the line.
type Diagnostics = Vec<String>;

/// Runs `tidy`.
///
/// # Errors
///
/// Every breach of a rule, one a line.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Outcome {
    let files = tracked_files(root).map_err(|error| {
        Failure::new(
            format!("the files of the repository cannot be listed: {error}"),
            "git status, then cargo xtask tidy",
        )
    })?;
    if let Some(word) = &arguments.places_of {
        words::print_places(&files, word);
        return Ok(());
    }
    let mut diagnostics = Diagnostics::new();
    for file in &files {
        diagnostics.extend(text::check(file));
    }
    diagnostics.extend(packages::check(&files));
    diagnostics.extend(words::check(&files));
    diagnostics.extend(circles::check(&files));
    text::print_lengths(&files);
    if diagnostics.is_empty() {
        return Ok(());
    }
    Err(Failure::new(diagnostics.join("\n"), "correct the lines above, then cargo xtask tidy"))
}

/// The texts under version control, and new ones that are not ignored.
fn tracked_files(root: &Path) -> io::Result<Vec<File>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").current_dir(root).args(arguments).output()?;
    if !listed.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&listed.stderr).into_owned()));
    }
    let names = String::from_utf8_lossy(&listed.stdout);
    let paths = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    // Pictures and the like are no text, and have no rules.
    Ok(paths.filter_map(|path| Some(File { text: std::fs::read_to_string(root.join(&path)).ok()?, path })).collect())
}
