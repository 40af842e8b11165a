//! What a scenario needs of a platform: its answers, an adapter for it, and the ids of the deployments.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Deployer, DeploymentId, Result};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::limit::Budget;
use super::scene::Scene;

/// What a server answers.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    /// The deployment that was read by itself.
    pub(super) read: Option<usize>,
}

impl Answer {
    pub(super) fn new(status: u16, body: String) -> Self {
        Self { status, body, read: None }
    }

    pub(super) fn json(body: &Value) -> Self {
        Self::new(200, body.to_string())
    }

    /// The answer to a read of one deployment.
    pub(super) fn reading(self, deployment: usize) -> Self {
        Self { read: Some(deployment), ..self }
    }
}

/// A platform on which deployments are watched.
pub(super) trait Platform: Sync {
    fn name(&self) -> &'static str;

    /// The rate limit of its servers.
    fn budget(&self) -> Option<Budget>;

    /// How many requests read every deployment that runs, and how often that is worth the while at best.
    fn ideal(&self, scene: &Scene) -> (usize, Duration);

    /// The answer at this time; nothing if it does not know the path.
    fn answer(
        &self,
        scene: &Scene,
        path: &str,
        query: &str,
        now: Duration,
        date: &dyn Fn(Duration) -> DateTime<Utc>,
    ) -> Option<Answer>;

    fn deployer(&self, origin: &str) -> Result<Arc<dyn Deployer>>;

    /// The id under which an adapter watches a deployment.
    fn id(&self, scene: &Scene, deployment: usize) -> DeploymentId;

    /// The path from which the state of one deployment is read.
    fn path(&self, scene: &Scene, deployment: usize) -> String;

    /// Whether an answer at that path says that the deployment is over.
    fn is_over(&self, deployment: usize, answer: &Value) -> bool;
}
