//! Recovers the deployment of a trigger whose answer was lost, or that an earlier call gave up.

use std::sync::{Mutex, PoisonError};

use super::Dokploy;
use super::earlier;
use super::infer::{Others, is_ambiguous, note_others};
use super::pending::Pending;
use super::queue::is_over;
use super::read::of_job;
use super::rows::{Rows, to_deployment};
use crate::clock::checked;
use crate::recovery::{Resolution, may_be_transient, recover_slowly, retry_briefly, retry_read};
use crate::{DeployRequest, Deployment, Error, Identity, Result, Target};

/// What earlier polls of a recovery saw.
struct Seen {
    /// The rows that were read before the queue of the present poll.
    rows: Rows,
    others: Others,
}

impl Dokploy {
    /// Polls the rows and the queue for the correlation tag of the trigger.
    pub(super) async fn recover(
        &self,
        target: &Target,
        pending: &Pending,
        baseline: Rows,
        lost: Error,
    ) -> Result<Deployment> {
        let seen = Mutex::new(Seen { rows: baseline, others: Others::new() });
        let trigger_settles = self.grace / 2;
        // A poll costs two reads, each of which counts twice against the limit of the key.
        recover_slowly(lost, trigger_settles, trigger_settles / 4, || self.resolve_lost(target, pending.clone(), &seen))
            .await
    }

    /// Reads the queue and then the rows: a job is in the queue before the trigger is answered and leaves it after the
    /// last change of its row, so that one of the two shows it at any moment.
    async fn resolve_lost(&self, target: &Target, mut pending: Pending, seen: &Mutex<Seen>) -> Result<Resolution> {
        let queue = retry_briefly(|| self.queue(target)).await;
        let rows = retry_briefly(|| self.rows(target)).await?;
        if let Some(row) = pending.tagged(&rows.rows) {
            return Ok(Resolution::found(to_deployment(target, row, Identity::Exact)));
        }
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = match queue {
            Ok(Some(queue)) => queue,
            Ok(None) => return Ok(Resolution::Unreadable("this version of Dokploy does not show what waits")),
            Err(error) if may_be_transient(&error) => return Err(error),
            Err(_) => return Ok(Resolution::Unreadable("what waits cannot be read")),
        };
        if let Some(job) = queue.tagged(&pending.correlation_tag()) {
            if is_over(job) {
                pending.last_seen_at = checked(queue.at, rows.at);
                pending.note_start(job);
            } else {
                pending.note_job(job, &queue, Some(&seen.rows), Some(&rows.rows));
            }
            return Ok(Resolution::found(
                pending.to_deployment(target, of_job(job)).with_title(job.data.title_log.clone()),
            ));
        }
        note_others(&mut seen.others, &pending, &rows.rows);
        let ambiguous = is_ambiguous(&pending, &rows.rows, &seen.others);
        seen.rows = rows;
        Ok(if ambiguous {
            Resolution::Ambiguous("the rows do not show any more who started one of the new deployments")
        } else {
            Resolution::NotFound
        })
    }

    /// Finds the deployment of an earlier trigger of the same request that counted as not acted on.
    ///
    /// A gateway may deliver such a trigger after it was given up; a repeat of the request must not deploy a second
    /// time.
    pub(super) async fn recover_earlier(&self, request: &DeployRequest, baseline: &Rows) -> Result<Option<Deployment>> {
        let (place, target) = (self.client.http().base_url(), request.target());
        let known = earlier::of(place, request);
        if known.is_empty() {
            return Ok(None);
        }
        let by_row =
            |pending: &Pending| pending.tagged(&baseline.rows).map(|row| to_deployment(target, row, Identity::Exact));
        let mut found = known.iter().position(|one| by_row(&one.pending).is_some());
        let mut deployment = found.and_then(|place| by_row(&known[place].pending));
        if found.is_none() {
            let queue = retry_read(self.grace, || self.queue(target)).await.map_err(Error::of_read)?;
            let in_queue =
                |pending: &Pending| queue.as_ref().and_then(|queue| queue.tagged(&pending.correlation_tag()));
            found = known.iter().position(|one| in_queue(&one.pending).is_some());
            if let (Some(place), Some(queue)) = (found, &queue)
                && let Some(job) = in_queue(&known[place].pending)
            {
                let mut pending = known[place].pending.clone();
                // The rows were read long before the queue, so that they prove nothing about the order.
                pending.note_job(job, queue, None, None);
                deployment = Some(pending.to_deployment(target, of_job(job)));
            }
        }
        if let Some(place) = found {
            earlier::forget(&known[place].pending);
        }
        Ok(deployment)
    }
}
