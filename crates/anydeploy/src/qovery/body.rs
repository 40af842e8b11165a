//! What is sent to deploy a target: each kind has a body of its own, or none.

use qovery_client::types::{
    ContainerDeployRequest, DeployJobParams, DeployRequest as ApplicationDeployRequest, HelmDeployRequest,
    JobDeployRequest, TerraformDeployAction, TerraformDeployRequest,
};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::error::unknown;
use super::pending::named_by;
use crate::{Error, Result, Revision, TargetKind, TerraformAction, platform};

/// What a trigger names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Named {
    /// What the deployment is to run; [`Revision::Configured`] where nothing can be named.
    pub(super) revision: Revision,
    /// Whether the call itself names it; otherwise the server keeps what was deployed.
    pub(super) sent: bool,
    /// Whether it was read instead of being named by the caller.
    pub(super) resolved: bool,
    /// The commit of a chart's values.
    pub(super) values: Option<String>,
}

/// What is sent, by the kind of the target.
pub(super) enum Body {
    Application(ApplicationDeployRequest),
    Container(ContainerDeployRequest),
    Job(DeployJobParams, JobDeployRequest),
    Helm(HelmDeployRequest),
    Terraform(TerraformDeployRequest),
    Database,
    Environment,
}

impl Body {
    /// The body for an action; an empty one keeps the version that was deployed.
    ///
    /// Commit, tag and chart version exclude each other (document, `JobDeployRequest` and `HelmDeployRequest`), which one
    /// [`Revision`] for all of them makes sure of.
    pub(super) fn new(kind: &TargetKind, action: Action, named: &Named) -> Result<Self> {
        let sent = if named.sent { &named.revision } else { &Revision::Configured };
        let [commit, tag, chart] = named_by(sent).map(|text| text.map(str::to_owned));
        Ok(match kind {
            TargetKind::Application => Self::Application(ApplicationDeployRequest { git_commit_id: commit }),
            TargetKind::Container => Self::Container(ContainerDeployRequest { image_tag: tag }),
            TargetKind::Job => {
                let params = DeployJobParams { force_event: action.force_event() };
                Self::Job(params, JobDeployRequest { git_commit_id: commit, image_tag: tag })
            }
            TargetKind::Helm => Self::Helm(HelmDeployRequest {
                chart_version: chart,
                git_commit_id: commit,
                values_override_git_commit_id: named.values.clone(),
            }),
            TargetKind::Terraform => {
                let action = match action {
                    Action::Terraform(TerraformAction::Plan) => Some(TerraformDeployAction::Plan),
                    Action::Terraform(TerraformAction::ForceUnlock) => Some(TerraformDeployAction::ForceUnlock),
                    Action::Terraform(TerraformAction::MigrateState) => Some(TerraformDeployAction::MigrateState),
                    Action::Deploy => None,
                    _ => return Err(Error::unsupported(platform::QOVERY, "this action on a Terraform service")),
                };
                Self::Terraform(TerraformDeployRequest { action, git_commit_id: commit })
            }
            TargetKind::Database => Self::Database,
            TargetKind::Environment => Self::Environment,
            other => return Err(unknown(other)),
        })
    }
}
