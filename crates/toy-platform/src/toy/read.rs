//! Reads one deployment, and makes a deployment of a row.

use anydeploy_adapter::parse_timestamp;
use anydeploy_adapter::{
    Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Phase, Result, Target,
};

use super::api::Row;
use super::pending::{Pending, Resolved};
use super::{PLATFORM, Toy, note, status};

/// The deployment that an id names.
pub(super) async fn read(toy: &Toy, id: &DeploymentId) -> Result<Deployment> {
    let (pending, target) = (Pending::of(id)?, id.target());
    let (row, missing) = match toy.api.deployment(&pending.row).await {
        Ok(row) => (Some(row), None),
        Err(error) if error.kind() == ErrorKind::NotFound => (None, Some(error)),
        Err(error) => return Err(error),
    };
    let is_late = pending.accepted_at.is_some_and(|at| at.is_past_locally(toy.timing.lost_after));
    match pending.resolve(target, row.as_ref(), is_late) {
        Resolved::Row(row) => Ok(to_deployment(target, row)),
        Resolved::NotYet => Ok(accepted(target, &pending)),
        Resolved::Absent => Err(missing.unwrap_or_else(|| {
            Error::new(ErrorKind::NotFound, "the deployment is one of another app").with_platform(PLATFORM)
        })),
    }
}

/// A deployment that was accepted, and whose row was not read yet.
pub(super) fn accepted(target: &Target, pending: &Pending) -> Deployment {
    Deployment::new(pending.id(target), Identity::Pending, DeploymentStatus::new(Phase::Queued, "accepted"))
}

/// The deployment of a row.
pub(super) fn to_deployment(target: &Target, row: &Row) -> Deployment {
    let time = |text: &Option<String>| text.as_deref().and_then(parse_timestamp);
    let title = row.note.as_deref().and_then(|note| note::read(note).0);
    // What the server writes is masked by `with_title` and `with_reason`.
    Deployment::new(Pending::known(row).id(target), Identity::Exact, status::status(&row.state))
        .with_title(title.map(str::to_owned))
        .with_reason(row.error.clone())
        .with_times(time(&row.created_at), time(&row.ended_at))
}
