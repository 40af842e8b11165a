//! How long and how often a deployment is polled.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::json::{millis, optional_millis, optional_moment};
use crate::{Backoff, Deployer, Jitter};

/// The wait that stands for every one beyond what the clock can hold: thirty years.
const MAX_WAIT: Duration = Duration::from_hours(262_800);

/// How long and how often a deployment is polled.
///
/// By default a watch waits for 30 minutes, polls after 1 second at first and every 10 seconds in the end, tolerates 20
/// failed polls in a row (about three minutes, so that a server may restart or be updated meanwhile), and reads the
/// last 50 lines of the log of a deployment that failed.
///
/// A failure is reported up to 10 seconds after the deadline where its log is read.
///
/// In their [JSON form](crate#json) durations are milliseconds under names that end in `_ms`; a `deadline_ms` of `null` is
/// no deadline but `until`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WatchOptions {
    /// The longest time to wait.
    ///
    /// It counts from the first poll of the deployment: for [`watch`](crate::DeployerExt::watch) that is when the watch is
    /// first awaited or polled as a stream, however long ago it was made; for
    /// [`deploy_and_wait`](crate::DeployerExt::deploy_and_wait) it is when the trigger was answered.
    /// What comes before does not count: a trigger has limits of its own.
    #[serde(rename = "deadline_ms", with = "millis")]
    pub deadline: Duration,
    /// The moment at which waiting ends by the clock of this machine, if that is earlier than [`deadline`](Self::deadline).
    ///
    /// It is compared with the clock once, when [`deadline`](Self::deadline) begins to count.
    #[serde(with = "optional_moment", skip_serializing_if = "Option::is_none")]
    pub until: Option<SystemTime>,
    /// The time between the first two polls; `None` is 1 second or what the platform's rate limit asks for.
    #[serde(rename = "first_interval_ms", with = "optional_millis", skip_serializing_if = "Option::is_none")]
    pub first_interval: Option<Duration>,
    /// The longest time between two polls.
    #[serde(rename = "longest_interval_ms", with = "millis")]
    pub longest_interval: Duration,
    /// The time that each poll is given at least, even if less is left until the deadline; by default 5 seconds.
    #[serde(rename = "min_poll_time_ms", with = "millis")]
    pub min_poll_time: Duration,
    /// How many polls in a row may fail for transient reasons before the watch ends with the last error.
    ///
    /// A refusal by a rate limit that says how long to wait does not count; the deadline bounds those.
    pub tolerated_failures: u32,
    /// How many lines of the log of a failed deployment are read; 0 reads none.
    pub log_tail: usize,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            deadline: Duration::from_mins(30),
            until: None,
            first_interval: None,
            longest_interval: Duration::from_secs(10),
            min_poll_time: Duration::from_secs(5),
            tolerated_failures: 20,
            log_tail: 50,
        }
    }
}

impl WatchOptions {
    /// Waits at most this long.
    ///
    /// With [`Duration::ZERO`] the deployment is polled once.
    #[must_use]
    pub fn within(deadline: Duration) -> Self {
        Self { deadline, ..Self::default() }
    }

    /// Waits until this moment by the clock of this machine: for programs that store a deadline and go on after a restart.
    ///
    /// A [`SystemTime`] and a `chrono::DateTime<Utc>` will both do.
    /// If the moment has passed, the deployment is polled once.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use anydeploy_core::WatchOptions;
    ///
    /// let stored = SystemTime::now() + Duration::from_secs(600);
    /// assert_eq!(WatchOptions::until(stored).until, Some(stored));
    /// ```
    #[must_use]
    pub fn until(moment: impl Into<SystemTime>) -> Self {
        Self { deadline: Duration::MAX, until: Some(moment.into()), ..Self::default() }
    }

    /// Polls after `first` at first and every `longest` in the end.
    ///
    /// Set this only where the platform's rate limit allows it, or in tests: it overrides what
    /// [`Capabilities::poll_interval`](crate::Capabilities::poll_interval) asks for.
    #[must_use]
    pub fn with_intervals(mut self, first: Duration, longest: Duration) -> Self {
        self.first_interval = Some(first);
        self.longest_interval = longest.max(first);
        self
    }

    /// Gives each poll at least this long for its answer.
    #[must_use]
    pub fn with_min_poll_time(mut self, time: Duration) -> Self {
        self.min_poll_time = time;
        self
    }

    /// Tolerates this many failed polls in a row.
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

    /// How long a watch that begins at `now` may wait.
    fn left_at(&self, now: SystemTime) -> Duration {
        let left = self.until.map(|until| until.duration_since(now).unwrap_or_default());
        left.map_or(self.deadline, |left| left.min(self.deadline))
    }

    /// The times between polls: they grow by half each time, and vary by a fifth so that many watches spread out.
    ///
    /// None is shorter than the first, which is what the platform's rate limit allows.
    pub(crate) fn intervals<D: Deployer + ?Sized>(&self, deployer: &D) -> Backoff {
        let first = self.first_interval.unwrap_or_else(|| deployer.capabilities().poll_interval);
        // Without any wait at all, a watch would keep its thread and the server busy.
        let first = first.max(Duration::from_millis(1));
        Backoff::new(first, self.longest_interval).with_growth(1.5).with_jitter(Jitter::Fifth)
    }

    /// The deadline of a watch that begins now.
    pub(crate) fn ends_at(&self) -> Instant {
        after(self.left_at(SystemTime::now()))
    }
}

/// The moment after a wait; a wait beyond what the clock can hold counts as [`MAX_WAIT`].
pub(crate) fn after(wait: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(wait).unwrap_or(now + MAX_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_of_duration_and_moment_counts() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let minutes = |count: u64| Duration::from_secs(60 * count);
        assert_eq!(WatchOptions::until(now + minutes(5)).left_at(now), minutes(5));
        assert_eq!(WatchOptions::until(now - minutes(5)).left_at(now), Duration::ZERO, "it has passed");
        assert_eq!(WatchOptions::within(minutes(5)).left_at(now), minutes(5));
        let mut both = WatchOptions::within(minutes(5));
        both.until = Some(now + minutes(9));
        assert_eq!(both.left_at(now), minutes(5));
        both.until = Some(now + minutes(1));
        assert_eq!(both.left_at(now), minutes(1));
    }

    #[test]
    fn a_moment_of_chrono_will_do() {
        let moment = chrono::DateTime::from_timestamp(1_700_000_000, 0).map(|moment| moment.to_utc());
        assert_eq!(
            moment.map(|moment| WatchOptions::until(moment).until),
            Some(Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)))
        );
    }
}
