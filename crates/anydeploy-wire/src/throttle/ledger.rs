//! What is known of a credential's requests, and when the next one may be sent; without waiting and without a clock.

use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::{
    budget::{Budget, Rate},
    class::Class,
    headers::Standing,
    log::Log,
    window::{Known, Window},
};

/// The part of the window over which ticks spread what is left of the budget.
///
/// With all of it at once, a budget of an hour would be used up in the first minutes, and polls would be blind for the rest.
/// So ticks come fast at first, as most deployments are short, and settle at three quarters of the budget.
const TICK_HORIZON: u32 = 3;

/// Ticks are never further apart than this part of the window, unless others use the credential.
const SLOWEST_TICK: u32 = 30;

/// The largest part of what reads may use that they leave to ticks: as a divisor.
const LARGEST_PART_OF_TICKS: u32 = 4;

/// For how long after a refusal the requests that waited are spread.
const SPREAD: Duration = Duration::from_mins(1);

/// Requests that are spread are no further apart than this.
const MAX_SPREAD_INTERVAL: Duration = Duration::from_secs(1);

/// No `Retry-After` holds back all requests for longer, unless the window is longer.
const MAX_CLOSED: Duration = Duration::from_mins(1);

/// For how long an answer says how much others have used.
const FRESH: Duration = Duration::from_secs(1);

/// How many requests are on the way at once, unless the caller says otherwise.
pub(crate) const MAX_IN_FLIGHT: u32 = 16;

/// One of so many requests on the way is kept for a trigger.
const KEPT_FOR_TRIGGERS: u32 = 8;

/// What is known of a credential's requests.
#[derive(Debug)]
pub(super) struct Ledger {
    budget: Budget,
    /// The limit that the last answer named.
    limit: Option<u32>,
    /// `None` is the default, which any setting replaces.
    max_in_flight: Option<u32>,
    log: Log,
    /// Those of them that were no ticks.
    log_besides_ticks: Log,
    window: Window,
    /// How many are on the way, by their class.
    triggers: u32,
    reads: u32,
    ticks: u32,
    closed_until: Option<Instant>,
    spread_until: Option<Instant>,
    spread_next: Option<Instant>,
    last_tick: Option<Instant>,
    random: Rng,
}

/// When a request may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// Not before this.
    pub(super) at: Instant,
    /// Not before one of those that are on the way has ended.
    pub(super) is_full: bool,
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ended {
    /// No byte of it was sent.
    NotSent,
    /// The server may have counted it.
    Unanswered,
    /// The server said how things stand.
    Answered(Standing),
}

impl Ledger {
    pub(super) fn new(budget: Budget, max_in_flight: Option<u32>, random: Rng) -> Self {
        Self {
            budget,
            limit: None,
            max_in_flight,
            log: Log::default(),
            log_besides_ticks: Log::default(),
            window: Window::default(),
            triggers: 0,
            reads: 0,
            ticks: 0,
            closed_until: None,
            spread_until: None,
            spread_next: None,
            last_tick: None,
            random,
        }
    }

    /// Takes what another connection with the same credential has set into account.
    pub(super) fn merge(&mut self, budget: Budget, max_in_flight: Option<u32>) {
        self.budget = self.budget.merged(budget);
        self.max_in_flight = [self.max_in_flight, max_in_flight].into_iter().flatten().min();
    }

    /// When a request may be sent, if so many others go before it.
    pub(super) fn slot(&self, class: Class, ahead: u32, now: Instant) -> Slot {
        let mut slot = Slot { at: now, is_full: self.in_flight() >= self.max_in_flight(class) };
        let spread = self.spread_interval().saturating_mul(ahead);
        for time in [self.closed_until, self.spread_next].into_iter().flatten() {
            slot.at = slot.at.max(time + spread);
        }
        if let Some(rate) = self.rate() {
            slot.at = slot.at.max(self.within_budget(rate, class, ahead, now));
            self.within_window(rate, class, now, &mut slot);
            if class == Class::Tick
                && let Some(last) = self.last_tick
            {
                slot.at = slot.at.max(last + self.tick_interval(rate, now));
            }
        }
        slot
    }

    /// Counts a request that is sent now.
    pub(super) fn send(&mut self, class: Class, now: Instant) -> Known {
        match class {
            Class::Trigger => self.triggers += 1,
            Class::Read => self.reads += 1,
            Class::Tick => {
                self.ticks += 1;
                self.last_tick = Some(now);
            }
        }
        self.spread_next = self.spread_until.filter(|until| *until > now).map(|_| {
            // At random, so that processes that were refused together do not send together.
            now + self.spread_interval().mul_f64(0.5 + self.random.f64())
        });
        self.window.known(now)
    }

    /// Counts the end of a request.
    pub(super) fn end(&mut self, class: Class, known: Known, ended: Ended, now: Instant) {
        match class {
            Class::Trigger => self.triggers = self.triggers.saturating_sub(1),
            Class::Read => self.reads = self.reads.saturating_sub(1),
            Class::Tick => self.ticks = self.ticks.saturating_sub(1),
        }
        if let Ended::Answered(standing) = ended {
            self.limit = standing.limit.or(self.limit);
            if let Some(wait) = standing.wait.filter(|_| !self.budget.is_unlimited()) {
                self.close(wait, now);
            }
        }
        let Some(rate) = self.rate() else { return };
        let in_flight = self.in_flight();
        match ended {
            Ended::NotSent => return,
            Ended::Unanswered => self.window.unanswered(known, now),
            Ended::Answered(standing) if standing.is_refusal => self.window.refused(),
            Ended::Answered(standing) => {
                let limit = self.limit.unwrap_or(rate.requests);
                self.window.answered(known, &standing, limit, in_flight, now, rate.per);
            }
        }
        self.log.add(now, rate.per);
        if class != Class::Tick {
            self.log_besides_ticks.add(now, rate.per);
        }
    }

    fn rate(&self) -> Option<Rate> {
        self.budget.rate(self.limit)
    }

    fn in_flight(&self) -> u32 {
        self.triggers + self.reads + self.ticks
    }

    fn max_in_flight(&self, class: Class) -> u32 {
        let all = self.max_in_flight.unwrap_or(MAX_IN_FLIGHT).max(1);
        let kept = if class == Class::Trigger { 0 } else { all / KEPT_FOR_TRIGGERS };
        all - kept
    }

    /// When the budget of a class has room for one more, after those that are on the way and those that go before it.
    fn within_budget(&self, rate: Rate, class: Class, ahead: u32, now: Instant) -> Instant {
        let for_reads = (rate.requests - rate.headroom_of(rate.requests)).max(1);
        let in_flight = self.in_flight();
        match class {
            Class::Trigger => room(&self.log, rate.requests, in_flight, ahead, now, rate.per),
            Class::Tick => room(&self.log, for_reads, in_flight, ahead, now, rate.per),
            Class::Read => {
                let besides_ticks = for_reads - self.ticks_within(rate.per, rate, now).min(for_reads - 1);
                let in_flight_besides_ticks = in_flight - self.ticks;
                room(&self.log, for_reads, in_flight, ahead, now, rate.per).max(room(
                    &self.log_besides_ticks,
                    besides_ticks,
                    in_flight_besides_ticks,
                    ahead,
                    now,
                    rate.per,
                ))
            }
        }
    }

    /// How many ticks reads leave room for in this time: those that come at the slowest, if ticks come at all.
    ///
    /// Without that room many reads would hold up the very ticks that say what is to be read next.
    fn ticks_within(&self, time: Duration, rate: Rate, now: Instant) -> u32 {
        if self.last_tick.is_none_or(|last| last + rate.per <= now) {
            return 0;
        }
        let ticks = SLOWEST_TICK.min(rate.requests / LARGEST_PART_OF_TICKS);
        let part = time.min(rate.per).mul_f64(self.window.share()).as_millis();
        u32::try_from(u128::from(ticks) * part / rate.per.as_millis().max(1)).unwrap_or(ticks)
    }

    /// Keeps to what the server says is left, however much others use of it.
    fn within_window(&self, rate: Rate, class: Class, now: Instant, slot: &mut Slot) {
        let is_read = class != Class::Trigger;
        let current = self.window.current(now);
        if current.is_none_or(|current| now - current.seen > FRESH) {
            // One goes first, and its answer says how much the others have used.
            slot.is_full |= is_read && self.window.is_shared() && self.reads + self.ticks > 0;
        }
        let Some(current) = current else { return };
        let kept = match class {
            Class::Trigger => 0,
            Class::Tick => rate.headroom_of(current.limit),
            Class::Read => rate.headroom_of(current.limit) + self.ticks_within(current.ends_by - now, rate, now),
        };
        let left = current.remaining.saturating_sub(kept);
        if left == 0 {
            slot.at = slot.at.max(current.ends_by);
        } else if left <= self.in_flight() {
            slot.is_full |= self.in_flight() > 0;
        } else if is_read {
            // Others do not know yet of what is on the way, so that no more than half of what is left may be.
            slot.is_full |=
                f64::from(self.reads + self.ticks) >= (f64::from(left) / 2.0 * self.window.share()).max(1.0);
        }
    }

    /// The time between two ticks, which grows with the use of the budget beyond the room that reads leave to ticks.
    fn tick_interval(&self, rate: Rate, now: Instant) -> Duration {
        let headroom = |requests: u32| requests - rate.headroom_of(requests);
        let used = self.log.len(now, rate.per);
        let ticks = used - self.log_besides_ticks.len(now, rate.per) + self.ticks;
        let room = self.ticks_within(rate.per, rate, now).saturating_sub(ticks);
        let ours = headroom(rate.requests).saturating_sub(used + self.in_flight() + room);
        let all = self.window.current(now).map_or(ours, |current| {
            headroom(current.limit).saturating_sub(current.limit.saturating_sub(current.remaining))
        });
        let slowest = rate.per / SLOWEST_TICK;
        let interval =
            (rate.per / TICK_HORIZON).checked_div(ours.min(all)).map_or(slowest, |spread| spread.min(slowest));
        interval.div_f64(self.window.share())
    }

    /// The time between two requests after a refusal.
    fn spread_interval(&self) -> Duration {
        self.rate().map_or(MAX_SPREAD_INTERVAL / 4, |rate| rate.interval().min(MAX_SPREAD_INTERVAL))
    }

    /// Holds everything back, and spreads what has waited afterwards.
    fn close(&mut self, wait: Duration, now: Instant) {
        let longest = self.rate().map_or(MAX_CLOSED, |rate| rate.per.max(MAX_CLOSED));
        let wait = wait.min(longest);
        // At random, for the same reason as between two that are spread.
        let late = (wait / 10).min(MAX_SPREAD_INTERVAL * 5).mul_f64(self.random.f64());
        let until = now + wait + late;
        self.closed_until = self.closed_until.max(Some(until));
        self.spread_until = self.spread_until.max(Some(until + SPREAD));
    }
}

/// When a log has room for one more within so many requests, after those that are on the way and those that go before it.
fn room(log: &Log, requests: u32, in_flight: u32, ahead: u32, now: Instant, per: Duration) -> Instant {
    let before = in_flight.saturating_add(ahead).saturating_add(1);
    match requests.checked_sub(before) {
        Some(requests) => log.falls_to(requests, now, per),
        // Each counts for a window after its end, and then they go one after the other.
        None => now + per + (per / requests).saturating_mul(before - requests - 1),
    }
}

#[cfg(test)]
mod tests;
