//! The deployment stages of an environment, as far as they say which services its actions leave out.
//!
//! A skipped service is in no deployment, restart or stop of its environment, and none of the actions that the console
//! offers for several services takes it in (documentation 4e9636b, `actions.mdx`).
//! A service is marked in its stage, by `is_skipped` (document of 2026-08-20, lines 22995 to 23040).

use std::collections::BTreeSet;

use qovery_client::wire::object;

use super::snapshot::Snapshot;
use super::statuses::Status;
use crate::{ServiceState, Target, TargetKind};

/// The ids of the services that are skipped.
pub(super) type Skipped = BTreeSet<String>;

/// The stages of an environment.
#[derive(Debug)]
pub(super) struct Stages {
    results: Vec<Stage>,
}

object!(Stages: optional { results = "results" });

#[derive(Debug)]
struct Stage {
    services: Vec<Service>,
}

object!(Stage: optional { services = "services" });

#[derive(Debug)]
struct Service {
    service_id: Option<String>,
    is_skipped: Option<bool>,
}

object!(Service: nullable { service_id = "service_id", is_skipped = "is_skipped" });

impl Stages {
    pub(super) fn skipped(self) -> Skipped {
        let services = self.results.into_iter().flat_map(|stage| stage.services);
        services.filter(|service| service.is_skipped == Some(true)).filter_map(|service| service.service_id).collect()
    }
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
    let is_stopped = |status: &Status| status.service_state() == ServiceState::Stopped;
    let never_ran = |status: &Status| status.service_state() == ServiceState::NeverDeployed;
    let any = |is_meant: &dyn Fn(&Status) -> bool| -> bool {
        let targets: Vec<Target> = snapshot.targets(&|kind, status| is_taken_in(kind, status) && is_meant(status));
        !targets.is_empty()
    };
    (any(&is_stopped), any(&|status| !is_stopped(status) && !never_ran(status)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adapter::Timestamps;

    #[test]
    fn a_service_is_skipped_by_its_own_mark() {
        let stages = serde_json::from_value::<Stages>(json!({ "results": [
            { "id": "s1", "services": [
                { "id": "x", "service_id": "a", "is_skipped": true },
                { "id": "y", "service_id": "b", "is_skipped": false },
                { "id": "z", "service_id": "c" },
            ] },
            { "id": "s2" },
        ] }));
        assert_eq!(stages.unwrap().skipped(), Skipped::from(["a".to_owned()]));
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
