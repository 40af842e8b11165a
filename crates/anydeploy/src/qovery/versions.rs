//! The versions that a service ran, to go back to one of them.
//!
//! Qovery has no rollback: going back is a deployment of an older commit, tag or chart version (console 720181b, "Deploy other
//! version"), with the variables and the other settings of today, because the history holds none.

use futures::future::{BoxFuture, FutureExt, try_join};
use qovery_client::types::DeploymentHistoryService as Part;
use serde_json::Value;

use super::action::{Action, advice};
use super::api::Api;
use super::pending::Pending;
use super::place::environment_of;
use super::ran::ran_in;
use super::row::{Row, Source, row};
use super::snapshot::filled;
use super::status::judge_service;
use super::{Qovery, ids};
use crate::adapter::{parse_timestamp, retry_briefly};
use crate::{
    Ability, Deployer, Error, ErrorKind, HistoryOptions, Phase, RanRevision, Result, Rollback, RollbackObstacle,
    RollbackPoint, RollbackTarget, Target, platform,
};

/// How many executions are read at least: stops and restarts are among them.
const MIN_PAGE_SIZE: usize = 50;

impl Rollback for Qovery {
    fn list_rollback_targets<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<RollbackTarget>>> {
        async move {
            let check = self.capabilities().require(&platform::QOVERY, target.kind(), Ability::Rollback);
            check.map_err(|error| match advice(target.kind(), crate::Action::Rollback) {
                Some(advice) => error.with_advice(advice),
                None => error,
            })?;
            let target = &ids::target(target)?;
            let environment = environment_of(&self.api, target).await?;
            let page_size = options.limit.saturating_mul(2).max(MIN_PAGE_SIZE);
            let (past, row) = try_join(self.api.history_of(target, page_size), row(&self.api, target)).await?;
            let mut versions = versions(target, &environment, &past, &row);
            versions.truncate(options.limit);
            Ok(versions)
        }
        .boxed()
    }
}

/// Checks that nobody has deployed the target since its versions were listed, and that nothing prevents going back.
///
/// # Errors
/// [`ErrorKind::Conflict`] if somebody has, or with the obstacle.
pub(super) async fn check(api: &Api, target: &Target, environment: &str, point: &RollbackPoint) -> Result<()> {
    let read = retry_briefly(|| try_join(api.history_of(target, MIN_PAGE_SIZE), row(api, target))).await;
    let (past, row) = read?;
    let newest = past.iter().find(|part| deploys(part)).and_then(execution);
    if point.newest.is_some() && point.newest.as_deref() != newest {
        let error = Error::new(ErrorKind::Conflict, "the target was deployed since the version was listed");
        return Err(error.with_platform(platform::QOVERY).with_advice("list its versions again"));
    }
    let listed = versions(target, environment, &past, &row);
    match listed.iter().find(|version| version.point.id == point.id) {
        Some(version) => version.check().map_err(|error| error.with_platform(platform::QOVERY)),
        // It is older than what was read.
        None => Ok(()),
    }
}

/// The versions in the history of a service, newest first.
fn versions(target: &Target, environment: &str, past: &[Part], row: &Row) -> Vec<RollbackTarget> {
    let deployments: Vec<&Part> = past.iter().filter(|part| deploys(part)).collect();
    let newest = deployments.first().copied().and_then(execution).map(str::to_owned);
    // The history says what was deployed last, and the row of the service what it has; where they differ, neither is known
    // to run.
    let current = deployments.first().filter(|part| phase(part) == Phase::Succeeded);
    let current = current.map(|part| ran_in(&part.details)).filter(|ran| is_of(row, ran));
    let mut versions: Vec<RollbackTarget> = Vec::new();
    for part in &deployments {
        let ran = ran_in(&part.details);
        let is_current = current.as_ref().map(|current| *current == ran);
        let obstacle = match phase(part) {
            Phase::Succeeded if ran == RanRevision::Unverified => Some(RollbackObstacle::NoRevision),
            Phase::Succeeded if is_current == Some(true) => Some(RollbackObstacle::IsCurrent),
            Phase::Succeeded => None,
            Phase::Failed => Some(RollbackObstacle::Failed),
            _ => continue,
        };
        // One entry a version; that it failed once is no obstacle if it ran at another time.
        let known = versions.iter().position(|one| ran != RanRevision::Unverified && one.point.revision == ran);
        match known {
            Some(at) if versions[at].obstacle == Some(RollbackObstacle::Failed) && obstacle.is_none() => {
                versions.remove(at);
            }
            Some(_) => continue,
            None => {}
        }
        let execution = execution(part).unwrap_or_default();
        let point = RollbackPoint::new(id_of(&ran).unwrap_or(execution), ran.clone()).with_newest(newest.clone());
        let deployment = Pending::listed(target, environment, execution).id();
        let created_at = part.auditing_data.as_ref().and_then(|data| data.created_at.as_deref());
        versions.push(
            RollbackTarget::new(target.clone(), point)
                .with_deployment((!execution.is_empty()).then_some(deployment))
                .with_title(message(part))
                .with_deployed_at(created_at.and_then(parse_timestamp))
                .with_current(is_current)
                // Whether a commit that was built before is built anew is not documented.
                .with_builds((!matches!(ran, RanRevision::Commit(_) | RanRevision::Unverified)).then_some(false))
                .with_obstacle(obstacle),
        );
    }
    versions
}

/// Whether the row of a service names this revision.
fn is_of(row: &Row, ran: &RanRevision) -> bool {
    match (&row.source, ran) {
        (Source::Git { deployed: Some(commit) }, RanRevision::Commit(ran)) => commit == ran,
        (Source::Image { tag: Some(tag) }, RanRevision::ImageTag(ran)) => tag == ran,
        (Source::Chart { version: Some(version) }, RanRevision::ChartVersion(ran)) => version == ran,
        _ => false,
    }
}

fn id_of(ran: &RanRevision) -> Option<&str> {
    match ran {
        RanRevision::Commit(text) | RanRevision::ImageTag(text) | RanRevision::ChartVersion(text) => Some(text),
        _ => None,
    }
}

/// The first line of the message of a commit.
fn message(part: &Part) -> Option<String> {
    let message = part.details.get("commit").and_then(|commit| commit.get("message")).and_then(Value::as_str);
    message.and_then(|message| message.lines().next()).filter(|line| !line.is_empty()).map(str::to_owned)
}

/// Whether an execution deployed the service; a restart or a stop changes no version.
fn deploys(part: &Part) -> bool {
    let action = part.status_details.as_ref().and_then(|details| details.action.as_ref());
    action.is_none_or(|action| matches!(action.as_str(), "DEPLOY" | "UNKNOWN"))
}

fn phase(part: &Part) -> Phase {
    judge_service(&part.status, part.status_details.as_ref(), Action::Deploy)
}

fn execution(part: &Part) -> Option<&str> {
    filled(part.identifier.execution_id.as_deref())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::TargetKind;

    fn past(entries: &[(&str, &str, &str, &str)]) -> Vec<Part> {
        let entry = |(execution, state, action, tag): &(&str, &str, &str, &str)| {
            let details = if tag.is_empty() { json!({}) } else { json!({ "tag": tag }) };
            serde_json::from_value(json!({
                "identifier": {"service_id": "web", "execution_id": execution},
                "status": state,
                "status_details": {"action": action},
                "details": details,
            }))
            .unwrap()
        };
        entries.iter().map(entry).collect()
    }

    fn listed(
        entries: &[(&str, &str, &str, &str)],
        tag: &str,
    ) -> Vec<(String, Option<RollbackObstacle>, Option<bool>)> {
        let row = Row::of_image("web", tag);
        let versions = versions(&Target::new(TargetKind::Container, "web"), "env", &past(entries), &row);
        versions.into_iter().map(|one| (one.point.id, one.obstacle, one.is_current)).collect()
    }

    #[test]
    fn each_version_is_listed_once_with_what_prevents_it() {
        use RollbackObstacle::{Failed, IsCurrent, NoRevision};
        let entries = [
            ("e9", "RESTARTED", "RESTART", "3"),
            ("e8", "DEPLOYED", "DEPLOY", "3"),
            ("e7", "DEPLOYMENT_ERROR", "DEPLOY", "2"),
            ("e6", "DEPLOYMENT_ERROR", "DEPLOY", "2.1"),
            ("e5", "CANCELED", "DEPLOY", "2.2"),
            ("e4", "DEPLOYED", "DEPLOY", ""),
            ("e3", "DEPLOYED", "DEPLOY", "2"),
            ("e2", "DEPLOYED", "DEPLOY", "3"),
        ];
        let expected = [
            ("3", Some(IsCurrent), Some(true)),
            ("2.1", Some(Failed), Some(false)),
            ("e4", Some(NoRevision), Some(false)),
            ("2", None, Some(false)),
        ];
        assert_eq!(listed(&entries, "3"), expected.map(|(id, obstacle, current)| (id.to_owned(), obstacle, current)));
    }

    #[test]
    fn what_runs_is_known_only_if_the_history_and_the_service_agree() {
        let entries = [("e2", "DEPLOYED", "DEPLOY", "2"), ("e1", "DEPLOYED", "DEPLOY", "1")];
        let unknown = [("2".to_owned(), None, None), ("1".to_owned(), None, None)];
        assert_eq!(listed(&entries, "3"), unknown, "another tag is configured");
        let failed = [("e3", "DEPLOYMENT_ERROR", "DEPLOY", "3"), entries[0]];
        let expected = [("3".to_owned(), Some(RollbackObstacle::Failed), None), ("2".to_owned(), None, None)];
        assert_eq!(listed(&failed, "2"), expected, "a failed deployment may have changed what runs");
    }
}
