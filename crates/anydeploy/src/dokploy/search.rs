//! Searches the rows for the deployment of a trigger that another process may have sent, maybe long ago.

use std::collections::HashMap;

use dokploy_client::types::{Deployment as Row, DeploymentDetails, DeploymentStatusEnum};

use super::baseline::Baseline;
use super::infer::{Others, may_lack_rows, millis, new_rows, overwritten};
use super::pending::Pending;
use super::rows::{MAX_KEPT_ROWS, unix_millis};
use crate::adapter::Timestamps;
use crate::{Target, TargetKind, Timing};

/// How far the clock that dates the answers, which may be a proxy's, may be from the one that dates the rows, in
/// milliseconds.
const MAX_CLOCK_SKEW: i64 = 120_000;

/// What the rows prove.
#[derive(Debug)]
pub(super) enum Finding<'a> {
    /// This row can only be the trigger's, unless another caller started it within the same minutes.
    Row(&'a Row),
    /// Nothing decides; why.
    Ambiguous(&'static str),
    /// Only rows so late may be its own that its job would have had to wait.
    Late,
    /// None of the rows was made by the trigger.
    NotFound,
}

/// When the job of a trigger can have been queued, in Unix milliseconds of the server's clock.
struct Window {
    queued_until: i64,
    /// When the row of a job that did not have to wait was there at the latest.
    row_until: i64,
}

impl Window {
    fn of(baseline: &Baseline, timing: &Timing) -> Option<Self> {
        let read_at = baseline.newest.read_at?.server.saturating_mul(1000);
        let queued_until = read_at.saturating_add(millis(timing.acted_on_within()));
        let row_until = queued_until.saturating_add(millis(timing.row_appears)).saturating_add(MAX_CLOCK_SKEW);
        Some(Self { queued_until, row_until })
    }
}

/// Finds the row that the trigger made, where no row and no job has its tag any more.
///
/// `others` are the rows that are known not to have had it.
pub(super) fn find<'a>(
    pending: &Pending,
    baseline: &Baseline,
    rows: &'a [Row],
    others: &Others,
    timing: &Timing,
) -> Finding<'a> {
    let window = Window::of(baseline, timing);
    let is_prompt = |at: i64| window.as_ref().is_none_or(|window| at <= window.row_until);
    // A row keeps the tag unless a commit takes its place.
    let is_candidate = |row: &Row| overwritten(row) && !others.contains(&row.deployment_id);
    let (prompt, late): (Vec<_>, Vec<_>) =
        new_rows(rows, pending).filter(|(_, row)| is_candidate(row)).partition(|(at, _)| is_prompt(*at));
    match prompt.as_slice() {
        [_] if pending.overlaps => Finding::Ambiguous("another trigger of this program may have started it"),
        [(_, row)] => Finding::Row(row),
        [_, ..] => Finding::Ambiguous("the rows do not show any more who started which of the deployments"),
        [] if is_cut_off(rows.len()) && may_lack_rows(rows, pending.after) => {
            Finding::Ambiguous("Dokploy may have deleted its row by now")
        }
        [] if late.is_empty() => Finding::NotFound,
        [] => Finding::Late,
    }
}

/// Whether so many rows may be the rest of more: the others are deleted right before one more is inserted.
fn is_cut_off(rows: usize) -> bool {
    rows > MAX_KEPT_ROWS
}

/// Whether the trigger cannot be sent or acted on any more, by an answer of this time.
pub(super) fn is_over_by(baseline: &Baseline, now: Option<Timestamps>, timing: &Timing) -> bool {
    // The seconds of both times are cut off.
    let now = now.map(|now| now.server.saturating_add(1).saturating_mul(1000));
    Window::of(baseline, timing).zip(now).is_none_or(|(window, now)| now >= window.queued_until)
}

/// Whether the job of a trigger may have waited for so long that its row came late; `all` are the rows of all services.
///
/// Jobs wait for those of other services as well.
/// One of a preview, and one of a service that the key may not see, is not among the rows.
pub(super) fn may_have_waited(
    target: &Target,
    baseline: &Baseline,
    all: &[DeploymentDetails],
    timing: &Timing,
) -> bool {
    let Some(window) = Window::of(baseline, timing) else { return true };
    let own = Some((target.kind().clone(), target.id()));
    // How many rows of each service are too new to say anything, and whether an older one is left.
    let mut services: HashMap<_, (usize, bool)> = HashMap::new();
    for row in all {
        let (created, finished) = (unix_millis(row.created_at.as_deref()), unix_millis(row.finished_at.as_deref()));
        let service = service_of(row);
        let was_over = service == own && !baseline.is_busy && created <= baseline.newest.created;
        let (newer, has_older) = services.entry(service).or_default();
        if created.is_some_and(|at| at > window.row_until) {
            *newer += 1;
            continue;
        }
        *has_older = true;
        // A restart cancels what runs and drops what waits.
        let is_cancelled = row.status == Some(DeploymentStatusEnum::Cancelled);
        let ended_before = finished.is_some_and(|at| at < window.queued_until.saturating_sub(MAX_CLOCK_SKEW));
        if !was_over && !is_cancelled && !ended_before {
            return true;
        }
    }
    services.values().any(|(newer, has_older)| is_cut_off(*newer) && !has_older)
}

fn service_of(row: &DeploymentDetails) -> Option<(TargetKind, &str)> {
    let application = row.application_id.as_deref().map(|id| (TargetKind::Application, id));
    application.or_else(|| row.compose_id.as_deref().map(|id| (TargetKind::Compose, id)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::rows::Newest;
    use super::*;

    /// When the baseline was read, and the newest row of it appeared, in milliseconds.
    const READ: i64 = 1_000_000;
    const BEFORE: i64 = 900_000;
    /// The fence, the timeout of a request and the settling, and with the appearing and the skew.
    const QUEUED_UNTIL: i64 = READ + 70_000;
    const ROW_UNTIL: i64 = READ + 200_000;

    fn baseline(is_busy: bool) -> Baseline {
        let read_at = Timestamps::dated(Some("Thu, 01 Jan 1970 00:16:40 GMT"));
        Baseline { newest: Newest { created: Some(BEFORE), read_at }, is_busy }
    }

    fn date(millis: i64) -> String {
        chrono::DateTime::from_timestamp_millis(millis).unwrap().to_rfc3339()
    }

    /// Rows by their time and a letter: `c` has a commit, and `m` the tag of another caller.
    fn rows(rows: &[(i64, char)]) -> Vec<Row> {
        let row = |(at, kind): &(i64, char)| {
            let description = if *kind == 'c' { "Commit: abc" } else { "[anydeploy:other]" };
            let row = json!({ "deploymentId": at.to_string(), "description": description, "createdAt": date(*at) });
            serde_json::from_value(row).unwrap()
        };
        rows.iter().rev().map(row).collect()
    }

    fn found(all: &[(i64, char)], overlaps: bool, others: &[i64], is_dated: bool) -> String {
        let mut pending = Pending::new("n", Some(BEFORE), None);
        pending.overlaps = overlaps;
        let mut baseline = baseline(false);
        baseline.newest.read_at = baseline.newest.read_at.filter(|_| is_dated);
        let others = others.iter().map(i64::to_string).collect();
        match find(&pending, &baseline, &rows(all), &others, &Timing::default()) {
            Finding::Row(row) => row.deployment_id.clone(),
            Finding::Ambiguous(_) => "ambiguous".to_owned(),
            finding => format!("{finding:?}").to_lowercase(),
        }
    }

    #[test]
    fn the_only_row_that_the_trigger_can_have_made_at_once_is_found() {
        let own = READ + 1000;
        let first = own.to_string();
        let later = |count: i64| (0..count).map(|place| (ROW_UNTIL + 1 + place, 'c'));
        let with = |rows: &[(i64, char)], more: i64| rows.iter().copied().chain(later(more)).collect::<Vec<_>>();
        let cases: [(Vec<(i64, char)>, &str); 13] = [
            (vec![], "notfound"),
            (vec![(BEFORE, 'c')], "notfound"),
            (vec![(own, 'c')], &first),
            (vec![(own, 'm')], "notfound"),
            (vec![(own, 'm'), (ROW_UNTIL, 'c')], &ROW_UNTIL.to_string()),
            (vec![(own, 'c'), (own + 1, 'c')], "ambiguous"),
            // So late its job would have had to wait.
            (with(&[], 1), "late"),
            (with(&[(own, 'm')], 1), "late"),
            // After ten further deployments the own row is still listed.
            (with(&[(own, 'c')], 9), &first),
            (with(&[(own, 'c')], 10), &first),
            // It may have been deleted.
            (with(&[], 10), "late"),
            (with(&[], 11), "ambiguous"),
            (with(&[(BEFORE, 'c')], 10), "late"),
        ];
        for (all, expected) in cases {
            assert_eq!(found(&all, false, &[], true), expected, "{all:?}");
        }
        assert_eq!(found(&[(own, 'c')], true, &[], true), "ambiguous", "another trigger of ours may have made it");
        assert_eq!(found(&[(own, 'c')], false, &[own], true), "notfound", "it was seen without the tag");
        assert_eq!(found(&with(&[], 1), false, &[], false), (ROW_UNTIL + 1).to_string(), "no answer was dated");
    }

    /// Whether a job of the application `web` may have waited.
    fn waited(is_busy: bool, all: &[(&str, i64, Option<i64>)]) -> bool {
        let row = |(service, created, finished): &(&str, i64, Option<i64>)| -> Value {
            let status = if *service == "cancelled" { "cancelled" } else { "done" };
            json!({
                "deploymentId": created.to_string(), "applicationId": service, "status": status,
                "createdAt": date(*created), "finishedAt": finished.map(date),
            })
        };
        let all: Vec<_> = all.iter().map(|one| serde_json::from_value(row(one)).unwrap()).collect();
        may_have_waited(&Target::application("web"), &baseline(is_busy), &all, &Timing::default())
    }

    #[test]
    fn a_job_may_have_waited_if_anything_on_the_server_ran_then() {
        let many: Vec<_> = (1..=11).map(|place| ("api", ROW_UNTIL + place, None)).collect();
        assert!(!waited(false, &[]));
        assert!(waited(false, &[("api", READ, Some(QUEUED_UNTIL))]) && waited(false, &[("api", READ, None)]));
        assert!(!waited(false, &[("api", BEFORE, Some(QUEUED_UNTIL - MAX_CLOCK_SKEW - 1))]));
        assert!(!waited(false, &[("api", ROW_UNTIL + 1, None)]), "it began later");
        assert!(!waited(false, &[("cancelled", READ, None)]), "what waited was dropped as well");
        assert!(!waited(false, &[("web", BEFORE, Some(BEFORE + 1))]), "it was over before the trigger");
        assert!(waited(true, &[("web", BEFORE, Some(QUEUED_UNTIL))]), "it was not");
        assert!(waited(false, &many), "older rows of it may have been deleted");
        assert!(!waited(false, &many[1..]));
        assert!(!waited(false, &[&many[..], &[("api", 1, Some(2))]].concat()));
    }

    #[test]
    fn a_trigger_is_over_once_it_must_have_been_acted_on() {
        let is_over = |now: &str| is_over_by(&baseline(false), Timestamps::dated(Some(now)), &Timing::default());
        assert!(!is_over("Thu, 01 Jan 1970 00:17:48 GMT"));
        assert!(is_over("Thu, 01 Jan 1970 00:17:49 GMT"), "the second of an answer is cut off");
    }
}
