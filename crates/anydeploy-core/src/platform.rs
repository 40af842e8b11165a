//! The platforms a deployer may speak to.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// A deployment platform.
///
/// The three that `anydeploy` ships adapters for have names of their own; whoever implements
/// [`Deployer`](crate::Deployer) for another one uses [`Platform::Other`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Platform {
    /// Coolify, self-hosted or cloud.
    Coolify,
    /// Dokploy, self-hosted or cloud.
    Dokploy,
    /// Qovery.
    Qovery,
    /// Any other platform, by its lower-case name (letters, digits and `-`).
    Other(String),
}

impl Platform {
    /// The platform's name in lower case, as it stands in a [`DeploymentId`](crate::DeploymentId).
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Coolify => "coolify",
            Self::Dokploy => "dokploy",
            Self::Qovery => "qovery",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<&str> for Platform {
    fn from(name: &str) -> Self {
        match name {
            "coolify" => Self::Coolify,
            "dokploy" => Self::Dokploy,
            "qovery" => Self::Qovery,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl FromStr for Platform {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(name.into())
    }
}
