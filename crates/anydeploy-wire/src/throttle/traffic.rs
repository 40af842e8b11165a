//! What was sent with a credential, counted by class.

use std::time::Duration;

use super::class::Class;

/// What this process has sent to a server with a credential, by class.
///
/// Every connection to that server with that credential is counted, as they share one budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traffic {
    /// Requests that change something.
    pub triggers: ClassTraffic,
    /// Reads that a caller waits for.
    pub reads: ClassTraffic,
    /// Reads that are made again and again.
    pub ticks: ClassTraffic,
}

/// The requests of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClassTraffic {
    /// Requests that were sent.
    pub requests: u64,
    /// Requests among them that had to wait for the budget or for a connection.
    pub delayed: u64,
    /// The time that they waited, added up.
    pub delay: Duration,
    /// The longest time that one of them waited.
    pub longest_delay: Duration,
    /// Requests that the server refused by its rate limit.
    pub refused: u64,
    /// Requests that were not sent, because they would have waited for too long.
    pub not_sent: u64,
}

impl Traffic {
    /// The requests of a class.
    #[must_use]
    pub fn of(&self, class: Class) -> &ClassTraffic {
        match class {
            Class::Trigger => &self.triggers,
            Class::Read => &self.reads,
            Class::Tick => &self.ticks,
        }
    }

    pub(super) fn of_mut(&mut self, class: Class) -> &mut ClassTraffic {
        match class {
            Class::Trigger => &mut self.triggers,
            Class::Read => &mut self.reads,
            Class::Tick => &mut self.ticks,
        }
    }

    /// All requests that were sent.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.triggers.requests + self.reads.requests + self.ticks.requests
    }
}

impl ClassTraffic {
    /// Counts a request that is sent after this wait.
    pub(super) fn sent(&mut self, waited: Duration) {
        self.requests += 1;
        if !waited.is_zero() {
            self.delayed += 1;
            self.delay = self.delay.saturating_add(waited);
            self.longest_delay = self.longest_delay.max(waited);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_counted_and_a_request_without_one_is_not_delayed() {
        let mut traffic = Traffic::default();
        for (class, millis) in [(Class::Read, 0), (Class::Read, 300), (Class::Read, 200), (Class::Tick, 0)] {
            traffic.of_mut(class).sent(Duration::from_millis(millis));
        }
        let reads = traffic.of(Class::Read);
        assert_eq!((reads.requests, reads.delayed), (3, 2));
        assert_eq!((reads.delay, reads.longest_delay), (Duration::from_millis(500), Duration::from_millis(300)));
        assert_eq!((traffic.requests(), traffic.ticks.requests, traffic.triggers.requests), (4, 1, 0));
    }
}
