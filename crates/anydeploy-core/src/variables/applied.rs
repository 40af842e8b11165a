//! What was written of a plan.

use serde::{Deserialize, Serialize};

/// What was written of a plan of variables, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Applied {
    /// Those that were written, and read back with the value that was asked for.
    pub written: Vec<String>,
    /// Those that were removed.
    pub removed: Vec<String>,
    /// Those that were written, and whose value cannot be read back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unverified: Vec<String>,
    /// What the platform did besides, in one sentence without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Applied {
    /// Nothing was written.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with the keys that were written and read back.
    #[must_use]
    pub fn with_written(mut self, keys: Vec<String>) -> Self {
        self.written = keys;
        self
    }

    /// The same, with the keys that were removed.
    #[must_use]
    pub fn with_removed(mut self, keys: Vec<String>) -> Self {
        self.removed = keys;
        self
    }

    /// The same, with the keys that were written and cannot be read back.
    #[must_use]
    pub fn with_unverified(mut self, keys: Vec<String>) -> Self {
        self.unverified = keys;
        self
    }

    /// The same, with what the platform did besides.
    #[must_use]
    pub fn with_note(mut self, note: Option<String>) -> Self {
        self.note = note;
        self
    }
}
