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

mod accuracy;
mod ci;
mod corrections;
mod digest;
mod drift;
mod generate;
mod operations;
mod published;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask generate [PLATFORM...] [--check]   write the clients, or compare them with the documents
cargo xtask drift PLATFORM --upstream FILE     how a published document differs from ours, as Markdown
cargo xtask accuracy [--check]                 write specs/ACCURACY.md: how we know what the documents say
cargo xtask digest FILE --out DIR [--keep-going]
                                               write a client of any OpenAPI document, as a crate by itself
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
        Some((&"drift", rest)) => return drift::command(root, rest),
        Some((&"accuracy", rest)) => accuracy::command(root, rest),
        Some((&"digest", rest)) => digest::command(root, rest),
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
