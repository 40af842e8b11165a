//! How much of a log is read.

use serde::{Deserialize, Serialize};

/// How much of a deployment's log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LogOptions {
    /// At most this many lines, counted from the end.
    pub tail: usize,
}

impl Default for LogOptions {
    /// The last 100 lines.
    fn default() -> Self {
        Self { tail: 100 }
    }
}

impl LogOptions {
    /// The last `lines` lines.
    #[must_use]
    pub const fn tail(lines: usize) -> Self {
        Self { tail: lines }
    }
}

/// How much of the log of a running service is read, and of which part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServiceLogOptions {
    /// At most this many lines, counted from the end.
    pub tail: usize,
    /// The part of the service, where it has several: a service of a compose file, or a container.
    ///
    /// Without one the platform's own choice is read; where the platform asks for one, the error lists the parts if they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
}

impl Default for ServiceLogOptions {
    /// The last 100 lines of the only part.
    fn default() -> Self {
        Self { tail: 100, part: None }
    }
}

impl ServiceLogOptions {
    /// The last `lines` lines of the only part.
    #[must_use]
    pub const fn tail(lines: usize) -> Self {
        Self { tail: lines, part: None }
    }

    /// The same number of lines of one part of the service.
    #[must_use]
    pub fn of_part(mut self, part: impl Into<String>) -> Self {
        self.part = Some(part.into());
        self
    }
}
