//! Small documents for the tests of the passes.

use std::path::Path;

use super::check;
use super::diagnostic::Diagnostic;
use super::document::{Document, object};
use super::load;

/// What every file begins with; what follows begins on line 3.
const HEADER: &str = "\
openapi: 3.0.3
info: {title: Sample, version: '1', description: An area.}
";

/// The document that one area file makes; `body` is what follows its header.
pub(crate) fn document(body: &str) -> Document {
    let (document, diagnostics) = load::load(&[file(body)]).unwrap();
    assert_eq!(diagnostics, []);
    document
}

/// What the check pass says of such a file, a line each; `body` begins on line 3.
pub(crate) fn diagnostics(body: &str) -> String {
    let (document, mut diagnostics) = load::load(&[file(body)]).unwrap();
    diagnostics.extend(check::check(&document));
    diagnostics.sort();
    let lines = diagnostics.iter().map(Diagnostic::to_string);
    lines.collect::<Vec<_>>().join("\n")
}

/// The sample below `xtask/tests`, which has something of everything.
pub(crate) fn sample() -> Document {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample");
    super::document(&root, "sample").unwrap()
}

/// The named schemas, a line each.
pub(crate) fn schemas(document: &Document) -> String {
    let schemas = document.schemas().iter();
    let lines = schemas.map(|(name, schema)| format!("{name}: {schema}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Parameters and answers of the operations, a line each.
pub(crate) fn operations(document: &Document) -> String {
    let operations = document.operations().into_iter();
    let lines = operations.flat_map(|operation| {
        let parts = ["parameters", "requestBody", "responses"].into_iter();
        let parts = parts.filter(|part| object(operation.value).contains_key(*part));
        parts.map(move |part| format!("{} {part}: {}", operation.id(), operation.value[part]))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn file(body: &str) -> (String, String) {
    let text = format!("{HEADER}{body}");
    ("specs/sample/apps.yaml".to_owned(), text)
}
