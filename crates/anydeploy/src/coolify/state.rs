//! How a target runs, and whether that is a result yet.

use futures::future::{BoxFuture, FutureExt};

use super::api::Api;
use super::pending::Pending;
use super::row::Row;
use super::rows::{self, MAX_SEARCHED_ROWS};
use super::service::{self, Reading, UNREACHABLE, is_reachable};
use super::status::{is_active, service_state};
use super::versions::is_production;
use crate::adapter::{Timestamps, parse_timestamp, retry_briefly};
use crate::{
    DesiredState, Error, ErrorKind, Phase, Result, RunState, ServiceState, Target, TargetKind, Timing, platform,
};

/// Why a state is no result yet.
const UNDER_WAY: &str = "a deployment is under way";
pub(super) const JUST_ENDED: &str = "a deployment has just ended, and its containers were not inspected yet";

/// The newest rows that are asked for: previews and other destinations stand between those of production.
const NEWEST_ROWS: i64 = 3;

/// What was read of a target.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) state: RunState,
    /// Coolify reaches the machine, so that the state is not an old one.
    pub(super) is_reachable: bool,
}

impl Seen {
    /// Whether it runs, in whatever health, or is about to.
    pub(super) fn is_up(&self) -> bool {
        let runs = self.state.raw_state.starts_with("running");
        self.is_reachable && (runs || self.state.state == ServiceState::Starting)
    }

    /// Whether it is stopped for good.
    pub(super) fn is_down(&self) -> bool {
        self.state.has_reached(DesiredState::Stopped)
    }
}

/// Reads how a target runs.
pub(super) fn read<'a>(api: &'a Api, target: &'a Target, timing: &'a Timing) -> BoxFuture<'a, Result<Seen>> {
    async move {
        target.validate()?;
        match target.kind() {
            TargetKind::Application => application(api, target, timing).await,
            TargetKind::Service | TargetKind::Database => {
                let Reading { service, is_reachable, .. } =
                    retry_briefly(|| service::read_with_reachability(api, target)).await?;
                Ok(seen(service.raw_state, is_reachable))
            }
            other => Err(Error::unsupported(platform::COOLIFY, format_args!("targets of kind `{other}`"))),
        }
    }
    .boxed()
}

fn seen(raw: String, is_reachable: bool) -> Seen {
    let busy = (!is_reachable).then(|| UNREACHABLE.to_owned());
    Seen { state: RunState::new(service_state(&raw), raw).with_busy(busy), is_reachable }
}

/// An application is also changed by its deployments: one that is under way starts it again after a stop (4.3.11).
async fn application(api: &Api, target: &Target, timing: &Timing) -> Result<Seen> {
    // The list comes first: what ends after it shows in the state.
    let active = match retry_briefly(|| api.active_deployments()).await {
        // Logs can make it too large, while those of one application are read in parts.
        Err(error)
            if matches!(error.kind(), ErrorKind::AnswerTooLarge | ErrorKind::NotFound | ErrorKind::Unreadable) =>
        {
            rows::newest(api, target, MAX_SEARCHED_ROWS).await?
        }
        answer => answer?,
    };
    let (row, at) = retry_briefly(|| api.application(target.id())).await?;
    let mut seen = seen(row.status.unwrap_or_default(), is_reachable(row.server_status));
    let is_ours = |active: &&Row| is_production(active) && is_of(active, target, row.name.as_deref());
    let under_way: Vec<_> = active.iter().filter(|row| is_active(row)).filter(is_ours).collect();
    if !under_way.is_empty() {
        let ids = under_way.iter().map(|row| Pending::row(&row.deployment_uuid).id(target)).collect();
        seen.state = seen.state.with_under_way(ids).with_busy(Some(UNDER_WAY.to_owned()));
    } else if seen.is_down() && is_unseen(api, target, at, timing).await? {
        seen.state = seen.state.with_busy(Some(JUST_ENDED.to_owned()));
    }
    Ok(seen)
}

/// Whether the newest deployment of an application succeeded so recently that its state may be the one from before it.
pub(super) async fn is_unseen(api: &Api, target: &Target, at: Option<Timestamps>, timing: &Timing) -> Result<bool> {
    let newest = retry_briefly(|| rows::page(api, target, 0, NEWEST_ROWS)).await?.in_order();
    let now = newest.at.or(at).unwrap_or_else(|| Timestamps::of(None));
    Ok(newest.rows.iter().find(|row| is_production(row)).is_some_and(|row| may_be_unseen(row, now, timing)))
}

/// Whether a row of all applications is of this one: it is named in the path of its page, and by its name alone in a row
/// without one.
fn is_of(row: &Row, target: &Target, name: Option<&str>) -> bool {
    match row.deployment_url.as_deref() {
        Some(page) => page.contains(&format!("/application/{}/", target.id())),
        None => row.application_name.as_deref() == name,
    }
}

/// Whether a deployment succeeded so recently that the state may be the one from before it.
///
/// The inspection of the containers is queued when a deployment ends, and shows a second later.
/// A restart that found its image ends without one, so that the state follows within a minute (4.3.11).
fn may_be_unseen(row: &Row, now: Timestamps, timing: &Timing) -> bool {
    if super::phase(&row.status) != Phase::Succeeded {
        return false;
    }
    let ended = row.finished_at.as_deref().or(row.updated_at.as_deref()).and_then(parse_timestamp);
    let found_image = row.restart_only == Some(true) && row.commit_message.is_none();
    let within = if found_image { timing.lost_after } else { timing.row_appears };
    let within = i64::try_from(within.as_secs()).unwrap_or(i64::MAX);
    ended.is_some_and(|ended| now.server.saturating_sub(ended.timestamp()) <= within)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn row(details: &Value) -> Row {
        let mut row = json!({ "deployment_uuid": "d", "status": "finished" });
        row.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn a_row_of_all_applications_is_known_by_the_path_of_its_page() {
        let target = Target::application("web1");
        let of = |details: Value| is_of(&row(&details), &target, Some("web"));
        assert!(of(json!({ "deployment_url": "/project/p/environment/e/application/web1/deployment/d" })));
        let other = json!({ "deployment_url": "/project/p/environment/e/application/web12/deployment/d",
            "application_name": "web" });
        assert!(!of(other));
        assert!(of(json!({ "application_name": "web" })) && !of(json!({ "application_name": "shop" })));
    }

    #[test]
    fn a_stopped_state_is_no_result_shortly_after_a_success() {
        let now = Timestamps::dated(Some("Sun, 22 Nov 2026 15:40:24 GMT")).unwrap();
        let unseen = |details: Value| may_be_unseen(&row(&details), now, &Timing::DEFAULT);
        let (just, minute, long) = ("2026-11-22T15:40:20Z", "2026-11-22T15:39:30Z", "2026-11-22T15:30:00Z");
        assert!(unseen(json!({ "finished_at": just })));
        assert!(unseen(json!({ "finished_at": null, "updated_at": just })), "the date of the end comes later");
        assert!(!unseen(json!({ "finished_at": minute })));
        assert!(unseen(json!({ "finished_at": minute, "restart_only": true })), "no inspection follows it");
        assert!(!unseen(json!({ "finished_at": minute, "restart_only": true, "commit_message": "built" })));
        assert!(!unseen(json!({ "finished_at": long, "restart_only": true })));
        assert!(!unseen(json!({ "finished_at": just, "status": "failed" })));
        assert!(!unseen(json!({})));
    }

    #[test]
    fn what_runs_in_bad_health_is_up_and_what_the_server_cannot_see_is_neither() {
        let of = |status: &str, server| seen(status.to_owned(), is_reachable(server));
        let up = |status: &str, server| of(status, server).is_up();
        assert!(
            up("running:unhealthy", Some(true)) && up("starting:unhealthy", None) && up("restarting:unknown", None)
        );
        assert!(
            !up("exited:unhealthy", None) && !up("degraded:unhealthy", None) && !up("running:healthy", Some(false))
        );
        assert!(of("exited", None).is_down());
        assert!(!of("exited", Some(false)).is_down());
        assert!(!of("", None).is_down(), "an unknown word is no state");
    }
}
