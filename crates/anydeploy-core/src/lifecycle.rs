//! How a target runs, and what starting or stopping it changed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::json::VersionOne;
use crate::{Deployment, DeploymentId, ServiceState, Target};

/// A state to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DesiredState {
    /// The target runs: [`ServiceState::Running`], and nothing less.
    Running,
    /// The target does not run: [`ServiceState::Stopped`] or [`ServiceState::NeverDeployed`].
    Stopped,
}

impl DesiredState {
    /// The state in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
        }
    }

    /// Whether a state is this one.
    #[must_use]
    pub const fn is_met_by(self, state: ServiceState) -> bool {
        match self {
            Self::Running => matches!(state, ServiceState::Running),
            Self::Stopped => matches!(state, ServiceState::Stopped | ServiceState::NeverDeployed),
        }
    }
}

impl fmt::Display for DesiredState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A start or stop that the platform accepted, with what is needed to wait for it.
///
/// It has a [JSON form](crate#json), so that another process can wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StateChange {
    #[serde(default)]
    v: VersionOne,
    /// What was started or stopped.
    pub target: Target,
    /// The state that was asked for.
    pub desired: DesiredState,
    /// How it ran before.
    pub before: ServiceState,
    /// Whether a request was sent; false if the target was in that state already, or on its way there.
    pub sent: bool,
    /// The deployment that the platform made of a start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<Deployment>,
    /// Deployments of the target that were under way, and may start it again after a stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under_way: Vec<DeploymentId>,
}

impl StateChange {
    /// A change for which nothing was sent.
    #[must_use]
    pub const fn new(target: Target, desired: DesiredState, before: ServiceState) -> Self {
        Self { v: VersionOne, target, desired, before, sent: false, deployment: None, under_way: Vec::new() }
    }

    /// The same change, for which a request was sent or not.
    #[must_use]
    pub const fn with_sent(mut self, sent: bool) -> Self {
        self.sent = sent;
        self
    }

    /// The same change, with the deployment that the platform made of it.
    #[must_use]
    pub fn with_deployment(mut self, deployment: Option<Deployment>) -> Self {
        self.deployment = deployment;
        self
    }

    /// The same change, with the deployments of the target that were under way.
    #[must_use]
    pub fn with_under_way(mut self, under_way: Vec<DeploymentId>) -> Self {
        self.under_way = under_way;
        self
    }
}

/// How a target runs, and whether that is a result yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunState {
    #[serde(default)]
    v: VersionOne,
    /// How it runs.
    pub state: ServiceState,
    /// The platform's own word for that, as it came.
    pub raw_state: String,
    /// Why the state is no result yet, in one line, such as "a deployment is under way"; `None` if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busy: Option<String>,
    /// Deployments of the target that are under way, and that no request to stop it waits behind: each may start it again
    /// after a stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under_way: Vec<DeploymentId>,
}

impl RunState {
    /// A state that is a result.
    #[must_use]
    pub fn new(state: ServiceState, raw_state: impl Into<String>) -> Self {
        Self { v: VersionOne, state, raw_state: raw_state.into(), busy: None, under_way: Vec::new() }
    }

    /// The same state, which is no result yet for this reason.
    #[must_use]
    pub fn with_busy(mut self, busy: Option<String>) -> Self {
        self.busy = busy;
        self
    }

    /// The same state, with the deployments that are under way.
    #[must_use]
    pub fn with_under_way(mut self, under_way: Vec<DeploymentId>) -> Self {
        self.under_way = under_way;
        self
    }

    /// Whether the target is in a state for good, as far as the platform reports it: nothing is under way.
    #[must_use]
    pub fn has_reached(&self, desired: DesiredState) -> bool {
        self.busy.is_none() && self.under_way.is_empty() && desired.is_met_by(self.state)
    }
}

impl fmt::Display for RunState {
    /// Such as `starting (restarting:unknown), a deployment is under way`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.state)?;
        if !self.raw_state.eq_ignore_ascii_case(self.state.as_str()) {
            write!(f, " ({})", self.raw_state)?;
        }
        match &self.busy {
            Some(busy) => write!(f, ", {busy}"),
            None => Ok(()),
        }
    }
}
