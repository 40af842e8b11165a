//! Reads one deployment.

use super::deployment::{accepted, to_deployment};
use super::pending::{Pending, Stage, Start};
use super::{Coolify, catalog, rows, twin};
use crate::{Deployment, DeploymentId, Error, ErrorKind, Result, Target, TargetKind, platform};

/// The deployment that an id names.
pub(super) async fn read(coolify: &Coolify, id: &DeploymentId) -> Result<Deployment> {
    id.expect_platform(&platform::COOLIFY)?;
    let target = id.target();
    if *target.kind() != TargetKind::Application {
        return catalog::follow(coolify, target, Start::of(id)?).await;
    }
    let pending = Pending::of(id)?;
    let missing = match rows::row(&coolify.api, target, &pending.uuid).await {
        Ok(row) => {
            return Ok(to_deployment(coolify, target, &pending.known_as(&pending.uuid, pending.identity()), &row));
        }
        Err(error) => error,
    };
    match &pending.stage {
        _ if missing.kind() != ErrorKind::NotFound => Err(missing),
        Stage::Merged(merged) => twin::resolve(coolify, target, &pending, merged).await,
        // The row of a deployment that was just accepted may take some time to appear.
        Stage::Accepted(at) if !at.is_past_locally(coolify.timing.lost_after) => Ok(accepted(target, &pending)),
        Stage::Accepted(_) | Stage::Known(_) => Err(missing),
    }
}

/// Refuses what Coolify offers for applications alone.
pub(super) fn application_only(target: &Target, what: &'static str) -> Result<()> {
    match target.kind() {
        TargetKind::Application => Ok(()),
        _ => Err(Error::unsupported(platform::COOLIFY, what)),
    }
}
