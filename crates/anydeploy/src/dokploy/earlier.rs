//! The triggers of this process that counted as not acted on, in case one of them is delivered late.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::pending::Pending;
use crate::DeployRequest;

static EARLIER: Mutex<Vec<Earlier>> = Mutex::new(Vec::new());

/// A trigger whose deployment did not appear.
#[derive(Clone, Debug)]
pub(super) struct Earlier {
    /// The address of the server.
    place: String,
    request: DeployRequest,
    pub(super) pending: Pending,
    /// Until when a repeat of the request first checks that it was not delivered late.
    until: Instant,
}

/// Remembers a trigger whose deployment did not appear, for a repeat of the same request.
pub(super) fn remember(place: &str, request: &DeployRequest, pending: Pending, until: Instant) {
    earlier().push(Earlier { place: place.to_owned(), request: request.clone(), pending, until });
}

/// The triggers for the same request that are still remembered.
pub(super) fn of(place: &str, request: &DeployRequest) -> Vec<Earlier> {
    let (now, mut earlier) = (Instant::now(), earlier());
    earlier.retain(|one| one.until > now);
    earlier.iter().filter(|one| one.place == place && one.request == *request).cloned().collect()
}

/// Forgets a trigger, because its deployment was found.
pub(super) fn forget(found: &Pending) {
    earlier().retain(|one| one.pending.nonce() != found.nonce());
}

fn earlier() -> MutexGuard<'static, Vec<Earlier>> {
    // No code panics while it holds the lock, and the list is whole at any moment.
    EARLIER.lock().unwrap_or_else(PoisonError::into_inner)
}
