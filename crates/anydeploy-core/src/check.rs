//! What a credential was found to be good for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a token may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Permission {
    /// It may: the platform let it.
    Granted,
    /// It may not: the platform said so.
    Denied,
    /// It cannot be told without doing it.
    Untested,
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Untested => "untested",
        })
    }
}

/// What [`check`](crate::Deployer::check) found out about a credential, without changing anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Check {
    /// Whose token it is: a team, user or organization, by its name.
    pub account: Option<String>,
    /// The version of the server, where it tells.
    pub server_version: Option<String>,
    /// Whether deployments and services can be read, which waiting needs.
    pub read: Permission,
    /// Whether deployments can be triggered.
    pub deploy: Permission,
    /// Whether logs can be read.
    pub logs: Permission,
}

impl Check {
    /// A check that found out nothing but whether reading is allowed.
    #[must_use]
    pub const fn new(read: Permission) -> Self {
        Self { account: None, server_version: None, read, deploy: Permission::Untested, logs: Permission::Untested }
    }
}
