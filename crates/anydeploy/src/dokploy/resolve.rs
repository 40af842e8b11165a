//! Resolves a pending deployment to its row, or to its job as long as there is no row.

use dokploy_client::types::{Deployment as Row, QueueJob as Job};

use super::Dokploy;
use super::cancelled::keeps_jobs;
use super::current::of_row;
use super::edition::KEEPS_TAG;
use super::infer::{Finding, infer, infer_without_queue};
use super::lists::Lists;
use super::lost::{ambiguous, never_started};
use super::pending::Pending;
use super::queue::{Queue, is_over};
use super::row::to_deployment;
use super::rows::{Rows, newest};
use super::status::{accepted, of_job};
use crate::adapter::{mask, may_be_transient};
use crate::{Deployment, DeploymentStatus, ErrorKind, Identity, Phase, Result, Target, Timing};

pub(super) async fn resolve(
    dokploy: &Dokploy,
    lists: &Lists<'_>,
    target: &Target,
    mut pending: Pending,
) -> Result<Deployment> {
    let rows = match lists.rows(target).await {
        Ok(rows) => rows,
        // The job says something without the rows, too, and may have left the queue at the next poll.
        Err(error) if may_be_transient(&error) => return job_alone(lists, target, pending).await.ok_or(error),
        Err(error) => return Err(error),
    };
    if let Some(row) = pending.tagged(&rows.rows) {
        return Ok(of_row(dokploy, lists, target, row, Identity::Exact, rows.at).await);
    }
    let queue = match lists.queue(target).await {
        Ok(Some(queue)) => queue,
        // The next poll may find the row, whatever the queue answers by then.
        Err(error) if may_be_transient(&error) => return Ok(pending.to_deployment(target, accepted())),
        // The key itself is refused, or used up.
        Err(error) if error.kind() == ErrorKind::UnauthorizedOrRateLimited => return Err(error),
        // This version has no such list, or this key may not read it.
        Ok(None) | Err(_) => return Ok(resolve_without_queue(dokploy, target, pending, &rows).await),
    };
    let tag = pending.correlation_tag();
    let job = queue.tagged(&tag);
    match job {
        Some(job) if !is_over(job) => return Ok(queued(lists, target, pending, job, &queue, &rows).await),
        // The cloud remembers jobs that are over.
        Some(job) => pending.note_start(job),
        None => {}
    }
    // A job stays in the queue until after the last change of its row, so that its row is listed from now on.
    let rows = lists.rows_after_queue(target).await?;
    if let Some(row) = pending.tagged(&rows.rows) {
        return Ok(of_row(dokploy, lists, target, row, Identity::Exact, rows.at).await);
    }
    let keeps_jobs = keeps_jobs(dokploy, rows.rows.iter().map(|row| row.status.as_ref())).await;
    let others = queue.others(&tag);
    match decide(&pending, &rows, job, &others, keeps_jobs, &dokploy.timing) {
        Decision::Row(row) => Ok(of_row(dokploy, lists, target, row, Identity::Inferred, rows.at).await),
        Decision::Undecidable => Err(ambiguous()),
        Decision::Untraceable => {
            Ok(pending.to_deployment(target, DeploymentStatus::new(Phase::Unknown, "untraceable")))
        }
        Decision::Ended(job) => Ok(Deployment::new(pending.id(target), Identity::Exact, of_job(job))
            .with_reason(job.failed_reason.as_deref().map(mask))
            .with_title(job.data.title_log.clone())),
        Decision::NeverStarted => Err(never_started(dokploy, target, &rows.rows, others.is_empty()).await),
        Decision::LeftQueue => {
            pending.note_left_queue(&rows.rows);
            let left_queue = DeploymentStatus::new(Phase::Unknown, "not in the queue");
            let was_seen = pending.job.queued().is_some();
            Ok(pending.to_deployment(target, if was_seen { left_queue } else { accepted() }))
        }
    }
}

/// What is known of a deployment that does not wait or run in the queue.
#[derive(Debug)]
enum Decision<'a> {
    /// This row is its own.
    Row(&'a Row),
    /// Its job ended before it had a row, as the cloud remembers.
    Ended(&'a Job),
    /// A row may be its own, and a later read may show which.
    Untraceable,
    /// A row may be its own, and nothing will show which.
    Undecidable,
    /// It has no row so far.
    LeftQueue,
    /// It has no row, and will have none.
    NeverStarted,
}

/// Decides by the rows that were read after the queue, where `job` is over or missing, and `others` are those of others.
fn decide<'a>(
    pending: &Pending,
    rows: &'a Rows,
    job: Option<&'a Job>,
    others: &[&Job],
    keeps_jobs: bool,
    timing: &Timing,
) -> Decision<'a> {
    let last_seen = pending.last_seen_at.zip(rows.at);
    let is_overdue = last_seen.is_some_and(|(seen_at, now)| seen_at.is_past(now, timing.lost_after));
    match (infer(pending, &rows.rows, others, keeps_jobs, timing), job) {
        (Finding::Row(row), _) => Decision::Row(row),
        (Finding::Ambiguous, _) if is_overdue => Decision::Undecidable,
        (Finding::Ambiguous, _) => Decision::Untraceable,
        (Finding::NotFound, Some(job)) if of_job(job).is_terminal() => Decision::Ended(job),
        (Finding::NotFound, _) if is_overdue => Decision::NeverStarted,
        (Finding::NotFound, _) => Decision::LeftQueue,
    }
}

/// The deployment of a job that waits or runs, where `rows` were read before the queue and do not hold it.
pub(super) async fn queued(
    lists: &Lists<'_>,
    target: &Target,
    mut pending: Pending,
    job: &Job,
    queue: &Queue,
    rows: &Rows,
) -> Deployment {
    if !pending.needs_rows_again(job, queue) {
        pending.note_job(job, queue, Some(rows.newest()), None);
    } else if let Ok(again) = lists.rows_after_queue(target).await {
        if let Some(row) = pending.tagged(&again.rows) {
            return to_deployment(target, row, Identity::Exact);
        }
        pending.note_job(job, queue, Some(rows.newest()), Some(&again.rows));
    } else {
        pending.note_job(job, queue, None, None);
    }
    pending.to_deployment(target, of_job(job))
}

/// What the queue alone says of a deployment.
async fn job_alone(lists: &Lists<'_>, target: &Target, mut pending: Pending) -> Option<Deployment> {
    let queue = lists.queue(target).await.ok()??;
    let job = queue.waiting(&pending.correlation_tag())?;
    pending.note_job(job, &queue, None, None);
    Some(pending.to_deployment(target, of_job(job)))
}

/// Resolves a deployment to its row on a server that does not list its queue, where it may wait unseen for any time.
async fn resolve_without_queue(dokploy: &Dokploy, target: &Target, mut pending: Pending, rows: &Rows) -> Deployment {
    pending.listed = pending.listed.or_else(|| newest(&rows.rows)).or(pending.after).or(Some(0));
    // A version that cannot be read is taken for one that keeps the tag, because that demands more proof.
    let keeps_tag = dokploy.api.release().await.is_none_or(|release| release >= KEEPS_TAG);
    match infer_without_queue(&pending, rows, keeps_tag, &dokploy.timing) {
        Some(row) => to_deployment(target, row, Identity::Inferred),
        None => pending.to_deployment(target, accepted()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adapter::Timestamps;

    /// What is decided by a row with a commit or none, and a job in this state or none, so many seconds after the
    /// deployment was last seen.
    fn decided(text: &str, has_row: bool, state: Option<&str>, seconds: u32) -> String {
        let pending = Pending::of(&format!("dokploy:application:a?nonce=n&since=0&{text}").parse().unwrap()).unwrap();
        let row = json!({ "deploymentId": "r", "description": "Commit: abc", "createdAt": "1970-01-01T00:00:01Z" });
        let rows = has_row.then(|| serde_json::from_value(row).unwrap()).into_iter().collect();
        let date = format!("Thu, 01 Jan 1970 00:{:02}:{:02} GMT", seconds / 60, seconds % 60);
        let rows = Rows { rows, at: Timestamps::dated(Some(&date)) };
        let job =
            |state: &str| serde_json::from_value::<Job>(json!({ "id": "job-1", "state": state, "data": {} })).unwrap();
        let job = state.map(job);
        let decision = format!("{:?}", decide(&pending, &rows, job.as_ref(), &[], false, &Timing::default()));
        decision.split_once('(').map_or(decision.as_str(), |(name, _)| name).to_owned()
    }

    #[test]
    fn what_is_not_in_the_queue_has_a_row_or_is_lost_in_time() {
        let (proven, unproven) = ("queued=9&ahead=0&after=99", "after=99");
        for (text, has_row, job, seconds, expected) in [
            (proven, true, None, 10, "Row"),
            (proven, true, None, 100, "Row"),
            (unproven, true, None, 10, "Untraceable"),
            (unproven, true, None, 60, "Untraceable"),
            (unproven, true, None, 61, "Undecidable"),
            (proven, false, None, 10, "LeftQueue"),
            (proven, false, None, 61, "NeverStarted"),
            (proven, false, Some("completed"), 10, "LeftQueue"),
            (proven, false, Some("failed"), 10, "Ended"),
            (proven, false, Some("cancelled"), 61, "Ended"),
            (unproven, true, Some("cancelled"), 10, "Untraceable"),
        ] {
            assert_eq!(decided(text, has_row, job, seconds), expected, "{text} {has_row} {job:?} {seconds}");
        }
    }
}
