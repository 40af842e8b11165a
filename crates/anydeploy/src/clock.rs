//! Moments by two clocks, the server's and ours, because neither is to be believed alone.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::DeploymentId;
use crate::time::http_date;

/// Two answers in a row whose clocks differ by more than this many seconds did not come from one clock.
const MAX_CLOCK_SKEW: i64 = 60;

/// A moment in whole Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// By the `Date` of an answer, or by our clock if the answer has none.
    pub(crate) server: i64,
    /// By the clock of this machine; missing in an id that another program wrote.
    here: Option<i64>,
}

impl Moment {
    /// The moment of an answer that has just come.
    pub(crate) fn of(date: Option<&str>) -> Self {
        let here = Utc::now().timestamp();
        Self::dated(date).unwrap_or(Self { server: here, here: Some(here) })
    }

    /// The moment of an answer that has just come, if it has a `Date`.
    pub(crate) fn dated(date: Option<&str>) -> Option<Self> {
        let server = http_date(date?)?.timestamp();
        Some(Self { server, here: Some(Utc::now().timestamp()) })
    }

    /// The same moment; of two answers that disagree about the time, the one that is nearer to our clock is believed.
    ///
    /// `before` is the moment of an answer some seconds ago, or of a later one.
    pub(crate) fn checked(self, before: Self) -> Self {
        let off = |moment: Self| moment.server.abs_diff(moment.here.unwrap_or(moment.server));
        let differ = self.server.abs_diff(before.server) > MAX_CLOCK_SKEW.unsigned_abs();
        let meanwhile = self.here.zip(before.here).map_or(0, |(now, then)| now.saturating_sub(then));
        let server = before.server.saturating_add(meanwhile);
        if differ && off(before) < off(self) { Self { server, ..self } } else { self }
    }

    /// The moment that stands in an id.
    pub(crate) fn read(id: &DeploymentId, key: &str) -> Option<Self> {
        let text = id.get(key)?;
        let (server, here) = text.split_once('.').map_or((text, None), |(server, here)| (server, here.parse().ok()));
        Some(Self { server: server.parse().ok()?, here })
    }

    /// The id with this moment.
    pub(crate) fn write(self, id: DeploymentId, key: &str) -> DeploymentId {
        match self.here {
            Some(here) => id.with(key, format!("{}.{here}", self.server)),
            None => id.with(key, self.server.to_string()),
        }
    }

    /// How much time has passed until `now` by the slower of the clocks, to a second.
    pub(crate) fn age(self, now: Self) -> Duration {
        let passed =
            |from: i64, to: i64| Duration::from_secs(u64::try_from(to.saturating_sub(from)).unwrap_or_default());
        let server = passed(self.server, now.server);
        self.here.zip(now.here).map_or(server, |(from, to)| server.min(passed(from, to)))
    }

    /// Whether so much time has passed until `now` by both clocks, whose seconds are cut off.
    pub(crate) fn is_past(self, now: Self, grace: Duration) -> bool {
        self.age(now) >= grace.saturating_add(Duration::from_secs(1))
    }

    /// Whether so much time has passed by the clock of this machine, or by the server's where an id does not tell ours.
    pub(crate) fn is_past_here(self, grace: Duration) -> bool {
        let now = Utc::now().timestamp();
        let ours = Self { server: self.here.unwrap_or(self.server), here: None };
        ours.is_past(Self { server: now, here: None }, grace)
    }

    /// The moment by the server's clock, as a date.
    pub(crate) fn date(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.server, 0)
    }
}

/// The moment of an answer, checked against that of the answer before it, where both are known.
pub(crate) fn checked(moment: Option<Moment>, before: Option<Moment>) -> Option<Moment> {
    Some(moment?.checked(before.or(moment)?))
}

#[cfg(test)]
mod tests {
    use crate::{Target, platform};

    use super::*;

    fn moment(server: i64, here: i64) -> Moment {
        Moment { server, here: Some(here) }
    }

    #[test]
    fn nothing_is_past_before_the_grace_has_passed_in_full_by_both_clocks() {
        let grace = Duration::from_mins(1);
        let from = moment(1000, 5000);
        assert!(!from.is_past(moment(1060, 5060), grace), "1000.9 to 1060.0 is less than a minute");
        assert!(from.is_past(moment(1061, 5061), grace));
        assert!(!from.is_past(moment(4600, 5002), grace), "one answer was dated an hour ahead");
        assert!(!from.is_past(moment(1002, 9000), grace), "the id was read on a machine with another clock");
        assert!(!from.is_past(moment(900, 4000), grace), "a clock may go back");
        let foreign = Moment { server: 1000, here: None };
        assert!(foreign.is_past(moment(1061, 5), grace));
        assert!(!moment(i64::MAX, i64::MAX).is_past(moment(i64::MIN, i64::MIN), grace));
        assert!(moment(i64::MIN, i64::MIN).is_past(moment(i64::MAX, i64::MAX), grace));
    }

    #[test]
    fn an_answer_with_a_clock_of_its_own_is_not_believed() {
        let before = moment(1000, 1003);
        assert_eq!(moment(1001, 1004).checked(before).server, 1001);
        assert_eq!(moment(4601, 1004).checked(before).server, 1001);
        assert_eq!(moment(4601, 1004).checked(moment(1006, 1009)).server, 1001, "by a later answer");
        assert_eq!(moment(1001, 1004).checked(moment(4600, 1003)).server, 1001);
    }

    #[test]
    fn a_moment_in_an_id_is_read_back() {
        let id = DeploymentId::new(platform::QOVERY, Target::application("web"));
        let written = moment(1000, 1003).write(id.clone(), "since");
        assert_eq!(written.get("since"), Some("1000.1003"));
        assert_eq!(Moment::read(&written, "since"), Some(moment(1000, 1003)));
        assert_eq!(Moment::read(&id.clone().with("since", "7"), "since"), Some(Moment { server: 7, here: None }));
        for nonsense in ["", "x", ".", "x.1"] {
            assert_eq!(Moment::read(&id.clone().with("since", nonsense), "since"), None, "{nonsense:?}");
        }
    }
}
