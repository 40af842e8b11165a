//! Mistakes of every kind, made in the sample one at a time.

use std::path::Path;

use serde_json::{Value, json};

use super::diagnostic::{Error, stop_if_any};
use super::document::{Document, escape};
use super::testing::sample;
use super::{check, load, model};

/// The passes after loading.
fn outcome(document: &Document) -> Result<(), Error> {
    stop_if_any(check::check(document))?;
    model(document).map(|_| ())
}

/// The pointers of all values inside a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                let at = format!("{at}/{}", escape(key));
                pointers(inner, &at, found);
                found.push(at);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                let at = format!("{at}/{i}");
                pointers(item, &at, found);
                found.push(at);
            }
        }
        _ => {}
    }
}

#[test]
fn a_missing_line_is_reported_with_file_and_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample");
    let files = load::read(&root, "sample").unwrap();
    for number in 0..files.len() {
        for at in 0..files[number].1.lines().count() {
            let mut files = files.clone();
            let mut lines: Vec<&str> = files[number].1.lines().collect();
            lines.remove(at);
            files[number].1 = lines.join("\n");
            let outcome = load::load(&files).and_then(|(document, diagnostics)| {
                stop_if_any(diagnostics)?;
                outcome(&document)
            });
            assert!(matches!(outcome, Ok(()) | Err(Error::Document(_))), "{}:{at}: {outcome:?}", files[number].0);
        }
    }
}

#[test]
fn a_value_of_a_wrong_type_is_reported_with_file_and_line() {
    let document = sample();
    let mut places = Vec::new();
    for section in ["/paths", "/components/schemas", "/components/parameters"] {
        pointers(document.value.pointer(section).unwrap(), section, &mut places);
    }
    // A reference that is none does not get past the load pass.
    places.retain(|pointer| !pointer.ends_with("/$ref"));
    for pointer in places {
        for wrong in [json!(3), json!([]), json!({}), json!(null), json!([{}]), json!("text")] {
            let mut document = document.clone();
            *document.value.pointer_mut(&pointer).unwrap() = wrong.clone();
            let outcome = outcome(&document);
            assert!(matches!(outcome, Ok(()) | Err(Error::Document(_))), "{pointer}: {wrong}: {outcome:?}");
        }
    }
}
