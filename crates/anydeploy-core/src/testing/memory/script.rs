//! How a deployment in memory goes.

use crate::RanRevision;

/// How a deployment on a [`MemoryDeployer`](super::MemoryDeployer) goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Script {
    /// It succeeds.
    #[default]
    Succeeds,
    /// It succeeds and runs this revision, whatever was asked for.
    ///
    /// If that contradicts what was asked for, the deployment is reported as failed.
    Runs(RanRevision),
    /// It fails.
    Fails {
        /// Why, as the platform says it.
        reason: String,
        /// The last lines of the log.
        log: String,
    },
    /// The platform stops it by itself.
    Cancelled,
    /// It runs until it is cancelled.
    Hangs,
    /// It ends in a state with this unknown word, until it is cancelled.
    Unknown(String),
    /// The platform forgets it while it runs.
    Vanishes,
}

impl Script {
    /// It fails for this reason, and its log ends with these lines.
    #[must_use]
    pub fn fails(reason: impl Into<String>, log: impl Into<String>) -> Self {
        Self::Fails { reason: reason.into(), log: log.into() }
    }
}
