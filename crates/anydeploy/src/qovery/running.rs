//! How services and environments run, as far as the statuses say.

use qovery_client::types::{ServiceDeploymentStatusEnum, StateEnum};

use super::snapshot::{Snapshot, filled};
use super::stages::Skipped;
use super::status::service_state;
use super::statuses::Status;
use crate::{ServiceState, Target, TargetKind};

/// How a service runs.
pub(super) fn service_runs(status: &Status) -> ServiceState {
    run_state_of(&status.state, was_deployed(status))
}

/// Whether a service was ever in an execution, as far as its status says.
fn was_deployed(status: &Status) -> bool {
    let is_other = |status: &_| *status != ServiceDeploymentStatusEnum::NeverDeployed;
    filled(status.execution_id.as_deref()).is_some() || status.service_deployment_status.as_ref().is_some_and(is_other)
}

/// How a target runs, from the state its last action left it in; `was_deployed` is whether it was ever in an execution.
fn run_state_of(state: &StateEnum, was_deployed: bool) -> ServiceState {
    match service_state(state) {
        // The console takes this word beside a past deployment for one that may run (720181b, `service-status-utils.ts`).
        ServiceState::NeverDeployed if was_deployed => ServiceState::Unknown,
        state => state,
    }
}

/// How a target runs, and the word for it; nothing if it is not listed.
pub(super) fn runs<'a>(snapshot: &'a Snapshot, target: &Target) -> Option<(ServiceState, &'a StateEnum)> {
    if *target.kind() != TargetKind::Environment {
        return snapshot.service(target).map(|status| (service_runs(status), &status.state));
    }
    let word = snapshot.state();
    Some(match run_state_of(word, snapshot.all().any(was_deployed)) {
        ServiceState::Running if is_all_stopped(snapshot, &Skipped::new()) => (ServiceState::Stopped, word),
        state => (state, word),
    })
}

/// Whether the state of an environment depends on which services are skipped: some are stopped, and others run.
pub(super) fn depends_on_skipped(snapshot: &Snapshot) -> bool {
    let (stopped, others) = stopped_and_others(snapshot, &Skipped::new());
    stopped && others
}

/// Whether nothing runs of an environment that a stop of it takes in, which its own word need not say: that is the word
/// of a service that runs, be it one that no stop takes in (inferred from the document of 2026-08-20).
pub(super) fn is_all_stopped(snapshot: &Snapshot, skipped: &Skipped) -> bool {
    stopped_and_others(snapshot, skipped) == (true, false)
}

/// Whether some of the services that a stop takes in are stopped, and whether others are not.
fn stopped_and_others(snapshot: &Snapshot, skipped: &Skipped) -> (bool, bool) {
    // There is no call that stops a Terraform service.
    let is_taken_in =
        |kind: &TargetKind, status: &Status| *kind != TargetKind::Terraform && !skipped.contains(&status.id);
    let is_stopped = |status: &Status| service_runs(status) == ServiceState::Stopped;
    let never_ran = |status: &Status| service_runs(status) == ServiceState::NeverDeployed;
    let any = |is_meant: &dyn Fn(&Status) -> bool| -> bool {
        let targets: Vec<Target> = snapshot.targets(&|kind, status| is_taken_in(kind, status) && is_meant(status));
        !targets.is_empty()
    };
    (any(&is_stopped), any(&|status| !is_stopped(status) && !never_ran(status)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::adapter::Timestamps;

    #[test]
    fn ready_is_never_deployed_only_without_an_execution_and_a_status_that_says_otherwise() {
        let state = |word: &str, execution: Value, deployed: Value| {
            let row = json!({
                "id": "a", "state": word, "execution_id": execution, "service_deployment_status": deployed,
            });
            service_runs(&serde_json::from_value::<Status>(row).unwrap())
        };
        let cases = [
            ("READY", json!(null), json!(null), ServiceState::NeverDeployed),
            ("READY", json!(""), json!("NEVER_DEPLOYED"), ServiceState::NeverDeployed),
            ("READY", json!("e1"), json!("NEVER_DEPLOYED"), ServiceState::Unknown),
            ("READY", json!("e1"), json!("UP_TO_DATE"), ServiceState::Unknown),
            ("READY", json!(null), json!("OUT_OF_DATE"), ServiceState::Unknown),
            ("READY", json!(null), json!("NEW"), ServiceState::Unknown),
            ("STOPPED", json!("e1"), json!("UP_TO_DATE"), ServiceState::Stopped),
            ("DEPLOYED", json!("e1"), json!("UP_TO_DATE"), ServiceState::Running),
        ];
        for (word, execution, deployed, expected) in cases {
            assert_eq!(state(word, execution.clone(), deployed.clone()), expected, "{word} {execution} {deployed}");
        }
    }

    #[test]
    fn an_environment_is_stopped_if_all_is_that_a_stop_takes_in() {
        let snapshot = |states: [&str; 2], terraform: &str| {
            let row = |(id, state): (&str, &str)| json!({ "id": id, "state": state, "execution_id": "e1" });
            let never = json!({ "id": "d", "state": "READY" });
            let statuses = serde_json::from_value(json!({
                "environment": { "state": "DEPLOYED" },
                "applications": [row(("a", states[0])), row(("b", states[1]))],
                "terraforms": [row(("t", terraform))],
                "databases": [never],
            }));
            Snapshot::new(statuses.unwrap(), Timestamps::of(None))
        };
        let cases = [
            (["STOPPED", "STOPPED"], false, (true, true)),
            (["STOPPED", "DEPLOYED"], true, (false, true)),
            (["STOPPED", "STOP_ERROR"], true, (false, true)),
            (["STOPPED", "STOPPING"], true, (false, true)),
            (["STOPPED", "READY"], true, (false, true)),
            (["DEPLOYED", "DEPLOYED"], false, (false, false)),
            (["DEPLOYED", "STOPPED"], true, (false, false)),
        ];
        for (states, depends, (all, without_b)) in cases {
            let snapshot = snapshot(states, "DEPLOYED");
            assert_eq!(depends_on_skipped(&snapshot), depends, "{states:?}");
            assert_eq!(is_all_stopped(&snapshot, &Skipped::new()), all, "{states:?}");
            assert_eq!(is_all_stopped(&snapshot, &Skipped::from(["b".to_owned()])), without_b, "{states:?}");
        }
    }
}
