//! Whether a write whose answer was lost was acted on.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use tokio::time::sleep;

use crate::{Backoff, Error, Result, Timing};

/// The part of the time in which a write settles that the longest pause between two reads takes.
const PAUSES: u32 = 10;

/// Decides a write whose answer was lost by reading: `read` returns whether the state shows that it was acted on.
///
/// It reads for as long as a server may take to act on a request, and a read that fails shows nothing.
/// A write that provably was not sent is not looked for.
///
/// # Errors
/// The error of the write, if nothing shows that it was acted on.
pub fn after_write<'a, F, R>(lost: Error, timing: &Timing, read: F) -> BoxFuture<'a, Result<()>>
where
    F: Fn() -> R + Send + Sync + 'a,
    R: Future<Output = Result<bool>> + Send + 'a,
{
    decide(lost, timing.trigger_settles, Box::new(move || read().boxed()))
}

/// Whether the state shows the write; of no type, so that the loop is compiled once.
type Reading<'a> = Box<dyn Fn() -> BoxFuture<'a, Result<bool>> + Send + Sync + 'a>;

fn decide(lost: Error, settles: Duration, read: Reading<'_>) -> BoxFuture<'_, Result<()>> {
    async move {
        if lost.is_safe_to_repeat() {
            return Err(lost);
        }
        let longest = settles / PAUSES;
        let mut backoff = Backoff::new(longest / 4, longest).with_budget(settles);
        loop {
            let retry_after = match read().await {
                Ok(true) => return Ok(()),
                Ok(false) => None,
                Err(error) => error.retry_after(),
            };
            let Some(wait) = backoff.next(retry_after) else {
                return Err(lost.with_advice("read its state; nothing shows whether the request was acted on"));
            };
            sleep(wait).await;
        }
    }
    .boxed()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::time::Instant;

    use super::*;
    use crate::ErrorKind;

    fn lost() -> Error {
        Error::new(ErrorKind::NoAnswer, "the connection broke")
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_shows_late_was_acted_on_also_after_reads_that_failed() {
        let reads = AtomicU32::new(0);
        let read = async || match reads.fetch_add(1, Ordering::Relaxed) {
            0 => Err(Error::new(ErrorKind::Unavailable, "restarting")),
            1..4 => Ok(false),
            _ => Ok(true),
        };
        after_write(lost(), &Timing::DEFAULT, read).await.unwrap();
        assert_eq!(reads.into_inner(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_never_shows_is_open_after_it_had_time_to_settle() {
        let started = Instant::now();
        let error = after_write(lost(), &Timing::DEFAULT, async || Ok(false)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NoAnswer, false));
        assert_eq!(started.elapsed(), Timing::DEFAULT.trigger_settles);
        assert!(error.advice().contains("nothing shows whether"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_was_refused_is_not_looked_for() {
        let reads = AtomicU32::new(0);
        let read = async || Ok(reads.fetch_add(1, Ordering::Relaxed) > 0);
        let refused = Error::new(ErrorKind::Rejected, "no");
        assert_eq!(after_write(refused, &Timing::DEFAULT, read).await.unwrap_err().kind(), ErrorKind::Rejected);
        assert_eq!(reads.into_inner(), 0);
    }
}
