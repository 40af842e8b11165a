//! What is sent to deploy a target: each kind has a body of its own, or none.

use qovery_client::types::{
    ContainerDeployRequest, DeployAllApplication, DeployAllContainer, DeployAllHelm, DeployAllJob, DeployAllRequest,
    DeployAllTerraform, DeployJobParams, DeployRequest as ApplicationDeployRequest, HelmDeployRequest,
    JobDeployRequest, TerraformDeployAction, TerraformDeployRequest,
};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::error::unknown;
use super::pending::named_by;
use crate::{Error, Result, Revision, Target, TargetKind, TerraformAction, platform};

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

/// What is sent, by the action and the kind of the target.
pub(super) enum Body {
    Restart(TargetKind),
    Redeploy(TargetKind),
    /// Some services of an environment, each in the version that was deployed.
    Services(DeployAllRequest),
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
        match action {
            Action::Restart => return Ok(Self::Restart(kind.clone())),
            Action::Redeploy => return Ok(Self::Redeploy(kind.clone())),
            _ => {}
        }
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
                    Action::Deploy | Action::Rollback => None,
                    _ => return Err(Error::unsupported(platform::QOVERY, "this action on a Terraform service")),
                };
                Self::Terraform(TerraformDeployRequest { action, git_commit_id: commit })
            }
            TargetKind::Database => Self::Database,
            TargetKind::Environment => Self::Environment,
            other => return Err(unknown(other)),
        })
    }

    /// The body that deploys these services of an environment and no other.
    ///
    /// A service that the body does not list is not touched, and one without a version keeps its own (document of
    /// 2026-08-20, lines 21429 to 21479); Qovery's command line leaves stopped services out in this way.
    pub(super) fn services(services: &[Target]) -> Self {
        let of = |kind: TargetKind| {
            let of_kind = services.iter().filter(move |one| *one.kind() == kind);
            of_kind.map(|one| one.id().to_owned())
        };
        Self::Services(DeployAllRequest {
            applications: filled(of(TargetKind::Application).map(DeployAllApplication::new)),
            containers: filled(of(TargetKind::Container).map(DeployAllContainer::new)),
            databases: filled(of(TargetKind::Database)),
            helms: filled(of(TargetKind::Helm).map(DeployAllHelm::new)),
            jobs: filled(of(TargetKind::Job).map(DeployAllJob::new)),
            terraforms: filled(of(TargetKind::Terraform).map(DeployAllTerraform::new)),
        })
    }
}

/// A list that is left out if it is empty.
fn filled<T>(items: impl Iterator<Item = T>) -> Option<Vec<T>> {
    Some(items.collect()).filter(|items: &Vec<T>| !items.is_empty())
}
