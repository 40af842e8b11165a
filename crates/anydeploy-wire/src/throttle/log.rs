//! The requests of the last window, by the times at which they ended.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// Into how many parts a window is divided: those of one part are forgotten together, so that memory is bounded.
const PARTS: u32 = 1024;

/// The requests that ended within the last window.
///
/// A server counts a request somewhere between its beginning and its end.
/// A request that begins more than a window after the end of another is therefore in no window with it.
#[derive(Debug, Default)]
pub(super) struct Log {
    parts: VecDeque<Part>,
    total: u32,
}

/// Requests that ended at nearly the same time.
#[derive(Debug)]
struct Part {
    first: Instant,
    last: Instant,
    requests: u32,
}

impl Log {
    /// Adds a request that ended just now, and forgets those that no window of this length holds any more.
    pub(super) fn add(&mut self, now: Instant, per: Duration) {
        self.forget(now, per);
        self.total = self.total.saturating_add(1);
        match self.parts.back_mut() {
            Some(part) if now.saturating_duration_since(part.first) <= per / PARTS => {
                part.last = now;
                part.requests += 1;
            }
            _ => self.parts.push_back(Part { first: now, last: now, requests: 1 }),
        }
    }

    fn forget(&mut self, now: Instant, per: Duration) {
        while let Some(part) = self.parts.pop_front_if(|part| part.last + per <= now) {
            self.total -= part.requests;
        }
    }

    /// How many requests the window that ends now holds.
    pub(super) fn len(&self, now: Instant, per: Duration) -> u32 {
        let gone: u32 = self.parts.iter().take_while(|part| part.last + per <= now).map(|part| part.requests).sum();
        self.total - gone
    }

    /// When the window that ends then holds no more than so many requests, if nothing is added.
    pub(super) fn falls_to(&self, requests: u32, now: Instant, per: Duration) -> Instant {
        let mut left = self.total;
        let mut falls = now;
        for part in &self.parts {
            if left <= requests {
                break;
            }
            left -= part.requests;
            falls = part.last + per;
        }
        falls.max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PER: Duration = Duration::from_mins(1);

    #[test]
    fn a_request_is_forgotten_when_a_window_has_passed() {
        let (start, mut log) = (Instant::now(), Log::default());
        for second in [0, 10, 20] {
            log.add(start + Duration::from_secs(second), PER);
        }
        let at = |second| start + Duration::from_secs(second);
        for (second, len) in [(20, 3), (59, 3), (60, 2), (79, 1), (80, 0), (1000, 0)] {
            assert_eq!(log.len(at(second), PER), len, "{second}");
        }
        for (requests, second) in [(3, 20), (2, 60), (1, 70), (0, 80)] {
            assert_eq!(log.falls_to(requests, at(20), PER), at(second), "{requests}");
        }
    }

    #[test]
    fn memory_is_bounded_however_many_there_are() {
        let (start, mut log) = (Instant::now(), Log::default());
        for request in 0..200_000 {
            log.add(start + Duration::from_millis(request), PER);
        }
        assert!(log.parts.len() <= 1100, "{}", log.parts.len());
        let now = start + Duration::from_secs(200);
        let len = log.len(now, PER);
        assert!((60_000..60_200).contains(&len), "none is forgotten too early: {len}");
    }
}
