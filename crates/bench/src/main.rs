//! Measures what anydeploy costs; `cargo xtask bench` runs it, and each figure is one line of JSON.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::format_push_string,
    reason = "a tool for developers prints, its figures are small enough for a float, and it puts texts together"
)]

mod compile;
mod decode;
mod figure;
mod fleet;
mod follow;
mod lines;
mod options;
mod overhead;
mod page;
mod watch;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use figure::Figure;
use lines::{Lines, Run};
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
    /// Kill a fleet again and again: triggered twice, lost, misreported, requests and memory
    Fleet(Options),
    /// Follow a long log to its end: bytes over the wire and memory, through a socket and by polls
    Follow(Options),
    /// Compile small programs: user seconds and packages beyond tokio, reqwest and serde
    Compile(Options),
    /// Everything above, one after another
    All(Options),
    /// Write `docs/performance.md` and its plots from the lines that are kept
    Page,
    #[command(hide = true)]
    Serve(overhead::Serve),
    #[command(hide = true)]
    Replay(overhead::Replay),
    #[command(hide = true)]
    Calls(overhead::Calls),
    #[command(hide = true)]
    FleetChild(fleet::Child),
}

/// Measures something and gives each figure to the function.
type Measure = fn(&Options, &mut dyn FnMut(Figure)) -> io::Result<()>;

/// Every bench, the quickest first.
const BENCHES: [(&str, Measure); 6] = [
    ("overhead", overhead::measure),
    ("decode", decode::measure),
    ("watch", watch::measure),
    ("fleet", fleet::measure),
    ("follow", follow::measure),
    ("compile", compile::measure),
];

fn main() -> ExitCode {
    let done = match &Arguments::parse().command {
        Command::Overhead(options) => run(&["overhead"], options),
        Command::Decode(options) => run(&["decode"], options),
        Command::Watch(options) => run(&["watch"], options),
        Command::Fleet(options) => run(&["fleet"], options),
        Command::Follow(options) => run(&["follow"], options),
        Command::Compile(options) => run(&["compile"], options),
        Command::All(options) => run(&BENCHES.map(|(name, _)| name), options),
        Command::Page => page::write(&compile::root()),
        Command::Serve(serve) => overhead::serve(serve),
        Command::Replay(replay) => overhead::replay(replay),
        Command::Calls(calls) => overhead::call(calls),
        Command::FleetChild(child) => fleet::run_child(child),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs benches, and prints each figure as soon as it is there.
fn run(names: &[&str], options: &Options) -> io::Result<()> {
    let (root, mut missed) = (compile::root(), 0);
    for (name, measure) in BENCHES.into_iter().filter(|(name, _)| names.contains(name)) {
        let mut lines = Lines { run: Run::here(name, &root), figures: Vec::new() };
        measure(options, &mut |figure| {
            println!("{}", figure.line());
            lines.figures.push(figure);
        })?;
        missed += lines.figures.iter().filter(|figure| figure.ok == Some(false)).count();
        if options.write {
            lines.keep(&root)?;
            page::write(&root)?;
        }
    }
    if options.strict && missed > 0 {
        return Err(io::Error::other(format!("{missed} bounds are missed")));
    }
    Ok(())
}
