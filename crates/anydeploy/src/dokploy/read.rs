//! Reading deployments back: one by its row or by its trace, and a history.

use dokploy_client::types::{Deployment as Row, QueueJob as Job};

use super::infer::{Finding, infer, infer_blindly};
use super::queue::is_over;
use super::rows::{INFERRED, ROW, Rows, told};
use super::trace::Trace;
use super::{Dokploy, fail, queue_phase};
use crate::failure::mask;
use crate::flight::{self, is_settled};
use crate::{
    Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, HistoryOptions, Identity, Phase, Platform, Result,
    Target,
};

/// The first release that keeps the description of a trigger.
const KEEPS_MARK: (u32, u32) = (0, 25);

impl Dokploy {
    pub(super) async fn read(&self, id: &DeploymentId) -> Result<Deployment> {
        id.expect_platform(&Platform::Dokploy)?;
        let Some(row) = id.get(ROW) else {
            let mut trace = Trace::of(id)?;
            let nonce = trace.nonce().to_owned();
            trace.crowded |= flight::company(&nonce, self.grace).is_some();
            let read = self.resolve(id.target(), trace).await;
            if is_settled(&read, |read| read.identity.is_settled()) {
                flight::forget(&nonce);
            }
            return read;
        };
        let Rows { rows, .. } = self.rows(id.target()).await?;
        let identity = if id.get(INFERRED).is_some() { Identity::Inferred } else { Identity::Exact };
        match rows.iter().find(|known| known.deployment_id == row) {
            Some(row) => self.unless_cancelled(told(id.target(), row, identity), row).await,
            None => Err(lost("the row of this deployment is gone: removed, or deleted to make room for newer ones")),
        }
    }

    /// A success, unless the queue says that the deployment was cancelled.
    ///
    /// The cloud writes `done` into the row of a deployment that is cancelled, and remembers the job as `cancelled`; the
    /// queue of a self-hosted server holds no such job.
    async fn unless_cancelled(&self, mut deployment: Deployment, row: &Row) -> Result<Deployment> {
        if deployment.status.phase == Phase::Succeeded
            && let Some(queue) = self.queue(deployment.target()).await?
            && let Some(job) = queue.cancelled(row)
        {
            deployment.status = DeploymentStatus::new(queue_phase(&job.state), job.state.as_str());
        }
        Ok(deployment)
    }

    /// Looks for the row of a deployment, and for its job as long as there is no row.
    async fn resolve(&self, target: &Target, mut trace: Trace) -> Result<Deployment> {
        let rows = self.rows(target).await?;
        if let Some(row) = trace.marked(&rows.rows) {
            return self.unless_cancelled(told(target, row, Identity::Exact), row).await;
        }
        let Some(queue) = self.queue(target).await? else {
            return self.resolve_blindly(target, &trace, &rows).await;
        };
        let mark = trace.mark();
        let job = queue.marked(&mark);
        match job {
            Some(job) if !is_over(job) => {
                trace.sighted(job, &queue, &rows);
                let status = DeploymentStatus::new(queue_phase(&job.state), job.state.as_str());
                return Ok(trace.pending(target, status).with_title(job.data.title_log.clone()));
            }
            // The cloud remembers jobs that are over.
            Some(job) => trace.ran(job),
            None => {}
        }
        // A job outlives the last change of its row, so that what it left behind shows in the rows from now on.
        let rows = self.rows(target).await?;
        if let Some(row) = trace.marked(&rows.rows) {
            return self.unless_cancelled(told(target, row, Identity::Exact), row).await;
        }
        match infer(&trace, &rows.rows, &queue.others(&mark), self.grace) {
            Finding::Row(row) => self.unless_cancelled(told(target, row, Identity::Inferred), row).await,
            Finding::Doubt if self.is_overdue(&trace, &rows) => Err(untold()),
            Finding::Doubt => Ok(trace.pending(target, DeploymentStatus::new(Phase::Unknown, "untraceable"))),
            Finding::Nothing => match job.and_then(|job| ended_without_row(&trace, target, job)) {
                Some(ended) => Ok(ended),
                None if self.is_overdue(&trace, &rows) => {
                    Err(lost("this deployment has neither a row nor a job in the queue"))
                }
                None => {
                    trace.gone(&rows.rows);
                    Ok(trace.pending(target, accepted()))
                }
            },
        }
    }

    /// Looks for the row on a server that does not show its queue, where a deployment may wait unseen for any time.
    async fn resolve_blindly(&self, target: &Target, trace: &Trace, rows: &Rows) -> Result<Deployment> {
        let version = self.client.settings_get_dokploy_version().await.map_err(fail)?.into_value();
        let keeps_mark = release(&version).is_none_or(|release| release >= KEEPS_MARK);
        match infer_blindly(trace, rows, keeps_mark, self.grace) {
            Some(row) => Ok(told(target, row, Identity::Inferred)),
            None => Ok(trace.pending(target, accepted())),
        }
    }

    /// Whether a deployment has been out of sight for the whole grace when these rows were read.
    fn is_overdue(&self, trace: &Trace, rows: &Rows) -> bool {
        trace.since.zip(rows.at).is_some_and(|(since, now)| since.is_past(now, self.grace))
    }

    pub(super) async fn read_history(&self, target: &Target, options: HistoryOptions) -> Result<Vec<Deployment>> {
        let rows = self.rows(target).await?.rows;
        if rows.is_empty() {
            // Dokploy lists nothing for an id that it does not know.
            self.read_service(target).await?;
        }
        Ok(rows.iter().take(options.limit).map(|row| told(target, row, Identity::Exact)).collect())
    }
}

/// The status of what was accepted and is not to be seen yet.
pub(super) fn accepted() -> DeploymentStatus {
    DeploymentStatus::new(Phase::Queued, "accepted")
}

/// What the cloud, which remembers jobs, says of one that ended before it had a row.
fn ended_without_row(trace: &Trace, target: &Target, job: &Job) -> Option<Deployment> {
    let status = DeploymentStatus::new(queue_phase(&job.state), job.state.as_str());
    status.is_terminal().then(|| {
        Deployment::new(trace.id(target), Identity::Exact, status)
            .with_reason(job.failed_reason.as_deref().map(mask))
            .with_title(job.data.title_log.clone())
    })
}

/// The first two numbers of a version such as `v0.30.2`.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// The error of a deployment whose row may be there, though nothing tells any more which it is.
fn untold() -> Error {
    let message = "Dokploy accepted the deployment, and its row cannot be told from those of others";
    Error::new(ErrorKind::Undecidable, message).with_platform(Platform::Dokploy)
}

fn lost(message: &'static str) -> Error {
    Error::new(ErrorKind::NotFound, message).with_platform(Platform::Dokploy)
}
