//! The kinds of target: where each is read, how it is triggered, where its past stands.

use qovery_client::types::{
    ContainerDeployRequest, DeployDatabaseParams, DeployHelmParams, DeployJobParams,
    DeployRequest as ApplicationDeployRequest, DeploymentHistoryService, HelmDeployRequest, JobDeployRequest,
    ListApplicationDeploymentHistoryV2Params, ListContainerDeploymentHistoryV2Params,
    ListDatabaseDeploymentHistoryV2Params, ListHelmDeploymentHistoryV2Params, ListJobDeploymentHistoryV2Params,
    ListTerraformDeploymentHistoryV2Params, Status, TerraformDeployAction, TerraformDeployRequest,
};
use qovery_client::wire;

use super::action::Action;
use super::revision::Named;
use super::{Qovery, map_error};
use crate::{Error, ErrorKind, Result, Revision, Target, TargetKind, TerraformAction, platform};

/// What is sent to deploy a target of some kind: each has a body of its own, or none.
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
        let (mut commit, mut tag, mut chart) = (None, None, None);
        if named.sent {
            match &named.revision {
                Revision::Commit(text) => commit = Some(text.clone()),
                Revision::ImageTag(text) => tag = Some(text.clone()),
                Revision::ChartVersion(text) => chart = Some(text.clone()),
                _ => {}
            }
        }
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

    pub(super) async fn send(&self, qovery: &Qovery, id: &str) -> Result<wire::Response<Option<Status>>, wire::Error> {
        let client = &qovery.client;
        match self {
            Self::Application(body) => client.deploy_application(id, body).await,
            Self::Container(body) => client.deploy_container(id, body).await,
            Self::Job(params, body) => client.deploy_job(id, params, body).await,
            Self::Helm(body) => client.deploy_helm(id, &DeployHelmParams::default(), body).await,
            Self::Terraform(body) => client.deploy_terraform(id, body).await,
            Self::Database => client.deploy_database(id, &DeployDatabaseParams::default()).await,
            Self::Environment => client.deploy_environment(id).await,
        }
    }
}

impl Qovery {
    /// The environment that holds a target: as given, or by reading the target.
    pub(super) async fn environment_of(&self, target: &Target) -> Result<String> {
        match given_environment(target)? {
            Some(environment) => Ok(environment.to_owned()),
            None => self.row(target).await?.environment(target),
        }
    }

    /// The newest executions that took a service in, newest first.
    pub(super) async fn past_of(&self, target: &Target, size: i64) -> Result<Vec<DeploymentHistoryService>> {
        let (client, id, page_size) = (&self.client, target.id(), Some(size));
        let reply = match target.kind() {
            TargetKind::Application => {
                let params = ListApplicationDeploymentHistoryV2Params { page_size };
                client.list_application_deployment_history_v2(id, &params).await
            }
            TargetKind::Container => {
                let params = ListContainerDeploymentHistoryV2Params { page_size };
                client.list_container_deployment_history_v2(id, &params).await
            }
            TargetKind::Job => {
                let params = ListJobDeploymentHistoryV2Params { page_size };
                client.list_job_deployment_history_v2(id, &params).await
            }
            TargetKind::Helm => {
                let params = ListHelmDeploymentHistoryV2Params { page_size };
                client.list_helm_deployment_history_v2(id, &params).await
            }
            TargetKind::Terraform => {
                let params = ListTerraformDeploymentHistoryV2Params { page_size };
                client.list_terraform_deployment_history_v2(id, &params).await
            }
            TargetKind::Database => {
                let params = ListDatabaseDeploymentHistoryV2Params { page_size };
                client.list_database_deployment_history_v2(id, &params).await
            }
            other => return Err(unknown(other)),
        };
        Ok(reply.map_err(map_error)?.into_value().results)
    }
}

/// The environment that a target itself names.
pub(super) fn given_environment(target: &Target) -> Result<Option<&str>> {
    match (target.environment_id(), target.kind()) {
        (None, TargetKind::Environment) => Ok(Some(target.id())),
        (Some(environment), TargetKind::Environment) if environment != target.id() => Err(misplaced(target)),
        (environment, _) => Ok(environment),
    }
}

/// The error of a target that is not in the environment it names.
pub(super) fn misplaced(target: &Target) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("the target `{target}` stands in another environment"))
        .with_platform(platform::QOVERY)
}

pub(super) fn unknown(kind: &TargetKind) -> Error {
    Error::unsupported(platform::QOVERY, format_args!("targets of kind `{kind}`"))
}
