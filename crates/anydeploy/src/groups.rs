//! What the adapters of this crate write alike: which groups they offer, and a trigger in two phases.

/// The methods of [`Deployer`](crate::Deployer) by which an adapter offers groups that it implements itself.
macro_rules! offers {
    ($($method:ident: $group:ident),+) => {
        $(fn $method(&self) -> Option<&dyn $crate::$group> {
            Some(self)
        })+
    };
}
pub(crate) use offers;

/// Implements [`TwoPhase`](crate::TwoPhase) for an adapter by its [`Planner`](crate::adapter::Planner).
macro_rules! two_phase {
    ($deployer:ident, $planner:ident) => {
        impl $crate::TwoPhase for $deployer {
            fn prepare_trigger<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<$crate::Intent>> {
                adapter::prepare($planner(self), request).boxed()
            }

            fn send_trigger<'a>(&'a self, intent: &'a $crate::Intent) -> BoxFuture<'a, Result<Deployment>> {
                telemetry::deploy(intent.request(), adapter::send($planner(self), intent)).boxed()
            }

            fn recover_trigger<'a>(&'a self, intent: &'a $crate::Intent) -> BoxFuture<'a, Result<Deployment>> {
                telemetry::deploy(intent.request(), adapter::recover($planner(self), intent)).boxed()
            }
        }
    };
}
pub(crate) use two_phase;
