//! A target's whole history, read page by page.

use std::collections::HashSet;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use crate::{Deployer, DeployerExt, Deployment, DeploymentId, HistoryCursor, HistoryOptions, Result, Target};

/// Where the stream stands between two pages.
struct Reader<D> {
    deployer: D,
    target: Target,
    options: HistoryOptions,
    next: Option<HistoryCursor>,
    seen: HashSet<DeploymentId>,
}

impl<D: Deployer> Reader<D> {
    /// The deployments of the next page that no page before held, and the reader of the page after it, if there is one.
    async fn read_page(mut self) -> Result<(Vec<Deployment>, Option<Self>)> {
        let page = self.deployer.history_page(&self.target, self.options, self.next.as_ref()).await?;
        let mut deployments = page.deployments;
        deployments.retain(|deployment| self.seen.insert(deployment.id.clone()));
        let is_stuck = page.next.is_some() && page.next == self.next;
        self.next = page.next.filter(|_| !is_stuck);
        Ok((deployments, self.next.is_some().then_some(self)))
    }
}

/// All deployments of a target, newest first.
pub(super) fn stream<D: Deployer>(
    deployer: D,
    target: Target,
    options: HistoryOptions,
) -> BoxStream<'static, Result<Deployment>> {
    let first = Reader { deployer, target, options, next: None, seen: HashSet::new() };
    let pages = stream::try_unfold(Some(first), |reader| async {
        match reader {
            Some(reader) => reader.read_page().await.map(Some),
            None => Ok(None),
        }
    });
    pages.map_ok(|page| stream::iter(page).map(Ok)).try_flatten().boxed()
}
