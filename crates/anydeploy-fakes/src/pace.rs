//! How fast a fake server's deployments advance: on a clock, along a timeline, or only when the test says so.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::timeline::Timeline;

/// How fast the deployments of a fake server advance.
///
/// A fake counts its own time in *ticks*; a lifecycle says after how many ticks each status comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pace {
    /// One tick for each interval of this length, by the clock of this machine.
    Every(Duration),
    /// One tick for each interval of this length on a timeline, which the dates that the server writes follow as well.
    ///
    /// Rate limits still follow the clock of this machine.
    Along(Timeline, Duration),
    /// One tick after every this many requests, so that a client sees each state however slow its machine is.
    ///
    /// 0 counts as 1.
    Requests(u64),
    /// Only the ticks that the test asks for.
    Manual,
}

impl Pace {
    /// The timeline that the server goes along, if it is not the clock.
    pub(crate) fn timeline(self) -> Option<Timeline> {
        match self {
            Self::Along(timeline, _) => Some(timeline),
            _ => None,
        }
    }

    fn now(self) -> Instant {
        self.timeline().map_or_else(Instant::now, Timeline::now)
    }
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
    jumps: Mutex<Vec<Jump>>,
    requests: AtomicU64,
}

/// Ticks that passed at once.
#[derive(Debug)]
struct Jump {
    at: Instant,
    /// The tick before it.
    from: u64,
    /// The tick after it.
    to: u64,
    /// All ticks that did not pass by the clock so far.
    skipped: u64,
}

impl Ticker {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, origin: pace.now(), jumps: Mutex::default(), requests: AtomicU64::new(0) }
    }

    /// How long a tick lasts, if ticks go by the clock.
    pub(crate) fn step(&self) -> Option<Duration> {
        match self.pace {
            Pace::Every(step) | Pace::Along(_, step) => Some(step.max(Duration::from_nanos(1))),
            Pace::Requests(_) | Pace::Manual => None,
        }
    }

    /// Counts a request that has arrived.
    pub(crate) fn received(&self) {
        let received = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        if let Pace::Requests(many) = self.pace
            && received.is_multiple_of(many.max(1))
        {
            self.advance(1);
        }
    }

    /// The ticks since the server started.
    pub(crate) fn now(&self) -> u64 {
        self.by_clock(self.pace.now()).saturating_add(skipped(&self.jumps()))
    }

    /// Lets `ticks` pass at once, whatever the pace.
    pub(crate) fn advance(&self, ticks: u64) {
        let (mut jumps, at) = (self.jumps(), self.pace.now());
        let before = skipped(&jumps);
        let from = self.by_clock(at).saturating_add(before);
        let (to, skipped) = (from.saturating_add(ticks), before.saturating_add(ticks));
        jumps.push(Jump { at, from, to, skipped });
    }

    /// When a tick began that has come already.
    pub(crate) fn began(&self, tick: u64) -> Instant {
        let jumps = self.jumps();
        let passed = jumps.partition_point(|jump| jump.to < tick);
        if let Some(jump) = jumps.get(passed).filter(|jump| jump.from < tick) {
            return jump.at;
        }
        let ticks = tick.saturating_sub(skipped(&jumps[..passed]));
        let nanos = self.step().unwrap_or_default().as_nanos().saturating_mul(u128::from(ticks));
        self.origin + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    fn by_clock(&self, at: Instant) -> u64 {
        let ticks = |step: Duration| at.saturating_duration_since(self.origin).as_nanos() / step.as_nanos();
        self.step().map_or(0, |step| u64::try_from(ticks(step)).unwrap_or(u64::MAX))
    }

    fn jumps(&self) -> MutexGuard<'_, Vec<Jump>> {
        self.jumps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn skipped(jumps: &[Jump]) -> u64 {
    jumps.last().map_or(0, |jump| jump.skipped)
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    #[test]
    fn a_tick_begins_by_the_clock_or_with_the_jump_over_it() {
        let step = Duration::from_millis(20);
        let ticker = Ticker::new(Pace::Every(step));
        sleep(step * 2);
        let reached = ticker.now();
        ticker.advance(100);
        let jumped = Instant::now();
        assert!(ticker.now() >= reached + 100);
        assert_eq!(ticker.began(2), ticker.origin + step * 2);
        let within = ticker.began(reached + 50);
        assert!(within > ticker.began(2) && within <= jumped);
        assert_eq!(ticker.began(reached + 90), within);
        let later = ticker.jumps()[0].to + 3;
        let since_origin = step * u32::try_from(later - 100).unwrap();
        assert_eq!(ticker.began(later), ticker.origin + since_origin, "after a jump the clock goes on");
    }

    #[test]
    fn along_a_timeline_ticks_come_as_far_as_it_is_advanced() {
        let (timeline, step) = (Timeline::start(), Duration::from_millis(20));
        timeline.advance(step * 3);
        let ticker = Ticker::new(Pace::Along(timeline, step));
        sleep(step);
        assert_eq!(ticker.now(), 0, "the clock has no say");
        timeline.advance(step * 5 / 2);
        assert_eq!((ticker.now(), ticker.began(2)), (2, ticker.origin + step * 2));
        assert_eq!(timeline.now() - ticker.began(2), step / 2);
    }

    #[test]
    fn without_a_clock_every_tick_begins_when_the_test_says_so() {
        let counting = Ticker::new(Pace::Requests(3));
        (0..7).for_each(|_| counting.received());
        assert_eq!(counting.now(), 2);
        let ticker = Ticker::new(Pace::Manual);
        ticker.received();
        assert_eq!((ticker.now(), ticker.began(0)), (0, ticker.origin));
        ticker.advance(2);
        sleep(Duration::from_millis(2));
        ticker.advance(3);
        assert_eq!(ticker.now(), 5);
        let began: Vec<Instant> = (1..=5).map(|tick| ticker.began(tick)).collect();
        assert_eq!((began[0], began[2]), (began[1], began[4]));
        assert!(ticker.origin <= began[0] && began[1] < began[2]);
    }
}
