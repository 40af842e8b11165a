//! The group of the health of what runs.

use futures::future::BoxFuture;

use crate::{HealthReading, Result, Target};

/// The health of what runs.
///
/// A deployment that succeeded says that the platform did its work, not that the program works.
/// Callers use [`DeployerExt::health_of`](crate::DeployerExt::health_of),
/// [`await_health`](crate::DeployerExt::await_health) and
/// [`deploy_until_healthy`](crate::DeployerExt::deploy_until_healthy).
///
/// # For implementers
/// * A platform that says "running" where nothing checks the program reports [`HealthState::Unchecked`](crate::HealthState::Unchecked).
/// * An empty list of containers is a failure of the engine or nothing that runs; where the platform does not distinguish
///   them, it is [`HealthState::Unknown`](crate::HealthState::Unknown).
pub trait Health: Send + Sync {
    /// Reads the health of a target.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the platform does not report it for its kind.
    fn read_health<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<HealthReading>>;
}
