//! The deployments that a target had: the rows that are left of them.

use futures::future::{BoxFuture, FutureExt};

use super::Dokploy;
use super::row::to_deployment;
use crate::{Deployment, History, HistoryOptions, Identity, Result, Target};

impl History for Dokploy {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        async move {
            let rows = self.api.rows(target).await?.rows;
            // Dokploy lists nothing for an id that it does not know.
            if rows.is_empty()
                && let Some(error) = self.api.is_gone(target).await
            {
                return Err(error);
            }
            Ok(rows.iter().take(options.limit).map(|row| to_deployment(target, row, Identity::Exact)).collect())
        }
        .boxed()
    }
}
