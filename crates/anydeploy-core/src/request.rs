//! What a caller asks to be deployed, and the check that the platform can do just that.

mod options;
mod request_option;

pub use options::{Adoption, JobEvent, TerraformAction};
pub use request_option::RequestOption;

use serde::{Deserialize, Serialize};

use crate::json::VersionOne;
use crate::{Error, ErrorKind, Revision, Target};

/// A commit has 40 bytes, an image tag at most 128.
const MAX_REVISION_BYTES: usize = 256;

/// A deployment to be made.
///
/// An option that the platform cannot honour is an error before anything is sent; none is ever ignored.
///
/// Its [JSON form](crate#json) holds no credential, so a program may store it or pass it on; the reason is written as it
/// was given.
///
/// ```
/// use anydeploy_core::{DeployRequest, Revision, Target};
///
/// let request = DeployRequest::new(Target::application("abc"))
///     .with_revision(Revision::ImageTag("1.4.2".into()))
///     .with_reason("release 1.4.2");
/// assert_eq!(request.target().to_string(), "application:abc");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployRequest {
    #[serde(default)]
    v: VersionOne,
    target: Target,
    #[serde(default)]
    revision: Revision,
    #[serde(default)]
    no_cache: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pull_request: Option<u64>,
    #[serde(default)]
    adoption: Adoption,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    values_commit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    job_event: Option<JobEvent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    terraform_action: Option<TerraformAction>,
}

impl DeployRequest {
    /// Deploys what the platform is set to deploy.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self {
            v: VersionOne,
            target,
            revision: Revision::default(),
            no_cache: false,
            reason: None,
            pull_request: None,
            adoption: Adoption::default(),
            values_commit: None,
            job_event: None,
            terraform_action: None,
        }
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

    /// Chooses which deployment may answer the request if the platform merges it into one that is under way.
    #[must_use]
    pub fn with_adoption(mut self, adoption: Adoption) -> Self {
        self.adoption = adoption;
        self
    }

    /// Takes the values of a Helm chart from this commit of the repository that holds them.
    #[must_use]
    pub fn with_values_commit(mut self, commit: impl Into<String>) -> Self {
        self.values_commit = Some(commit.into());
        self
    }

    /// Runs a job for this event.
    #[must_use]
    pub fn with_job_event(mut self, event: JobEvent) -> Self {
        self.job_event = Some(event);
        self
    }

    /// Does this with a Terraform service, instead of planning and applying it.
    #[must_use]
    pub fn with_terraform_action(mut self, action: TerraformAction) -> Self {
        self.terraform_action = Some(action);
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

    /// Which deployment may answer it.
    #[must_use]
    pub fn adoption(&self) -> Adoption {
        self.adoption
    }

    /// The commit from which the values of a chart are taken.
    #[must_use]
    pub fn values_commit(&self) -> Option<&str> {
        self.values_commit.as_deref()
    }

    /// The event a job is run for.
    #[must_use]
    pub fn job_event(&self) -> Option<JobEvent> {
        self.job_event
    }

    /// What is done with a Terraform service.
    #[must_use]
    pub fn terraform_action(&self) -> Option<TerraformAction> {
        self.terraform_action
    }

    /// Checks what any platform would refuse.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.target.validate()?;
        let invalid = |what: &str| {
            let message =
                format!("{what} is empty, holds a control character, or is longer than {MAX_REVISION_BYTES} bytes");
            Err(Error::new(ErrorKind::InvalidInput, message))
        };
        match &self.revision {
            Revision::Commit(text) if unusable(text) => return invalid("the commit"),
            Revision::ImageTag(text) if unusable(text) => return invalid("the image tag"),
            Revision::ChartVersion(text) if unusable(text) => return invalid("the chart version"),
            _ => {}
        }
        if self.values_commit.as_deref().is_some_and(unusable) {
            return invalid("the commit of the values");
        }
        // A platform may accept a title with a NUL and then fail to store the deployment.
        if self.reason.as_deref().is_some_and(|reason| reason.is_empty() || reason.contains('\0')) {
            return Err(Error::new(ErrorKind::InvalidInput, "the reason is empty or holds a NUL"));
        }
        if self.pull_request == Some(0) {
            return Err(Error::new(ErrorKind::InvalidInput, "a pull request's number begins at 1"));
        }
        Ok(())
    }
}

/// Whether a revision cannot stand in a request and in a [`DeploymentId`](crate::DeploymentId).
fn unusable(text: &str) -> bool {
    text.trim().is_empty() || text.len() > MAX_REVISION_BYTES || text.chars().any(char::is_control)
}
