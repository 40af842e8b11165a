//! Reads deployments: one by its row or by its pending state, and a history.

use std::time::Duration;

use dokploy_client::types::{Deployment as Row, DeploymentStatusEnum, QueueJob as Job};
use tokio::time::sleep;

use super::edition::Edition;
use super::infer::{Finding, infer, infer_without_queue, overwritten};
use super::pending::{Known, Pending, row_of};
use super::queue::{Queue, is_over};
use super::rows::{MAX_KEPT_ROWS, Rows, newest, to_deployment};
use super::trigger::place;
use super::{Dokploy, queue_phase};
use crate::clock::Timestamps;
use crate::failure::mask;
use crate::recovery::{may_be_transient, retry_briefly};
use crate::time::parse_timestamp;
use crate::turn::{Remembered, is_last_read};
use futures::future::{BoxFuture, FutureExt};

use crate::{
    Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, History, HistoryOptions, Identity, Phase, Result,
    Target, platform,
};

/// The first release that keeps the description of a trigger.
const KEEPS_TAG: (u32, u32) = (0, 25);

/// How long after its last status a row may still wait for its commit: 36 to 60 ms were observed on 0.30.2.
const COMMIT_APPEARS: Duration = Duration::from_millis(100);

/// For how long after its end a row without a commit is read once more, in milliseconds; dates are cut off to seconds.
const JUST_ENDED: i64 = 3000;

impl History for Dokploy {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        self.read_history(target, options).boxed()
    }
}

impl Dokploy {
    pub(super) async fn read(&self, id: &DeploymentId) -> Result<Deployment> {
        id.expect_platform(&platform::DOKPLOY)?;
        let target = id.target();
        let (row, identity) = match Known::of(id)? {
            Known::Row(row, identity) => (row, identity),
            Known::Pending(mut pending) => {
                let (nonce, remembered) = (pending.nonce().to_owned(), Remembered::of(&place(self, target)));
                pending.overlaps |= remembered.overlap(&nonce, self.timing.lost_after).is_some();
                let read = self.resolve(target, pending).await;
                if is_last_read(&read, |read| read.identity.is_resolved()) {
                    let row = read.as_ref().ok().and_then(|read| row_of(&read.id));
                    remembered.settle(&nonce, row.as_deref());
                }
                return read;
            }
        };
        let Rows { rows, at } = self.rows(target).await?;
        match rows.iter().find(|known| known.deployment_id == row) {
            Some(row) => Ok(self.of_row(target, row, identity, at).await),
            None => Err(self.row_is_gone(target, &rows).await),
        }
    }

    /// The deployment of a row, as it is once the last change of the row has come.
    pub(super) async fn of_row(
        &self,
        target: &Target,
        row: &Row,
        identity: Identity,
        at: Option<Timestamps>,
    ) -> Deployment {
        let mut deployment = to_deployment(target, row, identity);
        if awaits_commit(row, at) {
            sleep(COMMIT_APPEARS).await;
            // The commit is worth a read, and no error: the row has its last status already.
            if let Ok(Rows { rows, .. }) = self.rows(target).await
                && let Some(row) = rows.iter().find(|known| known.deployment_id == row.deployment_id)
            {
                deployment = to_deployment(target, row, identity);
            }
        }
        self.unless_cancelled(deployment, row).await
    }

    /// A success, unless the queue says that the deployment was cancelled.
    ///
    /// The cloud writes `done` into the row of a deployment that is cancelled, and remembers the job as `cancelled`; the
    /// queue of a self-hosted server holds no such job, and is not read.
    /// A queue that cannot be read after a few tries leaves the word of the row.
    async fn unless_cancelled(&self, mut deployment: Deployment, row: &Row) -> Deployment {
        if deployment.status.phase != Phase::Succeeded {
            return deployment;
        }
        if self.edition().await != Edition::SelfHosted
            && let Ok(Some(queue)) = retry_briefly(|| self.queue(deployment.target())).await
            && let Some(job) = queue.cancelled(row)
        {
            deployment.status = DeploymentStatus::new(queue_phase(&job.state), job.state.as_str());
        }
        deployment
    }

    /// Resolves a pending deployment to its row, or to its job as long as there is no row.
    async fn resolve(&self, target: &Target, mut pending: Pending) -> Result<Deployment> {
        let rows = match self.rows(target).await {
            Ok(rows) => rows,
            // The job says something without the rows, too, and may have left the queue at the next poll.
            Err(error) if may_be_transient(&error) => return self.job_alone(target, pending).await.ok_or(error),
            Err(error) => return Err(error),
        };
        if let Some(row) = pending.tagged(&rows.rows) {
            return Ok(self.of_row(target, row, Identity::Exact, rows.at).await);
        }
        let queue = match self.queue(target).await {
            Ok(Some(queue)) => queue,
            // The next poll may find the row, whatever the queue answers by then.
            Err(error) if may_be_transient(&error) => return Ok(pending.to_deployment(target, accepted())),
            // The key itself is refused, or used up.
            Err(error) if error.kind() == ErrorKind::UnauthorizedOrRateLimited => return Err(error),
            // This version has no such list, or this key may not read it.
            Ok(None) | Err(_) => return Ok(self.resolve_without_queue(target, pending, &rows).await),
        };
        let tag = pending.correlation_tag();
        let job = queue.tagged(&tag);
        match job {
            Some(job) if !is_over(job) => {
                return Ok(self.queued(target, pending, job, &queue, &rows).await);
            }
            // The cloud remembers jobs that are over.
            Some(job) => pending.note_start(job),
            None => {}
        }
        // A job stays in the queue until after the last change of its row, so that its row is listed from now on.
        let rows = self.rows(target).await?;
        if let Some(row) = pending.tagged(&rows.rows) {
            return Ok(self.of_row(target, row, Identity::Exact, rows.at).await);
        }
        match infer(&pending, &rows.rows, &queue.others(&tag), &self.timing) {
            Finding::Row(row) => Ok(self.of_row(target, row, Identity::Inferred, rows.at).await),
            Finding::Ambiguous if self.is_overdue(&pending, &rows) => Err(ambiguous()),
            Finding::Ambiguous => {
                Ok(pending.to_deployment(target, DeploymentStatus::new(Phase::Unknown, "untraceable")))
            }
            Finding::NotFound => match job.and_then(|job| ended_without_row(&pending, target, job)) {
                Some(ended) => Ok(ended),
                None if self.is_overdue(&pending, &rows) => Err(never_started()),
                None => {
                    pending.note_left_queue(&rows.rows);
                    Ok(pending
                        .to_deployment(target, if pending.job.queued().is_some() { left_queue() } else { accepted() }))
                }
            },
        }
    }

    /// The deployment of a job that waits or runs, where `rows` were read before the queue and do not hold it.
    pub(super) async fn queued(
        &self,
        target: &Target,
        mut pending: Pending,
        job: &Job,
        queue: &Queue,
        rows: &Rows,
    ) -> Deployment {
        if !pending.needs_rows_again(job, queue) {
            pending.note_job(job, queue, Some(rows.newest()), None);
        } else if let Ok(again) = self.rows(target).await {
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
    async fn job_alone(&self, target: &Target, mut pending: Pending) -> Option<Deployment> {
        let queue = self.queue(target).await.ok()??;
        let job = queue.waiting(&pending.correlation_tag())?;
        pending.note_job(job, &queue, None, None);
        Some(pending.to_deployment(target, of_job(job)))
    }

    /// Resolves a deployment to its row on a server that does not list its queue, where it may wait unseen for any
    /// time.
    async fn resolve_without_queue(&self, target: &Target, mut pending: Pending, rows: &Rows) -> Deployment {
        pending.listed = pending.listed.or_else(|| newest(&rows.rows)).or(pending.after).or(Some(0));
        // A version that cannot be read is taken for one that keeps the tag, because that demands more proof.
        let version = self.client.settings_get_dokploy_version().await;
        let release = version.ok().and_then(|version| release(version.value()));
        let keeps_tag = release.is_none_or(|release| release >= KEEPS_TAG);
        match infer_without_queue(&pending, rows, keeps_tag, &self.timing) {
            Some(row) => to_deployment(target, row, Identity::Inferred),
            None => pending.to_deployment(target, accepted()),
        }
    }

    /// Whether a deployment was last seen so long before these rows were read that it counts as lost.
    fn is_overdue(&self, pending: &Pending, rows: &Rows) -> bool {
        pending
            .last_seen_at
            .zip(rows.at)
            .is_some_and(|(last_seen_at, now)| last_seen_at.is_past(now, self.timing.lost_after))
    }

    pub(super) async fn read_history(&self, target: &Target, options: HistoryOptions) -> Result<Vec<Deployment>> {
        let rows = self.rows(target).await?.rows;
        // Dokploy lists nothing for an id that it does not know.
        if rows.is_empty()
            && let Err(error) = self.service_of(target).await
            && error.kind() == ErrorKind::NotFound
        {
            return Err(error);
        }
        Ok(rows.iter().take(options.limit).map(|row| to_deployment(target, row, Identity::Exact)).collect())
    }

    /// The error of a row that is not listed any more, with what is known of the reason.
    async fn row_is_gone(&self, target: &Target, rows: &[Row]) -> Error {
        if rows.is_empty()
            && let Err(error) = self.service_of(target).await
            && error.kind() == ErrorKind::NotFound
        {
            return lost("the row of this deployment is gone, and so is what was deployed: somebody deleted it")
                .with_advice("it is not known how the deployment ended");
        }
        let advice = "check the service itself: it is not known how the deployment ended";
        // 0.30.2 deletes rows beyond the newest ten before it inserts one.
        if rows.len() >= MAX_KEPT_ROWS {
            return lost("the row of this deployment was deleted to make room for newer ones").with_advice(advice);
        }
        lost("the row of this deployment is gone: somebody removed it").with_advice(advice)
    }
}

/// The status of a deployment that was accepted and is not listed yet.
pub(super) fn accepted() -> DeploymentStatus {
    DeploymentStatus::new(Phase::Queued, "accepted")
}

/// The status of a deployment that was seen in the queue and has left it without a row.
fn left_queue() -> DeploymentStatus {
    DeploymentStatus::new(Phase::Unknown, "not in the queue")
}

/// The status of a deployment in the queue.
pub(super) fn of_job(job: &Job) -> DeploymentStatus {
    DeploymentStatus::new(queue_phase(&job.state), job.state.as_str())
}

/// Whether a row that has just got its last status may still get a commit, as it does at the end of a build from git.
fn awaits_commit(row: &Row, at: Option<Timestamps>) -> bool {
    let over = matches!(row.status, Some(DeploymentStatusEnum::Done | DeploymentStatusEnum::Error));
    let ended = row.finished_at.as_deref().and_then(parse_timestamp).map(|ended| ended.timestamp_millis());
    let recent = |ended: i64| at.is_none_or(|at| at.server.saturating_mul(1000).saturating_sub(ended) < JUST_ENDED);
    over && !overwritten(row) && ended.is_some_and(recent)
}

/// What the cloud, which remembers jobs, says of one that ended before it had a row.
fn ended_without_row(pending: &Pending, target: &Target, job: &Job) -> Option<Deployment> {
    let status = of_job(job);
    status.is_terminal().then(|| {
        Deployment::new(pending.id(target), Identity::Exact, status)
            .with_reason(job.failed_reason.as_deref().map(mask))
            .with_title(job.data.title_log.clone())
    })
}

/// The first two numbers of a version such as `v0.30.2`.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// The error of a deployment whose row may exist, but cannot be identified any more.
fn ambiguous() -> Error {
    let message = "Dokploy accepted the deployment, and its row cannot be distinguished from those of others";
    Error::new(ErrorKind::Undecidable, message).with_platform(platform::DOKPLOY)
}

/// The error of a deployment that left the queue without a row.
fn never_started() -> Error {
    lost("the job of this deployment left the queue without a row: the queue was cleaned, or the server restarted")
        .with_advice("nothing of it was deployed unless it shows in the history; deploy again if it does not")
}

fn lost(message: &'static str) -> Error {
    Error::new(ErrorKind::NotFound, message).with_platform(platform::DOKPLOY)
}
