//! Reads that are repeated where they fail for a moment.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use tokio::time::sleep;

use crate::{Backoff, Error, ErrorKind, Result};

/// How often a single read is tried within a poll.
const MAX_TRIES: u32 = 4;

/// The longest pause after the first of them; it doubles each time.
const PAUSE: Duration = Duration::from_millis(100);

/// Tries a read a few times, so that one failure does not cost the whole poll; an error with a `Retry-After` is
/// returned.
///
/// # Errors
/// The error of the last attempt.
pub fn retry_briefly<'a, T, F, R>(read: F) -> BoxFuture<'a, Result<T>>
where
    T: Send + 'a,
    F: Fn() -> R + Send + Sync + 'a,
    R: Future<Output = Result<T>> + Send + 'a,
{
    let backoff = Backoff::new(PAUSE, PAUSE * 4).with_attempts(MAX_TRIES);
    repeated(Box::new(move || read().boxed()), Pauses { backoff, is_brief: true, attempts: 0 })
}

/// Repeats a read that fails with a transient error until `bound` has passed, with growing pauses; a server that asks
/// for a longer wait than is left is not waited for.
///
/// # Errors
/// The error of the last attempt.
pub fn retry_read<'a, T, F, R>(bound: Duration, read: F) -> BoxFuture<'a, Result<T>>
where
    T: Send + 'a,
    F: Fn() -> R + Send + Sync + 'a,
    R: Future<Output = Result<T>> + Send + 'a,
{
    let backoff = Backoff::new(PAUSE.min(bound / 10), bound / 6).with_budget(bound);
    repeated(Box::new(move || read().boxed()), Pauses { backoff, is_brief: false, attempts: 0 })
}

/// A read of no type but that of its answer, so that the loop is compiled once for each answer, and not for each read.
type Reading<'a, T> = Box<dyn Fn() -> BoxFuture<'a, Result<T>> + Send + Sync + 'a>;

fn repeated<'a, T: Send + 'a>(read: Reading<'a, T>, mut pauses: Pauses) -> BoxFuture<'a, Result<T>> {
    async move {
        loop {
            match read().await {
                Err(error) => pauses.after(error).await?,
                answer => return answer,
            }
        }
    }
    .boxed()
}

/// The pauses between the attempts of one read.
struct Pauses {
    backoff: Backoff,
    /// A server that asks for a wait is not waited for.
    is_brief: bool,
    attempts: u32,
}

impl Pauses {
    /// Pauses after an attempt that failed for a moment; any other error is returned, and so is the last one.
    fn after(&mut self, error: Error) -> BoxFuture<'_, Result<()>> {
        async move {
            let retry_after = error.retry_after();
            if !may_be_transient(&error) || self.is_brief && retry_after.is_some() {
                return Err(error);
            }
            self.attempts = self.attempts.saturating_add(error.attempts());
            match self.backoff.next(retry_after) {
                Some(wait) => {
                    sleep(wait).await;
                    Ok(())
                }
                None if self.is_brief => Err(error),
                None => Err(error.with_attempts(self.attempts)),
            }
        }
        .boxed()
    }
}

/// Whether the same read may succeed a little later; a proxy's page, or what a proxy wraps around an answer, is as
/// transient as a refused connection.
#[must_use]
pub fn may_be_transient(error: &Error) -> bool {
    error.is_transient() || matches!(error.kind(), ErrorKind::Unreadable | ErrorKind::AnswerTooLarge)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::time::Instant;

    use super::*;

    fn limited(wait: Duration) -> Error {
        Error::new(ErrorKind::RateLimited, "slow").with_retry_after(Some(wait))
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_is_repeated_no_earlier_than_the_server_asks() {
        let (reads, started) = (AtomicU32::new(0), Instant::now());
        let read = async || match reads.fetch_add(1, Ordering::Relaxed) {
            0 => Err(limited(Duration::from_secs(40))),
            _ => Ok(()),
        };
        retry_read(Duration::from_mins(1), read).await.unwrap();
        assert!(started.elapsed() >= Duration::from_secs(40), "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_search_is_not_held_up_by_one_read_that_the_server_limits() {
        let reads = AtomicU32::new(0);
        let read = async || {
            reads.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(limited(Duration::from_secs(1)))
        };
        assert_eq!(retry_briefly(read).await.unwrap_err().kind(), ErrorKind::RateLimited);
        assert_eq!(reads.into_inner(), 1);
    }
}
