//! The driver: a task that makes one batch of reads after another while a hub has enough watches.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::batch::Batch;
use super::{Pace, Shared, slot::Slot};
use crate::{Backoff, DeploymentEvent, Jitter};

/// The watches of a hub, in the order in which they joined.
#[derive(Debug, Default)]
pub(super) struct Members {
    slots: BTreeMap<u64, Member>,
    next_key: u64,
    /// The driver that is running, by its number.
    driver: Option<u64>,
    drivers: u64,
    /// When an event woke watches last.
    woken_at: Option<Instant>,
    /// An event asks for the next batch now.
    is_batch_due: bool,
}

#[derive(Debug)]
struct Member {
    slot: Arc<Slot>,
    /// The time between two polls that its caller has set.
    interval: Option<Duration>,
    /// The longest time between two polls.
    longest: Duration,
}

/// The time between two batches, and the longest while they fail: a server may restart meanwhile without ending a watch.
#[derive(Clone, Copy, Debug)]
struct Intervals {
    first: Duration,
    longest: Duration,
}

impl Members {
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Adds a watch; its key.
    pub(super) fn join(&mut self, slot: Arc<Slot>, interval: Option<Duration>, longest: Duration) -> u64 {
        let key = self.next_key;
        self.next_key += 1;
        self.slots.insert(key, Member { slot, interval, longest });
        key
    }

    /// Removes a watch; whether it was the last.
    pub(super) fn leave(&mut self, key: u64) -> bool {
        self.slots.remove(&key);
        self.slots.is_empty()
    }

    /// Makes the watches that an event concerns read now, at most once in each interval; whether it did.
    ///
    /// An event that names a target costs one read for each watch of it; any other costs one batch, or the reads of those
    /// watches that are too few for one.
    pub(super) fn wake(&mut self, event: &DeploymentEvent, pace: Pace) -> bool {
        let concerned: Vec<_> = self.slots.values().filter(|member| event.may_concern(&member.slot.id())).collect();
        let interval = self.intervals(pace).first;
        if concerned.is_empty() || self.woken_at.is_some_and(|woken_at| woken_at.elapsed() < interval) {
            return false;
        }
        self.is_batch_due = self.is_driven() && concerned.len() >= pace.from;
        if !self.is_batch_due {
            for member in concerned {
                member.slot.wake();
            }
        }
        self.woken_at = Some(Instant::now());
        true
    }

    pub(super) fn is_driven(&self) -> bool {
        self.driver.is_some()
    }

    /// The shortest intervals that a watch has, where the first is that of the platform unless it is set.
    fn intervals(&self, pace: Pace) -> Intervals {
        let first = self.slots.values().map(|member| member.interval.unwrap_or(pace.interval)).min();
        let longest = self.slots.values().map(|member| member.longest).min();
        Intervals { first: first.unwrap_or(pace.interval), longest: longest.unwrap_or(pace.interval) }
    }

    /// Ends a driver, if it is the one that is running.
    fn stop(&mut self, driver: u64) {
        if self.driver == Some(driver) {
            self.driver = None;
            self.slots.values().for_each(|member| member.slot.uncover());
        }
    }
}

impl Shared {
    /// Starts a driver if there are enough watches and none is running; whether one is.
    pub(super) fn drive_if_due(self: &Arc<Self>) -> bool {
        let mut members = self.members();
        if members.driver.is_some() || members.len() < self.pace.from {
            return members.is_driven();
        }
        members.drivers += 1;
        members.driver = Some(members.drivers);
        let driver = Driver { hub: Arc::clone(self), number: members.drivers };
        // A runtime that is shutting down drops the task at once, which takes the lock.
        drop(members);
        // Its requests belong to no single watch.
        tokio::spawn(driver.run().instrument(tracing::debug_span!(parent: None, "hub")));
        true
    }
}

/// A driver that is running; dropped with its runtime, it leaves the watches to themselves.
struct Driver {
    hub: Arc<Shared>,
    number: u64,
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.hub.members().stop(self.number);
    }
}

impl Driver {
    async fn run(self) {
        let mut waits = None;
        while let Some((slots, intervals)) = self.next_batch() {
            let batch = Batch::new(slots);
            self.hub.reader.read_batch(&batch.ids(), &|index, answer| batch.deliver(index, answer)).await;
            let ended = batch.end();
            if !ended.is_failed() {
                waits = None;
            }
            let wait = waits.get_or_insert_with(|| backoff(intervals)).pause(ended.retry_after);
            let now = Instant::now();
            self.pause(now + wait, now + ended.retry_after.unwrap_or_default()).await;
        }
    }

    /// The watches to read for, and the times between batches; `None`, and the driver is no more, if they are too few.
    fn next_batch(&self) -> Option<(Vec<Arc<Slot>>, Intervals)> {
        let mut members = self.hub.members();
        if members.len() < self.hub.pace.from {
            members.stop(self.number);
            return None;
        }
        let slots = members.slots.values().map(|member| Arc::clone(&member.slot)).collect();
        Some((slots, members.intervals(self.hub.pace)))
    }

    /// Waits, unless the last watch leaves, or an event asks for the next batch and the server for no wait any more.
    async fn pause(&self, until: Instant, not_before: Instant) {
        while timeout_at(until, self.hub.changed.notified()).await.is_ok() {
            let mut members = self.hub.members();
            let is_due = std::mem::take(&mut members.is_batch_due) && Instant::now() >= not_before;
            if is_due || members.len() == 0 {
                break;
            }
        }
    }
}

/// The waits between batches: spread by a fifth, so that processes do not converge, and longer while they fail.
fn backoff(intervals: Intervals) -> Backoff {
    let first = intervals.first.max(Duration::from_millis(1));
    Backoff::new(first, intervals.longest.max(first)).with_growth(1.5).with_jitter(Jitter::Fifth)
}
