//! `cargo xtask digest`: a client of any `OpenAPI` document, as a crate by itself.

mod culprits;
mod package;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;

use crate::generate::diagnostic::{Diagnostic, Error};
use crate::generate::{client, imported};
use crate::published;

const USAGE: &str = "usage: cargo xtask digest FILE --out DIR [--keep-going]";

/// Runs `digest FILE --out DIR [--keep-going]`.
///
/// # Errors
///
/// What cannot be read, taken or written, one diagnostic a line; with `--keep-going` operations
/// that cannot be taken are printed and left out instead.
pub(crate) fn command(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let options = Options::parse(arguments)?;
    package::check_folder(&options.out)?;
    let file = options.file.display().to_string();
    let mut original = Rc::new(published::read_loosely(&options.file)?);
    let (files, count, notes) = loop {
        match digest(&file, &original, &options.name()) {
            Ok(done) => break done,
            Err(Error::Document(diagnostics)) if options.keep_going => {
                original = Rc::new(without(&original, &diagnostics)?);
            }
            Err(error) => return Err(error.to_string()),
        }
    };
    if count == 0 {
        return Err(format!("{file}: the document has no operation that can be taken"));
    }
    package::write(root, &options.out, &options.name(), files).map_err(|error| error.to_string())?;
    for note in notes {
        println!("taken otherwise: {note}");
    }
    println!("{}: {count} operations", options.out.display());
    Ok(())
}

#[derive(Debug)]
struct Options {
    file: PathBuf,
    out: PathBuf,
    keep_going: bool,
}

impl Options {
    fn parse(arguments: &[&str]) -> Result<Self, String> {
        let (mut file, mut out, mut keep_going) = (None, None, false);
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match *argument {
                "--keep-going" => keep_going = true,
                "--out" => out = arguments.next().map(PathBuf::from),
                path if file.is_none() && !path.starts_with('-') => file = Some(PathBuf::from(path)),
                _ => return Err(USAGE.to_owned()),
            }
        }
        let (Some(file), Some(out)) = (file, out) else {
            return Err(USAGE.to_owned());
        };
        Ok(Self { file, out, keep_going })
    }

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
