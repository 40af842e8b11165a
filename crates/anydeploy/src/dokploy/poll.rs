//! Polls that do not wait for one another, so that an answer that never comes holds up no other.

use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

/// Polls once after each of `pauses`, until `accept` takes an answer; `None` if it takes none.
///
/// A poll that has no answer after `patience` goes on beside the next ones: a build from git may be over, and its tag
/// overwritten, before a read without an answer ends.
pub(super) async fn poll<T, R, P>(
    pauses: impl IntoIterator<Item = Duration>,
    patience: Duration,
    poll: impl Fn() -> P,
    mut accept: impl FnMut(T) -> Option<R>,
) -> Option<R>
where
    P: Future<Output = T>,
{
    let mut running = FuturesUnordered::new();
    for pause in pauses {
        let next = Instant::now() + pause;
        while let Ok(Some(answer)) = timeout_at(next, running.next()).await {
            if let Some(accepted) = accept(answer) {
                return Some(accepted);
            }
        }
        sleep_until(next).await;
        running.push(poll());
        if let Ok(Some(answer)) = timeout(patience, running.next()).await
            && let Some(accepted) = accept(answer)
        {
            return Some(accepted);
        }
    }
    while let Some(answer) = running.next().await {
        if let Some(accepted) = accept(answer) {
            return Some(accepted);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::time::sleep;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Polls every 10 ms with a patience of 5 ms, while the n-th poll takes `takes(n)` and answers `n`.
    async fn run(takes: impl Fn(u32) -> Duration, wanted: u32) -> (Option<u32>, Duration) {
        let (polls, started) = (AtomicU32::new(0), Instant::now());
        let one = || {
            let number = polls.fetch_add(1, Ordering::Relaxed);
            let time = takes(number);
            async move {
                sleep(time).await;
                number
            }
        };
        let found = poll([MS * 10; 5], MS * 5, one, |number| (number == wanted).then_some(number)).await;
        (found, started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_never_comes_holds_up_no_other_poll() {
        let silent_first = |number| if number == 0 { MS * 30_000 } else { MS };
        assert_eq!(run(silent_first, 1).await, (Some(1), MS * 26));
        assert_eq!(run(|_| MS, 4).await, (Some(4), MS * 55));
        let late_first = |number| if number == 0 { MS * 12 } else { MS * 1000 };
        assert_eq!(run(late_first, 0).await, (Some(0), MS * 22), "an answer counts also when another poll has begun");
        assert_eq!(run(|_| MS * 100, 4).await.0, Some(4), "after the last pause every answer is waited for");
        assert_eq!(run(|_| MS, 7).await.0, None);
    }
}
