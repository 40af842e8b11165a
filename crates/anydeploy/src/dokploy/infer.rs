//! Which row belongs to a deployment whose mark was overwritten before it was seen.

use std::collections::HashSet;
use std::time::Duration;

use dokploy_client::types::{Deployment as Row, DeploymentStatusEnum, QueueJob as Job};

use super::rows::{Rows, created};
use super::trace::Trace;
use crate::time::moment;

/// How many rows of a service Dokploy keeps when it makes room for another.
const KEPT: usize = 10;

/// What can be deduced.
#[derive(Debug)]
pub(super) enum Finding<'a> {
    /// This row.
    Row(&'a Row),
    /// One of several rows, or perhaps none.
    Doubt,
    /// No row can be the one.
    Nothing,
}

/// Deduces the row of a deployment that has left the queue, where `others` are the target's jobs still in it.
///
/// `grace` bounds how long after its job's start a row may appear.
pub(super) fn infer<'a>(trace: &Trace, rows: &'a [Row], others: &[&Job], grace: Duration) -> Finding<'a> {
    if trace.crowded {
        // The order of jobs tells nothing if one of several may have left no row: a restart forgets what waits.
        return if has_untold(trace, rows, &Others::new()) { Finding::Doubt } else { Finding::Nothing };
    }
    // What appeared since a job is running that still runs is that job's row.
    let until = others.iter().filter_map(|job| job.processed_on).min();
    let ahead = trace.ahead.unwrap_or_default();
    let new = || new_rows(rows, trace).filter(|(at, _)| until.is_none_or(|until| *at <= until));
    // A restart marks what ran as cancelled, and forgets what waited.
    let restarted = new().take(ahead).any(|(_, row)| row.status == Some(DeploymentStatusEnum::Cancelled));
    // A row keeps the mark unless a commit took its place.
    let mut candidates = new().skip(ahead).filter(|(_, row)| overwritten(row)).peekable();
    if restarted || candidates.peek().is_none() {
        return Finding::Nothing;
    }
    // A row of the millisecond in which a job started may be that of the job before it.
    let blurred = new().next().is_some_and(|(at, _)| trace.after.is_some_and(|after| at <= after.saturating_add(1)));
    if blurred || may_lack_rows(rows, trace.after) {
        return Finding::Doubt;
    }
    let window = window(grace);
    let found = if let Some(started) = trace.active {
        new().next().filter(|(at, _)| *at <= started.saturating_add(window))
    } else if trace.ahead.is_some() {
        new().nth(ahead)
    } else {
        // A job that was never seen may not have come to a row yet, while that of another caller has.
        only(candidates).filter(|(at, _)| trace.queued.is_some() || is_prompt(trace, *at, window))
    };
    match found {
        Some((_, row)) if overwritten(row) => Finding::Row(row),
        _ => Finding::Doubt,
    }
}

/// Deduces the row without a view of the queue: it is the only new one, it appeared right after the trigger, and
/// either a commit took the place of its mark long enough ago for another job to have shown itself, or the server
/// keeps no descriptions at all.
pub(super) fn infer_blindly<'a>(trace: &Trace, rows: &'a Rows, keeps_mark: bool, grace: Duration) -> Option<&'a Row> {
    let window = window(grace);
    let (_, row) =
        only(new_rows(&rows.rows, trace)).filter(|_| !trace.crowded).filter(|(at, _)| is_prompt(trace, *at, window))?;
    if !keeps_mark {
        return Some(row);
    }
    let over = row.finished_at.as_deref().and_then(moment)?.timestamp_millis();
    let settled = rows.at?.server.saturating_mul(1000) >= over.saturating_add(window);
    Some(row).filter(|row| overwritten(row) && settled)
}

/// Whether a deployment that appeared since may have borne the mark, or may be missing from the rows; `others` are
/// known not to have borne it.
pub(super) fn has_untold(trace: &Trace, rows: &[Row], others: &Others) -> bool {
    let mut new = new_rows(rows, trace);
    new.any(|(_, row)| overwritten(row) && !others.contains(&row.deployment_id)) || may_lack_rows(rows, trace.after)
}

/// The ids of rows that were seen without the mark before a commit took its place.
pub(super) type Others = HashSet<String>;

/// Takes note of the rows that do not bear the mark, while it cannot have been overwritten yet.
pub(super) fn note_others(others: &mut Others, trace: &Trace, rows: &[Row]) {
    let unmarked = new_rows(rows, trace).filter(|(_, row)| !overwritten(row) && !trace.is_marked(row));
    others.extend(unmarked.map(|(_, row)| row.deployment_id.clone()));
}

/// Whether rows that appeared since may have been deleted to make room, so that their order tells nothing.
fn may_lack_rows(rows: &[Row], after: Option<i64>) -> bool {
    let older = rows.iter().filter_map(created).any(|at| after.is_some_and(|after| at <= after));
    rows.len() >= KEPT && !older
}

/// The rows that appeared while this deployment's could, oldest first.
fn new_rows<'a>(rows: &'a [Row], trace: &Trace) -> impl Iterator<Item = (i64, &'a Row)> + use<'a> {
    let (after, until) = (trace.after, trace.until);
    let mut rows: Vec<_> = rows.iter().rev().filter_map(|row| Some((created(row)?, row))).collect();
    rows.sort_by_key(|(at, _)| *at);
    let is_new = move |at: i64| after.is_none_or(|after| at > after) && until.is_none_or(|until| at <= until);
    rows.into_iter().filter(move |(at, _)| is_new(*at))
}

/// How much later than its job's start a row may appear, in milliseconds: at most 0.7 s were observed on a busy server,
/// and a remote one takes some seconds more.
fn window(grace: Duration) -> i64 {
    i64::try_from(grace.as_millis() / 6).unwrap_or(i64::MAX)
}

/// Whether a row appeared right after the trigger; that moment is known to a second.
fn is_prompt(trace: &Trace, at: i64, window: i64) -> bool {
    trace.since.is_some_and(|since| at <= since.server.saturating_add(1).saturating_mul(1000).saturating_add(window))
}

/// Whether a commit took the place of the description, which happens at the end of a deployment from git.
fn overwritten(row: &Row) -> bool {
    row.description.as_deref().is_some_and(|text| text.starts_with("Commit: "))
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GRACE: Duration = Duration::from_secs(60);

    /// A trace, the rows, when somebody else's job started, and what is found.
    type Case<'a> = (&'a str, &'a [(i64, char)], Option<i64>, &'a str);

    /// A row by its moment in milliseconds and the first letter of what it bears: `c`ommit, `m`ark of somebody else,
    /// `x` for one that a restart cancelled.
    fn rows(rows: &[(i64, char)]) -> Vec<Row> {
        let row = |(at, kind): &(i64, char)| {
            let at = chrono::DateTime::from_timestamp_millis(*at).unwrap().to_rfc3339();
            let description = if *kind == 'c' { "Commit: abc" } else { "[anydeploy:other]" };
            let status = if *kind == 'x' { "cancelled" } else { "done" };
            let id = format!("{kind}{at}");
            json!({ "deploymentId": id, "status": status, "description": description, "createdAt": at })
        };
        rows.iter().rev().map(|one| serde_json::from_value(row(one)).unwrap()).collect()
    }

    fn trace(text: &str) -> Trace {
        Trace::of(&format!("dokploy:application:a?nonce=n&{text}").parse().unwrap()).unwrap()
    }

    /// What is found, as the moment of the row or in a word.
    fn found(text: &str, all: &[(i64, char)], started: Option<i64>) -> String {
        let job = json!({ "id": "job-9", "state": "active", "data": {}, "timestamp": 1, "processedOn": started });
        let job: Job = serde_json::from_value(job).unwrap();
        let others: Vec<&Job> = started.iter().map(|_| &job).collect();
        match infer(&trace(text), &rows(all), &others, GRACE) {
            Finding::Row(row) => created(row).unwrap().to_string(),
            finding => format!("{finding:?}").to_lowercase(),
        }
    }

    #[test]
    fn a_row_is_deduced_only_where_no_other_could_be_meant() {
        let many: Vec<_> = (1..=11).map(|place| (place * 100, 'c')).collect();
        let cases: &[Case] = &[
            // The job was seen running: the next row is its own, if it is not late.
            ("active=100&after=99", &[(50, 'c'), (120, 'c'), (900, 'c')], None, "120"),
            ("active=100&after=99", &[(50, 'c'), (20_100, 'c')], None, "doubt"),
            ("active=100&after=99", &[(50, 'c'), (120, 'm'), (900, 'c')], None, "doubt"),
            ("active=100&after=99", &[(50, 'c'), (120, 'm')], None, "nothing"),
            // The job was seen waiting: the rows of those ahead come first.
            ("queued=9&ahead=1&after=99", &[(50, 'c'), (120, 'c'), (900, 'c'), (950, 'c')], None, "900"),
            ("queued=9&ahead=1&after=99", &[(50, 'c'), (120, 'c')], None, "nothing"),
            ("queued=9&ahead=1&after=99", &[(120, 'x'), (900, 'c')], None, "nothing"),
            ("queued=9&ahead=0&after=99", &[(120, 'm'), (900, 'c')], None, "doubt"),
            // Somebody else's job runs, and the row since then is its own.
            ("queued=9&ahead=0&after=99", &[(120, 'c')], Some(110), "nothing"),
            ("queued=9&ahead=0&after=99", &[(120, 'c'), (900, 'c')], Some(890), "120"),
            // The order tells nothing if rows were deleted to make room.
            ("queued=9&ahead=0&after=99", &many, None, "doubt"),
            ("active=100&after=99", &many, None, "doubt"),
            ("queued=9&ahead=0&after=100", &many, None, "200"),
            // Jobs of a remote server may overlap, so only a single row is proof enough.
            ("queued=9&after=99", &[(120, 'c')], None, "120"),
            ("queued=9&after=99", &[(120, 'c'), (900, 'c')], None, "doubt"),
            // The job was never seen: the single row has to follow the trigger at once.
            ("since=0&after=99", &[(120, 'c')], None, "120"),
            ("since=0&after=99", &[(20_000, 'c')], None, "doubt"),
            // Another trigger of ours may have left the row, or either of them none.
            ("since=0&after=99&crowded=1", &[(120, 'c')], None, "doubt"),
            ("queued=9&ahead=1&after=99&crowded=1", &[(120, 'm'), (900, 'c')], None, "doubt"),
            ("queued=9&ahead=1&after=99&crowded=1", &[(120, 'c')], None, "doubt"),
            ("queued=9&ahead=1&after=99&crowded=1", &[(120, 'm'), (900, 'm')], None, "nothing"),
            // A job before the one ahead may have ended in the millisecond in which that one started.
            ("queued=9&ahead=1&after=99", &[(100, 'm'), (110, 'c'), (900, 'c')], None, "doubt"),
            ("after=99", &[(120, 'c')], None, "doubt"),
            ("since=0", &[(120, 'c')], None, "120"),
            ("since=0", &[], None, "nothing"),
            // It had left the queue before the row appeared.
            ("since=0&after=99&until=110", &[(120, 'c')], None, "nothing"),
            ("queued=9&ahead=0&after=99&until=99", &[(120, 'c')], None, "nothing"),
            ("since=0&after=99&until=130", &[(120, 'c'), (900, 'c')], None, "120"),
        ];
        for (text, all, started, expected) in cases {
            assert_eq!(found(text, all, *started), *expected, "{text} {all:?} {started:?}");
        }
    }
}
