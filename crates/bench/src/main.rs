//! Measures what anydeploy costs; `cargo xtask bench` runs it, and each figure is one line of JSON.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a tool for developers prints, and its figures are small enough for a float"
)]

mod figure;
mod options;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use figure::Figure;
use options::Options;

/// Measures what anydeploy costs, one line of JSON a figure.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask bench", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch many deployments at once: requests, lag, refusals, connections and memory
    Watch(Options),
}

fn main() -> ExitCode {
    let Command::Watch(options) = Arguments::parse().command;
    let mut figures: Vec<Figure> = Vec::new();
    let mut emit = |figure: Figure| {
        println!("{}", figure.line());
        figures.push(figure);
    };
    if let Err(error) = watch::measure(&options, &mut emit) {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    let missed = figures.iter().filter(|figure| figure.ok == Some(false)).count();
    if options.strict && missed > 0 {
        eprintln!("{missed} bounds are missed");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
