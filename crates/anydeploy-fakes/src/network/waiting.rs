//! The requests that a network holds, and when the oldest unanswered one began.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// One more of something, as long as it lives.
pub(super) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    pub(super) fn one(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The deliveries that the server has not answered yet, by number.
#[derive(Default)]
pub(super) struct Deliveries(Mutex<(u64, BTreeMap<u64, Instant>)>);

impl Deliveries {
    /// When the oldest of them began.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.all().1.values().next().copied()
    }

    fn all(&self) -> MutexGuard<'_, (u64, BTreeMap<u64, Instant>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One delivery, until it is answered.
pub(super) struct Waiting<'a> {
    deliveries: &'a Deliveries,
    number: u64,
}

impl<'a> Waiting<'a> {
    pub(super) fn begin(deliveries: &'a Deliveries) -> Self {
        let mut all = deliveries.all();
        all.0 += 1;
        let number = all.0;
        all.1.insert(number, Instant::now());
        Self { deliveries, number }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.deliveries.all().1.remove(&self.number);
    }
}
