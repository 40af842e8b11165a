//! What a service is and how it runs, which says nothing about how a deployment of it ended.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Target;

/// How a service runs at the moment.
///
/// Never derive the outcome of a deployment from it: after a failed deployment the old version may well be running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ServiceState {
    /// It was never deployed.
    NeverDeployed,
    /// It is being started, restarted or rolled out.
    Starting,
    /// It runs.
    Running,
    /// It runs in part, or badly.
    Degraded,
    /// It is being stopped or deleted.
    Stopping,
    /// It does not run.
    Stopped,
    /// The last thing done to it failed.
    Failed,
    /// The platform used a word this version does not know, or could not say.
    Unknown,
}

impl ServiceState {
    /// The state in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverDeployed => "never deployed",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Degraded => "degraded",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for ServiceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something that can be deployed, and how it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Service {
    /// What to pass to [`deploy`](crate::Deployer::deploy).
    pub target: Target,
    /// The name people gave it; names are not unique on any of the platforms.
    pub name: String,
    /// How it runs.
    pub state: ServiceState,
    /// The platform's own word for that, as it came.
    pub raw_state: String,
    /// Where it is reachable, as far as the platform says so.
    #[serde(default)]
    pub urls: Vec<String>,
}

impl Service {
    /// A service without URLs.
    #[must_use]
    pub fn new(target: Target, name: impl Into<String>, state: ServiceState, raw_state: impl Into<String>) -> Self {
        Self { target, name: name.into(), state, raw_state: raw_state.into(), urls: Vec::new() }
    }

    /// The same service with these URLs.
    #[must_use]
    pub fn with_urls(mut self, urls: Vec<String>) -> Self {
        self.urls = urls;
        self
    }
}
