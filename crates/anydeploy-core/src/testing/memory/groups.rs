//! The groups on the platform in memory that change what runs.

use futures::future::{BoxFuture, FutureExt};

use super::MemoryDeployer;
use super::world::platform;
use crate::{
    Ability, Applied, Deployer, DesiredVariables, Error, ErrorKind, Health, HealthReading, HistoryOptions, Lifecycle,
    Method, PlanOptions, Preview, Previews, Result, Rollback, RollbackTarget, RunState, Selection, SelectionReport,
    Selections, StateChange, Target, VariablePlan, VariableSet, Variables,
};

impl MemoryDeployer {
    /// Refuses a target whose kind lacks an ability.
    pub(super) fn require(&self, target: &Target, ability: Ability) -> Result<()> {
        target.validate().map_err(|error| error.with_platform(platform()))?;
        self.capabilities().require(&platform(), target.kind(), ability)
    }
}

impl Lifecycle for MemoryDeployer {
    fn start_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        async move {
            self.require(target, Ability::Start)?;
            self.call(Method::Start, |world| world.start(target)).await
        }
        .boxed()
    }

    fn stop_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        async move {
            self.require(target, Ability::Stop)?;
            self.call(Method::Stop, |world| world.stop(target)).await
        }
        .boxed()
    }

    fn read_state<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<RunState>> {
        async move {
            self.call(Method::State, |world| {
                let state = world.run_state(target);
                world.advance(world.ticks_per_read);
                state
            })
            .await
        }
        .boxed()
    }
}

impl Health for MemoryDeployer {
    fn read_health<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<HealthReading>> {
        async move {
            self.require(target, Ability::Health)?;
            self.call(Method::Health, |world| {
                let health = world.health(target);
                world.advance(world.ticks_per_read);
                health
            })
            .await
        }
        .boxed()
    }
}

impl Rollback for MemoryDeployer {
    fn list_rollback_targets<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<RollbackTarget>>> {
        async move {
            self.require(target, Ability::Rollback)?;
            self.call(Method::RollbackTargets, |world| world.versions(target, options.limit)).await
        }
        .boxed()
    }
}

impl Variables for MemoryDeployer {
    fn read_variables<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<VariableSet>> {
        async move {
            self.require(target, Ability::Variables)?;
            self.call(Method::Variables, |world| world.variables(target)).await
        }
        .boxed()
    }

    fn plan_changes<'a>(
        &'a self,
        target: &'a Target,
        desired: &'a DesiredVariables,
        options: PlanOptions,
    ) -> BoxFuture<'a, Result<VariablePlan>> {
        async move {
            self.require(target, Ability::Variables)?;
            self.call(Method::PlanVariables, |world| world.variables(target)?.plan(desired, options)).await
        }
        .boxed()
    }

    fn apply_plan<'a>(&'a self, plan: &'a VariablePlan) -> BoxFuture<'a, Result<Applied>> {
        async move {
            self.require(plan.target(), Ability::Variables)?;
            if plan.is_empty() {
                return Ok(Applied::new());
            }
            self.call(Method::ApplyVariables, |world| world.apply(plan)).await
        }
        .boxed()
    }
}

impl Previews for MemoryDeployer {
    fn list_previews<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<Preview>>> {
        async move {
            self.require(target, Ability::Previews)?;
            self.call(Method::Previews, |world| world.previews(target)).await
        }
        .boxed()
    }

    fn remove_preview<'a>(&'a self, target: &'a Target, pull_request: u64) -> BoxFuture<'a, Result<bool>> {
        async move {
            self.require(target, Ability::Previews)?;
            if pull_request == 0 {
                let message = "a pull request's number begins at 1";
                return Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform()));
            }
            self.call(Method::DeletePreview, |world| world.remove_preview(target, pull_request)).await
        }
        .boxed()
    }
}

impl Selections for MemoryDeployer {
    fn trigger_selection<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<SelectionReport>> {
        async move {
            selection.check(&platform(), &self.capabilities())?;
            self.call(Method::DeploySelection, |world| world.trigger_selection(selection)).await
        }
        .boxed()
    }
}
