//! How a target runs, from the statuses of its environment and from its queue.

use std::collections::BTreeMap;

use qovery_client::types::{QueuedDeploymentRequestWithStages as Waiting, StateEnum};

use super::action::Action;
use super::pending::Pending;
use super::running::runs;
use super::snapshot::{Snapshot, filled};
use super::status::is_end;
use super::statuses::Status;
use super::unlisted::Effect;
use crate::{DeploymentId, RunState, ServiceState, Target, TargetKind};

/// Parts of the words of what stops a target or removes it.
const STOP_WORDS: [&str; 2] = ["STOP", "DELET"];

/// The state of a target by its queue, and by statuses that were read after that.
///
/// A request that has left the queue has its execution in statuses that are read afterwards, unless they are late.
pub(super) fn run_state(target: &Target, environment: &str, snapshot: &Snapshot, queue: &[Waiting]) -> RunState {
    let status = snapshot.service(target);
    let Some((state, word)) = runs(snapshot, target) else {
        return RunState::new(ServiceState::Unknown, "");
    };
    let state = RunState::new(state, word.as_str());
    let waiting: Vec<&Waiting> = queue.iter().filter(|request| is_for(request, target)).collect();
    let executes = goes_on(target, snapshot, status);
    let busy = if executes {
        Some("a deployment or another action of its environment goes on")
    } else if !waiting.is_empty() {
        Some("a request waits in the queue of its environment")
    } else {
        None
    };
    let running = executes.then(|| under_way(target, environment, snapshot, word)).flatten();
    let running = running.filter(|_| !is_stopped_after(target, &parts_of_last(snapshot), &waiting));
    let queued = waiting.iter().filter_map(|request| {
        let action = Action::of_listed(request.trigger_action.as_ref())?;
        // Ids sort by age, which Qovery's web console relies on.
        let later = waiting.iter().filter(|later| request_id(later) > request_id(request)).copied().collect::<Vec<_>>();
        if is_stopped_after(target, &services_of(request).collect::<Vec<_>>(), &later) {
            return None;
        }
        let request = Some(request.identifier.deployment_request_id.clone());
        Some(Pending { action, request, ..Pending::new(target.clone(), environment) }.id())
    });
    let under_way = running.into_iter().chain(queued).collect();
    state.with_busy(busy.map(str::to_owned)).with_under_way(under_way)
}

/// Whether a request that waits stops the target.
pub(super) fn waits_to_stop(target: &Target, queue: &[Waiting]) -> bool {
    queue.iter().filter(|request| is_stop(request)).any(|request| is_for(request, target))
}

/// What the requests that wait do to each service in the end, unless they are cancelled.
pub(super) fn effects_of(queue: &[Waiting]) -> BTreeMap<String, Effect> {
    let mut by_age: Vec<&Waiting> = queue.iter().collect();
    by_age.sort_by_key(|request| request_id(request));
    let effect = |request: &Waiting| if is_stop(request) { Effect::Stops } else { Effect::Other };
    by_age.into_iter().flat_map(|one| services_of(one).map(move |id| (id.to_owned(), effect(one)))).collect()
}

/// Whether one of the requests behind a deployment of these services stops what it starts of the target.
///
/// An environment does one thing after another, so that such a deployment leaves nothing of the target running.
fn is_stopped_after(target: &Target, services: &[&str], later: &[&Waiting]) -> bool {
    let whole = *target.kind() == TargetKind::Environment;
    let of_target: Vec<&str> = if whole { services.to_vec() } else { vec![target.id()] };
    let covers = |stop: &Waiting| of_target.iter().all(|service| services_of(stop).any(|stopped| stopped == *service));
    !of_target.is_empty() && later.iter().any(|request| is_stop(request) && covers(request))
}

/// The services that the newest execution takes in, as far as they are marked.
fn parts_of_last(snapshot: &Snapshot) -> Vec<&str> {
    let all = snapshot.all();
    all.filter(|status| status.is_part_last_deployment == Some(true)).map(|status| &*status.id).collect()
}

fn is_stop(request: &Waiting) -> bool {
    request.trigger_action.as_ref().is_some_and(|action| action.as_str() == "STOP")
}

fn request_id(request: &Waiting) -> &str {
    &request.identifier.deployment_request_id
}

fn services_of(request: &Waiting) -> impl Iterator<Item = &str> {
    request.stages.iter().flat_map(|stage| &stage.services).map(|service| &*service.identifier.service_id)
}

/// Whether the newest execution goes on and takes the target in.
fn goes_on(target: &Target, snapshot: &Snapshot, status: Option<&Status>) -> bool {
    let whole = snapshot.last_state().is_some_and(|state| !is_end(state));
    if *target.kind() == TargetKind::Environment {
        return whole || !is_end(snapshot.state());
    }
    let is_part = status.is_none_or(|status| status.is_part_last_deployment != Some(false));
    (whole && is_part) || status.is_some_and(|status| !is_end(&status.state))
}

/// The execution that goes on, if it may start the target.
fn under_way(target: &Target, environment: &str, snapshot: &Snapshot, word: &StateEnum) -> Option<DeploymentId> {
    let stops = |word: &StateEnum| STOP_WORDS.iter().any(|stop| word.as_str().contains(stop));
    let whole = snapshot.last_state().filter(|state| !is_end(state));
    if stops(whole.unwrap_or(word)) || stops(word) && !is_end(word) {
        return None;
    }
    let restarts = whole.unwrap_or(word).as_str().contains("RESTART");
    let action = if restarts { Action::Restart } else { Action::Deploy };
    let execution = filled(snapshot.last())?;
    Some(Pending { action, ..Pending::listed(target, environment, execution) }.id())
}

/// Whether a request concerns a target.
pub(super) fn is_for(request: &Waiting, target: &Target) -> bool {
    *target.kind() == TargetKind::Environment || services_of(request).any(|service| service == target.id())
}
