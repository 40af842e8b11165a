//! A layer that records every deployment that the adapter returns.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anydeploy::{
    Capabilities, DeployRequest, Deployer, Deployment, DeploymentId, ErrorKind, Hub, Identity, Logs, Platform, Result,
};
use anydeploy_fakes::Timeline;
use futures::future::{BoxFuture, FutureExt};

/// What the adapter returned during one call.
#[derive(Debug, Default)]
pub(crate) struct Returned {
    /// The resolved deployments, each once, in their order.
    pub(crate) resolved: Vec<(Identity, DeploymentId)>,
    /// The error of each trigger that failed, in words.
    pub(crate) errors: Vec<String>,
    /// When it first returned each deployment that is over.
    pub(crate) over: Vec<(DeploymentId, Instant)>,
    /// The deployments that ran already, so that nothing was started.
    pub(crate) earlier: Vec<DeploymentId>,
}

#[derive(Debug)]
pub(super) struct RecordingLayer {
    pub(super) inner: Arc<dyn Deployer>,
    pub(super) returned: Arc<Mutex<Returned>>,
    pub(super) timeline: Timeline,
    /// The adapter whose hub the watches of all calls share, if they share one; its batches pass no layer.
    pub(super) hub_of: Option<Arc<dyn Deployer>>,
}

impl RecordingLayer {
    fn returned(&self) -> MutexGuard<'_, Returned> {
        self.returned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, answer: &Result<Deployment>) {
        if let Ok(deployment) = answer {
            self.record_read(deployment);
        }
    }

    /// Records the deployment of an outcome.
    pub(super) fn record_end(&self, deployment: Option<&Deployment>) {
        if let Some(deployment) = deployment.filter(|deployment| deployment.is_over()) {
            self.record_read(deployment);
        }
    }

    fn record_read(&self, deployment: &Deployment) {
        let entry = (deployment.identity, deployment.id.clone());
        let mut returned = self.returned();
        if deployment.identity.is_resolved() && !returned.resolved.contains(&entry) {
            returned.resolved.push(entry);
        }
        if deployment.is_over() && !returned.over.iter().any(|(id, _)| *id == deployment.id) {
            returned.over.push((deployment.id.clone(), self.timeline.now()));
        }
    }
}

/// What a call does not use keeps its default.
impl Deployer for RecordingLayer {
    fn platform(&self) -> Platform {
        self.inner.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        let record = |answer: &Result<Deployment>| {
            self.record(answer);
            let Err(error) = answer else { return };
            let mut returned = self.returned();
            returned.errors.push(format!("{error:#}"));
            if error.kind() == ErrorKind::AlreadyRunning {
                returned.earlier.extend(error.last().map(|earlier| earlier.id.clone()));
            }
        };
        self.inner.deploy(request).inspect(record).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.deployment(id).inspect(|answer| self.record(answer)).boxed()
    }

    fn logs(&self) -> Option<&dyn Logs> {
        self.inner.logs()
    }

    fn hub(&self) -> Option<Hub> {
        self.hub_of.as_ref()?.hub()
    }
}
