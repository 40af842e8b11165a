//! The clock of a fake server, which may be off.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::pace::Pace;
use crate::timeline::Timeline;

/// A clock that may be ahead of the real time or behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Below zero it is behind.
    ahead: TimeDelta,
    /// What gives the real time, if not the clock of this machine.
    timeline: Option<Timeline>,
}

impl Clock {
    pub(crate) fn ahead(self, offset: Duration) -> Self {
        Self { ahead: self.ahead + delta(offset), ..self }
    }

    pub(crate) fn behind(self, offset: Duration) -> Self {
        Self { ahead: self.ahead - delta(offset), ..self }
    }

    /// The clock of a server of this pace.
    pub(crate) fn along(self, pace: Pace) -> Self {
        Self { timeline: pace.timeline(), ..self }
    }

    pub(crate) fn now(self) -> DateTime<Utc> {
        self.at(self.timeline.map_or_else(Utc::now, Timeline::utc))
    }

    /// The present moment, comparable with other moments of the timeline, if there is one.
    pub(crate) fn instant(self) -> Instant {
        self.timeline.map_or_else(Instant::now, Timeline::now)
    }

    /// What the clock shows at a moment.
    pub(crate) fn at(self, moment: DateTime<Utc>) -> DateTime<Utc> {
        moment.checked_add_signed(self.ahead).unwrap_or_default()
    }

    /// What the server writes as the date of an answer; nothing if the web server's own date is right.
    pub(crate) fn date(self) -> Option<String> {
        (self != Self::default()).then(|| http_date(self.now()))
    }
}

/// A date as an HTTP header writes it.
pub(crate) fn http_date(date: DateTime<Utc>) -> String {
    date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn delta(offset: Duration) -> TimeDelta {
    // A century is as wrong as a clock can be and still be written as a date.
    const CENTURY: u64 = 100 * 365 * 24 * 3600;
    TimeDelta::seconds(i64::try_from(offset.as_secs().min(CENTURY)).unwrap_or_default())
}
