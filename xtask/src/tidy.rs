//! `cargo xtask tidy`: the house rules that no compiler checks.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The most lines a hand-written file may have.
const LIMIT: usize = 500;

/// What one rule found wrong, with the file and line it stands in.
type Diagnostics = Vec<String>;

/// Checks every file of the repository and prints what breaks a rule.
pub(crate) fn command(root: &Path) -> Result<(), String> {
    let files =
        tracked_files(root).map_err(|error| format!("the files of the repository cannot be listed: {error}"))?;
    let mut diagnostics = Diagnostics::new();
    let mut lengths = Vec::new();
    for file in files {
        // Pictures and the like are no text, and have no rules.
        let Ok(text) = std::fs::read_to_string(root.join(&file)) else { continue };
        if is_rust(&file) && !is_generated(&file) {
            lengths.push(text.lines().count());
            diagnostics.extend(check_rust(&file, &text));
        }
        diagnostics.extend(check_text(&file, &text));
    }
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or_default();
    println!("tidy: {} hand-written Rust files, {median} lines in the median", lengths.len());
    if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics.join("\n")) }
}

/// The files under version control, and new ones that are not ignored.
fn tracked_files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").current_dir(root).args(arguments).output()?;
    if !listed.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&listed.stderr).into_owned()));
    }
    let names = String::from_utf8_lossy(&listed.stdout);
    Ok(names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}

fn is_rust(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "rs")
}

fn is_generated(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == "generated")
}

/// Rules for hand-written Rust.
fn check_rust(file: &Path, text: &str) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let name = file.display();
    let lines = text.lines().count();
    if lines > LIMIT {
        diagnostics.push(format!("{name}:{lines}: the file has more than {LIMIT} lines; split it by what it does"));
    }
    if !text.starts_with("//!") && !text.starts_with("#![doc") {
        diagnostics.push(format!("{name}:1: the file does not begin with a `//!` sentence that says what lives in it"));
    }
    if file.file_name().is_some_and(|name| name == "mod.rs") {
        diagnostics.push(format!("{name}:1: modules are `foo.rs` beside `foo/`, not `foo/mod.rs`"));
    }
    diagnostics
}

/// Rules for every text of the repository.
fn check_text(file: &Path, text: &str) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for (index, line) in text.lines().enumerate() {
        let place = format!("{}:{}", file.display(), index + 1);
        if line.ends_with([' ', '\t']) && !is_recorded(file) {
            diagnostics.push(format!("{place}: white space at the end of the line"));
        }
        // Spelt in parts, so that this very file keeps the rule.
        if is_rust(file)
            && [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[", "ignore]")]
                .iter()
                .any(|stub| line.contains(stub))
        {
            diagnostics.push(format!("{place}: a stub or a test that is skipped in silence"));
        }
    }
    diagnostics
}

/// Recorded bodies and snapshots are kept byte by byte.
fn is_recorded(file: &Path) -> bool {
    let kept: [&str; 2] = ["jsonl", "snap"];
    file.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| kept.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(text: &str) -> Diagnostics {
        check_rust(&PathBuf::from("src/x.rs"), text)
    }

    #[test]
    fn a_file_says_what_lives_in_it() {
        assert!(rust("//! What lives here.\n").is_empty());
        assert_eq!(rust("fn main() {}\n").len(), 1);
    }

    #[test]
    fn a_long_file_is_named() {
        let long = format!("//! Long.\n{}", "\n".repeat(LIMIT));
        assert!(rust(&long)[0].starts_with("src/x.rs:501:"), "{:?}", rust(&long));
    }

    #[test]
    fn a_stub_is_named_with_its_line() {
        let text = format!("//! X.\nfn f() {{ {} }}\n", concat!("todo", "!()"));
        assert!(check_text(&PathBuf::from("src/x.rs"), &text)[0].starts_with("src/x.rs:2:"));
        assert!(check_text(&PathBuf::from("x.md"), &text).is_empty());
    }
}
