//! When to poll next.

use std::time::Duration;

use super::WatchOptions;
use crate::Deployer;

/// The longest interval that is distinguished from forever.
const LONGEST: Duration = Duration::from_secs(946_080_000);

/// The times between polls: they grow by half each time, and vary by a fifth so that many watches spread out.
///
/// None is shorter than the first, which is what the platform's rate limit allows.
#[derive(Debug)]
pub(crate) struct Schedule {
    shortest: Duration,
    next: Duration,
    longest: Duration,
}

impl Schedule {
    /// The times that a watch keeps to.
    pub(crate) fn of<D: Deployer + ?Sized>(options: &WatchOptions, deployer: &D) -> Self {
        let first = options.first_interval.unwrap_or_else(|| deployer.capabilities().poll_interval);
        Self::new(first, options.longest_interval)
    }

    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        // Without any wait at all, a watch would keep its thread and the server busy.
        let first = first.clamp(Duration::from_millis(1), LONGEST);
        Self { shortest: first, next: first, longest: longest.clamp(first, LONGEST) }
    }

    /// How long to wait before the next poll, and at least as long as the server asked for.
    pub(crate) fn next(&mut self, retry_after: Option<Duration>) -> Duration {
        let base = self.next;
        self.next = self.next.mul_f64(1.5).min(self.longest);
        let low = base.mul_f64(0.8).max(self.shortest);
        let spread = base.mul_f64(1.2).saturating_sub(low);
        (low + spread.mul_f64(fastrand::f64())).max(retry_after.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_grow_to_the_longest_and_vary_by_a_fifth() {
        let mut schedule = Schedule::new(Duration::from_secs(1), Duration::from_secs(10));
        let waits: Vec<f64> = (0..20).map(|_| schedule.next(None).as_secs_f64()).collect();
        assert!((1.0..=1.2).contains(&waits[0]), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait >= 1.0), "{waits:?}");
        assert!(waits[10..].iter().all(|wait| (8.0..=12.0).contains(wait)), "{waits:?}");
    }

    #[test]
    fn the_servers_wish_wins_over_a_shorter_interval() {
        let mut schedule = Schedule::new(Duration::from_secs(1), Duration::from_secs(10));
        assert_eq!(schedule.next(Some(Duration::from_secs(60))), Duration::from_secs(60));
    }
    #[test]
    fn no_interval_is_too_short_or_too_long_for_the_clock() {
        for extreme in [Duration::ZERO, Duration::MAX] {
            let mut schedule = Schedule::new(extreme, extreme);
            assert!((0..100).all(|_| schedule.next(None) >= Duration::from_millis(1)));
        }
    }
}
