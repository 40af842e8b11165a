//! How much of a target's history is read, and where the next page begins.

mod page;

pub use page::{HistoryCursor, HistoryPage};
use serde::{Deserialize, Serialize};

/// How much of a target's history is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct HistoryOptions {
    /// At most this many deployments, newest first; a platform that keeps fewer returns fewer.
    pub limit: usize,
}

impl Default for HistoryOptions {
    /// The newest 10 deployments.
    fn default() -> Self {
        Self { limit: 10 }
    }
}

impl HistoryOptions {
    /// The newest `limit` deployments.
    #[must_use]
    pub const fn newest(limit: usize) -> Self {
        Self { limit }
    }
}
