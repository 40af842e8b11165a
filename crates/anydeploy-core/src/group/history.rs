//! The group of a target's earlier deployments.

use futures::future::{BoxFuture, FutureExt};

use crate::{Deployment, HistoryCursor, HistoryOptions, HistoryPage, Result, Target};

/// The deployments that a target had.
///
/// Callers use [`DeployerExt::history_of`](crate::DeployerExt::history_of),
/// [`history_page`](crate::DeployerExt::history_page) and [`history_stream`](crate::DeployerExt::history_stream).
pub trait History: Send + Sync {
    /// Lists the target's deployments, newest first.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the platform keeps no deployments of its kind.
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>>;

    /// Reads one page of the target's deployments, newest first: the newest ones, or those that follow another page.
    ///
    /// A page holds at most [`HistoryOptions::limit`] deployments, and at least one is asked for.
    /// Deployments that begin between two pages shift nothing: no deployment stands on both, and none is left out.
    /// By default each page is read by [`list_deployments`](Self::list_deployments) from the newest deployment on; a
    /// platform that can read from the middle reads less.
    ///
    /// # Errors
    /// Those of [`list_deployments`](Self::list_deployments).
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for a cursor of another deployer.
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if the platform lists the end of the page before no more.
    fn list_page<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
        after: Option<&'a HistoryCursor>,
    ) -> BoxFuture<'a, Result<HistoryPage>> {
        async move {
            let limit = options.limit.max(1);
            let place = after.map(HistoryCursor::place).transpose()?;
            let shown = place.as_ref().map_or(0, |(shown, _)| *shown);
            // One more than the page holds shows whether another page follows.
            let mut asked = shown.saturating_add(limit).saturating_add(1);
            loop {
                let listed = self.list_deployments(target, HistoryOptions::newest(asked)).await?;
                let is_all = listed.len() < asked;
                if let Some(page) = HistoryPage::cut(listed, is_all, place.as_ref(), limit)? {
                    return Ok(page);
                }
                asked = asked.saturating_mul(2);
            }
        }
        .boxed()
    }
}
