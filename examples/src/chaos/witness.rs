//! A layer that notes every deployment the adapter tells of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anydeploy::{
    Capabilities, DeployRequest, Deployer, Deployment, DeploymentId, Identity, LogOptions, LogPage, Platform, Result,
};
use futures::future::{BoxFuture, FutureExt};

/// What one call was told on the way.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The settled deployments, each once, in their order.
    pub(super) settled: Vec<(Identity, DeploymentId)>,
    /// What each trigger that failed was told, in words.
    pub(super) refusals: Vec<String>,
    /// When it was first told that its deployment is over.
    pub(super) over_at: Option<Instant>,
}

#[derive(Debug)]
pub(super) struct Witness {
    pub(super) inner: Arc<dyn Deployer>,
    pub(super) seen: Arc<Mutex<Seen>>,
}

impl Witness {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, told: &Result<Deployment>) {
        let Ok(deployment) = told else { return };
        let entry = (deployment.identity, deployment.id.clone());
        let mut seen = self.seen();
        if deployment.identity.is_settled() && !seen.settled.contains(&entry) {
            seen.settled.push(entry);
        }
        if deployment.is_over() {
            seen.over_at.get_or_insert_with(Instant::now);
        }
    }
}

/// What a call does not use keeps its default.
impl Deployer for Witness {
    fn platform(&self) -> Platform {
        self.inner.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        let note = |told: &Result<Deployment>| {
            self.note(told);
            self.seen().refusals.extend(told.as_ref().err().map(|error| format!("{error:#}")));
        };
        self.inner.deploy(request).inspect(note).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.deployment(id).inspect(|told| self.note(told)).boxed()
    }

    fn logs<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        self.inner.logs(id, options)
    }
}
