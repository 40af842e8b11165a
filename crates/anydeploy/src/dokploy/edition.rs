//! Whether the server is Dokploy Cloud, where jobs are remembered and can be cancelled.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// Whether one server is Dokploy Cloud, once that is known.
#[derive(Debug, Default)]
pub(super) struct Edition(Mutex<Option<bool>>);

impl Edition {
    pub(super) fn is_cloud(&self) -> Option<bool> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, is_cloud: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(is_cloud);
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
