//! The variables of a target: its own, and those of what stands above it.

mod levels;
mod rules;
mod write;

use futures::future::{BoxFuture, FutureExt};

use super::api::Api;
use super::{Qovery, ids};
use crate::{
    Ability, Applied, Deployer, DesiredVariables, Error, PlanOptions, Result, Target, VariablePlan, VariableSet,
    Variables, platform,
};

impl Variables for Qovery {
    fn read_variables<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<VariableSet>> {
        async move {
            self.capabilities().require(&platform::QOVERY, target.kind(), Ability::Variables)?;
            read(&self.api, &ids::target(target)?).await
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
            self.capabilities().require(&platform::QOVERY, target.kind(), Ability::Variables)?;
            let of_qovery = |error: Error| error.with_platform(platform::QOVERY);
            rules::check_desired(desired).map_err(of_qovery)?;
            let plan = read(&self.api, &ids::target(target)?).await?.plan(desired, options).map_err(of_qovery)?;
            rules::check(&plan).map_err(of_qovery)?;
            let base = plan.base().clone();
            Ok(plan.with_warnings(|entry, wanted| rules::warning(&base, entry, wanted)))
        }
        .boxed()
    }

    fn apply_plan<'a>(&'a self, plan: &'a VariablePlan) -> BoxFuture<'a, Result<Applied>> {
        write::apply(self, plan).boxed()
    }
}

/// Reads the variables of a target.
async fn read(api: &Api, target: &Target) -> Result<VariableSet> {
    let scope = levels::scope_of(target.kind())?;
    let rows = api.variables(target, &scope).await?;
    Ok(VariableSet::new(target.clone(), rows.into_iter().map(|row| levels::variable(row, &scope)).collect()))
}
