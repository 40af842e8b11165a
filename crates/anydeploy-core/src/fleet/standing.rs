//! Where a member stands, as far as the others depend on it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a member stands, as far as the others depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// It has not begun.
    Waiting,
    /// It is being deployed.
    Deploying,
    /// Its deployment succeeded, and its health is awaited.
    Settling,
    /// It is done, and has what it waited for.
    Succeeded,
    /// It is done, and does not have it.
    Failed,
    /// It will not begin.
    NotBegun(NotBegun),
}

impl Standing {
    /// Whether it takes one of the places of [`Concurrency`](super::Concurrency).
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Deploying | Self::Settling)
    }
}

/// Why a member was not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotBegun {
    /// So many others failed that the fleet stopped.
    TooManyFailures,
    /// The fleet was stopped by its caller.
    Stopped,
    /// The fleet was stopped by its caller, and what was under way was cancelled.
    Cancelled,
}

impl fmt::Display for NotBegun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::TooManyFailures => "too many others failed",
            Self::Stopped => "the fleet was stopped",
            Self::Cancelled => "the fleet was cancelled",
        })
    }
}
