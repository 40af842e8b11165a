//! Qovery's words, and the phase or state each stands for.

use qovery_client::types::{
    DeploymentHistoryActionStatus, DeploymentHistoryEnvironmentV2 as Past, ServiceActionEnum, ServiceActionStatusEnum,
    StateEnum, StatusDetails,
};

use crate::{Phase, ServiceState};

/// The phase of a *deployment* that a state stands for.
///
/// Only `DEPLOYED` is a success: `RESTARTED`, `STOPPED` and `DELETED` are the ends of other actions, `READY` was never
/// deployed, `UNAVAILABLE` could not be read, and in `RECAP` the engine sums up the errors of a failure that it is about
/// to report (engine 59fa717).
/// A word that this version does not know is judged by its form, as Qovery's own clients do, and is never a success.
#[must_use]
pub fn phase(state: &StateEnum) -> Phase {
    known(state).unwrap_or_else(|| by_form(state.as_str()))
}

fn known(state: &StateEnum) -> Option<Phase> {
    use StateEnum::{
        BuildError, Building, Canceled, Canceling, DeleteError, DeleteQueued, Deleted, Deleting, Deployed, Deploying,
        DeploymentError, DeploymentQueued, Executing, Queued, Ready, Recap, RestartError, RestartQueued, Restarted,
        Restarting, StopError, StopQueued, Stopped, Stopping, Unavailable, WaitingDeleting, WaitingRestarting,
        WaitingRunning, WaitingStopping,
    };
    Some(match state {
        Queued | DeploymentQueued | RestartQueued | StopQueued | DeleteQueued | WaitingRunning | WaitingRestarting
        | WaitingStopping | WaitingDeleting => Phase::Queued,
        Building | Deploying | Executing | Restarting | Stopping | Deleting => Phase::Running,
        Canceling => Phase::Cancelling,
        Deployed => Phase::Succeeded,
        BuildError | DeploymentError | RestartError | StopError | DeleteError => Phase::Failed,
        Canceled => Phase::Cancelled,
        Restarted | Stopped | Deleted | Ready | Recap | Unavailable => Phase::Unknown,
        _ => return None,
    })
}

fn by_form(word: &str) -> Phase {
    if word.ends_with("ERROR") {
        Phase::Failed
    } else if word.ends_with("QUEUED") || word.starts_with("WAITING") {
        Phase::Queued
    } else if word.ends_with("ING") {
        Phase::Running
    } else {
        Phase::Unknown
    }
}

/// How a service runs, from the state its last action left it in.
#[must_use]
pub fn service_state(state: &StateEnum) -> ServiceState {
    match state {
        StateEnum::Deployed | StateEnum::Restarted => ServiceState::Running,
        StateEnum::Ready => ServiceState::NeverDeployed,
        StateEnum::Stopped | StateEnum::Deleted => ServiceState::Stopped,
        StateEnum::Stopping
        | StateEnum::Deleting
        | StateEnum::StopQueued
        | StateEnum::DeleteQueued
        | StateEnum::WaitingStopping
        | StateEnum::WaitingDeleting => ServiceState::Stopping,
        // After a cancelled deployment the version from before it may well run.
        StateEnum::Canceled => ServiceState::Unknown,
        other => match phase(other) {
            Phase::Queued | Phase::Running | Phase::Cancelling => ServiceState::Starting,
            Phase::Failed => ServiceState::Failed,
            _ => ServiceState::Unknown,
        },
    }
}

/// The phase of a deployment, from its state and from the status of the action behind it.
///
/// `action` and `how` are words of `ServiceActionEnum` and of `ServiceActionStatusEnum` or
/// `DeploymentHistoryActionStatus`, which agree in the words that both have.
pub(super) fn judge(state: &StateEnum, action: Option<&str>, how: Option<&str>) -> Phase {
    let phase = phase(state);
    let deploys = action.is_none_or(|action| matches!(action, "DEPLOY" | "UNKNOWN"));
    match (phase, how) {
        // The state is still that of the last action, while the new action is reported already.
        (phase, Some("QUEUED")) if phase.is_terminal() => Phase::Queued,
        (phase, Some("ONGOING" | "EXECUTING")) if phase.is_terminal() => Phase::Running,
        (phase, Some("CANCELING")) if phase.is_terminal() => Phase::Cancelling,
        (Phase::Succeeded, None | Some("SUCCESS")) if deploys => Phase::Succeeded,
        (Phase::Succeeded, _) => Phase::Unknown,
        (Phase::Unknown, Some("ERROR")) if is_odd(state) => Phase::Failed,
        (Phase::Unknown, Some("CANCELED")) if is_odd(state) => Phase::Cancelled,
        (phase, _) => phase,
    }
}

/// Whether a state says nothing by itself, so that the status of the action may decide.
fn is_odd(state: &StateEnum) -> bool {
    matches!(state, StateEnum::Recap | StateEnum::Other(_))
}

/// [`judge`] with the details that stand beside the state of a service.
pub(super) fn judge_service(state: &StateEnum, details: Option<&StatusDetails>) -> Phase {
    let action = details.and_then(|details| details.action.as_ref());
    let how = details.and_then(|details| details.status.as_ref());
    judge(state, action.map(ServiceActionEnum::as_str), how.map(ServiceActionStatusEnum::as_str))
}

/// [`judge`] of an execution that the history lists.
pub(super) fn judge_past(entry: &Past) -> Phase {
    judge(&entry.status, None, entry.action_status.as_ref().map(DeploymentHistoryActionStatus::as_str))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A word of a table, or another one.
    fn word() -> impl Strategy<Value = String> {
        let state = prop::sample::select(StateEnum::KNOWN).prop_map(|state| state.as_str().to_owned());
        let action = prop::sample::select(ServiceActionEnum::KNOWN).prop_map(|action| action.as_str().to_owned());
        let how = prop::sample::select(ServiceActionStatusEnum::KNOWN).prop_map(|how| how.as_str().to_owned());
        let nearly = " ?(deployed|Deployed|DEPLOYED|SUCCEEDED|COMPLETED|[A-Z]{0,6}(ED|ING|_ERROR|_QUEUED)) ?";
        prop_oneof![any::<String>(), nearly, state, action, how]
    }

    #[test]
    fn every_known_word_stands_in_the_table() {
        for state in StateEnum::KNOWN {
            assert!(known(state).is_some(), "the table lacks {state}");
        }
    }

    #[test]
    fn the_table_and_the_form_of_a_word_agree_where_both_speak() {
        for state in StateEnum::KNOWN {
            let form = by_form(state.as_str());
            assert!(form == Phase::Unknown || form == phase(state) || *state == StateEnum::Canceling, "{state}");
        }
    }

    #[test]
    fn only_deployed_is_a_success() {
        let successes: Vec<_> = StateEnum::KNOWN.iter().filter(|state| phase(state) == Phase::Succeeded).collect();
        assert_eq!(successes, [&StateEnum::Deployed]);
    }

    #[test]
    fn unknown_words_are_judged_by_their_form_and_never_succeed() {
        let cases = [
            ("VERIFY_ERROR", Phase::Failed),
            ("VERIFY_QUEUED", Phase::Queued),
            ("WAITING_FOR_GODOT", Phase::Queued),
            ("VERIFYING", Phase::Running),
            ("VERIFIED", Phase::Unknown),
            ("SUCCESS", Phase::Unknown),
            ("", Phase::Unknown),
        ];
        for (word, expected) in cases {
            assert_eq!(phase(&StateEnum::from(word)), expected, "{word}");
            assert_ne!(judge(&StateEnum::from(word), Some("DEPLOY"), Some("SUCCESS")), Phase::Succeeded, "{word}");
        }
    }

    #[test]
    fn an_old_state_beside_a_new_action_is_not_the_end() {
        let cases = [
            (StateEnum::Deployed, "QUEUED", Phase::Queued),
            (StateEnum::BuildError, "ONGOING", Phase::Running),
            (StateEnum::Deployed, "EXECUTING", Phase::Running),
            (StateEnum::Canceled, "CANCELING", Phase::Cancelling),
            (StateEnum::Deployed, "SUCCESS", Phase::Succeeded),
            (StateEnum::Deployed, "ERROR", Phase::Unknown),
        ];
        for (state, how, expected) in cases {
            assert_eq!(judge(&state, Some("DEPLOY"), Some(how)), expected, "{state} {how}");
        }
        assert_eq!(judge(&StateEnum::Deployed, Some("RESTART"), Some("SUCCESS")), Phase::Unknown);
    }

    #[test]
    fn recap_fails_only_if_the_action_did() {
        assert_eq!(judge(&StateEnum::Recap, Some("DEPLOY"), Some("ERROR")), Phase::Failed);
        assert_eq!(judge(&StateEnum::Recap, Some("DEPLOY"), Some("CANCELED")), Phase::Cancelled);
        assert_eq!(judge(&StateEnum::Recap, Some("DEPLOY"), Some("SUCCESS")), Phase::Unknown);
        assert_eq!(judge(&StateEnum::Unavailable, Some("DEPLOY"), Some("ERROR")), Phase::Unknown);
        assert_eq!(judge(&StateEnum::Ready, None, None), Phase::Unknown);
    }

    #[test]
    fn a_service_state_is_not_an_outcome() {
        let cases = [
            (StateEnum::Ready, ServiceState::NeverDeployed),
            (StateEnum::Restarted, ServiceState::Running),
            (StateEnum::Deleted, ServiceState::Stopped),
            (StateEnum::WaitingDeleting, ServiceState::Stopping),
            (StateEnum::Executing, ServiceState::Starting),
            (StateEnum::StopError, ServiceState::Failed),
            (StateEnum::Canceled, ServiceState::Unknown),
            (StateEnum::Unavailable, ServiceState::Unknown),
        ];
        for (state, expected) in cases {
            assert_eq!(service_state(&state), expected, "{state}");
        }
    }

    proptest! {
        #[test]
        fn of_all_words_only_deployed_is_a_success_and_only_if_all_else_agrees(
            word in word(),
            action in prop::option::of(word()),
            how in prop::option::of(word()),
        ) {
            let state = StateEnum::from(word.as_str());
            prop_assert_eq!(state.as_str(), &word);
            prop_assert_eq!(phase(&state) == Phase::Succeeded, word == "DEPLOYED");
            let judged = judge(&state, action.as_deref(), how.as_deref());
            let agrees = matches!(action.as_deref(), None | Some("DEPLOY" | "UNKNOWN"))
                && matches!(how.as_deref(), None | Some("SUCCESS"));
            prop_assert_eq!(judged == Phase::Succeeded, word == "DEPLOYED" && agrees);
            let runs = service_state(&state) == ServiceState::Running;
            prop_assert_eq!(runs, matches!(word.as_str(), "DEPLOYED" | "RESTARTED"));
        }

        #[test]
        fn an_unknown_word_fails_only_if_it_says_error_or_its_action_does(
            word in any::<String>().prop_filter("it is known", |word| !StateEnum::KNOWN.iter().any(|known| known.as_str() == word)),
            how in prop::option::of(word()),
        ) {
            let judged = judge(&StateEnum::from(word.as_str()), Some("DEPLOY"), how.as_deref());
            prop_assert!(judged != Phase::Failed || word.ends_with("ERROR") || how.as_deref() == Some("ERROR"));
            prop_assert!(judged != Phase::Cancelled || how.as_deref() == Some("CANCELED"));
        }
    }
}
