//! The deployment of a row as it is now, where the row alone does not say so.

use dokploy_client::types::{Deployment as Row, DeploymentStatusEnum};

use super::Dokploy;
use super::cancelled::unless_it_goes_on;
use super::ended;
use super::given_up::{asks_the_queue, unless_given_up};
use super::lists::Lists;
use super::row::to_deployment;
use crate::adapter::Timestamps;
use crate::{Deployment, DeploymentStatus, Identity, Phase, Target};

/// The deployment of a row: given up, run again, or as it is once the last change of the row has come.
pub(super) async fn of_row(
    dokploy: &Dokploy,
    lists: &Lists<'_>,
    target: &Target,
    row: &Row,
    identity: Identity,
    at: Option<Timestamps>,
) -> Deployment {
    if is_cancelled(row) {
        return unless_it_goes_on(dokploy, lists, target, row, identity).await;
    }
    if asks_the_queue(dokploy, row, at).await {
        return unless_given_up(dokploy, lists, target, row, identity).await;
    }
    ended::of_row(dokploy, target, row, identity, at).await
}

/// The deployment of a row that was just found, where nothing else was read that shows whether what is cancelled goes on.
pub(super) fn not_yet_decided(target: &Target, row: &Row) -> Deployment {
    let mut deployment = to_deployment(target, row, Identity::Exact);
    if is_cancelled(row) {
        deployment.status = DeploymentStatus::new(Phase::Unknown, deployment.status.raw);
    }
    deployment
}

fn is_cancelled(row: &Row) -> bool {
    row.status == Some(DeploymentStatusEnum::Cancelled)
}
