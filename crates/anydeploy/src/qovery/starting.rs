//! What a start has to start: what neither runs for good nor is on its way there.

use qovery_client::types::{QueuedDeploymentRequestWithStages as Waiting, StateEnum};

use super::running::service_runs;
use super::snapshot::Snapshot;
use super::state::{run_state, waits_to_stop};
use super::statuses::Status;
use super::unlisted::{Effect, Unlisted};
use crate::{RunState, ServiceState, Target, TargetKind};

/// Whether a service has to be started; `effect` is what a request does to it that is not listed yet.
pub(super) fn needs_start(state: &RunState, waits_to_stop: bool, effect: Option<Effect>) -> bool {
    if !state.under_way.is_empty() || effect == Some(Effect::Starts) {
        return false;
    }
    match state.state {
        // What goes on or waits, and is no deployment, stops it.
        ServiceState::Running => state.busy.is_some(),
        // What starts it now may be stopped again by a request that waits.
        ServiceState::Starting => waits_to_stop,
        _ => true,
    }
}

/// The services of an environment that are stopped or are about to be, and that nothing starts again.
///
/// Qovery stops no Terraform service, so that it starts none.
pub(super) fn services_to_start(
    environment: &str,
    snapshot: &Snapshot,
    queue: &[Waiting],
    unlisted: &Unlisted,
) -> Vec<Target> {
    snapshot.targets(&|kind, status| {
        // Of what was never deployed, or was uninstalled, nothing runs that a stop ends.
        let is_absent = service_runs(status) == ServiceState::NeverDeployed || status.state == StateEnum::Deleted;
        if *kind == TargetKind::Terraform || is_absent {
            return false;
        }
        let target = Target::new(kind.clone(), &status.id);
        let effect = unlisted.effect_on(environment, &target, snapshot.last());
        let stops = is_stopped(&status.state)
            || is_being_stopped(snapshot, status)
            || waits_to_stop(&target, queue)
            || effect == Some(Effect::Stops);
        stops && effect != Some(Effect::Starts) && run_state(&target, environment, snapshot, queue).under_way.is_empty()
    })
}

/// Whether the newest execution goes on and stops a service, which may still show the state from before.
fn is_being_stopped(snapshot: &Snapshot, status: &Status) -> bool {
    let stops = |state: &StateEnum| *state != StateEnum::Stopped && is_stopped(state);
    status.is_part_last_deployment == Some(true) && snapshot.last_state().is_some_and(stops)
}

fn is_stopped(state: &StateEnum) -> bool {
    use StateEnum::{StopQueued, Stopped, Stopping, WaitingStopping};
    matches!(state, Stopped | Stopping | StopQueued | WaitingStopping)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::DeploymentId;
    use crate::adapter::Timestamps;
    use crate::qovery::pending::Pending;

    #[test]
    fn a_service_is_started_unless_it_runs_for_good_or_is_on_its_way() {
        use ServiceState::{Running, Starting, Stopped, Stopping, Unknown};
        let busy = || Some("busy".to_owned());
        let state = |state: ServiceState| RunState::new(state, "");
        let under_way = || vec![id()];
        let cases = [
            (state(Running), false, None, false),
            (state(Running).with_busy(busy()), true, None, true),
            (state(Running).with_busy(busy()), false, Some(Effect::Stops), true),
            (state(Running).with_busy(busy()), false, Some(Effect::Starts), false),
            (state(Running).with_busy(busy()).with_under_way(under_way()), true, None, false),
            (state(Starting).with_busy(busy()), false, None, false),
            (state(Starting).with_busy(busy()), true, None, true),
            (state(Stopping).with_busy(busy()), false, None, true),
            (state(Stopped), false, None, true),
            (state(Stopped).with_busy(busy()), false, Some(Effect::Starts), false),
            (state(Stopped).with_busy(busy()), false, Some(Effect::Other), true),
            (state(Stopped).with_busy(busy()).with_under_way(under_way()), false, None, false),
            (state(Unknown), false, None, true),
        ];
        for (state, waits_to_stop, effect, expected) in cases {
            assert_eq!(needs_start(&state, waits_to_stop, effect), expected, "{state:?} {waits_to_stop} {effect:?}");
        }
    }

    fn id() -> DeploymentId {
        Pending::listed(&Target::application("a"), "env", "e1").id()
    }

    /// What is started of one application in this state, whose environment's newest execution is in another one.
    fn starts(state: &str, last: &str, is_part: bool, queue: &Value) -> bool {
        let statuses = serde_json::from_value(json!({
            "environment": { "state": state, "last_deployment_state": last, "last_deployment_id": "e1" },
            "applications": [{ "id": "a", "state": state, "execution_id": "e1", "is_part_last_deployment": is_part }],
        }));
        let snapshot = Snapshot::new(statuses.unwrap(), Timestamps::of(None));
        let request = |(place, action): (usize, &Value)| {
            json!({
                "identifier": { "deployment_request_id": format!("r{place}"), "environment_id": "env" },
                "trigger_action": action,
                "stages": [{ "services": [{ "identifier": { "service_id": "a" } }] }],
            })
        };
        let queue: Vec<Value> = queue.as_array().unwrap().iter().enumerate().map(request).collect();
        let queue: Vec<Waiting> = serde_json::from_value(json!(queue)).unwrap();
        !services_to_start("env", &snapshot, &queue, &Unlisted::default()).is_empty()
    }

    #[test]
    fn what_stops_or_waits_to_be_stopped_is_started_like_what_is_stopped() {
        let cases = [
            ("STOPPED", "STOPPED", true, json!([]), true),
            ("STOPPING", "STOPPING", true, json!([]), true),
            ("STOP_QUEUED", "STOPPING", true, json!([]), true),
            // The stop has not come to it yet, or leaves it alone.
            ("DEPLOYED", "STOPPING", true, json!([]), true),
            ("DEPLOYED", "STOPPING", false, json!([]), false),
            ("DEPLOYED", "STOPPED", true, json!([]), false),
            ("DEPLOYED", "DEPLOYED", true, json!(["STOP"]), true),
            ("DEPLOYING", "DEPLOYING", true, json!(["STOP"]), true),
            ("DEPLOYED", "DEPLOYED", true, json!(["STOP", "DEPLOY"]), false),
            ("STOPPED", "STOPPED", true, json!(["DEPLOY"]), false),
            ("STOPPED", "STOPPED", true, json!(["DEPLOY", "STOP"]), true),
            ("STOPPED", "DEPLOYING", true, json!([]), false),
            // Nothing was stopped.
            ("READY", "READY", false, json!([]), false),
            ("DELETED", "DELETED", true, json!([]), false),
            ("DELETED", "STOPPING", true, json!(["STOP"]), false),
            ("STOP_ERROR", "STOP_ERROR", true, json!([]), false),
        ];
        for (state, last, is_part, queue, expected) in cases {
            assert_eq!(starts(state, last, is_part, &queue), expected, "{state} {last} {is_part} {queue}");
        }
    }
}
