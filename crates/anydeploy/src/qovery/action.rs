//! What a deployment does besides deploying: an event of a job, an action on a Terraform service.

use qovery_client::types::{
    DeploymentHistoryTriggerAction as Trigger, JobForceEvent, ServiceSubActionEnum, StatusDetails,
};

use serde::{Deserialize, Serialize};

use crate::{DeployRequest, JobEvent, TerraformAction};

/// The words of actions in ids.
const WORDS: [(Action, &str); 7] = [
    (Action::Event(JobEvent::Start), "start"),
    (Action::Event(JobEvent::Stop), "stop"),
    (Action::Event(JobEvent::Delete), "delete"),
    (Action::Event(JobEvent::Cron), "cron"),
    (Action::Terraform(TerraformAction::Plan), "plan"),
    (Action::Terraform(TerraformAction::ForceUnlock), "force_unlock"),
    (Action::Terraform(TerraformAction::MigrateState), "migrate_state"),
];

/// What a trigger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    Deploy,
    Event(JobEvent),
    Terraform(TerraformAction),
}

impl Action {
    /// What a request asks for; the capabilities say for which kinds of target it may.
    pub(super) fn of(request: &DeployRequest) -> Self {
        match (request.job_event(), request.terraform_action()) {
            (Some(event), _) => Self::Event(event),
            (None, Some(action)) => Self::Terraform(action),
            (None, None) => Self::Deploy,
        }
    }

    /// Its word in an id; none for a plain deployment.
    pub(super) fn word(self) -> Option<&'static str> {
        WORDS.into_iter().find_map(|(action, word)| (action == self).then_some(word))
    }

    /// The action of a word in an id.
    pub(super) fn of_word(word: Option<&str>) -> Self {
        let named = WORDS.into_iter().find(|(_, known)| word == Some(*known));
        named.map_or(Self::Deploy, |(action, _)| action)
    }

    /// The word of `forceEvent`.
    pub(super) const fn force_event(self) -> Option<JobForceEvent> {
        match self {
            Self::Event(JobEvent::Start) => Some(JobForceEvent::Start),
            Self::Event(JobEvent::Stop) => Some(JobForceEvent::Stop),
            Self::Event(JobEvent::Delete) => Some(JobForceEvent::Delete),
            Self::Event(JobEvent::Cron) => Some(JobForceEvent::Cron),
            _ => None,
        }
    }

    /// Whether a request or an execution that is listed under this word may be one with this action.
    ///
    /// The words of the Terraform actions are those of `DeploymentHistoryTriggerAction` and `TerraformDeployRequest` in
    /// the document of 2026-08-20.
    /// Under which word the event of a job is listed is not documented; Qovery's engine runs the job of a stop or delete
    /// event only under the pause or delete action (engine 59fa717), so that these words fit too.
    pub(super) fn may_be(self, listed: Option<&Trigger>) -> bool {
        let own = match self {
            Self::Event(JobEvent::Stop) => Some(&Trigger::Stop),
            Self::Event(JobEvent::Delete) => Some(&Trigger::Delete),
            Self::Terraform(TerraformAction::Plan) => Some(&Trigger::DeployDryRun),
            Self::Terraform(TerraformAction::ForceUnlock) => Some(&Trigger::TerraformForceUnlock),
            Self::Terraform(TerraformAction::MigrateState) => Some(&Trigger::TerraformMigrateState),
            _ => None,
        };
        listed == own || matches!(listed, None | Some(Trigger::Deploy | Trigger::Unknown | Trigger::Other(_)))
    }

    /// The action on Terraform that a service is listed with, if it is another one.
    pub(super) fn contradicted_by(self, details: Option<&StatusDetails>) -> Option<&ServiceSubActionEnum> {
        let own = match self {
            Self::Terraform(TerraformAction::Plan) => ServiceSubActionEnum::TerraformPlanOnly,
            Self::Terraform(TerraformAction::ForceUnlock) => ServiceSubActionEnum::TerraformForceUnlockState,
            Self::Terraform(TerraformAction::MigrateState) => ServiceSubActionEnum::TerraformMigrateState,
            _ => ServiceSubActionEnum::TerraformPlanAndApply,
        };
        let says_nothing = |listed: &_| matches!(listed, ServiceSubActionEnum::None | ServiceSubActionEnum::Other(_));
        details?.sub_action.as_ref().filter(|listed| **listed != own && !says_nothing(*listed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_read_back_from_its_word() {
        for action in [Action::Deploy, Action::Event(JobEvent::Delete), Action::Terraform(TerraformAction::Plan)] {
            assert_eq!(Action::of_word(action.word()), action);
        }
        assert_eq!(Action::of_word(Some("dance")), Action::Deploy);
    }

    #[test]
    fn a_plan_is_no_deployment_and_a_deployment_is_no_plan() {
        let plan = Action::Terraform(TerraformAction::Plan);
        assert!(plan.may_be(Some(&Trigger::DeployDryRun)) && !Action::Deploy.may_be(Some(&Trigger::DeployDryRun)));
        let listed = |word: ServiceSubActionEnum| -> Option<StatusDetails> {
            serde_json::from_value(serde_json::json!({ "sub_action": word.as_str() })).unwrap()
        };
        let contradicts =
            |action: Action, details: Option<StatusDetails>| action.contradicted_by(details.as_ref()).is_some();
        assert!(contradicts(plan, listed(ServiceSubActionEnum::TerraformPlanAndApply)));
        assert!(contradicts(Action::Deploy, listed(ServiceSubActionEnum::TerraformPlanOnly)));
        for word in [ServiceSubActionEnum::None, ServiceSubActionEnum::Other("NEW".into())] {
            let details = listed(word);
            assert!(
                !contradicts(plan, details.clone()) && !contradicts(Action::Deploy, details.clone()),
                "{details:?}"
            );
        }
        assert!(!contradicts(Action::Deploy, None));
    }

    #[test]
    fn a_restart_or_an_uninstall_is_none_of_them() {
        for action in [Action::Deploy, Action::Event(JobEvent::Stop), Action::Terraform(TerraformAction::Plan)] {
            for word in [Trigger::Restart, Trigger::Uninstall, Trigger::DeleteResourcesOnly] {
                assert!(!action.may_be(Some(&word)), "{action:?} {word}");
            }
            assert!(action.may_be(None) && action.may_be(Some(&Trigger::Other("NEW".into()))));
        }
        assert!(!Action::Deploy.may_be(Some(&Trigger::Stop)));
    }
}
