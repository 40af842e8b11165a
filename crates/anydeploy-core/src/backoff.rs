//! The waits between two attempts at the same thing.

use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

/// The longest wait, thirty years; a longer one counts as this.
const MAX_WAIT: Duration = Duration::from_hours(262_800);

/// The waits between two attempts at the same thing: they grow, are spread at random, and end with a budget.
///
/// By default a wait is full jitter under a ceiling that doubles with each attempt, without a bound on the attempts or the time.
/// What a server asks for ([`Error::retry_after`](crate::Error::retry_after)) is never cut short: a wait is the longer of
/// the two.
///
/// Retries, polls and the adapters' own loops share this one type.
///
/// ```
/// use std::time::Duration;
///
/// use anydeploy_core::{Backoff, Jitter};
///
/// let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(10))
///     .with_jitter(Jitter::None)
///     .with_attempts(3);
/// assert_eq!(backoff.next(None), Some(Duration::from_millis(500)));
/// assert_eq!(backoff.next(Some(Duration::from_secs(30))), Some(Duration::from_secs(30)));
/// assert_eq!(backoff.next(None), None, "that was the third attempt");
/// ```
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    ceiling: Duration,
    longest: Duration,
    growth: f64,
    jitter: Jitter,
    started: Instant,
    budget: Duration,
    max_attempts: u32,
    attempts: u32,
    random: Rng,
}

/// How a wait differs from its ceiling, so that many callers spread out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Jitter {
    /// Anything between nothing and the ceiling.
    #[default]
    Full,
    /// Within a fifth of the ceiling, and never less than the first one: for polls, whose first interval is what a rate
    /// limit allows.
    Fifth,
    /// Nothing: every wait is its ceiling.
    None,
}

impl Backoff {
    /// Waits of up to `first` at first, twice that with each attempt, and up to `longest` in the end.
    ///
    /// The time budget, if one is set, runs from now.
    #[must_use]
    pub fn new(first: Duration, longest: Duration) -> Self {
        let first = first.min(MAX_WAIT);
        Self {
            first,
            ceiling: first,
            longest: longest.clamp(first, MAX_WAIT),
            growth: 2.0,
            jitter: Jitter::Full,
            started: Instant::now(),
            budget: Duration::MAX,
            max_attempts: u32::MAX,
            attempts: 0,
            random: Rng::new(),
        }
    }

    /// The same waits, whose ceiling grows by this factor with each attempt; less than 1 counts as 1.
    #[must_use]
    pub fn with_growth(mut self, factor: f64) -> Self {
        self.growth = factor.max(1.0);
        self
    }

    /// The same waits, spread like this.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// The same waits, until this much time has passed since [`new`](Self::new).
    #[must_use]
    pub fn with_budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// The same waits, for at most this many attempts, the first one included.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The same waits, with jitter that a test can foresee.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.random = Rng::with_seed(seed);
        self
    }

    /// How many attempts have ended.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether another attempt may follow if the server asks for this wait.
    ///
    /// Waiting less than the server asks for only earns another refusal, so the answer is no if the budget does not hold
    /// the whole wait.
    #[must_use]
    pub fn allows(&self, retry_after: Option<Duration>) -> bool {
        let left = self.left();
        self.attempts < self.max_attempts && !left.is_zero() && retry_after.unwrap_or_default() <= left
    }

    /// Counts an attempt that has ended, and says how long to wait before the next one; `None` if none may follow.
    pub fn next(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        self.attempts = self.attempts.saturating_add(1);
        self.allows(retry_after).then(|| self.jittered().min(self.left()).max(retry_after.unwrap_or_default()))
    }

    /// Counts an attempt that has ended, and says how long to wait before the next one, whatever is left of the budget.
    pub fn pause(&mut self, retry_after: Option<Duration>) -> Duration {
        self.attempts = self.attempts.saturating_add(1);
        self.jittered().max(retry_after.unwrap_or_default())
    }

    fn left(&self) -> Duration {
        self.budget.saturating_sub(self.started.elapsed())
    }

    /// A wait under the present ceiling, which grows.
    fn jittered(&mut self) -> Duration {
        let ceiling = self.ceiling;
        let grown = ceiling.as_secs_f64() * self.growth;
        self.ceiling = Duration::try_from_secs_f64(grown).map_or(self.longest, |grown| grown.min(self.longest));
        match self.jitter {
            Jitter::Full => ceiling.mul_f64(self.random.f64()),
            Jitter::Fifth => {
                let least = (ceiling * 4 / 5).max(self.first);
                least + (ceiling * 6 / 5).saturating_sub(least).mul_f64(self.random.f64())
            }
            Jitter::None => ceiling,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn waits(mut backoff: Backoff) -> Vec<Duration> {
        (0..6).map(|_| backoff.pause(None)).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_ceiling_doubles_up_to_the_longest_wait() {
        let backoff = Backoff::new(SECOND, SECOND * 10).with_jitter(Jitter::None);
        assert_eq!(waits(backoff.clone()), [1, 2, 4, 8, 10, 10].map(Duration::from_secs));
        assert_eq!(waits(backoff.with_growth(0.0)), [SECOND; 6]);
    }

    #[tokio::test(start_paused = true)]
    async fn full_jitter_stays_under_the_ceiling_and_a_poll_within_a_fifth_of_it() {
        let ceilings = waits(Backoff::new(SECOND, SECOND * 10).with_jitter(Jitter::None));
        for seed in 0..100 {
            let backoff = Backoff::new(SECOND, SECOND * 10).with_seed(seed);
            let full = waits(backoff.clone());
            assert!(full.iter().zip(&ceilings).all(|(wait, ceiling)| wait <= ceiling), "{full:?}");
            let near = waits(backoff.with_jitter(Jitter::Fifth));
            let is_near = |(wait, ceiling): (&Duration, &Duration)| {
                *wait >= SECOND && *wait >= *ceiling * 4 / 5 && *wait <= *ceiling * 6 / 5
            };
            assert!(near.iter().zip(&ceilings).all(is_near), "{near:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_seed_gives_the_same_waits_and_another_gives_others() {
        let backoff = || Backoff::new(SECOND, SECOND * 10);
        assert_eq!(waits(backoff().with_seed(7)), waits(backoff().with_seed(7)));
        assert_ne!(waits(backoff().with_seed(7)), waits(backoff().with_seed(8)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_asks_for_more_gets_it_if_the_budget_holds_it() {
        let mut backoff = Backoff::new(SECOND, SECOND).with_budget(SECOND * 60);
        assert_eq!(backoff.next(Some(SECOND * 60)), Some(SECOND * 60));
        assert_eq!(backoff.next(Some(SECOND * 61)), None);
        assert_eq!(backoff.pause(Some(SECOND * 61)), SECOND * 61);
    }

    #[tokio::test(start_paused = true)]
    async fn no_wait_is_longer_than_what_is_left_of_the_budget() {
        let mut backoff = Backoff::new(SECOND * 40, SECOND * 40).with_jitter(Jitter::None).with_budget(SECOND * 60);
        assert_eq!(backoff.next(None), Some(SECOND * 40));
        advance(SECOND * 40).await;
        assert_eq!(backoff.next(None), Some(SECOND * 20));
        advance(SECOND * 20).await;
        assert_eq!(backoff.next(None), None);
    }

    #[tokio::test(start_paused = true)]
    async fn no_attempt_follows_the_last_one() {
        let mut backoff = Backoff::new(SECOND, SECOND).with_attempts(2);
        assert!(backoff.allows(None) && backoff.next(None).is_some());
        assert_eq!((backoff.next(None), backoff.attempts(), backoff.allows(None)), (None, 2, false));
    }

    #[tokio::test(start_paused = true)]
    async fn no_wait_is_too_short_or_too_long_for_the_clock() {
        for extreme in [Duration::ZERO, Duration::MAX] {
            for jitter in [Jitter::Full, Jitter::Fifth, Jitter::None] {
                let waits = waits(Backoff::new(extreme, extreme).with_jitter(jitter).with_growth(f64::MAX));
                assert!(waits.iter().all(|wait| *wait <= MAX_WAIT * 6 / 5), "{waits:?}");
            }
        }
    }
}
