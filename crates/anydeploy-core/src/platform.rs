//! The name of a platform.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::text::serde_as_text;

/// A deployment platform, by its lower-case name (letters, digits and `-`).
///
/// Adapters publish a constant for theirs; this crate knows none of them.
///
/// ```
/// use anydeploy_core::Platform;
///
/// const EXAMPLE: Platform = Platform::new("example");
///
/// assert_eq!(EXAMPLE, Platform::new("example"));
/// assert_eq!(EXAMPLE.to_string(), "example");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Platform(Cow<'static, str>);

impl Platform {
    /// A platform by its name, also in a constant.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The platform's name in lower case, as it stands in a [`DeploymentId`](crate::DeploymentId).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<&str> for Platform {
    fn from(name: &str) -> Self {
        Self(Cow::Owned(name.to_owned()))
    }
}

impl From<String> for Platform {
    fn from(name: String) -> Self {
        Self(Cow::Owned(name))
    }
}

impl FromStr for Platform {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(name.into())
    }
}

serde_as_text!(Platform);
