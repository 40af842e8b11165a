//! The trait on the retry layer: which method follows which rule.

use futures::future::{BoxFuture, FutureExt};

use super::budget::Budget;
use super::{Retry, may_trigger_again, own_earlier_try};
use crate::{
    Capabilities, Check, DeployRequest, Deployer, Deployment, DeploymentId, HistoryOptions, LogOptions, LogPage,
    Method, Platform, Result, Service, Target,
};

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer> Deployer for Retry<D> {
    fn platform(&self) -> Platform {
        self.inner.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        async move {
            let mut budget = Budget::start(&self.options);
            let trigger = || self.inner.deploy(request);
            let answer = self.repeat(Method::Deploy, &mut budget, may_trigger_again, trigger).await;
            answer.or_else(|error| own_earlier_try(&error, budget.calls()).ok_or(error))
        }
        .boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.read(Method::Deployment, || self.inner.deployment(id)).boxed()
    }

    fn deployments_by_id<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
        self.read_by_id(ids).boxed()
    }

    fn history<'a>(&'a self, target: &'a Target, options: HistoryOptions) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        self.read(Method::History, move || self.inner.history(target, options)).boxed()
    }

    fn cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.cancel_again(id).boxed()
    }

    fn logs<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        self.read(Method::Logs, move || self.inner.logs(id, options)).boxed()
    }

    fn service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        self.read(Method::Service, || self.inner.service(target)).boxed()
    }

    fn services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        self.read(Method::Services, || self.inner.services()).boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<Check>> {
        self.read(Method::Check, || self.inner.check()).boxed()
    }
}
