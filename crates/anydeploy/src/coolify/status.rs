//! Coolify's words, and the phase or state each stands for.

use coolify_client::types::DeploymentStatusEnum;

use super::row::Row;
use crate::{DeploymentStatus, Phase, ServiceState};

/// The phase that a deployment's status stands for.
#[must_use]
pub fn phase(status: &DeploymentStatusEnum) -> Phase {
    match status {
        DeploymentStatusEnum::Queued => Phase::Queued,
        DeploymentStatusEnum::InProgress => Phase::Running,
        DeploymentStatusEnum::Finished => Phase::Succeeded,
        DeploymentStatusEnum::Failed => Phase::Failed,
        DeploymentStatusEnum::CancelledByUser => Phase::Cancelled,
        _ => Phase::Unknown,
    }
}

/// Whether a deployment is queued or in progress.
pub(super) fn is_active(row: &Row) -> bool {
    matches!(phase(&row.status), Phase::Queued | Phase::Running)
}

pub(super) fn status(status: &DeploymentStatusEnum) -> DeploymentStatus {
    DeploymentStatus::new(phase(status), status.as_str())
}

/// How a resource runs, from its `state[:health[:excluded]]`; `running (healthy)` is an older form of the same.
pub(super) fn service_state(raw: &str) -> ServiceState {
    let state = raw.split([':', ' ']).next().unwrap_or_default();
    match state {
        // An application without a health check is `running:unknown`, which is its normal state.
        "running" if raw.contains("unhealthy") => ServiceState::Degraded,
        "running" => ServiceState::Running,
        "starting" | "restarting" | "created" => ServiceState::Starting,
        "removing" => ServiceState::Stopping,
        // A paused container is there, and a stop removes it (4.3.11).
        "degraded" | "paused" => ServiceState::Degraded,
        // Also the state of what was never deployed; Coolify does not distinguish the two.
        "exited" => ServiceState::Stopped,
        "dead" => ServiceState::Failed,
        _ => ServiceState::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_known_word_has_a_phase() {
        for status in DeploymentStatusEnum::KNOWN {
            assert_ne!(phase(status), Phase::Unknown, "the table lacks {status}");
        }
        assert_eq!(phase(&DeploymentStatusEnum::from("success")), Phase::Unknown);
        assert_eq!(phase(&DeploymentStatusEnum::from("cancelled")), Phase::Unknown);
    }

    #[test]
    fn resource_states_are_read_with_and_without_health() {
        let cases = [
            ("running:healthy", ServiceState::Running),
            ("running:unknown", ServiceState::Running),
            ("running (healthy)", ServiceState::Running),
            ("running:unhealthy", ServiceState::Degraded),
            ("running:healthy:excluded", ServiceState::Running),
            ("starting:unknown", ServiceState::Starting),
            ("degraded:unhealthy", ServiceState::Degraded),
            ("paused:unknown", ServiceState::Degraded),
            ("exited:unhealthy", ServiceState::Stopped),
            ("exited", ServiceState::Stopped),
            ("unknown:unknown:excluded", ServiceState::Unknown),
            ("", ServiceState::Unknown),
            ("levitating", ServiceState::Unknown),
        ];
        for (raw, state) in cases {
            assert_eq!(service_state(raw), state, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn any_other_word_is_kept_and_is_no_end(
            word in prop_oneof![any::<String>(), " ?(finished|FINISHED|Finished|success|done|ok|failed:0) ?"],
        ) {
            let known = DeploymentStatusEnum::KNOWN.iter().any(|known| known.as_str() == word);
            let read = status(&DeploymentStatusEnum::from(word.as_str()));
            prop_assert_eq!(read.phase == Phase::Unknown, !known);
            prop_assert_eq!(read.phase == Phase::Succeeded, word == "finished");
            prop_assert_eq!(read.raw, word);
        }

        #[test]
        fn only_what_begins_with_running_and_is_not_unhealthy_runs(
            raw in prop_oneof![any::<String>(), "[ :(]?(running|Running|exited|runnings)[ :(]?(healthy|unhealthy|unknown)?[:)]?(excluded)?"],
        ) {
            let runs = service_state(&raw) == ServiceState::Running;
            let state = raw.strip_prefix("running").filter(|rest| rest.is_empty() || rest.starts_with([' ', ':']));
            prop_assert_eq!(runs, state.is_some_and(|health| !health.contains("unhealthy")));
        }
    }
}
