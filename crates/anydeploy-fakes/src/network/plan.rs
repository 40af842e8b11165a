//! Which faults a network injects, how often and into what.

use std::time::Duration;

use super::fault::Fault;
use super::kind::RequestKind;

/// Which faults a [`FaultyNetwork`](crate::FaultyNetwork) injects, how often and into what.
///
/// # What a seed determines
///
/// Exchanges are numbered by [kind](RequestKind) in the order in which their requests arrived.
/// The fate of the n-th trigger depends on the plan, its seed and n alone, that of the n-th read and of the n-th other
/// request likewise; neither the time nor the other kinds have a say.
/// The rate does not change which fault it would be, only whether it comes.
///
/// So one caller that does one thing after another meets the same faults in every run, as long as there are no
/// [outages](Fault::Outage): which connections they refuse is a matter of timing, and one that is refused has no number.
/// Nor is it determined which of several callers at once has the n-th exchange, and where a [limit](Self::limit) over
/// several kinds runs out.
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
    /// Seconds by which the server's clock is always ahead; below zero it is behind.
    pub(super) clock: i64,
}

impl FaultPlan {
    /// Every fault, on one exchange in five of every kind, without an end.
    pub fn seeded(seed: u64) -> Self {
        let shape = Shape {
            outage: Duration::from_millis(2),
            retry_after: Duration::from_secs(1),
            drip: Duration::from_millis(500),
            padding: 16 * 1024 * 1024 + 1,
            skew: Duration::from_secs(3600),
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

    /// The share of exchanges that a fault hits, from 0 to 1; what lies outside counts as the nearer of them.
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// The faults to choose from, all with the same chance; one that is listed twice comes twice as often.
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults = faults.into_iter().collect();
        self
    }

    /// The kinds of requests that a fault may hit; unless told, every kind.
    pub fn on(mut self, kinds: impl IntoIterator<Item = RequestKind>) -> Self {
        self.kinds = kinds.into_iter().collect();
        self
    }

    /// How many faults there are at most; then the network is calm.
    pub fn limit(mut self, faults: u64) -> Self {
        self.limit = faults;
        self
    }

    /// How long nobody listens in an [outage](Fault::Outage); 2 ms unless told.
    pub fn outage(mut self, time: Duration) -> Self {
        self.shape.outage = time;
        self
    }

    /// What a `Retry-After` asks for, rounded up to seconds; 1 s unless told.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.shape.retry_after = wait;
        self
    }

    /// How long a [slow answer](Fault::SlowDrip) takes from its first byte to its last; 500 ms unless told.
    pub fn drip(mut self, time: Duration) -> Self {
        self.shape.drip = time;
        self
    }

    /// How many bytes an [oversized answer](Fault::Oversized) has beyond its own; one more than 16 MiB unless told.
    pub fn padding(mut self, bytes: u64) -> Self {
        self.shape.padding = bytes;
        self
    }

    /// How far the clock is off for one answer ([`Fault::ClockAhead`], [`Fault::ClockBehind`]); an hour unless told.
    pub fn skew(mut self, offset: Duration) -> Self {
        self.shape.skew = offset;
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
