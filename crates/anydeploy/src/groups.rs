//! What the adapters of this crate write alike: which groups they offer, a trigger in two phases, and polls of many watches.

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
                telemetry::deploy(intent.request(), adapter::send($planner(self), intent).boxed()).boxed()
            }

            fn recover_trigger<'a>(&'a self, intent: &'a $crate::Intent) -> BoxFuture<'a, Result<Deployment>> {
                telemetry::deploy(intent.request(), adapter::recover($planner(self), intent).boxed()).boxed()
            }
        }
    };
}
pub(crate) use two_phase;

/// The methods of [`Deployer`](crate::Deployer) by which an adapter polls for many watches together; its file `batch.rs`
/// holds the `PACE`.
macro_rules! polls_together {
    () => {
        fn deployments<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
            $crate::adapter::read_by_batch(self, batch::PACE, ids)
        }

        fn hub(&self) -> Option<$crate::adapter::Hub> {
            $crate::adapter::Hub::shared(&self.platform(), &self.account, batch::PACE, || Arc::new(self.clone()))
        }
    };
}
pub(crate) use polls_together;
