//! Why a target cannot go back to a version.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Error, ErrorKind};

/// Why a target cannot go back to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RollbackObstacle {
    /// It is the version that runs.
    IsCurrent,
    /// Its deployment failed.
    Failed,
    /// Its image was kept once, and is not there any more.
    ImageGone,
    /// The platform did not keep it.
    NotKept,
    /// The platform did not record which version it was.
    NoRevision,
}

impl RollbackObstacle {
    /// The error of a rollback that it prevents; nothing was sent.
    #[must_use]
    pub fn to_error(self) -> Error {
        Error::new(ErrorKind::Conflict, format!("the target cannot go back to this version: {self}"))
            .with_obstacle(Some(self))
            .with_advice("list the versions again, and choose one without an obstacle")
    }
}

impl fmt::Display for RollbackObstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::IsCurrent => "it is the version that runs",
            Self::Failed => "its deployment failed",
            Self::ImageGone => "its image is not there any more",
            Self::NotKept => "the platform did not keep it",
            Self::NoRevision => "the platform did not record which version it was",
        })
    }
}
