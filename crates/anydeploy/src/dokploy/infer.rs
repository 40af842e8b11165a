//! Infers the row of a deployment whose correlation tag was overwritten before it was seen.

use std::collections::HashSet;
use std::time::Duration;

use dokploy_client::types::{Deployment as Row, DeploymentStatusEnum, QueueJob as Job};

use super::pending::{Pending, SeenJob, overwritten};
use super::rows::{MAX_KEPT_ROWS, Rows, created, finished};
use crate::Timing;
use crate::adapter::sorted_by;

/// What the rows prove.
#[derive(Debug)]
pub(super) enum Finding<'a> {
    /// This row belongs to the deployment.
    Row(&'a Row),
    /// One of several rows may belong to it, or none.
    Ambiguous,
    /// No row belongs to it.
    NotFound,
}

/// Infers the row of a deployment that has left the queue, where `others` are the target's jobs still in it, and a restart of
/// the server `keeps_jobs` or drops them.
pub(super) fn infer<'a>(
    pending: &Pending,
    rows: &'a [Row],
    others: &[&Job],
    keeps_jobs: bool,
    timing: &Timing,
) -> Finding<'a> {
    if pending.overlaps {
        // The order of jobs proves nothing if one of several may have made no row: a restart drops the jobs that wait.
        return if is_ambiguous(pending, rows, &Others::new()) { Finding::Ambiguous } else { Finding::NotFound };
    }
    // A row that appeared after the start of a job that still runs is that job's.
    let until = others.iter().filter_map(|job| job.processed_on).min();
    let ahead = if let SeenJob::Waiting { ahead, .. } = pending.job { ahead } else { 0 };
    let new = || new_rows(rows, pending).filter(|(at, _)| until.is_none_or(|until| *at <= until));
    // A restart marks the row of the job that ran as cancelled.
    // Since 0.29.9 it drops the jobs that waited; until then they stay, and the one that ran gets another row.
    let restarted = new().take(ahead).any(|(_, row)| row.status == Some(DeploymentStatusEnum::Cancelled));
    // A row keeps the tag unless a commit takes its place.
    let mut candidates = new().skip(ahead).filter(|(_, row)| pending.may_have_lost_tag(row)).peekable();
    if restarted && !keeps_jobs || candidates.peek().is_none() {
        return Finding::NotFound;
    }
    // A row of the millisecond in which a job started may be that of the job before it.
    let blurred = new().next().is_some_and(|(at, _)| pending.after.is_some_and(|after| at <= after.saturating_add(1)));
    if restarted || blurred || may_lack_rows(rows, pending.after) {
        return Finding::Ambiguous;
    }
    let found = match pending.job {
        SeenJob::Running { started, .. } => {
            new().next().filter(|(at, _)| *at <= started.saturating_add(window(timing)))
        }
        SeenJob::Waiting { ahead, .. } => new().nth(ahead),
        SeenJob::Queued(_) => only(candidates),
        // Nothing proves which came first, the row or a trigger whose job was never seen: a webhook may have deployed
        // between the baseline and the trigger, and the trigger's job may have been dropped from the queue.
        SeenJob::Unseen => None,
    };
    match found {
        // The server takes both times from one clock.
        Some((at, row)) if pending.may_have_lost_tag(row) && pending.job.queued().is_none_or(|queued| at >= queued) => {
            Finding::Row(row)
        }
        _ => Finding::Ambiguous,
    }
}

/// Infers the row without the queue: it is the only new one, it is provably newer than the trigger and appeared right
/// after it, and it ended long enough ago for the row of another job to be listed.
///
/// On a server that `keeps_tag`, a commit took the place of the tag.
pub(super) fn infer_without_queue<'a>(
    pending: &Pending,
    rows: &'a Rows,
    keeps_tag: bool,
    timing: &Timing,
) -> Option<&'a Row> {
    let window = window(timing);
    // Before 0.25 only the time and the words of the API identify the row; between the baseline and a trigger that was
    // answered at once, hardly any time remains for another user's deployment.
    let is_newer = |at| is_newer_than_trigger(pending, at) || (!keeps_tag && pending.swift);
    let (_, row) = only(new_rows(&rows.rows, pending))
        .filter(|(at, _)| !pending.overlaps && is_prompt(pending, *at, window) && is_newer(*at))?;
    let is_long_over = rows.at?.server.saturating_mul(1000) >= finished(row)?.saturating_add(window);
    let may_be = |row: &Row| if keeps_tag { pending.may_have_lost_tag(row) } else { is_untitled(row) };
    Some(row).filter(|row| is_long_over && may_be(row))
}

/// Whether a new row may have had the tag, or may be missing from the rows; `others` are known not to have had it.
pub(super) fn is_ambiguous(pending: &Pending, rows: &[Row], others: &Others) -> bool {
    let mut new = new_rows(rows, pending);
    new.any(|(_, row)| pending.may_have_lost_tag(row) && !others.contains(&row.deployment_id))
        || may_lack_rows(rows, pending.after)
}

/// The ids of rows that were seen without the tag before a commit took its place.
pub(super) type Others = HashSet<String>;

/// Notes the rows that do not have the tag, while it cannot have been overwritten yet.
pub(super) fn note_others(others: &mut Others, pending: &Pending, rows: &[Row]) {
    let untagged = new_rows(rows, pending).filter(|(_, row)| !overwritten(row) && !pending.is_tagged(row));
    others.extend(untagged.map(|(_, row)| row.deployment_id.clone()));
}

/// Whether new rows may have been deleted to make room, so that their order proves nothing.
pub(super) fn may_lack_rows(rows: &[Row], after: Option<i64>) -> bool {
    let older = rows.iter().filter_map(created).any(|at| after.is_some_and(|after| at <= after));
    rows.len() >= MAX_KEPT_ROWS && !older
}

/// The rows that appeared while the deployment's own could, oldest first.
pub(super) fn new_rows<'a>(rows: &'a [Row], pending: &Pending) -> impl Iterator<Item = (i64, &'a Row)> + use<'a> {
    let (after, until) = (pending.after, pending.until);
    let rows: Vec<_> = rows.iter().rev().filter_map(|row| Some((created(row)?, row))).collect();
    let rows = sorted_by(rows, |(one, _), (other, _)| one.cmp(other));
    let is_new = move |at: i64| after.is_none_or(|after| at > after) && until.is_none_or(|until| at <= until);
    rows.into_iter().filter(move |(at, _)| is_new(*at))
}

/// How much later than its job's start a row may appear, in milliseconds: at most 0.7 s were observed on a busy server,
/// and a remote one takes some seconds more.
fn window(timing: &Timing) -> i64 {
    millis(timing.row_appears)
}

pub(super) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Whether a row is provably newer than the trigger: a read after the answer did not list it yet, or it appeared after
/// the second of that answer, whose date is cut off; another second is for a date that had to be corrected.
fn is_newer_than_trigger(pending: &Pending, at: i64) -> bool {
    let answered = pending.last_seen_at.map(|last_seen_at| last_seen_at.server.saturating_add(2).saturating_mul(1000));
    pending.listed.is_some_and(|listed| at > listed) || answered.is_some_and(|answered| at >= answered)
}

/// Whether a row appeared right after the trigger, whose time is known to a second.
fn is_prompt(pending: &Pending, at: i64, window: i64) -> bool {
    pending.last_seen_at.is_some_and(|last_seen_at| {
        at <= last_seen_at.server.saturating_add(1).saturating_mul(1000).saturating_add(window)
    })
}

/// Whether a row may be that of a call to the API whose title and description were dropped, as before 0.25; a webhook's has
/// the message of a commit.
fn is_untitled(row: &Row) -> bool {
    row.title.as_deref() == Some("Manual deployment") && row.description.as_deref().unwrap_or_default().is_empty()
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adapter::Timestamps;

    /// What an id holds, the rows, when another user's job started, and what is found.
    type Case<'a> = (&'a str, &'a [(i64, char)], Option<i64>, &'a str);

    /// A row by its time in milliseconds and a letter: `c` has a commit, `m` the tag of another caller, `n` no text of
    /// a caller, and `x` was cancelled by a restart.
    fn rows(rows: &[(i64, char)]) -> Vec<Row> {
        let row = |(at, kind): &(i64, char)| {
            let at = chrono::DateTime::from_timestamp_millis(*at).unwrap().to_rfc3339();
            let (title, description) = match kind {
                'c' => ("a commit", "Commit: abc"),
                'n' => ("Manual deployment", ""),
                _ => ("a title", "[anydeploy:other]"),
            };
            let status = if *kind == 'x' { "cancelled" } else { "done" };
            let id = format!("{kind}{at}");
            json!({ "deploymentId": id, "status": status, "title": title, "description": description, "createdAt": at })
        };
        rows.iter().rev().map(|one| serde_json::from_value(row(one)).unwrap()).collect()
    }

    fn pending(text: &str) -> Pending {
        Pending::of(&format!("dokploy:application:a?nonce=n&{text}").parse().unwrap()).unwrap()
    }

    /// What is found, as the time of the row or in a word.
    fn found(text: &str, all: &[(i64, char)], started: Option<i64>, keeps_jobs: bool) -> String {
        let job = json!({ "id": "job-9", "state": "active", "data": {}, "timestamp": 1, "processedOn": started });
        let job: Job = serde_json::from_value(job).unwrap();
        let others: Vec<&Job> = started.iter().map(|_| &job).collect();
        match infer(&pending(text), &rows(all), &others, keeps_jobs, &Timing::default()) {
            Finding::Row(row) => created(row).unwrap().to_string(),
            finding => format!("{finding:?}").to_lowercase(),
        }
    }

    #[test]
    fn a_row_is_inferred_only_if_no_other_may_belong_to_the_deployment() {
        let many: Vec<_> = (1..=11).map(|place| (place * 100, 'c')).collect();
        let cases: &[Case] = &[
            // The job was seen running: the next row is its own, if it is not late.
            ("active=100&after=99", &[(50, 'c'), (120, 'c'), (900, 'c')], None, "120"),
            ("active=100&after=99", &[(50, 'c'), (20_100, 'c')], None, "ambiguous"),
            ("active=100&after=99", &[(50, 'c'), (120, 'm'), (900, 'c')], None, "ambiguous"),
            ("active=100&after=99", &[(50, 'c'), (120, 'm')], None, "notfound"),
            // The job was seen waiting: the rows of the jobs ahead come first.
            ("queued=9&ahead=1&after=99", &[(50, 'c'), (120, 'c'), (900, 'c'), (950, 'c')], None, "900"),
            ("queued=9&ahead=1&after=99", &[(50, 'c'), (120, 'c')], None, "notfound"),
            ("queued=9&ahead=1&after=99", &[(120, 'x'), (900, 'c')], None, "notfound"),
            ("queued=9&ahead=0&after=99", &[(120, 'm'), (900, 'c')], None, "ambiguous"),
            // Another user's job runs, and the row since its start is that job's.
            ("queued=9&ahead=0&after=99", &[(120, 'c')], Some(110), "notfound"),
            ("queued=9&ahead=0&after=99", &[(120, 'c'), (900, 'c')], Some(890), "120"),
            // The order proves nothing if rows were deleted to make room.
            ("queued=9&ahead=0&after=99", &many, None, "ambiguous"),
            ("active=100&after=99", &many, None, "ambiguous"),
            ("queued=9&ahead=0&after=100", &many, None, "200"),
            ("queued=9&ahead=0&after=98", &many[..10], None, "ambiguous"),
            ("queued=9&ahead=0&after=98", &many[..9], None, "100"),
            // Jobs of a remote server may overlap, so only a single row is proof enough.
            ("queued=9&after=99", &[(120, 'c')], None, "120"),
            ("queued=9&after=99", &[(120, 'c'), (900, 'c')], None, "ambiguous"),
            ("queued=130&after=99", &[(120, 'c')], None, "ambiguous"),
            // Its own row is no older than its job.
            ("queued=130&ahead=0&after=99", &[(120, 'c')], None, "ambiguous"),
            ("queued=120&ahead=0&after=99", &[(120, 'c')], None, "120"),
            // A job that was never seen has no proof, however prompt the row.
            ("since=0&after=99", &[(120, 'c')], None, "ambiguous"),
            ("since=0&after=99&listed=99", &[(120, 'c')], None, "ambiguous"),
            ("since=0&after=99", &[(2500, 'c')], None, "ambiguous"),
            ("since=0&after=99", &[(120, 'm')], None, "notfound"),
            // A redeployment keeps its tag, so that a row with a commit is another's.
            ("active=100&after=99&operation=redeploy", &[(120, 'c')], None, "notfound"),
            ("queued=9&ahead=0&after=99&operation=redeploy", &[(120, 'c'), (900, 'c')], None, "notfound"),
            // Another trigger of ours may have made the row, or either of them none.
            ("since=0&after=99&overlap=1", &[(120, 'c')], None, "ambiguous"),
            ("since=0&after=99&crowded=1", &[(120, 'c')], None, "ambiguous"),
            ("queued=9&ahead=1&after=99&overlap=1", &[(120, 'm'), (900, 'c')], None, "ambiguous"),
            ("queued=9&ahead=1&after=99&overlap=1", &[(120, 'c')], None, "ambiguous"),
            ("queued=9&ahead=1&after=99&overlap=1", &[(120, 'm'), (900, 'm')], None, "notfound"),
            // A job before the one ahead may have ended in the millisecond in which that one started.
            ("queued=9&ahead=1&after=99", &[(100, 'm'), (110, 'c'), (900, 'c')], None, "ambiguous"),
            ("after=99", &[(120, 'c')], None, "ambiguous"),
            ("since=0", &[], None, "notfound"),
            // It had left the queue before the row appeared.
            ("queued=9&since=0&after=99&until=110", &[(120, 'c')], None, "notfound"),
            ("queued=9&ahead=0&after=99&until=99", &[(120, 'c')], None, "notfound"),
            ("queued=9&since=0&after=99&until=130", &[(120, 'c'), (900, 'c')], None, "120"),
        ];
        for (text, all, started, expected) in cases {
            assert_eq!(found(text, all, *started, false), *expected, "{text} {all:?} {started:?}");
        }
    }

    #[test]
    fn the_order_of_rows_proves_nothing_after_a_restart_that_kept_the_jobs() {
        for (text, all, expected) in [
            ("queued=9&ahead=1&after=99", &[(120, 'x'), (900, 'c')][..], "ambiguous"),
            ("queued=9&ahead=1&after=99", &[(120, 'x'), (900, 'm')], "notfound"),
            ("queued=9&ahead=1&after=99", &[(120, 'c'), (900, 'c')], "900"),
        ] {
            assert_eq!(found(text, all, None, true), expected, "{text} {all:?}");
        }
    }

    /// What an id holds, the rows, whether tags are kept, and what is found.
    type CaseWithoutQueue<'a> = (&'a str, &'a [(i64, char)], bool, Option<i64>);

    /// What is found without the queue, 100 s after the trigger.
    fn found_without_queue(text: &str, all: &[(i64, char)], keeps_tag: bool) -> Option<i64> {
        let mut rows = rows(all);
        for row in &mut rows {
            row.finished_at.clone_from(&row.created_at);
        }
        let rows = Rows { rows, at: Timestamps::dated(Some("Thu, 01 Jan 1970 00:01:40 GMT")) };
        infer_without_queue(&pending(text), &rows, keeps_tag, &Timing::default()).and_then(created)
    }

    #[test]
    fn without_the_queue_a_row_is_inferred_only_if_it_is_provably_newer_than_the_trigger() {
        let (sole, late): (&[_], &[_]) = (&[(900, 'c')], &[(2100, 'c')]);
        let cases: &[CaseWithoutQueue<'_>] = &[
            // The second of the answer is no proof: the row may be older than the trigger.
            ("since=0&after=99", sole, true, None),
            ("since=1&after=99", sole, true, None),
            ("since=0&after=99", late, true, Some(2100)),
            ("since=0&after=99&listed=99", sole, true, Some(900)),
            ("since=0&after=99&listed=900", sole, true, None),
            ("since=0&after=99&listed=99&overlap=1", sole, true, None),
            ("since=0&after=99&listed=99", &[(900, 'c'), (950, 'c')], true, None),
            ("since=0&after=99&listed=99", &[(900, 'm')], true, None),
            ("since=0&after=99&listed=99", &[(60_000, 'c')], true, None),
            // Only where no tag is kept, an answer at once has to do.
            ("since=0&after=99&swift=1", sole, true, None),
            ("since=0&after=99&swift=1", &[(900, 'n')], false, Some(900)),
            ("since=0&after=99&swift=1", &[(900, 'm')], false, None),
            ("since=0&after=99", &[(900, 'n')], false, None),
            ("since=0&after=99", &[(2100, 'n')], false, Some(2100)),
            ("after=99&listed=99", sole, true, None),
        ];
        for (text, all, keeps_tag, expected) in cases {
            assert_eq!(found_without_queue(text, all, *keeps_tag), *expected, "{text} {all:?} {keeps_tag}");
        }
    }
}
