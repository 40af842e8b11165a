//! How long and how often a call is repeated.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Backoff;
use crate::json::{VersionOne, millis};

/// How long and how often a call is repeated.
///
/// By default a call is made at most 5 times, no repeat begins later than 2 minutes after the first one began, and the
/// waits between are random, up to 0.5 seconds at first, twice that each time, and 10 seconds in the end.
///
/// In their [JSON form](crate#json) durations are milliseconds under names that end in `_ms`; a `budget_ms` of `null` is no
/// limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RetryOptions {
    v: VersionOne,
    /// The longest time between the beginning of the first attempt and that of the last.
    ///
    /// An attempt that is under way is never cut off: how long one request may take is for the adapter to say.
    #[serde(rename = "budget_ms", with = "millis")]
    pub budget: Duration,
    /// How many attempts are made at most, the first one included; 0 counts as 1.
    pub attempts: u32,
    /// The longest random wait after the first attempt; it doubles with each attempt.
    #[serde(rename = "first_backoff_ms", with = "millis")]
    pub first_backoff: Duration,
    /// The longest random wait at all; what a server asks for may be longer.
    #[serde(rename = "longest_backoff_ms", with = "millis")]
    pub longest_backoff: Duration,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            v: VersionOne,
            budget: Duration::from_mins(2),
            attempts: 5,
            first_backoff: Duration::from_millis(500),
            longest_backoff: Duration::from_secs(10),
        }
    }
}

impl RetryOptions {
    /// The waits between the attempts of one call, which begins now.
    pub(super) fn backoff(&self) -> Backoff {
        let backoff = Backoff::new(self.first_backoff, self.longest_backoff);
        backoff.with_budget(self.budget).with_attempts(self.attempts)
    }

    /// Begins the last attempt within this time.
    #[must_use]
    pub fn within(budget: Duration) -> Self {
        Self { budget, ..Self::default() }
    }

    /// Makes at most this many attempts.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Waits at random up to `first` after the first attempt, and up to `longest` in the end.
    #[must_use]
    pub fn with_backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_backoff = first;
        self.longest_backoff = longest.max(first);
        self
    }
}
