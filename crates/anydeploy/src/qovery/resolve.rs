//! Resolves an accepted request to its execution.

use qovery_client::types::{
    DeploymentHistoryEnvironmentV2 as Past, QueuedDeploymentRequestWithStages as Waiting, StateEnum,
};

use super::api::Api;
use super::lists::{Lists, newest_executions};
use super::order::{self, failed_check, fitting, is_later, is_nameless, may_name, names, newer};
use super::outcome::follow;
use super::pending::{Clues, Pending, execution_of};
use super::precheck::check_failed;
use super::queue::{Queue, waiting};
use super::snapshot::{Snapshot, beside_statuses};
use super::{Qovery, phase};
use crate::adapter::{Remembered, Timestamps, is_last_read};
use crate::config::TokenScheme;
use crate::{Deployment, Error, ErrorKind, Phase, Result, Timing, platform};

/// Resolves a deployment that is known by its request, or by the time of its trigger, to its execution.
pub(super) async fn resolve(qovery: &Qovery, mut pending: Pending, lists: &Lists<'_>) -> Result<Deployment> {
    let (key, remembered) = (pending.key(), Remembered::of(&qovery.api.place(&pending.environment)));
    let overlap = remembered.overlap(&key, qovery.timing.lost_after);
    pending.clues.overlap = pending.clues.overlap.max(overlap);
    let resolver = Resolver { qovery, key: &key, remembered: &remembered };
    let read = match pending.request.clone() {
        Some(request) => resolver.queued(pending, &request, lists).await,
        None => resolver.started(pending, lists).await,
    };
    let execution = read.as_ref().ok().and_then(|read| execution_of(&read.id));
    if is_last_read(&read, |read| execution.is_some() || read.is_over()) {
        remembered.settle(&key, execution);
    }
    read
}

/// Reads one whose request Qovery was asked to cancel while it waited: 202 without a body says no more than that (document
/// of 2026-08-20), and the request may have left the queue before.
pub(super) async fn cancelled(qovery: &Qovery, mut pending: Pending, lists: &Lists<'_>) -> Result<Deployment> {
    let with_state = |pending: &Pending, state: &StateEnum| pending.to_deployment(phase(state), state.as_str());
    let Some(request) = pending.request.clone() else { return Ok(with_state(&pending, &StateEnum::Canceled)) };
    let waits = |row: &Waiting| row.identifier.deployment_request_id == request;
    if lists.queue().await?.iter().any(waits) {
        pending.clues.left_queue_at = Some(lists.snapshot.at);
        return Ok(with_state(&pending, &StateEnum::Canceling));
    }
    let snapshot = lists.snapshot_after_queue().await?;
    if let Some(execution) = snapshot.last().filter(|_| snapshot.last_request() == Some(&*request)) {
        let goes_on = Pending { is_cancelled: false, ..pending.with_execution(execution) };
        return follow(qovery, &goes_on, snapshot).await;
    }
    // An execution that has begun is listed some seconds later; an id of an earlier version has no time.
    let is_over = is_overdue(pending.clues.left_queue_at, snapshot, &qovery.timing)
        || state_of_request(&qovery.api, &request).await?.is_some_and(|state| phase(&state) == Phase::Cancelled);
    Ok(with_state(&pending, if is_over { &StateEnum::Canceled } else { &StateEnum::Canceling }))
}

/// The resolution of one deployment.
struct Resolver<'a> {
    qovery: &'a Qovery,
    /// Of its trigger.
    key: &'a str,
    /// The other triggers for its environment.
    remembered: &'a Remembered,
}

impl Resolver<'_> {
    /// Resolves one that started at once, or whose answer did not say that it waits.
    async fn started(&self, pending: Pending, lists: &Lists<'_>) -> Result<Deployment> {
        let snapshot = &lists.snapshot;
        let overdue = is_overdue(pending.clues.left_queue_at.or(pending.accepted_at), snapshot, &self.qovery.timing);
        let found = self.by_order(&pending, snapshot, overdue).await?;
        // It may be that of a later trigger for another service, if this one's own never starts.
        let failed = match (&found.failed_check, self.remembered.follower(self.key)) {
            (Some(failed), None) => self.failed_check(&pending, snapshot, Some(failed), pending.accepted_at).await?,
            (Some(_), Some(true)) => return Ok(pending.accepted()),
            (Some(_), Some(false)) | (None, _) => None,
        };
        // A deployment that waited has a request. Whether one that started at once has none is not documented, but what
        // nothing ran before cannot have waited.
        let has_request = snapshot.last_request().is_some();
        let waited = |one: &String| {
            pending.clues.is_next && has_request && snapshot.last() == Some(one) && found.first.as_ref() != Some(one)
        };
        if let Some(execution) = found.execution.as_ref().or(failed.as_ref()).filter(|execution| !waited(execution)) {
            return follow(self.qovery, &pending.inferred().with_execution(execution), snapshot).await;
        }
        // One that is known to have started at once waits nowhere.
        if !pending.clues.is_next {
            let queue = self.queue_of(&pending, lists.queue().await?);
            if let Some(waits) = waits_unnamed(&pending, &queue, snapshot) {
                return Ok(waits.unresolved(Phase::Queued, StateEnum::Queued.as_str()));
            }
        }
        if !overdue {
            return Ok(pending.accepted());
        }
        Err(if found.none_fits {
            never_started("Qovery accepted the deployment, and none was seen to start")
        } else {
            ambiguous("Qovery accepted the deployment, and it cannot be distinguished from others")
        })
    }

    /// Resolves one whose request had to wait.
    async fn queued(&self, mut pending: Pending, request: &str, lists: &Lists<'_>) -> Result<Deployment> {
        let mut snapshot = &lists.snapshot;
        if pending.clues.left_queue_at.is_none() {
            let queue = self.queue_of(&pending, lists.queue().await?);
            if queue.has(request) {
                return Ok(waiting(pending, &queue, Some(snapshot)));
            }
            // The first snapshot may be older than the time at which the request left the queue.
            let before = snapshot.at;
            snapshot = lists.snapshot_after_queue().await?;
            pending.clues.left_queue_at = Some(snapshot.at.checked(before));
        }
        if snapshot.last_request() == Some(request)
            && let Some(execution) =
                snapshot.last().filter(|execution| Some(*execution) != pending.clues.after.as_deref())
        {
            return follow(self.qovery, &pending.with_execution(execution), snapshot).await;
        }
        // Older servers do not name the request, and a merged one goes under the name of another.
        let left_queue_at = pending.clues.left_queue_at;
        let overdue = is_overdue(left_queue_at, snapshot, &self.qovery.timing);
        let found = self.by_order(&pending, snapshot, overdue).await?;
        if let Some(execution) = found.execution.as_ref().filter(|_| pending.clues.overlap.is_none()) {
            return follow(self.qovery, &pending.inferred().with_execution(execution), snapshot).await;
        }
        let state = state_of_request(&self.qovery.api, request).await?;
        // A request may have been cancelled while it waited, and then the next execution is another one, so that a failed
        // check without a name is its own only if Qovery says that the request failed.
        let has_failed = state.as_ref().is_some_and(|state| phase(state) == Phase::Failed);
        if let Some(state) = state {
            // It did not vanish from the queue, so that the next execution is not that of another trigger.
            if let Some(execution) = found.execution {
                return follow(self.qovery, &pending.inferred().with_execution(&execution), snapshot).await;
            }
            match phase(&state) {
                // Qovery still counts on it, so that it is not overdue.
                phase @ (Phase::Queued | Phase::Running | Phase::Cancelling) => {
                    return Ok(waiting_again(pending).unresolved(phase, state.as_str()));
                }
                // No client of Qovery's uses this status, so it decides only after everything else has failed to, and
                // never about a success.
                phase @ (Phase::Failed | Phase::Cancelled) if overdue && found.none_fits => {
                    return Ok(pending.to_deployment(phase, state.as_str()));
                }
                // The next execution failed before it named any service, just as this says of the request; or of all that
                // may be the right one, none names the service, so that it was touched by none.
                Phase::Failed if overdue && (found.next_failed || found.none_names) => {
                    return Ok(pending.to_deployment(Phase::Failed, state.as_str()));
                }
                _ => {}
            }
        }
        let failed = found.failed_check.as_deref().filter(|_| has_failed);
        if let Some(execution) = self.failed_check(&pending, snapshot, failed, left_queue_at).await? {
            return follow(self.qovery, &pending.inferred().with_execution(&execution), snapshot).await;
        }
        if !overdue {
            return Ok(pending.accepted());
        }
        let queue = self.queue(&pending).await?;
        if queue.has(request) {
            return Ok(waiting(waiting_again(pending), &queue, Some(snapshot)));
        }
        Err(if found.none_fits {
            never_started("the request left the queue, and no deployment of it was seen to start")
        } else {
            ambiguous("the request left the queue, and its deployment cannot be distinguished from others")
        })
    }

    /// The execution that can only be the right one by the order of executions, if the check before it certainly failed.
    ///
    /// It is accepted once a later one would be listed beside it, some time after the deployment was accepted or left the
    /// queue, `since`.
    async fn failed_check(
        &self,
        pending: &Pending,
        snapshot: &Snapshot,
        candidate: Option<&str>,
        since: Option<Timestamps>,
    ) -> Result<Option<String>> {
        let row_appears = self.qovery.timing.row_appears;
        let Some(execution) = candidate.filter(|_| since.is_some_and(|since| since.is_past(snapshot.at, row_appears)))
        else {
            return Ok(None);
        };
        Ok(check_failed(&self.qovery.api, pending, execution).await?.then(|| execution.to_owned()))
    }

    async fn queue(&self, pending: &Pending) -> Result<Queue> {
        let (rows, _) = self.qovery.api.queue(&pending.environment).await.map_err(beside_statuses)?;
        Ok(self.queue_of(pending, &rows))
    }

    fn queue_of(&self, pending: &Pending, rows: &[Waiting]) -> Queue {
        Queue::of(rows, &pending.target, pending.action, self.qovery.scheme)
    }

    /// Resolves the execution by the order of the environment's history.
    async fn by_order(&self, pending: &Pending, snapshot: &Snapshot, overdue: bool) -> Result<Found> {
        if snapshot.last() == pending.clues.after.as_deref() {
            return Ok(Found::NOTHING_NEW);
        }
        let past = newest_executions(&self.qovery.api, &pending.environment, snapshot).await?;
        let is_of_another = |execution: &str| self.remembered.is_of_another(execution, self.key);
        Ok(Found::in_history(past, pending, overdue, self.qovery.scheme, &self.qovery.timing, is_of_another))
    }
}

/// The state that Qovery reports for a request, if any.
async fn state_of_request(api: &Api, request: &str) -> Result<Option<StateEnum>> {
    use ErrorKind::{NotFound, NotFoundOrForbidden, Rejected, Unreadable, Unsupported};
    let state = api.state_of_request(request).await;
    // Whether it knows requests that have left the queue is not documented.
    let is_unknown =
        |error: &Error| matches!(error.kind(), NotFound | NotFoundOrForbidden | Rejected | Unsupported | Unreadable);
    if state.as_ref().is_err_and(is_unknown) { Ok(None) } else { state }
}

/// What the history shows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    execution: Option<String>,
    /// The first of the later executions, whatever it deployed.
    first: Option<String>,
    /// None of the later executions may have deployed the target.
    none_fits: bool,
    /// None of the later executions names the target.
    none_names: bool,
    /// The one that can only be the right one names no service.
    next_failed: bool,
    /// The execution that can only be the right one, and seems to have failed in the check before it.
    failed_check: Option<String>,
}

impl Found {
    /// There is no later execution.
    const NOTHING_NEW: Self = Self {
        execution: None,
        first: None,
        none_fits: true,
        none_names: true,
        next_failed: false,
        failed_check: None,
    };

    /// What the newest executions show; `is_of_another` says which are known to be another trigger's.
    fn in_history(
        past: &[Past],
        pending: &Pending,
        overdue: bool,
        scheme: TokenScheme,
        timing: &Timing,
        is_of_another: impl Fn(&str) -> bool,
    ) -> Self {
        let Some(mut fitting) = fitting(past, pending, scheme) else {
            return Self::default();
        };
        let target = &pending.target;
        // Only what the history leaves without a name may be another service's.
        fitting.retain(|entry| !(is_nameless(entry) && is_of_another(&entry.identifier.execution_id)));
        let none_fits = !fitting.iter().any(|entry| may_name(entry, target));
        let none_names = !fitting.iter().any(|entry| names(entry, target));
        fitting.retain(|entry| !is_later(entry, pending, timing));
        let id = |entry: &Past| entry.identifier.execution_id.clone();
        let next = fitting.first().filter(|_| pending.clues.is_next);
        Self {
            execution: order::resolve(&fitting, pending, overdue).map(id),
            first: newer(past, pending.clues.after.as_deref()).and_then(<[Past]>::last).map(id),
            none_fits,
            none_names,
            next_failed: next.is_some_and(|entry| !names(entry, target) && may_name(entry, target)),
            failed_check: failed_check(&fitting, pending).map(id),
        }
    }
}

/// A deployment that has no execution, while a request waits that may be its own: the answer to its trigger may have come
/// without it.
fn waits_unnamed(pending: &Pending, queue: &Queue, snapshot: &Snapshot) -> Option<Pending> {
    let mut own = queue.own();
    let first = own.next()?;
    let is_first = own.next().is_none() && queue.is_alone(first) && pending.clues.overlap.is_none();
    let left_queue_at = Some(snapshot.at);
    Some(Pending { clues: Clues { is_first, left_queue_at, ..pending.clues.clone() }, ..pending.clone() })
}

/// The request has not left the queue after all.
fn waiting_again(pending: Pending) -> Pending {
    Pending { clues: Clues { left_queue_at: None, ..pending.clues }, ..pending }
}

/// Whether a deployment must be listed by now that was accepted, or left the queue, at this time; without a time it always
/// must.
fn is_overdue(since: Option<Timestamps>, snapshot: &Snapshot, timing: &Timing) -> bool {
    since.is_none_or(|since| since.is_past(snapshot.at, timing.lost_after))
}

fn never_started(message: &'static str) -> Error {
    Error::new(ErrorKind::NotFound, message).with_platform(platform::QOVERY)
}

/// The error of a deployment that may exist, but cannot be identified.
fn ambiguous(message: &'static str) -> Error {
    Error::new(ErrorKind::Undecidable, message).with_platform(platform::QOVERY)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Target;
    use crate::adapter::Overlap;
    use crate::qovery::action::Action;

    #[test]
    fn the_next_execution_is_that_of_an_unnamed_request_only_if_nothing_else_can_be() {
        let web = Target::application("web");
        let statuses = json!({ "environment": { "state": "DEPLOYING" } });
        let snapshot = Snapshot::new(serde_json::from_value(statuses).unwrap(), Timestamps::of(None));
        for (origins, overlap, expected) in [
            (&[][..], None, None),
            (&["GIT"], None, None),
            (&["API"], None, Some(true)),
            (&["API", "API"], None, Some(false)),
            (&["API", "GIT"], None, Some(false)),
            (&["API"], Some(Overlap::Target), Some(false)),
            (&["API"], Some(Overlap::Environment), Some(false)),
        ] {
            let row = |(place, origin): (usize, &&str)| {
                let row = json!({
                    "identifier": { "deployment_request_id": format!("r{place}") },
                    "auditing_data": { "origin": origin },
                    "trigger_action": "DEPLOY",
                    "stages": [{ "services": [{ "identifier": { "service_id": "web" } }] }],
                });
                serde_json::from_value(row).unwrap()
            };
            let rows: Vec<Waiting> = origins.iter().enumerate().map(row).collect();
            let queue = Queue::of(&rows, &web, Action::Deploy, TokenScheme::Token);
            let mut pending = Pending::new(web.clone(), "env");
            pending.clues.overlap = overlap;
            let waits = waits_unnamed(&pending, &queue, &snapshot).map(|pending| pending.clues);
            assert_eq!(waits.as_ref().map(|clues| clues.is_first), expected, "{origins:?} {overlap:?}");
            assert!(waits.is_none_or(|clues| clues.left_queue_at.is_some()));
        }
    }
}
