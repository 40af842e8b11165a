//! The options of a request by name, and which of them a request sets.

use serde::{Deserialize, Serialize};

use super::{DeployRequest, Setting};
use crate::Revision;

/// Something that a [`DeployRequest`] can ask for beside the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// [`Setting::ImageTag`].
    SetImageTag,
    /// [`Setting::Branch`].
    SetBranch,
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
        Self::SetImageTag,
        Self::SetBranch,
    ];

    /// Whether a request sets it.
    #[must_use]
    pub fn is_set(self, request: &DeployRequest) -> bool {
        // Without `..`, a new member of a request does not compile until it is an option here, or named as none: the
        // adoption is a rule of the caller, which no platform is asked for, and the action is not optional.
        let DeployRequest {
            target: _,
            revision,
            no_cache,
            reason,
            pull_request,
            adoption: _,
            values_commit,
            job_event,
            terraform_action,
            action: _,
            rollback: _,
            setting,
        } = request;
        match self {
            Self::Commit => matches!(revision, Revision::Commit(_)),
            Self::ImageTag => matches!(revision, Revision::ImageTag(_)),
            Self::Deployed => matches!(revision, Revision::Deployed),
            Self::ChartVersion => matches!(revision, Revision::ChartVersion(_)),
            Self::ValuesCommit => values_commit.is_some(),
            Self::JobEvent => job_event.is_some(),
            Self::TerraformAction => terraform_action.is_some(),
            Self::NoCache => *no_cache,
            Self::Reason => reason.is_some(),
            Self::PullRequest => pull_request.is_some(),
            Self::SetImageTag => matches!(setting, Some(Setting::ImageTag(_))),
            Self::SetBranch => matches!(setting, Some(Setting::Branch(_))),
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
            Self::SetImageTag => "setting the image tag",
            Self::SetBranch => "setting the branch",
        }
    }
}
