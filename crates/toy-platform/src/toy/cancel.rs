//! Stops a deployment that waits or is built.

use anydeploy_adapter::{Cancel, Deployment, DeploymentId, Result};
use futures::future::{BoxFuture, FutureExt};

use super::Toy;
use super::pending::Pending;
use super::read::{read, to_deployment};

impl Cancel for Toy {
    fn request_cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        cancel(self, id).boxed()
    }
}

async fn cancel(toy: &Toy, id: &DeploymentId) -> Result<Deployment> {
    // The request names no app, so that an id with another app's deployment would stop that one.
    read(toy, id).await?;
    let row = toy.api.cancel(&Pending::of(id)?.row).await?;
    Ok(to_deployment(id.target(), &row))
}
