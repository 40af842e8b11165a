//! A deployer whose logs are polled, also where it has a socket for them.

use anydeploy::{
    Capabilities, DeployRequest, Deployer, Deployment, DeploymentId, LogOptions, LogPage, Logs, Platform, Result,
};
use futures::future::BoxFuture;

/// A deployer that opens no socket.
#[derive(Clone, Debug)]
pub(crate) struct Polled<D>(pub(crate) D);

impl<D: Deployer> Deployer for Polled<D> {
    fn platform(&self) -> Platform {
        self.0.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.0.deploy(request)
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.0.deployment(id)
    }

    fn logs(&self) -> Option<&dyn Logs> {
        self.0.logs().map(|_| self as &dyn Logs)
    }
}

impl<D: Deployer> Logs for Polled<D> {
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        self.0.logs().unwrap().read_log(id, options)
    }
}
