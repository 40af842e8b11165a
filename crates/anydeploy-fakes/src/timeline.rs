//! A time that passes only as far as its owner lets it, for fakes and networks of a program that may run slowly.

use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// A time that passes only as far as its owner lets it.
///
/// A fake that goes [along it](crate::Pace::Along) advances its deployments and dates its answers by it, and a network
/// whose [plan](crate::FaultPlan::along) follows it dates its own answers by it.
/// So a program that runs slowly can let all of them wait for it.
/// Copies are the same timeline.
///
/// It is never freed, so make one a program and not one a request.
#[derive(Clone, Copy)]
pub struct Timeline(&'static Inner);

struct Inner {
    began: Instant,
    wall: DateTime<Utc>,
    /// Nanoseconds.
    passed: AtomicU64,
}

impl Timeline {
    /// A timeline that begins now, and stands still until it is [advanced](Self::advance).
    #[must_use]
    pub fn start() -> Self {
        let inner = Inner { began: Instant::now(), wall: Utc::now(), passed: AtomicU64::new(0) };
        Self(Box::leak(Box::new(inner)))
    }

    /// Advances the clock by this much time at once.
    pub fn advance(self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.passed.fetch_add(nanos, Ordering::SeqCst);
    }

    /// How much time has passed since it began.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        Duration::from_nanos(self.0.passed.load(Ordering::SeqCst))
    }

    /// The present moment, comparable with other moments of this timeline.
    #[must_use]
    pub fn now(self) -> Instant {
        self.0.began + self.elapsed()
    }

    /// The present moment as a date.
    pub(crate) fn utc(self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.elapsed()).unwrap_or_default();
        self.0.wall.checked_add_signed(passed).unwrap_or_default()
    }
}

impl PartialEq for Timeline {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self.0, other.0)
    }
}

impl Eq for Timeline {}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timeline").field(&self.elapsed()).finish()
    }
}
