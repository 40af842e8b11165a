//! The window that the server counts, as far as its answers show it.

use std::time::Duration;

use tokio::time::Instant;

use super::headers::Standing;

/// The least share of a credential's requests that is taken for ours, so that no process stands still.
const MIN_SHARE: f64 = 0.05;

/// Our part of the requests at most, if a refusal shows that there are others.
const UNKNOWN_SHARE: f64 = 0.5;

/// The window that the server counts, as far as its answers show it.
///
/// Where it began is not said.
/// It ends, at the latest, one length after the first answer of it, which is known by its `Remaining`: within a window
/// that only falls.
#[derive(Debug)]
pub(super) struct Window {
    current: Option<Current>,
    /// How many windows were seen; a request that began in an earlier one says little about this one.
    number: u64,
    /// Our part of the requests in it, so far.
    share: f64,
    /// Our part of the requests in the one before.
    last_share: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Current {
    pub(super) limit: u32,
    /// How many requests are left, by the lowest answer.
    pub(super) remaining: u32,
    /// How many of those that are used were ours.
    ours: u32,
    /// The latest end.
    pub(super) ends_by: Instant,
    /// When the last answer came.
    pub(super) seen: Instant,
}

/// What was known when a request was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    number: u64,
    remaining: Option<u32>,
}

impl Default for Window {
    fn default() -> Self {
        Self { current: None, number: 0, share: 1.0, last_share: 1.0 }
    }
}

impl Window {
    /// The window that the server counts now, if an answer of it was seen.
    pub(super) fn current(&self, now: Instant) -> Option<Current> {
        self.current.filter(|current| current.ends_by > now)
    }

    pub(super) fn known(&self, now: Instant) -> Known {
        Known { number: self.number, remaining: self.current(now).map(|current| current.remaining) }
    }

    /// Whether others use the credential, too.
    pub(super) fn is_shared(&self) -> bool {
        self.share() < 1.0
    }

    /// Our part of the requests, above 0 and at most 1.
    ///
    /// At the beginning of a window others have hardly sent anything yet, so that the last one counts as well.
    pub(super) fn share(&self) -> f64 {
        self.share.min(self.last_share)
    }

    /// Takes an answer into account, while so many other requests of ours are on the way.
    pub(super) fn answered(
        &mut self,
        known: Known,
        standing: &Standing,
        limit: u32,
        on_the_way: u32,
        now: Instant,
        per: Duration,
    ) {
        let Some(remaining) = standing.remaining else { return self.unanswered(known, now) };
        let ends_by = now + standing.reset.map_or(per, |reset| reset.min(per));
        // Within a window it would be lower than before the request.
        let has_risen = known.remaining.is_none_or(|known| remaining >= known);
        match self.current(now) {
            Some(current) if known.number == self.number && !has_risen => {
                let remaining = remaining.min(current.remaining);
                let ours = current.ours.saturating_add(1);
                self.current =
                    Some(Current { limit, remaining, ours, ends_by: current.ends_by.min(ends_by), seen: now });
            }
            // It was sent before this window was known, and either this one counted it or the one before.
            Some(current) if known.number != self.number => {
                if !has_risen {
                    return;
                }
                let remaining = remaining.min(current.remaining);
                self.current = Some(Current { remaining, ours: current.ours.saturating_add(1), seen: now, ..current });
            }
            _ => {
                self.last_share = self.share;
                self.number += 1;
                self.current = Some(Current { limit, remaining, ours: 1, ends_by, seen: now });
            }
        }
        self.measure(on_the_way);
    }

    /// Takes into account that a request was sent which the server may have counted.
    pub(super) fn unanswered(&mut self, known: Known, now: Instant) {
        if let Some(current) = self.current.as_mut().filter(|current| current.ends_by > now)
            && known.number == self.number
        {
            current.remaining = current.remaining.saturating_sub(1);
            current.ours = current.ours.saturating_add(1);
        }
    }

    /// Takes a refusal into account: what was known is wrong, and others may be the reason.
    pub(super) fn refused(&mut self) {
        self.current = None;
        self.number += 1;
        self.last_share = self.share.min(UNKNOWN_SHARE);
    }

    fn measure(&mut self, on_the_way: u32) {
        let Some(current) = self.current else { return };
        let used = current.limit.saturating_sub(current.remaining);
        // Of those on the way, some may be among the ones that are used.
        let is_ours = used <= current.ours.saturating_add(on_the_way);
        self.share = if is_ours { 1.0 } else { (f64::from(current.ours) / f64::from(used)).max(MIN_SHARE) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PER: Duration = Duration::from_mins(1);

    struct Server {
        window: Window,
        start: Instant,
    }

    impl Server {
        fn new() -> Self {
            Self { window: Window::default(), start: Instant::now() }
        }

        fn at(&self, second: u64) -> Instant {
            self.start + Duration::from_secs(second)
        }

        fn known(&self, second: u64) -> Known {
            self.window.known(self.at(second))
        }

        fn answer(&mut self, known: Known, second: u64, remaining: u32) {
            let standing = Standing { remaining: Some(remaining), ..Standing::default() };
            self.window.answered(known, &standing, 200, 0, self.at(second), PER);
        }

        /// One request that is answered within its second.
        fn ask(&mut self, second: u64, remaining: u32) {
            self.answer(self.known(second), second, remaining);
        }

        fn remaining(&self, second: u64) -> Option<u32> {
            self.window.current(self.at(second)).map(|current| current.remaining)
        }
    }

    #[test]
    fn a_remaining_that_falls_as_fast_as_ours_is_ours_alone() {
        let mut server = Server::new();
        for request in 0..50 {
            server.ask(0, 199 - request);
            assert!(!server.window.is_shared());
        }
        assert_eq!((server.remaining(59), server.remaining(60)), (Some(150), None));
    }

    #[test]
    fn a_remaining_that_falls_faster_shows_the_others() {
        let mut server = Server::new();
        server.ask(0, 199);
        server.ask(1, 189);
        assert!(server.window.is_shared());
        assert!((server.window.share() - 2.0 / 11.0).abs() < 1e-9, "{}", server.window.share());
    }

    #[test]
    fn a_remaining_that_rises_begins_a_window_and_the_others_stay_known() {
        let mut server = Server::new();
        server.ask(0, 100);
        server.ask(30, 199);
        assert_eq!(
            (server.remaining(89), server.remaining(90)),
            (Some(199), None),
            "ends a length after its first answer"
        );
        assert!(server.window.is_shared(), "others used the last one");
        server.ask(95, 199);
        assert!(!server.window.is_shared(), "and not the one after");
    }

    #[test]
    fn answers_out_of_order_begin_no_window() {
        let mut server = Server::new();
        server.ask(0, 199);
        let (first, second) = (server.known(1), server.known(1));
        server.answer(second, 2, 197);
        server.answer(first, 3, 198);
        assert_eq!((server.remaining(59), server.remaining(60)), (Some(197), None));
    }

    #[test]
    fn an_answer_of_the_last_window_that_comes_late_changes_nothing() {
        let mut server = Server::new();
        server.ask(0, 50);
        let (old, new) = (server.known(1), server.known(1));
        server.answer(new, 2, 199);
        server.answer(old, 3, 48);
        assert_eq!(server.remaining(4), Some(199));
    }

    #[test]
    fn the_reset_ends_a_window_earlier() {
        let mut server = Server::new();
        let standing = Standing { remaining: Some(7), reset: Some(Duration::from_secs(10)), ..Standing::default() };
        let known = server.known(0);
        server.window.answered(known, &standing, 200, 0, server.at(0), PER);
        assert_eq!((server.remaining(9), server.remaining(10)), (Some(7), None));
    }

    #[test]
    fn a_request_without_an_answer_counts_as_one() {
        let mut server = Server::new();
        server.ask(0, 199);
        let known = server.known(1);
        server.window.unanswered(known, server.at(2));
        assert_eq!(server.remaining(2), Some(198));
        server.ask(3, 197);
        assert!(!server.window.is_shared());
    }
}
