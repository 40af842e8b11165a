//! What a deployment did, stage by stage.

use std::fmt;
use std::time::Duration;

use anydeploy_mask::one_line;
use serde::{Deserialize, Serialize};

use crate::json::{VersionOne, optional_millis};
use crate::{DeploymentStatus, Target};

/// What a deployment did, as a tree: its stages, their services, and the steps of each.
///
/// It has a [JSON form](crate#json), and prints as an indented list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    #[serde(default)]
    v: VersionOne,
    /// The stages in the order in which they run.
    pub stages: Vec<ExplainedStage>,
}

/// A stage of a deployment: services that are deployed side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExplainedStage {
    /// Its name.
    pub name: String,
    /// The platform's own word for how it stands.
    pub raw_status: String,
    /// How long it took so far.
    #[serde(rename = "duration_ms", with = "optional_millis", default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// Its services.
    pub services: Vec<ExplainedService>,
}

/// A service of a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExplainedService {
    /// The service.
    pub target: Target,
    /// Its name.
    pub name: String,
    /// How it stands; one that another service held up is not [`Cancelled`](crate::Phase::Cancelled) by anybody.
    pub status: DeploymentStatus,
    /// How long it took so far.
    #[serde(rename = "duration_ms", with = "optional_millis", default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// Its steps in the order in which they ran.
    pub steps: Vec<ExplainedStep>,
}

/// A step of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExplainedStep {
    /// Its name in the platform's own word.
    pub name: String,
    /// How long it took so far.
    #[serde(rename = "duration_ms", with = "optional_millis", default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// Its error, masked and on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Explanation {
    /// A tree of these stages.
    #[must_use]
    pub const fn new(stages: Vec<ExplainedStage>) -> Self {
        Self { v: VersionOne, stages }
    }

    /// The first step that has an error, with its stage and service.
    #[must_use]
    pub fn first_error(&self) -> Option<(&ExplainedStage, &ExplainedService, &ExplainedStep)> {
        let services = self.stages.iter().flat_map(|stage| stage.services.iter().map(move |service| (stage, service)));
        services
            .flat_map(|(stage, service)| service.steps.iter().map(move |step| (stage, service, step)))
            .find(|(_, _, step)| step.error.is_some())
    }
}

impl ExplainedStage {
    /// A stage without services.
    #[must_use]
    pub fn new(name: impl Into<String>, raw_status: impl Into<String>) -> Self {
        Self { name: name.into(), raw_status: raw_status.into(), ..Self::default() }
    }
}

impl ExplainedService {
    /// A service without steps.
    #[must_use]
    pub fn new(target: Target, name: impl Into<String>, status: DeploymentStatus) -> Self {
        Self { target, name: name.into(), status, duration: None, steps: Vec::new() }
    }
}

impl ExplainedStep {
    /// A step without an error.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The same step with its error, which is masked and put on one line.
    #[must_use]
    pub fn with_error(mut self, error: Option<&str>) -> Self {
        self.error = error.map(one_line).filter(|error| !error.is_empty());
        self
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stage in &self.stages {
            writeln!(f, "{}: {}{}", stage.name, stage.raw_status, Took(stage.duration))?;
            for service in &stage.services {
                writeln!(f, "  {}: {}{}", service.name, service.status, Took(service.duration))?;
                for step in &service.steps {
                    write!(f, "    {}{}", step.name, Took(step.duration))?;
                    match &step.error {
                        Some(error) => writeln!(f, ": {error}")?,
                        None => writeln!(f)?,
                    }
                }
            }
        }
        Ok(())
    }
}

/// A duration, as ` (12 s)`.
struct Took(Option<Duration>);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(time) => write!(f, " ({} s)", time.as_secs()),
            None => Ok(()),
        }
    }
}
