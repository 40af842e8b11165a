//! The hubs of this process, so that all watches of an account find the same one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use tokio::runtime::Id;

use super::{Hub, Shared};

/// An account, and the runtime whose tasks drive the hub: it stops with that runtime.
type Key = (String, Id);

static HUBS: OnceLock<Mutex<HashMap<Key, Weak<Shared>>>> = OnceLock::new();

/// The hub of a key that some watch still holds, or a new one.
pub(super) fn find_or_insert(key: Key, make: impl FnOnce() -> Arc<Shared>) -> Arc<Shared> {
    let mut hubs = HUBS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(hub) = hubs.get(&key).and_then(Weak::upgrade) {
        return hub;
    }
    hubs.retain(|_, hub| hub.strong_count() > 0);
    let hub = make();
    hubs.insert(key, Arc::downgrade(&hub));
    hub
}

impl PartialEq for Hub {
    /// Whether both are one hub.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
