//! `cargo xtask ci`: everything that must hold before a change is merged, in the order in which it fails soonest.

mod declared;
mod step;
mod steps;

use std::io;
use std::path::Path;
use std::process::Output;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use step::{Action, Call, Expect, Step};

use crate::outcome::{Failure, Outcome};

/// Run everything that must hold before a change is merged
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print the names of the steps and their commands, and run nothing
    #[arg(long)]
    list: bool,
    /// Run only the steps whose name contains this text; may be given several times
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
}

/// Runs every step, and stops at the first that fails.
///
/// # Errors
///
/// The step that failed, with the command that repeats it.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Outcome {
    let started = Instant::now();
    let mut steps = steps::steps(root);
    if !arguments.only.is_empty() {
        steps.retain(|step| arguments.only.iter().any(|text| step.name.contains(text)));
    }
    if steps.is_empty() {
        let reason = format!("no step has a name with one of {:?} in it", arguments.only);
        return Err(Failure::new(reason, "cargo xtask ci --list"));
    }
    for step in steps {
        if arguments.list {
            println!("{step}");
        } else {
            run_step(root, &step)?;
        }
    }
    if !arguments.list {
        println!("ci: all passed in {}", seconds(started.elapsed()));
    }
    Ok(())
}

fn run_step(root: &Path, step: &Step) -> Outcome {
    let name = &step.name;
    let (call, others) = match &step.action {
        Action::Run(call) => (call, &[][..]),
        Action::Beside(call, others) => (call, &others[..]),
        Action::Nothing(reason) => {
            println!("ci: {name}: {reason}");
            return Ok(());
        }
        Action::Missing { what, repair } => {
            return Err(Failure::new(format!("ci: {name} FAILED: {what}"), repair.clone()));
        }
    };
    println!("ci: {name} …");
    let started = Instant::now();
    let mut command = call.command(root);
    let start = |other: &Call| {
        let (mut command, call) = (other.command(root), other.clone());
        std::thread::spawn(move || (call, command.output()))
    };
    let beside: Vec<_> = others.iter().map(start).collect();
    let passed = match step.expect {
        Expect::Success => command.status().map(|status| status.success()),
        Expect::Without(words) => command.output().map(|output| {
            let printed = String::from_utf8_lossy(&output.stdout);
            let found = printed.lines().filter(|line| words.iter().any(|word| line.starts_with(word)));
            output.status.success() && found.inspect(|line| println!("    {line}")).count() == 0
        }),
    };
    let passed = beside.into_iter().map(ended).fold(passed, |passed, other| Ok(passed? & other?));
    let time = seconds(started.elapsed());
    match passed {
        Ok(true) => {
            println!("ci: {name} passed in {time}");
            Ok(())
        }
        Ok(false) => Err(Failure::new(format!("ci: {name} FAILED after {time}"), step.repair())),
        Err(error) => Err(Failure::new(format!("ci: {name} could not be started: {error}"), step.repair())),
    }
}

/// Waits for a command that ran beside a step, and prints what it printed; whether it succeeded.
fn ended(beside: JoinHandle<(Call, io::Result<Output>)>) -> io::Result<bool> {
    let (call, output) = beside.join().map_err(|_| io::Error::other("its thread panicked"))?;
    let output = output?;
    print!("{}{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    if !output.status.success() {
        println!("    failed: {call}");
    }
    Ok(output.status.success())
}

fn seconds(time: Duration) -> String {
    format!("{:.0} s", time.as_secs_f64())
}
