//! Dokploy's words, and the phase or state each stands for.

use dokploy_client::types::{ApplicationStatusEnum, DeploymentStatusEnum, QueueJob, QueueJobStateEnum};

use crate::{DeploymentStatus, Phase, ServiceState};

/// The phase that the status of a deployment's row stands for.
#[must_use]
pub fn phase(status: &DeploymentStatusEnum) -> Phase {
    match status {
        DeploymentStatusEnum::Running => Phase::Running,
        DeploymentStatusEnum::Done => Phase::Succeeded,
        DeploymentStatusEnum::Error => Phase::Failed,
        DeploymentStatusEnum::Cancelled => Phase::Cancelled,
        _ => Phase::Unknown,
    }
}

/// The phase that the state of a deployment's job in the queue stands for.
///
/// A self-hosted server knows `waiting` and `active` alone; the other words are those of the cloud, where `completed`
/// says that the job is over and leaves it to the row how.
#[must_use]
pub fn queue_phase(state: &QueueJobStateEnum) -> Phase {
    match state {
        QueueJobStateEnum::Waiting | QueueJobStateEnum::Pending => Phase::Queued,
        QueueJobStateEnum::Active | QueueJobStateEnum::Completed => Phase::Running,
        QueueJobStateEnum::Failed => Phase::Failed,
        QueueJobStateEnum::Cancelled => Phase::Cancelled,
        _ => Phase::Unknown,
    }
}

/// How an application or a compose stack runs, from its status.
///
/// The status is that of the last operation, not of the containers.
/// `idle` is never deployed, stopped, or set up anew; Dokploy does not distinguish them.
#[must_use]
pub fn service_state(status: &ApplicationStatusEnum) -> ServiceState {
    match status {
        ApplicationStatusEnum::Idle => ServiceState::Stopped,
        ApplicationStatusEnum::Running => ServiceState::Starting,
        ApplicationStatusEnum::Done => ServiceState::Running,
        ApplicationStatusEnum::Error => ServiceState::Failed,
        _ => ServiceState::Unknown,
    }
}

/// The status of a row; the column may be null, which says nothing and is no end.
pub(super) fn status(status: Option<&DeploymentStatusEnum>) -> DeploymentStatus {
    match status {
        Some(status) => DeploymentStatus::new(phase(status), status.as_str()),
        None => DeploymentStatus::new(Phase::Unknown, ""),
    }
}

/// The status of a deployment that was accepted and is not listed yet.
pub(super) fn accepted() -> DeploymentStatus {
    DeploymentStatus::new(Phase::Queued, "accepted")
}

/// The status of a deployment in the queue.
pub(super) fn of_job(job: &QueueJob) -> DeploymentStatus {
    DeploymentStatus::new(queue_phase(&job.state), job.state.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_known_word_has_a_phase_or_a_state() {
        for status in DeploymentStatusEnum::KNOWN {
            assert_ne!(phase(status), Phase::Unknown, "the table lacks {status}");
        }
        for state in QueueJobStateEnum::KNOWN {
            assert_ne!(queue_phase(state), Phase::Unknown, "the table lacks {state}");
        }
        for status in ApplicationStatusEnum::KNOWN {
            assert_ne!(service_state(status), ServiceState::Unknown, "the table lacks {status}");
        }
    }

    #[test]
    fn an_unknown_word_is_no_end() {
        // An open pull request of Dokploy wants the first.
        for word in ["queued", "success", "canceled", "", "DONE"] {
            assert_eq!(phase(&DeploymentStatusEnum::from(word)), Phase::Unknown, "{word}");
        }
        assert_eq!(status(None).phase, Phase::Unknown);
        assert_eq!(queue_phase(&QueueJobStateEnum::from("delayed")), Phase::Unknown);
        assert_eq!(service_state(&ApplicationStatusEnum::from("paused")), ServiceState::Unknown);
    }

    proptest! {
        #[test]
        fn any_other_word_is_kept_and_is_no_end(
            word in prop_oneof![any::<String>(), " ?(done|DONE|Done|success|completed|running|active|idle|error) ?"],
        ) {
            let known = DeploymentStatusEnum::KNOWN.iter().any(|known| known.as_str() == word);
            let read = status(Some(&DeploymentStatusEnum::from(word.as_str())));
            prop_assert_eq!(read.phase == Phase::Unknown, !known);
            prop_assert_eq!(read.phase == Phase::Succeeded, word == "done");
            prop_assert_eq!(&read.raw, &word);

            let known = QueueJobStateEnum::KNOWN.iter().any(|known| known.as_str() == word);
            let phase = queue_phase(&QueueJobStateEnum::from(word.as_str()));
            prop_assert_eq!(phase == Phase::Unknown, !known);
            // A job that is over says nothing of how the deployment went.
            prop_assert_ne!(phase, Phase::Succeeded);

            let known = ApplicationStatusEnum::KNOWN.iter().any(|known| known.as_str() == word);
            let state = service_state(&ApplicationStatusEnum::from(word.as_str()));
            prop_assert_eq!(state == ServiceState::Unknown, !known);
            prop_assert_eq!(state == ServiceState::Running, word == "done");
        }
    }
}
