//! The group of a target's earlier deployments.

use futures::future::BoxFuture;

use crate::{Deployment, HistoryOptions, Result, Target};

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
