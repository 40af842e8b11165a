//! A row that is over, with what comes after its last status: its commit, and the word for what was cancelled.

use std::time::Duration;

use dokploy_client::types::{Deployment as Row, DeploymentStatusEnum};
use tokio::time::sleep;

use super::Dokploy;
use super::pending::overwritten;
use super::row::to_deployment;
use super::rows::{Rows, finished};
use super::status::of_job;
use crate::adapter::{Timestamps, retry_briefly};
use crate::{Deployment, Identity, Phase, Target};

/// How long after its last status a row may still wait for its commit: 36 to 60 ms were observed on 0.30.2.
const COMMIT_APPEARS: Duration = Duration::from_millis(100);

/// For how long after its end a row without a commit is read once more, in milliseconds; dates are cut off to seconds.
const JUST_ENDED: i64 = 3000;

/// The deployment of a row, as it is once the last change of the row has come.
pub(super) async fn of_row(
    dokploy: &Dokploy,
    target: &Target,
    row: &Row,
    identity: Identity,
    at: Option<Timestamps>,
) -> Deployment {
    let mut deployment = to_deployment(target, row, identity);
    if awaits_commit(row, at) {
        sleep(COMMIT_APPEARS).await;
        // The commit is worth a read, and no error: the row has its last status already.
        if let Ok(Rows { rows, .. }) = dokploy.api.rows(target).await
            && let Some(row) = rows.iter().find(|known| known.deployment_id == row.deployment_id)
        {
            deployment = to_deployment(target, row, identity);
        }
    }
    unless_cancelled(dokploy, deployment, row).await
}

/// A success, unless the queue says that the deployment was cancelled.
///
/// The cloud writes `done` into the row of a deployment that is cancelled, and remembers the job as `cancelled`; the
/// queue of a self-hosted server holds no such job, and is not read.
/// A queue that cannot be read after a few tries leaves the word of the row.
async fn unless_cancelled(dokploy: &Dokploy, mut deployment: Deployment, row: &Row) -> Deployment {
    if deployment.status.phase != Phase::Succeeded {
        return deployment;
    }
    if dokploy.api.is_cloud().await != Some(false)
        && let Ok(Some(queue)) = retry_briefly(|| dokploy.api.queue(deployment.target())).await
        && let Some(job) = queue.cancelled(row)
    {
        deployment.status = of_job(job);
    }
    deployment
}

/// Whether a row that has just got its last status may still get a commit, as it does at the end of a build from git.
fn awaits_commit(row: &Row, at: Option<Timestamps>) -> bool {
    let over = matches!(row.status, Some(DeploymentStatusEnum::Done | DeploymentStatusEnum::Error));
    let recent = |ended: i64| at.is_none_or(|at| at.server.saturating_mul(1000).saturating_sub(ended) < JUST_ENDED);
    over && !overwritten(row) && finished(row).is_some_and(recent)
}
