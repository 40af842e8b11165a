//! What one poll reads: the rows, then the queue, then the rows again, each at most once for all deployments of the poll.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::FutureExt;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::api::Api;
use super::queue::{Jobs, Queue};
use super::rows::{Rows, RowsByTarget};
use crate::adapter::concurrently;
use crate::{ErrorKind, Result, Target};

/// From how many targets on the list of all rows costs less than one for each target; it has no pages.
const CENTRAL_FROM: usize = 3;

/// How many lists of a poll are read at once.
const MAX_CONCURRENT_LISTS: usize = 4;

/// What one poll reads.
///
/// The order is what proves something: a job stays in the queue until its row is listed, so a deployment that is not in the
/// queue has its row in a list that is read afterwards.
pub(super) struct Lists<'a> {
    api: &'a Api,
    /// When the poll began; all of it was read later.
    pub(super) began: Instant,
    /// The rows before the queue was read.
    before: Reading<'a>,
    queue: OnceCell<Result<Option<Jobs>>>,
    /// The rows after the queue was read.
    after: Reading<'a>,
}

/// The rows at one time.
struct Reading<'a> {
    /// Those of all targets, by target, if that list is read at all.
    central: Option<OnceCell<Result<RowsByTarget>>>,
    of_target: HashMap<&'a Target, OnceCell<Result<Arc<Rows>>>>,
}

impl<'a> Lists<'a> {
    /// The lists for deployments of these targets; nothing is read yet.
    pub(super) fn of(api: &'a Api, targets: impl IntoIterator<Item = &'a Target>) -> Self {
        let targets: Vec<_> = targets.into_iter().collect();
        let (before, after) = (Reading::of(&targets), Reading::of(&targets));
        Self { api, began: Instant::now(), before, queue: OnceCell::new(), after }
    }

    /// Reads the rows of all targets, before anything reads the queue.
    pub(super) async fn read_rows(&self) {
        let reads = self.before.of_target.keys().map(|target| self.rows(target).map(drop).boxed());
        concurrently(MAX_CONCURRENT_LISTS, reads.collect()).await;
    }

    /// The rows of a target, which are read before the queue.
    pub(super) async fn rows(&self, target: &Target) -> Result<Arc<Rows>> {
        self.before.rows(self.api, target).await
    }

    /// The queue as far as it concerns a target; `None` on a server that shows none.
    pub(super) async fn queue(&self, target: &Target) -> Result<Option<Queue>> {
        let jobs = self.queue.get_or_init(|| self.api.jobs()).await;
        jobs.clone().map(|jobs| jobs.map(|jobs| jobs.of(target)))
    }

    /// The rows of a target, which are read after the queue.
    pub(super) async fn rows_after_queue(&self, target: &Target) -> Result<Arc<Rows>> {
        self.after.rows(self.api, target).await
    }
}

impl<'a> Reading<'a> {
    fn of(targets: &[&'a Target]) -> Self {
        let of_target: HashMap<_, _> = targets.iter().map(|target| (*target, OnceCell::new())).collect();
        Self { central: (of_target.len() >= CENTRAL_FROM).then(OnceCell::new), of_target }
    }

    async fn rows(&self, api: &Api, target: &Target) -> Result<Arc<Rows>> {
        if let Some(central) = &self.central
            && !api.edition().lacks_central_list()
        {
            match central.get_or_init(|| api.all_rows_by_target()).await {
                // Without a row there, the target has none, or the key sees less there: its own list decides.
                Ok(rows) => {
                    if let Some(rows) = rows.get(target) {
                        return Ok(Arc::clone(rows));
                    }
                }
                Err(error) if is_of_central_list(error.kind()) => api.edition().set_lacks_central_list(),
                Err(error) => return Err(error.clone()),
            }
        }
        let read = || async { api.rows(target).await.map(Arc::new) };
        match self.of_target.get(target) {
            Some(cell) => cell.get_or_init(read).await.clone(),
            None => read().await,
        }
    }
}

/// Whether an error of the list of all rows says nothing about those of one target: a server older than 0.28.3 has no such
/// list, a key may not be allowed to read it, and it grows with the server.
fn is_of_central_list(kind: ErrorKind) -> bool {
    use ErrorKind::{AnswerTooLarge, NotFound, NotFoundOrForbidden, PermissionDenied, Unreadable, Unsupported};
    matches!(kind, Unsupported | NotFound | NotFoundOrForbidden | PermissionDenied | AnswerTooLarge | Unreadable)
}
