//! Toy's words, and the phase each stands for.

use anydeploy_adapter::{DeploymentStatus, Phase};

anydeploy_wire::open_enum! {
    /// The state of a deployment.
    pub enum State {
        /// It waits for a builder.
        Waiting = "waiting",
        /// It is built and started.
        Building = "building",
        /// It runs, and takes the requests.
        Live = "live",
        /// It failed; the one before still runs.
        Broken = "broken",
        /// Someone stopped it.
        Stopped = "stopped",
    }
}

/// The phase that a deployment's state stands for.
#[must_use]
pub fn phase(state: &State) -> Phase {
    match state {
        State::Waiting => Phase::Queued,
        State::Building => Phase::Running,
        State::Live => Phase::Succeeded,
        State::Broken => Phase::Failed,
        State::Stopped => Phase::Cancelled,
        State::Other(_) => Phase::Unknown,
    }
}

pub(super) fn status(state: &State) -> DeploymentStatus {
    DeploymentStatus::new(phase(state), state.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_word_has_a_phase_and_no_other_has() {
        for state in State::KNOWN {
            assert_ne!(phase(state), Phase::Unknown, "the table lacks {state}");
        }
        for word in ["", "Live", "done"] {
            assert_eq!(phase(&State::from(word)), Phase::Unknown, "{word:?}");
        }
    }
}
