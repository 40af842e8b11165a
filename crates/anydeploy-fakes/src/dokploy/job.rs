//! The jobs of the server's one queue, and the orders that they are made from.

use super::engine::Running;
use super::script::DokployScript;
use super::service::Target;
use super::triggered::DokployOrigin;
use crate::sender::Sender;

/// Jobs in the order they came. They live in memory: a restart forgets them all.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) jobs: Vec<Job>,
    /// How many jobs may run at once; a server builds one at a time by default.
    pub(super) concurrency: usize,
    /// Finished jobs, which only Cloud still shows.
    pub(super) history: Vec<Job>,
    /// The number of the newest job.
    pub(super) last: u64,
}

/// One job, from the request that made it to its leaving of the queue.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) number: u64,
    pub(super) target: Target,
    pub(super) group: Target,
    /// Whether it waits in the partition of the remote server.
    pub(super) remote: bool,
    pub(super) redeploy: bool,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) timestamp: i64,
    pub(super) processed_on: Option<i64>,
    pub(super) stage: Stage,
    /// The tick of its next step.
    pub(super) due: u64,
    pub(super) script: DokployScript,
    pub(super) row: Option<String>,
    /// The settings of the moment it started, which it applies at its end.
    pub(super) settings: Option<Running>,
    /// Its place in the ledger.
    pub(super) entry: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting,
    /// Active, without a row.
    Starting,
    /// Active, with a row that is `running`.
    Building,
    /// Active, although the row has its last status.
    Closing,
}

/// A deployment of a database, which has no job, and goes on although a gateway has answered for the server.
#[derive(Debug)]
pub(super) struct Slow {
    pub(super) target: Target,
    /// The tick of its end.
    pub(super) due: u64,
    /// What it applies, or why it fails.
    pub(super) settings: Result<Running, String>,
    /// Its place in the ledger.
    pub(super) entry: usize,
}

/// What a request asks to be deployed.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) target: Target,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) redeploy: bool,
    pub(super) origin: DokployOrigin,
    pub(super) sender: Sender,
}

impl Queue {
    pub(super) fn new(concurrency: usize) -> Self {
        Self { jobs: Vec::new(), concurrency, history: Vec::new(), last: 0 }
    }

    /// Forgets every job, and counts from one again.
    pub(super) fn reset(&mut self) -> Vec<Job> {
        self.last = 0;
        std::mem::take(&mut self.jobs)
    }
}
