//! What a trigger does with its target.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a trigger does with its target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Deploys the revision that the request names.
    #[default]
    Deploy,
    /// Starts the containers of what is deployed anew, without a build where the platform can do so.
    ///
    /// What a platform ships along, such as a newer head of the branch or settings that changed, is in
    /// [`Deployment::note`](crate::Deployment::note).
    Restart,
    /// Does what the platform calls a redeployment.
    Redeploy,
    /// Goes back to a version that ran before, which is [`DeployRequest::rollback_point`](crate::DeployRequest::rollback_point).
    Rollback,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = &[Self::Deploy, Self::Restart, Self::Redeploy, Self::Rollback];

    /// The word in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Restart => "restart",
            Self::Redeploy => "redeploy",
            Self::Rollback => "rollback",
        }
    }

    /// Whether it is the action of a request that names none; JSON forms leave that one out.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is that of serde's `skip_serializing_if`")]
    pub(crate) fn is_deploy(&self) -> bool {
        *self == Self::Deploy
    }

    /// What it is for, as the end of "this platform does not offer …".
    pub(crate) const fn purpose(self) -> &'static str {
        match self {
            Self::Deploy => "deploying",
            Self::Restart => "a restart",
            Self::Redeploy => "a redeployment",
            Self::Rollback => "a rollback",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
