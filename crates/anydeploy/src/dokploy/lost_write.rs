//! A write whose answer is lost: what is read later decides whether it was acted on.

use std::time::Duration;

use tokio::time::sleep;

use crate::adapter::retry_briefly;
use crate::{Backoff, Result, Timing};

/// No read showed the effect of a write in the time that a server may take to act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unseen {
    /// Whether the last read succeeded, so that nothing had changed by then.
    pub(super) was_read: bool,
}

/// Reads until `read` returns what the write did; `None` says that it does not show so far.
pub(super) async fn effect<T, R>(timing: &Timing, read: impl Fn() -> R + Send + Sync) -> Result<T, Unseen>
where
    T: Send,
    R: Future<Output = Result<Option<T>>> + Send,
{
    let settles = timing.trigger_settles;
    let mut backoff = Backoff::new(settles / 150, settles / 4).with_budget(settles);
    let mut pause = Duration::ZERO;
    loop {
        sleep(pause).await;
        let was_read = match retry_briefly(&read).await {
            Ok(Some(effect)) => return Ok(effect),
            read => read.is_ok(),
        };
        match backoff.next(None) {
            Some(next) => pause = next,
            None => return Err(Unseen { was_read }),
        }
    }
}
