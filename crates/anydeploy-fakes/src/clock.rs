//! The clock of a fake server, which may be off.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that is ahead of the truth by this much; below zero it is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clock(TimeDelta);

impl Clock {
    pub(crate) fn ahead(self, offset: Duration) -> Self {
        Self(self.0 + delta(offset))
    }

    pub(crate) fn behind(self, offset: Duration) -> Self {
        Self(self.0 - delta(offset))
    }

    pub(crate) fn now(self) -> DateTime<Utc> {
        self.at(Utc::now())
    }

    /// What the clock shows at a moment.
    pub(crate) fn at(self, moment: DateTime<Utc>) -> DateTime<Utc> {
        moment.checked_add_signed(self.0).unwrap_or_default()
    }

    /// What the server writes as the date of an answer; nothing if the web server's own date is right.
    pub(crate) fn date(self) -> Option<String> {
        (self != Self::default()).then(|| self.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }
}

fn delta(offset: Duration) -> TimeDelta {
    // A century is as wrong as a clock can be and still be written as a date.
    const CENTURY: u64 = 100 * 365 * 24 * 3600;
    TimeDelta::seconds(i64::try_from(offset.as_secs().min(CENTURY)).unwrap_or_default())
}
