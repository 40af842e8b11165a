//! What is under way on a target, which makes its status no result.

use dokploy_client::types::Deployment as Row;
use futures::future::join;

use super::Dokploy;
use super::given_up::{may_be_given_up, open_rows};
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
pub(super) async fn read(dokploy: &Dokploy, target: &Target) -> Result<UnderWay> {
    let api = &dokploy.api;
    let (queue, rows) = join(retry_briefly(|| api.queue(target)), retry_briefly(|| api.rows(target))).await;
    let (queue, mut rows) = (queue?, rows?);
    let has_job = queue.as_ref().map(Queue::is_busy);
    let is_open = |row: &&Row| !status(row.status.as_ref()).is_terminal();
    let mut open: Vec<_> = rows.rows.iter().filter(is_open).collect();
    if has_job == Some(false) && may_be_given_up(dokploy, open.iter().copied(), rows.at).await {
        rows = retry_briefly(|| api.rows(target)).await?;
        open = open_rows(&rows, dokploy.timing.lost_after).collect();
    }
    Ok(UnderWay {
        deployments: open.iter().map(|row| id_of_row(target, &row.deployment_id, Identity::Exact)).collect(),
        has_job,
        newest: newest(&rows.rows),
    })
}
