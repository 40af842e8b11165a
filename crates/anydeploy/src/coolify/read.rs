//! Reading deployments back: one, a history, and one after it was asked to stop.

use coolify_client::types::{Deployment as Row, ListDeploymentsByAppUuidParams};

use super::deploy::{Unconfirmed, id_of, phantom};
use super::lost::Before;
use super::{Coolify, fail, status};
use crate::time::moment;
use crate::{
    Deployment, DeploymentId, Error, ErrorKind, HistoryOptions, Identity, Phase, Platform, Result, Target, TargetKind,
};

impl Coolify {
    pub(super) async fn read(&self, id: &DeploymentId) -> Result<Deployment> {
        id.expect_platform(&Platform::Coolify)?;
        if *id.target().kind() != TargetKind::Application {
            return self.follow(id).await;
        }
        let row = match (self.row(id).await, Unconfirmed::of(id)) {
            (Err(error), Some(unconfirmed)) if error.kind() == ErrorKind::NotFound => {
                return self.adopt(id.target(), unconfirmed, &Before::UNKNOWN).await?.ok_or_else(phantom);
            }
            (row, _) => row?,
        };
        Ok(self.told(id.target(), &row, identity(id)))
    }

    pub(super) async fn row(&self, id: &DeploymentId) -> Result<Row> {
        id.expect_platform(&Platform::Coolify)?;
        let uuid = id.require("deployment")?;
        Ok(self.client.get_deployment_by_uuid(uuid).await.map_err(fail)?.into_value())
    }

    pub(super) async fn read_history(&self, target: &Target, options: HistoryOptions) -> Result<Vec<Deployment>> {
        target.validate()?;
        application_only(target, "a history of deployments of anything but applications")?;
        let params =
            ListDeploymentsByAppUuidParams { take: i64::try_from(options.limit.max(1)).ok(), ..Default::default() };
        let reply = self.client.list_deployments_by_app_uuid(target.id(), &params).await.map_err(fail)?;
        let rows = reply.into_value().deployments;
        Ok(rows.iter().take(options.limit).map(|row| self.told(target, row, Identity::Exact)).collect())
    }

    pub(super) async fn stop_deployment(&self, id: &DeploymentId) -> Result<Deployment> {
        id.expect_platform(&Platform::Coolify)?;
        application_only(id.target(), "cancelling anything but the deployment of an application")?;
        let asked = self.client.cancel_deployment_by_uuid(id.require("deployment")?).await.map_err(fail);
        match asked {
            Ok(answer) => match (self.read(id).await, answer.into_value().status) {
                // The answer is proof enough where the token may cancel and not read.
                (Err(_), Some(status)) => Ok(Deployment::new(id.clone(), identity(id), status::status(&status))),
                (read, _) => read,
            },
            // 4.1.0 to 4.3.6 answer 500 although the deployment was cancelled, so the status decides.
            Err(error) if !error.is_safe_to_repeat() => match self.read(id).await {
                Ok(deployment) if deployment.status.phase == Phase::Cancelled => Ok(deployment),
                _ => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// A row as this crate tells of it.
    pub(super) fn told(&self, target: &Target, row: &Row, identity: Identity) -> Deployment {
        let mut id = id_of(target, &row.deployment_uuid);
        if matches!(identity, Identity::Adopted | Identity::Inferred) {
            id = id.with(identity.as_str(), "1");
        }
        let created_at = row.created_at.as_deref().and_then(moment);
        let finished_at = row.finished_at.as_deref().and_then(moment);
        Deployment::new(id, identity, status::status(&row.status))
            .with_title(row.commit_message.clone())
            // The commit is `HEAD` until the job has resolved it.
            .with_commit(row.commit.clone().filter(|commit| commit != "HEAD"))
            .with_url(row.deployment_url.as_deref().map(|path| self.page(path)))
            .with_times(created_at, finished_at)
    }

    /// The address of a page; Coolify gives its path alone.
    fn page(&self, path: &str) -> String {
        if path.starts_with("http") {
            return path.to_owned();
        }
        let instance = self.client.http().base_url().trim_end_matches('/').trim_end_matches("/api/v1");
        format!("{instance}/{}", path.trim_start_matches('/'))
    }
}

/// How it was found out which deployment the id names.
fn identity(id: &DeploymentId) -> Identity {
    let known = [Identity::Adopted, Identity::Inferred];
    known.into_iter().find(|identity| id.get(identity.as_str()).is_some()).unwrap_or(Identity::Exact)
}

pub(super) fn application_only(target: &Target, what: &'static str) -> Result<()> {
    match target.kind() {
        TargetKind::Application => Ok(()),
        _ => Err(Error::new(ErrorKind::Unsupported, format!("does not offer {what}")).with_platform(Platform::Coolify)),
    }
}
