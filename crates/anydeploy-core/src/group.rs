//! Groups: what a deployer may offer beside deploying, each as a trait of its own.

use futures::future::BoxFuture;

use crate::{Check, Deployment, DeploymentId, HistoryOptions, LogOptions, LogPage, Result, Service, Target};

/// A set of methods that a [`Deployer`](crate::Deployer) offers as a whole or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Group {
    /// [`History`].
    History,
    /// [`Cancel`].
    Cancel,
    /// [`Logs`].
    Logs,
    /// [`Catalog`].
    Catalog,
}

/// The deployments that a target had.
///
/// Callers use [`DeployerExt::history_of`](crate::DeployerExt::history_of).
pub trait History: Send + Sync {
    /// Lists the target's deployments, newest first.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the platform keeps no deployments of its kind.
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>>;
}

/// Stopping a deployment that is under way.
///
/// Callers use [`DeployerExt::cancel_deployment`](crate::DeployerExt::cancel_deployment).
pub trait Cancel: Send + Sync {
    /// Asks the platform to stop a deployment, and returns its state after the request.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if it is over already,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if a deployment of this kind cannot be stopped.
    fn request_cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>>;
}

/// The logs of deployments.
///
/// Callers use [`DeployerExt::logs_of`](crate::DeployerExt::logs_of).
pub trait Logs: Send + Sync {
    /// Reads the end of a deployment's log.
    ///
    /// # Errors
    /// [`ErrorKind::PermissionDenied`](crate::ErrorKind::PermissionDenied) if the token may not read logs.
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>>;
}

/// What there is to deploy, and what the credential may do.
///
/// Callers use [`DeployerExt::service`](crate::DeployerExt::service), [`services`](crate::DeployerExt::services) and
/// [`check`](crate::DeployerExt::check).
pub trait Catalog: Send + Sync {
    /// Reads what a target is and how it runs.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target.
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>>;

    /// Lists everything the token can see that can be deployed.
    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>>;

    /// Finds out whether the credential works and what it may do, without changing anything.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthorized`](crate::ErrorKind::Unauthorized) if it does not work at all.
    fn check_credential(&self) -> BoxFuture<'_, Result<Check>>;
}
