//! The workspace's own tool: `cargo xtask` without arguments says what it can do.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    reason = "a tool for developers prints, and stops where its own assumptions fail"
)]
#![allow(
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a generator puts text together, and reading it matters more than an allocation"
)]

mod ci;
mod generate;
mod operations;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask generate [PLATFORM...] [--check]   write the clients, or compare them with the documents
cargo xtask operations                         operations and generated lines by area, as JSON lines
cargo xtask tidy                               check the house rules that no compiler checks
cargo xtask ci                                 everything that must hold before a change lands";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = root.parent().unwrap_or(root);
    let outcome = match arguments.split_first() {
        Some((&"generate", rest)) => generate::command(root, rest),
        Some((&"operations", [])) => operations::command(root),
        Some((&"tidy", [])) => tidy::command(root),
        Some((&"ci", [])) => ci::command(root),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
