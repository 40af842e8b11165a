//! The deployment that Coolify merges a request into, instead of storing a new one.
//!
//! `queue_application_deployment` compares application, commit, pull request and image tag, and never the configuration
//! (4.3.11).
//! The commit of a row is `HEAD` for an image all the time, and for a repository until the job has resolved it.

use super::additional::{is_of_additional_server, own_destination_among};
use super::api::Api;
use super::baseline::{Age, Context};
use super::deployment::{accepted, to_deployment};
use super::destination::Destination;
use super::error::refusal;
use super::pending::{Merged, Pending, Stage};
use super::row::Row;
use super::rows::{self, Page};
use super::status::is_active;
use super::{Coolify, HEAD};
use crate::adapter::{Timestamps, retry_read};
use crate::{Adoption, Deployment, Error, ErrorKind, Identity, Phase, Result, Target};

/// The deployment of a request that Coolify merged into another one, and answered with a phantom id.
///
/// # Errors
/// [`ErrorKind::AlreadyRunning`] if that deployment had begun before the request and the request asks for a fresh one;
/// [`ErrorKind::Undecidable`] if no deployment is found that it was merged into, or several.
pub(super) async fn merged(
    coolify: &Coolify,
    context: &Context<'_>,
    phantom: &str,
    answered_at: Option<Timestamps>,
) -> Result<Deployment> {
    let Context { target, asked, baseline, turn } = *context;
    let request = asked.merged(answered_at);
    let Ok((page, own)) = retry_read(coolify.timing.server_restarts, || newest(&coolify.api, target)).await else {
        // A request that was merged without any id cannot be followed.
        let pending = Some(accepted(target, &asked.pending(phantom, Stage::Merged(request))));
        let pending = pending.filter(|_| !phantom.is_empty());
        let message =
            "Coolify took the request for another deployment, and whether that had begun before cannot be read";
        // It may even be the caller's own: a network can deliver a request twice, and lose the first answer.
        let unknown = refusal(message, ErrorKind::Undecidable).with_last(pending.clone());
        return pending.filter(|_| asked.adoption == Adoption::Any).ok_or(unknown);
    };
    let adopted = |row: &Row| {
        let known = asked.pending(&row.deployment_uuid, Stage::Known(Identity::Adopted));
        to_deployment(coolify, target, &known, row)
    };
    // Coolify compares no destinations, and what an additional server of the application runs is no answer to the request.
    let additional =
        page.rows.iter().find(|row| is_of_additional_server(row, own.as_ref()) && request.may_stand_for(row));
    let none = |is_safe: bool| match additional {
        Some(row) => already_running(adopted(row)).with_safe_to_repeat(is_safe),
        None => phantom_error(),
    };
    // One that is over by now may have been over before the request, while that of an additional server goes on.
    let stands = |row: &&Row| row.deployment_uuid == phantom || is_active(row) || !additional.is_some_and(is_active);
    if asked.adoption == Adoption::Any {
        let twin = one_twin(&page, phantom, &request, own.as_ref())?;
        return twin.filter(stands).map(adopted).ok_or_else(|| none(true));
    }
    let may_be_pinned = page.rows.iter().any(|row| may_be_pinned(row, &request));
    let pinned = if may_be_pinned { pinned_commit(&coolify.api, target).await } else { None };
    let ages = baseline.ages(&page);
    let is_twin = |row: &Row| {
        row.deployment_uuid == phantom || request.may_stand_for(row) && !is_of_additional_server(row, own.as_ref())
    };
    // Oldest first: that one starts first.
    let twins: Vec<(&Row, Age)> = page.rows.iter().zip(ages).rev().filter(|(row, _)| is_twin(row)).collect();
    let waits = |row: &Row| super::phase(&row.status) == Phase::Queued && is_for(row, pinned.as_deref());
    // It waited before the request and waits still, so that the request was taken for it or for its like.
    if let Some((row, _)) = twins.iter().find(|(row, age)| *age == Age::Known && waits(row)) {
        return Ok(adopted(row));
    }
    // A row that was stored after the baseline starts after it, with everything that was set before the request.
    let is_fresh = |(row, age): &&(&Row, Age)| waits(row) || (*age == Age::New && row.rollback != Some(true));
    if let Some((row, _)) = twins.iter().find(is_fresh) {
        // The request of another caller may have stored it, after this one was taken for the other twin.
        let is_ambiguous = twins.len() > 1 && turn.overlap().is_some();
        return if is_ambiguous { Err(several()) } else { Ok(adopted(row)) };
    }
    // A rollback goes to a commit of its own, so that it is the twin only if there is no other.
    match twins.iter().max_by_key(|(row, _)| (row.rollback != Some(true), is_active(row))) {
        // Without a baseline the row may be that of the same request, delivered twice.
        Some((row, age)) if stands(row) => Err(already_running(adopted(row)).with_safe_to_repeat(*age == Age::Known)),
        _ => Err(none(twins.iter().all(|(_, age)| *age == Age::Known))),
    }
}

/// Resolves an earlier request to the deployment that Coolify merged it into.
///
/// # Errors
/// Those of [`row`].
pub(super) async fn resolve(
    coolify: &Coolify,
    target: &Target,
    pending: &Pending,
    merged: &Merged,
) -> Result<Deployment> {
    let row = row(coolify, target, &pending.uuid, merged).await?;
    Ok(to_deployment(coolify, target, &pending.known_as(&row.deployment_uuid, Identity::Adopted), &row))
}

/// The row that Coolify merged an earlier request into.
///
/// # Errors
/// [`ErrorKind::Undecidable`] if it may be one of several; Coolify does not say which.
pub(super) async fn row(coolify: &Coolify, target: &Target, phantom: &str, merged: &Merged) -> Result<Row> {
    let (page, own) = newest(&coolify.api, target).await?;
    one_twin(&page, phantom, merged, own.as_ref())?.cloned().ok_or_else(phantom_error)
}

/// The newest rows, and the destination of the application itself if they are of several.
async fn newest(api: &Api, target: &Target) -> Result<(Page, Option<Destination>)> {
    let page = rows::search(api, target, &|_| false).await?;
    let own = own_destination_among(api, target, &page).await?;
    Ok((page, own))
}

/// The commit that the application is pinned to, if it can be read.
async fn pinned_commit(api: &Api, target: &Target) -> Option<String> {
    let application = api.application(target.id()).await.ok()?.0;
    application.git_commit_sha.filter(|commit| !commit.is_empty() && commit != HEAD)
}

/// The only row of this destination that the request can have been merged into.
fn one_twin<'a>(page: &'a Page, phantom: &str, request: &Merged, own: Option<&Destination>) -> Result<Option<&'a Row>> {
    if let Some(row) = page.row(phantom) {
        return Ok(Some(row));
    }
    let is_twin = |row: &&Row| request.may_stand_for(row) && !is_of_additional_server(row, own);
    let mut twins = page.rows.iter().filter(is_twin);
    match (twins.next(), twins.next()) {
        (found, None) => Ok(found),
        _ => Err(several()),
    }
}

fn several() -> Error {
    refusal("Coolify took the request for another deployment, and several may be meant", ErrorKind::Undecidable)
}

/// Whether a row that waits was stored with a commit of its own, which the application may be pinned to.
fn may_be_pinned(row: &Row, request: &Merged) -> bool {
    super::phase(&row.status) == Phase::Queued
        && request.may_stand_for(row)
        && row.commit.as_deref().is_some_and(|commit| commit != HEAD)
}

/// Whether a row that waits was stored for what the application is set to deploy: the head, or the commit it is pinned to.
///
/// A webhook's row has the commit of its push, and a rollback's the one that was sent.
fn is_for(row: &Row, pinned: Option<&str>) -> bool {
    match row.commit.as_deref() {
        None | Some(HEAD) => row.rollback != Some(true),
        Some(commit) => pinned == Some(commit),
    }
}

fn already_running(twin: Deployment) -> Error {
    let message = "Coolify took the request for a deployment that was there before it, and started none";
    refusal(message, ErrorKind::AlreadyRunning).with_last(Some(twin))
}

/// The error of a phantom id of which no deployment is listed, though one may have existed.
pub(super) fn phantom_error() -> Error {
    let message =
        "Coolify accepted the request under an id that it does not know, and lists no deployment it could stand for";
    refusal(message, ErrorKind::Undecidable)
}
