//! The trait that every platform, layer and test double implements.

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt, ready};
use futures::stream::{self, StreamExt};

use crate::{
    Capabilities, Check, DeployRequest, Deployment, DeploymentId, Error, HistoryOptions, LogOptions, LogPage, Method,
    Platform, Result, Service, Target,
};

/// How many reads are under way at once where a platform reads deployments one by one.
const AT_ONCE: usize = 8;

/// Deploys on one platform and tells what became of it.
///
/// The trait is small and dyn-safe: programs hold an `Arc<dyn Deployer>`, and waiting is on top of it, in
/// [`DeployerExt`](crate::DeployerExt).
/// A method that a platform lacks keeps its default body, which answers
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported); [`capabilities`](Self::capabilities) says so beforehand.
///
/// # For implementers
/// * [`deploy`](Self::deploy) sends its trigger at most once, and says in the error whether it was acted on.
/// * [`deployment`](Self::deployment) reports a terminal phase only for the deployment it was asked about, never for an
///   older or newer one of the same target; until it can tell them apart it answers
///   [`Identity::Pending`](crate::Identity::Pending).
/// * A deployment that ran before the request is no answer to it, unless the request has
///   [`Adoption::Any`](crate::Adoption::Any): the error is
///   [`ErrorKind::AlreadyRunning`](crate::ErrorKind::AlreadyRunning), and holds that deployment as
///   [`last`](crate::Error::last).
/// * An unknown word is [`Phase::Unknown`](crate::Phase::Unknown), never success.
/// * Futures may be dropped at any point.
/// * No credential stands in `Debug`, in an error or in a trace.
pub trait Deployer: Debug + Send + Sync + 'static {
    /// The platform it deploys on.
    fn platform(&self) -> Platform;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Triggers one deployment and says which one it is.
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
    fn deployments_by_id<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
        let reads: Vec<_> = ids.iter().map(|id| self.deployment(id)).collect();
        stream::iter(reads).buffered(AT_ONCE).collect().boxed()
    }

    /// Lists the target's deployments, newest first.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where the platform keeps none.
    fn history<'a>(&'a self, target: &'a Target, options: HistoryOptions) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        let _ = (target, options);
        unsupported(self.platform(), Method::History)
    }

    /// Asks the platform to stop a deployment, and tells where it then stands.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if it is over already,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where a deployment cannot be stopped.
    fn cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        let _ = id;
        unsupported(self.platform(), Method::Cancel)
    }

    /// Reads the end of a deployment's log.
    ///
    /// # Errors
    /// [`ErrorKind::PermissionDenied`](crate::ErrorKind::PermissionDenied) if the token may not read logs.
    fn logs<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        let _ = (id, options);
        unsupported(self.platform(), Method::Logs)
    }

    /// Reads what a target is and how it runs.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target.
    fn service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        let _ = target;
        unsupported(self.platform(), Method::Service)
    }

    /// Lists everything the token can see that can be deployed.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where the platform has no such list.
    fn services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        unsupported(self.platform(), Method::Services)
    }

    /// Finds out whether the credential works and what it may do, without changing anything.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthorized`](crate::ErrorKind::Unauthorized) if it does not work at all.
    fn check(&self) -> BoxFuture<'_, Result<Check>> {
        unsupported(self.platform(), Method::Check)
    }
}

fn unsupported<T: Send + 'static>(platform: Platform, method: Method) -> BoxFuture<'static, Result<T>> {
    ready(Err(Error::unsupported(platform, method.purpose()))).boxed()
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

            fn deployments_by_id<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
                (**self).deployments_by_id(ids)
            }

            fn history<'a>(
                &'a self,
                target: &'a Target,
                options: HistoryOptions,
            ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
                (**self).history(target, options)
            }

            fn cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
                (**self).cancel(id)
            }

            fn logs<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
                (**self).logs(id, options)
            }

            fn service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
                (**self).service(target)
            }

            fn services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
                (**self).services()
            }

            fn check(&self) -> BoxFuture<'_, Result<Check>> {
                (**self).check()
            }
        }
    };
}

forward!(Arc<T>);
forward!(Box<T>);
