//! The deployment that Coolify merges a request into, instead of storing a new one.
//!
//! `queue_application_deployment` compares application, commit, pull request and image tag, and never the configuration
//! (4.3.11).
//! The commit of a row is `HEAD` for an image all the time, and for a repository until the job has resolved it.

use coolify_client::types::Deployment as Row;

use super::answer::Context;
use super::asked::{MergedRequest, is_active, with_revision_of};
use super::baseline::Age;
use super::read::id_of;
use super::rows::Page;
use super::{Coolify, refusal};
use crate::clock::Timestamps;
use crate::recovery::retry_read;
use crate::{Adoption, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Phase, Result, Target};

/// The commit of a row that follows the branch or the configured image.
pub(super) const HEAD: &str = "HEAD";

impl Coolify {
    /// The deployment of a request that Coolify merged into another one, and answered with a phantom id.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyRunning`] if that deployment had begun before the request and the request asks for a fresh one;
    /// [`ErrorKind::Undecidable`] if no deployment is found that it was merged into, or several.
    pub(super) async fn merged(
        &self,
        context: &Context<'_>,
        phantom: &str,
        answered_at: Option<Timestamps>,
    ) -> Result<Deployment> {
        let Context { target, asked, baseline, turn } = *context;
        let request =
            MergedRequest { pull_request: asked.pull_request, image_tag: asked.image_tag.clone(), answered_at };
        let Ok(page) = retry_read(self.timing.lost_after, || self.search_rows(target, |_| false)).await else {
            let id = asked.note(request.note(id_of(target, phantom)));
            let status = DeploymentStatus::new(Phase::Queued, "accepted");
            let pending = Deployment::new(id, Identity::Pending, status);
            return match asked.adoption {
                // A request that was merged without any id cannot be followed.
                Adoption::Any if !phantom.is_empty() => Ok(pending),
                // It may even be the caller's own: a network can deliver a request twice, and lose the first answer.
                _ => Err(refusal(
                    "Coolify took the request for another deployment, and whether that had begun before cannot be read",
                    ErrorKind::Undecidable,
                )
                .with_last(Some(pending).filter(|_| !phantom.is_empty()))),
            };
        };
        let adopted = |row: &Row| {
            let id = asked.note(id_of(target, &row.deployment_uuid));
            self.deployment_of(id, row, Identity::Adopted)
        };
        if asked.adoption == Adoption::Any {
            return one_twin(&page, phantom, &request)?.map(adopted).ok_or_else(phantom_error);
        }
        let may_be_pinned = page.rows.iter().any(|row| may_be_pinned(row, &request));
        let pinned = if may_be_pinned { self.pinned_commit(target).await } else { None };
        let ages = baseline.ages(&page);
        // Oldest first: that one starts first.
        let mut twins: Vec<(&Row, Age)> =
            page.rows.iter().zip(ages).rev().filter(|(row, _)| is_twin(row, phantom, &request)).collect();
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
        twins.sort_by_key(|(row, _)| (row.rollback != Some(true), is_active(row)));
        match twins.last() {
            // Without a baseline the row may be that of the same request, delivered twice.
            Some((row, age)) => Err(already_running(adopted(row)).with_safe_to_repeat(*age == Age::Known)),
            None => Err(phantom_error()),
        }
    }

    /// Resolves an earlier request to the deployment that Coolify merged it into.
    ///
    /// # Errors
    /// [`ErrorKind::Undecidable`] if it may be one of several; Coolify does not say which.
    pub(super) async fn twin_of(&self, id: &DeploymentId, request: &MergedRequest) -> Result<Deployment> {
        let page = self.search_rows(id.target(), |_| false).await?;
        let phantom = id.require("deployment")?;
        let row = one_twin(&page, phantom, request)?.ok_or_else(phantom_error)?;
        let found = with_revision_of(id_of(id.target(), &row.deployment_uuid), id);
        Ok(self.deployment_of(found, row, Identity::Adopted))
    }

    /// The commit that the application is pinned to, if it can be read.
    async fn pinned_commit(&self, target: &Target) -> Option<String> {
        let application = self.client.get_application_by_uuid(target.id()).await.ok()?.into_value();
        application.git_commit_sha.filter(|commit| !commit.is_empty() && commit != HEAD)
    }
}

fn is_twin(row: &Row, phantom: &str, request: &MergedRequest) -> bool {
    row.deployment_uuid == phantom || request.may_stand_for(row)
}

/// The only row that the request can have been merged into.
fn one_twin<'a>(page: &'a Page, phantom: &str, request: &MergedRequest) -> Result<Option<&'a Row>> {
    if let Some(row) = page.row(phantom) {
        return Ok(Some(row));
    }
    let mut twins = page.rows.iter().filter(|row| request.may_stand_for(row));
    match (twins.next(), twins.next()) {
        (found, None) => Ok(found),
        _ => Err(several()),
    }
}

fn several() -> Error {
    refusal("Coolify took the request for another deployment, and several may be meant", ErrorKind::Undecidable)
}

/// Whether a row that waits was stored with a commit of its own, which the application may be pinned to.
fn may_be_pinned(row: &Row, request: &MergedRequest) -> bool {
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
