//! The methods of the trait, by name.

use std::fmt;

use crate::{Ability, CallKind, Group};

/// A method of [`Deployer`](crate::Deployer) or of one of its groups that sends something to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// [`Deployer::deploy`](crate::Deployer::deploy).
    Deploy,
    /// [`Deployer::deployment`](crate::Deployer::deployment).
    Deployment,
    /// [`Deployer::deployments`](crate::Deployer::deployments).
    Deployments,
    /// [`TwoPhase::prepare_trigger`](crate::TwoPhase::prepare_trigger).
    Prepare,
    /// [`TwoPhase::send_trigger`](crate::TwoPhase::send_trigger).
    Send,
    /// [`TwoPhase::recover_trigger`](crate::TwoPhase::recover_trigger).
    Recover,
    /// [`History::list_deployments`](crate::History::list_deployments).
    History,
    /// [`History::list_page`](crate::History::list_page).
    HistoryPage,
    /// [`Cancel::request_cancel`](crate::Cancel::request_cancel).
    Cancel,
    /// [`Logs::read_log`](crate::Logs::read_log).
    Logs,
    /// [`Logs::read_service_log`](crate::Logs::read_service_log).
    ServiceLogs,
    /// [`Logs::explain_deployment`](crate::Logs::explain_deployment).
    Explain,
    /// [`Health::read_health`](crate::Health::read_health).
    Health,
    /// [`Catalog::read_service`](crate::Catalog::read_service).
    Service,
    /// [`Catalog::list_services`](crate::Catalog::list_services).
    Services,
    /// [`Catalog::find_service`](crate::Catalog::find_service).
    Find,
    /// [`Catalog::list_matching`](crate::Catalog::list_matching).
    FindMatching,
    /// [`Catalog::list_domains`](crate::Catalog::list_domains).
    Domains,
    /// [`Catalog::check_credential`](crate::Catalog::check_credential).
    Check,
    /// [`Lifecycle::start_target`](crate::Lifecycle::start_target).
    Start,
    /// [`Lifecycle::stop_target`](crate::Lifecycle::stop_target).
    Stop,
    /// [`Lifecycle::read_state`](crate::Lifecycle::read_state).
    State,
    /// [`Rollback::list_rollback_targets`](crate::Rollback::list_rollback_targets).
    RollbackTargets,
    /// [`Variables::read_variables`](crate::Variables::read_variables).
    Variables,
    /// [`Variables::plan_changes`](crate::Variables::plan_changes).
    PlanVariables,
    /// [`Variables::apply_plan`](crate::Variables::apply_plan).
    ApplyVariables,
    /// [`Previews::list_previews`](crate::Previews::list_previews).
    Previews,
    /// [`Previews::remove_preview`](crate::Previews::remove_preview).
    DeletePreview,
    /// [`Selections::trigger_selection`](crate::Selections::trigger_selection).
    DeploySelection,
}

impl Method {
    /// The group it belongs to; `None` for those that every deployer has.
    #[must_use]
    pub const fn group(self) -> Option<Group> {
        match self {
            Self::Deploy | Self::Deployment | Self::Deployments => None,
            Self::Prepare | Self::Send | Self::Recover => Some(Group::TwoPhase),
            Self::History | Self::HistoryPage => Some(Group::History),
            Self::Cancel => Some(Group::Cancel),
            Self::Logs | Self::ServiceLogs | Self::Explain => Some(Group::Logs),
            Self::Health => Some(Group::Health),
            Self::Service | Self::Services | Self::Find | Self::FindMatching | Self::Domains | Self::Check => {
                Some(Group::Catalog)
            }
            Self::Start | Self::Stop | Self::State => Some(Group::Lifecycle),
            Self::RollbackTargets => Some(Group::Rollback),
            Self::Variables | Self::PlanVariables | Self::ApplyVariables => Some(Group::Variables),
            Self::Previews | Self::DeletePreview => Some(Group::Previews),
            Self::DeploySelection => Some(Group::Selections),
        }
    }

    /// What a call of it does on the platform.
    #[must_use]
    pub const fn kind(self) -> CallKind {
        match self {
            Self::Deploy | Self::Send | Self::DeploySelection => CallKind::Trigger,
            Self::Cancel => CallKind::Cancel,
            Self::Start | Self::Stop | Self::ApplyVariables | Self::DeletePreview => CallKind::Write,
            Self::Deployment
            | Self::Deployments
            | Self::Prepare
            | Self::Recover
            | Self::History
            | Self::HistoryPage
            | Self::Logs
            | Self::ServiceLogs
            | Self::Explain
            | Self::Health
            | Self::Service
            | Self::Services
            | Self::Find
            | Self::FindMatching
            | Self::Domains
            | Self::Check
            | Self::State
            | Self::RollbackTargets
            | Self::Variables
            | Self::PlanVariables
            | Self::Previews => CallKind::Read,
        }
    }

    /// The method's short name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Deployment => "deployment",
            Self::Deployments => "deployments",
            Self::Prepare => "prepare",
            Self::Send => "send",
            Self::Recover => "recover",
            Self::History => "history",
            Self::HistoryPage => "history_page",
            Self::Cancel => "cancel",
            Self::Logs => "logs",
            Self::ServiceLogs => "service_logs",
            Self::Explain => "explain",
            Self::Health => "health",
            Self::Service => "service",
            Self::Services => "services",
            Self::Find => "find",
            Self::FindMatching => "find_matching",
            Self::Domains => "domains",
            Self::Check => "check",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::State => "state",
            Self::RollbackTargets => "rollback_targets",
            Self::Variables => "variables",
            Self::PlanVariables => "plan_variables",
            Self::ApplyVariables => "apply_variables",
            Self::Previews => "previews",
            Self::DeletePreview => "delete_preview",
            Self::DeploySelection => "deploy_selection",
        }
    }

    /// What a target's kind has to be able to do for a call that changes it; `None` for the others.
    pub(crate) const fn ability(self) -> Option<Ability> {
        match self {
            Self::Start => Some(Ability::Start),
            Self::Stop => Some(Ability::Stop),
            Self::ApplyVariables => Some(Ability::Variables),
            Self::DeletePreview => Some(Ability::Previews),
            _ => None,
        }
    }

    /// What the method is for, as the end of "this platform does not offer …".
    pub(crate) const fn purpose(self) -> &'static str {
        match self {
            Self::Deploy => "deploying",
            Self::Deployment | Self::Deployments => "reading a deployment",
            Self::Prepare | Self::Send | Self::Recover => "deploying in two steps",
            Self::History | Self::HistoryPage => "a history of deployments",
            Self::Cancel => "cancelling a deployment",
            Self::Logs => "the log of a deployment",
            Self::ServiceLogs => "the log of a running service",
            Self::Explain => "the stages of a deployment",
            Self::Health => "the health of a target",
            Self::Service => "reading a service",
            Self::Services | Self::Find | Self::FindMatching => "a list of services",
            Self::Domains => "the domains of a target",
            Self::Check => "checking a credential",
            Self::Start => "starting a target",
            Self::Stop => "stopping a target",
            Self::State => "reading how a target runs",
            Self::RollbackTargets => "versions to go back to",
            Self::Variables | Self::PlanVariables | Self::ApplyVariables => "the variables of a target",
            Self::Previews | Self::DeletePreview => "the previews of pull requests",
            Self::DeploySelection => "deploying several targets by one request",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
