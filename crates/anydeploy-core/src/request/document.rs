//! The JSON form of a request, and its version.

use serde::{Deserialize, Deserializer, Serialize, de};

use super::{Adoption, DeployRequest, JobEvent, Setting, TerraformAction};
use crate::{Action, Revision, RollbackPoint, Target};

/// The version of a request that every release reads: a plain deployment.
const PLAIN: u64 = 1;

/// The version of a request with an action or a setting, which a reader must not ignore.
///
/// So a release that does not know them refuses a stored restart, and does not deploy instead.
const ACTING: u64 = 2;

/// The members of a request's JSON form.
#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    #[serde(default = "plain", deserialize_with = "known_version")]
    v: u64,
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
    #[serde(default, skip_serializing_if = "Action::is_deploy")]
    action: Action,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rollback: Option<RollbackPoint>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    setting: Option<Setting>,
}

const fn plain() -> u64 {
    PLAIN
}

fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match u64::deserialize(deserializer)? {
        version @ (PLAIN | ACTING) => Ok(version),
        other => Err(de::Error::custom(format_args!(
            "version {other} of this value is not known; this library reads versions {PLAIN} and {ACTING}"
        ))),
    }
}

impl From<DeployRequest> for Document {
    fn from(request: DeployRequest) -> Self {
        let is_plain = request.action == Action::Deploy && request.rollback.is_none() && request.setting.is_none();
        Self {
            v: if is_plain { PLAIN } else { ACTING },
            target: request.target,
            revision: request.revision,
            no_cache: request.no_cache,
            reason: request.reason,
            pull_request: request.pull_request,
            adoption: request.adoption,
            values_commit: request.values_commit,
            job_event: request.job_event,
            terraform_action: request.terraform_action,
            action: request.action,
            rollback: request.rollback,
            setting: request.setting,
        }
    }
}

impl From<Document> for DeployRequest {
    fn from(document: Document) -> Self {
        Self {
            target: document.target,
            revision: document.revision,
            no_cache: document.no_cache,
            reason: document.reason,
            pull_request: document.pull_request,
            adoption: document.adoption,
            values_commit: document.values_commit,
            job_event: document.job_event,
            terraform_action: document.terraform_action,
            action: document.action,
            rollback: document.rollback,
            setting: document.setting,
        }
    }
}
