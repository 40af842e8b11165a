//! The command, run on the small documents below `xtask/tests/digest`.

use std::path::Path;

use super::*;

/// Runs the command far from any workspace, so that it can only write where it is asked to.
fn write_crate(file: &str, out: &Path, keep_going: bool) -> Result<(), String> {
    let arguments = Arguments { file: file.into(), out: out.into(), keep_going };
    run(Path::new("/nowhere"), &arguments).map_err(|failure| failure.to_string())
}

fn document(name: &str) -> String {
    format!("{}/tests/digest/{name}.yaml", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn what_cannot_be_taken_is_an_error_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let file = document("refused");
    let error = write_crate(&file, &out, false).unwrap_err();
    assert!(error.starts_with(&format!("{file}#/paths/~1fine/head: `head` is not called\n")), "{error}");
    assert!(error.ends_with("--keep-going"), "{error}");
    assert!(!out.exists());
    write_crate(&file, &out, true).unwrap();
    let operations = std::fs::read_to_string(out.join("src/generated/things.rs")).unwrap();
    assert_eq!(operations.matches("pub fn ").count(), 1, "{operations}");
}

#[test]
fn every_operation_that_cannot_be_taken_is_named() {
    let mut original = published::read_loosely(Path::new(&document("refused"))).unwrap();
    let mut said = Vec::new();
    while let Err(Error::Document(diagnostics)) = digest("refused.yaml", &Rc::new(original.clone()), "refused") {
        said.extend(diagnostics.iter().map(ToString::to_string));
        original = without(&original, &diagnostics).unwrap();
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_crate_has_a_manifest_and_a_client() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("2-unions");
    write_crate(&document("unions"), &out, false).unwrap();
    let manifest = std::fs::read_to_string(out.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"client-2-unions\"") && manifest.contains("\nthings = []\n"), "{manifest}");
    assert!(out.join("src/client.rs").exists());
}

/// Runs the command on a folder that holds these files.
fn digest_into(folder: &Path, files: &[(&str, &str)]) -> Result<(), String> {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    write_crate(&document("unions"), folder, false)
}

#[test]
fn a_folder_with_files_of_others_is_refused_and_left_alone() {
    for (path, text) in [
        ("Cargo.toml", "[workspace]\n"),
        ("notes.txt", "mine"),
        (".git/HEAD", "ref"),
        ("src/lib.rs", "//! Mine.\n"),
        ("src/generated/mine.rs", "mod mine;\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let error = digest_into(folder.path(), &[(path, text)]).unwrap_err();
        assert!(error.contains("is not empty, and not a crate that `digest` wrote"), "{error}");
        assert_eq!(std::fs::read_to_string(folder.path().join(path)).unwrap(), text);
        assert!(!folder.path().join("src/client.rs").exists());
    }
}

#[test]
fn an_empty_folder_and_a_crate_of_digest_are_written() {
    let folder = tempfile::tempdir().unwrap();
    digest_into(folder.path(), &[]).unwrap();
    digest_into(folder.path(), &[("src/generated/old.rs", "")]).unwrap();
    assert!(!folder.path().join("src/generated/old.rs").exists());
    let manifest = std::fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("[package]"), "{manifest}");
}

#[test]
fn a_file_in_place_of_the_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("out"), "mine").unwrap();
    let error = digest_into(&folder.path().join("out"), &[]).unwrap_err();
    assert!(error.contains("out: is not a folder\n"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_what_it_leads_to() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["empty", "mine", "outside"] {
        std::fs::create_dir(at(name)).unwrap();
    }
    std::fs::write(at("mine/notes.txt"), "mine").unwrap();
    for (name, target) in [("to-empty", "empty"), ("to-mine", "mine"), ("to-nothing", "nothing")] {
        symlink(at(target), at(name)).unwrap();
    }
    assert!(digest_into(&at("to-mine"), &[]).is_err());
    assert!(digest_into(&at("to-nothing"), &[]).is_err());
    digest_into(&at("to-empty"), &[]).unwrap();
    assert!(at("empty/src/lib.rs").exists());

    // A crate of digest whose generated folder was led elsewhere: what is there would be removed.
    std::fs::remove_dir_all(at("empty/src/generated")).unwrap();
    std::fs::write(at("outside/mine.rs"), "mine").unwrap();
    symlink(at("outside"), at("empty/src/generated")).unwrap();
    let error = digest_into(&at("empty"), &[]).unwrap_err();
    assert!(error.contains("`src/generated` is a symbolic link"), "{error}");
    assert!(at("outside/mine.rs").exists());
}

#[test]
fn the_root_of_this_workspace_is_refused_by_every_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for name in ["", "xtask/..", "xtask", "crates/coolify-client"] {
        assert!(digest_into(&root.join(name), &[]).is_err(), "{name}");
    }
    // The tests run in the folder of their crate.
    assert!(write_crate(&document("unions"), Path::new("."), false).is_err());
    assert_eq!(std::fs::read_to_string(root.join("Cargo.toml")).unwrap(), manifest);
}

#[test]
fn a_document_without_an_operation_and_one_of_swagger_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for (text, reason) in [
        ("openapi: 3.0.3\ninfo: {title: Nothing, version: '1'}\npaths: {}\n", "has no operation that can be taken"),
        (
            "openapi: 3.0.3\ninfo: {title: One, version: '1'}\npaths: {/a: {head: {responses: {'200': {description: It.}}}}}\n",
            "has no operation that can be taken",
        ),
        ("swagger: '2.0'\ninfo: {title: Old, version: '1'}\npaths: {}\n", "it is Swagger 2.0"),
    ] {
        let file = folder.path().join("document.yaml");
        std::fs::write(&file, text).unwrap();
        let error = write_crate(&file.display().to_string(), &out, true).unwrap_err();
        assert!(error.contains(reason), "{error}");
        assert!(!out.exists());
    }
}
