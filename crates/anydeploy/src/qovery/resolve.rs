//! Resolves an accepted request to its execution.

use qovery_client::types::{QueuedDeploymentRequestWithStages as Waiting, StateEnum};

use super::deploy::ACCEPTED;
use super::order::{
    failed_check, fitting, is_alone, is_later, is_listed, is_nameless, is_oldest, may_name, names, resolve,
};
use super::pending::{
    ACCEPTED_AT, AFTER, ENVIRONMENT, EXECUTION, FIRST, INFERRED, LEFT_QUEUE_AT, NEXT, OVERLAP, REQUEST, pending,
    to_deployment, trigger_key, with_execution, with_overlap, with_some,
};
use super::snapshot::{Snapshot, beside_statuses};
use super::{Qovery, map_error, phase};
use crate::clock::Timestamps;
use crate::in_flight::{self, is_last_read};
use crate::{Deployment, DeploymentId, Error, ErrorKind, Phase, Result, platform};

impl Qovery {
    /// Resolves a deployment that is known by its request, or by the time of its trigger, to its execution.
    pub(super) async fn resolve(&self, id: &DeploymentId) -> Result<Deployment> {
        let key = trigger_key(id);
        let id = with_overlap(id.clone(), in_flight::overlap(&key, self.grace));
        let snapshot = self.snapshot(id.require(ENVIRONMENT)?).await?;
        let found = match id.get(REQUEST) {
            Some(request) => self.resolve_queued(id.clone(), request, snapshot).await,
            None => self.resolve_started(id, snapshot).await,
        };
        if is_last_read(&found, |found| found.id.get(EXECUTION).is_some() || found.is_over()) {
            let known = found.as_ref().ok().and_then(|found| found.id.get(EXECUTION));
            in_flight::end(&key, known);
        }
        found
    }

    async fn resolve_started(&self, id: DeploymentId, snapshot: Snapshot) -> Result<Deployment> {
        let overdue = self.is_overdue(&id, ACCEPTED_AT, &snapshot);
        let found = self.by_order(&id, &snapshot, overdue).await?;
        // A deployment that waited has a request, and one that started at once has none.
        let waited = |execution: &String| snapshot.last() == Some(execution) && snapshot.last_request().is_some();
        // It may be that of a later trigger for another service, if this one's own never starts.
        let failed = match found.failed_check.as_deref().map(|failed| (failed, in_flight::follower(&trigger_key(&id))))
        {
            Some((failed, None)) => self.failed_check(&id, &snapshot, Some(failed), ACCEPTED_AT).await?,
            Some((_, Some(true))) => return Ok(pending(id, Phase::Queued, ACCEPTED)),
            Some((_, Some(false))) | None => None,
        };
        match found.execution.or(failed).filter(|execution| !waited(execution)) {
            Some(execution) => self.follow(with_execution(&id, &execution).with(INFERRED, "1"), &snapshot).await,
            None if !overdue => Ok(pending(id, Phase::Queued, ACCEPTED)),
            None if found.none_fits => Err(never_started("Qovery accepted the deployment, and none was seen to start")),
            None => Err(ambiguous("Qovery accepted the deployment, and it cannot be distinguished from others")),
        }
    }

    async fn resolve_queued(&self, mut id: DeploymentId, request: &str, mut snapshot: Snapshot) -> Result<Deployment> {
        let environment = id.require(ENVIRONMENT)?.to_owned();
        if id.get(LEFT_QUEUE_AT).is_none() {
            let queue = self.queue(&environment).await.map_err(beside_statuses)?;
            if is_listed(&queue, request) {
                return Ok(waiting(id, request, &queue, Some(&snapshot)));
            }
            // The first snapshot may be older than the time at which the request left the queue.
            let before = snapshot.at;
            snapshot = self.snapshot(&environment).await?;
            id = snapshot.at.checked(before).write(id, LEFT_QUEUE_AT);
        }
        if snapshot.last_request() == Some(request)
            && let Some(execution) = snapshot.last().filter(|execution| Some(*execution) != id.get(AFTER))
        {
            return self.follow(with_execution(&id, execution), &snapshot).await;
        }
        // Older servers do not name the request, and a merged one goes under the name of another.
        let overdue = self.is_overdue(&id, LEFT_QUEUE_AT, &snapshot);
        let found = self.by_order(&id, &snapshot, overdue).await?;
        let overlaps = id.get(OVERLAP).is_some();
        if let Some(execution) = found.execution.as_ref().filter(|_| !overlaps) {
            return self.follow(with_execution(&id, execution).with(INFERRED, "1"), &snapshot).await;
        }
        let state = self.state_of_request(request).await?;
        // A request may have been cancelled while it waited, and then the next execution is another one, so that a failed
        // check without a name is its own only if Qovery says that the request failed.
        let has_failed = state.as_ref().is_some_and(|state| phase(state) == Phase::Failed);
        if let Some(state) = state {
            // It did not vanish from the queue, so that the next execution is not that of another trigger.
            if let Some(execution) = found.execution {
                return self.follow(with_execution(&id, &execution).with(INFERRED, "1"), &snapshot).await;
            }
            match phase(&state) {
                // Qovery still counts on it, so that it is not overdue.
                phase @ (Phase::Queued | Phase::Running | Phase::Cancelling) => {
                    return Ok(pending(id.without(LEFT_QUEUE_AT), phase, state.as_str()));
                }
                // No client of Qovery's uses this status, so it decides only after everything else has failed to, and
                // never about a success.
                phase @ (Phase::Failed | Phase::Cancelled) if overdue && found.none_fits => {
                    return Ok(to_deployment(id, phase, state.as_str()));
                }
                // The next execution failed before it named any service, just as this says of the request; or of all that
                // may be the right one, none names the service, so that it was touched by none.
                Phase::Failed if overdue && (found.next_failed || found.none_names) => {
                    return Ok(to_deployment(id, Phase::Failed, state.as_str()));
                }
                _ => {}
            }
        }
        let failed_check = found.failed_check.as_deref().filter(|_| has_failed);
        if let Some(execution) = self.failed_check(&id, &snapshot, failed_check, LEFT_QUEUE_AT).await? {
            return self.follow(with_execution(&id, &execution).with(INFERRED, "1"), &snapshot).await;
        }
        if !overdue {
            return Ok(pending(id, Phase::Queued, ACCEPTED));
        }
        let queue = self.queue(&environment).await.map_err(beside_statuses)?;
        if is_listed(&queue, request) {
            return Ok(waiting(id.without(LEFT_QUEUE_AT), request, &queue, Some(&snapshot)));
        }
        Err(if found.none_fits {
            never_started("the request left the queue, and no deployment of it was seen to start")
        } else {
            ambiguous("the request left the queue, and its deployment cannot be distinguished from others")
        })
    }

    /// Resolves the execution by the order of the environment's history.
    async fn by_order(&self, id: &DeploymentId, snapshot: &Snapshot, overdue: bool) -> Result<Found> {
        if snapshot.last() == id.get(AFTER) {
            return Ok(Found { none_fits: true, none_names: true, ..Found::default() });
        }
        let past = self.past(id.require(ENVIRONMENT)?).await.map_err(beside_statuses)?;
        let Some(mut fitting) = fitting(&past, id, self.scheme) else {
            return Ok(Found::default());
        };
        let key = trigger_key(id);
        // Only what the history leaves without a name may be another service's.
        fitting.retain(|entry| !(is_nameless(entry) && in_flight::is_of_another(&entry.identifier.execution_id, &key)));
        let none_fits = !fitting.iter().any(|entry| may_name(entry, id.target()));
        let none_names = !fitting.iter().any(|entry| names(entry, id.target()));
        fitting.retain(|entry| !is_later(entry, id, self.grace));
        let execution = resolve(&fitting, id, overdue).map(|entry| entry.identifier.execution_id.clone());
        let next = fitting.first().filter(|_| id.get(NEXT).is_some());
        let next_failed = next.is_some_and(|entry| !names(entry, id.target()) && may_name(entry, id.target()));
        let failed_check = failed_check(&fitting, id).map(|entry| entry.identifier.execution_id.clone());
        Ok(Found { execution, none_fits, none_names, next_failed, failed_check })
    }

    /// The state that Qovery reports for a request, if any.
    async fn state_of_request(&self, request: &str) -> Result<Option<StateEnum>> {
        match self.client.get_deployment_status_by_deployment_request_id(request).await.map_err(map_error) {
            Ok(reply) => Ok(reply.into_value().status),
            Err(error) => match error.kind() {
                // Whether it knows requests that have left the queue is not documented.
                ErrorKind::NotFound
                | ErrorKind::NotFoundOrForbidden
                | ErrorKind::Rejected
                | ErrorKind::Unsupported
                | ErrorKind::Unreadable => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// Whether an accepted deployment must be listed by now; one whose id has no such date always must.
    fn is_overdue(&self, id: &DeploymentId, from: &str, snapshot: &Snapshot) -> bool {
        Timestamps::read(id, from).is_none_or(|from| from.is_past(snapshot.at, self.grace))
    }
}

/// What the history shows.
#[derive(Default)]
struct Found {
    execution: Option<String>,
    /// None of the later executions may have deployed the target.
    none_fits: bool,
    /// None of the later executions names the target.
    none_names: bool,
    /// The one that can only be the right one names no service.
    next_failed: bool,
    /// The execution that can only be the right one, and seems to have failed in the check before it.
    failed_check: Option<String>,
}

/// A request that waits: whatever ran or runs in the snapshot is another deployment.
pub(super) fn waiting(id: DeploymentId, request: &str, queue: &[Waiting], snapshot: Option<&Snapshot>) -> Deployment {
    // Nothing else that waits has to do with the target, so the next execution that has is the one, even if others come
    // to wait behind it.
    let id = if is_alone(queue, request, &id) { id.with(FIRST, "1") } else { id };
    let Some(snapshot) = snapshot else { return to_deployment(id, Phase::Queued, StateEnum::Queued.as_str()) };
    // The request that waits longest is the next. But the execution that runs now is known only if it is listed
    // already.
    let running = snapshot.last_state().is_some_and(|state| matches!(phase(state), Phase::Running | Phase::Cancelling));
    let id = if running && is_oldest(queue, request) { id.with(NEXT, "1") } else { id.without(NEXT) };
    to_deployment(with_some(id, AFTER, snapshot.last()), Phase::Queued, StateEnum::Queued.as_str())
}

fn never_started(message: &'static str) -> Error {
    Error::new(ErrorKind::NotFound, message).with_platform(platform::QOVERY)
}

/// The error of a deployment that may exist, but cannot be identified.
fn ambiguous(message: &'static str) -> Error {
    Error::new(ErrorKind::Undecidable, message).with_platform(platform::QOVERY)
}
