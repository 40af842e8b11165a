//! The workspace's own tool: `cargo xtask --help` lists the commands, each of which is one file.

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
mod bench;
mod ci;
mod corrections;
mod digest;
mod drift;
mod generate;
mod operations;
mod outcome;
mod platforms;
mod published;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Generates the clients, checks the rules of the house, and runs what CI runs.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Arguments),
    Drift(drift::Arguments),
    Accuracy(accuracy::Arguments),
    Digest(digest::Arguments),
    Operations(operations::Arguments),
    Tidy(tidy::Arguments),
    Bench(bench::Arguments),
    Ci(ci::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = root.parent().unwrap_or(root);
    let outcome = match arguments.command {
        Command::Generate(arguments) => generate::run(root, &arguments),
        Command::Drift(arguments) => drift::run(root, &arguments),
        Command::Accuracy(arguments) => accuracy::run(root, &arguments),
        Command::Digest(arguments) => digest::run(root, &arguments),
        Command::Operations(arguments) => operations::run(root, &arguments),
        Command::Tidy(arguments) => tidy::run(root, &arguments),
        Command::Bench(arguments) => bench::run(root, &arguments),
        Command::Ci(arguments) => ci::run(root, &arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_and_every_argument_has_a_sentence_of_help() {
        for command in Arguments::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
        }
    }

    #[test]
    fn a_platform_that_is_not_in_the_table_is_refused() {
        for wrong in [["xtask", "generate", "heroku"], ["xtask", "generate", "--fast"]] {
            assert!(Arguments::try_parse_from(wrong).is_err(), "{wrong:?}");
        }
        assert!(Arguments::try_parse_from(["xtask", "generate", "coolify", "--check"]).is_ok());
    }
}
