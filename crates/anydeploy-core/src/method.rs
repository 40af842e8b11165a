//! The methods of the trait, by name.

use std::fmt;

/// A method of [`Deployer`](crate::Deployer) that asks the platform something.
///
/// Layers name it in their events, and test doubles in what they are told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// [`Deployer::deploy`](crate::Deployer::deploy).
    Deploy,
    /// [`Deployer::deployment`](crate::Deployer::deployment).
    Deployment,
    /// [`Deployer::deployments_by_id`](crate::Deployer::deployments_by_id).
    DeploymentsById,
    /// [`Deployer::history`](crate::Deployer::history).
    History,
    /// [`Deployer::cancel`](crate::Deployer::cancel).
    Cancel,
    /// [`Deployer::logs`](crate::Deployer::logs).
    Logs,
    /// [`Deployer::service`](crate::Deployer::service).
    Service,
    /// [`Deployer::services`](crate::Deployer::services).
    Services,
    /// [`Deployer::check`](crate::Deployer::check).
    Check,
}

impl Method {
    /// The method's name as it stands in the trait.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Deployment => "deployment",
            Self::DeploymentsById => "deployments_by_id",
            Self::History => "history",
            Self::Cancel => "cancel",
            Self::Logs => "logs",
            Self::Service => "service",
            Self::Services => "services",
            Self::Check => "check",
        }
    }

    /// What the method is for, as the end of "this platform does not offer …".
    pub(crate) const fn purpose(self) -> &'static str {
        match self {
            Self::Deploy => "deploying",
            Self::Deployment | Self::DeploymentsById => "reading a deployment",
            Self::History => "a history of deployments",
            Self::Cancel => "cancelling a deployment",
            Self::Logs => "the log of a deployment",
            Self::Service => "reading a service",
            Self::Services => "a list of services",
            Self::Check => "checking a credential",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
