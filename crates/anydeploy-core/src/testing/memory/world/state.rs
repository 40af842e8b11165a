//! Starting and stopping a target in memory.

use super::{World, platform, unknown};
use crate::testing::memory::Write;
use crate::{
    DeploymentId, DesiredState, Error, ErrorKind, ExplainedService, ExplainedStage, ExplainedStep, Explanation,
    HealthReading, HealthState, Instance, LogLine, LogOptions, LogPage, Method, Phase, Result, RunState,
    ServiceLogOptions, ServiceState, StateChange, Target,
};

impl World {
    pub(in crate::testing::memory) fn run_state(&self, target: &Target) -> Result<RunState> {
        let line = self.lines.get(target).ok_or_else(|| unknown(target))?;
        let state = line.state();
        let under_way = self.under_way(target);
        let busy = match (under_way.is_empty(), state) {
            (false, _) => Some("a deployment is under way"),
            (true, ServiceState::Starting | ServiceState::Stopping) => Some("it is being started or stopped"),
            (true, _) => None,
        };
        Ok(RunState::new(state, state.as_str()).with_busy(busy.map(str::to_owned)).with_under_way(under_way))
    }

    /// The health of a target: healthy while it runs, in one container for each version.
    pub(in crate::testing::memory) fn health(&self, target: &Target) -> Result<HealthReading> {
        let state = self.run_state(target)?.state;
        let health = match state {
            ServiceState::Running => HealthState::Healthy,
            ServiceState::Starting => HealthState::Starting,
            _ => HealthState::Degraded,
        };
        let container = self
            .versions(target, 1)?
            .pop()
            .map(|version| Instance::new(version.point.id, state == ServiceState::Running));
        Ok(HealthReading::new(health, state.as_str()).with_instances(container.into_iter().collect()))
    }

    /// The log of what runs: one line for each container that was started.
    pub(in crate::testing::memory) fn service_log(
        &self,
        target: &Target,
        options: &ServiceLogOptions,
    ) -> Result<LogPage> {
        if self.run_state(target)?.state != ServiceState::Running {
            let message = format!("the target `{target}` does not run");
            return Err(Error::new(ErrorKind::Conflict, message).with_platform(platform()));
        }
        let mut versions = self.versions(target, usize::MAX)?;
        versions.reverse();
        let lines = versions.iter().map(|version| LogLine::new(format!("version {} runs", version.point.id))).collect();
        Ok(LogPage::last_of(lines, LogOptions::tail(options.tail)))
    }

    /// One stage, with the service and one step.
    pub(in crate::testing::memory) fn explain(&self, id: &DeploymentId) -> Result<Explanation> {
        let entry = self.find(id)?;
        let deployment = entry.to_deployment();
        let mut service = ExplainedService::new(id.target().clone(), id.target().id(), deployment.status.clone());
        let failed = deployment.status.phase == Phase::Failed;
        let reason = entry.log_page(LogOptions::default()).reason.filter(|_| failed);
        service.steps = vec![ExplainedStep::new("deploy").with_error(reason.as_deref())];
        let mut stage = ExplainedStage::new("default", deployment.status.raw.clone());
        stage.services = vec![service];
        Ok(Explanation::new(vec![stage]))
    }

    pub(in crate::testing::memory) fn start(&mut self, target: &Target) -> Result<StateChange> {
        let before = self.run_state(target)?.state;
        let change = StateChange::new(target.clone(), DesiredState::Running, before);
        match before {
            ServiceState::Running | ServiceState::Starting => Ok(change),
            ServiceState::NeverDeployed => {
                let message = format!("the target `{target}` was never deployed");
                Err(Error::new(ErrorKind::Conflict, message).with_platform(platform()))
            }
            _ => Ok(self.change_state(change, Method::Start)),
        }
    }

    pub(in crate::testing::memory) fn stop(&mut self, target: &Target) -> Result<StateChange> {
        let state = self.run_state(target)?;
        let change = StateChange::new(target.clone(), DesiredState::Stopped, state.state);
        let is_stopped = DesiredState::Stopped.is_met_by(state.state) || state.state == ServiceState::Stopping;
        if is_stopped && state.under_way.is_empty() {
            return Ok(change);
        }
        Ok(self.change_state(change.with_under_way(state.under_way), Method::Stop))
    }

    /// Takes a request to start or stop a target, which takes effect with the next tick.
    fn change_state(&mut self, change: StateChange, method: Method) -> StateChange {
        self.line(change.target.clone()).becomes = Some(change.desired);
        self.writes.push(Write::new(change.target.clone(), method, None));
        change.with_sent(true)
    }

    /// The deployments of a target that are not over.
    fn under_way(&self, target: &Target) -> Vec<DeploymentId> {
        let Some(line) = self.lines.get(target) else { return Vec::new() };
        let numbers = line.waiting.iter().rev().chain(&line.under_way);
        numbers.filter_map(|number| self.deployments.get(number)).map(|entry| entry.to_deployment().id).collect()
    }
}
