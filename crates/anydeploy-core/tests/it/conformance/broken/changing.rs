//! What a broken deployer does when it changes what runs: actions, states, versions, settings and variables.

use anydeploy_core::{
    Action, Applied, DeployRequest, Deployer, DeployerExt, Deployment, DesiredState, DesiredVariables, ErrorKind,
    HistoryOptions, Intent, Lifecycle, Origin, PlanOptions, Result, Revision, Rollback, RollbackTarget, RunState,
    ServiceState, StateChange, Target, VariablePlan, VariableSet, Variables,
};
use futures::future::{BoxFuture, FutureExt};

use super::{Broken, Error, Fault};

impl Broken {
    /// Sends a request with an action or a setting.
    pub(super) async fn act_badly(&self, request: &DeployRequest) -> Result<Deployment> {
        let target = request.target().clone();
        let plain = DeployRequest::new(target.clone());
        match (self.fault, request.action()) {
            (Fault::TakesAnyAction, Action::Restart | Action::Redeploy | Action::Rollback) => {
                self.inner.deploy(&plain).await
            }
            (Fault::RestartsTwice, Action::Restart) => {
                self.inner.deploy(request).await?;
                self.inner.deploy(request).await
            }
            (Fault::RestartsByBuilding, Action::Restart) => self.inner.deploy(&plain).await,
            (Fault::RunsAnotherVersion, Action::Rollback) => {
                self.inner.deploy(&plain.with_revision(Revision::Commit("beef".repeat(10)))).await
            }
            (Fault::IgnoresObstacles, Action::Rollback) => match self.inner.deploy(request).await {
                Err(_) => self.inner.deploy(&plain).await,
                sent => sent,
            },
            (Fault::IgnoresLaterDeployments, Action::Rollback) => {
                let point = request.rollback_point().unwrap().clone().with_newest(None);
                self.inner.deploy(&DeployRequest::rollback(&RollbackTarget::new(target, point))).await
            }
            (Fault::LeavesTheSettingBehind, _) => self.inner.deploy(request).await.map_err(|error| {
                request.setting().into_iter().for_each(|setting| self.inner.change_setting(&target, setting.clone()));
                Error::new(error.kind(), "refused")
            }),
            _ => self.inner.deploy(request).await,
        }
    }

    /// Sends an intent whose setting somebody else may have changed.
    pub(super) async fn overwrite(&self, intent: &Intent) -> Result<Deployment> {
        match self.inner.send(intent).await {
            Err(error) if error.kind() == ErrorKind::Conflict => self.inner.deploy(intent.request()).await,
            sent => sent,
        }
    }

    async fn change_badly(&self, target: &Target, desired: DesiredState) -> Result<StateChange> {
        let is_stop = desired == DesiredState::Stopped;
        match self.fault {
            Fault::StopsWhatIsStopped if is_stop => drop(self.inner.start(target).await),
            Fault::StartsWhatRuns if !is_stop => drop(self.inner.stop(target).await),
            Fault::ClaimsToHaveStopped if is_stop => {
                return Ok(StateChange::new(target.clone(), desired, ServiceState::Running).with_sent(true));
            }
            _ => {}
        }
        let changed = if is_stop { self.inner.stop(target).await } else { self.inner.start(target).await };
        match self.fault {
            Fault::CallsALostStopSafe if is_stop => {
                Err(Error::new(ErrorKind::NoAnswer, "the answer was lost").with_safe_to_repeat(true))
            }
            Fault::TakesALostStopForAccepted if is_stop && changed.is_err() => {
                Ok(StateChange::new(target.clone(), desired, ServiceState::Running).with_sent(true))
            }
            _ => changed,
        }
    }

    async fn read_state_badly(&self, target: &Target) -> Result<RunState> {
        let state = self.inner.state(target).await?;
        Ok(match self.fault {
            Fault::TakesStoppingForStopped if state.state == ServiceState::Stopping => {
                RunState::new(ServiceState::Stopped, state.raw_state)
            }
            Fault::TakesUnknownStatesForStopped if state.state == ServiceState::Unknown => {
                RunState::new(ServiceState::Stopped, state.raw_state)
            }
            _ => state,
        })
    }

    async fn plan_badly(
        &self,
        target: &Target,
        desired: &DesiredVariables,
        options: PlanOptions,
    ) -> Result<VariablePlan> {
        match self.fault {
            Fault::PlansWithoutTheFlag => {
                self.inner.plan_variables(target, desired, options.with_allow_empty(true)).await
            }
            Fault::RemovesWhatThePlatformMade => {
                let mut read = self.inner.variables_of(target).await?;
                read.variables.iter_mut().for_each(|variable| variable.origin = Origin::User);
                read.plan(desired, options)
            }
            _ => self.inner.plan_variables(target, desired, options).await,
        }
    }

    async fn apply_badly(&self, plan: &VariablePlan) -> Result<Applied> {
        if self.has(Fault::ClaimsToHaveWritten) {
            return Ok(Applied::new());
        }
        let applied = self.inner.apply_variables(plan).await;
        match (self.fault, applied) {
            (Fault::OverwritesVariables, Err(error)) if error.kind() == ErrorKind::Conflict => {
                let desired = plan.writes().filter_map(|entry| plan.desired(entry)).cloned().collect();
                let plan = self.inner.plan_variables(plan.target(), &desired, PlanOptions::merge()).await?;
                self.inner.apply_variables(&plan).await
            }
            (Fault::HidesWhatWasWritten, Err(error)) => Err(Error::new(ErrorKind::Rejected, error.kind().as_str())),
            (Fault::CallsALostApplySafe, Ok(_)) => {
                Err(Error::new(ErrorKind::NoAnswer, "the answer was lost").with_safe_to_repeat(true))
            }
            (Fault::NotesValues, Ok(applied)) => {
                let value = plan.writes().find_map(|entry| plan.desired(entry)).map(|wanted| wanted.value.expose());
                Ok(applied.with_note(value.map(str::to_owned)))
            }
            (_, applied) => applied,
        }
    }
}

impl Lifecycle for Broken {
    fn start_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        self.change_badly(target, DesiredState::Running).boxed()
    }

    fn stop_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        self.change_badly(target, DesiredState::Stopped).boxed()
    }

    fn read_state<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<RunState>> {
        self.read_state_badly(target).boxed()
    }
}

impl Rollback for Broken {
    fn list_rollback_targets<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<RollbackTarget>>> {
        self.inner.rollback_targets(target, options)
    }
}

impl Variables for Broken {
    fn read_variables<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<VariableSet>> {
        self.inner.variables_of(target)
    }

    fn plan_changes<'a>(
        &'a self,
        target: &'a Target,
        desired: &'a DesiredVariables,
        options: PlanOptions,
    ) -> BoxFuture<'a, Result<VariablePlan>> {
        self.plan_badly(target, desired, options).boxed()
    }

    fn apply_plan<'a>(&'a self, plan: &'a VariablePlan) -> BoxFuture<'a, Result<Applied>> {
        self.apply_badly(plan).boxed()
    }
}
