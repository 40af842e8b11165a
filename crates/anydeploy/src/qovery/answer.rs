//! What the answer to a trigger says of the deployment.

use super::Qovery;
use super::accepted::Accepted;
use super::baseline::Baseline;
use super::pending::Pending;
use super::queue::{Queue, waiting};
use super::snapshot::filled;
use super::status::judge_service;
use crate::adapter::{Timestamps, retry_briefly};
use crate::{Deployment, Identity, Phase};

/// Turns the answer to a trigger, which came at this time, into a deployment.
pub(super) async fn accepted(
    qovery: &Qovery,
    pending: Pending,
    baseline: &Baseline,
    answer: Option<Accepted>,
    at: Timestamps,
) -> Deployment {
    let pending = Pending { accepted_at: Some(at.checked(baseline.at)), ..pending };
    let Some(status) = answer else { return pending.accepted() };
    // A request that waits has an id, one that started at once has none (Qovery's web console). The status of an
    // environment may still name the request behind the execution before.
    let request = filled(status.request.as_deref()).filter(|new| Some(*new) != baseline.last_request.as_deref());
    match request {
        Some(request) => queued(qovery, pending, request, baseline).await,
        None => started(pending, &status, baseline),
    }
}

/// Finds out whether a request waits by itself or was merged into one that waited before.
async fn queued(qovery: &Qovery, pending: Pending, request: &str, baseline: &Baseline) -> Deployment {
    let is_adopted = baseline.queue.has(request);
    let identity = if is_adopted { Identity::Adopted } else { pending.identity };
    let pending = Pending { request: Some(request.to_owned()), identity, ..pending };
    // The deployment is accepted whatever these reads say; a later read will find out more.
    let snapshot = retry_briefly(|| qovery.api.snapshot(&pending.environment)).await.ok();
    let rows = retry_briefly(|| qovery.api.queue(&pending.environment)).await;
    let queue = match rows.map(|(rows, _)| Queue::of(&rows, &pending.target, pending.action, qovery.scheme)) {
        Ok(queue) if queue.has(request) => return waiting(pending, &queue, snapshot.as_ref()),
        _ if is_adopted => return waiting(pending, &baseline.queue, None),
        Ok(queue) => queue,
        Err(_) => return pending.accepted(),
    };
    // A request that is not listed, while an older one for the same still waits, has been merged into that one.
    // Ids sort by age, which Qovery's web console relies on.
    let mut older = queue.concerning().filter(|older| baseline.queue.has(older) || *older < request);
    match (older.next(), older.next()) {
        (Some(older), None) => {
            let request = Some(older.to_owned());
            waiting(Pending { request, identity: Identity::Adopted, ..pending }, &queue, snapshot.as_ref())
        }
        _ => pending.accepted(),
    }
}

/// A deployment that started at once: the environment was free, so that the next execution belongs to it.
fn started(mut pending: Pending, status: &Accepted, baseline: &Baseline) -> Deployment {
    pending.clues.is_next = true;
    let new = filled(status.execution.as_deref()).filter(|new| Some(*new) != baseline.last_of_target.as_deref());
    let phase = judge_service(&status.state, status.details.as_ref(), pending.action);
    match new {
        // The answer names the execution that it started.
        Some(execution) if matches!(phase, Phase::Queued | Phase::Running) => {
            return pending.with_execution(execution).to_deployment(phase, status.state.as_str());
        }
        // Another execution began and ended between the baseline and the trigger.
        Some(execution) => pending.clues.after = Some(execution.to_owned()),
        None => {}
    }
    pending.accepted()
}
