//! What a caller asks to be deployed, and the check that the platform can do just that.

use crate::{Capabilities, Error, ErrorKind, Platform, Target};

/// The longest name of a revision, in bytes; a commit has 40, an image tag 128.
const LONGEST: usize = 256;

/// Which version of the target is deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revision {
    /// What the platform is set to deploy: the head of its branch, or its configured image.
    #[default]
    Current,
    /// A commit of the target's repository, by its hash as the platform takes it; the full hash is always right.
    Commit(String),
    /// A tag of the target's image.
    ImageTag(String),
}

/// A deployment to be made.
///
/// An option that the platform cannot honour is an error before anything is sent; none is ever ignored.
///
/// ```
/// use anydeploy_core::{DeployRequest, Revision, Target};
///
/// let request = DeployRequest::new(Target::application("abc"))
///     .with_revision(Revision::ImageTag("1.4.2".into()))
///     .with_reason("release 1.4.2");
/// assert_eq!(request.target().to_string(), "application:abc");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployRequest {
    target: Target,
    revision: Revision,
    no_cache: bool,
    reason: Option<String>,
    pull_request: Option<u64>,
}

impl DeployRequest {
    /// Deploys what the platform is set to deploy.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self { target, revision: Revision::Current, no_cache: false, reason: None, pull_request: None }
    }

    /// Deploys this revision instead of the configured one.
    #[must_use]
    pub fn with_revision(mut self, revision: Revision) -> Self {
        self.revision = revision;
        self
    }

    /// Builds without the build cache.
    #[must_use]
    pub fn with_no_cache(mut self, no_cache: bool) -> Self {
        self.no_cache = no_cache;
        self
    }

    /// Says why, for the platform to show as the deployment's title.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Deploys the preview of a pull request instead of the target itself.
    #[must_use]
    pub fn with_pull_request(mut self, number: u64) -> Self {
        self.pull_request = Some(number);
        self
    }

    /// What is deployed.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Which version of it.
    #[must_use]
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// Whether the build cache is left out.
    #[must_use]
    pub fn no_cache(&self) -> bool {
        self.no_cache
    }

    /// Why, if the caller says so.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The pull request whose preview is deployed.
    #[must_use]
    pub fn pull_request(&self) -> Option<u64> {
        self.pull_request
    }

    /// Checks that a platform with these capabilities can do what is asked; adapters call it before they send anything.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the target or a text is not usable, [`ErrorKind::Unsupported`] if the platform
    /// lacks an option that is set.
    pub fn check(&self, platform: &Platform, capabilities: &Capabilities) -> Result<(), Error> {
        self.target.validate().map_err(|error| error.with_platform(platform.clone()))?;
        let invalid = |what: &str| {
            let message = format!("{what} is empty, holds a control character, or is longer than {LONGEST} bytes");
            Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform.clone()))
        };
        match &self.revision {
            Revision::Commit(text) if unusable(text) => return invalid("the commit"),
            Revision::ImageTag(text) if unusable(text) => return invalid("the image tag"),
            _ => {}
        }
        // A NUL in a title makes Dokploy accept a deployment that never gets a row (observed on v0.30.2).
        if self.reason.as_deref().is_some_and(|reason| reason.is_empty() || reason.contains('\0')) {
            let message = "the reason is empty or holds a NUL";
            return Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform.clone()));
        }
        if self.pull_request == Some(0) {
            return Err(Error::new(ErrorKind::InvalidInput, "a pull request's number begins at 1")
                .with_platform(platform.clone()));
        }
        if !capabilities.target_kinds.contains(self.target.kind()) {
            return Err(Error::unsupported(
                platform.clone(),
                format!("deploying a target of kind `{}`", self.target.kind()),
            ));
        }
        let missing = [
            (matches!(self.revision, Revision::Commit(_)) && !capabilities.commit, "deploying a given commit"),
            (matches!(self.revision, Revision::ImageTag(_)) && !capabilities.image_tag, "deploying a given image tag"),
            (self.no_cache && !capabilities.no_cache, "building without the cache"),
            (self.reason.is_some() && !capabilities.reason, "a reason on a deployment"),
            (self.pull_request.is_some() && !capabilities.pull_request, "deploying a pull request"),
        ];
        match missing.into_iter().find(|(lacks, _)| *lacks) {
            Some((_, what)) => Err(Error::unsupported(platform.clone(), what)),
            None => Ok(()),
        }
    }
}

/// Whether a revision cannot stand in a request and in a [`DeploymentId`](crate::DeploymentId).
fn unusable(text: &str) -> bool {
    text.trim().is_empty() || text.len() > LONGEST || text.chars().any(char::is_control)
}
