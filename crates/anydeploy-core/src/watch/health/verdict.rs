//! What is waited for, and how the wait ended.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::json::{VersionOne, millis};
use crate::{HealthReading, Outcome};

/// What "healthy" means to a wait, and how it was before.
///
/// By default a target has to be healthy for 30 seconds without a break, and may be degraded for 60 seconds before.
/// A verdict comes within both times and two polls of the first reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Healthy {
    v: VersionOne,
    /// How long it has to be healthy without a break.
    #[serde(rename = "settle_ms", with = "millis")]
    pub settle: Duration,
    /// How long it may be degraded after the deployment.
    #[serde(rename = "degraded_grace_ms", with = "millis")]
    pub degraded_grace: Duration,
    /// The reading before the deployment.
    ///
    /// Without one, a target that was degraded before is [`Verdict::Unhealthy`], and containers that were not replaced are not noticed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<HealthReading>,
}

impl Default for Healthy {
    fn default() -> Self {
        Self { v: VersionOne, settle: Duration::from_secs(30), degraded_grace: Duration::from_mins(1), before: None }
    }
}

impl Healthy {
    /// Healthy for `settle` without a break.
    #[must_use]
    pub const fn with_settle(mut self, settle: Duration) -> Self {
        self.settle = settle;
        self
    }

    /// Degraded for at most `grace`.
    #[must_use]
    pub const fn with_degraded_grace(mut self, grace: Duration) -> Self {
        self.degraded_grace = grace;
        self
    }

    /// Compared with the reading before the deployment.
    #[must_use]
    pub fn compared_with(mut self, before: HealthReading) -> Self {
        self.before = Some(before);
        self
    }
}

/// How well a target runs after a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It was healthy for the whole of [`Healthy::settle`], in containers that are not those from before.
    Healthy,
    /// It is not.
    Unhealthy {
        /// Why, masked and on one line.
        reason: String,
        /// When that was read first.
        since: DateTime<Utc>,
    },
    /// It runs, and nothing checks whether it works; never read this as healthy.
    NoHealthSource,
    /// It is as degraded as it was before the deployment, so the deployment is not shown to be the cause.
    AsBefore,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Healthy => f.write_str("healthy"),
            Self::Unhealthy { reason, since } => {
                write!(f, "unhealthy since {}: {reason}", since.format("%H:%M:%S UTC"))
            }
            Self::NoHealthSource => f.write_str("it runs, and nothing checks its health"),
            Self::AsBefore => f.write_str("degraded, as before the deployment"),
        }
    }
}

/// How a deployment ended, and how well its target runs then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rollout {
    #[serde(default)]
    v: VersionOne,
    /// How the deployment ended.
    pub outcome: Outcome,
    /// How well the target runs; `None` if the deployment did not succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl Rollout {
    /// How a deployment ended, and how well its target runs, if that was waited for.
    #[must_use]
    pub const fn new(outcome: Outcome, verdict: Option<Verdict>) -> Self {
        Self { v: VersionOne, outcome, verdict }
    }

    /// Whether the deployment succeeded and its target is healthy.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        matches!((&self.outcome, &self.verdict), (Outcome::Succeeded(_), Some(Verdict::Healthy)))
    }
}

impl fmt::Display for Rollout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.outcome)?;
        match &self.verdict {
            Some(verdict) => write!(f, "; {verdict}"),
            None => Ok(()),
        }
    }
}
