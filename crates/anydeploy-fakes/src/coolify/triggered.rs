//! The ground truth: what the fake server really stored, whatever its answers said.

use std::time::Instant;

use super::deployment::{CoolifyOrigin, Deployment, Task};
use crate::pace::Ticker;
use crate::sender::Sender;

/// A deployment the fake really stored, whatever its answer said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the server, and they are independent")]
pub struct CoolifyTriggered {
    /// The id, as `deployment_uuid`.
    pub id: String,
    /// The id of the application.
    pub target: String,
    /// The server's word for its status now.
    pub status: String,
    /// When it got its last status, to within a tick; `None` while it goes on.
    pub ended_at: Option<Instant>,
    /// Whether it was forced, that is built without cache and without the search for a duplicate.
    pub forced: bool,
    /// Whether it only restarts the container.
    pub restart: bool,
    /// Whether it builds; else it starts an image that is there.
    pub built: bool,
    /// Whether it goes back to an earlier commit or image.
    pub rollback: bool,
    /// The pull request; 0 is production.
    pub pull_request: u64,
    /// The image tag that was asked for, which the server takes for a pull request only.
    pub image_tag: Option<String>,
    /// The commit as the server knows it now; `HEAD` until it is resolved.
    pub commit: String,
    /// Where it came from.
    pub origin: CoolifyOrigin,
    /// The request that it goes back to.
    pub sender: Sender,
    /// Later requests that stored nothing, because this deployment did the same already.
    pub joined: Vec<Sender>,
}

impl CoolifyTriggered {
    /// The row as it stands at tick `now`; nothing for what the fake queued itself.
    pub(super) fn of(row: &Deployment, now: u64, ticker: &Ticker) -> Option<Self> {
        Some(Self {
            id: row.uuid.clone(),
            target: row.application_uuid.clone(),
            status: row.word().to_owned(),
            ended_at: row.ended.as_ref().map(|(tick, _, _)| ticker.began(*tick)),
            forced: row.order.force,
            restart: row.order.task == Task::Restart,
            built: row.built,
            rollback: matches!(row.order.task, Task::Rollback(_)),
            pull_request: row.order.pull_request,
            image_tag: row.order.image_tag.clone(),
            commit: row.commit(now).to_owned(),
            origin: row.order.origin?,
            sender: row.order.sender.clone(),
            joined: row.joined.clone(),
        })
    }
}
