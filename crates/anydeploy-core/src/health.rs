//! The health of what runs, as it was read once.

use std::fmt;

use anydeploy_mask::one_line;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::json::VersionOne;

/// How well a target runs, as the platform reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HealthState {
    /// It runs, and a health check of the platform passes.
    Healthy,
    /// It is being started, or its health check has not ended yet.
    Starting,
    /// It runs in part or badly, or does not run.
    Degraded,
    /// It runs, and nothing checks whether it works.
    Unchecked,
    /// The platform used a word this version does not know, or could not say.
    Unknown,
}

impl HealthState {
    /// The health in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Starting => "starting",
            Self::Degraded => "degraded",
            Self::Unchecked => "unchecked",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for HealthState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The health of a target as it was read once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HealthReading {
    #[serde(default)]
    v: VersionOne,
    /// How well it runs.
    pub health: HealthState,
    /// The platform's own word for that, as it came.
    pub raw: String,
    /// Why it is not healthy, where the platform says so, masked and on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How often the containers were started again after a crash, all together, where the platform counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restarts: Option<u32>,
    /// The containers that run or should run, where the platform lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<Instance>,
}

/// A container, a pod or a task of a target.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Instance {
    /// The platform's id of it; another container has another id.
    pub id: String,
    /// Whether it runs.
    pub running: bool,
    /// When it was started, where the platform says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
}

impl Instance {
    /// An instance of which no more is known.
    #[must_use]
    pub fn new(id: impl Into<String>, running: bool) -> Self {
        Self { id: id.into(), running, started_at: None }
    }

    /// The same instance, with the moment of its start.
    #[must_use]
    pub fn with_start(mut self, started_at: Option<DateTime<Utc>>) -> Self {
        self.started_at = started_at;
        self
    }
}

impl HealthReading {
    /// A reading without instances.
    #[must_use]
    pub fn new(health: HealthState, raw: impl Into<String>) -> Self {
        Self { v: VersionOne, health, raw: raw.into(), reason: None, restarts: None, instances: Vec::new() }
    }

    /// The same reading, with the reason why it is not healthy, which is masked and put on one line.
    #[must_use]
    pub fn with_reason(mut self, reason: Option<&str>) -> Self {
        self.reason = reason.map(one_line).filter(|reason| !reason.is_empty());
        self
    }

    /// The same reading, with the number of restarts after a crash.
    #[must_use]
    pub const fn with_restarts(mut self, restarts: Option<u32>) -> Self {
        self.restarts = restarts;
        self
    }

    /// The same reading, with its containers.
    #[must_use]
    pub fn with_instances(mut self, instances: Vec<Instance>) -> Self {
        self.instances = instances;
        self
    }
}

impl fmt::Display for HealthReading {
    /// Such as `degraded (running:unhealthy): exit code 1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.health)?;
        if !self.raw.is_empty() && !self.raw.eq_ignore_ascii_case(self.health.as_str()) {
            write!(f, " ({})", one_line(&self.raw))?;
        }
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}
