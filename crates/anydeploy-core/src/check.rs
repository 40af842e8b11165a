//! What a credential may do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a token may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Permission {
    /// It may: the platform allowed it.
    Granted,
    /// It may not: the platform refused it.
    Denied,
    /// Unknown until it is tried.
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

/// How the server's version compares with those on which the rules of its adapter were observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VersionSupport {
    /// It is one of them.
    Observed,
    /// It is older than all of them: some calls may be missing, or answer otherwise.
    Older,
    /// It is newer than all of them: its behaviour may have changed.
    Newer,
    /// The server does not report its version, or in a form that cannot be compared.
    #[default]
    Unknown,
}

impl fmt::Display for VersionSupport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Observed => "observed",
            Self::Older => "older than the observed versions",
            Self::Newer => "newer than the observed versions",
            Self::Unknown => "unknown",
        })
    }
}

/// What [`check`](crate::DeployerExt::check) found out about a credential, without changing anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Check {
    /// Whose token it is: a team, user or organization, by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The version of the server, where it reports one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_version: Option<String>,
    /// How that version compares with those on which the rules of the adapter were observed.
    #[serde(default)]
    pub version_support: VersionSupport,
    /// Whether deployments and services can be read, which waiting needs.
    pub read: Permission,
    /// Whether deployments can be triggered.
    pub deploy: Permission,
    /// Whether logs can be read.
    pub logs: Permission,
}

impl Check {
    /// A check of which only the permission to read is known.
    #[must_use]
    pub const fn new(read: Permission) -> Self {
        Self {
            account: None,
            server_version: None,
            version_support: VersionSupport::Unknown,
            read,
            deploy: Permission::Untested,
            logs: Permission::Untested,
        }
    }
}
