//! One batch of reads: hands what it says to each watch as soon as it is read, and sums up how it went.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::slot::Slot;
use crate::{Deployment, DeploymentId, Result};

/// A batch that is being read.
pub(super) struct Batch {
    slots: Vec<Arc<Slot>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Which deployments it has said something of.
    reported: Vec<bool>,
    ended: Ended,
}

/// How a batch went.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ended {
    read: usize,
    failed: usize,
    /// The longest time that the server asks to wait.
    pub(super) retry_after: Option<Duration>,
}

impl Ended {
    /// Whether it failed as a whole, or the server refuses more.
    pub(super) fn is_failed(self) -> bool {
        (self.failed > 0 && self.read == 0) || self.retry_after.is_some()
    }
}

impl Batch {
    pub(super) fn new(slots: Vec<Arc<Slot>>) -> Self {
        let state = State { reported: vec![false; slots.len()], ended: Ended::default() };
        Self { slots, state: Mutex::new(state) }
    }

    pub(super) fn ids(&self) -> Vec<DeploymentId> {
        self.slots.iter().map(|slot| slot.id()).collect()
    }

    /// Hands what was read to the watch; an answer that no watch waits for is dropped.
    pub(super) fn deliver(&self, index: usize, answer: Result<Deployment>) {
        let Some(slot) = self.slots.get(index) else { return };
        self.state().record(index, &answer);
        slot.deliver(Some(answer));
    }

    /// Wakes those of which it said nothing, as they have to be read alone.
    pub(super) fn end(self) -> Ended {
        let State { reported, ended } = std::mem::take(&mut *self.state());
        let silent = self.slots.iter().zip(reported).filter(|(_, is_reported)| !is_reported);
        silent.for_each(|(slot, _)| slot.deliver(None));
        ended
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is left half done while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn record(&mut self, index: usize, answer: &Result<Deployment>) {
        self.reported[index] = true;
        match answer {
            Ok(_) => self.ended.read += 1,
            Err(error) => {
                self.ended.failed += 1;
                self.ended.retry_after = self.ended.retry_after.max(error.retry_after());
            }
        }
    }
}
