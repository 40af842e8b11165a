//! Searches the rows for the deployment of a trigger that another process may have sent, maybe long ago.

use std::collections::HashMap;
use std::time::Duration;

use dokploy_client::types::{Deployment as Row, DeploymentDetails, DeploymentStatusEnum};

use super::baseline::Baseline;
use super::infer::{Others, may_lack_rows, new_rows};
use super::pending::Pending;
use super::rows::{MAX_KEPT_ROWS, unix_millis};
use crate::adapter::{Timestamps, Window};
use crate::{Target, TargetKind, Timing};

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

/// What bounds the rows that can be the trigger's.
pub(super) struct Scope<'a> {
    baseline: &'a Baseline,
    /// When its job can have been queued, if the answer to the baseline was dated.
    window: Option<Window>,
    row_appears: Duration,
}

impl<'a> Scope<'a> {
    pub(super) fn new(baseline: &'a Baseline, acted_on_within: Duration, timing: &Timing) -> Self {
        let window = baseline.newest.read_at.map(|at| Window::after(at.server, acted_on_within));
        Self { baseline, window, row_appears: timing.row_appears }
    }

    /// Whether a job that did not have to wait would have had its row by this time.
    fn is_late(&self, created: i64) -> bool {
        self.window.is_some_and(|window| window.is_too_late(created, self.row_appears))
    }

    /// Whether the trigger cannot be sent or acted on any more, by an answer of this time.
    pub(super) fn is_over_by(&self, now: Option<Timestamps>) -> bool {
        self.window.zip(now).is_none_or(|(window, now)| window.is_over(now.server))
    }

    /// Whether the job of the trigger may have waited for so long that its row came late; `all` are the rows of all
    /// services, and a restart of the server `keeps_jobs` or drops them.
    ///
    /// Jobs wait for those of other services as well.
    /// One of a preview, and one of a service that the key may not see, is not among the rows.
    pub(super) fn may_have_waited(&self, target: &Target, all: &[DeploymentDetails], keeps_jobs: bool) -> bool {
        let Some(window) = self.window else { return true };
        let own = Some((target.kind().clone(), target.id()));
        // How many rows of each service are too new to say anything, and whether an older one is left.
        let mut services: HashMap<_, (usize, bool)> = HashMap::new();
        for row in all {
            let (created, finished) = (unix_millis(row.created_at.as_deref()), unix_millis(row.finished_at.as_deref()));
            let service = service_of(row);
            let was_over = service == own && !self.baseline.is_busy && created <= self.baseline.newest.created;
            let (newer, has_older) = services.entry(service).or_default();
            if created.is_some_and(|at| self.is_late(at)) {
                *newer += 1;
                continue;
            }
            *has_older = true;
            // A restart cancels what runs, and drops what waits unless it keeps the jobs.
            let is_cancelled = !keeps_jobs && row.status == Some(DeploymentStatusEnum::Cancelled);
            let ended_before = finished.is_some_and(|at| window.ended_within(at));
            if !was_over && !is_cancelled && !ended_before {
                return true;
            }
        }
        services.values().any(|(newer, has_older)| is_cut_off(*newer) && !has_older)
    }
}

/// Finds the row that the trigger made, where no row and no job has its tag any more.
///
/// `others` are the rows that are known not to have had it.
pub(super) fn find<'a>(pending: &Pending, scope: &Scope<'_>, rows: &'a [Row], others: &Others) -> Finding<'a> {
    // A row keeps the tag unless a commit takes its place.
    let is_candidate = |row: &Row| pending.may_have_lost_tag(row) && !others.contains(&row.deployment_id);
    let (prompt, late): (Vec<_>, Vec<_>) =
        new_rows(rows, pending).filter(|(_, row)| is_candidate(row)).partition(|(at, _)| !scope.is_late(*at));
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
    /// The fence, the timeout of a request and the settling, and with the appearing, the skew and a second that is cut off.
    const QUEUED_UNTIL: i64 = READ + 70_000;
    const ROW_UNTIL: i64 = READ + 200_999;
    const MAX_SKEW: i64 = 120_000;

    fn baseline(is_busy: bool) -> Baseline {
        let read_at = Timestamps::dated(Some("Thu, 01 Jan 1970 00:16:40 GMT"));
        Baseline { newest: Newest { created: Some(BEFORE), read_at }, is_busy }
    }

    fn scope(baseline: &Baseline) -> Scope<'_> {
        Scope::new(baseline, Timing::DEFAULT.acted_on_within(), &Timing::DEFAULT)
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
        match find(&pending, &scope(&baseline), &rows(all), &others) {
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
    fn waited_with(keeps_jobs: bool, is_busy: bool, all: &[(&str, i64, Option<i64>)]) -> bool {
        let row = |(service, created, finished): &(&str, i64, Option<i64>)| -> Value {
            let status = if *service == "cancelled" { "cancelled" } else { "done" };
            json!({
                "deploymentId": created.to_string(), "applicationId": service, "status": status,
                "createdAt": date(*created), "finishedAt": finished.map(date),
            })
        };
        let all: Vec<_> = all.iter().map(|one| serde_json::from_value(row(one)).unwrap()).collect();
        scope(&baseline(is_busy)).may_have_waited(&Target::application("web"), &all, keeps_jobs)
    }

    fn waited(is_busy: bool, all: &[(&str, i64, Option<i64>)]) -> bool {
        waited_with(false, is_busy, all)
    }

    #[test]
    fn a_job_may_have_waited_if_anything_on_the_server_ran_then() {
        let many: Vec<_> = (1..=11).map(|place| ("api", ROW_UNTIL + place, None)).collect();
        assert!(!waited(false, &[]));
        assert!(waited(false, &[("api", READ, Some(QUEUED_UNTIL))]) && waited(false, &[("api", READ, None)]));
        assert!(!waited(false, &[("api", BEFORE, Some(QUEUED_UNTIL - MAX_SKEW - 1))]));
        assert!(!waited(false, &[("api", ROW_UNTIL + 1, None)]), "it began later");
        assert!(!waited(false, &[("cancelled", READ, None)]), "what waited was dropped as well");
        assert!(waited_with(true, false, &[("cancelled", READ, None)]), "what waited was kept");
        assert!(!waited(false, &[("web", BEFORE, Some(BEFORE + 1))]), "it was over before the trigger");
        assert!(waited(true, &[("web", BEFORE, Some(QUEUED_UNTIL))]), "it was not");
        assert!(waited(false, &many), "older rows of it may have been deleted");
        assert!(!waited(false, &many[1..]));
        assert!(!waited(false, &[&many[..], &[("api", 1, Some(2))]].concat()));
    }

    #[test]
    fn a_trigger_is_over_once_it_must_have_been_acted_on() {
        let is_over = |now: &str| scope(&baseline(false)).is_over_by(Timestamps::dated(Some(now)));
        assert!(!is_over("Thu, 01 Jan 1970 00:17:49 GMT"));
        assert!(is_over("Thu, 01 Jan 1970 00:17:50 GMT"));
    }
}
