//! What a service is and how it runs, which says nothing about how a deployment of it ended.

mod domain;
mod query;

use std::fmt;

pub use domain::{Certificate, ServiceDomain};
pub use query::ServiceQuery;
use serde::{Deserialize, Serialize};

use crate::{RanRevision, Target};

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
    /// The name of the project that holds it; `None` where the platform does not report it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The name of the environment that holds it; its id, where known, is that of the
    /// [target](Target::environment_id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The image that it is set to run, with its tag; `None` if it is built, or the platform does not report it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The revision that was deployed last, as far as the platform reports it of the service itself.
    #[serde(default, skip_serializing_if = "is_unverified")]
    pub revision: RanRevision,
    /// The tags that people gave it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

fn is_unverified(revision: &RanRevision) -> bool {
    *revision == RanRevision::Unverified
}

impl Service {
    /// A service of which nothing else is known.
    #[must_use]
    pub fn new(target: Target, name: impl Into<String>, state: ServiceState, raw_state: impl Into<String>) -> Self {
        Self {
            target,
            name: name.into(),
            state,
            raw_state: raw_state.into(),
            urls: Vec::new(),
            project: None,
            environment: None,
            image: None,
            revision: RanRevision::Unverified,
            tags: Vec::new(),
        }
    }

    /// The same service with these URLs.
    #[must_use]
    pub fn with_urls(mut self, urls: Vec<String>) -> Self {
        self.urls = urls;
        self
    }

    /// The same service, with the name of the project that holds it.
    #[must_use]
    pub fn with_project(mut self, project: Option<String>) -> Self {
        self.project = project;
        self
    }

    /// The same service, with the name of the environment that holds it.
    #[must_use]
    pub fn with_environment(mut self, environment: Option<String>) -> Self {
        self.environment = environment;
        self
    }

    /// The same service, with the image that it is set to run.
    #[must_use]
    pub fn with_image(mut self, image: Option<String>) -> Self {
        self.image = image;
        self
    }

    /// The same service, with the revision that was deployed last.
    #[must_use]
    pub fn with_revision(mut self, revision: RanRevision) -> Self {
        self.revision = revision;
        self
    }

    /// The same service, with its tags.
    #[must_use]
    pub fn with_tags(mut self, tags: Vec<String>) -> Self {
        self.tags = tags;
        self
    }
}
