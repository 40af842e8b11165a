//! What the container engine runs of a service: the tasks of a swarm, and containers.
//!
//! Facts of 0.30.2: a failure of the engine is an empty list, and where it prints nothing, the list has one odd element.

use dokploy_client::wire::object;

use crate::HealthState;

/// What stands in place of an id where the engine printed nothing.
const NOTHING: &str = "No container id";

/// A task of a swarm service, also one that ended.
#[derive(Clone, Default)]
pub(super) struct Task {
    /// Its id; the server calls it that of a container.
    pub(super) id: String,
    /// The name of its service and its slot, such as `web-abc.1`.
    pub(super) name: String,
    /// What it should do: `running`, `shutdown` and others.
    pub(super) desired: String,
    /// What it does, such as `Running 5 minutes ago`; empty where the server does not list it.
    pub(super) current: String,
    /// Why it ended or does not start; empty if nothing is said.
    pub(super) error: String,
}

object!(Task: optional { id = "containerId", name = "name", desired = "state", current = "currentState", error = "error" });

/// A container.
#[derive(Clone, Default)]
pub(super) struct Running {
    /// Its id; empty for one of a stack.
    pub(super) id: String,
    pub(super) name: String,
    /// `running`, `exited` and others.
    pub(super) state: String,
    /// Such as `Up 5 minutes (healthy)`.
    pub(super) status: String,
}

object!(Running: optional { id = "containerId", name = "name", state = "state", status = "status" });

/// What `docker inspect` says of a container, without its variables.
pub(super) struct Inspected {
    pub(super) restarts: Option<u32>,
}

object!(Inspected: nullable { restarts = "RestartCount" });

/// The tasks that are ones.
pub(super) fn tasks(mut listed: Vec<Task>) -> Vec<Task> {
    listed.retain(|task| task.id != NOTHING && !task.name.is_empty());
    listed
}

/// The containers that are ones.
pub(super) fn running(mut listed: Vec<Running>) -> Vec<Running> {
    listed.retain(|one| one.id != NOTHING && !one.name.is_empty());
    listed
}

impl Task {
    /// The engine's word for what it does.
    pub(super) fn word(&self) -> &str {
        self.current.split_whitespace().next().unwrap_or_default()
    }

    /// Whether it should run, or will once the one before has ended.
    pub(super) fn is_wanted(&self) -> bool {
        matches!(&*self.desired, "running" | "ready")
    }

    pub(super) fn runs(&self) -> bool {
        self.is_wanted() && self.word() == "Running"
    }

    /// Whether it ended by itself, so that another one takes its place.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.word(), "Failed" | "Rejected" | "Orphaned")
    }

    /// Whether a container is that of this task: it is named after the task, whose id may be cut.
    pub(super) fn owns(&self, container: &Running) -> bool {
        let rest = container.name.strip_prefix(&*self.name).and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| rest.starts_with(&*self.id))
    }
}

impl Running {
    /// How well it runs, by its state and what its health check says.
    pub(super) fn health(&self) -> HealthState {
        match &*self.state {
            "running" if self.status.contains("(unhealthy)") => HealthState::Degraded,
            "running" if self.status.contains("(health: starting)") => HealthState::Starting,
            "running" if self.status.contains("(healthy)") => HealthState::Healthy,
            "running" => HealthState::Unchecked,
            "created" => HealthState::Starting,
            // A container that is being restarted has crashed.
            "restarting" | "exited" | "dead" | "paused" | "removing" => HealthState::Degraded,
            _ => HealthState::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_belongs_to_the_task_that_it_is_named_after() {
        let task = Task { id: "k2x".to_owned(), name: "web-abc.1".to_owned(), ..Task::default() };
        let named = |name: &str| Running { name: name.to_owned(), ..Running::default() };
        assert!(task.owns(&named("web-abc.1.k2x")) && task.owns(&named("web-abc.1.k2xlonger")));
        for other in ["web-abc.1.k3x", "web-abc.12.k2x", "web-abc-2.1.k2x", "web-abc.1"] {
            assert!(!task.owns(&named(other)), "{other}");
        }
    }

    #[test]
    fn only_a_health_check_that_passes_is_healthy() {
        for (state, status, health) in [
            ("running", "Up 5 minutes (healthy)", HealthState::Healthy),
            ("running", "Up 5 minutes", HealthState::Unchecked),
            ("running", "Up 5 minutes (unhealthy)", HealthState::Degraded),
            ("running", "Up 2 seconds (health: starting)", HealthState::Starting),
            ("created", "Created", HealthState::Starting),
            ("restarting", "Restarting (1) 5 seconds ago", HealthState::Degraded),
            ("exited", "Exited (0) 5 seconds ago (healthy)", HealthState::Degraded),
            ("levitating", "Up (healthy)", HealthState::Unknown),
        ] {
            let container = Running { state: state.to_owned(), status: status.to_owned(), ..Running::default() };
            assert_eq!(container.health(), health, "{state} {status}");
        }
    }
}
