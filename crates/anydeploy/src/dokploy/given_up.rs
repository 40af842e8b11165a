//! Deployments that Dokploy gives up without an end: their rows stay `running` for good.

use std::time::Duration;

use dokploy_client::types::Deployment as Row;
use tokio::time::Instant;

use super::Dokploy;
use super::ended::of_row;
use super::infer::millis;
use super::lists::Lists;
use super::row::to_deployment;
use super::rows::{Rows, created};
use super::status::status;
use crate::adapter::Timestamps;
use crate::{Deployment, DeploymentStatus, ErrorKind, Identity, Phase, Target};

/// The deployment of a row that [may be given up](may_be_given_up), failed if it is.
///
/// A job stays in the queue until after the last change of its row.
/// So a row that is `running` after the queue held no job of its target changes no more, unless a server that has just started is
/// about to mark it as `cancelled`.
pub(super) async fn unless_given_up(
    dokploy: &Dokploy,
    lists: &Lists<'_>,
    target: &Target,
    row: &Row,
    identity: Identity,
) -> Deployment {
    let deployment = to_deployment(target, row, identity);
    // Where the queue cannot be read, only the deadline of a watch ends it.
    let queue = match lists.queue(target).await {
        Ok(Some(queue)) => queue,
        Err(error) if !is_for_good(error.kind()) => return deployment,
        Ok(None) | Err(_) => {
            dokploy.api.edition().set_lacks_queue();
            return deployment;
        }
    };
    if queue.is_busy() {
        note(dokploy, row, true, lists.began);
        return deployment;
    }
    let Ok(rows) = lists.rows_after_queue(target).await else { return deployment };
    let Some(row) = rows.rows.iter().find(|known| known.deployment_id == row.deployment_id) else { return deployment };
    if !is_long_running(row, rows.at, dokploy.timing.lost_after) {
        return of_row(dokploy, target, row, identity, rows.at).await;
    }
    let mut deployment = to_deployment(target, row, identity);
    if !note(dokploy, row, false, lists.began) {
        return deployment;
    }
    deployment.status = DeploymentStatus::new(Phase::Failed, deployment.status.raw);
    deployment.with_reason(Some("Dokploy gave it up, and leaves its row running; its log says why".to_owned()))
}

/// Whether the queue is worth a read, because it may show that a row [is given up](may_be_given_up).
///
/// It is read at intervals for each row, and no more once it was refused.
pub(super) async fn asks_the_queue(dokploy: &Dokploy, row: &Row, at: Option<Timestamps>) -> bool {
    let (api, timing) = (&dokploy.api, &dokploy.timing);
    is_long_running(row, at, timing.lost_after)
        && !api.edition().lacks_queue()
        && api.jobless().is_due(&row.deployment_id, timing)
        && may_be_given_up(dokploy, [row], at).await
}

/// Whether one of the rows may never end.
///
/// The error path of an application or a compose stack writes to the log before it sets the last status, and that of a
/// preview calls GitHub; where this fails as well, row and service stay `running`, and the job leaves the queue (0.24.0 to
/// 0.30.2, and a remote server that cannot be reached, or a full disk, is enough).
/// The jobs of the cloud run elsewhere, and its queue shows less.
pub(super) async fn may_be_given_up(
    dokploy: &Dokploy,
    rows: impl IntoIterator<Item = &Row>,
    at: Option<Timestamps>,
) -> bool {
    let is_old = |row: &Row| is_long_running(row, at, dokploy.timing.lost_after);
    let is_any_old = rows.into_iter().any(is_old);
    is_any_old && dokploy.api.is_cloud().await == Some(false)
}

/// Notes whether the queue of a self-hosted server, of which the read began at this time, held a job of a row, and returns whether
/// the row is given up.
fn note(dokploy: &Dokploy, row: &Row, has_job: bool, began: Instant) -> bool {
    dokploy.api.jobless().note(&row.deployment_id, has_job, began, &dokploy.timing)
}

/// The rows that are not over and may still end, where `rows` were read after the queue of a self-hosted server held no job of
/// their target; and whether some of them may be given up, which a later read shows.
pub(super) fn open_rows<'a>(dokploy: &Dokploy, rows: &'a Rows, began: Instant) -> (Vec<&'a Row>, bool) {
    let open = rows.rows.iter().filter(|row| !status(row.status.as_ref()).is_terminal());
    let (old, mut open): (Vec<_>, Vec<_>) =
        open.partition(|row| is_long_running(row, rows.at, dokploy.timing.lost_after));
    let unconfirmed: Vec<_> = old.into_iter().filter(|row| !note(dokploy, row, false, began)).collect();
    let is_unconfirmed = !unconfirmed.is_empty();
    open.extend(unconfirmed);
    (open, is_unconfirmed)
}

/// Whether an error says that the queue will not be read by this key either: a server older than 0.28.3 has none to show, and a
/// key may not be allowed to read it.
fn is_for_good(kind: ErrorKind) -> bool {
    use ErrorKind::{NotFound, NotFoundOrForbidden, PermissionDenied, Unsupported};
    matches!(kind, Unsupported | NotFound | NotFoundOrForbidden | PermissionDenied)
}

/// Whether a row is `running`, and so old that its job would have been seen.
fn is_long_running(row: &Row, at: Option<Timestamps>, lost_after: Duration) -> bool {
    let age = at.zip(created(row)).map(|(at, created)| at.server.saturating_mul(1000).saturating_sub(created));
    status(row.status.as_ref()).phase == Phase::Running && age.is_some_and(|age| age >= millis(lost_after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_running_row_that_is_old_by_the_clock_of_the_server_may_be_given_up() {
        let at = |seconds: u32| Timestamps::dated(Some(&format!("Thu, 01 Jan 1970 00:01:{seconds:02} GMT")));
        for (word, created, at, expected) in [
            ("running", Some("1970-01-01T00:00:00Z"), at(0), true),
            ("running", Some("1970-01-01T00:00:00.001Z"), at(0), false),
            ("running", Some("1970-01-01T00:00:00.001Z"), at(1), true),
            ("running", Some("1970-01-01T00:00:00Z"), None, false),
            ("running", None, at(0), false),
            ("done", Some("1970-01-01T00:00:00Z"), at(0), false),
            ("cancelled", Some("1970-01-01T00:00:00Z"), at(0), false),
            ("queued", Some("1970-01-01T00:00:00Z"), at(0), false),
        ] {
            let row = json!({ "deploymentId": "r", "status": word, "createdAt": created });
            let row: Row = serde_json::from_value(row).unwrap();
            assert_eq!(is_long_running(&row, at, Duration::from_mins(1)), expected, "{word} {created:?} {at:?}");
        }
    }
}
