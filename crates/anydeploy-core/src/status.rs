//! Where a deployment stands, in words that mean the same on every platform.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a deployment stands.
///
/// Each platform's own words map to a phase by one table; a word that the table lacks is [`Phase::Unknown`], which is
/// not terminal: a watch goes on polling, within its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Accepted, and waiting for its turn.
    Queued,
    /// Being built or rolled out.
    Running,
    /// Asked to stop, and not yet stopped.
    Cancelling,
    /// Over, and the platform says it went well.
    Succeeded,
    /// Over, and the platform says it failed.
    Failed,
    /// Over, because someone or the platform stopped it.
    Cancelled,
    /// Over, because the platform says that a newer deployment took its place.
    Superseded,
    /// The platform used a word this version does not know, or no word could be read.
    Unknown,
}

impl Phase {
    /// Whether the deployment is over.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled | Self::Superseded)
    }

    /// The phase in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The status of a deployment: the common [`Phase`] and the platform's own word for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeploymentStatus {
    /// What it means.
    pub phase: Phase,
    /// The word the platform used, as it came.
    pub raw: String,
}

impl DeploymentStatus {
    /// A status from a phase and the platform's word.
    #[must_use]
    pub fn new(phase: Phase, raw: impl Into<String>) -> Self {
        Self { phase, raw: raw.into() }
    }

    /// Whether the deployment is over.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        self.phase.is_terminal()
    }
}

impl fmt::Display for DeploymentStatus {
    /// `failed (BUILD_ERROR)`, or the phase alone where the platform uses the same word.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.raw.eq_ignore_ascii_case(self.phase.as_str()) {
            write!(f, "{}", self.phase)
        } else {
            write!(f, "{} ({})", self.phase, self.raw)
        }
    }
}
