//! The methods of the trait, by name.

use std::fmt;

use crate::{CallKind, Group};

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
    /// [`Cancel::request_cancel`](crate::Cancel::request_cancel).
    Cancel,
    /// [`Logs::read_log`](crate::Logs::read_log).
    Logs,
    /// [`Catalog::read_service`](crate::Catalog::read_service).
    Service,
    /// [`Catalog::list_services`](crate::Catalog::list_services).
    Services,
    /// [`Catalog::find_service`](crate::Catalog::find_service).
    Find,
    /// [`Catalog::check_credential`](crate::Catalog::check_credential).
    Check,
}

impl Method {
    /// The group it belongs to; `None` for those that every deployer has.
    #[must_use]
    pub const fn group(self) -> Option<Group> {
        match self {
            Self::Deploy | Self::Deployment | Self::Deployments => None,
            Self::Prepare | Self::Send | Self::Recover => Some(Group::TwoPhase),
            Self::History => Some(Group::History),
            Self::Cancel => Some(Group::Cancel),
            Self::Logs => Some(Group::Logs),
            Self::Service | Self::Services | Self::Find | Self::Check => Some(Group::Catalog),
        }
    }

    /// What a call of it does on the platform.
    #[must_use]
    pub const fn kind(self) -> CallKind {
        match self {
            Self::Deploy | Self::Send => CallKind::Trigger,
            Self::Cancel => CallKind::Cancel,
            Self::Deployment
            | Self::Deployments
            | Self::Prepare
            | Self::Recover
            | Self::History
            | Self::Logs
            | Self::Service
            | Self::Services
            | Self::Find
            | Self::Check => CallKind::Read,
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
            Self::Cancel => "cancel",
            Self::Logs => "logs",
            Self::Service => "service",
            Self::Services => "services",
            Self::Find => "find",
            Self::Check => "check",
        }
    }

    /// What the method is for, as the end of "this platform does not offer …".
    pub(crate) const fn purpose(self) -> &'static str {
        match self {
            Self::Deploy => "deploying",
            Self::Deployment | Self::Deployments => "reading a deployment",
            Self::Prepare | Self::Send | Self::Recover => "deploying in two steps",
            Self::History => "a history of deployments",
            Self::Cancel => "cancelling a deployment",
            Self::Logs => "the log of a deployment",
            Self::Service => "reading a service",
            Self::Services | Self::Find => "a list of services",
            Self::Check => "checking a credential",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
