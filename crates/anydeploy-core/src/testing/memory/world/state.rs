//! Starting and stopping a target in memory.

use super::{World, platform, unknown};
use crate::testing::memory::Write;
use crate::{
    DeploymentId, DesiredState, Error, ErrorKind, Method, Result, RunState, ServiceState, StateChange, Target,
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
