//! The rate limit of a server: windows of fixed length, each of which begins with the first request after the last one.

use std::time::Duration;

/// What the limiter says to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass { remaining: u64 },
    Refuse { retry_after: Duration },
}

/// How many requests a server takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub(super) requests: u64,
    pub(super) per: Duration,
}

/// Counts requests against a budget.
#[derive(Debug)]
pub(super) struct Limiter {
    budget: Budget,
    opened: Option<Duration>,
    used: u64,
}

impl Limiter {
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget, opened: None, used: 0 }
    }

    pub(super) fn budget(&self) -> Budget {
        self.budget
    }

    /// When the window that is open ends.
    pub(super) fn ends(&self) -> Duration {
        self.opened.unwrap_or_default() + self.budget.per
    }

    /// Counts a request at this time since the server started.
    pub(super) fn take(&mut self, now: Duration) -> Verdict {
        if self.opened.is_none_or(|opened| now >= opened + self.budget.per) {
            (self.opened, self.used) = (Some(now), 0);
        }
        if self.used >= self.budget.requests {
            return Verdict::Refuse { retry_after: self.ends().saturating_sub(now) };
        }
        self.used += 1;
        Verdict::Pass { remaining: self.budget.requests - self.used }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_with_the_first_request_after_the_last_window() {
        let second = Duration::from_secs(1);
        let mut limiter = Limiter::new(Budget { requests: 2, per: second * 60 });
        assert_eq!(limiter.take(second * 10), Verdict::Pass { remaining: 1 });
        assert_eq!(limiter.take(second * 20), Verdict::Pass { remaining: 0 });
        assert_eq!(limiter.take(second * 30), Verdict::Refuse { retry_after: second * 40 });
        assert_eq!(limiter.take(second * 75), Verdict::Pass { remaining: 1 });
        assert_eq!(limiter.take(second * 134), Verdict::Pass { remaining: 0 });
        assert_eq!(limiter.ends(), second * 135);
    }
}
