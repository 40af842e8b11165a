//! A layer that notes every deployment the adapter tells of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anydeploy::{
    Capabilities, DeployRequest, Deployer, Deployment, DeploymentId, ErrorKind, Identity, Logs, Platform, Result,
};
use anydeploy_fakes::Timeline;
use futures::future::{BoxFuture, FutureExt};

/// What one call was told on the way.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The settled deployments, each once, in their order.
    pub(super) settled: Vec<(Identity, DeploymentId)>,
    /// What each trigger that failed was told, in words.
    pub(super) refusals: Vec<String>,
    /// When it was first told of each deployment that is over.
    pub(super) over: Vec<(DeploymentId, Instant)>,
    /// The deployments that ran already, so that nothing was started.
    pub(super) earlier: Vec<DeploymentId>,
}

#[derive(Debug)]
pub(super) struct Witness {
    pub(super) inner: Arc<dyn Deployer>,
    pub(super) seen: Arc<Mutex<Seen>>,
    pub(super) timeline: Timeline,
}

impl Witness {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, told: &Result<Deployment>) {
        let Ok(deployment) = told else { return };
        let entry = (deployment.identity, deployment.id.clone());
        let mut seen = self.seen();
        if deployment.identity.is_resolved() && !seen.settled.contains(&entry) {
            seen.settled.push(entry);
        }
        if deployment.is_over() && !seen.over.iter().any(|(id, _)| *id == deployment.id) {
            seen.over.push((deployment.id.clone(), self.timeline.now()));
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
            let Err(error) = told else { return };
            let mut seen = self.seen();
            seen.refusals.push(format!("{error:#}"));
            if error.kind() == ErrorKind::AlreadyRunning {
                seen.earlier.extend(error.last().map(|earlier| earlier.id.clone()));
            }
        };
        self.inner.deploy(request).inspect(note).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.deployment(id).inspect(|told| self.note(told)).boxed()
    }

    fn logs(&self) -> Option<&dyn Logs> {
        self.inner.logs()
    }
}
