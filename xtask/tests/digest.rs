//! What `cargo xtask digest` writes compiles, for each of the small documents.
#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as tests may")]

use std::path::Path;
use std::process::Command;

const WORKSPACE: &str = "\
[workspace]
resolver = \"3\"
members = [\"client-*\"]
";

#[test]
fn each_small_document_becomes_a_crate_that_compiles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(root.join("tests/digest")).unwrap() {
        let file = entry.unwrap().path();
        let out = folder.path().join(format!("client-{}", file.file_stem().unwrap().display()));
        let xtask = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("digest")
            .args([&file, Path::new("--out"), &out, Path::new("--keep-going")])
            .output()
            .unwrap();
        assert!(xtask.status.success(), "{file:?}: {}", String::from_utf8_lossy(&xtask.stderr));
        // One workspace instead of one each: the dependencies are checked once.
        let manifest = out.join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        assert!(text.contains("\n[workspace]\n"));
        std::fs::write(&manifest, text.replace("\n[workspace]\n", "\n")).unwrap();
    }
    std::fs::write(folder.path().join("Cargo.toml"), WORKSPACE).unwrap();
    std::fs::copy(root.join("../Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    // TLS is the wire crate's affair, and the longest to compile.
    let check = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--workspace", "--no-default-features", "--features", "full"])
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("digest"))
        .env("RUSTFLAGS", "-D warnings")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}
