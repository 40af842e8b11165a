//! The versions that a target can go back to.

use anydeploy_mask::mask;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::json::VersionOne;
use crate::{DeploymentId, RanRevision, Result, RollbackObstacle, Target};

/// A version to go back to, as the platform names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RollbackPoint {
    /// The platform's own id of the version: a commit, a tag, or the id of a kept image.
    pub id: String,
    /// The revision, as far as the platform reports it; it is compared with the one that ran.
    #[serde(default)]
    pub revision: RanRevision,
    /// The newest deployment of the target when the list was read; another one by now is a
    /// [`Conflict`](crate::ErrorKind::Conflict).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
}

impl RollbackPoint {
    /// A version by the platform's id of it.
    #[must_use]
    pub fn new(id: impl Into<String>, revision: RanRevision) -> Self {
        Self { id: id.into(), revision, newest: None }
    }

    /// The same version, with the newest deployment of the target.
    #[must_use]
    pub fn with_newest(mut self, newest: Option<String>) -> Self {
        self.newest = newest;
        self
    }
}

/// One version that a target ran, and whether it can go back to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RollbackTarget {
    #[serde(default)]
    v: VersionOne,
    /// The target that ran it.
    pub target: Target,
    /// The version.
    pub point: RollbackPoint,
    /// The deployment that ran it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
    /// The title of that deployment, or the message of its commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it was deployed, by the platform's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_at: Option<DateTime<Utc>>,
    /// Whether it runs now; `None` where the platform does not report it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_current: Option<bool>,
    /// Whether going back builds it anew; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builds: Option<bool>,
    /// Why the target cannot go back to it; `None` if it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<RollbackObstacle>,
}

impl RollbackTarget {
    /// A version of a target that it can go back to.
    #[must_use]
    pub const fn new(target: Target, point: RollbackPoint) -> Self {
        Self {
            v: VersionOne,
            target,
            point,
            deployment: None,
            title: None,
            deployed_at: None,
            is_current: None,
            builds: None,
            obstacle: None,
        }
    }

    /// The same version, with the deployment that ran it.
    #[must_use]
    pub fn with_deployment(mut self, deployment: Option<DeploymentId>) -> Self {
        self.deployment = deployment;
        self
    }

    /// The same version with a title, whose secrets are masked by [`mask`](crate::mask).
    #[must_use]
    pub fn with_title(mut self, title: Option<String>) -> Self {
        self.title = title.map(|title| mask(&title));
        self
    }

    /// The same version, with when it was deployed.
    #[must_use]
    pub const fn with_deployed_at(mut self, deployed_at: Option<DateTime<Utc>>) -> Self {
        self.deployed_at = deployed_at;
        self
    }

    /// The same version, with whether it runs now.
    #[must_use]
    pub const fn with_current(mut self, is_current: Option<bool>) -> Self {
        self.is_current = is_current;
        self
    }

    /// The same version, with whether going back builds it anew.
    #[must_use]
    pub const fn with_builds(mut self, builds: Option<bool>) -> Self {
        self.builds = builds;
        self
    }

    /// The same version, with why the target cannot go back to it.
    #[must_use]
    pub const fn with_obstacle(mut self, obstacle: Option<RollbackObstacle>) -> Self {
        self.obstacle = obstacle;
        self
    }

    /// Checks that nothing prevents going back to it, as far as the list said.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) with its [obstacle](crate::Error::obstacle).
    pub fn check(&self) -> Result<()> {
        match self.obstacle {
            Some(obstacle) => Err(obstacle.to_error()),
            None => Ok(()),
        }
    }
}
