//! The group of logs: of deployments, and of what runs.

use futures::future::{BoxFuture, FutureExt, ready};

use crate::{
    DeploymentId, Error, ErrorKind, Explanation, LogFeed, LogOptions, LogPage, Result, ServiceLogOptions, Target,
};

/// The logs of deployments and of running services.
///
/// Callers use [`DeployerExt::logs_of`](crate::DeployerExt::logs_of), [`follow`](crate::DeployerExt::follow),
/// [`service_logs`](crate::DeployerExt::service_logs) and [`explain`](crate::DeployerExt::explain).
pub trait Logs: Send + Sync {
    /// Reads the end of a deployment's log.
    ///
    /// # Errors
    /// [`ErrorKind::PermissionDenied`](crate::ErrorKind::PermissionDenied) if the token may not read logs.
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>>;

    /// A connection through which the lines of a deployment's log come, if the platform has one; the log is polled
    /// otherwise, which is the default.
    ///
    /// Nothing is sent before the feed is polled.
    /// It is asked for again when the id says more, so that a feed may wait for a deployment that has not begun.
    fn open_log(&self, id: &DeploymentId) -> Option<LogFeed> {
        let _ = id;
        None
    }

    /// Reads the end of the log of what runs.
    ///
    /// By default it is not offered.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target or part,
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if it does not run,
    /// [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous) if it has several parts and none is named,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the platform gives out no logs of its kind.
    fn read_service_log<'a>(
        &'a self,
        target: &'a Target,
        options: ServiceLogOptions,
    ) -> BoxFuture<'a, Result<LogPage>> {
        let _ = (target, options);
        not_offered("the log of a running service")
    }

    /// Reads what a deployment did, stage by stage, with the time and the error of each step.
    ///
    /// By default it is not offered.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the platform has no stages.
    fn explain_deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Explanation>> {
        let _ = id;
        not_offered("the stages of a deployment")
    }
}

/// The answer of a method that a deployer does not have.
fn not_offered<'a, T: Send + 'a>(what: &str) -> BoxFuture<'a, Result<T>> {
    let message = format!("does not offer {what}");
    ready(Err(Error::new(ErrorKind::Unsupported, message))).boxed()
}
