//! The statuses of an environment and its services, as far as this adapter reads them.

use qovery_client::types::{ServiceDeploymentStatusEnum, StateEnum, StatusDetails};
use qovery_client::wire::object;

use super::snapshot::filled;
use super::status::service_state;
use crate::ServiceState;

/// The statuses of an environment and of its services by their kind.
pub(super) struct Statuses {
    pub(super) environment: EnvironmentStatus,
    pub(super) applications: Vec<Status>,
    pub(super) containers: Vec<Status>,
    pub(super) databases: Vec<Status>,
    pub(super) helms: Vec<Status>,
    pub(super) jobs: Vec<Status>,
    pub(super) terraforms: Vec<Status>,
}

object! {
    Statuses:
    required { environment = "environment" }
    optional {
        applications = "applications",
        containers = "containers",
        databases = "databases",
        helms = "helms",
        jobs = "jobs",
        terraforms = "terraforms",
    }
}

/// The newest execution of an environment, and its services taken together.
pub(super) struct EnvironmentStatus {
    /// The request behind the newest execution; servers send it since March 2026.
    pub(super) deployment_request_id: Option<String>,
    /// The newest execution; it changes once the next deployment has left the queue.
    pub(super) last_deployment_id: Option<String>,
    /// How far that is, or how it ended.
    pub(super) last_deployment_state: Option<StateEnum>,
    /// Derived from the states of the services.
    pub(super) state: StateEnum,
}

object! {
    EnvironmentStatus:
    required { state = "state" }
    nullable {
        deployment_request_id = "deployment_request_id",
        last_deployment_id = "last_deployment_id",
        last_deployment_state = "last_deployment_state",
    }
}

/// The status of a service.
#[expect(clippy::struct_field_names, reason = "the names are those of the document")]
pub(super) struct Status {
    /// The service.
    pub(super) id: String,
    pub(super) state: StateEnum,
    /// How many queued requests concern it.
    pub(super) deployment_requests_count: Option<i64>,
    /// The execution that the state comes from.
    pub(super) execution_id: Option<String>,
    /// Whether the newest execution includes it.
    pub(super) is_part_last_deployment: Option<bool>,
    pub(super) service_deployment_status: Option<ServiceDeploymentStatusEnum>,
    pub(super) status_details: Option<StatusDetails>,
}

object! {
    Status:
    required { id = "id", state = "state" }
    nullable {
        deployment_requests_count = "deployment_requests_count",
        execution_id = "execution_id",
        is_part_last_deployment = "is_part_last_deployment",
        service_deployment_status = "service_deployment_status",
        status_details = "status_details",
    }
}

impl Status {
    /// Whether the service was ever in an execution, as far as its status says.
    pub(super) fn was_deployed(&self) -> bool {
        let is_other = |status: &_| *status != ServiceDeploymentStatusEnum::NeverDeployed;
        filled(self.execution_id.as_deref()).is_some() || self.service_deployment_status.as_ref().is_some_and(is_other)
    }

    /// How the service runs.
    pub(super) fn service_state(&self) -> ServiceState {
        run_state_of(&self.state, self.was_deployed())
    }
}

/// How a target runs, from the state its last action left it in; `was_deployed` is whether it was ever in an execution.
pub(super) fn run_state_of(state: &StateEnum, was_deployed: bool) -> ServiceState {
    match service_state(state) {
        // The console takes this word beside a past deployment for one that may run (720181b, `service-status-utils.ts`).
        ServiceState::NeverDeployed if was_deployed => ServiceState::Unknown,
        state => state,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn ready_is_never_deployed_only_without_an_execution_and_a_status_that_says_otherwise() {
        let state = |word: &str, execution: Value, deployed: Value| {
            let row = json!({
                "id": "a", "state": word, "execution_id": execution, "service_deployment_status": deployed,
            });
            serde_json::from_value::<Status>(row).unwrap().service_state()
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
}
