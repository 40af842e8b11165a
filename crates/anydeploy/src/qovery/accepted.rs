//! What the answer to a trigger says, whichever of Qovery's two statuses it is.

use qovery_client::types::{EnvironmentStatus, StateEnum, Status, StatusDetails};

/// The part of a status that says what became known of a trigger.
#[derive(Clone)]
pub(super) struct Accepted {
    /// The request, if it waits in the queue.
    pub(super) request: Option<String>,
    /// Without a request it started at once. Qovery's web console takes the status of a service for that (720181b); no
    /// client of Qovery's reads it in the status of an environment.
    pub(super) names_what_waits: bool,
    /// The execution that the state is of.
    pub(super) execution: Option<String>,
    pub(super) state: StateEnum,
    pub(super) details: Option<StatusDetails>,
}

impl From<Status> for Accepted {
    fn from(status: Status) -> Self {
        Self {
            request: status.deployment_request_id,
            names_what_waits: true,
            execution: status.execution_id,
            state: status.state,
            details: status.status_details,
        }
    }
}

impl From<EnvironmentStatus> for Accepted {
    /// The state is that of the environment before the trigger, so that it is of no execution of interest.
    fn from(status: EnvironmentStatus) -> Self {
        Self {
            request: status.deployment_request_id,
            names_what_waits: false,
            execution: None,
            state: status.state,
            details: None,
        }
    }
}
