//! The baseline of an application's deployments before a trigger, at little cost: their number and the time.

use serde::{Deserialize, Serialize};

use super::api::Api;
use super::asked::Asked;
use super::check::lacks_ability;
use super::row::Row;
use super::rows::{self, Page};
use crate::adapter::{Timestamps, Turn, Window, parse_timestamp, retry_briefly};
use crate::{Error, ErrorKind, Result, Target};

/// More rows than any application has: a page beyond the last row holds none, and states their number all the same.
const BEYOND_ALL: i64 = 1_000_000_000;

/// For how long after the baseline the number of rows is taken for one that no deletion has changed, in seconds, where it
/// decides nothing but whether the deployment into which a request was merged had begun before it.
const NUMBER_HOLDS_FOR: i64 = 300;

/// For how long no row is deleted, in seconds: once a day those older than 60 days are (4.3.11).
///
/// It is a day less, so that clocks which are hours apart make no difference.
const ROWS_ARE_KEPT_FOR: i64 = 59 * 24 * 3600;

/// Whether a row was made after the baseline was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    New,
    Known,
    /// Number and time contradict each other, or neither decides.
    Unclear,
}

/// What is known of the oldest row, which is the first to be deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Oldest {
    #[default]
    Unread,
    /// No row is older than the application, which was made in this second.
    Since(i64),
    /// The server does not say how old the application is.
    Unknown,
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
    /// A row of the second in which it was read was made afterwards, as nothing else of the kind came shortly before.
    #[serde(default)]
    is_first: bool,
    /// A process that recovers reads it anew.
    #[serde(skip)]
    oldest: Oldest,
}

impl Baseline {
    /// Without a number: the time of another read, before a rollback.
    ///
    /// Who else would go back to the same commit within the same second, if it is not this process?
    pub(super) fn of_rollback(at: Option<Timestamps>, turn: &Turn) -> Self {
        Self { at, is_read: at.is_some(), is_first: !turn.follows_within(Window::MAX_SKEW), ..Self::default() }
    }

    pub(super) fn of(page: Page) -> Self {
        let known = page.rows.into_iter().map(|row| row.deployment_uuid).collect();
        Self { count: page.count, known, at: page.at, is_read: true, ..Self::default() }
    }

    /// Reads how old the application is, once: no row of a young one can have been deleted.
    ///
    /// A search has to know it: a trigger is reported as not acted on where the number says that no row is new.
    pub(super) async fn read_oldest(&mut self, api: &Api, target: &Target) -> Result<()> {
        let is_needed = self.oldest == Oldest::Unread && self.count.is_some_and(|count| count > 0);
        if is_needed {
            self.oldest = match retry_briefly(|| api.application(target.id())).await {
                Ok((application, _)) => Oldest::of(application.created_at.as_deref()),
                Err(error) if can_do_without(&error) => Oldest::Unknown,
                Err(error) => return Err(error),
            };
        }
        Ok(())
    }

    /// When it was read, unless its answer and that of a later page are dated by different clocks: then neither is believed.
    pub(super) fn at_beside(&self, page: &Page) -> Option<Timestamps> {
        self.at.filter(|at| page.at.is_none_or(|now| at.agrees_with(now)))
    }

    /// When it was read, by each clock that may be the right one: where its answer and that of a later page are dated by
    /// different clocks, either `Date` may be wrong, or the clock of the machine.
    pub(super) fn moments(&self, page: &Page) -> Vec<i64> {
        let Some(at) = self.at else { return Vec::new() };
        match (self.at_beside(page), page.at) {
            (None, Some(now)) => {
                vec![at.server, at.local(), at.local().saturating_add(now.server.saturating_sub(now.local()))]
            }
            _ => vec![at.server],
        }
    }

    /// The age of each row of a page that was read later, newest first.
    ///
    /// The number decides where it is known, as no clock can be wrong about it, unless rows may have been deleted since.
    pub(super) fn ages(&self, page: &Page) -> Vec<Age> {
        let made = self.count.zip(page.count).map(|(before, now)| now.saturating_sub(before));
        let may_lack_rows = made.is_some_and(|made| made < 0) || self.may_lack_rows(page);
        let (at, max_skew) = (self.at_beside(page), Window::MAX_SKEW.as_secs().cast_signed());
        let age = |(index, row): (usize, &Row)| {
            let later = seconds_after(at, row);
            match made {
                _ if self.known.contains(&row.deployment_uuid) => Age::Known,
                Some(made) if i64::try_from(index).is_ok_and(|index| index < made) => Age::New,
                _ if later.is_some_and(|later| later < -max_skew) => Age::Known,
                Some(_) if !may_lack_rows && later.is_none_or(|later| later <= 0) => Age::Known,
                None if later.is_some_and(|later| later > 0) => Age::New,
                // Times have whole seconds, so that of one and the same second neither is later.
                None if later == Some(0) && self.is_first => Age::New,
                _ => Age::Unclear,
            }
        };
        page.rows.iter().enumerate().map(age).collect()
    }

    /// Whether rows from before may have been deleted by the time at which a page was read.
    fn may_lack_rows(&self, page: &Page) -> bool {
        self.count != Some(0)
            && match self.oldest {
                Oldest::Unread => self.is_long_before(page),
                Oldest::Since(since) => page.at.is_none_or(|now| now.server.saturating_sub(since) > ROWS_ARE_KEPT_FOR),
                Oldest::Unknown => true,
            }
    }

    /// Whether a page was read so long after the baseline that the number may have changed by a deletion.
    fn is_long_before(&self, page: &Page) -> bool {
        let is_long_after = |(before, now): (Timestamps, Timestamps)| {
            let passed = |before: i64, now: i64| now.saturating_sub(before) > NUMBER_HOLDS_FOR;
            passed(before.server, now.server) || passed(before.local(), now.local())
        };
        self.at.zip(page.at).is_some_and(is_long_after)
    }
}

impl Oldest {
    fn of(created_at: Option<&str>) -> Self {
        created_at.and_then(parse_timestamp).map_or(Self::Unknown, |created| Self::Since(created.timestamp()))
    }
}

/// How many seconds after this time a row was made, by the server's clocks.
fn seconds_after(at: Option<Timestamps>, row: &Row) -> Option<i64> {
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
        // Read 301 seconds before the page.
        const BEFORE_EARLIER: &str = "2026-11-22T15:35:20.000000Z";
        let counted = |count| Baseline::of(page(count, &[]));
        let earlier = |count| {
            let at = page(None, &[]).at.unwrap();
            let at = json!({ "server": at.server - 301, "local": at.local() - 301 });
            Baseline { at: serde_json::from_value(at).unwrap(), ..counted(Some(count)) }
        };
        let rollback = |is_first| Baseline { is_first, ..counted(None) };
        let made_on = |created: Option<&str>| Baseline { oldest: Oldest::of(created), ..counted(Some(50)) };
        let (old, young) = (made_on(Some("2026-01-22 15:40:24")), made_on(Some("2026-10-22 15:40:24")));
        let cases: [Case<'_>; 18] = [
            (counted(Some(1)), Some(2), &[("b", SAME), ("a", SAME)], &[New, Known]),
            (counted(Some(1)), Some(1), &[("a", SAME)], &[Known]),
            // The clock that dates the answers may be off.
            (counted(Some(1)), Some(2), &[("b", BEFORE), ("a", BEFORE)], &[New, Known]),
            // An old row was deleted in between.
            (counted(Some(50)), Some(50), &[("b", AFTER), ("a", BEFORE)], &[Unclear, Known]),
            (counted(Some(50)), Some(40), &[("b", SAME), ("a", BEFORE)], &[Unclear, Unclear]),
            (counted(Some(50)), Some(40), &[("b", SAME), ("a", LONG_BEFORE)], &[Unclear, Known]),
            // So long after the baseline it may have been, unless there was none.
            (earlier(50), Some(50), &[("b", BEFORE_EARLIER), ("a", LONG_BEFORE)], &[Unclear, Known]),
            (earlier(0), Some(0), &[("b", BEFORE_EARLIER)], &[Known]),
            // Of an application that is older than rows are kept, a row may be deleted as another is made.
            (old.clone(), Some(50), &[("b", SAME), ("a", LONG_BEFORE)], &[Unclear, Known]),
            (old, Some(51), &[("b", SAME), ("a", BEFORE)], &[New, Unclear]),
            (made_on(None), Some(50), &[("b", SAME)], &[Unclear]),
            (young.clone(), Some(50), &[("b", SAME), ("a", BEFORE)], &[Known, Known]),
            // However long it takes.
            (Baseline { oldest: young.oldest, ..earlier(50) }, Some(50), &[("b", BEFORE_EARLIER)], &[Known]),
            // Without numbers, only the times are left.
            (counted(None), None, &[("c", AFTER), ("b", SAME), ("a", LONG_BEFORE)], &[New, Unclear, Known]),
            (Baseline::of(page(None, &[("a", SAME)])), None, &[("b", AFTER), ("a", SAME)], &[New, Known]),
            (Baseline::default(), Some(1), &[("a", AFTER)], &[Unclear]),
            (rollback(true), Some(2), &[("b", SAME), ("a", BEFORE)], &[New, Unclear]),
            (rollback(false), Some(2), &[("b", SAME), ("a", BEFORE)], &[Unclear, Unclear]),
        ];
        for (baseline, count, rows, ages) in cases {
            assert_eq!(baseline.ages(&page(count, rows)), ages, "{baseline:?} {rows:?}");
        }
    }
}
