//! What was written by a call that failed half-way.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What was written by a call that failed half-way, by name and never by value.
///
/// A name is the key of a variable, or that of a setting such as `image tag`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Partial {
    /// What was written or removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<String>,
    /// What was not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_written: Vec<String>,
    /// What may have been.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

impl Partial {
    /// The names of what was written, of what was not, and of what may have been.
    #[must_use]
    pub fn new(written: Vec<String>, not_written: Vec<String>, unknown: Vec<String>) -> Self {
        Self { written, not_written, unknown }
    }
}

impl fmt::Display for Partial {
    /// The part of an error's line, such as `; written: A, B; not written: C`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("written", &self.written), ("not written", &self.not_written), ("not known", &self.unknown)];
        for (word, names) in parts.iter().filter(|(_, names)| !names.is_empty()) {
            write!(f, "; {word}: {}", names.join(", "))?;
        }
        Ok(())
    }
}
