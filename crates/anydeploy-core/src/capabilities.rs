//! What a deployment request may ask a deployer for, by kind of target.

use std::time::Duration;

use crate::{DeployRequest, Error, Platform, Revision, TargetKind};

/// What a request may ask of a [`Deployer`](crate::Deployer), known before anything is sent.
///
/// A kind of target that is not listed, and an option that its kind does not list, is refused with
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
/// What a deployer offers besides deploying are its groups: see [`DeployerExt::offers`](crate::DeployerExt::offers).
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    kinds: Vec<(TargetKind, Vec<RequestOption>)>,
    /// The platform keeps a text of the caller's with a deployment, so that a deployment is recognised after a lost
    /// answer; without one it is inferred, or undecidable.
    pub correlates: bool,
    /// The shortest time between two reads of one deployment that keeps to the platform's rate limit; 1 s by default.
    pub poll_interval: Duration,
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
        Self { kinds: Vec::new(), correlates: false, poll_interval: Duration::from_secs(1) }
    }

    /// Adds a kind of target, or replaces the options of one.
    #[must_use]
    pub fn with_kind(mut self, kind: TargetKind, options: &[RequestOption]) -> Self {
        self.kinds.retain(|(known, _)| *known != kind);
        self.kinds.push((kind, options.to_vec()));
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
        for (_, options) in &mut self.kinds {
            options.retain(|offered| *offered != option);
        }
        self
    }

    /// The kinds of target that can be deployed, in the order in which they were added.
    pub fn target_kinds(&self) -> impl Iterator<Item = &TargetKind> {
        self.kinds.iter().map(|(kind, _)| kind)
    }

    /// Whether targets of a kind can be deployed.
    #[must_use]
    pub fn deploys(&self, kind: &TargetKind) -> bool {
        self.target_kinds().any(|offered| offered == kind)
    }

    /// The options that a request for a target of a kind may set.
    #[must_use]
    pub fn options(&self, kind: &TargetKind) -> &[RequestOption] {
        self.kinds.iter().find(|(offered, _)| offered == kind).map_or(&[], |(_, options)| options)
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
        self.kinds.iter().any(|(_, options)| options.contains(&option))
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

/// Something that a [`DeployRequest`] can ask for beside the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RequestOption {
    /// [`Revision::Commit`].
    Commit,
    /// [`Revision::ImageTag`].
    ImageTag,
    /// [`Revision::Deployed`].
    Deployed,
    /// [`Revision::ChartVersion`].
    ChartVersion,
    /// [`DeployRequest::values_commit`].
    ValuesCommit,
    /// [`DeployRequest::job_event`].
    JobEvent,
    /// [`DeployRequest::terraform_action`].
    TerraformAction,
    /// [`DeployRequest::no_cache`].
    NoCache,
    /// [`DeployRequest::reason`].
    Reason,
    /// [`DeployRequest::pull_request`].
    PullRequest,
}

impl RequestOption {
    /// Every option.
    pub const ALL: &'static [Self] = &[
        Self::Commit,
        Self::ImageTag,
        Self::Deployed,
        Self::ChartVersion,
        Self::ValuesCommit,
        Self::JobEvent,
        Self::TerraformAction,
        Self::NoCache,
        Self::Reason,
        Self::PullRequest,
    ];

    /// Whether a request sets it.
    #[must_use]
    pub fn is_set(self, request: &DeployRequest) -> bool {
        match self {
            Self::Commit => matches!(request.revision(), Revision::Commit(_)),
            Self::ImageTag => matches!(request.revision(), Revision::ImageTag(_)),
            Self::Deployed => matches!(request.revision(), Revision::Deployed),
            Self::ChartVersion => matches!(request.revision(), Revision::ChartVersion(_)),
            Self::ValuesCommit => request.values_commit().is_some(),
            Self::JobEvent => request.job_event().is_some(),
            Self::TerraformAction => request.terraform_action().is_some(),
            Self::NoCache => request.no_cache(),
            Self::Reason => request.reason().is_some(),
            Self::PullRequest => request.pull_request().is_some(),
        }
    }

    /// What it is for, as the end of "this platform does not offer …".
    pub(crate) const fn purpose(self) -> &'static str {
        match self {
            Self::Commit => "deploying a given commit",
            Self::ImageTag => "deploying a given image tag",
            Self::Deployed => "deploying once more what was deployed last",
            Self::ChartVersion => "deploying a given chart version",
            Self::ValuesCommit => "the values of a chart from a given commit",
            Self::JobEvent => "running a job for a given event",
            Self::TerraformAction => "another action on a Terraform service",
            Self::NoCache => "building without the cache",
            Self::Reason => "a reason on a deployment",
            Self::PullRequest => "deploying a pull request",
        }
    }
}
