//! Which faults a network injects, how often and into what.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::fault::Fault;
use super::kind::RequestKind;
use crate::timeline::Timeline;

/// Which faults a [`FaultyNetwork`](crate::FaultyNetwork) injects, how often and into what.
///
/// # What a seed determines
///
/// Exchanges are numbered by [kind](RequestKind) in the order in which their requests arrived.
/// What goes wrong with the n-th trigger depends on the plan, its seed and n alone; the same holds for the n-th request of
/// each other kind.
/// Neither the time nor requests of another kind make a difference.
/// The rate changes only whether a fault comes, not which one.
///
/// So one caller that does one thing after another meets the same faults in every run, as long as there are no
/// [outages](Fault::Outage): which connections they refuse depends on timing, and a refused connection has no number.
/// The seed does not determine which of several concurrent callers has the n-th exchange, nor where a
/// [limit](Self::limit) over several kinds runs out.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a plan does nothing until a network follows it"]
pub struct FaultPlan {
    pub(super) seed: u64,
    pub(super) rate: f64,
    pub(super) faults: Vec<Fault>,
    pub(super) kinds: Vec<RequestKind>,
    pub(super) limit: u64,
    pub(super) shape: Shape,
}

/// The measures of the faults that have one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) outage: Duration,
    pub(super) retry_after: Duration,
    pub(super) drip: Duration,
    pub(super) padding: u64,
    pub(super) skew: Duration,
    /// The least and the most that a late delivery comes after its client gave up.
    pub(super) late: (Duration, Duration),
    /// Where a route is missing: its path, in which a `*` stands for any segment, or nothing for every path.
    pub(super) missing: Option<&'static str>,
    /// What the server says there.
    pub(super) not_found: &'static str,
    /// What the network's own dates go by, if not by the clock.
    pub(super) timeline: Option<Timeline>,
    /// Seconds by which the server's clock is always ahead; below zero it is behind.
    pub(super) clock: i64,
}

impl FaultPlan {
    /// Every fault, on one exchange in five of every kind, without a limit.
    pub fn seeded(seed: u64) -> Self {
        let shape = Shape {
            outage: Duration::from_millis(2),
            retry_after: Duration::from_secs(1),
            drip: Duration::from_millis(500),
            padding: 16 * 1024 * 1024 + 1,
            skew: Duration::from_hours(1),
            late: (Duration::from_secs(1), Duration::from_mins(1)),
            missing: None,
            not_found: "{\"message\":\"Not found.\"}",
            timeline: None,
            clock: 0,
        };
        let (faults, kinds) = (Fault::ALL.to_vec(), RequestKind::ALL.to_vec());
        Self { seed, rate: 0.2, faults, kinds, limit: u64::MAX, shape }
    }

    /// This fault on every exchange; narrow it down with [`on`](Self::on) and [`limit`](Self::limit).
    pub fn always(fault: Fault) -> Self {
        Self::seeded(0).rate(1.0).faults([fault])
    }

    /// No fault at all.
    pub fn calm() -> Self {
        Self::seeded(0).rate(0.0)
    }

    /// The share of exchanges that a fault hits, from 0 to 1; a value outside counts as the nearer bound.
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// The faults to choose from, all with the same chance; one that is listed twice comes twice as often.
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults = faults.into_iter().collect();
        self
    }

    /// The kinds of requests that a fault may hit; every kind by default.
    pub fn on(mut self, kinds: impl IntoIterator<Item = RequestKind>) -> Self {
        self.kinds = kinds.into_iter().collect();
        self
    }

    /// How many faults there are at most; then the network is calm.
    pub fn limit(mut self, faults: u64) -> Self {
        self.limit = faults;
        self
    }

    /// How long the port does not listen in an [outage](Fault::Outage); 2 ms by default.
    pub fn outage(mut self, time: Duration) -> Self {
        self.shape.outage = time;
        self
    }

    /// What a `Retry-After` asks for, rounded up to seconds; 1 s by default.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.shape.retry_after = wait;
        self
    }

    /// How long a [slow answer](Fault::SlowDrip) takes from its first byte to its last; 500 ms by default.
    pub fn drip(mut self, time: Duration) -> Self {
        self.shape.drip = time;
        self
    }

    /// How many bytes an [oversized answer](Fault::Oversized) has beyond its own; one more than 16 MiB by default.
    pub fn padding(mut self, bytes: u64) -> Self {
        self.shape.padding = bytes;
        self
    }

    /// How far the clock is off for one answer ([`Fault::ClockAhead`], [`Fault::ClockBehind`]); an hour by default.
    pub fn skew(mut self, offset: Duration) -> Self {
        self.shape.skew = offset;
        self
    }

    /// How long after its client has given up a request is [delivered late](Fault::LateDelivery); 1 s to 60 s by
    /// default.
    ///
    /// The delay is spread evenly over its logarithm, so that half of the default ones are shorter than 8 s.
    pub fn late(mut self, after: RangeInclusive<Duration>) -> Self {
        self.shape.late = (*after.start(), *after.end());
        self
    }

    /// Which route [is missing](Fault::NotFound), and with which JSON the server says so; by default every read, with a
    /// message alone.
    ///
    /// The route is a path without its query; a `*` in it stands for any one segment.
    pub fn not_found(mut self, route: &'static str, body: &'static str) -> Self {
        (self.shape.missing, self.shape.not_found) = (Some(route), body);
        self
    }

    /// Dates what the network answers itself by a timeline, as the fake behind it does.
    ///
    /// Durations follow the clock of the network's runtime all the same, see
    /// [`FaultyNetwork::on_this_runtime`](crate::FaultyNetwork::on_this_runtime).
    pub fn along(mut self, timeline: Timeline) -> Self {
        self.shape.timeline = Some(timeline);
        self
    }

    /// Sets the server's clock ahead for good: every `Date`, and every date in a `Retry-After` that the network made.
    ///
    /// It is no fault: neither rate nor limit matter, and it is not on record.
    pub fn clock_ahead(mut self, offset: Duration) -> Self {
        self.shape.clock = seconds(offset);
        self
    }

    /// Sets the server's clock back for good, see [`clock_ahead`](Self::clock_ahead).
    pub fn clock_behind(mut self, offset: Duration) -> Self {
        self.shape.clock = -seconds(offset);
        self
    }
}

impl Shape {
    /// How late a delivery is, for a random part of 1.
    pub(super) fn late_by(&self, part: f64) -> Duration {
        let (least, most) = (self.late.0.as_secs_f64().max(1e-3), self.late.1.as_secs_f64());
        let late = least * (most / least).max(1.0).powf(part);
        Duration::try_from_secs_f64(late).unwrap_or(self.late.1)
    }

    /// Whether a route is the one that may be missing.
    pub(super) fn may_miss(&self, path: &str) -> bool {
        let path = path.split('?').next().unwrap_or_default();
        self.missing.is_none_or(|route| {
            let (route, path) = (route.split('/'), path.split('/'));
            route.clone().count() == path.clone().count()
                && route.zip(path).all(|(wanted, segment)| wanted == "*" || wanted == segment)
        })
    }

    /// The time this many seconds from now.
    pub(super) fn date_in(&self, seconds: i64) -> DateTime<Utc> {
        let now = self.timeline.map_or_else(Utc::now, Timeline::utc);
        now.checked_add_signed(TimeDelta::try_seconds(seconds).unwrap_or_default()).unwrap_or_default()
    }

    /// Seconds by which the server's clock is ahead during an exchange with this fault.
    pub(super) fn clock_during(&self, fault: Option<Fault>) -> i64 {
        match fault {
            Some(Fault::ClockAhead) => self.clock.saturating_add(seconds(self.skew)),
            Some(Fault::ClockBehind) => self.clock.saturating_sub(seconds(self.skew)),
            _ => self.clock,
        }
    }
}

/// Whole seconds, as far as a date can still be written.
fn seconds(offset: Duration) -> i64 {
    const CENTURY: u64 = 100 * 365 * 24 * 3600;
    i64::try_from(offset.as_secs().min(CENTURY)).unwrap_or(i64::MAX)
}
