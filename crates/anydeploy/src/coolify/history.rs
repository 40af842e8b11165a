//! The deployments that an application had.

use coolify_client::types::Deployment as Row;
use futures::future::{BoxFuture, FutureExt};

use super::deployment::to_deployment;
use super::pending::Pending;
use super::read::application_only;
use super::{Coolify, rows};
use crate::{Deployment, History, HistoryOptions, Result, Target};

impl History for Coolify {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        list(self, target, options).boxed()
    }
}

async fn list(coolify: &Coolify, target: &Target, options: HistoryOptions) -> Result<Vec<Deployment>> {
    target.validate()?;
    application_only(target, "a history of deployments of anything but applications")?;
    let rows = rows::newest(&coolify.api, target, options.limit).await?;
    let deployment = |row: &Row| to_deployment(coolify, target, &Pending::row(&row.deployment_uuid), row);
    Ok(rows.iter().map(deployment).collect())
}
