//! The group that cancels deployments.

use futures::future::BoxFuture;

use crate::{Deployment, DeploymentId, Result};

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
