//! What is deployed: a kind and an id, written `application:abc`.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::text::serde_as_text;

/// The kind of thing a [`Target`] names, in the platforms' own words.
///
/// Which kinds a platform deploys is part of its [`Capabilities`](crate::Capabilities).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TargetKind {
    /// An application.
    Application,
    /// A compose stack.
    Compose,
    /// A one-click or compose service.
    Service,
    /// A managed or self-hosted database.
    Database,
    /// A container from a registry.
    Container,
    /// A cron or lifecycle job.
    Job,
    /// A Helm release.
    Helm,
    /// A Terraform service.
    Terraform,
    /// A whole environment with everything in it.
    Environment,
    /// The preview of a pull request, where the platform has it as a target of its own.
    Preview,
    /// A kind this version has no name for.
    Other(String),
}

impl TargetKind {
    /// The kinds that have names.
    pub(crate) const NAMED: [Self; 10] = [
        Self::Application,
        Self::Compose,
        Self::Service,
        Self::Database,
        Self::Container,
        Self::Job,
        Self::Helm,
        Self::Terraform,
        Self::Environment,
        Self::Preview,
    ];

    /// The kind in lower case, as it stands before the colon of a target.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Application => "application",
            Self::Compose => "compose",
            Self::Service => "service",
            Self::Database => "database",
            Self::Container => "container",
            Self::Job => "job",
            Self::Helm => "helm",
            Self::Terraform => "terraform",
            Self::Environment => "environment",
            Self::Preview => "preview",
            Self::Other(kind) => kind,
        }
    }
}

impl From<&str> for TargetKind {
    fn from(kind: &str) -> Self {
        match kind {
            "application" => Self::Application,
            "compose" => Self::Compose,
            "service" => Self::Service,
            "database" => Self::Database,
            "container" => Self::Container,
            "job" => Self::Job,
            "helm" => Self::Helm,
            "terraform" => Self::Terraform,
            "environment" => Self::Environment,
            "preview" => Self::Preview,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for TargetKind {
    type Err = Infallible;

    fn from_str(kind: &str) -> Result<Self, Infallible> {
        Ok(kind.into())
    }
}

serde_as_text!(TargetKind);

/// What is deployed: a kind and the platform's own id for it.
///
/// As text it is `kind:id`, or `kind:id@environment` where the environment that holds it is known.
/// A platform that needs the environment looks it up when it is not given.
/// A kind that differs from a known one by a slip, such as `aplication`, is not read from text; any other unknown kind
/// becomes [`TargetKind::Other`], for platforms of one's own.
///
/// ```
/// use anydeploy_core::{Target, TargetKind};
///
/// let target: Target = "application:vgsco4o".parse()?;
/// assert_eq!(target.kind(), &TargetKind::Application);
/// assert_eq!(target, Target::application("vgsco4o"));
/// assert_eq!(target.to_string(), "application:vgsco4o");
/// # Ok::<(), anydeploy_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    kind: TargetKind,
    id: String,
    environment: Option<String>,
}

impl Target {
    /// A target of any kind.
    ///
    /// The id is checked by [`validate`](Self::validate), which every adapter calls before it sends anything.
    #[must_use]
    pub fn new(kind: TargetKind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into(), environment: None }
    }

    /// An application.
    #[must_use]
    pub fn application(id: impl Into<String>) -> Self {
        Self::new(TargetKind::Application, id)
    }

    /// A compose stack.
    #[must_use]
    pub fn compose(id: impl Into<String>) -> Self {
        Self::new(TargetKind::Compose, id)
    }

    /// A one-click or compose service.
    #[must_use]
    pub fn service(id: impl Into<String>) -> Self {
        Self::new(TargetKind::Service, id)
    }

    /// A database.
    #[must_use]
    pub fn database(id: impl Into<String>) -> Self {
        Self::new(TargetKind::Database, id)
    }

    /// A whole environment.
    #[must_use]
    pub fn environment(id: impl Into<String>) -> Self {
        Self::new(TargetKind::Environment, id)
    }

    /// The same target, with the environment that holds it.
    #[must_use]
    pub fn in_environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }

    /// What kind of thing it is.
    #[must_use]
    pub fn kind(&self) -> &TargetKind {
        &self.kind
    }

    /// The platform's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The environment that holds it, where known.
    #[must_use]
    pub fn environment_id(&self) -> Option<&str> {
        self.environment.as_deref()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)?;
        match &self.environment {
            Some(environment) => write!(f, "@{environment}"),
            None => Ok(()),
        }
    }
}
