//! Reading deployments back: one, a history, and one after it was asked to stop.

use coolify_client::types::Deployment as Row;

use super::asked::{MergedRequest, accepted_at, asked_revision, with_revision_of};
use super::{Coolify, map_error, revision, status};
use crate::time::parse_timestamp;
use futures::future::{BoxFuture, FutureExt};

use crate::{
    Cancel, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, History, HistoryOptions, Identity, Phase,
    Result, Target, TargetKind, platform,
};

/// The id of a row, in a [`DeploymentId`].
const ROW: &str = "deployment";

impl History for Coolify {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        self.read_history(target, options).boxed()
    }
}

impl Cancel for Coolify {
    fn request_cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.stop_deployment(id).boxed()
    }
}

impl Coolify {
    pub(super) async fn read(&self, id: &DeploymentId) -> Result<Deployment> {
        id.expect_platform(&platform::COOLIFY)?;
        if *id.target().kind() != TargetKind::Application {
            return self.follow(id).await;
        }
        let uuid = id.require(ROW)?;
        match self.row_of(id.target(), uuid).await {
            Ok(row) => {
                let confirmed = with_revision_of(id_of(id.target(), uuid), id);
                Ok(self.deployment_of(confirmed, &row, identity(id)))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => match (MergedRequest::of(id), accepted_at(id)) {
                (Some(request), _) => self.twin_of(id, &request).await,
                // The row of a deployment that was just accepted may take some time to appear.
                (None, Some(at)) if !at.is_past_locally(self.timing.lost_after) => {
                    let status = DeploymentStatus::new(Phase::Queued, "accepted");
                    Ok(Deployment::new(id.clone(), Identity::Pending, status))
                }
                (None, _) => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// The row of a deployment.
    ///
    /// One endpoint's 404 is not believed against another's listing, and a log that is too large does not hide the status:
    /// in both cases the lists are searched.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if none of them has it.
    pub(super) async fn row_of(&self, target: &Target, uuid: &str) -> Result<Row> {
        let error = match self.client.get_deployment_by_uuid(uuid).await.map_err(map_error) {
            Ok(reply) => return Ok(reply.into_value()),
            Err(error) => error,
        };
        if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AnswerTooLarge) {
            return Err(error);
        }
        match self.listed(target, uuid).await {
            Ok(Some(row)) => Ok(row),
            // A transient failure of the list does not confirm the 404 of the single read.
            Err(unlisted) if unlisted.is_transient() || unlisted.kind() == ErrorKind::Unreadable => Err(unlisted),
            Ok(None) | Err(_) => Err(error),
        }
    }

    pub(super) async fn read_history(&self, target: &Target, options: HistoryOptions) -> Result<Vec<Deployment>> {
        target.validate()?;
        application_only(target, "a history of deployments of anything but applications")?;
        let rows = self.rows(target, options.limit).await?;
        let deployment = |row: &Row| self.deployment_of(id_of(target, &row.deployment_uuid), row, Identity::Exact);
        Ok(rows.iter().map(deployment).collect())
    }

    pub(super) async fn stop_deployment(&self, id: &DeploymentId) -> Result<Deployment> {
        id.expect_platform(&platform::COOLIFY)?;
        application_only(id.target(), "cancelling anything but the deployment of an application")?;
        let asked = self.client.cancel_deployment_by_uuid(id.require(ROW)?).await.map_err(map_error);
        match asked {
            Ok(answer) => match (self.read(id).await, answer.into_value().status) {
                // The answer is proof enough where the token may cancel and not read.
                (Err(_), Some(status)) => Ok(Deployment::new(id.clone(), identity(id), status::status(&status))),
                (read, _) => read,
            },
            // The id of a request that was taken for another deployment is never stored: that one is meant.
            Err(error) if error.kind() == ErrorKind::NotFound && MergedRequest::of(id).is_some() => {
                let twin = self.read(id).await?.id;
                Box::pin(self.stop_deployment(&twin)).await
            }
            // 4.1.0 to 4.3.6 answer 500 although the deployment was cancelled, so the status decides.
            Err(error) if !error.is_safe_to_repeat() => match self.read(id).await {
                Ok(deployment) if deployment.status.phase == Phase::Cancelled => Ok(deployment),
                _ => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// The deployment of a row, under an id that names it.
    pub(super) fn deployment_of(&self, mut id: DeploymentId, row: &Row, identity: Identity) -> Deployment {
        if matches!(identity, Identity::Adopted | Identity::Inferred) {
            id = id.with(identity.as_str(), "1");
        }
        let asked = asked_revision(&id);
        let created_at = row.created_at.as_deref().and_then(parse_timestamp);
        let finished_at = row.finished_at.as_deref().and_then(parse_timestamp);
        let pull_request =
            row.pull_request_id.and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0);
        Deployment::new(id, identity, status::status(&row.status))
            .with_title(row.commit_message.clone())
            // The commit is `HEAD` until the job has resolved it.
            .with_commit(row.commit.clone().filter(|commit| commit != super::twin::HEAD))
            .with_revision(revision::ran(row))
            .with_pull_request(pull_request)
            .with_url(row.deployment_url.as_deref().map(|path| self.page_address(path)))
            .with_times(created_at, finished_at)
            .verified_against(&asked)
    }

    /// The address of a page; Coolify gives its path alone.
    fn page_address(&self, path: &str) -> String {
        if path.starts_with("http") {
            return path.to_owned();
        }
        let instance = self.client.http().base_url().trim_end_matches('/').trim_end_matches("/api/v1");
        format!("{instance}/{}", path.trim_start_matches('/'))
    }
}

/// The id of a row.
pub(super) fn id_of(target: &Target, uuid: &str) -> DeploymentId {
    DeploymentId::new(platform::COOLIFY, target.clone()).with(ROW, uuid)
}

/// How it was found out which deployment the id names.
fn identity(id: &DeploymentId) -> Identity {
    let known = [Identity::Adopted, Identity::Inferred];
    known.into_iter().find(|identity| id.get(identity.as_str()).is_some()).unwrap_or(Identity::Exact)
}

pub(super) fn application_only(target: &Target, what: &'static str) -> Result<()> {
    match target.kind() {
        TargetKind::Application => Ok(()),
        _ => Err(Error::new(ErrorKind::Unsupported, format!("does not offer {what}")).with_platform(platform::COOLIFY)),
    }
}
