//! One time on two clocks, the server's and ours, because neither is reliable alone.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::DeploymentId;
use crate::time::http_date;

/// Two answers in a row whose clocks differ by more than this many seconds did not come from one clock.
const MAX_CLOCK_SKEW: i64 = 60;

/// One time on two clocks, in whole Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timestamps {
    /// By the `Date` of an answer, or by our clock if the answer has none.
    pub server: i64,
    /// By the clock of this machine; missing in an id that another program wrote.
    local: Option<i64>,
}

impl Timestamps {
    /// The time by the clock of the machine that read it, or the server's where an id lacks it.
    #[must_use]
    pub fn local(self) -> i64 {
        self.local.unwrap_or(self.server)
    }

    /// The time of an answer that has just come.
    #[must_use]
    pub fn of(date: Option<&str>) -> Self {
        let local = Utc::now().timestamp();
        Self::dated(date).unwrap_or(Self { server: local, local: Some(local) })
    }

    /// The time of an answer that has just come, if it has a `Date`.
    #[must_use]
    pub fn dated(date: Option<&str>) -> Option<Self> {
        let server = http_date(date?)?.timestamp();
        Some(Self { server, local: Some(Utc::now().timestamp()) })
    }

    /// The same time, corrected: if two answers disagree about the time, the one nearer to our clock is right.
    ///
    /// `before` is the time of an answer some seconds ago, or of a later one.
    #[must_use]
    pub fn checked(self, before: Self) -> Self {
        let off = |time: Self| time.server.abs_diff(time.local.unwrap_or(time.server));
        let differ = self.server.abs_diff(before.server) > MAX_CLOCK_SKEW.unsigned_abs();
        let meanwhile = self.local.zip(before.local).map_or(0, |(now, then)| now.saturating_sub(then));
        let server = before.server.saturating_add(meanwhile);
        if differ && off(before) < off(self) { Self { server, ..self } } else { self }
    }

    /// Whether both clocks have moved on alike from this time to a later one, so that neither time is dated by another clock.
    #[must_use]
    pub fn agrees_with(self, later: Self) -> bool {
        let passed = |from: i64, to: i64| to.saturating_sub(from);
        let by_server = passed(self.server, later.server);
        let by_ours = self.local.zip(later.local).map_or(by_server, |(from, to)| passed(from, to));
        by_server.abs_diff(by_ours) <= MAX_CLOCK_SKEW.unsigned_abs()
    }

    /// The time under `key` in an id.
    #[must_use]
    pub fn read(id: &DeploymentId, key: &str) -> Option<Self> {
        let text = id.get(key)?;
        let (server, local) = text.split_once('.').map_or((text, None), |(server, local)| (server, local.parse().ok()));
        Some(Self { server: server.parse().ok()?, local })
    }

    /// The id with this time under `key`.
    #[must_use]
    pub fn write(self, id: DeploymentId, key: &str) -> DeploymentId {
        match self.local {
            Some(local) => id.with(key, format!("{}.{local}", self.server)),
            None => id.with(key, self.server.to_string()),
        }
    }

    /// How much time has passed until `now` by the slower of the clocks, to a second.
    #[must_use]
    pub fn age(self, now: Self) -> Duration {
        let passed =
            |from: i64, to: i64| Duration::from_secs(u64::try_from(to.saturating_sub(from)).unwrap_or_default());
        let server = passed(self.server, now.server);
        self.local.zip(now.local).map_or(server, |(from, to)| server.min(passed(from, to)))
    }

    /// Whether this much time has passed until `now` by both clocks, whose seconds are cut off.
    #[must_use]
    pub fn is_past(self, now: Self, grace: Duration) -> bool {
        self.age(now) >= grace.saturating_add(Duration::from_secs(1))
    }

    /// Whether this much time has passed by the clock of this machine, or by the server's where an id lacks ours.
    #[must_use]
    pub fn is_past_locally(self, grace: Duration) -> bool {
        let now = Utc::now().timestamp();
        let ours = Self { server: self.local.unwrap_or(self.server), local: None };
        ours.is_past(Self { server: now, local: None }, grace)
    }

    /// The time by the server's clock, as a date.
    #[must_use]
    pub fn date(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.server, 0)
    }
}

/// Until when a trigger can have been acted on, by the time of its baseline and the times of its sender.
///
/// The clock that dates the answers may be a proxy's, and another one than that which dates the records of the server.
/// Times of records are in Unix milliseconds, and those of answers in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    until: i64,
}

impl Window {
    /// How far the two clocks may be apart.
    pub const MAX_SKEW: Duration = Duration::from_mins(2);

    /// The window of a trigger that can be acted on for so long after its baseline, which was read in this second.
    #[must_use]
    pub fn after(baseline: i64, acted_on_within: Duration) -> Self {
        Self { until: baseline.saturating_mul(1000).saturating_add(millis(acted_on_within)) }
    }

    /// Whether a record of this time is certainly not the trigger's, where the server makes it so long after it has acted
    /// at most.
    #[must_use]
    pub fn is_too_late(self, record: i64, appears_within: Duration) -> bool {
        let allowed = millis(appears_within).saturating_add(millis(Self::MAX_SKEW)).saturating_add(CUT_OFF);
        record > self.until.saturating_add(allowed)
    }

    /// Whether what ended at this time had certainly ended within the window.
    #[must_use]
    pub fn ended_within(self, end: i64) -> bool {
        end < self.until.saturating_sub(millis(Self::MAX_SKEW))
    }

    /// Whether the window is over by an answer of this second.
    #[must_use]
    pub fn is_over(self, now: i64) -> bool {
        now.saturating_mul(1000).saturating_add(CUT_OFF) >= self.until
    }
}

/// The milliseconds that a time in whole seconds may lack.
const CUT_OFF: i64 = 999;

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// The time of an answer, checked against that of the answer before it, where both are known.
#[must_use]
pub fn checked(time: Option<Timestamps>, before: Option<Timestamps>) -> Option<Timestamps> {
    Some(time?.checked(before.or(time)?))
}

#[cfg(test)]
mod tests {
    use crate::{Platform, Target};

    use super::*;

    fn at(server: i64, local: i64) -> Timestamps {
        Timestamps { server, local: Some(local) }
    }

    #[test]
    fn nothing_is_past_before_the_grace_has_passed_in_full_by_both_clocks() {
        let grace = Duration::from_mins(1);
        let from = at(1000, 5000);
        assert!(!from.is_past(at(1060, 5060), grace), "1000.9 to 1060.0 is less than a minute");
        assert!(from.is_past(at(1061, 5061), grace));
        assert!(!from.is_past(at(4600, 5002), grace), "one answer was dated an hour ahead");
        assert!(!from.is_past(at(1002, 9000), grace), "the id was read on a machine with another clock");
        assert!(!from.is_past(at(900, 4000), grace), "a clock may go back");
        let foreign = Timestamps { server: 1000, local: None };
        assert!(foreign.is_past(at(1061, 5), grace));
        assert!(!at(i64::MAX, i64::MAX).is_past(at(i64::MIN, i64::MIN), grace));
        assert!(at(i64::MIN, i64::MIN).is_past(at(i64::MAX, i64::MAX), grace));
    }

    #[test]
    fn an_answer_dated_by_another_clock_is_corrected() {
        let before = at(1000, 1003);
        assert_eq!(at(1001, 1004).checked(before).server, 1001);
        assert_eq!(at(4601, 1004).checked(before).server, 1001);
        assert_eq!(at(4601, 1004).checked(at(1006, 1009)).server, 1001, "by a later answer");
        assert_eq!(at(1001, 1004).checked(at(4600, 1003)).server, 1001);
    }

    #[test]
    fn times_agree_if_as_much_has_passed_by_both_clocks() {
        let before = at(1000, 5000);
        assert!(before.agrees_with(at(4600, 8600)) && before.agrees_with(at(4601, 8600)));
        assert!(!before.agrees_with(at(4600, 5001)), "one answer was dated an hour ahead");
        assert!(!before.agrees_with(at(4600, 9000)), "the times come from two machines, and one is wrong");
        assert!(before.agrees_with(Timestamps { server: 4600, local: None }));
    }

    #[test]
    fn the_time_in_an_id_is_read_back() {
        let id = DeploymentId::new(Platform::new("toy"), Target::application("web"));
        let written = at(1000, 1003).write(id.clone(), "since");
        assert_eq!(written.get("since"), Some("1000.1003"));
        assert_eq!(Timestamps::read(&written, "since"), Some(at(1000, 1003)));
        assert_eq!(
            Timestamps::read(&id.clone().with("since", "7"), "since"),
            Some(Timestamps { server: 7, local: None })
        );
        for nonsense in ["", "x", ".", "x.1"] {
            assert_eq!(Timestamps::read(&id.clone().with("since", nonsense), "since"), None, "{nonsense:?}");
        }
    }

    #[test]
    fn a_time_is_checked_only_against_one_that_is_known() {
        let (time, before) = (at(4601, 1004), at(1000, 1003));
        assert_eq!(checked(Some(time), Some(before)).map(|time| time.server), Some(1001));
        assert_eq!((checked(Some(time), None), checked(None, Some(before))), (Some(time), None));
    }

    #[test]
    fn a_window_allows_for_clocks_that_differ_and_for_seconds_that_are_cut_off() {
        let window = Window::after(1000, Duration::from_secs(70));
        let last = (1000 + 70 + 120) * 1000 + 999;
        assert!(!window.is_too_late(last, Duration::ZERO) && window.is_too_late(last + 1, Duration::ZERO));
        assert!(!window.is_too_late(last + 1, Duration::from_millis(1)), "a row may take some time to appear");
        assert!(window.ended_within((1070 - 120) * 1000 - 1) && !window.ended_within((1070 - 120) * 1000));
        assert!(window.is_over(1070) && !window.is_over(1069));
        let endless = Window::after(i64::MAX, Duration::MAX);
        assert!(!endless.is_too_late(i64::MAX, Duration::MAX));
    }

    #[test]
    fn by_this_machine_time_passes_whatever_the_server_says() {
        let (now, hour) = (Utc::now().timestamp(), Duration::from_hours(1));
        assert!(at(now, now - 3700).is_past_locally(hour) && !at(now - 3700, now).is_past_locally(hour));
        let foreign = Timestamps { server: now - 3700, local: None };
        assert!(foreign.is_past_locally(hour), "an id of another program has the server's time alone");
    }
}
