//! How far a member has come, as it stands in a checkpoint and in a report.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{NotBegun, Standing};
use crate::{DeploymentId, Error, HealthReading, Intent, Outcome, Rollout, Verdict};

/// How far a member has come.
///
/// It is what a [checkpoint](super::Checkpoint) holds of it; in JSON the member `stage` is the variant in snake case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
#[non_exhaustive]
pub enum MemberStage {
    /// Nothing was sent for it.
    #[default]
    Waiting,
    /// Its trigger may have been sent, or may be sent next.
    Prepared {
        /// What its deployment is recovered from.
        intent: Box<Intent>,
        /// The health before the deployment, for a member that waits for health.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Box<HealthReading>>,
    },
    /// It was triggered.
    Sent {
        /// Its deployment.
        id: DeploymentId,
        /// When the platform had answered, by the clock of the machine that sent it.
        sent_at: DateTime<Utc>,
        /// The health before the deployment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Box<HealthReading>>,
    },
    /// Its deployment succeeded, and its health is awaited.
    Deployed {
        /// Its deployment.
        id: DeploymentId,
        /// How the deployment ended.
        outcome: Box<Outcome>,
        /// The health before the deployment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Box<HealthReading>>,
    },
    /// It is done.
    Done {
        /// How it ended.
        result: MemberResult,
    },
}

/// How a member of a fleet ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MemberResult {
    /// Its deployment is over.
    Ended {
        /// The deployment.
        id: DeploymentId,
        /// How it ended, and how well its target runs, if that was waited for.
        rollout: Box<Rollout>,
    },
    /// It ended with an error; what is known of its trigger stands beside it.
    Failed {
        /// Whether a deployment was triggered.
        triggered: Triggered,
        /// What went wrong.
        error: Error,
    },
    /// It was not begun, so that nothing was triggered.
    NotBegun(NotBegun),
}

/// Whether a member was triggered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Triggered {
    /// It was not.
    No,
    /// It was, and this is its deployment.
    Yes(DeploymentId),
    /// Nothing shows whether it was: read the target's deployments before it is deployed again.
    Unknown,
}

impl MemberStage {
    /// Where the member stands, as far as [`decide`](super::decide) needs it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self {
            Self::Waiting => Standing::Waiting,
            Self::Prepared { .. } | Self::Sent { .. } => Standing::Deploying,
            Self::Deployed { .. } => Standing::Settling,
            Self::Done { result } => result.standing(),
        }
    }

    /// Whether it was triggered, as far as is known.
    #[must_use]
    pub fn triggered(&self) -> Triggered {
        match self {
            Self::Waiting => Triggered::No,
            Self::Prepared { .. } => Triggered::Unknown,
            Self::Sent { id, .. } | Self::Deployed { id, .. } => Triggered::Yes(id.clone()),
            Self::Done { result } => result.triggered(),
        }
    }
}

impl MemberResult {
    /// Whether the deployment succeeded, and its target is healthy if that was waited for.
    #[must_use]
    pub fn is_success(&self) -> bool {
        match self {
            Self::Ended { rollout, .. } => {
                rollout.outcome.is_success() && matches!(rollout.verdict, None | Some(Verdict::Healthy))
            }
            Self::Failed { .. } | Self::NotBegun(_) => false,
        }
    }

    /// Whether the member was triggered, as far as is known.
    #[must_use]
    pub fn triggered(&self) -> Triggered {
        match self {
            Self::NotBegun(_) => Triggered::No,
            Self::Ended { id, .. } => Triggered::Yes(id.clone()),
            Self::Failed { triggered, .. } => triggered.clone(),
        }
    }

    /// Where the member stands that ended so, as far as [`decide`](super::decide) needs it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self {
            Self::NotBegun(why) => Standing::NotBegun(*why),
            _ if self.is_success() => Standing::Succeeded,
            _ => Standing::Failed,
        }
    }
}

impl fmt::Display for MemberResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended { rollout, .. } => rollout.fmt(f),
            Self::Failed { error, .. } => error.fmt(f),
            Self::NotBegun(why) => write!(f, "not begun: {why}"),
        }
    }
}

impl fmt::Display for MemberStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting => f.write_str("waiting"),
            Self::Prepared { .. } => f.write_str("it may have been triggered"),
            Self::Sent { .. } => f.write_str("being deployed"),
            Self::Deployed { .. } => f.write_str("deployed, and its health is awaited"),
            Self::Done { result } => result.fmt(f),
        }
    }
}
