//! What is under way on a target, which makes its status no result.

use dokploy_client::types::Deployment as Row;
use futures::future::join;
use tokio::time::{Instant, sleep};

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

/// Reads the queue and the rows, a second time if only that shows whether rows are given up.
///
/// A job stays in the queue until after the last change of its row and of the status, so that the queue alone shows all of
/// it where it can be read.
pub(super) async fn read(dokploy: &Dokploy, target: &Target) -> Result<UnderWay> {
    let (under_way, is_unconfirmed) = read_once(dokploy, target).await?;
    if !is_unconfirmed {
        return Ok(under_way);
    }
    sleep(dokploy.timing.row_appears).await;
    Ok(read_once(dokploy, target).await?.0)
}

/// What is under way, and whether it may be nothing but rows that are given up.
async fn read_once(dokploy: &Dokploy, target: &Target) -> Result<(UnderWay, bool)> {
    let (api, began) = (&dokploy.api, Instant::now());
    let (queue, rows) = join(retry_briefly(|| api.queue(target)), retry_briefly(|| api.rows(target))).await;
    let (queue, mut rows) = (queue?, rows?);
    let has_job = queue.as_ref().map(Queue::is_busy);
    let is_over = |row: &Row| status(row.status.as_ref()).is_terminal();
    let mut open: Vec<_> = rows.rows.iter().filter(|row| !is_over(row)).collect();
    let mut is_unconfirmed = false;
    if has_job == Some(false) && may_be_given_up(dokploy, open.iter().copied(), rows.at).await {
        rows = retry_briefly(|| api.rows(target)).await?;
        (open, is_unconfirmed) = open_rows(dokploy, &rows, began);
    }
    let under_way = UnderWay {
        deployments: open.iter().map(|row| id_of_row(target, &row.deployment_id, Identity::Exact)).collect(),
        has_job,
        newest: newest(&rows.rows),
    };
    Ok((under_way, is_unconfirmed))
}
