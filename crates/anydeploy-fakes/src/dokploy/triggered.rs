//! The ground truth: what the fake server really did, whatever its answers said.

use std::time::Instant;

use crate::sender::Sender;

/// A deployment that the fake server accepted, or another operation that applies something to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DokployTriggered {
    /// The id of the row, from the moment it exists.
    pub deployment_id: Option<String>,
    /// The id of the application, compose or preview deployment.
    pub target: String,
    /// The title as it was sent, before the server put its own in the place of none.
    pub title: Option<String>,
    /// The description as it was sent, including a client's correlation tag.
    pub description: Option<String>,
    /// What was asked for.
    pub operation: DokployOperation,
    /// Where it came from.
    pub origin: DokployOrigin,
    /// The request that it goes back to.
    pub sender: Sender,
    /// The state of its job.
    pub state: DokployJobState,
    /// When its job was over, to within a tick: when its row got its last status, or, without a row, when it was given up;
    /// `None` while it goes on.
    pub ended_at: Option<Instant>,
}

/// What a request asks the server to do with a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DokployOperation {
    /// Fetches, builds and applies the settings, through the queue.
    Deploy,
    /// The same without fetching anything.
    Redeploy,
    /// Applies the settings within the request, without a row.
    Reload,
    /// Applies a kept image within the request, without a row.
    Rollback,
    /// Scales a stopped service up; not among what [`triggered`](crate::FakeDokploy::triggered) returns.
    Start,
    /// Scales a service down; not among what [`triggered`](crate::FakeDokploy::triggered) returns.
    Stop,
}

/// Where a deployment came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DokployOrigin {
    /// A request with an API key, or
    /// [`FakeDokploy::deploy_by_another_program`](crate::FakeDokploy::deploy_by_another_program).
    Api,
    /// A webhook, which needs no key.
    Webhook,
    /// [`FakeDokploy::deploy_by_someone_else`](crate::FakeDokploy::deploy_by_someone_else).
    SomeoneElse,
}

/// The state of the job behind an accepted deployment, also when its row was removed meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DokployJobState {
    /// It waits in the queue.
    Waiting,
    /// Its job is active, its row does not exist yet.
    Starting,
    /// It runs.
    Running,
    /// It succeeded.
    Done,
    /// It failed.
    Error,
    /// It was running when the server was restarted.
    Cancelled,
    /// It was taken from the queue before it had a row: queue cleaned, server restarted.
    Dropped,
    /// Its job ran without ever making a row.
    NeverStarted,
}

impl DokployJobState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Starting | Self::Running)
    }
}
