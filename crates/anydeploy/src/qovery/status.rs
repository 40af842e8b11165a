//! Qovery's words, and the phase or state each stands for.

use qovery_client::types::{
    DeploymentHistoryActionStatus, DeploymentHistoryEnvironmentV2 as Past, ServiceActionEnum, ServiceActionStatusEnum,
    StateEnum, StatusDetails,
};

use super::action::Action;
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

/// How a service runs, from the state its last action left it in, and from nothing else.
///
/// `READY` is one that was never deployed unless its status has an execution: Qovery's console takes it beside a past
/// deployment for one that runs (720181b), so that the adapter reports it as unknown then.
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

/// The phase that a state stands for where it is the state of this action.
pub(super) fn phase_of(state: &StateEnum, asked: Action) -> Phase {
    match (asked.done_as(state), phase(state)) {
        (Some(_), _) => Phase::Succeeded,
        // The end of another action.
        (None, Phase::Succeeded) => Phase::Unknown,
        (None, phase) => phase,
    }
}

/// Whether nothing goes on in an execution with this state, whatever its action.
pub(super) fn is_end(state: &StateEnum) -> bool {
    phase(state).is_terminal()
        || matches!(state, StateEnum::Restarted | StateEnum::Stopped | StateEnum::Deleted | StateEnum::Ready)
}

/// The phase of a deployment, from its state and from the status of the action behind it; `asked` is what was triggered.
///
/// `action` and `how` are words of `ServiceActionEnum` and of `ServiceActionStatusEnum` or
/// `DeploymentHistoryActionStatus`, which agree in the words that both have.
pub(super) fn judge(state: &StateEnum, action: Option<&str>, how: Option<&str>, asked: Action) -> Phase {
    let phase = phase_of(state, asked);
    let is_over = phase.is_terminal() || self::phase(state).is_terminal();
    let agrees = action.is_none_or(|action| action == "UNKNOWN" || Some(action) == asked.done_as(state));
    match (phase, how) {
        // The state is still that of the last action, while the new action is reported already.
        (_, Some("QUEUED")) if is_over => Phase::Queued,
        (_, Some("ONGOING" | "EXECUTING")) if is_over => Phase::Running,
        (_, Some("CANCELING")) if is_over => Phase::Cancelling,
        (Phase::Succeeded, None | Some("SUCCESS")) if agrees => Phase::Succeeded,
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
pub(super) fn judge_service(state: &StateEnum, details: Option<&StatusDetails>, asked: Action) -> Phase {
    let action = details.and_then(|details| details.action.as_ref());
    let how = details.and_then(|details| details.status.as_ref());
    judge(state, action.map(ServiceActionEnum::as_str), how.map(ServiceActionStatusEnum::as_str), asked)
}

/// [`judge`] of an execution that the history lists.
pub(super) fn judge_past(entry: &Past, asked: Action) -> Phase {
    judge(&entry.status, None, entry.action_status.as_ref().map(DeploymentHistoryActionStatus::as_str), asked)
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
            assert_ne!(
                judge(&StateEnum::from(word), Some("DEPLOY"), Some("SUCCESS"), Action::Deploy),
                Phase::Succeeded,
                "{word}"
            );
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
            assert_eq!(judge(&state, Some("DEPLOY"), Some(how), Action::Deploy), expected, "{state} {how}");
        }
        assert_eq!(judge(&StateEnum::Deployed, Some("RESTART"), Some("SUCCESS"), Action::Deploy), Phase::Unknown);
    }

    #[test]
    fn each_action_succeeds_in_its_own_word_alone() {
        let successes = |asked: Action| {
            let succeeds = |state: &&StateEnum, action: &str| {
                judge(state, Some(action), Some("SUCCESS"), asked) == Phase::Succeeded
            };
            let words = ServiceActionEnum::KNOWN.iter().map(ServiceActionEnum::as_str);
            let pairs = words.flat_map(|action| StateEnum::KNOWN.iter().map(move |state| (state, action)));
            pairs
                .filter(|(state, action)| succeeds(state, action))
                .map(|(state, action)| format!("{state} {action}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(successes(Action::Deploy), ["DEPLOYED DEPLOY", "DEPLOYED UNKNOWN"]);
        assert_eq!(successes(Action::Rollback), ["DEPLOYED DEPLOY", "DEPLOYED UNKNOWN"]);
        assert_eq!(successes(Action::Restart), ["RESTARTED RESTART", "RESTARTED UNKNOWN"]);
        let redeployed = ["DEPLOYED DEPLOY", "RESTARTED RESTART", "DEPLOYED UNKNOWN", "RESTARTED UNKNOWN"];
        assert_eq!(successes(Action::Redeploy), redeployed);
    }

    #[test]
    fn the_state_from_before_a_restart_is_not_its_end() {
        let judged = |state: StateEnum, how: &str| judge(&state, Some("RESTART"), Some(how), Action::Restart);
        assert_eq!(judged(StateEnum::Deployed, "QUEUED"), Phase::Queued);
        assert_eq!(judged(StateEnum::Restarted, "ONGOING"), Phase::Running);
        assert_eq!(judged(StateEnum::Deployed, "SUCCESS"), Phase::Unknown);
        assert_eq!(judged(StateEnum::RestartError, "ERROR"), Phase::Failed);
    }

    #[test]
    fn recap_fails_only_if_the_action_did() {
        assert_eq!(judge(&StateEnum::Recap, Some("DEPLOY"), Some("ERROR"), Action::Deploy), Phase::Failed);
        assert_eq!(judge(&StateEnum::Recap, Some("DEPLOY"), Some("CANCELED"), Action::Deploy), Phase::Cancelled);
        assert_eq!(judge(&StateEnum::Recap, Some("DEPLOY"), Some("SUCCESS"), Action::Deploy), Phase::Unknown);
        assert_eq!(judge(&StateEnum::Unavailable, Some("DEPLOY"), Some("ERROR"), Action::Deploy), Phase::Unknown);
        assert_eq!(judge(&StateEnum::Ready, None, None, Action::Deploy), Phase::Unknown);
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
            let judged = judge(&state, action.as_deref(), how.as_deref(), Action::Deploy);
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
            let judged = judge(&StateEnum::from(word.as_str()), Some("DEPLOY"), how.as_deref(), Action::Deploy);
            prop_assert!(judged != Phase::Failed || word.ends_with("ERROR") || how.as_deref() == Some("ERROR"));
            prop_assert!(judged != Phase::Cancelled || how.as_deref() == Some("CANCELED"));
        }
    }
}
