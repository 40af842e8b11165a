//! `cargo xtask generate`: the clients, from the documents in `specs`.

mod check;
pub(crate) mod diagnostic;
pub(crate) mod document;
mod emit;
mod import;
pub(crate) mod load;
mod media;
mod model;
mod normalise;
mod progenitor;
mod rewrite;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod write;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use diagnostic::{Error, Result, stop_if_any};
use document::Document;
pub(crate) use emit::Files;
use model::Model;
use serde_json::Value;
pub(crate) use write::write as write_files;

use crate::outcome::{Failure, Outcome};
use crate::platforms;

/// Write the clients, or compare them with the documents in `specs`
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Platforms to generate; all of them without one
    #[arg(value_name = "PLATFORM", value_parser = platforms::parser())]
    platforms: Vec<String>,
    /// Write nothing, and print how the committed clients differ from what would be written
    #[arg(long)]
    check: bool,
}

/// Runs `generate`.
///
/// # Errors
///
/// Every diagnostic of all platforms, one a line.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Outcome {
    let mut platforms: Vec<&str> = arguments.platforms.iter().map(String::as_str).collect();
    if platforms.is_empty() {
        platforms = platforms::names().collect();
    }
    let mut reasons = Vec::new();
    let mut failed = Vec::new();
    let mut first = "";
    for platform in platforms {
        if let Err(error) = generate(root, platform, arguments.check) {
            if matches!(error, Error::Document(_)) {
                first = "correct the lines above, then ";
            }
            reasons.push(error.to_string());
            failed.push(platform);
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    let repair = format!("{first}cargo xtask generate {}", failed.join(" "));
    Err(Failure::new(reasons.join("\n"), repair))
}

fn generate(root: &Path, platform: &str, check: bool) -> Result<()> {
    let document = document(root, platform)?;
    let model = model(&document)?;
    let folder = root.join(format!("crates/{platform}-client"));
    let files = files(&folder, &document, &model, platform)?;
    if !check {
        return write::write(&folder, &files);
    }
    let diff = write::compare(&folder, &files)?;
    if diff.is_empty() {
        return Ok(());
    }
    Err(Error::Generator(format!("{diff}\nthe {platform} client does not match its documents")))
}

/// Passes 1 and 2.
pub(crate) fn document(root: &Path, platform: &str) -> Result<Document> {
    let (document, mut diagnostics) = load::load(&load::read(root, platform)?)?;
    diagnostics.extend(check::check(&document));
    stop_if_any(diagnostics)?;
    Ok(document)
}

/// A foreign document, written by our rules.
pub(crate) fn imported(file: &str, original: &Rc<Value>) -> Result<Document> {
    import::import(file, original)
}

/// The generated files of a client, without its manifest and tests.
pub(crate) fn client(document: &Document, crate_name: &str) -> Result<Files> {
    let model = model(document)?;
    let mut files = emit::emit(&model, &document.areas, crate_name)?;
    files.retain(|path, _| path.starts_with("src"));
    Ok(files)
}

/// Passes 3 to 5.
fn model(document: &Document) -> Result<Model> {
    let mut normalised = document.clone();
    let context = normalise::normalise(&mut normalised)?;
    let tokens = progenitor::generate(&normalised, &context)?;
    rewrite::rewrite(tokens, document, &context)
}

/// Passes 6 to 8, and the features in the manifest.
fn files(folder: &Path, document: &Document, model: &Model, platform: &str) -> Result<Files> {
    let mut files = emit::emit(model, &document.areas, &format!("{platform}_client"))?;
    let path = folder.join("Cargo.toml");
    let manifest = std::fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?;
    let manifest =
        emit::features(&manifest, &document.areas).map_err(|e| Error::Generator(format!("{}: {e}", path.display())))?;
    files.insert(PathBuf::from("Cargo.toml"), manifest);
    Ok(files)
}
