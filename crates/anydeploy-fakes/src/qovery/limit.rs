//! The rate limit of the token, as Qovery documents it (no client was seen to handle it).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::clock::Clock;
use crate::response::Response;

#[derive(Clone, Debug)]
pub(super) struct Limit {
    pub(super) requests: u64,
    pub(super) window: Duration,
    used: u64,
    ends: Option<SystemTime>,
}

impl Default for Limit {
    /// Far above the 1000 an hour of the documentation, which a test with quick polling would exhaust by accident.
    fn default() -> Self {
        Self::new(1_000_000, Duration::from_hours(1))
    }
}

impl Limit {
    pub(super) fn new(requests: u64, window: Duration) -> Self {
        Self { requests, window, used: 0, ends: None }
    }

    /// Counts one request; `false` if it is one too many.
    pub(super) fn take(&mut self) -> bool {
        let now = SystemTime::now();
        if self.ends.is_none_or(|ends| ends <= now) {
            self.used = 0;
            self.ends = Some(now + self.window);
        }
        let within = self.used < self.requests;
        self.used += u64::from(within);
        within
    }

    /// Adds the documented headers; the reset is in Unix seconds of the server's clock, rounded up.
    pub(super) fn mark(&self, response: Response, retry_after: bool, clock: Clock) -> Response {
        let ends = self.ends.unwrap_or(UNIX_EPOCH);
        let reset = clock.at(ends.into()).timestamp_millis().saturating_add(999).div_euclid(1000);
        let response = response
            .with_header("X-RateLimit-Limit", self.requests.to_string())
            .with_header("X-RateLimit-Remaining", (self.requests - self.used).to_string())
            .with_header("X-RateLimit-Reset", reset.to_string());
        if retry_after {
            let wait = ends.duration_since(SystemTime::now()).unwrap_or_default();
            return response.with_header("Retry-After", wait.as_millis().div_ceil(1000).to_string());
        }
        response
    }
}
