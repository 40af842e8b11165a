//! The exit status of `cargo xtask drift`, which a maintainer's script relies on.

#![allow(clippy::unwrap_used, reason = "a test stops where its own assumptions fail")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn status(file: &Path) -> (Option<i32>, String) {
    let xtask = Command::new(env!("CARGO_BIN_EXE_xtask")).args(["drift", "coolify", "--upstream"]).arg(file).output();
    let output = xtask.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn document(folder: &Path, text: &str) -> PathBuf {
    let file = folder.join("published.yaml");
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn an_unexplained_line_is_status_1() {
    let folder = tempfile::tempdir().unwrap();
    let file = document(folder.path(), "openapi: 3.0.3\npaths: {/nothing-of-ours: {get: {}}}\n");
    let (code, reason) = status(&file);
    assert_eq!(code, Some(1));
    assert!(reason.contains("repair: ") && reason.contains("cargo xtask drift coolify"), "{reason}");
}

#[test]
fn a_file_that_cannot_be_compared_is_status_2() {
    let folder = tempfile::tempdir().unwrap();
    let file = document(folder.path(), "swagger: '2.0'\n");
    let (code, reason) = status(&file);
    assert_eq!(code, Some(2));
    assert!(reason.contains("published.yaml: not an OpenAPI document"), "{reason}");
    assert_eq!(status(&folder.path().join("missing.json")).0, Some(2));
}
