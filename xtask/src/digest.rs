//! `cargo xtask digest`: a client of any `OpenAPI` document, as a crate by itself.

mod culprits;
mod package;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;

use crate::generate::diagnostic::{Diagnostic, Error};
use crate::generate::{client, imported};
use crate::outcome::{Failure, Outcome};
use crate::published;

/// Write a client of any OpenAPI document, as a crate by itself
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Document to read: OpenAPI 3.0 or 3.1, as JSON or YAML
    file: PathBuf,
    /// Folder of the crate: new, empty, or written by this command before
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Leave out operations that cannot be taken, and print them
    #[arg(long)]
    keep_going: bool,
}

/// Runs `digest`.
///
/// # Errors
///
/// What cannot be read, taken or written, one diagnostic a line; with `--keep-going` operations
/// that cannot be taken are printed and left out instead.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Outcome {
    let Arguments { file, out, keep_going } = arguments;
    let again = |first: &str, rest: &str| {
        format!("{first}, then cargo xtask digest {} --out {}{rest}", file.display(), out.display())
    };
    package::check_folder(out)
        .map_err(|reason| Failure::new(reason, format!("cargo xtask digest {} --out NEW_DIR", file.display())))?;
    let unreadable = |reason: String| Failure::new(reason, again("correct the document", ""));
    let mut original = Rc::new(published::read_loosely(file).map_err(unreadable)?);
    let (files, count, notes) = loop {
        match digest(&file.display().to_string(), &original, &arguments.name()) {
            Ok(done) => break done,
            Err(Error::Document(diagnostics)) if *keep_going => {
                original = Rc::new(without(&original, &diagnostics).map_err(unreadable)?);
            }
            Err(error) => return Err(Failure::new(error, again("correct the document or leave out", " --keep-going"))),
        }
    };
    if count == 0 {
        let reason = format!("{}: the document has no operation that can be taken", file.display());
        return Err(unreadable(reason));
    }
    package::write(root, out, &arguments.name(), files)
        .map_err(|error| Failure::new(error, again("make the folder writable", "")))?;
    for note in notes {
        println!("taken otherwise: {note}");
    }
    println!("{}: {count} operations", out.display());
    Ok(())
}

impl Arguments {
    /// The crate's name, after the folder.
    fn name(&self) -> String {
        use heck::ToKebabCase as _;
        // `.` has no name, but the folder that it stands for has.
        let whole = std::path::absolute(&self.out).unwrap_or_default();
        let name = whole.file_name().unwrap_or_default().to_string_lossy().to_kebab_case();
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("client-{name}") }
    }
}

/// The files of the client, how many operations it has, and what is taken otherwise than the document says.
fn digest(file: &str, original: &Rc<Value>, name: &str) -> Result<(package::Client, usize, Vec<Diagnostic>), Error> {
    let mut document = imported(file, original)?;
    let notes = std::mem::take(&mut document.notes);
    let files = client(&document, &name.replace('-', "_"))?;
    let count = document.operations().len();
    Ok((package::Client { files, areas: document.areas }, count, notes))
}

/// The document without the operations that the diagnostics are about, which are printed.
fn without(original: &Value, diagnostics: &[Diagnostic]) -> Result<Value, String> {
    let mut rest = original.clone();
    let mut is_less = false;
    for diagnostic in diagnostics {
        for (path, method) in culprits::of(original, diagnostic.place.pointer()) {
            let removed = rest["paths"][&path].as_object_mut().and_then(|item| item.remove(&method));
            if removed.is_some() {
                println!("left out: {} {path}: {diagnostic}", method.to_uppercase());
                is_less = true;
            }
        }
    }
    if is_less {
        return Ok(rest);
    }
    let lines: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    Err(lines.join("\n"))
}

#[cfg(test)]
mod tests;
