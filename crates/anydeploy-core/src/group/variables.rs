//! The group that reads and writes the variables of a target.

use futures::future::{BoxFuture, FutureExt};

use crate::{Applied, DesiredVariables, PlanOptions, Result, Target, VariablePlan, VariableSet};

/// The variables of a target.
///
/// Values are printed as `[redacted]` everywhere.
/// A change takes effect with the next deployment or restart, as the platform has it.
///
/// Callers use [`DeployerExt::variables_of`](crate::DeployerExt::variables_of),
/// [`plan_variables`](crate::DeployerExt::plan_variables) and [`apply_variables`](crate::DeployerExt::apply_variables).
pub trait Variables: Send + Sync {
    /// Reads every variable that the platform lists for a target, in its order.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if its kind has no variables,
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target.
    fn read_variables<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<VariableSet>>;

    /// Reads the variables and compares them with the desired ones; nothing is written.
    ///
    /// By default it is [`read_variables`](Self::read_variables), and then [`VariableSet::plan`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) names the key whose value the platform would store as
    /// another one, or reports an empty set without [`PlanOptions::allow_empty`].
    /// [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous) names a key that stands twice and would be changed.
    fn plan_changes<'a>(
        &'a self,
        target: &'a Target,
        desired: &'a DesiredVariables,
        options: PlanOptions,
    ) -> BoxFuture<'a, Result<VariablePlan>> {
        async move { self.read_variables(target).await?.plan(desired, options) }.boxed()
    }

    /// Writes what a plan contains, each variable once, and reads it back.
    ///
    /// An empty plan sends nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if the variables changed since the plan was made: nothing was
    /// written.
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) if some were written and others not
    /// ([`Error::partial`](crate::Error::partial)).
    fn apply_plan<'a>(&'a self, plan: &'a VariablePlan) -> BoxFuture<'a, Result<Applied>>;
}
