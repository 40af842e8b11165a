//! Finding the deployment of a trigger whose answer was lost.

use std::sync::{Mutex, PoisonError};

use super::infer::{Others, has_untold, note_others};
use super::queue::is_over;
use super::rows::told;
use super::trace::Trace;
use super::{Dokploy, queue_phase};
use crate::clock::checked;
use crate::reconcile::{Sight, reconcile, steady};
use crate::{Deployment, DeploymentStatus, Error, Identity, Result, Target};

impl Dokploy {
    /// Looks for the mark of the trigger, among the rows and in the queue.
    pub(super) async fn find_lost(&self, target: &Target, trace: &Trace, lost: Error) -> Result<Deployment> {
        let others = Mutex::default();
        reconcile(lost, self.grace / 2, || self.look_for(target, trace.clone(), &others)).await
    }

    async fn look_for(&self, target: &Target, mut trace: Trace, others: &Mutex<Others>) -> Result<Sight> {
        let rows = steady(|| self.rows(target)).await?;
        if let Some(row) = trace.marked(&rows.rows) {
            return Ok(Sight::found(told(target, row, Identity::Exact)));
        }
        let Some(queue) = steady(|| self.queue(target)).await? else {
            return Ok(Sight::Doubt("this version of Dokploy does not show what waits"));
        };
        if let Some(job) = queue.marked(&trace.mark()) {
            if is_over(job) {
                trace.since = checked(queue.at, rows.at);
                trace.ran(job);
            } else {
                trace.sighted(job, &queue, &rows);
            }
            let status = DeploymentStatus::new(queue_phase(&job.state), job.state.as_str());
            return Ok(Sight::found(trace.pending(target, status).with_title(job.data.title_log.clone())));
        }
        // The job may have started between the two reads, and has a row then.
        let rows = steady(|| self.rows(target)).await?.rows;
        let mut others = others.lock().unwrap_or_else(PoisonError::into_inner);
        note_others(&mut others, &trace, &rows);
        Ok(match trace.marked(&rows) {
            Some(row) => Sight::found(told(target, row, Identity::Exact)),
            None if has_untold(&trace, &rows, &others) => {
                Sight::Doubt("a deployment that was started since does not tell any more whose it is")
            }
            None => Sight::Nothing,
        })
    }
}
