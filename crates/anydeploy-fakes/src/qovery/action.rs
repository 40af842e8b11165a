//! What can be done to a service, and the words Qovery uses for it.

/// What a request asks for; requests of one user with the same action merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Deploy,
    DryRun,
    ForceUnlock,
    MigrateState,
    Restart,
    Stop,
    Uninstall,
    Delete,
    /// The older way to uninstall a terraform service: a DELETE that keeps the object.
    DeleteResources,
}

/// The words of the four families of actions.
#[derive(Debug)]
pub(super) struct Words {
    /// `ServiceActionEnum`.
    pub(super) action: &'static str,
    pub(super) queued: &'static str,
    pub(super) doing: &'static str,
    pub(super) done: &'static str,
    pub(super) error: &'static str,
}

const DEPLOY: Words = Words {
    action: "DEPLOY",
    queued: "DEPLOYMENT_QUEUED",
    doing: "DEPLOYING",
    done: "DEPLOYED",
    error: "DEPLOYMENT_ERROR",
};
const RESTART: Words = Words {
    action: "RESTART",
    queued: "RESTART_QUEUED",
    doing: "RESTARTING",
    done: "RESTARTED",
    error: "RESTART_ERROR",
};
const STOP: Words =
    Words { action: "STOP", queued: "STOP_QUEUED", doing: "STOPPING", done: "STOPPED", error: "STOP_ERROR" };
const DELETE: Words =
    Words { action: "DELETE", queued: "DELETE_QUEUED", doing: "DELETING", done: "DELETED", error: "DELETE_ERROR" };

impl Action {
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::Deploy | Self::DryRun | Self::ForceUnlock | Self::MigrateState => &DEPLOY,
            Self::Restart => &RESTART,
            Self::Stop => &STOP,
            Self::Uninstall | Self::Delete | Self::DeleteResources => &DELETE,
        }
    }

    /// `DeploymentHistoryTriggerAction`.
    pub(super) fn trigger(self) -> &'static str {
        match self {
            Self::Deploy => "DEPLOY",
            // That a dry run is what a terraform plan or a helm diff is listed as is inferred from the word alone.
            Self::DryRun => "DEPLOY_DRY_RUN",
            Self::ForceUnlock => "TERRAFORM_FORCE_UNLOCK",
            Self::MigrateState => "TERRAFORM_MIGRATE_STATE",
            Self::Restart => "RESTART",
            Self::Stop => "STOP",
            Self::Uninstall => "UNINSTALL",
            Self::Delete => "DELETE",
            Self::DeleteResources => "DELETE_RESOURCES_ONLY",
        }
    }

    /// `ServiceSubActionEnum` for a service of this kind.
    pub(super) fn sub_action(self, terraform: bool) -> &'static str {
        match self {
            _ if !terraform => "NONE",
            Self::Deploy => "TERRAFORM_PLAN_AND_APPLY",
            Self::DryRun => "TERRAFORM_PLAN_ONLY",
            Self::ForceUnlock => "TERRAFORM_FORCE_UNLOCK_STATE",
            Self::MigrateState => "TERRAFORM_MIGRATE_STATE",
            Self::Uninstall | Self::Delete | Self::DeleteResources => "TERRAFORM_DESTROY",
            Self::Restart | Self::Stop => "NONE",
        }
    }
}

/// `ServiceActionStatusEnum` for a state; what a state means follows its ending, as in Qovery's own clients.
pub(super) fn action_status(state: &str) -> &'static str {
    match state {
        "READY" => "NEVER",
        "DEPLOYED" | "RESTARTED" | "STOPPED" | "DELETED" => "SUCCESS",
        "CANCELED" => "CANCELED",
        "CANCELING" => "CANCELING",
        "EXECUTING" => "EXECUTING",
        // The web console paints it as an error.
        "RECAP" => "ERROR",
        _ if state.ends_with("ERROR") => "ERROR",
        _ if state.ends_with("QUEUED") || state.starts_with("WAITING") => "QUEUED",
        _ => "ONGOING",
    }
}
