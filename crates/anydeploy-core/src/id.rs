//! The identity of one deployment as storable text.

use std::fmt;

use form_urlencoded::Serializer;

use crate::{Platform, Target};

/// Names one deployment, for good: text from which another process, on another machine, can go on watching.
///
/// Callers treat it as opaque.
/// It holds no secret, so it may be stored, logged and passed on.
/// What an adapter learns while a deployment advances makes its id more precise, so keep the
/// [`id`](crate::Deployment::id) of the newest [`Deployment`](crate::Deployment) you read; an older one still leads to the
/// same deployment as long as the platform keeps the records it needs.
///
/// Its form is `platform:target?key=value&…`, for those who implement a [`Deployer`](crate::Deployer):
///
/// ```
/// use anydeploy_core::{DeploymentId, Platform, Target};
///
/// let id = DeploymentId::new(Platform::new("example"), Target::application("abc")).with("deployment", "d1");
/// assert_eq!(id.to_string(), "example:application:abc?deployment=d1");
/// let same: DeploymentId = id.to_string().parse()?;
/// assert_eq!(same.get("deployment"), Some("d1"));
/// # Ok::<(), anydeploy_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeploymentId {
    platform: Platform,
    target: Target,
    parts: Vec<(String, String)>,
}

impl DeploymentId {
    /// An id without details; an adapter adds them by [`with`](Self::with).
    #[must_use]
    pub fn new(platform: Platform, target: Target) -> Self {
        Self { platform, target, parts: Vec::new() }
    }

    /// The same id with one more detail; a detail of that name is replaced.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.parts.retain(|(name, _)| name != key);
        self.parts.push((key.to_owned(), value.into()));
        self
    }

    /// The same id without that detail.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.parts.retain(|(name, _)| name != key);
        self
    }

    /// A detail by its name.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.parts.iter().find(|(name, _)| name == key).map(|(_, value)| &**value)
    }

    /// The platform the deployment runs on.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// What is deployed.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }
}

impl fmt::Display for DeploymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.platform, self.target)?;
        if self.parts.is_empty() {
            return Ok(());
        }
        let parts = self.parts.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        write!(f, "?{}", Serializer::new(String::new()).extend_pairs(parts).finish())
    }
}
