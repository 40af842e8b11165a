//! The intents that this process has prepared and not sent.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::turn::Held;

static PREPARED: LazyLock<Mutex<HashMap<String, Prepared>>> = LazyLock::new(Mutex::default);

/// An intent that may be sent, as it was not sent before.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) at: Instant,
    /// Where it is to be sent: what was sent there is remembered for as long as the intent may be.
    pub(super) _place: Held,
    /// The number of the turn in which its baseline was read.
    pub(super) turn: u64,
}

/// How many times the fence an intent is remembered, so that one which has expired is reported as such.
const REMEMBERED: u32 = 30;

/// Notes an intent; those that expired long ago are forgotten.
pub(super) fn insert(id: &str, intent: Prepared, send_within: Duration) {
    let mut prepared = prepared();
    prepared.retain(|_, other| other.at.elapsed() < send_within * REMEMBERED);
    prepared.insert(id.to_owned(), intent);
}

/// Whether an intent may still be sent.
pub(super) fn is_there(id: &str) -> bool {
    prepared().contains_key(id)
}

/// The intent, which nobody else may send from now on.
pub(super) fn take(id: &str) -> Option<Prepared> {
    prepared().remove(id)
}

fn prepared() -> MutexGuard<'static, HashMap<String, Prepared>> {
    // No code panics while it holds the lock, and the map is whole at any moment.
    PREPARED.lock().unwrap_or_else(PoisonError::into_inner)
}
