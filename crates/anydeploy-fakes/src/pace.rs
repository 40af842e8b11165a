//! How fast a fake server's deployments advance: on a clock, or only when the test says so.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How fast the deployments of a fake server advance.
///
/// A fake counts its own time in *ticks*; a lifecycle says after how many ticks each status comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pace {
    /// One tick every so often, by the clock.
    Every(Duration),
    /// No tick but those the test asks for.
    Manual,
}

impl Default for Pace {
    /// A tick every 20 milliseconds: quick for a test, slow enough to be watched.
    fn default() -> Self {
        Self::Every(Duration::from_millis(20))
    }
}

/// Counts the ticks of one fake server.
#[derive(Debug)]
pub(crate) struct Ticker {
    pace: Pace,
    origin: Instant,
    manual: AtomicU64,
}

impl Ticker {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, origin: Instant::now(), manual: AtomicU64::new(0) }
    }

    /// The ticks since the server started.
    pub(crate) fn now(&self) -> u64 {
        let manual = self.manual.load(Ordering::SeqCst);
        match self.pace {
            Pace::Every(step) => {
                let ticks = self.origin.elapsed().as_nanos() / step.as_nanos().max(1);
                u64::try_from(ticks).unwrap_or(u64::MAX).saturating_add(manual)
            }
            Pace::Manual => manual,
        }
    }

    /// Lets `ticks` pass at once, whatever the pace.
    pub(crate) fn advance(&self, ticks: u64) {
        self.manual.fetch_add(ticks, Ordering::SeqCst);
    }
}
