//! What a caller asks to be deployed, and the check that the platform can do just that.

mod document;
mod options;
mod request_option;
mod setting;

pub use options::{Adoption, JobEvent, TerraformAction};
pub use request_option::RequestOption;
pub use setting::Setting;

use serde::{Deserialize, Serialize};

use document::Document;

use crate::{Action, Error, ErrorKind, RanRevision, Revision, RollbackPoint, RollbackTarget, Target};

/// A commit has 40 bytes, an image tag at most 128.
const MAX_REVISION_BYTES: usize = 256;

/// A trigger to be sent: a deployment to be made, or another [`Action`].
///
/// An option that the platform cannot honour is an error before anything is sent; none is ever ignored.
///
/// Its [JSON form](crate#json) holds no credential, so a program may store it or pass it on; the reason is written as it
/// was given.
/// The form of a plain deployment has version 1; one with another action or a setting has version 2, so that a release
/// that does not know them refuses it.
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
#[serde(from = "Document", into = "Document")]
pub struct DeployRequest {
    target: Target,
    revision: Revision,
    no_cache: bool,
    reason: Option<String>,
    pull_request: Option<u64>,
    adoption: Adoption,
    values_commit: Option<String>,
    job_event: Option<JobEvent>,
    terraform_action: Option<TerraformAction>,
    action: Action,
    rollback: Option<RollbackPoint>,
    setting: Option<Setting>,
}

impl DeployRequest {
    /// Deploys what the platform is set to deploy.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self {
            target,
            revision: Revision::default(),
            no_cache: false,
            reason: None,
            pull_request: None,
            adoption: Adoption::default(),
            values_commit: None,
            job_event: None,
            terraform_action: None,
            action: Action::Deploy,
            rollback: None,
            setting: None,
        }
    }

    /// Starts the containers of what is deployed anew.
    #[must_use]
    pub fn restart(target: Target) -> Self {
        Self { action: Action::Restart, ..Self::new(target) }
    }

    /// Does what the platform calls a redeployment.
    #[must_use]
    pub fn redeploy(target: Target) -> Self {
        Self { action: Action::Redeploy, ..Self::new(target) }
    }

    /// Goes back to a version that [`rollback_targets`](crate::DeployerExt::rollback_targets) listed.
    ///
    /// An [obstacle](RollbackTarget::obstacle) of it is not part of the request; [`RollbackTarget::check`] reports it.
    #[must_use]
    pub fn rollback(version: &RollbackTarget) -> Self {
        let rollback = Some(version.point.clone());
        Self { action: Action::Rollback, rollback, ..Self::new(version.target.clone()) }
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

    /// Changes a setting of the target, for good, before deploying it.
    ///
    /// The error of a request that is [safe to repeat](Error::is_safe_to_repeat) says whether the setting was set back.
    #[must_use]
    pub fn with_setting(mut self, setting: Setting) -> Self {
        self.setting = Some(setting);
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

    /// What is done with the target.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// The version that a rollback goes back to.
    #[must_use]
    pub fn rollback_point(&self) -> Option<&RollbackPoint> {
        self.rollback.as_ref()
    }

    /// The setting that is changed before the target is deployed.
    #[must_use]
    pub fn setting(&self) -> Option<&Setting> {
        self.setting.as_ref()
    }

    /// The revision that the one that ran is compared with: that of a rollback's version, a tag that is set, or the one
    /// that the request names.
    #[must_use]
    pub fn expected_revision(&self) -> Revision {
        match (&self.rollback, &self.setting) {
            (Some(point), _) => match point.revision.clone() {
                RanRevision::Commit(commit) => Revision::Commit(commit),
                RanRevision::ImageTag(tag) => Revision::ImageTag(tag),
                RanRevision::ChartVersion(version) => Revision::ChartVersion(version),
                RanRevision::Unverified => Revision::Configured,
            },
            (None, Some(Setting::ImageTag(tag))) => Revision::ImageTag(tag.clone()),
            (None, Some(Setting::Branch(_)) | None) => self.revision.clone(),
        }
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
        self.validate_action()
    }

    /// Checks that the action, the version of a rollback and the setting fit together.
    fn validate_action(&self) -> Result<(), Error> {
        let invalid = |what: &'static str| Err(Error::new(ErrorKind::InvalidInput, what));
        match (self.action, &self.rollback) {
            (Action::Rollback, None) => return invalid("a rollback names no version"),
            (Action::Rollback, Some(point)) if unusable(&point.id) => {
                return invalid("the id of the version to go back to is not usable");
            }
            (Action::Rollback, Some(_)) if self.revision != Revision::Configured => {
                return invalid("a rollback goes back to its version, and takes no revision");
            }
            (Action::Rollback, Some(_)) | (_, None) => {}
            (_, Some(_)) => return invalid("only a rollback names a version to go back to"),
        }
        match &self.setting {
            Some(_) if self.action != Action::Deploy => invalid("only a deployment changes a setting of its target"),
            Some(_) if self.revision != Revision::Configured => {
                invalid("a deployment that changes a setting deploys what is configured then, and takes no revision")
            }
            Some(setting) if unusable(setting.value()) => {
                let name = setting.name();
                let message = format!(
                    "the {name} is empty, holds a control character, or is longer than {MAX_REVISION_BYTES} bytes"
                );
                Err(Error::new(ErrorKind::InvalidInput, message))
            }
            None | Some(_) => Ok(()),
        }
    }
}

/// Whether a revision cannot stand in a request and in a [`DeploymentId`](crate::DeploymentId).
fn unusable(text: &str) -> bool {
    text.trim().is_empty() || text.len() > MAX_REVISION_BYTES || text.chars().any(char::is_control)
}
