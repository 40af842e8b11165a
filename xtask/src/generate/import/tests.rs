//! Golden tests of the passes: small documents below `xtask/tests/digest`, one difficulty each.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use insta::{assert_snapshot, with_settings};
use serde_json::{Value, json};

use super::super::diagnostic::Error;
use super::super::document::{Document, escape};
use super::super::{client, testing};
use super::import;

fn documents() -> Vec<(String, Rc<Value>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/digest");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, Rc::new(crate::published::read_loosely(path).unwrap()))
    };
    files.iter().map(read).collect()
}

fn shown(document: &Document) -> String {
    let areas: Vec<String> = document.areas.iter().map(|area| format!("{}: {}", area.name, area.title)).collect();
    [areas.join("\n"), testing::operations(document), testing::schemas(document)].join("\n\n")
}

#[test]
fn each_difficulty_is_written_by_our_rules() {
    for (name, document) in documents() {
        let outcome = match import(&format!("{name}.yaml"), &document) {
            Ok(document) => {
                client(&document, "sample").unwrap();
                shown(&document)
            }
            Err(error) => error.to_string(),
        };
        with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
            assert_snapshot!(name, outcome);
        });
    }
}

#[test]
fn a_value_of_a_wrong_type_never_panics() {
    let mut wrongs = Vec::new();
    for (name, document) in documents() {
        let mut pointers = Vec::new();
        collect(&document, String::new(), &mut pointers);
        let kinds = [json!(3), json!([]), json!({}), json!(null), json!([{}]), json!("text"), json!(true)];
        for (number, pointer) in pointers.iter().enumerate() {
            for (kind, wrong) in kinds.iter().enumerate() {
                let mut document = Value::clone(&document);
                *document.pointer_mut(pointer).unwrap() = wrong.clone();
                // Generating takes long, so it takes turns; importing is tried with everything.
                let outcome = import(&name, &Rc::new(document)).and_then(|document| {
                    let is_turn = kind == number % kinds.len();
                    if is_turn { client(&document, "sample").map(|_| ()) } else { Ok(()) }
                });
                if let Err(error @ (Error::Generator(_) | Error::File { .. })) = outcome {
                    wrongs.push(format!("{name}{pointer}: {wrong}: {error}"));
                }
            }
        }
    }
    assert_eq!(wrongs, Vec::<String>::new());
}

/// The pointers of all values inside a value.
fn collect(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                collect(inner, format!("{at}/{}", escape(key)), found);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                collect(item, format!("{at}/{i}"), found);
            }
        }
        _ => {}
    }
    found.push(at);
}
