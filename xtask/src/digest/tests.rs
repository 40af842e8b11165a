//! The command, run on the small documents below `xtask/tests/digest`.

use std::path::Path;

use super::*;

fn document(name: &str) -> String {
    format!("{}/tests/digest/{name}.yaml", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn what_cannot_be_taken_is_an_error_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").display().to_string();
    let file = document("refused");
    let root = Path::new("/nowhere");
    let error = command(root, &[&file, "--out", &out]).unwrap_err();
    assert_eq!(error, format!("{file}#/paths/~1fine/head: `head` is not called"));
    assert!(!Path::new(&out).exists());
    command(root, &[&file, "--out", &out, "--keep-going"]).unwrap();
    let operations = std::fs::read_to_string(format!("{out}/src/generated/things.rs")).unwrap();
    assert_eq!(operations.matches("pub fn ").count(), 1, "{operations}");
}

#[test]
fn every_operation_that_cannot_be_taken_is_named() {
    let mut original = published::read_loosely(Path::new(&document("refused"))).unwrap();
    let mut said = Vec::new();
    while let Err(Error::Document(complaints)) = digest("refused.yaml", &Rc::new(original.clone()), "refused") {
        said.extend(complaints.iter().map(ToString::to_string));
        original = without(&original, &complaints).unwrap();
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_crate_has_a_manifest_and_a_client() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("2-unions").display().to_string();
    command(Path::new("/nowhere"), &["--out", &out, &document("unions")]).unwrap();
    let manifest = std::fs::read_to_string(format!("{out}/Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"client-2-unions\"") && manifest.contains("\nthings = []\n"), "{manifest}");
    assert!(Path::new(&out).join("src/client.rs").exists());
}

#[test]
fn arguments_are_a_file_and_a_folder() {
    for wrong in [&[][..], &["a.yaml"], &["a.yaml", "--out"], &["a", "b", "--out", "c"], &["a", "--out", "b", "--fast"]]
    {
        assert_eq!(Options::parse(wrong).unwrap_err(), USAGE);
    }
}
