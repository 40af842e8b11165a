//! Reads that run side by side.

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::Result;

/// Runs all reads side by side, at most `limit` at once (at least 1), and returns their answers in the order of the reads.
#[must_use = "nothing is read before it is awaited"]
pub fn concurrently<'a, T: Send + 'a>(limit: usize, reads: Vec<BoxFuture<'a, T>>) -> BoxFuture<'a, Vec<T>> {
    let mut all = Vec::new();
    for read in reads {
        all.push(async move { Ok(read.await) }.boxed());
    }
    // None of them fails.
    async move { try_concurrently(limit, all).await.unwrap_or_default() }.boxed()
}

/// Runs reads side by side, at most `limit` at once (at least 1), until one fails; returns their answers in the order of the
/// reads.
///
/// # Errors
/// The first error in time; the reads that have no answer by then are dropped, and the rest is not begun.
#[must_use = "nothing is read before it is awaited"]
pub fn try_concurrently<'a, T: Send + 'a>(
    limit: usize,
    reads: Vec<BoxFuture<'a, Result<T>>>,
) -> BoxFuture<'a, Result<Vec<T>>> {
    async move {
        let (mut places, mut all) = (places(reads.len()), Vec::new());
        for (place, read) in places.iter_mut().zip(reads) {
            let one = async move {
                *place = Some(read.await?);
                Ok(())
            };
            all.push(one.boxed());
        }
        run(limit, all).await?;
        Ok(answers(places))
    }
    .boxed()
}

/// The scheduling knows no type of an answer, so that it is compiled once, and not for each of them.
fn run(limit: usize, all: Vec<BoxFuture<'_, Result<()>>>) -> BoxFuture<'_, Result<()>> {
    // A limit of 0 would be none.
    stream::iter(all).map(Ok).try_for_each_concurrent(limit.max(1), |one| one).boxed()
}

/// A place for each answer.
fn places<T>(length: usize) -> Vec<Option<T>> {
    let mut places = Vec::new();
    places.resize_with(length, || None);
    places
}

#[expect(
    clippy::manual_flatten,
    reason = "it is compiled for each answer, and iterators would cost three times as much"
)]
fn answers<T>(places: Vec<Option<T>>) -> Vec<T> {
    let mut answers = Vec::new();
    for place in places {
        if let Some(answer) = place {
            answers.push(answer);
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::{Error, ErrorKind};

    #[tokio::test(start_paused = true)]
    async fn answers_come_in_the_order_of_the_reads_and_no_more_run_than_allowed() {
        for (limit, most_at_once, ms) in [(2, 2, 50), (1, 1, 100), (0, 1, 100)] {
            let (running, most, started) = (AtomicUsize::new(0), AtomicUsize::new(0), Instant::now());
            let read = |number: u64| {
                let (running, most) = (&running, &most);
                async move {
                    most.fetch_max(running.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                    sleep(Duration::from_millis(10 * (4 - number))).await;
                    running.fetch_sub(1, Ordering::Relaxed);
                    number
                }
                .boxed()
            };
            assert_eq!(concurrently(limit, (0..4).map(read).collect()).await, [0, 1, 2, 3]);
            assert_eq!((most.load(Ordering::Relaxed), started.elapsed()), (most_at_once, Duration::from_millis(ms)));
        }
        assert_eq!(concurrently::<()>(2, Vec::new()).await, []);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_failure_nothing_more_is_read() {
        let (begun, started) = (AtomicUsize::new(0), Instant::now());
        let read = |number: u64| {
            let begun = &begun;
            async move {
                begun.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(10 * (4 - number))).await;
                if number == 1 { Err(Error::new(ErrorKind::Unauthorized, "no")) } else { Ok(number) }
            }
            .boxed()
        };
        let error = try_concurrently(2, (0..4).map(read).collect()).await.unwrap_err();
        assert_eq!((error.kind(), started.elapsed()), (ErrorKind::Unauthorized, Duration::from_millis(30)));
        assert_eq!(begun.load(Ordering::Relaxed), 2);
        let all = (0..3).map(|number| async move { Ok(number) }.boxed()).collect();
        assert_eq!(try_concurrently(2, all).await.unwrap(), [0, 1, 2]);
    }
}
