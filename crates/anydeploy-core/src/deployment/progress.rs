//! How far a deployment has come.

use std::fmt;

use anydeploy_mask::one_line;
use serde::{Deserialize, Serialize};

/// How far a deployment has come, in the platform's own steps.
///
/// It is for people to read; only the [`phase`](crate::DeploymentStatus::phase) says whether a deployment is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Progress {
    /// How many of the steps are over.
    pub done: u32,
    /// How many steps there are.
    pub total: u32,
    /// The name of the step that runs, where the platform gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

impl Progress {
    /// `done` of `total` steps are over.
    #[must_use]
    pub const fn new(done: u32, total: u32) -> Self {
        Self { done, total, step: None }
    }

    /// The same progress, while this step runs; its name is put on one line, with its secrets masked.
    #[must_use]
    pub fn with_step(mut self, step: Option<String>) -> Self {
        self.step = step.map(|step| one_line(&step)).filter(|step| !step.is_empty());
        self
    }
}

impl fmt::Display for Progress {
    /// `2 of 5 steps: build`, or without the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} steps", self.done, self.total)?;
        match &self.step {
            Some(step) => write!(f, ": {step}"),
            None => Ok(()),
        }
    }
}
