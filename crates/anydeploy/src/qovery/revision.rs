//! Which commit, tag or chart version a request means, read before anything is triggered.
//!
//! A bare deploy call keeps the version that was deployed (document of 2026-08-20, lines 21445, 21464 and 21479), so that
//! what is *configured* has to be read and named; Qovery's own console does so as well (`use-outdated-services.ts`).

use qovery_client::types::{DeploymentHistoryService as PastOfService, ServiceDeploymentStatusEnum, StateEnum};

use super::action::Action;
use super::api::Api;
use super::body::Named;
use super::ran::ran_in;
use super::row::{Row, Source};
use super::snapshot::{Snapshot, filled};
use super::status::judge_service;
use crate::adapter::retry_briefly;
use crate::{
    DeployRequest, Error, ErrorKind, Phase, RanRevision, Result, Revision, RollbackObstacle, Target, TargetKind,
    platform,
};

/// How many of the newest executions are searched for the one that was deployed last; restarts and stops are among them.
const MAX_SEARCHED_EXECUTIONS: usize = 50;

/// Whether the row of the target has to be read to know what a request means.
pub(super) fn needs_row(request: &DeployRequest) -> bool {
    if !Action::of(request).takes_revision() {
        return false;
    }
    let asked = request.expected_revision();
    match request.target().kind() {
        TargetKind::Job | TargetKind::Helm => true,
        TargetKind::Container => asked == Revision::Configured,
        TargetKind::Application | TargetKind::Terraform => asked == Revision::Deployed,
        _ => false,
    }
}

/// Reads which revision a request means; nothing is sent that changes anything.
pub(super) async fn name(api: &Api, request: &DeployRequest, target: &Target, row: Option<&Row>) -> Result<Named> {
    if !Action::of(request).takes_revision() {
        return Ok(Named::default());
    }
    if let (Action::Event(event), Some(row)) = (Action::of(request), row)
        && row.lacks(event)
    {
        let message = format!("`{target}` has no event {event:?}; Qovery would start nothing");
        return Err(refuse(ErrorKind::InvalidInput, message));
    }
    let asked = request.expected_revision();
    if asked == Revision::Configured && Action::of(request).keeps_deployed() {
        return Ok(Named::default());
    }
    if request.action() == crate::Action::Rollback && asked == Revision::Configured {
        return Err(RollbackObstacle::NoRevision.to_error().with_platform(platform::QOVERY));
    }
    let named = revision(api, &asked, target, row).await?;
    let values = match (request.values_commit(), row) {
        (Some(commit), Some(row)) if row.values_from_git => Some(commit.to_owned()),
        (Some(_), _) => {
            let message = format!("the values of `{target}` do not come from a repository");
            return Err(refuse(ErrorKind::InvalidInput, message));
        }
        (None, Some(row)) if row.values_from_git && asked == Revision::Configured => {
            Some(head(api, target, Some("values")).await?)
        }
        (None, _) => None,
    };
    Ok(Named { values, ..named })
}

async fn revision(api: &Api, asked: &Revision, target: &Target, row: Option<&Row>) -> Result<Named> {
    let source = row.map(|row| &row.source);
    let sent = |revision| Named { revision, sent: true, resolved: true, values: None };
    let unresolved = |what: &str| {
        refuse(ErrorKind::Conflict, format!("Qovery does not say {what} of `{target}`, so name a revision"))
    };
    match asked {
        Revision::Configured => match (target.kind(), source) {
            (TargetKind::Application | TargetKind::Terraform, _) | (_, Some(Source::Git { .. })) => {
                let of = (*target.kind() == TargetKind::Helm).then_some("chart");
                Ok(sent(Revision::Commit(head(api, target, of).await?)))
            }
            (_, Some(Source::Image { tag: Some(tag) })) => Ok(sent(Revision::ImageTag(tag.clone()))),
            (_, Some(Source::Chart { version: Some(version) })) => Ok(sent(Revision::ChartVersion(version.clone()))),
            (TargetKind::Database | TargetKind::Environment, _) => Ok(Named::default()),
            _ => Err(unresolved("which revision is configured")),
        },
        // An empty body keeps the deployed commit. A tag or chart version may have been configured anew, so
        // that the one which was deployed is named.
        Revision::Deployed => match (target.kind(), source) {
            (TargetKind::Application | TargetKind::Terraform, None) => Ok(Named::default()),
            (_, Some(Source::Git { deployed })) => {
                let revision = deployed.clone().map(Revision::Commit).unwrap_or_default();
                Ok(Named { sent: false, ..sent(revision) })
            }
            _ => Ok(sent(last_deployed(api, target).await?.ok_or_else(|| unresolved("what was deployed last"))?)),
        },
        named => {
            let (fits, what) = match named {
                Revision::Commit(_) => (matches!(source, Some(Source::Git { .. })), "a commit"),
                Revision::ImageTag(_) => (matches!(source, Some(Source::Image { .. })), "an image tag"),
                _ => (matches!(source, Some(Source::Chart { .. })), "a chart version"),
            };
            if !fits && !matches!(source, None | Some(Source::Other)) {
                let message = format!("`{target}` is made from something else than what {what} names");
                return Err(refuse(ErrorKind::InvalidInput, message));
            }
            Ok(Named { resolved: false, ..sent(named.clone()) })
        }
    }
}

/// The newest commit of the branch; lists come newest first (console, `use-outdated-services.ts`).
async fn head(api: &Api, target: &Target, of: Option<&str>) -> Result<String> {
    let commits = retry_briefly(|| api.commits(target, of)).await?;
    let head = commits.first().and_then(|commit| filled(Some(&commit.git_commit_id)));
    head.map(str::to_owned).ok_or_else(|| {
        refuse(ErrorKind::Conflict, format!("Qovery lists no commit of the branch of `{target}`, so name a commit"))
    })
}

/// The revision of the newest deployment that succeeded.
async fn last_deployed(api: &Api, target: &Target) -> Result<Option<Revision>> {
    let past = retry_briefly(|| api.history_of(target, MAX_SEARCHED_EXECUTIONS)).await?;
    let has_succeeded = |part: &&PastOfService| {
        judge_service(&part.status, part.status_details.as_ref(), Action::Deploy) == Phase::Succeeded
    };
    Ok(past.iter().find(has_succeeded).and_then(|part| match ran_in(&part.details) {
        RanRevision::Commit(commit) => Some(Revision::Commit(commit)),
        RanRevision::ImageTag(tag) => Some(Revision::ImageTag(tag)),
        RanRevision::ChartVersion(version) => Some(Revision::ChartVersion(version)),
        _ => None,
    }))
}

/// Refuses to deploy a service once more that was never deployed, because an empty body means the last deployment.
///
/// # Errors
/// [`ErrorKind::Conflict`] if the server says that the target was never deployed.
pub(super) fn check_deployed(asked: &Revision, target: &Target, snapshot: &Snapshot) -> Result<()> {
    let status = snapshot.service(target).and_then(|status| status.service_deployment_status.as_ref());
    if *asked == Revision::Deployed && status == Some(&ServiceDeploymentStatusEnum::NeverDeployed) {
        let message = format!("`{target}` was never deployed, so nothing can be deployed once more");
        return Err(refuse(ErrorKind::Conflict, message));
    }
    Ok(())
}

/// Refuses to restart what does not run: a restart works only on a service that is deployed.
///
/// # Errors
/// [`ErrorKind::Conflict`] if the server says that the target is stopped or was never deployed.
pub(super) fn check_restartable(target: &Target, snapshot: &Snapshot) -> Result<()> {
    let Some(status) = snapshot.service(target) else { return Ok(()) };
    let never = status.service_deployment_status == Some(ServiceDeploymentStatusEnum::NeverDeployed);
    let what = match status.state {
        StateEnum::Stopped | StateEnum::Deleted => "is stopped",
        // A service that was deployed before may be `READY` too, as the console reads it (720181b).
        StateEnum::Ready if never => "was never deployed",
        _ => return Ok(()),
    };
    let message = format!("`{target}` {what}, so there is nothing to restart");
    Err(refuse(ErrorKind::Conflict, message).with_advice("start it"))
}

fn refuse(kind: ErrorKind, message: String) -> Error {
    Error::new(kind, message).with_platform(platform::QOVERY)
}
