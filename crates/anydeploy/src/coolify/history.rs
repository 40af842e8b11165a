//! The deployments that an application had.

use futures::future::{BoxFuture, FutureExt};

use super::deployment::to_deployment;
use super::pending::Pending;
use super::read::application_only;
use super::row::Row;
use super::{Coolify, rows};
use crate::{Action, Deployment, History, HistoryOptions, Result, Target};

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
    let pending = |row: &Row| Pending::row_of(&row.deployment_uuid, action(row));
    let deployment = |row: &Row| to_deployment(coolify, target, &pending(row), row);
    Ok(rows.iter().map(deployment).collect())
}

/// What a row says that it does; its restart may have built all the same.
pub(super) fn action(row: &Row) -> Action {
    if row.restart_only == Some(true) {
        Action::Restart
    } else if row.rollback == Some(true) {
        Action::Rollback
    } else {
        Action::Deploy
    }
}
