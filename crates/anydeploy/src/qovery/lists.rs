//! What one poll reads of an environment: its statuses, then its queue, then its statuses again, each at most once for all
//! deployments of the poll.

use qovery_client::types::{DeploymentHistoryEnvironmentV2 as Past, QueuedDeploymentRequestWithStages as Waiting};
use tokio::sync::OnceCell;

use super::api::Api;
use super::snapshot::{HISTORY_PAGE_SIZE, Snapshot, beside_statuses};
use crate::Result;
use crate::adapter::retry_briefly;

/// What one poll reads of an environment.
///
/// The order is what proves something: a request that is not in the queue has its execution in statuses that are read
/// afterwards.
pub(super) struct Lists<'a> {
    api: &'a Api,
    environment: &'a str,
    /// The statuses before the queue was read.
    pub(super) snapshot: Snapshot,
    queue: OnceCell<Result<Vec<Waiting>>>,
    after: OnceCell<Result<Snapshot>>,
}

impl<'a> Lists<'a> {
    /// Reads the statuses.
    pub(super) async fn read(api: &'a Api, environment: &'a str) -> Result<Self> {
        let snapshot = api.snapshot(environment).await?;
        Ok(Self { api, environment, snapshot, queue: OnceCell::new(), after: OnceCell::new() })
    }

    /// The requests that wait, which are read after the statuses.
    pub(super) async fn queue(&self) -> Result<&[Waiting]> {
        let read = || async { Ok(self.api.queue(self.environment).await.map_err(beside_statuses)?.0) };
        self.queue.get_or_init(read).await.as_deref().map_err(Clone::clone)
    }

    /// The statuses, read after the queue.
    pub(super) async fn snapshot_after_queue(&self) -> Result<&Snapshot> {
        self.after.get_or_init(|| self.api.snapshot(self.environment)).await.as_ref().map_err(Clone::clone)
    }
}

/// The newest executions of an environment, read once after a snapshot, however many deployments need them.
pub(super) async fn newest_executions<'a>(api: &Api, environment: &str, snapshot: &'a Snapshot) -> Result<&'a [Past]> {
    let read = || async {
        let past = retry_briefly(|| api.history(environment, HISTORY_PAGE_SIZE));
        past.await.map_err(beside_statuses)
    };
    snapshot.history.get_or_init(read).await.as_deref().map_err(Clone::clone)
}
