//! Rules for single files: their length, their first line, and what no line holds.

use super::{Diagnostics, File};

/// The most lines a hand-written file may have.
const MAX_LINES: usize = 500;

/// Checks one file.
pub(super) fn check(file: &File) -> Diagnostics {
    let mut diagnostics = check_lines(file);
    if file.is_rust() && !file.is_generated() {
        diagnostics.extend(check_rust(file));
    }
    diagnostics
}

/// Prints how long the hand-written Rust files are.
pub(super) fn print_lengths(files: &[File]) {
    let hand_written = files.iter().filter(|file| file.is_rust() && !file.is_generated());
    let mut lengths: Vec<usize> = hand_written.map(|file| file.text.lines().count()).collect();
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or_default();
    println!("tidy: {} hand-written Rust files, {median} lines in the median", lengths.len());
}

/// Rules for hand-written Rust.
fn check_rust(file: &File) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let name = file.path.display();
    let lines = file.text.lines().count();
    if lines > MAX_LINES {
        diagnostics.push(format!("{name}:{lines}: the file has more than {MAX_LINES} lines; split it by what it does"));
    }
    if !file.text.starts_with("//!") && !file.text.starts_with("#![doc") {
        diagnostics.push(format!("{name}:1: the file does not begin with a `//!` sentence that says what lives in it"));
    }
    if file.path.file_name().is_some_and(|name| name == "mod.rs") {
        diagnostics.push(format!("{name}:1: modules are `foo.rs` beside `foo/`, not `foo/mod.rs`"));
    }
    diagnostics
}

/// Rules for every text of the repository.
fn check_lines(file: &File) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    // Spelt in parts, so that this very file keeps the rule.
    let stubs = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[", "ignore]")];
    for (index, line) in file.text.lines().enumerate() {
        let place = format!("{}:{}", file.path.display(), index + 1);
        if line.ends_with([' ', '\t']) && !file.is_recorded() {
            diagnostics.push(format!("{place}: white space at the end of the line"));
        }
        if file.is_rust() && stubs.iter().any(|stub| line.contains(stub)) {
            diagnostics.push(format!("{place}: a stub, or a test that is skipped silently"));
        }
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_source(text: &str) -> Diagnostics {
        check(&File::new("src/x.rs", text))
    }

    #[test]
    fn a_file_without_a_first_sentence_is_reported() {
        assert!(check_source("//! What lives here.\n").is_empty());
        assert_eq!(check_source("fn main() {}\n").len(), 1);
    }

    #[test]
    fn a_file_with_too_many_lines_is_reported() {
        let long = format!("//! Long.\n{}", "\n".repeat(MAX_LINES));
        assert!(check_source(&long)[0].starts_with("src/x.rs:501:"), "{:?}", check_source(&long));
    }

    #[test]
    fn a_stub_is_reported_with_its_line() {
        let text = format!("//! X.\nfn f() {{ {} }}\n", concat!("todo", "!()"));
        assert!(check_source(&text)[0].starts_with("src/x.rs:2:"));
        assert!(check(&File::new("x.md", text)).is_empty());
    }

    #[test]
    fn white_space_at_the_end_of_a_line_is_reported_but_in_recordings() {
        assert_eq!(check(&File::new("x.md", "a \n")).len(), 1);
        assert!(check(&File::new("x.snap", "a \n")).is_empty());
    }
}
