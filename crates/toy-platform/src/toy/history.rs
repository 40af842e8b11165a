//! The deployments that an app had.

use anydeploy_adapter::{Deployment, History, HistoryOptions, Result, Target};
use futures::future::{BoxFuture, FutureExt};

use super::Toy;
use super::read::to_deployment;

impl History for Toy {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        list(self, target, options).boxed()
    }
}

async fn list(toy: &Toy, target: &Target, options: HistoryOptions) -> Result<Vec<Deployment>> {
    target.validate()?;
    let page = toy.api.deployments_of(target.id(), options.limit).await?.into_value();
    Ok(page.deployments.iter().map(|row| to_deployment(target, row)).collect())
}
