//! The group of the logs of deployments.

use futures::future::BoxFuture;

use crate::{DeploymentId, LogOptions, LogPage, Result};

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
