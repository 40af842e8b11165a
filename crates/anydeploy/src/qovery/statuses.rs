//! The statuses of an environment and its services, as far as this adapter reads them.

use qovery_client::types::{ServiceDeploymentStatusEnum, StateEnum, StatusDetails};
use qovery_client::wire::object;

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
