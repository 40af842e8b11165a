//! The baseline of an application's deployments before a trigger, at little cost: their number and the time.

use coolify_client::types::Deployment as Row;
use serde::{Deserialize, Serialize};

use super::api::Api;
use super::asked::Asked;
use super::check::lacks_ability;
use super::rows::{self, Page};
use crate::adapter::{Timestamps, Turn, parse_timestamp, retry_briefly};
use crate::{Error, ErrorKind, Result, Target};

/// More rows than any application has: a page beyond the last row holds none, and states their number all the same.
const BEYOND_ALL: i64 = 1_000_000_000;

/// How far the clock that dates the answers may be ahead of the one that dates the rows, in seconds: a proxy may date them.
pub(super) const MAX_CLOCK_SKEW: i64 = 120;

/// Whether a row was made after the baseline was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    New,
    Known,
    /// Number and time contradict each other.
    Unclear,
}

/// The deployments of an application before a trigger.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Baseline {
    /// How many there were.
    count: Option<i64>,
    /// The ids of those that the server sent although none was asked for.
    known: Vec<String>,
    /// When they were counted, by the server's clock.
    pub(super) at: Option<Timestamps>,
    /// Whether they could be read at all.
    pub(super) is_read: bool,
}

impl Baseline {
    /// Without a number: the time of another read.
    pub(super) fn at(at: Option<Timestamps>) -> Self {
        Self { count: None, known: Vec::new(), at, is_read: at.is_some() }
    }

    pub(super) fn of(page: Page) -> Self {
        let known = page.rows.into_iter().map(|row| row.deployment_uuid).collect();
        Self { count: page.count, known, at: page.at, is_read: true }
    }

    /// When it was read, unless its answer and that of a later page are dated by different clocks: then neither is believed.
    pub(super) fn at_beside(&self, page: &Page) -> Option<Timestamps> {
        self.at.filter(|at| page.at.is_none_or(|now| at.agrees_with(now)))
    }

    /// The age of each row of a page that was read later, newest first.
    ///
    /// The number decides where it is known, as no clock can be wrong about it.
    /// Rows older than 60 days are deleted once a day (4.3.11), so a row that is younger than the baseline and yet beyond
    /// the number is unclear.
    pub(super) fn ages(&self, page: &Page) -> Vec<Age> {
        let made = self.count.zip(page.count).map(|(before, now)| now.saturating_sub(before));
        let at = self.at_beside(page);
        let age = |(index, row): (usize, &Row)| {
            if self.known.contains(&row.deployment_uuid) {
                return Age::Known;
            }
            let later = seconds_after(at, row);
            match made {
                Some(made) if i64::try_from(index).is_ok_and(|index| index < made) => Age::New,
                Some(made) if made < 0 || later.is_some_and(|later| later > 0) => Age::Unclear,
                Some(_) => Age::Known,
                // Times have whole seconds, so of one and the same second neither is later.
                None if later.is_some_and(|later| later > 0) => Age::New,
                None if later.is_some_and(|later| later < -MAX_CLOCK_SKEW) => Age::Known,
                None => Age::Unclear,
            }
        };
        page.rows.iter().enumerate().map(age).collect()
    }
}

/// How many seconds after this time a row was made, by the server's clocks.
pub(super) fn seconds_after(at: Option<Timestamps>, row: &Row) -> Option<i64> {
    let created = parse_timestamp(row.created_at.as_deref()?)?.timestamp();
    Some(created.saturating_sub(at?.server))
}

/// A trigger that was sent, with what was known before it.
pub(super) struct Context<'a> {
    pub(super) target: &'a Target,
    pub(super) asked: &'a Asked,
    pub(super) baseline: &'a Baseline,
    pub(super) turn: &'a Turn,
}

/// Counts the deployments that a trigger cannot have made; the same read shows that the target is an application.
///
/// No row is read: each may hold a log of half a megabyte.
pub(super) async fn count(api: &Api, target: &Target) -> Result<Baseline> {
    match retry_briefly(|| rows::page(api, target, BEYOND_ALL, 1)).await {
        Ok(page) => Ok(Baseline::of(page)),
        Err(error) if can_do_without(&error) => Ok(Baseline::default()),
        // Nothing is triggered yet.
        Err(error) => Err(error.with_safe_to_repeat(true)),
    }
}

/// Whether a deployment can be triggered although this was answered to the read before it.
///
/// A token may deploy and not read, versions before 4.0.0-beta.402 have no list, and what is too large says nothing
/// against a trigger.
pub(super) fn can_do_without(error: &Error) -> bool {
    lacks_ability(error) || matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::AnswerTooLarge)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What was read before, the number and rows of a later page, and the ages of those rows.
    type Case<'a> = (Baseline, Option<i64>, &'a [(&'a str, &'a str)], &'a [Age]);

    fn page(count: Option<i64>, rows: &[(&str, &str)]) -> Page {
        let row = |(uuid, at): &(&str, &str)| {
            serde_json::from_value(json!({ "deployment_uuid": uuid, "status": "finished", "created_at": at })).unwrap()
        };
        let at = Timestamps::dated(Some("Sun, 22 Nov 2026 15:40:24 GMT"));
        Page { rows: rows.iter().map(row).collect(), count, at, is_whole: true }
    }

    #[test]
    fn the_number_of_rows_distinguishes_new_from_known_ones_within_one_second() {
        use Age::{Known, New, Unclear};
        const LONG_BEFORE: &str = "2026-11-22T15:30:00.000000Z";
        const BEFORE: &str = "2026-11-22T15:40:20.000000Z";
        const SAME: &str = "2026-11-22T15:40:24.000000Z";
        const AFTER: &str = "2026-11-22T15:40:29.000000Z";
        let counted = |count| Baseline::of(page(count, &[]));
        let cases: [Case<'_>; 8] = [
            (counted(Some(1)), Some(2), &[("b", SAME), ("a", SAME)], &[New, Known]),
            (counted(Some(1)), Some(1), &[("a", SAME)], &[Known]),
            // The clock that dates the answers may be off.
            (counted(Some(1)), Some(2), &[("b", BEFORE), ("a", BEFORE)], &[New, Known]),
            // An old row was deleted in between.
            (counted(Some(50)), Some(50), &[("b", AFTER), ("a", BEFORE)], &[Unclear, Known]),
            (counted(Some(50)), Some(40), &[("b", SAME), ("a", BEFORE)], &[Unclear, Unclear]),
            // Without numbers, only the times are left.
            (counted(None), None, &[("c", AFTER), ("b", SAME), ("a", LONG_BEFORE)], &[New, Unclear, Known]),
            (Baseline::of(page(None, &[("a", SAME)])), None, &[("b", AFTER), ("a", SAME)], &[New, Known]),
            (Baseline::default(), Some(1), &[("a", AFTER)], &[Unclear]),
        ];
        for (baseline, count, rows, ages) in cases {
            assert_eq!(baseline.ages(&page(count, rows)), ages, "{baseline:?} {rows:?}");
        }
    }
}
