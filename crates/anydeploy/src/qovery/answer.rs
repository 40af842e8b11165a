//! What the answer to a trigger says of the deployment.

use qovery_client::types::QueuedDeploymentRequestWithStages as Row;
use tokio::sync::OnceCell;

use super::Qovery;
use super::accepted::Accepted;
use super::baseline::Baseline;
use super::pending::Pending;
use super::queue::{Queue, waiting};
use super::snapshot::filled;
use super::status::judge_service;
use crate::adapter::{Timestamps, retry_briefly};
use crate::{Deployment, Identity, Phase, Result, TargetKind};

/// The requests that wait after a trigger, read once for all of its deployments.
#[derive(Default)]
pub(super) struct QueueAfter(OnceCell<Result<Vec<Row>>>);

impl QueueAfter {
    async fn of(&self, qovery: &Qovery, pending: &Pending) -> Result<Queue> {
        let read = || async { Ok(retry_briefly(|| qovery.api.queue(&pending.environment)).await?.0) };
        let rows = self.0.get_or_init(read).await.as_deref().map_err(Clone::clone)?;
        Ok(Queue::of(rows, &pending.target, pending.action, qovery.scheme))
    }
}

/// Turns the answer to a trigger, which came at this time, into a deployment.
pub(super) async fn accepted(
    qovery: &Qovery,
    pending: Pending,
    baseline: &Baseline,
    answer: Option<Accepted>,
    at: Timestamps,
    queue: &QueueAfter,
) -> Deployment {
    let pending = Pending { accepted_at: Some(at.checked(baseline.at)), ..pending };
    // The status of an environment may still name the request behind the execution before.
    let new = |request: &&str| Some(*request) != baseline.last_request.as_deref();
    if let Some(request) = answer.as_ref().and_then(|status| filled(status.request.as_deref())).filter(new) {
        return queued(qovery, pending, request, baseline).await;
    }
    // What ran before is known to be another deployment, so that the next one is its own if nothing waited.
    let has_started = baseline.queue.is_empty() && answer.as_ref().is_some_and(|status| status.names_what_waits);
    if !has_started {
        // Whatever this read says, the deployment is accepted; a later read will find out more.
        let Ok(queue) = queue.of(qovery, &pending).await else { return pending.accepted() };
        if queue.own().next().is_some() {
            return unnamed(&pending, baseline, &queue)
                .map_or_else(|| pending.accepted(), |waits| waiting(waits, &queue, None));
        }
    }
    // Otherwise what comes next may be a deployment that waited before.
    if has_started || baseline.is_free() { started(pending, answer.as_ref(), baseline) } else { pending.accepted() }
}

/// A deployment whose request the answer does not name, if only one of those that wait can be it.
fn unnamed(pending: &Pending, baseline: &Baseline, queue: &Queue) -> Option<Pending> {
    // Another trigger of this program may have made it, or it is for one service of the environment that is meant.
    let is_whole = *pending.target.kind() == TargetKind::Environment;
    if pending.clues.overlap.is_some() || (is_whole && queue.has_one_for_a_service()) {
        return None;
    }
    let (old, new): (Vec<_>, Vec<_>) = queue.own().partition(|request| baseline.queue.has(request));
    let (request, pending) = match (&*new, &*old) {
        ([new], _) => (*new, pending.clone().inferred()),
        // It is merged into one of the same user that waits already, if there is one (documentation 4e9636b).
        ([], [old]) => (*old, Pending { identity: Identity::Adopted, ..pending.clone() }),
        _ => return None,
    };
    Some(Pending { request: Some(request.to_owned()), ..pending })
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

/// A deployment that started at once, so that the next execution belongs to it.
fn started(mut pending: Pending, answer: Option<&Accepted>, baseline: &Baseline) -> Deployment {
    pending.clues.is_next = true;
    let Some(status) = answer else { return pending.accepted() };
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Target;
    use crate::adapter::Overlap;
    use crate::config::TokenScheme;
    use crate::qovery::action::Action;

    #[test]
    fn a_request_that_is_not_named_is_the_only_one_that_can_be_ones_own() {
        let web = Target::application("web");
        let queue = |requests: &[&str]| {
            let row = |request: &&str| {
                let row = json!({
                    "identifier": { "deployment_request_id": request },
                    "auditing_data": { "origin": "API" },
                    "trigger_action": "DEPLOY",
                    "stages": [{ "services": [{ "identifier": { "service_id": "web" } }] }],
                });
                serde_json::from_value(row).unwrap()
            };
            let rows: Vec<Row> = requests.iter().map(row).collect();
            Queue::of(&rows, &web, Action::Deploy, TokenScheme::Token)
        };
        for (before, now, overlap, expected) in [
            (&[][..], &["r1"][..], None, Some(("r1", Identity::Inferred))),
            (&["r1"], &["r1"], None, Some(("r1", Identity::Adopted))),
            (&["r1"], &["r1", "r2"], None, Some(("r2", Identity::Inferred))),
            (&[], &["r1", "r2"], None, None),
            (&["r1", "r2"], &["r1", "r2"], None, None),
            (&[], &["r1"], Some(Overlap::Target), None),
            (&[], &["r1"], Some(Overlap::Environment), None),
        ] {
            let mut pending = Pending::new(web.clone(), "env");
            pending.clues.overlap = overlap;
            let baseline = Baseline {
                last: None,
                last_request: None,
                last_of_target: None,
                is_running: true,
                at: Timestamps::of(None),
                queue: queue(before),
            };
            let found = unnamed(&pending, &baseline, &queue(now));
            let found = found.as_ref().map(|found| (found.request.as_deref().unwrap(), found.identity));
            assert_eq!(found, expected, "{before:?} {now:?} {overlap:?}");
        }
    }
}
