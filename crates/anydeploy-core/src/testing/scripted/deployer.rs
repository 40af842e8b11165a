//! The trait on the scripted deployer: each method has its list of answers.

use futures::future::{BoxFuture, FutureExt};
use tokio::time::sleep;

use super::{Call, ScriptedDeployer, next};
use crate::{
    Capabilities, Check, DeployRequest, Deployer, Deployment, DeploymentId, HistoryOptions, LogOptions, LogPage,
    Method, Platform, Result, Service, Target,
};

impl ScriptedDeployer {
    /// The answer to a call that was received, after the latency.
    fn answer_later<T: Send + 'static>(&self, answer: T) -> BoxFuture<'static, T> {
        let latency = self.state().latency;
        async move {
            // Without a latency every answer is there at once, also outside of a runtime.
            if !latency.is_zero() {
                sleep(latency).await;
            }
            answer
        }
        .boxed()
    }
}

#[deny(clippy::missing_trait_methods)]
impl Deployer for ScriptedDeployer {
    fn platform(&self) -> Platform {
        Platform::new("scripted")
    }

    fn capabilities(&self) -> Capabilities {
        self.state().capabilities.clone()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        let call = Call::Deploy(request.clone());
        let answer = self.state().reply(Method::Deploy, call, |state| &mut state.deployments);
        self.answer_later(answer)
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        let call = Call::Deployment(id.clone());
        let answer = self.state().reply(Method::Deployment, call, |state| &mut state.deployments);
        self.answer_later(answer)
    }

    fn deployments_by_id<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
        let mut state = self.state();
        state.calls.push(Call::DeploymentsById(ids.to_vec()));
        let answers: Vec<_> = ids.iter().map(|_| next(&mut state.deployments)).collect();
        drop(state);
        self.answer_later(answers)
    }

    fn history<'a>(&'a self, target: &'a Target, options: HistoryOptions) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        let call = Call::History(target.clone(), options);
        let answer = self.state().reply(Method::History, call, |state| &mut state.histories);
        self.answer_later(answer)
    }

    fn cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        let call = Call::Cancel(id.clone());
        let answer = self.state().reply(Method::Cancel, call, |state| &mut state.cancels);
        self.answer_later(answer)
    }

    fn logs<'a>(&'a self, id: &'a DeploymentId, _options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        let call = Call::Logs(id.clone());
        let answer = self.state().reply(Method::Logs, call, |state| &mut state.logs);
        self.answer_later(answer)
    }

    fn service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        let call = Call::Service(target.clone());
        let answer = self.state().reply(Method::Service, call, |state| &mut state.services);
        self.answer_later(answer)
    }

    fn services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        let answer = self.state().reply(Method::Services, Call::Services, |state| &mut state.service_lists);
        self.answer_later(answer)
    }

    fn check(&self) -> BoxFuture<'_, Result<Check>> {
        let answer = self.state().reply(Method::Check, Call::Check, |state| &mut state.checks);
        self.answer_later(answer)
    }
}
