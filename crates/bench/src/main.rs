//! Measures what anydeploy costs; `cargo xtask bench` runs it, and each figure is one line of JSON.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a tool for developers prints, and its figures are small enough for a float"
)]

mod decode;
mod figure;
mod options;
mod overhead;
mod watch;

use std::io;
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
    /// Deploy and read: instructions and allocations against the same requests by hand
    Overhead(Options),
    /// Decode bodies: time, allocations and peak against plain serde derives
    Decode(Options),
    /// Watch many deployments at once: requests, lag, refusals, connections and memory
    Watch(Options),
    #[command(hide = true)]
    Serve(overhead::Serve),
    #[command(hide = true)]
    Replay(overhead::Replay),
    #[command(hide = true)]
    Calls(overhead::Calls),
}

/// Measures something and gives each figure to the function.
type Bench = fn(&Options, &mut dyn FnMut(Figure)) -> io::Result<()>;

fn main() -> ExitCode {
    let done = match &Arguments::parse().command {
        Command::Overhead(options) => run(overhead::measure, options),
        Command::Decode(options) => run(decode::measure, options),
        Command::Watch(options) => run(watch::measure, options),
        Command::Serve(serve) => overhead::serve(serve),
        Command::Replay(replay) => overhead::replay(replay),
        Command::Calls(calls) => overhead::call(calls),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints each figure as soon as it is there.
fn run(bench: Bench, options: &Options) -> io::Result<()> {
    let mut figures: Vec<Figure> = Vec::new();
    bench(options, &mut |figure| {
        println!("{}", figure.line());
        figures.push(figure);
    })?;
    let missed = figures.iter().filter(|figure| figure.ok == Some(false)).count();
    if options.strict && missed > 0 {
        return Err(io::Error::other(format!("{missed} bounds are missed")));
    }
    Ok(())
}
