//! The previews of pull requests.

use anydeploy_mask::mask;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::json::VersionOne;
use crate::{ServiceState, Target};

/// The preview of a pull request: a copy of a target that runs the branch of that pull request.
///
/// [`DeployRequest::with_pull_request`](crate::DeployRequest::with_pull_request) deploys it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Preview {
    #[serde(default)]
    v: VersionOne,
    /// The number of the pull request.
    pub pull_request: u64,
    /// The preview itself where the platform has it as a target of its own, otherwise the target that it is a copy of.
    pub target: Target,
    /// How it runs.
    pub state: ServiceState,
    /// The platform's own word for that, as it came; empty where it has none.
    pub raw_state: String,
    /// Whether it exists; `None` where only its deployments are listed, so that it may have been deleted since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// The title of the pull request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The branch of the pull request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Where it is reachable, as far as the platform reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was deployed last, by the platform's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_at: Option<DateTime<Utc>>,
}

impl Preview {
    /// A preview in a state, and the platform's word for that.
    #[must_use]
    pub fn new(target: Target, pull_request: u64, state: ServiceState, raw_state: impl Into<String>) -> Self {
        Self {
            v: VersionOne,
            pull_request,
            target,
            state,
            raw_state: raw_state.into(),
            exists: None,
            title: None,
            branch: None,
            url: None,
            deployed_at: None,
        }
    }

    /// The same preview, with whether it exists.
    #[must_use]
    pub const fn with_exists(mut self, exists: Option<bool>) -> Self {
        self.exists = exists;
        self
    }

    /// The same preview with a title, whose secrets are masked by [`mask`](crate::mask).
    #[must_use]
    pub fn with_title(mut self, title: Option<String>) -> Self {
        self.title = title.map(|title| mask(&title));
        self
    }

    /// The same preview, with its branch.
    #[must_use]
    pub fn with_branch(mut self, branch: Option<String>) -> Self {
        self.branch = branch;
        self
    }

    /// The same preview, with where it is reachable.
    #[must_use]
    pub fn with_url(mut self, url: Option<String>) -> Self {
        self.url = url;
        self
    }

    /// The same preview, with when it was deployed last.
    #[must_use]
    pub const fn with_deployed_at(mut self, deployed_at: Option<DateTime<Utc>>) -> Self {
        self.deployed_at = deployed_at;
        self
    }
}
