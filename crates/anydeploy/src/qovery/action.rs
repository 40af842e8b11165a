//! What a trigger does: it deploys, restarts, redeploys or goes back, runs an event of a job, acts on a Terraform service.

use qovery_client::types::{
    DeploymentHistoryTriggerAction as Trigger, JobForceEvent, ServiceSubActionEnum, StateEnum, StatusDetails,
};

use serde::{Deserialize, Serialize};

use crate::{Ability, Capabilities, DeployRequest, JobEvent, TargetKind, TerraformAction};

/// The words of actions in ids; an older release reads one that it does not know as a deployment, and then sees no success
/// in the end of another action.
const WORDS: [(Action, &str); 10] = [
    (Action::Restart, "restart"),
    (Action::Redeploy, "redeploy"),
    (Action::Rollback, "rollback"),
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
    Restart,
    Redeploy,
    /// A deployment of a revision that ran before: Qovery has no other way back.
    Rollback,
    Event(JobEvent),
    Terraform(TerraformAction),
}

impl Action {
    /// What a request asks for; the capabilities say for which kinds of target it may.
    pub(super) fn of(request: &DeployRequest) -> Self {
        match (request.action(), request.job_event(), request.terraform_action()) {
            (crate::Action::Restart, ..) => Self::Restart,
            (crate::Action::Redeploy, ..) => Self::Redeploy,
            (crate::Action::Rollback, ..) => Self::Rollback,
            (_, Some(event), _) => Self::Event(event),
            (_, None, Some(action)) => Self::Terraform(action),
            (_, None, None) => Self::Deploy,
        }
    }

    /// What it is for callers.
    pub(super) const fn asked(self) -> crate::Action {
        match self {
            Self::Restart => crate::Action::Restart,
            Self::Redeploy => crate::Action::Redeploy,
            Self::Rollback => crate::Action::Rollback,
            Self::Deploy | Self::Event(_) | Self::Terraform(_) => crate::Action::Deploy,
        }
    }

    /// Whether the call takes a revision; the others leave what is deployed as it is.
    pub(super) const fn takes_revision(self) -> bool {
        !matches!(self, Self::Restart | Self::Redeploy)
    }

    /// Whether it is about the state of what was deployed, so that it names a revision only if the caller does.
    ///
    /// The console sends an unlock and a migration without a commit (720181b, `service-actions.tsx`).
    pub(super) const fn keeps_deployed(self) -> bool {
        matches!(self, Self::Terraform(TerraformAction::ForceUnlock | TerraformAction::MigrateState))
    }

    /// The word of `ServiceActionEnum` under which a state is the success of it, if it is one.
    ///
    /// Whether a redeployment is one of deploying or of restarting is unproven: the Terraform provider takes it for
    /// `RESTARTED`, and the console shows it as a deployment.
    pub(super) const fn done_as(self, state: &StateEnum) -> Option<&'static str> {
        match (self, state) {
            (Self::Restart, StateEnum::Deployed) => None,
            (_, StateEnum::Deployed) => Some("DEPLOY"),
            (Self::Restart | Self::Redeploy, StateEnum::Restarted) => Some("RESTART"),
            _ => None,
        }
    }

    /// What the platform does beside, or other than, what the name of a finished action on a kind of target says.
    pub(super) fn note_for(self, kind: &TargetKind) -> Option<&'static str> {
        match self {
            Self::Rollback => Some("the variables and the other settings are those of today"),
            Self::Redeploy => Some("Qovery restarts nothing in a redeployment unless something has changed"),
            // The document says so (2026-08-20, line 6246); to the console and the command line this call is a redeployment
            // (720181b, 210d6c6), and the newest versions are another dialog.
            Self::Deploy if *kind == TargetKind::Environment => {
                Some("that Qovery deploys a whole environment with the newest commits is not proven")
            }
            _ => None,
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
            Self::Restart | Self::Redeploy => Some(&Trigger::Restart),
            Self::Event(JobEvent::Stop) => Some(&Trigger::Stop),
            Self::Event(JobEvent::Delete) => Some(&Trigger::Delete),
            Self::Terraform(TerraformAction::Plan) => Some(&Trigger::DeployDryRun),
            Self::Terraform(TerraformAction::ForceUnlock) => Some(&Trigger::TerraformForceUnlock),
            Self::Terraform(TerraformAction::MigrateState) => Some(&Trigger::TerraformMigrateState),
            Self::Deploy | Self::Rollback | Self::Event(_) | Self::Terraform(_) => None,
        };
        match listed {
            None | Some(Trigger::Unknown | Trigger::Other(_)) => true,
            Some(Trigger::Deploy) => self != Self::Restart,
            listed => listed == own,
        }
    }

    /// The action behind a request or an execution that is listed under this word, if it may start a target.
    pub(super) fn of_listed(listed: Option<&Trigger>) -> Option<Self> {
        match listed {
            Some(Trigger::Restart) => Some(Self::Restart),
            Some(Trigger::Stop | Trigger::Delete | Trigger::Uninstall | Trigger::DeleteResourcesOnly) => None,
            _ => Some(Self::Deploy),
        }
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

/// Adds what can be done with each kind of target besides deploying it (document of 2026-08-20).
pub(super) fn with_actions(deploys: Capabilities) -> Capabilities {
    use TargetKind::{Application, Container, Database, Environment, Helm, Job, Terraform};
    let capabilities = [Application, Container, Database]
        .into_iter()
        .fold(deploys, |capabilities, kind| capabilities.with_action(kind, crate::Action::Restart, &[]));
    // The history of a Terraform service names no commit, and a database and an environment have no versions.
    let capabilities = [Application, Container, Job, Helm].into_iter().fold(capabilities, |capabilities, kind| {
        capabilities.with_action(kind.clone(), crate::Action::Rollback, &[]).with_abilities(kind, &[Ability::Rollback])
    });
    let kinds = [Application, Container, Job, Helm, Terraform, Database, Environment];
    kinds.into_iter().fold(capabilities, |capabilities, kind| {
        // There is no call that stops a Terraform service.
        let lifecycle: &[Ability] = if kind == Terraform { &[] } else { &[Ability::Start, Ability::Stop] };
        // No variable has a database as its scope.
        let variables: &[Ability] = if kind == Database { &[] } else { &[Ability::Variables] };
        // Only these have links (document of 2026-08-20).
        let has_links = matches!(kind, Application | Container | Helm | Environment);
        let domains: &[Ability] = if has_links { &[Ability::Domains] } else { &[] };
        // Only these have a log by REST (document of 2026-08-20, lines 8455 and 9507).
        let service_logs: &[Ability] =
            if matches!(kind, Application | Container) { &[Ability::ServiceLogs] } else { &[] };
        // A job runs to its end, and of a Terraform service nothing runs.
        let health: &[Ability] = if matches!(kind, Job | Terraform) { &[] } else { &[Ability::Health] };
        let together: &[Ability] = if kind == Environment { &[] } else { &[Ability::DeployTogether] };
        capabilities
            .with_action(kind.clone(), crate::Action::Redeploy, &[])
            .with_abilities(kind.clone(), domains)
            .with_abilities(kind.clone(), together)
            .with_abilities(kind.clone(), lifecycle)
            .with_abilities(kind.clone(), variables)
            .with_abilities(kind.clone(), service_logs)
            .with_abilities(kind.clone(), health)
            .with_abilities(kind, &[Ability::History, Ability::Cancel, Ability::Logs, Ability::Explain])
    })
}

/// What to do instead of an action that Qovery does not have for a kind of target.
pub(super) fn advice(kind: &TargetKind, action: crate::Action) -> Option<&'static str> {
    match (kind, action) {
        (
            TargetKind::Job | TargetKind::Helm | TargetKind::Terraform | TargetKind::Environment,
            crate::Action::Restart,
        ) => Some("Qovery restarts only applications, containers and databases; redeploy it"),
        (TargetKind::Terraform, crate::Action::Rollback) => {
            Some("the history of a Terraform service names no commit; deploy the commit that you know")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_read_back_from_its_word() {
        for action in [
            Action::Deploy,
            Action::Restart,
            Action::Redeploy,
            Action::Rollback,
            Action::Event(JobEvent::Delete),
            Action::Terraform(TerraformAction::Plan),
        ] {
            assert_eq!(Action::of_word(action.word()), action);
        }
        assert_eq!(Action::of_word(Some("dance")), Action::Deploy);
    }

    #[test]
    fn a_restart_is_no_deployment_and_a_redeployment_may_be_listed_as_either() {
        let listed =
            |action: Action| [Trigger::Deploy, Trigger::Restart, Trigger::Stop].map(|word| action.may_be(Some(&word)));
        assert_eq!(listed(Action::Restart), [false, true, false]);
        assert_eq!(listed(Action::Redeploy), [true, true, false]);
        assert_eq!(listed(Action::Deploy), [true, false, false]);
        assert_eq!(listed(Action::Rollback), [true, false, false]);
        for action in [Action::Restart, Action::Redeploy, Action::Deploy] {
            assert!(action.may_be(None) && action.may_be(Some(&Trigger::Other("NEW".into()))));
        }
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
    fn only_an_unlock_and_a_migration_are_about_what_was_deployed() {
        use TerraformAction::{ForceUnlock, MigrateState, Plan};
        let actions = [Action::Deploy, Action::Rollback, Action::Event(JobEvent::Start)];
        let actions = actions.into_iter().chain([Plan, ForceUnlock, MigrateState].map(Action::Terraform));
        let keeping: Vec<_> = actions.filter(|action| action.keeps_deployed()).collect();
        assert_eq!(keeping, [Action::Terraform(ForceUnlock), Action::Terraform(MigrateState)]);
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
