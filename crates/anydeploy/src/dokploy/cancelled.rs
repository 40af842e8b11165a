//! Rows that are `cancelled` although the deployment goes on, or runs again.

use dokploy_client::types::{Deployment as Row, DeploymentStatusEnum};

use super::Dokploy;
use super::lists::Lists;
use super::queue::Queue;
use super::row::to_deployment;
use super::rows::{created, tag_of};
use super::status::of_job;
use crate::adapter::may_be_transient;
use crate::{Deployment, DeploymentStatus, Identity, Phase, Target};

/// The first release whose queue forgets its jobs when the server restarts; before it they lie in Redis.
const FORGETS_JOBS: (u32, u32, u32) = (0, 29, 9);

/// Why a deployment that was cancelled may not be over.
const QUEUE_UNREADABLE: &str =
    "the queue cannot be read; before 0.29.9 Dokploy runs again what its own restart cancelled, after half a minute";

/// The deployment of a row that is `cancelled`, or of the row that took its place.
///
/// A self-hosted server that starts marks all rows that run as cancelled (source of 0.25.4 to 0.30.2).
/// Until 0.29.8 the job of such a row is still there, and is run again after half a minute, with a row of its own that has the
/// same title and description.
/// Since 0.29.9 the server takes requests before it marks the rows, so that the job of such a row may have begun since.
pub(super) async fn unless_it_goes_on(
    dokploy: &Dokploy,
    lists: &Lists<'_>,
    target: &Target,
    row: &Row,
    identity: Identity,
) -> Deployment {
    let mut deployment = to_deployment(target, row, identity);
    if dokploy.api.is_cloud().await == Some(true) {
        return deployment;
    }
    let queue = match lists.queue(target).await {
        Err(error) if may_be_transient(&error) => return unknown(deployment),
        Ok(queue) => queue,
        Err(_) => None,
    };
    // A job stays in the queue until after the last change of its row, so that the rows that are read now show its end.
    let Ok(rows) = lists.rows_after_queue(target).await else { return unknown(deployment) };
    match decide(row, &rows.rows, queue.as_ref()) {
        Decision::Row(newest) => to_deployment(target, newest, identity),
        Decision::GoesOn(newest, status) => {
            deployment = to_deployment(target, newest, identity);
            deployment.status = status;
            deployment
        }
        Decision::QueueUnreadable(newest) => {
            to_deployment(target, newest, identity).with_note(Some(QUEUE_UNREADABLE.to_owned()))
        }
    }
}

/// The deployment, of which nothing says whether it is over.
fn unknown(mut deployment: Deployment) -> Deployment {
    deployment.status = DeploymentStatus::new(Phase::Unknown, deployment.status.raw);
    deployment
}

/// What is known of a deployment whose row was cancelled.
#[derive(Debug)]
enum Decision<'a> {
    /// This row says how it is.
    Row(&'a Row),
    /// Its newest row is cancelled, and its job waits or runs.
    GoesOn(&'a Row, DeploymentStatus),
    /// Its newest row is cancelled, and its job cannot be seen.
    QueueUnreadable(&'a Row),
}

/// Decides by the rows that were read after the queue.
fn decide<'a>(row: &'a Row, rows: &'a [Row], queue: Option<&Queue>) -> Decision<'a> {
    let newest = newest_of_same(row, rows);
    if newest.status != Some(DeploymentStatusEnum::Cancelled) {
        return Decision::Row(newest);
    }
    let Some(queue) = queue else { return Decision::QueueUnreadable(newest) };
    match queue.same(newest) {
        Some(job) => Decision::GoesOn(newest, of_job(job)),
        None => Decision::Row(newest),
    }
}

/// The newest row with the correlation tag of this one; it itself if it has none, or is gone.
fn newest_of_same<'a>(row: &'a Row, rows: &'a [Row]) -> &'a Row {
    let tag = row.description.as_deref().and_then(tag_of);
    let is_same = |other: &&Row| {
        let is_tagged = tag.is_some() && other.description.as_deref().and_then(tag_of) == tag;
        is_tagged || other.deployment_id == row.deployment_id
    };
    rows.iter().filter(is_same).max_by_key(|other| created(other)).unwrap_or(row)
}

/// Whether a restart that rows of these statuses may show has left the jobs that waited in the queue.
///
/// A version that cannot be read counts as one that keeps them.
pub(super) async fn keeps_jobs(
    dokploy: &Dokploy,
    mut statuses: impl Iterator<Item = Option<&DeploymentStatusEnum>>,
) -> bool {
    if !statuses.any(|status| status == Some(&DeploymentStatusEnum::Cancelled)) {
        return false;
    }
    dokploy.api.release().await.is_none_or(|release| release < FORGETS_JOBS)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::queue::Jobs;
    use super::*;

    fn row(id: &str, second: u32, status: &str, description: &str) -> Row {
        let created = format!("1970-01-01T00:00:{second:02}Z");
        let row = json!({ "deploymentId": id, "status": status, "description": description, "createdAt": created });
        serde_json::from_value(row).unwrap()
    }

    fn queue(jobs: Value) -> Queue {
        Jobs::new(serde_json::from_value(jobs).unwrap(), None).of(&Target::application("a"))
    }

    #[test]
    fn what_is_cancelled_is_over_only_without_a_job_and_without_a_newer_row() {
        const OURS: &str = "[anydeploy:n]";
        let job = |state: &str, description: &str| {
            let data = json!({ "applicationId": "a", "descriptionLog": description });
            json!([{ "id": "1", "state": state, "data": data }])
        };
        let first = || row("first", 1, "cancelled", OURS);
        let again = |status: &str| row("again", 9, status, OURS);
        for (rows, jobs, expected) in [
            (vec![first()], Some(json!([])), ("first", "cancelled")),
            (vec![first()], Some(job("active", OURS)), ("first", "active")),
            (vec![first()], Some(job("waiting", OURS)), ("first", "waiting")),
            (vec![first()], Some(job("completed", OURS)), ("first", "cancelled")),
            (vec![first()], Some(job("active", "[anydeploy:m]")), ("first", "cancelled")),
            (vec![first()], None, ("first", "unreadable")),
            (vec![again("running"), first()], Some(job("active", OURS)), ("again", "running")),
            (vec![again("running"), first()], None, ("again", "running")),
            (vec![again("done"), first()], Some(json!([])), ("again", "done")),
            (vec![again("cancelled"), first()], Some(job("active", OURS)), ("again", "active")),
            (vec![row("other", 9, "done", "[anydeploy:m]"), first()], Some(json!([])), ("first", "cancelled")),
            (vec![row("first", 1, "done", OURS)], Some(json!([])), ("first", "done")),
            (vec![], Some(json!([])), ("first", "cancelled")),
        ] {
            let seen = first();
            let queue = jobs.map(queue);
            let (row, word) = match decide(&seen, &rows, queue.as_ref()) {
                Decision::Row(row) => (row, row.status.as_ref().unwrap().as_str().to_owned()),
                Decision::GoesOn(row, status) => (row, status.raw),
                Decision::QueueUnreadable(row) => (row, "unreadable".to_owned()),
            };
            assert_eq!((row.deployment_id.as_str(), word.as_str()), expected);
        }
        let (plain, other) = (row("first", 1, "cancelled", ""), row("other", 9, "done", ""));
        let rows = [other, plain.clone()];
        let decision = decide(&plain, &rows, None);
        assert!(matches!(decision, Decision::QueueUnreadable(row) if row.deployment_id == "first"), "{decision:?}");
        // A row without a tag has the title and the description of its job.
        for (title, description, goes_on) in [("t", "", true), ("of another", "", false), ("t", "of another", false)] {
            let mut row = plain.clone();
            row.title = Some("t".to_owned());
            let data = json!({ "applicationId": "a", "titleLog": title, "descriptionLog": description });
            let queue = queue(json!([{ "id": "1", "state": "active", "data": data }]));
            let decision = decide(&row, std::slice::from_ref(&row), Some(&queue));
            assert_eq!(matches!(decision, Decision::GoesOn(..)), goes_on, "{title} {description}");
        }
    }
}
