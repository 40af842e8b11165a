//! Whether the server is Dokploy Cloud, where jobs are remembered and can be cancelled.

use std::sync::atomic::{AtomicU8, Ordering};

use serde_json::Value;

/// Where Dokploy runs, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edition {
    Unknown,
    SelfHosted,
    Cloud,
}

/// The edition of one server, once it is known.
#[derive(Debug, Default)]
pub(super) struct KnownEdition(AtomicU8);

impl KnownEdition {
    pub(super) fn get(&self) -> Edition {
        match self.0.load(Ordering::Relaxed) {
            0 => Edition::Unknown,
            1 => Edition::SelfHosted,
            _ => Edition::Cloud,
        }
    }

    pub(super) fn set(&self, cloud: bool) {
        self.0.store(if cloud { 2 } else { 1 }, Ordering::Relaxed);
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
