//! Stops a deployment that is queued or in progress.

use futures::future::{BoxFuture, FutureExt};

use super::pending::Pending;
use super::read::{application_only, read};
use super::{Coolify, status};
use crate::{Cancel, Deployment, DeploymentId, ErrorKind, Phase, Result, platform};

impl Cancel for Coolify {
    fn request_cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        cancel(self, id).boxed()
    }
}

async fn cancel(coolify: &Coolify, id: &DeploymentId) -> Result<Deployment> {
    id.expect_platform(&platform::COOLIFY)?;
    application_only(id.target(), "cancelling anything but the deployment of an application")?;
    let pending = Pending::of(id)?;
    match coolify.api.cancel(&pending.uuid).await {
        Ok(answer) => match (read(coolify, id).await, answer.status) {
            // The answer is proof enough where the token may cancel and not read.
            (Err(_), Some(status)) => Ok(Deployment::new(id.clone(), pending.identity(), status::status(&status))),
            (read, _) => read,
        },
        // The id of a request that was taken for another deployment is never stored: that one is meant.
        Err(error) if error.kind() == ErrorKind::NotFound && pending.merged().is_some() => {
            let twin = read(coolify, id).await?.id;
            Box::pin(cancel(coolify, &twin)).await
        }
        // 4.1.0 to 4.3.6 answer 500 although the deployment was cancelled, so the status decides.
        Err(error) if !error.is_safe_to_repeat() => match read(coolify, id).await {
            Ok(deployment) if deployment.status.phase == Phase::Cancelled => Ok(deployment),
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}
