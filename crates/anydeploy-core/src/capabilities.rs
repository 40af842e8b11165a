//! What a deployment request may ask a deployer for, by kind of target.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::json::{VersionOne, millis};
use crate::{DeployRequest, Error, Platform, RequestOption, TargetKind};

/// What a request may ask of a [`Deployer`](crate::Deployer), known before anything is sent.
///
/// A kind of target that is not listed, and an option that its kind does not list, is refused with
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
/// What a deployer offers besides deploying are its groups: see [`DeployerExt::offers`](crate::DeployerExt::offers).
///
/// In their [JSON form](crate#json) the kinds are a list, each with the options that its targets take.
///
/// ```
/// use anydeploy_core::{Capabilities, RequestOption, TargetKind};
///
/// let capabilities = Capabilities::new()
///     .with_kind(TargetKind::Application, &[RequestOption::Commit, RequestOption::NoCache])
///     .with_kind(TargetKind::Database, &[]);
/// assert!(capabilities.takes(&TargetKind::Application, RequestOption::Commit));
/// assert!(!capabilities.takes(&TargetKind::Database, RequestOption::Commit));
/// assert!(!capabilities.deploys(&TargetKind::Helm));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Capabilities {
    #[serde(default)]
    v: VersionOne,
    #[serde(default)]
    kinds: Vec<OfferedKind>,
    /// The platform keeps a text of the caller's with a deployment, so that a deployment is recognised after a lost
    /// answer; without one it is inferred, or undecidable.
    #[serde(default)]
    pub correlates: bool,
    /// The shortest time between two reads of one deployment that keeps to the platform's rate limit; 1 s by default.
    #[serde(rename = "poll_interval_ms", with = "millis", default = "default_poll_interval")]
    pub poll_interval: Duration,
}

/// A kind of target that can be deployed, and the options that a request for one may set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OfferedKind {
    kind: TargetKind,
    #[serde(default)]
    options: Vec<RequestOption>,
}

const fn default_poll_interval() -> Duration {
    Duration::from_secs(1)
}

impl Default for Capabilities {
    fn default() -> Self {
        Self::new()
    }
}

impl Capabilities {
    /// A deployer that deploys nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { v: VersionOne, kinds: Vec::new(), correlates: false, poll_interval: default_poll_interval() }
    }

    /// Adds a kind of target, or replaces the options of one.
    #[must_use]
    pub fn with_kind(mut self, kind: TargetKind, options: &[RequestOption]) -> Self {
        self.kinds.retain(|offered| offered.kind != kind);
        self.kinds.push(OfferedKind { kind, options: options.to_vec() });
        self
    }

    /// The platform keeps a text of the caller's with a deployment.
    #[must_use]
    pub const fn with_correlation(mut self) -> Self {
        self.correlates = true;
        self
    }

    /// Reads of one deployment keep to the rate limit if this time is between them.
    #[must_use]
    pub const fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// Takes an option away from every kind of target.
    #[must_use]
    pub fn without(mut self, option: RequestOption) -> Self {
        for kind in &mut self.kinds {
            kind.options.retain(|offered| *offered != option);
        }
        self
    }

    /// The kinds of target that can be deployed, in the order in which they were added.
    pub fn target_kinds(&self) -> impl Iterator<Item = &TargetKind> {
        self.kinds.iter().map(|offered| &offered.kind)
    }

    /// Whether targets of a kind can be deployed.
    #[must_use]
    pub fn deploys(&self, kind: &TargetKind) -> bool {
        self.target_kinds().any(|offered| offered == kind)
    }

    /// The options that a request for a target of a kind may set.
    #[must_use]
    pub fn options(&self, kind: &TargetKind) -> &[RequestOption] {
        self.kinds.iter().find(|offered| offered.kind == *kind).map_or(&[], |offered| &offered.options)
    }

    /// Whether a request for a target of a kind may set an option; the platform may still refuse a value of it, or two
    /// options together.
    #[must_use]
    pub fn takes(&self, kind: &TargetKind, option: RequestOption) -> bool {
        self.options(kind).contains(&option)
    }

    /// Whether a request for a target of any kind may set an option.
    #[must_use]
    pub fn takes_anywhere(&self, option: RequestOption) -> bool {
        self.kinds.iter().any(|offered| offered.options.contains(&option))
    }
}

impl DeployRequest {
    /// Checks that a platform with these capabilities can do what is asked; adapters call it before they send anything.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the target or a text is not usable,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the platform lacks the kind of target, or an option
    /// that is set.
    pub fn check(&self, platform: &Platform, capabilities: &Capabilities) -> Result<(), Error> {
        self.validate().map_err(|error| error.with_platform(platform.clone()))?;
        let kind = self.target().kind();
        if !capabilities.deploys(kind) {
            let offered: Vec<_> = capabilities.target_kinds().map(TargetKind::as_str).collect();
            let offered = offered.join(", ");
            let what = format!("deploying a target of kind `{kind}`; the kinds it deploys are: {offered}");
            return Err(Error::unsupported(platform.clone(), what));
        }
        let mut set = RequestOption::ALL.iter().filter(|option| option.is_set(self));
        match set.find(|option| !capabilities.takes(kind, **option)) {
            Some(option) => {
                let what = format!("{} of a target of kind `{kind}`", option.purpose());
                Err(Error::unsupported(platform.clone(), what))
            }
            None => Ok(()),
        }
    }
}
