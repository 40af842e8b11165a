//! The trait that every platform, layer and test double implements.

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};

use crate::{
    Cancel, Capabilities, Catalog, DeployRequest, Deployment, DeploymentId, Health, History, Hub, Lifecycle, Logs,
    Platform, Previews, Result, Rollback, Selections, TwoPhase, Variables,
};

/// How many reads are under way at once where a platform reads deployments one by one.
pub(crate) const MAX_CONCURRENT_READS: usize = 8;

/// Deploys on one platform and reads deployments back.
///
/// The trait is small and dyn-safe: programs hold an `Arc<dyn Deployer>`.
/// [`DeployerExt`](crate::DeployerExt) adds waiting, and flat calls for the groups.
///
/// Everything beside deploying is in **groups** ([`TwoPhase`], [`History`], [`Cancel`], [`Logs`], [`Catalog`],
/// [`Lifecycle`], [`Rollback`], [`Variables`], [`Previews`], [`Selections`], [`Health`]).
/// A group that a deployer does not offer is `None`; so a layer that does not know a group hides it, and no call bypasses
/// the layer.
/// New abilities come as new groups; these methods stay.
///
/// # For implementers
/// * [`deploy`](Self::deploy) sends its trigger at most once, and says in the error whether it was acted on.
/// * [`deployment`](Self::deployment) reports a terminal phase only for the deployment it was asked about, never for an
///   older or newer one of the same target; until it can distinguish them it returns
///   [`Identity::Pending`](crate::Identity::Pending).
/// * A deployment that ran before the request is no answer to it, unless the request has
///   [`Adoption::Any`](crate::Adoption::Any): the error is
///   [`ErrorKind::AlreadyRunning`](crate::ErrorKind::AlreadyRunning), and holds that deployment as
///   [`last`](crate::Error::last), with [`Identity::Adopted`](crate::Identity::Adopted); one with another identity is the
///   late deployment of an earlier attempt of the same call, which [`Retry`](crate::Retry) returns.
/// * An unknown word is [`Phase::Unknown`](crate::Phase::Unknown), never success.
/// * Futures may be dropped at any point.
/// * No credential stands in `Debug`, in an error or in a trace.
pub trait Deployer: Debug + Send + Sync + 'static {
    /// The platform it deploys on.
    fn platform(&self) -> Platform;

    /// What a request may ask for.
    fn capabilities(&self) -> Capabilities;

    /// Triggers one deployment and says which one it is; the [action](crate::Action) of the request may be another, such as
    /// a restart.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) and
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) before anything is sent; whatever the platform
    /// answers; after a lost answer [`ErrorKind::Undecidable`](crate::ErrorKind::Undecidable), or
    /// [`ErrorKind::NotTriggered`](crate::ErrorKind::NotTriggered) once it is shown that nothing was started.
    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>>;

    /// Reads one deployment.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if the platform does not know it, or not any more.
    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>>;

    /// Reads several deployments, in the order of `ids`, each with its own result.
    ///
    /// By default it reads them one by one, at most 8 at once.
    fn deployments<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
        in_order(ids.iter().map(|id| self.deployment(id)).collect())
    }

    /// Deploying in two steps that a crash may separate, if the adapter can recover what was sent.
    fn two_phase(&self) -> Option<&dyn TwoPhase> {
        None
    }

    /// The deployments that a target had, if the platform lists them.
    fn history(&self) -> Option<&dyn History> {
        None
    }

    /// Stopping a deployment that is under way, if the platform can.
    fn cancel(&self) -> Option<&dyn Cancel> {
        None
    }

    /// The logs of deployments, if the platform gives them out.
    fn logs(&self) -> Option<&dyn Logs> {
        None
    }

    /// What there is to deploy, and what the credential may do, if the platform reports it.
    fn catalog(&self) -> Option<&dyn Catalog> {
        None
    }

    /// Starting and stopping targets, and how they run, if the platform can.
    fn lifecycle(&self) -> Option<&dyn Lifecycle> {
        None
    }

    /// The versions that a target can go back to, if the platform has rollbacks.
    fn rollback(&self) -> Option<&dyn Rollback> {
        None
    }

    /// The variables of targets, if the platform gives them out.
    fn variables(&self) -> Option<&dyn Variables> {
        None
    }

    /// The previews of pull requests, if the platform lists and deletes them.
    fn previews(&self) -> Option<&dyn Previews> {
        None
    }

    /// Deploying several targets by one request, if the platform can.
    fn selections(&self) -> Option<&dyn Selections> {
        None
    }

    /// The health of targets, if the platform reports it.
    fn health(&self) -> Option<&dyn Health> {
        None
    }

    /// The hub that the watches of this deployer share, if it reads many deployments by few requests.
    ///
    /// Without one each watch polls by itself.
    /// A wrapper that changes what is read must not pass it on.
    fn hub(&self) -> Option<Hub> {
        None
    }
}

/// Implements the trait for a pointer to a deployer, every method by forwarding.
macro_rules! forward {
    ($pointer:ty) => {
        #[deny(clippy::missing_trait_methods)]
        impl<T: Deployer + ?Sized> Deployer for $pointer {
            fn platform(&self) -> Platform {
                (**self).platform()
            }

            fn capabilities(&self) -> Capabilities {
                (**self).capabilities()
            }

            fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
                (**self).deploy(request)
            }

            fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
                (**self).deployment(id)
            }

            fn deployments<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
                (**self).deployments(ids)
            }

            fn two_phase(&self) -> Option<&dyn TwoPhase> {
                (**self).two_phase()
            }

            fn history(&self) -> Option<&dyn History> {
                (**self).history()
            }

            fn cancel(&self) -> Option<&dyn Cancel> {
                (**self).cancel()
            }

            fn logs(&self) -> Option<&dyn Logs> {
                (**self).logs()
            }

            fn catalog(&self) -> Option<&dyn Catalog> {
                (**self).catalog()
            }

            fn lifecycle(&self) -> Option<&dyn Lifecycle> {
                (**self).lifecycle()
            }

            fn rollback(&self) -> Option<&dyn Rollback> {
                (**self).rollback()
            }

            fn variables(&self) -> Option<&dyn Variables> {
                (**self).variables()
            }

            fn previews(&self) -> Option<&dyn Previews> {
                (**self).previews()
            }

            fn selections(&self) -> Option<&dyn Selections> {
                (**self).selections()
            }

            fn health(&self) -> Option<&dyn Health> {
                (**self).health()
            }

            fn hub(&self) -> Option<Hub> {
                (**self).hub()
            }
        }
    };
}

forward!(Arc<T>);
forward!(Box<T>);

/// The answers of several reads, in their order.
///
/// It is no part of what is generic, so that it is compiled once for all deployers.
pub(crate) fn in_order(reads: Vec<BoxFuture<'_, Result<Deployment>>>) -> BoxFuture<'_, Vec<Result<Deployment>>> {
    Box::pin(stream::iter(reads).buffered(MAX_CONCURRENT_READS).collect())
}
