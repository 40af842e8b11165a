//! What a platform reports of a deployment by itself.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::json::VersionOne;
use crate::{DeploymentId, Platform, Target, TargetKind};

/// What a platform reports of a deployment by itself, such as by a webhook.
///
/// Nobody proves who sent it, and it may come late, twice or not at all.
/// So it ends no watch: [`DeployerExt::wake`](crate::DeployerExt::wake) makes the watches it concerns read the platform at
/// once, and what they read counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeploymentEvent {
    #[serde(default)]
    v: VersionOne,
    /// The platform whose form it has.
    pub platform: Platform,
    /// What is said to have happened.
    pub kind: EventKind,
    /// The platform's own word for that, as it came.
    pub raw_kind: String,
    /// What was deployed, where the event names it by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The deployment, where the event names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
    /// The name of what was deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The name of its project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The name of its environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// When it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<DateTime<Utc>>,
}

/// What an event says has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A deployment was started.
    Started,
    /// A deployment succeeded.
    Succeeded,
    /// A deployment failed.
    Failed,
    /// A deployment was cancelled.
    Cancelled,
    /// Something else, or a word this version does not know.
    Other,
}

impl EventKind {
    /// The kind in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl DeploymentEvent {
    /// An event that names nothing yet.
    #[must_use]
    pub fn new(platform: Platform, kind: EventKind, raw_kind: impl Into<String>) -> Self {
        Self {
            v: VersionOne,
            platform,
            kind,
            raw_kind: raw_kind.into(),
            target: None,
            deployment: None,
            service: None,
            project: None,
            environment: None,
            time: None,
        }
    }

    /// Whether it may be about a deployment: an event that names none may be about any, and one that names an environment
    /// about any target that does not stand in another one.
    #[must_use]
    pub fn may_concern(&self, id: &DeploymentId) -> bool {
        let target = self.target.as_ref().or_else(|| self.deployment.as_ref().map(DeploymentId::target));
        self.platform == *id.platform()
            && target.is_none_or(|target| target == id.target() || may_hold(target, id.target()))
    }
}

/// Whether a target is an environment that another one may stand in.
fn may_hold(environment: &Target, target: &Target) -> bool {
    *environment.kind() == TargetKind::Environment
        && *target.kind() != TargetKind::Environment
        && target.environment_id().is_none_or(|id| id == environment.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_an_environment_may_concern_what_does_not_stand_in_another_one() {
        let platform = Platform::new("toy");
        let mut event = DeploymentEvent::new(platform.clone(), EventKind::Succeeded, "done");
        event.target = Some(Target::environment("e1"));
        let concerns = |target: Target| event.may_concern(&DeploymentId::new(platform.clone(), target));
        assert!(concerns(Target::environment("e1")) && !concerns(Target::environment("e2")));
        assert!(concerns(Target::application("web")));
        assert!(concerns(Target::application("web").in_environment("e1")));
        assert!(!concerns(Target::application("web").in_environment("e2")));
    }
}
