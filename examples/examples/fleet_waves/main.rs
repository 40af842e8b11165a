//! A fleet of 40 members on three platforms, in waves of ten: its process is killed in the second wave and another one
//! takes the fleet up, the third wave fails, and the fourth is not begun.
//!
//! It runs against fake servers of its own, which count what was truly triggered.
//! The exit status is 0 if every member was deployed once or not at all, and is reported as it is.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples print")]

mod scene;

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anydeploy::fleet::{
    Amount, CheckpointFile, Concurrency, Fleet, FleetEvent, FleetPlan, FleetReport, Member, Standing, Waves,
};
use anydeploy::{DeployRequest, Error, ErrorKind, Result, Target, WatchOptions};
use examples::QUICK;
use futures::StreamExt;
use serde::{Deserialize, Serialize};

use scene::{Connection, Scene};

/// How many members the fleet has, and how many of them are a wave.
const MEMBERS: usize = 40;
const WAVE: usize = 10;

/// The wave whose deployments fail, counted from 0.
const FAILING: usize = 2;

/// After how many triggers the first process is killed: in the middle of the second wave.
const KILLED_AFTER: usize = 13;

/// What both processes know of the fleet.
#[derive(Serialize, Deserialize)]
struct Task {
    plan: FleetPlan,
    connections: Vec<Connection>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let done = match arguments.next() {
        Some(directory) => child(Path::new(&directory)).await.map(|_| true),
        None => run().await,
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the fleet through its crash to its end; whether every member came out as it must.
async fn run() -> Result<bool> {
    let scenes = scene::all().await;
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        let scene = &scenes[number % scenes.len()];
        let name = format!("service-{number:02}");
        let id = scene.add(&name, number / WAVE == FAILING);
        members.push(Member::new(name, scene.connection.name(), DeployRequest::new(Target::application(id))));
    }
    let plan = FleetPlan::new(members)
        .with_waves(Waves::Limit(Amount::Percent(25)))
        .with_concurrency(Concurrency::total(WAVE).with_profile("qovery", 2))
        .with_max_failures(Amount::Count(WAVE))
        .with_watch(WatchOptions::within(Duration::from_mins(2)).with_intervals(QUICK.0, QUICK.1));
    let connections = scenes.iter().map(|scene| scene.connection.clone()).collect();
    let directory = tempfile::tempdir().map_err(|error| broken("no directory for the checkpoint", error))?;
    let task = serde_json::to_vec(&Task { plan, connections }).map_err(|error| broken("the plan", error))?;
    std::fs::write(directory.path().join("task.json"), task).map_err(|error| broken("the plan", error))?;

    kill_in_the_middle(directory.path(), &scenes).await?;
    println!("-- killed after {} triggers; another process takes the fleet up --", triggered(&scenes));
    let report = child(directory.path()).await?;
    println!("{report}");
    Ok(is_right(&report, &scenes))
}

/// Starts the fleet in a process of its own, and kills it while its second wave is under way.
async fn kill_in_the_middle(directory: &Path, scenes: &[Scene]) -> Result<()> {
    let program = env::current_exe().map_err(|error| broken("this program cannot be found", error))?;
    let child = Command::new(program).arg(directory).spawn();
    let mut child = child.map_err(|error| broken("a child process cannot be started", error))?;
    while triggered(scenes) < KILLED_AFTER {
        if let Ok(Some(status)) = child.try_wait() {
            let message = format!("the first process ended too early, with {status}");
            return Err(Error::new(ErrorKind::Unavailable, message));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // On Unix it is SIGKILL: nothing can be tidied up.
    child.kill().and_then(|()| child.wait()).map_err(|error| broken("the child process does not end", error))?;
    Ok(())
}

/// Runs the fleet, or takes it up where its checkpoint says, and prints what happens.
async fn child(directory: &Path) -> Result<FleetReport> {
    let task = std::fs::read(directory.join("task.json")).map_err(|error| broken("the plan", error))?;
    let Task { plan, connections } = serde_json::from_slice(&task).map_err(|error| broken("the plan", error))?;
    let mut fleet = Fleet::new(plan);
    for connection in connections {
        fleet = fleet.with_deployer(connection.name(), connection.deployer()?);
    }
    for mistake in fleet.dry_run().await {
        println!("{mistake}");
    }
    let mut run = fleet.run(CheckpointFile::new(directory.join("checkpoint.jsonl")));
    while let Some(event) = run.next().await {
        match event? {
            FleetEvent::Resumed { done, under_way } => println!("{done} members are done, {under_way} under way"),
            FleetEvent::WaveBegan { wave, members } => println!("wave {}, {members} members", wave + 1),
            FleetEvent::Done { member, result } => println!("  {member}: {result}"),
            FleetEvent::Stopped { why, .. } => println!("the fleet stops: {why}"),
            FleetEvent::Ended(report) => return Ok(report),
            _ => {}
        }
    }
    unreachable!("a run ends with a report or an error")
}

fn triggered(scenes: &[Scene]) -> usize {
    scenes.iter().map(|scene| scene.triggered().len()).sum()
}

/// Whether every member was triggered as often as the report says, and ended as it was scripted.
fn is_right(report: &FleetReport, scenes: &[Scene]) -> bool {
    let triggered: Vec<String> = scenes.iter().flat_map(Scene::triggered).collect();
    let mut wrong = 0;
    for (number, member) in report.members.iter().enumerate() {
        let expected = match number / WAVE {
            wave if wave < FAILING => (Standing::Succeeded, 1),
            FAILING => (Standing::Failed, 1),
            _ => (member.at.standing(), 0),
        };
        let times = triggered.iter().filter(|id| scenes.iter().any(|scene| scene.is(&member.name, id))).count();
        if (member.at.standing(), times) != expected {
            wrong += 1;
            eprintln!("{} was triggered {times} times, and is {}", member.name, member.at);
        }
    }
    println!("{} triggers; {wrong} members are wrong", triggered.len());
    wrong == 0
}

fn broken(what: &'static str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, what).with_source(error)
}
