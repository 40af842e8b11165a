//! The hub: reads what many watches of one account wait for by few requests.

mod batch;
mod driver;
mod registry;
mod slot;
mod ticket;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

pub(crate) use ticket::{Ticket, Turn};

use crate::{Deployment, DeploymentEvent, DeploymentId, Platform, Result};
use driver::Members;

/// Reads many deployments by few requests: what an adapter offers to the [`Hub`] of its watches.
pub trait BatchRead: fmt::Debug + Send + Sync + 'static {
    /// Reads deployments by one batch of requests, and reports what they say of each as soon as it is read.
    ///
    /// A deployment that is not reported until the batch ends has to be read alone.
    /// So a platform that lists only what is under way reports no deployment that is not in its list.
    ///
    /// The requests are those of a tick: they give way to all others.
    fn read_batch<'a>(&'a self, ids: &'a [DeploymentId], report: &'a ReportRead<'a>) -> BoxFuture<'a, ()>;
}

/// Takes what a batch says of a deployment, which is named by its index in the ids of the batch.
pub type ReportRead<'a> = dyn Fn(usize, Result<Deployment>) + Send + Sync + 'a;

/// How a hub polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// From how many watches on a batch costs less than a read for each.
    pub from: usize,
    /// The time between two batches, if no watch has set a shorter
    /// [`first_interval`](crate::WatchOptions::first_interval).
    pub interval: Duration,
}

impl Pace {
    /// A batch in each `interval`, from so many watches on.
    #[must_use]
    pub const fn new(from: usize, interval: Duration) -> Self {
        Self { from, interval }
    }
}

/// Reads what many watches of one account wait for by few requests.
///
/// All watches of an account share it, without the caller doing anything: [`Deployer::hub`](crate::Deployer::hub) of an adapter gives out the one
/// that exists.
/// As long as it has few watches, each polls by itself at its own intervals.
/// From [`Pace::from`] watches on, the hub makes one [batch of reads](BatchRead::read_batch) in each interval, whatever their
/// number, and a watch reads its deployment alone only if the batch says nothing of it: when it is over, as a rule.
/// Such reads are made in the order in which deployments leave the batch, a few at a time.
///
/// Batches pass no layer around the deployer, as they belong to no single call; reads alone do.
/// A batch that fails is a failed poll of each watch in it, and the next one comes later.
/// The hub ends with its last watch.
#[derive(Clone)]
pub struct Hub(Arc<Shared>);

/// How many watches read alone at once beside the batches.
const MAX_READS_ALONE: usize = 8;

struct Shared {
    platform: Platform,
    reader: Arc<dyn BatchRead>,
    pace: Pace,
    members: Mutex<Members>,
    /// Wakes the driver once the last watch has left, or the next batch is due at once.
    changed: Notify,
    /// The reads of single deployments beside the batches, first come, first served.
    alone: Arc<Semaphore>,
    /// No read of a single deployment begins before this, as the server refused one.
    alone_from: Mutex<Option<Instant>>,
}

impl Hub {
    /// The hub of an account in the current tokio runtime, made by `reader` if there is none; `None` outside of a runtime.
    ///
    /// `account` has to differ where the origin, the credential or the way to the server does, and is never shown.
    #[must_use]
    pub fn shared(
        platform: &Platform,
        account: &str,
        pace: Pace,
        reader: impl FnOnce() -> Arc<dyn BatchRead>,
    ) -> Option<Self> {
        let runtime = tokio::runtime::Handle::try_current().ok()?.id();
        Some(Self(registry::find_or_insert((format!("{platform} {account}"), runtime), || {
            Self::make(platform.clone(), pace, reader())
        })))
    }

    fn make(platform: Platform, pace: Pace, reader: Arc<dyn BatchRead>) -> Arc<Shared> {
        Arc::new(Shared {
            platform,
            reader,
            pace,
            members: Mutex::default(),
            changed: Notify::new(),
            alone: Arc::new(Semaphore::new(MAX_READS_ALONE)),
            alone_from: Mutex::default(),
        })
    }

    /// How many watches poll through it.
    #[must_use]
    pub fn watches(&self) -> usize {
        self.0.members().len()
    }
}

impl Hub {
    /// Makes the watches that an event concerns read the platform now; whether any does.
    ///
    /// What the event says counts for nothing, only what is read then.
    /// Events that come faster than batches are ignored, so that forged ones cannot use up the rate limit.
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn wake(&self, event: &DeploymentEvent) -> bool {
        let is_woken = self.0.members().wake(event, self.0.pace);
        if is_woken {
            self.0.changed.notify_one();
        }
        is_woken
    }
}

impl Shared {
    fn members(&self) -> std::sync::MutexGuard<'_, Members> {
        // Nothing is left half done while the lock is held.
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When single deployments may be read again, if that is not now.
    fn alone_from(&self) -> Option<Instant> {
        self.alone_from.lock().unwrap_or_else(PoisonError::into_inner).filter(|from| *from > Instant::now())
    }

    fn hold_alone(&self, until: Instant) {
        let mut from = self.alone_from.lock().unwrap_or_else(PoisonError::into_inner);
        *from = (*from).max(Some(until));
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { platform, pace, .. } = &*self.0;
        f.debug_struct("Hub").field("platform", platform).field("pace", pace).finish_non_exhaustive()
    }
}
