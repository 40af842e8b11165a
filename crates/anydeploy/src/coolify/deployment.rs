//! Makes a deployment of a row.

use super::pending::Pending;
use super::row::Row;
use super::{Coolify, HEAD, revision, status};
use crate::adapter::parse_timestamp;
use crate::{Action, Deployment, DeploymentStatus, Identity, Phase, RanRevision, Target};

/// A deployment that was accepted under an id, and whose row was not read yet.
pub(super) fn accepted(target: &Target, pending: &Pending) -> Deployment {
    let status = DeploymentStatus::new(Phase::Queued, "accepted");
    Deployment::new(pending.id(target), Identity::Pending, status).with_action(pending.action)
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
        .with_action(known.action)
        .with_note(note(known, row))
        .verified_against(&known.asked)
}

/// What a restart did that its name does not say.
fn note(known: &Pending, row: &Row) -> Option<String> {
    if known.action != Action::Restart {
        return None;
    }
    if row.restart_only == Some(false) {
        return Some("Coolify took the restart for a deployment that was queued or in progress".to_owned());
    }
    match (&known.was, revision::ran(row)) {
        // A restart resolves the head of the branch anew, and builds it if there is no image of it (4.3.11).
        (Some(was), RanRevision::Commit(ran)) if !is_same_commit(was, &ran) => Some(format!(
            "the restart shipped commit {ran}, and {was} ran before: a restart takes the head of the branch, or the commit \
             that the application is pinned to"
        )),
        _ => None,
    }
}

/// Whether two hashes are of one commit, of which one may be abbreviated.
fn is_same_commit(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    long.get(..short.len()).is_some_and(|start| start.eq_ignore_ascii_case(short))
}

/// The address of a page; Coolify gives its path alone.
fn page_address(coolify: &Coolify, path: &str) -> String {
    if path.starts_with("http") {
        return path.to_owned();
    }
    let instance = coolify.api.address().trim_end_matches('/').trim_end_matches("/api/v1");
    format!("{instance}/{}", path.trim_start_matches('/'))
}
