//! Whether there is another attempt, and after which wait.

use std::time::Duration;

use tokio::time::Instant;

use super::RetryOptions;
use crate::Error;

/// What is left of the time and the attempts of one call.
#[derive(Debug)]
pub(super) struct Budget<'a> {
    options: &'a RetryOptions,
    started: Instant,
    calls: u32,
}

impl<'a> Budget<'a> {
    /// A budget that begins to run now.
    pub(super) fn start(options: &'a RetryOptions) -> Self {
        Self { options, started: Instant::now(), calls: 0 }
    }

    /// Counts one attempt.
    pub(super) fn count(&mut self) {
        self.calls = self.calls.saturating_add(1);
    }

    /// How many attempts were made.
    pub(super) fn calls(&self) -> u32 {
        self.calls
    }

    /// How long to wait before the next attempt; `None` if there is none.
    pub(super) fn wait(&self, error: &Error) -> Option<Duration> {
        let left = self.options.budget.saturating_sub(self.started.elapsed());
        let asked = error.retry_after().unwrap_or_default();
        // To wait for a part of what the server asks for would only be refused again.
        if self.calls >= self.options.attempts || left.is_zero() || asked > left {
            return None;
        }
        Some(self.backoff().min(left).max(asked))
    }

    /// Full jitter: anything between nothing and a ceiling that doubles, so that many callers spread out.
    fn backoff(&self) -> Duration {
        let doublings = self.calls.saturating_sub(1);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        let ceiling = self.options.first_backoff.saturating_mul(factor).min(self.options.longest_backoff);
        ceiling.mul_f64(fastrand::f64())
    }
}
