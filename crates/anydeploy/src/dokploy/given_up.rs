//! Previews that Dokploy gives up without an end: their rows stay `running` for good.

use dokploy_client::types::Deployment as Row;

use super::Dokploy;
use super::infer::millis;
use super::row::to_deployment;
use super::rows::{Rows, created};
use super::status::status;
use crate::adapter::{Timestamps, retry_briefly};
use crate::{Deployment, DeploymentStatus, Phase, TargetKind};

/// The deployment of a preview, failed if nothing of it runs any more although its row does not say so.
///
/// The error path of a preview calls GitHub; where that fails as well, row and preview stay `running` (0.30.2).
/// A job stays in the queue until after the last change of its row.
/// So a row that is `running` after the queue held no job of its preview never changes again.
pub(super) async fn unless_given_up(
    dokploy: &Dokploy,
    deployment: Deployment,
    row: &Row,
    at: Option<Timestamps>,
) -> Deployment {
    let target = deployment.target().clone();
    let is_running = *target.kind() == TargetKind::Preview && deployment.status.phase == Phase::Running;
    if !is_running || !is_old(dokploy, row, at) || dokploy.api.is_cloud().await != Some(false) {
        return deployment;
    }
    // Where the queue cannot be read, only the deadline of a watch ends it.
    let Ok(Some(queue)) = retry_briefly(|| dokploy.api.queue(&target)).await else { return deployment };
    if queue.is_busy() {
        return deployment;
    }
    let Ok(Rows { rows, .. }) = retry_briefly(|| dokploy.api.rows(&target)).await else { return deployment };
    let Some(row) = rows.iter().find(|known| known.deployment_id == row.deployment_id) else { return deployment };
    let mut now = to_deployment(&target, row, deployment.identity);
    if status(row.status.as_ref()).phase == Phase::Running {
        now.status = DeploymentStatus::new(Phase::Failed, now.status.raw);
        return now.with_reason(Some("Dokploy gave it up, and leaves its row running; its log says why".to_owned()));
    }
    now
}

/// Whether a row is so old that its job would have been seen.
fn is_old(dokploy: &Dokploy, row: &Row, at: Option<Timestamps>) -> bool {
    let lost_after = millis(dokploy.timing.lost_after);
    let age = at.zip(created(row)).map(|(at, created)| at.server.saturating_mul(1000).saturating_sub(created));
    age.is_some_and(|age| age >= lost_after)
}
