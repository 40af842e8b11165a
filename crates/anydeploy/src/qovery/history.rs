//! Earlier deployments, from the history of an environment or of a service.

use futures::future::{BoxFuture, FutureExt};
use qovery_client::types::{
    DeploymentHistoryAuditingData as Audit, DeploymentHistoryService as Part, ServiceActionEnum,
};

use super::action::Action;
use super::api::Api;
use super::bystander::explain_past;
use super::pending::Pending;
use super::place::environment_of;
use super::ran::{ran_in, with_ran};
use super::snapshot::{HISTORY_PAGE_SIZE, LONG_HISTORY_PAGE_SIZE, filled};
use super::status::{judge_past, judge_service};
use super::{Qovery, ids};
use crate::adapter::parse_timestamp;
use crate::{
    Deployment, DeploymentId, Error, ErrorKind, History, HistoryCursor, HistoryOptions, HistoryPage, Phase, Result,
    Target, TargetKind, platform,
};

/// How many executions Qovery sends by default; other actions than deployments are among them.
const DEFAULT_PAGE_SIZE: usize = 20;

/// How many executions are asked for at most; the document declares no largest page, and no other way to older ones.
const MAX_PAGE_SIZE: usize = 400;

impl History for Qovery {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        list_deployments(&self.api, target, options).boxed()
    }

    fn list_page<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
        after: Option<&'a HistoryCursor>,
    ) -> BoxFuture<'a, Result<HistoryPage>> {
        list_page(&self.api, target, options, after).boxed()
    }
}

/// The newest deployments of a target.
///
/// A page holds restarts and stops as well, and there is no second one, so that a larger page is asked for until it holds
/// enough deployments, or all that Qovery keeps.
async fn list_deployments(api: &Api, target: &Target, options: HistoryOptions) -> Result<Vec<Deployment>> {
    let target = &ids::target(target)?;
    let environment = environment_of(api, target).await?;
    let mut size = first_size(target, options.limit);
    loop {
        let (mut deployments, is_all) = read_page(api, target, &environment, size).await?;
        if is_all || deployments.len() >= options.limit || size >= MAX_PAGE_SIZE {
            deployments.truncate(options.limit);
            return Ok(deployments);
        }
        size = size.saturating_mul(2).min(MAX_PAGE_SIZE);
    }
}

/// Where a page ended: how many deployments stood up to its end, and the last of them.
struct Place {
    shown: usize,
    last: DeploymentId,
}

impl Place {
    fn of(cursor: &HistoryCursor) -> Result<Self> {
        let (shown, last) = cursor.as_str().split_once(' ').ok_or_else(|| cursor.invalid())?;
        let shown = shown.parse().map_err(|_| cursor.invalid())?;
        Ok(Self { shown, last: last.parse().map_err(|_| cursor.invalid())? })
    }
}

/// One page of the deployments of a target, read from the newest one on.
///
/// # Errors
/// [`ErrorKind::Unsupported`] for the page behind the oldest execution that is asked for, as older ones may exist.
async fn list_page(
    api: &Api,
    target: &Target,
    options: HistoryOptions,
    after: Option<&HistoryCursor>,
) -> Result<HistoryPage> {
    let target = &ids::target(target)?;
    let environment = environment_of(api, target).await?;
    let place = after.map(Place::of).transpose()?;
    let limit = options.limit.max(1);
    let shown = place.as_ref().map_or(0, |place| place.shown);
    // One more than the page holds shows whether another page follows.
    let mut size = first_size(target, shown.saturating_add(limit).saturating_add(1));
    loop {
        let (listed, is_all) = read_page(api, target, &environment, size).await?;
        let is_last_read = is_all || size >= MAX_PAGE_SIZE;
        // Deployments that began since the page before moved its last one back in the list.
        let begin = match &place {
            None => Some(0),
            Some(place) => listed.iter().position(|one| one.id == place.last).map(|position| position + 1),
        };
        let left = begin.map_or(0, |begin| listed.len() - begin);
        if left <= limit && !is_last_read {
            size = size.saturating_mul(2).min(MAX_PAGE_SIZE);
            continue;
        }
        let Some(begin) = begin else {
            let message = "Qovery does not list the deployment any more with which the page before ended";
            return Err(Error::new(ErrorKind::Conflict, message).with_platform(platform::QOVERY));
        };
        if left == 0 && !is_all {
            let what = "listing deployments that are older than the newest 400 executions";
            return Err(Error::unsupported(platform::QOVERY, what));
        }
        let end = begin + left.min(limit);
        let has_more = left > limit || !is_all;
        let deployments: Vec<_> = listed.into_iter().take(end).skip(begin).collect();
        let last = deployments.last().filter(|_| has_more);
        let next = last.map(|last| HistoryCursor::new(format!("{end} {}", last.id)));
        return Ok(HistoryPage::new(deployments, next));
    }
}

/// How many executions are asked for first.
fn first_size(target: &Target, deployments: usize) -> usize {
    let smallest = if *target.kind() == TargetKind::Environment { HISTORY_PAGE_SIZE } else { DEFAULT_PAGE_SIZE };
    deployments.clamp(smallest, MAX_PAGE_SIZE)
}

/// The deployments among so many of the newest executions, and whether these are all that Qovery keeps.
async fn read_page(api: &Api, target: &Target, environment: &str, size: usize) -> Result<(Vec<Deployment>, bool)> {
    let of = |execution: &str| Pending::listed(target, environment, execution);
    if *target.kind() == TargetKind::Environment {
        let past = api.history(environment, size).await?;
        let deployments =
            past.iter().filter(|entry| Action::Deploy.may_be(entry.trigger_action.as_ref())).map(|entry| {
                let listed = of(&entry.identifier.execution_id);
                let deployment = listed.to_deployment(judge_past(entry, Action::Deploy), entry.status.as_str());
                with_past(deployment, entry.auditing_data.as_ref())
            });
        return Ok((deployments.collect(), past.len() < size));
    }
    let past = api.history_of(target, size).await?;
    // Only the executions say whether a person cancelled or another service failed.
    let is_cancelled =
        |part: &Part| judge_service(&part.status, part.status_details.as_ref(), Action::Deploy) == Phase::Cancelled;
    let executions = if past.iter().any(is_cancelled) {
        api.history(environment, LONG_HISTORY_PAGE_SIZE).await?
    } else {
        Vec::new()
    };
    let deployments = past.iter().filter_map(|part| {
        let details = part.status_details.as_ref();
        let action = details.and_then(|details| details.action.as_ref());
        // A plan, an unlock and a migration of a Terraform service have the word of a deployment, and `sub_action` says which
        // of them it was (document of 2026-08-20, lines 25960 to 25976).
        let is_other = |action: &ServiceActionEnum| !matches!(action.as_str(), "DEPLOY" | "UNKNOWN");
        if action.is_some_and(is_other) || Action::Deploy.contradicted_by(details).is_some() {
            return None;
        }
        let execution = filled(part.identifier.execution_id.as_deref())?;
        let listed = of(execution);
        let entry = executions.iter().find(|entry| entry.identifier.execution_id == execution);
        let (phase, reason) = match judge_service(&part.status, details, Action::Deploy) {
            Phase::Cancelled => explain_past(&listed, entry),
            phase => (phase, None),
        };
        let deployment = listed.to_deployment(phase, part.status.as_str()).with_reason(reason);
        let deployment = with_ran(deployment, ran_in(&part.details));
        Some(with_past(deployment, part.auditing_data.as_ref()))
    });
    Ok((deployments.collect(), past.len() < size))
}

/// The deployment with the times that the history gives.
pub(super) fn with_past(deployment: Deployment, audit: Option<&Audit>) -> Deployment {
    let at = |text: Option<&String>| text.and_then(|text| parse_timestamp(text));
    let created_at = at(audit.and_then(|audit| audit.created_at.as_ref())).or(deployment.created_at);
    let updated_at = at(audit.and_then(|audit| audit.updated_at.as_ref()));
    let finished_at = updated_at.filter(|_| deployment.status.is_terminal());
    deployment.with_times(created_at, finished_at)
}
