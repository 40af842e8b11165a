//! Prints what each platform can do, by kind of target, as a table in Markdown, or writes it into a document.
//!
//! The table is made from [`Deployer::capabilities`](anydeploy::Deployer::capabilities), which needs no server.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples print")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use examples::capabilities::{table, with_table};

/// Prints what each platform can do, by kind of target
#[derive(Debug, Parser)]
struct Arguments {
    /// Write the table into this document, between its two comments
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Fail if the table in this document is another one
    #[arg(long, value_name = "FILE", conflicts_with = "write")]
    check: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let table = table().map_err(|error| error.to_string())?;
    match (&arguments.write, &arguments.check) {
        (Some(path), _) => {
            let (_, fresh) = documents(path, &table)?;
            fs::write(path, fresh).map_err(|error| format!("{}: {error}", path.display()))
        }
        (None, Some(path)) => {
            let (present, fresh) = documents(path, &table)?;
            let repair = format!("cargo run --example capabilities -- --write {}", path.display());
            if present == fresh { Ok(()) } else { Err(format!("the capability table is old; {repair}")) }
        }
        (None, None) => {
            print!("{table}");
            Ok(())
        }
    }
}

/// A document as it is, and with this table.
fn documents(path: &Path, table: &str) -> Result<(String, String), String> {
    let present = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let fresh = with_table(&present, table).ok_or_else(|| format!("{} has no place for the table", path.display()))?;
    Ok((present, fresh))
}
