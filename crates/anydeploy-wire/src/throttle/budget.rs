//! How many requests a credential may send in a time.

use std::time::Duration;

/// The share of a budget that is left to other users of the credential, in percent, unless the caller says otherwise.
const DEFAULT_HEADROOM: u8 = 20;

/// How many requests a credential may send in a time, and how much of that is left to its other users.
///
/// No window of this length ever holds more requests, wherever it begins.
/// Of the budget, 20 % are the headroom: reads leave it to other users of the credential, and triggers may use it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anydeploy_wire::throttle::Budget;
///
/// // Half of what Coolify allows, as the other half belongs to another program.
/// let budget = Budget::new(100, Duration::from_secs(60)).with_headroom(0);
/// assert_ne!(budget, Budget::unlimited());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    rate: Option<Rate>,
    is_assumed: bool,
}

/// A number of requests in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    /// At least 1.
    pub(super) requests: u32,
    /// At least a millisecond.
    pub(super) per: Duration,
    /// In percent, at most 100.
    headroom: u8,
}

impl Budget {
    /// At most so many requests, at least 1, in any window of this length.
    ///
    /// An answer that names a smaller limit lowers it, and none raises it.
    #[must_use]
    pub const fn new(requests: u32, per: Duration) -> Self {
        let requests = if requests == 0 { 1 } else { requests };
        let per = if per.as_nanos() < 1_000_000 { Duration::from_millis(1) } else { per };
        Self { rate: Some(Rate { requests, per, headroom: DEFAULT_HEADROOM }), is_assumed: false }
    }

    /// As [`new`](Self::new), until an answer names another limit, higher or lower.
    #[must_use]
    pub const fn assumed(requests: u32, per: Duration) -> Self {
        Self { is_assumed: true, ..Self::new(requests, per) }
    }

    /// No limit, whatever the answers say: nothing is held back, not even after a refusal.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self { rate: None, is_assumed: false }
    }

    /// No limit is known: nothing is held back before a refusal, and after one everything for as long as it says.
    #[must_use]
    pub const fn unknown() -> Self {
        Self { rate: None, is_assumed: true }
    }

    /// Leaves this part of it to other users of the credential, in percent; 20 by default.
    #[must_use]
    pub const fn with_headroom(mut self, percent: u8) -> Self {
        if let Some(rate) = &mut self.rate {
            rate.headroom = if percent > 100 { 100 } else { percent };
        }
        self
    }

    pub(super) fn is_unlimited(&self) -> bool {
        *self == Self::unlimited()
    }

    /// The rate that holds where the answers name this limit.
    pub(super) fn rate(&self, limit: Option<u32>) -> Option<Rate> {
        let rate = self.rate?;
        let requests = match limit {
            Some(limit) if self.is_assumed => limit,
            Some(limit) => limit.min(rate.requests),
            None => rate.requests,
        };
        Some(Rate { requests: requests.max(1), ..rate })
    }

    /// The budget that holds for a credential for which both are set, `self` before the other.
    ///
    /// One that was set holds instead of one that is assumed, and of two that were set the slower.
    pub(super) fn merged(self, other: Self) -> Self {
        let is_other = match (self.is_assumed, other.is_assumed) {
            (true, true) => self.rate.is_none(),
            (is_assumed, false) if is_assumed => true,
            (_, true) => false,
            _ => match (self.rate, other.rate) {
                (Some(rate), Some(other)) => other.interval() > rate.interval(),
                (rate, other) => rate.is_none() && other.is_some(),
            },
        };
        if is_other { other } else { self }
    }
}

impl Rate {
    /// The mean time between two requests that use it up.
    pub(super) fn interval(&self) -> Duration {
        self.per / self.requests
    }

    /// This share of so many requests, rounded down.
    pub(super) fn headroom_of(&self, requests: u32) -> u32 {
        let share = u64::from(requests) * u64::from(self.headroom) / 100;
        u32::try_from(share).unwrap_or(requests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn requests(budget: Budget, limit: Option<u32>) -> Option<u32> {
        budget.rate(limit).map(|rate| rate.requests)
    }

    #[test]
    fn an_assumed_budget_follows_the_answers_and_a_set_one_is_only_lowered() {
        for (limit, assumed, set) in
            [(None, 200, 200), (Some(60), 60, 60), (Some(1000), 1000, 200), (Some(0), 1, 1), (Some(200), 200, 200)]
        {
            assert_eq!(requests(Budget::assumed(200, MINUTE), limit), Some(assumed), "{limit:?}");
            assert_eq!(requests(Budget::new(200, MINUTE), limit), Some(set), "{limit:?}");
            assert_eq!(requests(Budget::unlimited(), limit), None);
            assert_eq!(requests(Budget::unknown(), limit), None);
        }
    }

    #[test]
    fn of_two_budgets_the_one_that_was_set_holds_and_of_two_of_those_the_slower() {
        let (assumed, set, slow) =
            (Budget::assumed(200, MINUTE), Budget::new(200, MINUTE), Budget::new(300, 2 * MINUTE));
        for (first, second, holds) in [
            (Budget::unknown(), assumed, assumed),
            (assumed, Budget::unknown(), assumed),
            (assumed, Budget::assumed(100, MINUTE), assumed),
            (assumed, set, set),
            (set, assumed, set),
            (assumed, Budget::unlimited(), Budget::unlimited()),
            (Budget::unlimited(), assumed, Budget::unlimited()),
            (set, slow, slow),
            (slow, set, slow),
            (Budget::unlimited(), set, set),
            (set, Budget::unlimited(), set),
        ] {
            assert_eq!(first.merged(second), holds, "{first:?} {second:?}");
        }
    }

    #[test]
    fn a_budget_of_nothing_is_the_smallest_one() {
        let rate = Budget::new(0, Duration::ZERO).with_headroom(200).rate(None).unwrap();
        assert_eq!((rate.requests, rate.per, rate.headroom_of(7)), (1, Duration::from_millis(1), 7));
    }
}
