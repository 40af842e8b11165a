//! The trait on the scripted deployer: each method has its list of answers.

use futures::future::{BoxFuture, FutureExt};
use tokio::time::sleep;

use super::{Call, ScriptedDeployer, next};
use crate::{
    Applied, Cancel, Capabilities, Catalog, Check, DeployRequest, Deployer, Deployment, DeploymentId, Explanation,
    Group, Health, HealthReading, History, HistoryOptions, Hub, Lifecycle, LogOptions, LogPage, Logs, Platform,
    Preview, Previews, Result, Rollback, RollbackTarget, RunState, Selection, SelectionReport, Selections, Service,
    ServiceLogOptions, StateChange, Target, TwoPhase, VariablePlan, VariableSet, Variables,
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
        self.offers(Group::Lifecycle).then_some(self as &dyn Lifecycle)
    }

    fn rollback(&self) -> Option<&dyn Rollback> {
        self.offers(Group::Rollback).then_some(self as &dyn Rollback)
    }

    fn variables(&self) -> Option<&dyn Variables> {
        self.offers(Group::Variables).then_some(self as &dyn Variables)
    }

    fn previews(&self) -> Option<&dyn Previews> {
        self.offers(Group::Previews).then_some(self as &dyn Previews)
    }

    fn selections(&self) -> Option<&dyn Selections> {
        self.offers(Group::Selections).then_some(self as &dyn Selections)
    }

    fn health(&self) -> Option<&dyn Health> {
        self.offers(Group::Health).then_some(self as &dyn Health)
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

    fn read_service_log<'a>(
        &'a self,
        target: &'a Target,
        options: ServiceLogOptions,
    ) -> BoxFuture<'a, Result<LogPage>> {
        let call = Call::ServiceLogs(target.clone(), options);
        let answer = self.state().reply(call, |state| &mut state.service_logs);
        self.answer_later(answer)
    }

    fn explain_deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Explanation>> {
        let answer = self.state().reply(Call::Explain(id.clone()), |state| &mut state.explanations);
        self.answer_later(answer)
    }
}

impl Health for ScriptedDeployer {
    fn read_health<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<HealthReading>> {
        let answer = self.state().reply(Call::Health(target.clone()), |state| &mut state.readings);
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

impl Lifecycle for ScriptedDeployer {
    fn start_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        let answer = self.state().reply(Call::Start(target.clone()), |state| &mut state.changes);
        self.answer_later(answer)
    }

    fn stop_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        let answer = self.state().reply(Call::Stop(target.clone()), |state| &mut state.changes);
        self.answer_later(answer)
    }

    fn read_state<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<RunState>> {
        let answer = self.state().reply(Call::State(target.clone()), |state| &mut state.states);
        self.answer_later(answer)
    }
}

impl Rollback for ScriptedDeployer {
    fn list_rollback_targets<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<RollbackTarget>>> {
        let call = Call::RollbackTargets(target.clone(), options);
        let answer = self.state().reply(call, |state| &mut state.versions);
        self.answer_later(answer)
    }
}

impl Variables for ScriptedDeployer {
    fn read_variables<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<VariableSet>> {
        let answer = self.state().reply(Call::Variables(target.clone()), |state| &mut state.variables);
        self.answer_later(answer)
    }

    fn apply_plan<'a>(&'a self, plan: &'a VariablePlan) -> BoxFuture<'a, Result<Applied>> {
        let keys = plan.writes().map(|entry| entry.key.clone()).collect();
        let call = Call::ApplyVariables(plan.target().clone(), keys);
        let answer = self.state().reply(call, |state| &mut state.applied);
        self.answer_later(answer)
    }
}

impl Previews for ScriptedDeployer {
    fn list_previews<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<Preview>>> {
        let answer = self.state().reply(Call::Previews(target.clone()), |state| &mut state.previews);
        self.answer_later(answer)
    }

    fn remove_preview<'a>(&'a self, target: &'a Target, pull_request: u64) -> BoxFuture<'a, Result<bool>> {
        let call = Call::DeletePreview(target.clone(), pull_request);
        let answer = self.state().reply(call, |state| &mut state.deletions);
        self.answer_later(answer)
    }
}

impl Selections for ScriptedDeployer {
    fn trigger_selection<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<SelectionReport>> {
        let call = Call::DeploySelection(selection.clone());
        let answer = self.state().reply(call, |state| &mut state.reports);
        self.answer_later(answer)
    }
}
