//! A limit on how many calls are under way at once.

use tokio::sync::Semaphore;

use super::{Answer, Call, Interceptor, Next, NextBatch};
use crate::deployer::MAX_CONCURRENT_READS;
use crate::{Deployment, DeploymentId, Error, ErrorKind, Result};

/// Allows a limited number of calls at once; the others wait in the order in which they came.
///
/// A read of several deployments counts as that many calls, and is made in parts.
/// Around a [`Retry`](crate::Retry), a call keeps its turn while it waits for its next attempt.
///
/// Share one limit among clones of a deployer by putting the layered deployer into an `Arc`.
#[derive(Debug)]
pub struct ConcurrencyLimit {
    permits: Semaphore,
    calls: usize,
}

impl ConcurrencyLimit {
    /// Allows this many calls at once; 0 counts as 1.
    #[must_use]
    pub fn new(calls: usize) -> Self {
        let calls = calls.clamp(1, Semaphore::MAX_PERMITS);
        Self { permits: Semaphore::new(calls), calls }
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

    async fn batch(&self, _: Call<'_>, ids: &[DeploymentId], next: NextBatch<'_>) -> Vec<Result<Deployment>> {
        // A deployer without a batch read of its own makes several reads at once.
        let mut answers = Vec::with_capacity(ids.len());
        for part in ids.chunks(self.calls.min(MAX_CONCURRENT_READS)) {
            let many = u32::try_from(part.len()).unwrap_or(u32::MAX);
            let _permits = self.permits.acquire_many(many).await;
            answers.extend(next.call(part.to_vec()).await);
        }
        answers
    }
}
