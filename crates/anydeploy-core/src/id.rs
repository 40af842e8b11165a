//! The identity of one deployment as storable text.

use std::fmt;
use std::str::FromStr;

use form_urlencoded::{Serializer, parse};

use crate::text::{self, serde_as_text};
use crate::{Error, ErrorKind, Platform, Target};

/// The longest text that is read as an id.
const MAX_BYTES: usize = 4096;

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

    /// A detail that an adapter cannot do without.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it is missing.
    pub fn require(&self, key: &str) -> Result<&str, Error> {
        self.get(key).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, format!("the deployment id `{self}` lacks `{key}`"))
                .with_platform(self.platform.clone())
        })
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

    /// Checks that the id belongs to `platform`, so that nobody asks one platform about another's deployment.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it does not.
    pub fn expect_platform(&self, platform: &Platform) -> Result<(), Error> {
        if self.platform == *platform {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidInput, format!("the deployment `{self}` is not one of {platform}'s"))
            .with_platform(platform.clone()))
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

impl FromStr for DeploymentId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = |reason: &str| {
            Error::new(ErrorKind::InvalidInput, format!("`{}` is not a deployment id: {reason}", text::excerpt(text)))
        };
        // A file that holds an id ends in a line break; within an id, white space is escaped.
        let text = text.trim_ascii();
        if text.len() > MAX_BYTES {
            return Err(malformed("it is longer than 4096 bytes"));
        }
        if text.contains(|letter: char| letter.is_ascii_whitespace() || letter.is_ascii_control()) {
            return Err(malformed("there is white space in it"));
        }
        let (platform, rest) = text.split_once(':').ok_or_else(|| malformed("it has no platform before a colon"))?;
        text::check_id(platform).map_err(malformed)?;
        let (target, query) = rest.split_once('?').unwrap_or((rest, ""));
        let target = Target::of_any_kind(target)
            .map_err(|_| malformed("no target of the form `application:ID` follows the platform"))?;
        let mut id = Self::new(platform.into(), target);
        for (key, value) in parse(query.as_bytes()) {
            if id.get(&key).is_some() {
                return Err(malformed("a detail stands in it twice"));
            }
            id = id.with(&key, value);
        }
        // What was not escaped becomes longer when it is written again, and has to be readable then.
        if id.to_string().len() > MAX_BYTES {
            return Err(malformed("it is longer than 4096 bytes once it is escaped"));
        }
        Ok(id)
    }
}

serde_as_text!(DeploymentId);
