//! Searches for the deployment of a trigger whose answer is lost, or names none.

use std::time::Duration;

use super::asked::Asked;
use super::baseline::{Age, Baseline};
use super::row::Row;
use super::rows::Page;
use super::status::is_active;
use crate::Adoption;
use crate::adapter::{Timestamps, Window, parse_timestamp};

/// What the newest rows prove.
#[derive(Debug)]
pub(super) enum Finding<'a> {
    /// This row can only be the trigger's, if no other trigger of this process may have made it.
    Row(&'a Row),
    /// Nothing decides; why.
    Ambiguous(&'static str),
    /// Nothing decides by this page, and a later one may; why.
    Unresolved(&'static str),
    /// None of the rows was made by the trigger.
    NotFound,
}

const ANOTHERS: &str = "Coolify does not report who started the deployments that are new";
const UNDATED: &str = "no clock says which of the deployments that are new came too late";
const MERGED: &str = "Coolify may have taken it for another deployment of the same commit";

/// Finds the row that the trigger made; `overlaps` says that another trigger of this process may have made it.
///
/// Coolify stores no correlation tag in a deployment, so that finding one is no proof.
pub(super) fn find<'a>(
    page: &'a Page,
    asked: &Asked,
    baseline: &Baseline,
    overlaps: bool,
    acted_on_within: Duration,
) -> Finding<'a> {
    let (ages, at) = (baseline.ages(page), baseline.at_beside(page));
    let is_undated = baseline.at.is_some() && at.is_none();
    let baseline_at = baseline.moments(page);
    let here = |age: Age| {
        let of_age = page.rows.iter().zip(&ages).filter(move |(_, of)| **of == age);
        of_age
            .map(|(row, _)| row)
            .filter(|row| asked.is_same_place(row) && !is_too_late(row, &baseline_at, acted_on_within))
    };
    let mut own = here(Age::New).filter(|row| asked.may_be(row));
    let ambiguous: fn(&'static str) -> Finding<'a> =
        if is_undated { |_| Finding::Unresolved(UNDATED) } else { Finding::Ambiguous };
    if here(Age::Unclear).any(|row| asked.may_be(row)) {
        return ambiguous("Coolify may have deleted old deployments meanwhile");
    }
    // What is older than a row from before the trigger is older than the trigger.
    if !page.is_whole && ages.last() != Some(&Age::Known) {
        return Finding::Ambiguous("there are so many newer deployments that the list does not reach back to it");
    }
    match (own.next(), own.next()) {
        (Some(row), None) if !overlaps => Finding::Row(row),
        (Some(_), _) => ambiguous(ANOTHERS),
        (None, _) if may_be_merged(asked) && here(Age::New).next().is_some() => ambiguous(MERGED),
        // A request that was merged stores nothing.
        // What ran before is no answer to a fresh one, so nothing of the caller's was started either way.
        (None, _)
            if asked.adoption == Adoption::Any
                && may_be_merged(asked)
                && here(Age::Known).any(|row| was_active(row, at)) =>
        {
            Finding::Ambiguous(MERGED)
        }
        (None, _) => Finding::NotFound,
    }
}

/// Whether Coolify may have taken the request for a deployment of the same commit: it searches for none if the
/// cache is left out, nor for a rollback (4.3.11).
fn may_be_merged(asked: &Asked) -> bool {
    !asked.force && asked.commit.is_none()
}

/// Whether a deployment was queued or in progress after the baseline was read, which was `at` this time.
fn was_active(row: &Row, at: Option<Timestamps>) -> bool {
    let last_sign = row.updated_at.as_deref().or(row.finished_at.as_deref()).and_then(parse_timestamp);
    let ended = last_sign.zip(at).is_none_or(|(sign, at)| sign.timestamp() >= at.server);
    is_active(row) || ended
}

/// Whether a row was made so long after the baseline, by every clock, that the trigger cannot have made it: a row is stored
/// before the trigger is answered (4.3.11).
fn is_too_late(row: &Row, baseline_at: &[i64], acted_on_within: Duration) -> bool {
    let created = row.created_at.as_deref().and_then(parse_timestamp).map(|created| created.timestamp_millis());
    let is_by = |created: i64, at: i64| Window::after(at, acted_on_within).is_too_late(created, Duration::ZERO);
    created.is_some_and(|created| !baseline_at.is_empty() && baseline_at.iter().all(|at| is_by(created, *at)))
}

#[cfg(test)]
mod cases;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{DeployRequest, Target, Timing};

    /// A page as it came with this `Date`, of so many rows in all and these.
    fn page(date: &str, count: i64, rows: &[(&str, &str)]) -> Page {
        let row = |(uuid, at): &(&str, &str)| {
            serde_json::from_value(json!({ "deployment_uuid": uuid, "status": "finished", "created_at": at })).unwrap()
        };
        Page {
            rows: rows.iter().map(row).collect(),
            count: Some(count),
            at: Timestamps::dated(Some(date)),
            is_whole: true,
        }
    }

    #[test]
    fn a_row_is_too_late_only_by_a_baseline_that_is_dated_by_the_same_clock() {
        const HOUR_BEFORE: &str = "Sun, 22 Nov 2026 14:40:24 GMT";
        const NOW: &str = "Sun, 22 Nov 2026 15:40:24 GMT";
        const CREATED: &str = "2026-11-22T15:40:24.000000Z";
        let asked = Asked::of(&DeployRequest::new(Target::application("web"))).unwrap();
        let find_in = |later: &Page, before: &str| {
            let baseline = Baseline::of(page(before, 0, &[]));
            match find(later, &asked, &baseline, false, Timing::DEFAULT.acted_on_within()) {
                Finding::Row(row) => row.deployment_uuid.clone(),
                other => format!("{other:?}"),
            }
        };
        let paged = |rows: &[(&str, &str)]| page(NOW, i64::try_from(rows.len()).unwrap(), rows);
        let found = |before: &str, rows: &[(&str, &str)]| find_in(&paged(rows), before);
        assert_eq!(found(NOW, &[("a", CREATED)]), "a");
        // Both answers came within a second by our clock, so that one of the dates is wrong.
        assert_eq!(found(HOUR_BEFORE, &[("a", CREATED)]), "a");
        let two = [("b", CREATED), ("a", CREATED)];
        assert!(found(NOW, &two).starts_with("Ambiguous"));
        assert!(found(HOUR_BEFORE, &two).starts_with("Unresolved"), "a later page may be dated right");
        // Without a date, only what is too late by both clocks is: the one of the server may be wrong, or the machine's.
        let at_now = Timestamps::dated(Some(NOW)).unwrap().local();
        let by_this_machine = |after: i64| chrono::DateTime::from_timestamp(at_now + after, 0).unwrap().to_rfc3339();
        assert_eq!(found(HOUR_BEFORE, &[("a", &by_this_machine(5))]), "a");
        assert_eq!(found(HOUR_BEFORE, &[("a", &by_this_machine(7200))]), "NotFound");
        // The answer of the baseline was dated an hour off, and the clock of this machine is behind that of the server.
        let machine =
            |server: i64, local: i64| serde_json::from_value(json!({ "server": server, "local": local })).unwrap();
        let mut before = Baseline::of(page(NOW, 0, &[]));
        before.at = machine(at_now - 3600, at_now - 3600);
        let later = Page { at: machine(at_now + 3600, at_now), ..paged(&[("a", &by_this_machine(0))]) };
        assert!(matches!(find(&later, &asked, &before, false, Timing::DEFAULT.acted_on_within()), Finding::Row(_)));
        let later = Page { at: later.at, ..paged(&[("a", &by_this_machine(7200))]) };
        assert!(matches!(find(&later, &asked, &before, false, Timing::DEFAULT.acted_on_within()), Finding::NotFound));
        let cut_off = Page { is_whole: false, ..paged(&two[..1]) };
        assert!(find_in(&cut_off, NOW).starts_with("Ambiguous"), "an older row may be the trigger's own");
        let nothing = Page { is_whole: false, ..paged(&[]) };
        assert!(find_in(&nothing, NOW).starts_with("Ambiguous"), "and that none is seen proves nothing");
    }
}
