//! The versions that an application can go back to: the images that its deployments kept in a registry.

use dokploy_client::types::DeploymentStatusEnum;
use dokploy_client::wire::object;
use futures::future::{BoxFuture, FutureExt};

use super::Dokploy;
use super::containers::{Shown, shown};
use super::pending::id_of_row;
use super::status::status;
use crate::adapter::{parse_timestamp, retry_briefly};
use crate::{
    Ability, Deployer, HistoryOptions, Identity, Phase, RanRevision, Result, Rollback, RollbackObstacle, RollbackPoint,
    RollbackTarget, Target, platform,
};

/// A row with the image that its deployment kept.
///
/// What else stands there holds the passwords of registries, and is not read.
pub(super) struct Version {
    pub(super) deployment_id: String,
    title: Option<String>,
    status: Option<DeploymentStatusEnum>,
    created_at: Option<String>,
    pub(super) kept: Option<Kept>,
}

object!(Version:
    required { deployment_id = "deploymentId" }
    optional { title = "title", status = "status", created_at = "createdAt", kept = "rollback" }
);

/// An image that a deployment kept.
pub(super) struct Kept {
    pub(super) id: String,
    /// Such as `web-abc:v3`, without the registry.
    pub(super) image: String,
}

object!(Kept: required { id = "rollbackId", image = "image" });

impl Kept {
    /// The tag of the image, which is a number of the server's.
    pub(super) fn tag(image: &str) -> &str {
        image.rsplit_once(':').map_or(image, |(_, tag)| tag)
    }
}

impl Version {
    /// Why the application cannot go back to it, whatever runs now.
    pub(super) fn obstacle(&self) -> Option<RollbackObstacle> {
        match (status(self.status.as_ref()).phase, &self.kept) {
            (_, None) => Some(RollbackObstacle::NotKept),
            // A row has its image from the start on, also if nothing was ever pushed.
            (Phase::Succeeded, Some(_)) => None,
            (_, Some(_)) => Some(RollbackObstacle::Failed),
        }
    }

    fn to_target(&self, target: &Target, newest: Option<&str>, runs: impl Fn(&str) -> Option<bool>) -> RollbackTarget {
        let point = match &self.kept {
            Some(kept) => RollbackPoint::new(&*kept.id, RanRevision::ImageTag(Kept::tag(&kept.image).to_owned())),
            None => RollbackPoint::new(&*self.deployment_id, RanRevision::Unverified),
        };
        let obstacle = self.obstacle();
        let is_current = self.kept.as_ref().filter(|_| obstacle.is_none()).and_then(|kept| runs(&kept.image));
        RollbackTarget::new(target.clone(), point.with_newest(newest.map(str::to_owned)))
            .with_deployment(Some(id_of_row(target, &self.deployment_id, Identity::Exact)))
            .with_title(self.title.clone())
            .with_deployed_at(self.created_at.as_deref().and_then(parse_timestamp))
            .with_current(is_current)
            .with_builds(Some(false))
            .with_obstacle(obstacle.or_else(|| (is_current == Some(true)).then_some(RollbackObstacle::IsCurrent)))
    }
}

impl Rollback for Dokploy {
    fn list_rollback_targets<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<RollbackTarget>>> {
        list(self, target, options).boxed()
    }
}

async fn list(dokploy: &Dokploy, target: &Target, options: HistoryOptions) -> Result<Vec<RollbackTarget>> {
    target.validate()?;
    dokploy.capabilities().require(&platform::DOKPLOY, target.kind(), Ability::Rollback)?;
    let versions = dokploy.api.versions(target).await?;
    // Dokploy lists nothing for an id that it does not know.
    if versions.is_empty()
        && let Some(error) = dokploy.api.is_gone(target).await
    {
        return Err(error);
    }
    let settings = retry_briefly(|| dokploy.api.settings(target)).await?;
    // Which image runs is worth a read, and no error: a member may not make it.
    let containers = dokploy.api.containers(settings.server.as_deref()).await.ok();
    let runs = |image: &str| match shown(containers.as_ref()?, &settings.app_name, image) {
        Shown::Runs => Some(true),
        Shown::Another => Some(false),
        Shown::NoneRuns | Shown::Absent => None,
    };
    let newest = versions.first().map(|version| &*version.deployment_id);
    Ok(versions.iter().take(options.limit).map(|version| version.to_target(target, newest, runs)).collect())
}
