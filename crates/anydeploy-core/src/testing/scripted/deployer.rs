//! The trait on the scripted deployer: each method has its list of answers.

use futures::future::{BoxFuture, FutureExt, ready};

use super::{Call, ScriptedDeployer, next};
use crate::{
    Capabilities, Check, DeployRequest, Deployer, Deployment, DeploymentId, HistoryOptions, LogOptions, LogPage,
    Method, Platform, Result, Service, Target,
};

#[deny(clippy::missing_trait_methods)]
impl Deployer for ScriptedDeployer {
    fn platform(&self) -> Platform {
        Platform::from("scripted")
    }

    fn capabilities(&self) -> Capabilities {
        self.state().capabilities.clone()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        let call = Call::Deploy(request.clone());
        ready(self.state().reply(Method::Deploy, call, |state| &mut state.deployments)).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        let call = Call::Deployment(id.clone());
        ready(self.state().reply(Method::Deployment, call, |state| &mut state.deployments)).boxed()
    }

    fn deployments_by_id<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
        let mut state = self.state();
        state.calls.push(Call::DeploymentsById(ids.to_vec()));
        let answers: Vec<_> = ids.iter().map(|_| next(&mut state.deployments)).collect();
        ready(answers).boxed()
    }

    fn history<'a>(&'a self, target: &'a Target, options: HistoryOptions) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        let call = Call::History(target.clone(), options);
        ready(self.state().reply(Method::History, call, |state| &mut state.histories)).boxed()
    }

    fn cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        let call = Call::Cancel(id.clone());
        ready(self.state().reply(Method::Cancel, call, |state| &mut state.cancels)).boxed()
    }

    fn logs<'a>(&'a self, id: &'a DeploymentId, _options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        let call = Call::Logs(id.clone());
        ready(self.state().reply(Method::Logs, call, |state| &mut state.logs)).boxed()
    }

    fn service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        let call = Call::Service(target.clone());
        ready(self.state().reply(Method::Service, call, |state| &mut state.services)).boxed()
    }

    fn services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        ready(self.state().reply(Method::Services, Call::Services, |state| &mut state.service_lists)).boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<Check>> {
        ready(self.state().reply(Method::Check, Call::Check, |state| &mut state.checks)).boxed()
    }
}
