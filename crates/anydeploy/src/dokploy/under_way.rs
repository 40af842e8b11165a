//! What is under way on a target, which makes its status no result.

use futures::future::join;

use super::api::Api;
use super::pending::id_of_row;
use super::queue::Queue;
use super::rows::newest;
use super::status::status;
use crate::adapter::retry_briefly;
use crate::{DeploymentId, Identity, Result, Target};

/// What is under way on a target at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnderWay {
    /// The deployments that have a row and are not over.
    pub(super) deployments: Vec<DeploymentId>,
    /// Whether a job of it waits or runs; `None` before 0.28.3, where what waits cannot be seen.
    pub(super) has_job: Option<bool>,
    /// When the newest row appeared, in Unix milliseconds.
    pub(super) newest: Option<i64>,
}

impl UnderWay {
    pub(super) fn is_busy(&self) -> bool {
        !self.deployments.is_empty() || self.has_job == Some(true)
    }
}

/// Reads the queue and the rows.
///
/// A job stays in the queue until after the last change of its row and of the status, so that the queue alone shows all of
/// it where it can be read.
pub(super) async fn read(api: &Api, target: &Target) -> Result<UnderWay> {
    let (queue, rows) = join(retry_briefly(|| api.queue(target)), retry_briefly(|| api.rows(target))).await;
    let (queue, rows) = (queue?, rows?.rows);
    let running = rows.iter().filter(|row| !status(row.status.as_ref()).is_terminal());
    Ok(UnderWay {
        deployments: running.map(|row| id_of_row(target, &row.deployment_id, Identity::Exact)).collect(),
        has_job: queue.as_ref().map(Queue::is_busy),
        newest: newest(&rows),
    })
}
