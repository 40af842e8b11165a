//! Reads that run side by side.

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt};

/// Runs reads side by side, at most `limit` at once, and returns their answers in the order of the reads.
#[must_use = "nothing is read before it is awaited"]
#[expect(
    clippy::manual_flatten,
    reason = "the loops are compiled for each answer, and iterators would cost three times as much"
)]
pub fn concurrently<'a, T: Send + 'a>(limit: usize, reads: Vec<BoxFuture<'a, T>>) -> BoxFuture<'a, Vec<T>> {
    async move {
        let mut places: Vec<Option<T>> = Vec::new();
        places.resize_with(reads.len(), || None);
        let mut all = Vec::new();
        for (place, read) in places.iter_mut().zip(reads) {
            all.push(async move { *place = Some(read.await) }.boxed());
        }
        run(limit, all).await;
        let mut answers = Vec::new();
        for place in places {
            if let Some(answer) = place {
                answers.push(answer);
            }
        }
        answers
    }
    .boxed()
}

/// What runs is of no type, so that the scheduling is compiled once, and not for each answer.
fn run(limit: usize, all: Vec<BoxFuture<'_, ()>>) -> BoxFuture<'_, ()> {
    stream::iter(all).for_each_concurrent(limit, |one| one).boxed()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn answers_come_in_the_order_of_the_reads_and_no_more_run_than_allowed() {
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
        assert_eq!(concurrently(2, (0..4).map(read).collect()).await, [0, 1, 2, 3]);
        assert_eq!((most.load(Ordering::Relaxed), started.elapsed()), (2, Duration::from_millis(50)));
        assert_eq!(concurrently::<()>(2, Vec::new()).await, []);
    }
}
