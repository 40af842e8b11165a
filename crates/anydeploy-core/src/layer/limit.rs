//! A limit on how many calls are under way at once.

use tokio::sync::Semaphore;

use super::{Answer, Batch, Call, Interceptor, Next};
use crate::{Deployment, DeploymentId, Error, ErrorKind, Result};

/// Allows a limited number of calls at once; the others wait in the order in which they came.
///
/// Share one limit among clones of a deployer by putting the layered deployer into an `Arc`.
#[derive(Debug)]
pub struct ConcurrencyLimit {
    permits: Semaphore,
}

impl ConcurrencyLimit {
    /// Allows this many calls at once; 0 counts as 1.
    #[must_use]
    pub fn new(calls: usize) -> Self {
        Self { permits: Semaphore::new(calls.clamp(1, Semaphore::MAX_PERMITS)) }
    }
}

impl Interceptor for ConcurrencyLimit {
    async fn call<T: Answer>(&self, _: Call<'_>, next: Next<'_, T>) -> Result<T> {
        // The semaphore is never closed.
        let Ok(_permit) = self.permits.acquire().await else {
            return Err(Error::new(ErrorKind::Unavailable, "the limit of concurrent calls is closed"));
        };
        next.call().await
    }

    async fn batch<'a>(&'a self, ids: &'a [DeploymentId], next: Batch<'a>) -> Vec<Result<Deployment>> {
        let _permit = self.permits.acquire().await;
        next(ids.to_vec()).await
    }
}
