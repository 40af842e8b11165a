//! A layer that notes every deployment the adapter tells of.

use std::sync::{Arc, Mutex, PoisonError};

use anydeploy::{
    Capabilities, DeployRequest, Deployer, Deployment, DeploymentId, Identity, LogOptions, LogPage, Platform, Result,
};
use futures::future::{BoxFuture, FutureExt};

/// The settled deployments that one call was told of, each once, in their order.
pub(super) type Seen = Arc<Mutex<Vec<(Identity, DeploymentId)>>>;

#[derive(Debug)]
pub(super) struct Witness {
    pub(super) inner: Arc<dyn Deployer>,
    pub(super) seen: Seen,
}

impl Witness {
    fn note(&self, told: &Result<Deployment>) {
        let Ok(deployment) = told else { return };
        let entry = (deployment.identity, deployment.id.clone());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if deployment.identity.is_settled() && !seen.contains(&entry) {
            seen.push(entry);
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
        self.inner.deploy(request).inspect(|told| self.note(told)).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.deployment(id).inspect(|told| self.note(told)).boxed()
    }

    fn logs<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        self.inner.logs(id, options)
    }
}
