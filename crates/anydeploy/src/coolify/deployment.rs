//! Makes a deployment of a row.

use coolify_client::types::Deployment as Row;

use super::pending::Pending;
use super::{Coolify, HEAD, revision, status};
use crate::adapter::parse_timestamp;
use crate::{Deployment, DeploymentStatus, Identity, Phase, Target};

/// A deployment that was accepted under an id, and whose row was not read yet.
pub(super) fn accepted(target: &Target, pending: &Pending) -> Deployment {
    Deployment::new(pending.id(target), Identity::Pending, DeploymentStatus::new(Phase::Queued, "accepted"))
}

/// The deployment of a row, under an id that names it.
pub(super) fn to_deployment(coolify: &Coolify, target: &Target, known: &Pending, row: &Row) -> Deployment {
    let created_at = row.created_at.as_deref().and_then(parse_timestamp);
    let finished_at = row.finished_at.as_deref().and_then(parse_timestamp);
    let pull_request = row.pull_request_id.and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0);
    Deployment::new(known.id(target), known.identity(), status::status(&row.status))
        .with_title(row.commit_message.clone())
        // The commit is `HEAD` until the job has resolved it.
        .with_commit(row.commit.clone().filter(|commit| commit != HEAD))
        .with_revision(revision::ran(row))
        .with_pull_request(pull_request)
        .with_url(row.deployment_url.as_deref().map(|path| page_address(coolify, path)))
        .with_times(created_at, finished_at)
        .verified_against(&known.asked)
}

/// The address of a page; Coolify gives its path alone.
fn page_address(coolify: &Coolify, path: &str) -> String {
    if path.starts_with("http") {
        return path.to_owned();
    }
    let instance = coolify.api.address().trim_end_matches('/').trim_end_matches("/api/v1");
    format!("{instance}/{}", path.trim_start_matches('/'))
}
