//! Restarting: a deployment of an application, which ships the head of its branch, or a stop and start of a service or database.
//!
//! Facts of 4.3.11: a restart of an application is a row with `restart_only`; it resolves the head of the branch anew, starts
//! the image of that commit if it is there, and builds else; an application made from an image is deployed as always.
//! It is merged into another deployment as a deploy is, and the answer then has no id.
//! With a full queue the answer has an id under which nothing was stored.

use coolify_client::types::RestartServiceByUuidParams;

use super::api::Api;
use super::asked::Asked;
use super::baseline::{Age, Baseline, Context, can_do_without};
use super::error::refusal;
use super::pending::Start;
use super::revision::is_commit_hash;
use super::rows::{self, Page};
use super::service::{Reading, read_with_reachability};
use super::versions::newest_success;
use super::{additional, catalog};
use crate::adapter::{Answer, Resolution, Timestamps, retry_briefly};
use crate::{Action, Error, ErrorKind, Result, ServiceState, Target, TargetKind};

/// The operation that restarts an application, under Coolify's own name.
pub(super) const RESTART: &str = "restart-application-by-uuid";

/// What a restart of an application is compared with afterwards, and the baseline before it.
pub(super) async fn prepare(api: &Api, target: &Target, mut asked: Asked) -> Result<(Asked, Baseline)> {
    match last_success(api, target).await {
        Ok((commit, page)) => {
            asked.was = commit.filter(|commit| is_commit_hash(commit));
            Ok((asked, Baseline::of(page)))
        }
        Err(error) if can_do_without(&error) => Ok((asked, Baseline::default())),
        // Nothing is triggered yet.
        Err(error) => Err(error.with_safe_to_repeat(true)),
    }
}

/// The commit of the newest deployment of the target itself that succeeded, and the rows that were read.
async fn last_success(api: &Api, target: &Target) -> Result<(Option<String>, Page)> {
    let commit = |page: &Page, own| newest_success(&page.rows, own).and_then(|row| row.commit.clone());
    let page = rows::search(api, target, &|page| newest_success(&page.rows, None).is_some()).await?;
    if newest_success(&page.rows, None).is_none_or(additional::is_surely_own) {
        return Ok((commit(&page, None), page));
    }
    let own = additional::own_destination(api, target).await?;
    let has_own = |page: &Page| newest_success(&page.rows, own.as_ref()).is_some();
    let is_enough = page.is_whole || has_own(&page);
    let page = if is_enough { page } else { rows::search(api, target, &has_own).await? };
    Ok((commit(&page, own.as_ref()), page))
}

/// Whether nothing was stored under an id: a row is written before the answer (4.3.11), and the newest rows reach back to
/// those from before the restart without one of this id.
pub(super) async fn is_unstored(api: &Api, context: &Context<'_>, uuid: &str) -> bool {
    let reaches_back = |page: &Page| context.baseline.ages(page).last() == Some(&Age::Known);
    let page = rows::search(api, context.target, &reaches_back).await;
    page.is_ok_and(|page| page.row(uuid).is_none() && (page.is_whole || reaches_back(&page)))
}

/// The error of an answer with an id under which nothing was stored.
pub(super) fn queue_full() -> Error {
    let message = "the deployment queue is full: Coolify answered with an id under which it stored no deployment";
    refusal(message, ErrorKind::QueueFull).with_operation(RESTART).with_safe_to_repeat(true)
}

/// Restarts a service or database, whose state afterwards is the only sign of it.
pub(super) async fn post_start(api: &Api, target: &Target, asked: &Asked, ran: bool) -> Answer {
    let sent = if *target.kind() == TargetKind::Database {
        api.restart_database(target.id()).await
    } else {
        // What Coolify has for a service that comes near a redeployment: it pulls the images first.
        let params = RestartServiceByUuidParams { latest: (asked.action == Action::Redeploy).then_some(true) };
        api.restart_service(target.id(), &params).await
    };
    match sent {
        Ok((message, at)) => {
            let answered_at = Some(at.unwrap_or_else(|| Timestamps::of(None)));
            let start = Start { answered_at, ran, up: None, action: asked.action };
            Answer::accepted(catalog::started(target, start, &message.message.unwrap_or_default()))
        }
        Err(error) => Answer::of_error(error),
    }
}

/// Searches for a sign of a restart whose answer is lost: the state is another one than before.
pub(super) async fn search(api: &Api, target: &Target, asked: &Asked, ran: bool) -> Result<Resolution> {
    let Reading { service, is_reachable, .. } = retry_briefly(|| read_with_reachability(api, target)).await?;
    // A restart begins with a stop, which shows within a second, and the first inspection after its end is up to a minute away.
    let is_sign = match service.state {
        ServiceState::Starting => true,
        ServiceState::Stopped => ran,
        ServiceState::Running => !ran,
        _ => false,
    };
    if !is_reachable {
        return Ok(Resolution::Unresolved("Coolify keeps no record of it, and does not reach the machine"));
    }
    if !is_sign {
        return Ok(Resolution::Unresolved("Coolify keeps no record of it, and its state is the one from before"));
    }
    let start = Start { answered_at: Some(Timestamps::of(None)), ran, up: None, action: asked.action };
    Ok(Resolution::likely(catalog::started(target, start, "")))
}
