//! Reads that are repeated where they fail for a moment.

use std::time::Duration;

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
pub async fn retry_briefly<T, F, R>(read: F) -> Result<T>
where
    F: Fn() -> R,
    R: Future<Output = Result<T>>,
{
    let mut backoff = Backoff::new(PAUSE, PAUSE * 4).with_attempts(MAX_TRIES);
    loop {
        match read().await {
            Err(error) => pause_briefly(error, &mut backoff).await?,
            answer => return answer,
        }
    }
}

/// Repeats a read that fails with a transient error until `bound` has passed, with growing pauses; a server that asks
/// for a longer wait than is left is not waited for.
///
/// # Errors
/// The error of the last attempt.
pub async fn retry_read<T, F, R>(bound: Duration, read: F) -> Result<T>
where
    F: Fn() -> R,
    R: Future<Output = Result<T>>,
{
    let mut backoff = Backoff::new(PAUSE.min(bound / 10), bound / 6).with_budget(bound);
    let mut attempts: u32 = 0;
    loop {
        match read().await {
            Err(error) => pause_for_long(error, &mut backoff, &mut attempts).await?,
            answer => return answer,
        }
    }
}

// The pauses are no part of the loops, so that they are compiled once, and not for each read.

/// Pauses after a read that failed for a moment; any other error is returned.
async fn pause_briefly(error: Error, backoff: &mut Backoff) -> Result<()> {
    if !may_be_transient(&error) || error.retry_after().is_some() {
        return Err(error);
    }
    let Some(wait) = backoff.next(None) else { return Err(error) };
    sleep(wait).await;
    Ok(())
}

/// The same as long as the backoff allows, and as the server asks.
async fn pause_for_long(error: Error, backoff: &mut Backoff, attempts: &mut u32) -> Result<()> {
    if !may_be_transient(&error) {
        return Err(error);
    }
    *attempts = attempts.saturating_add(error.attempts());
    let Some(wait) = backoff.next(error.retry_after()) else { return Err(error.with_attempts(*attempts)) };
    sleep(wait).await;
    Ok(())
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
