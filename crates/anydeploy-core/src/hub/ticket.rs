//! The place of one watch in a hub.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::slot::{News, Slot};
use super::{Hub, Shared};
use crate::{Deployment, DeploymentId, Result};

/// How long a new watch waits for a batch before it reads alone.
const FIRST_BATCH: Duration = Duration::from_secs(30);

/// How long a watch waits for others that read alone: one of them may be kept by a caller that polls it no more.
const MAX_PERMIT_WAIT: Duration = Duration::from_mins(10);

/// The place of one watch in a hub; dropping it leaves the hub.
pub(crate) struct Ticket {
    hub: Arc<Shared>,
    slot: Arc<Slot>,
    key: u64,
    joined: Instant,
}

/// What a watch does next.
pub(crate) enum Turn {
    /// It takes what a batch read.
    Read(Box<Result<Deployment>>),
    /// It reads its deployment alone.
    Alone,
}

impl Hub {
    /// Adds a watch; `interval` is the time between two polls that its caller has set, and `longest` the longest one.
    pub(crate) fn join(&self, id: &DeploymentId, interval: Option<Duration>, longest: Duration) -> Ticket {
        let slot = Arc::new(Slot::new(id.clone()));
        let key = self.0.members().join(Arc::clone(&slot), interval, longest);
        Ticket { hub: Arc::clone(&self.0), slot, key, joined: Instant::now() }
    }
}

impl Ticket {
    /// Waits for what a batch reads, or until the watch has to read alone: at `due` if no batch says anything.
    pub(crate) async fn next(&self, due: Instant) -> Turn {
        loop {
            let is_driven = self.hub.drive_if_due();
            match self.slot.take_news() {
                Some(News::Read(answer)) => return Turn::Read(answer),
                Some(News::Left) => return Turn::Alone,
                None => {}
            }
            let alone_at = self.slot.alone_at(due, is_driven.then(|| self.joined + FIRST_BATCH));
            if timeout_at(alone_at, self.slot.news_came.notified()).await.is_err() {
                return Turn::Alone;
            }
        }
    }

    /// Waits for leave to read alone, which watches get in the order in which they ask; `None` after a long wait, and the
    /// read is made all the same.
    ///
    /// After a refusal nobody gets it before the server takes more, so that no later one passes the one that was refused.
    pub(crate) async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        let permit = timeout(MAX_PERMIT_WAIT, Arc::clone(&self.hub.alone).acquire_owned()).await.ok()?.ok();
        while let Some(from) = self.hub.alone_from() {
            sleep_until(from).await;
        }
        permit
    }

    /// The server refuses more reads for this time.
    pub(crate) fn refused(&self, wait: Duration) {
        self.hub.hold_alone(Instant::now() + wait.min(MAX_PERMIT_WAIT));
    }

    /// A read alone has found a better id.
    pub(crate) fn set_id(&self, id: &DeploymentId) {
        self.slot.set_id(id);
    }

    /// Whether batches speak for this watch.
    pub(crate) fn is_covered(&self) -> bool {
        self.slot.is_covered()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.hub.members().leave(self.key) {
            self.hub.changed.notify_one();
        }
    }
}
