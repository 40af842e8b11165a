//! The deployments that many watches wait for, read by one list of what is queued or in progress.

use super::Coolify;
use super::deployment::to_deployment;
use super::pending::{Pending, Stage};
use super::status::is_active;
use crate::{DeploymentId, ErrorKind, Pace, ReportRead, TargetKind, platform};

/// A list costs more than a read or two: its rows hold logs if the token may read them.
///
/// 200 requests a minute are allowed to all tokens of a user (4.3.11).
pub(super) const PACE: Pace = Pace::new(3, std::time::Duration::from_secs(2));

/// Reports what the list says of each deployment.
///
/// It never says that one is over: what is not listed has to be read alone, and so has what is no deployment of an
/// application, or was merged into another one.
pub(super) async fn read(coolify: &Coolify, ids: &[DeploymentId], report: &ReportRead<'_>) {
    let listable = |(index, id)| Some((index, id, pending_of(id)?));
    let listable: Vec<(usize, &DeploymentId, Pending)> = ids.iter().enumerate().filter_map(listable).collect();
    if listable.is_empty() {
        return;
    }
    let rows = match coolify.api.active_deployments().await {
        Ok(rows) => rows,
        // The list is missing or does not fit; the deployments may be read all the same.
        Err(error)
            if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AnswerTooLarge | ErrorKind::Unreadable) =>
        {
            return;
        }
        Err(error) => return listable.iter().for_each(|(index, ..)| report(*index, Err(error.clone()))),
    };
    let rows: std::collections::HashMap<_, _> =
        rows.iter().filter(|row| is_active(row)).map(|row| (row.deployment_uuid.as_str(), row)).collect();
    for (index, id, pending) in listable {
        if let Some(row) = rows.get(pending.uuid.as_str()) {
            let pending = pending.known_as(&pending.uuid, pending.identity());
            report(index, Ok(to_deployment(coolify, id.target(), &pending, row)));
        }
    }
}

/// The deployment of an id, if the list holds it under its own id while it waits or runs.
fn pending_of(id: &DeploymentId) -> Option<Pending> {
    let is_row = *id.platform() == platform::COOLIFY && *id.target().kind() == TargetKind::Application;
    let pending = is_row.then(|| Pending::of(id).ok())??;
    matches!(pending.stage, Stage::Known(_) | Stage::Accepted(_)).then_some(pending)
}
