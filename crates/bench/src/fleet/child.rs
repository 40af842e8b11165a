//! The process that runs a fleet, or takes it up from the one that was killed.

use std::future::IntoFuture;
use std::io;
use std::path::{Path, PathBuf};

use anydeploy::fleet::{CheckpointFile, Fleet, FleetPlan};
use serde::{Deserialize, Serialize};

use super::servers::Connection;

/// What a process is started with.
#[derive(Debug, clap::Args)]
pub(crate) struct Child {
    /// Where the task and the checkpoint are
    directory: PathBuf,
    /// Which process it is, counted from 0
    process: usize,
}

/// What every process of a fleet knows.
#[derive(Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) plan: FleetPlan,
    pub(super) connections: Vec<Connection>,
}

/// The file of the task.
pub(super) fn task(directory: &Path) -> PathBuf {
    directory.join("task.json")
}

/// The file of the report.
pub(super) fn report(directory: &Path) -> PathBuf {
    directory.join("report.json")
}

/// Runs the fleet to its end, and leaves its report.
pub(crate) fn run(child: &Child) -> io::Result<()> {
    let Child { directory, process } = child;
    let Task { plan, connections } = serde_json::from_slice(&std::fs::read(task(directory))?)?;
    let mut fleet = Fleet::new(plan);
    for connection in connections {
        let deployer = connection.deployer(*process).map_err(io::Error::other)?;
        fleet = fleet.with_deployer(connection.profile, deployer);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let run = fleet.run(CheckpointFile::new(directory.join("checkpoint.jsonl")));
    let ended = runtime.block_on(run.into_future()).map_err(io::Error::other)?;
    std::fs::write(report(directory), serde_json::to_vec(&ended)?)
}
