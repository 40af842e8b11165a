//! What is known of the server: whether it is Dokploy Cloud, where jobs are remembered and can be cancelled.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// What is known of one server.
#[derive(Debug, Default)]
pub(super) struct Edition {
    is_cloud: Mutex<Option<bool>>,
    lacks_central_list: AtomicBool,
}

impl Edition {
    pub(super) fn is_cloud(&self) -> Option<bool> {
        *self.is_cloud.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, is_cloud: bool) {
        *self.is_cloud.lock().unwrap_or_else(PoisonError::into_inner) = Some(is_cloud);
    }

    /// Whether the list of all rows was refused once, or was too large.
    pub(super) fn lacks_central_list(&self) -> bool {
        self.lacks_central_list.load(Ordering::Relaxed)
    }

    pub(super) fn set_lacks_central_list(&self) {
        self.lacks_central_list.store(true, Ordering::Relaxed);
    }

    /// Notes the answer to a trigger.
    ///
    /// The cloud answers `true` (source of 0.30.2); a self-hosted server answers nothing, and an object for a compose
    /// stack (observed on 0.30.2).
    pub(super) fn answered(&self, answer: &Value) {
        match answer {
            Value::Bool(true) => self.set(true),
            Value::Null | Value::Object(_) => self.set(false),
            _ => {}
        }
    }
}
