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

    /// The body that deploys these services of an environment and no other, each in the version that was deployed.
    pub(super) fn services(services: &[Target]) -> Self {
        let keeps = Named::default();
        Self::selected(services.iter().map(|service| (service, &keeps)))
    }

    /// The body that deploys these services of an environment and no other, each in the version that is named.
    ///
    /// A service that the body does not list is not touched, and one without a version keeps its own (document of
    /// 2026-08-20, lines 21429 to 21479); Qovery's command line leaves stopped services out in this way.
    pub(super) fn selected<'a>(services: impl Iterator<Item = (&'a Target, &'a Named)>) -> Self {
        let mut all = DeployAllRequest::default();
        for (service, named) in services {
            let id = service.id().to_owned();
            let sent = if named.sent { &named.revision } else { &Revision::Configured };
            let [commit, tag, chart] = named_by(sent).map(|text| text.map(str::to_owned));
            match service.kind() {
                TargetKind::Application => add(
                    &mut all.applications,
                    DeployAllApplication { git_commit_id: commit, ..DeployAllApplication::new(id) },
                ),
                TargetKind::Container => {
                    add(&mut all.containers, DeployAllContainer { image_tag: tag, ..DeployAllContainer::new(id) });
                }
                TargetKind::Job => {
                    add(&mut all.jobs, DeployAllJob { git_commit_id: commit, image_tag: tag, ..DeployAllJob::new(id) });
                }
                TargetKind::Helm => add(
                    &mut all.helms,
                    DeployAllHelm {
                        chart_version: chart,
                        git_commit_id: commit,
                        values_override_git_commit_id: named.values.clone(),
                        ..DeployAllHelm::new(id)
                    },
                ),
                TargetKind::Terraform => add(
                    &mut all.terraforms,
                    DeployAllTerraform { git_commit_id: commit, ..DeployAllTerraform::new(id) },
                ),
                TargetKind::Database => add(&mut all.databases, id),
                // No other kind can be deployed together with others.
                _ => {}
            }
        }
        Self::Services(all)
    }
}

/// Adds to a list that is left out if it is empty.
fn add<T>(list: &mut Option<Vec<T>>, item: T) {
    list.get_or_insert_default().push(item);
}
