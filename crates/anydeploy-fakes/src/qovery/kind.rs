//! The kinds of services and what sets them apart.

/// A kind of service on Qovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QoveryServiceKind {
    /// Built from git.
    Application,
    /// An image of a registry.
    Container,
    /// A job on a schedule, from an image; it has the one event `CRON`.
    CronJob,
    /// A job run by events of its environment, built from git; this one has the events `START` and `DELETE`.
    LifecycleJob,
    /// A helm chart of a repository.
    Helm,
    /// A helm chart in git, with its values in another repository.
    HelmFromGit,
    /// A terraform module in git.
    Terraform,
    /// A database.
    Database,
}

use QoveryServiceKind as Kind;

impl QoveryServiceKind {
    /// The first segment of the paths of this kind; both kinds of jobs share one.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Container => "container",
            Self::CronJob | Self::LifecycleJob => "job",
            Self::Helm | Self::HelmFromGit => "helm",
            Self::Terraform => "terraform",
            Self::Database => "database",
        }
    }

    /// The key of this kind in an environment's statuses.
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Application => "applications",
            Self::Container => "containers",
            Self::CronJob | Self::LifecycleJob => "jobs",
            Self::Helm | Self::HelmFromGit => "helms",
            Self::Terraform => "terraforms",
            Self::Database => "databases",
        }
    }

    /// `ServiceTypeEnum`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Application => "APPLICATION",
            Self::Container => "CONTAINER",
            Self::CronJob | Self::LifecycleJob => "JOB",
            Self::Helm | Self::HelmFromGit => "HELM",
            Self::Terraform => "TERRAFORM",
            Self::Database => "DATABASE",
        }
    }

    /// The type of what writes the lines of a service (engine 59fa717, `io.rs`).
    pub(super) fn transmitter(self) -> &'static str {
        match self {
            Self::Application => "Application",
            Self::Container => "Container",
            Self::CronJob | Self::LifecycleJob => "Job",
            Self::Helm | Self::HelmFromGit => "Helm",
            Self::Terraform => "Terraform",
            Self::Database => "Database",
        }
    }

    pub(super) fn job_type(self) -> Option<&'static str> {
        match self {
            Self::CronJob => Some("CRON"),
            Self::LifecycleJob => Some("LIFECYCLE"),
            _ => None,
        }
    }

    /// Whether its version is a commit.
    pub(super) fn is_from_git(self) -> bool {
        matches!(self, Self::Application | Self::LifecycleJob | Self::HelmFromGit | Self::Terraform)
    }

    /// Whether a deployment of this kind builds an image first.
    #[must_use]
    pub fn builds(self) -> bool {
        matches!(self, Self::Application | Self::LifecycleJob)
    }

    /// Whether a deployment of this kind ends by running something to its end (`EXECUTING`, since September 2025).
    pub(super) fn executes(self) -> bool {
        matches!(self, Self::CronJob | Self::LifecycleJob | Self::Terraform)
    }

    /// Whether the surface has this call for this kind (declared): there is no restart for jobs, helm and terraform,
    /// and neither stop nor status for terraform.
    pub(super) fn has(self, call: &str) -> bool {
        match call {
            "restart-service" => matches!(self, Kind::Application | Kind::Container | Kind::Database),
            "stop" | "status" => self != Kind::Terraform,
            "log" => matches!(self, Kind::Application | Kind::Container),
            "commit" => !matches!(self, Kind::Container | Kind::Database),
            "link" => matches!(self, Kind::Application | Kind::Container | Kind::Helm | Kind::HelmFromGit),
            "cleanFailedJob" => self.job_type().is_some(),
            _ => true,
        }
    }
}

/// The paths of the kinds, as they stand in a URL.
pub(super) const PATHS: [&str; 6] = ["application", "container", "job", "helm", "terraform", "database"];

/// The keys of the kinds in an environment's statuses.
pub(super) const PLURALS: [&str; 6] = ["applications", "containers", "jobs", "helms", "terraforms", "databases"];
