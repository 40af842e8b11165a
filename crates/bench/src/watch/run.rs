//! One run of a scenario: a server, the watches, and what both of them saw.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Deployer, DeployerExt, DeploymentId, Outcome, WatchOptions};
use futures::future::join_all;

use super::clock::VirtualRuntime;
use super::platform::Platform;
use super::polling::Polling;
use super::scene::Scene;
use super::server::{Record, Server};

/// Who watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watcher {
    /// `watch` of so many deployers, each as if it were a process of its own.
    Ours { processes: u8 },
    /// A loop for each deployment, which polls it at its own interval.
    Polling,
}

/// What a run came to.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) record: Record,
    pub(super) ends: Vec<Duration>,
    /// When each watch reported the success of its deployment; nothing if it reported something else.
    pub(super) reported: Vec<Option<Duration>>,
    /// What the watches reported instead, in words.
    pub(super) wrong: Vec<String>,
    /// How long it took, until the last watch had ended.
    pub(super) took: Duration,
}

/// Watches all deployments of a scene from its beginning until every watch has ended.
pub(super) fn run(platform: &'static dyn Platform, scene: Scene, by: Watcher) -> io::Result<Run> {
    VirtualRuntime::new()?.block_on(|traffic| async move {
        let server = Server::new(platform, scene, traffic);
        let other = tokio::spawn(Arc::clone(&server).other_caller());
        let watches = match by {
            Watcher::Ours { processes } => ours(platform, &server, processes)?,
            Watcher::Polling => polling(platform, &server)?,
        };
        let ended = join_all(watches).await;
        other.abort();
        let took = server.now();
        let record = std::mem::take(&mut *server.record());
        let (mut reported, mut wrong) = (Vec::new(), Vec::new());
        for ended in ended {
            let ended = ended.unwrap_or_else(|error| Err(error.to_string()));
            reported.push(ended.as_ref().ok().copied());
            wrong.extend(ended.err());
        }
        Ok(Run { record, ends: server.scene().ends().to_vec(), reported, wrong, took })
    })
}

/// A watch: when it reported a success, or what it reported instead.
type Ending = Result<Duration, String>;
type Watching = tokio::task::JoinHandle<Ending>;

fn ours(platform: &'static dyn Platform, server: &Arc<Server>, processes: u8) -> io::Result<Vec<Watching>> {
    let mut deployers = Vec::new();
    for process in 0..processes.max(1) {
        // What belongs to a server and its credential is shared in a process, so that each has an address of its own.
        let origin = server.listen(process)?;
        deployers.push(platform.deployer(&origin).map_err(io::Error::other)?);
    }
    let watch = |number: usize| {
        let deployer = Arc::clone(&deployers[number % deployers.len()]);
        let id = platform.id(server.scene(), number);
        tokio::spawn(watch(deployer, id, Arc::clone(server)))
    };
    Ok((0..server.scene().ends().len()).map(watch).collect())
}

async fn watch(deployer: Arc<dyn Deployer>, id: DeploymentId, server: Arc<Server>) -> Ending {
    match deployer.watch(&id, WatchOptions::default()).await {
        Ok(Outcome::Succeeded(_)) => Ok(server.now()),
        Ok(outcome) => Err(format!("{outcome:?}")),
        Err(error) => Err(error.to_string()),
    }
}

fn polling(platform: &'static dyn Platform, server: &Arc<Server>) -> io::Result<Vec<Watching>> {
    let origin = server.listen(0)?;
    let client = reqwest::Client::new();
    let poll = |number: usize| {
        let url = format!("{origin}{}", platform.path(server.scene(), number));
        let (polling, server) = (Polling::new(client.clone(), url, number), Arc::clone(server));
        tokio::spawn(async move {
            polling.until(|answer| platform.is_over(number, answer)).await?;
            Ok(server.now())
        })
    };
    Ok((0..server.scene().ends().len()).map(poll).collect())
}
