//! The trait on the scripted deployer: each method has its list of answers.

use futures::future::{BoxFuture, FutureExt};
use tokio::time::sleep;

use super::{Call, ScriptedDeployer, next};
use crate::{
    Cancel, Capabilities, Catalog, Check, DeployRequest, Deployer, Deployment, DeploymentId, Group, History,
    HistoryOptions, Hub, Lifecycle, LogOptions, LogPage, Logs, Platform, Result, Rollback, Service, Target, TwoPhase,
    Variables,
};

impl ScriptedDeployer {
    fn offers(&self, group: Group) -> bool {
        self.state().groups.contains(&group)
    }

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
        let answer = self.state().reply(call, |state| &mut state.deployments);
        self.answer_later(answer)
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        let call = Call::Deployment(id.clone());
        let answer = self.state().reply(call, |state| &mut state.deployments);
        self.answer_later(answer)
    }

    fn deployments<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
        let mut state = self.state();
        state.calls.push(Call::Deployments(ids.to_vec()));
        let answers: Vec<_> = ids.iter().map(|_| next(&mut state.deployments)).collect();
        drop(state);
        self.answer_later(answers)
    }

    fn two_phase(&self) -> Option<&dyn TwoPhase> {
        None
    }

    fn history(&self) -> Option<&dyn History> {
        self.offers(Group::History).then_some(self as &dyn History)
    }

    fn cancel(&self) -> Option<&dyn Cancel> {
        self.offers(Group::Cancel).then_some(self as &dyn Cancel)
    }

    fn logs(&self) -> Option<&dyn Logs> {
        self.offers(Group::Logs).then_some(self as &dyn Logs)
    }

    fn catalog(&self) -> Option<&dyn Catalog> {
        self.offers(Group::Catalog).then_some(self as &dyn Catalog)
    }

    fn lifecycle(&self) -> Option<&dyn Lifecycle> {
        None
    }

    fn rollback(&self) -> Option<&dyn Rollback> {
        None
    }

    fn variables(&self) -> Option<&dyn Variables> {
        None
    }

    fn hub(&self) -> Option<Hub> {
        None
    }
}

impl History for ScriptedDeployer {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        let answer = self.state().reply(Call::History(target.clone(), options), |state| &mut state.histories);
        self.answer_later(answer)
    }
}

impl Cancel for ScriptedDeployer {
    fn request_cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        let answer = self.state().reply(Call::Cancel(id.clone()), |state| &mut state.cancels);
        self.answer_later(answer)
    }
}

impl Logs for ScriptedDeployer {
    fn read_log<'a>(&'a self, id: &'a DeploymentId, _options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        let answer = self.state().reply(Call::Logs(id.clone()), |state| &mut state.logs);
        self.answer_later(answer)
    }
}

impl Catalog for ScriptedDeployer {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        let answer = self.state().reply(Call::Service(target.clone()), |state| &mut state.services);
        self.answer_later(answer)
    }

    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        let answer = self.state().reply(Call::Services, |state| &mut state.service_lists);
        self.answer_later(answer)
    }

    fn check_credential(&self) -> BoxFuture<'_, Result<Check>> {
        let answer = self.state().reply(Call::Check, |state| &mut state.checks);
        self.answer_later(answer)
    }
}
