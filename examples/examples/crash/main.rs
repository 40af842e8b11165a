//! The crash proof: processes are killed while they deploy through a bad network, and others take over from them.
//!
//! It prints one JSON object a platform; `examples::crash` says what each figure counts.
//! The exit status is 1 if anything was triggered twice, lost or misreported, or if more than 1 % of the runs with one
//! caller a target were undecidable.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples print")]

mod arguments;

use std::env;
use std::process::{Command, ExitCode};

use clap::Parser;
use examples::crash::{child, run};

use arguments::{Arguments, Role};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match &arguments.role {
        Some(Role::Child { task }) => child(task, |adapter| adapter).await.map(|()| true),
        None => prove(&arguments).await,
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

/// Makes all runs, and returns whether they are a proof.
async fn prove(arguments: &Arguments) -> anydeploy::Result<bool> {
    let mut proven = true;
    for platform in arguments.platforms() {
        let report = run(platform, &arguments.options(), launch).await?;
        println!("{}", report.to_json());
        let unresolved = report.unresolved.iter().filter(|_| arguments.verbose);
        report.wrongs.iter().chain(unresolved).for_each(|line| eprintln!("{line}"));
        proven &= report.is_proof();
    }
    Ok(proven)
}

/// This program, as a child.
fn launch(task: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap_or_else(|_| "crash".into()));
    command.args(["child", task]);
    command
}
