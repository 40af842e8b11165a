//! How long and how often a deployment is looked at.

use std::time::Duration;

/// How long and how often a deployment is looked at.
///
/// By default it waits for 30 minutes, looks after 1 second at first and every 10 seconds in the end, tolerates 20
/// failed reads in a row (about three minutes, so that a server may restart or be updated meanwhile), and reads the
/// last 50 lines of the log of a deployment that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchOptions {
    /// The longest time to wait.
    pub deadline: Duration,
    /// The time between the first two looks; `None` is 1 second or what the platform's rate limit asks for.
    pub first_interval: Option<Duration>,
    /// The longest time between two looks.
    pub longest_interval: Duration,
    /// How many reads in a row may fail for transient reasons before the watch ends with the last error.
    ///
    /// A refusal by a rate limit that says how long to wait does not count; the deadline bounds those.
    pub tolerated_failures: u32,
    /// How many lines of the log of a failed deployment are read; 0 reads none.
    pub log_tail: usize,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30 * 60),
            first_interval: None,
            longest_interval: Duration::from_secs(10),
            tolerated_failures: 20,
            log_tail: 50,
        }
    }
}

impl WatchOptions {
    /// Waits at most this long.
    #[must_use]
    pub fn within(deadline: Duration) -> Self {
        Self { deadline, ..Self::default() }
    }

    /// Looks after `first` at first and every `longest` in the end.
    ///
    /// Set this only where the platform's rate limit allows it, or in tests: it overrides what
    /// [`Capabilities::poll_interval`](crate::Capabilities::poll_interval) asks for.
    #[must_use]
    pub fn with_intervals(mut self, first: Duration, longest: Duration) -> Self {
        self.first_interval = Some(first);
        self.longest_interval = longest.max(first);
        self
    }

    /// Tolerates this many failed reads in a row.
    #[must_use]
    pub fn with_tolerated_failures(mut self, failures: u32) -> Self {
        self.tolerated_failures = failures;
        self
    }

    /// Reads this many lines of the log of a failed deployment.
    #[must_use]
    pub fn with_log_tail(mut self, lines: usize) -> Self {
        self.log_tail = lines;
        self
    }
}
