//! The kinds of target: where each is read, how it is triggered, where its past stands.

use qovery_client::types::{
    ContainerDeployRequest, DeployDatabaseParams, DeployHelmParams, DeployJobParams,
    DeployRequest as ApplicationDeployRequest, DeploymentHistoryService, HelmDeployRequest, JobDeployRequest,
    ListApplicationDeploymentHistoryV2Params, ListContainerDeploymentHistoryV2Params,
    ListDatabaseDeploymentHistoryV2Params, ListHelmDeploymentHistoryV2Params, ListJobDeploymentHistoryV2Params,
    ListTerraformDeploymentHistoryV2Params, ReferenceObject, Status, TerraformDeployRequest,
};
use qovery_client::wire;

use super::{Qovery, fail};
use crate::{DeployRequest, Error, ErrorKind, Platform, Result, Revision, Target, TargetKind};

/// What is sent to deploy a target of some kind: each has a body of its own, or none.
pub(super) enum Trigger {
    Application(ApplicationDeployRequest),
    Container(ContainerDeployRequest),
    Job(JobDeployRequest),
    Helm(HelmDeployRequest),
    Terraform(TerraformDeployRequest),
    Database,
    Environment,
}

impl Trigger {
    /// The trigger of a request; an empty body keeps the version that is configured.
    pub(super) fn of(request: &DeployRequest) -> Result<Self> {
        let kind = request.target().kind();
        let (commit, tag) = match request.revision() {
            Revision::Configured => (None, None),
            Revision::Commit(commit) => (Some(commit.clone()), None),
            Revision::ImageTag(tag) => (None, Some(tag.clone())),
            _ => return Err(Error::unsupported(Platform::Qovery, "this revision")),
        };
        let takes_commit =
            matches!(kind, TargetKind::Application | TargetKind::Job | TargetKind::Helm | TargetKind::Terraform);
        if commit.is_some() && !takes_commit {
            return Err(Error::unsupported(Platform::Qovery, format_args!("a commit on a target of kind `{kind}`")));
        }
        if tag.is_some() && !matches!(kind, TargetKind::Container | TargetKind::Job) {
            return Err(Error::unsupported(
                Platform::Qovery,
                format_args!("an image tag on a target of kind `{kind}`"),
            ));
        }
        Ok(match kind {
            TargetKind::Application => Self::Application(ApplicationDeployRequest { git_commit_id: commit }),
            TargetKind::Container => Self::Container(ContainerDeployRequest { image_tag: tag }),
            TargetKind::Job => Self::Job(JobDeployRequest { git_commit_id: commit, image_tag: tag }),
            TargetKind::Helm => Self::Helm(HelmDeployRequest { git_commit_id: commit, ..Default::default() }),
            TargetKind::Terraform => {
                Self::Terraform(TerraformDeployRequest { git_commit_id: commit, ..Default::default() })
            }
            TargetKind::Database => Self::Database,
            TargetKind::Environment => Self::Environment,
            other => return Err(unknown(other)),
        })
    }

    pub(super) async fn send(&self, qovery: &Qovery, id: &str) -> Result<wire::Reply<Option<Status>>, wire::Error> {
        let client = &qovery.client;
        match self {
            Self::Application(body) => client.deploy_application(id, body).await,
            Self::Container(body) => client.deploy_container(id, body).await,
            Self::Job(body) => client.deploy_job(id, &DeployJobParams::default(), body).await,
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
        match target.environment_id() {
            None if *target.kind() == TargetKind::Environment => Ok(target.id().to_owned()),
            None => Ok(self.place(target).await?.1),
            Some(environment) if *target.kind() == TargetKind::Environment && environment != target.id() => {
                Err(misplaced(target))
            }
            Some(environment) => Ok(environment.to_owned()),
        }
    }

    /// The name of a target, and the environment that holds it.
    pub(super) async fn place(&self, target: &Target) -> Result<(String, String)> {
        let (client, id) = (&self.client, target.id());
        let (name, environment) = match target.kind() {
            TargetKind::Application => {
                let row = client.get_application(id).await.map_err(fail)?.into_value();
                (row.name, row.environment)
            }
            TargetKind::Container => {
                let row = client.get_container(id).await.map_err(fail)?.into_value();
                (row.name, row.environment)
            }
            TargetKind::Job => {
                let row = client.get_job(id).await.map_err(fail)?.into_value();
                (row.name, row.environment)
            }
            TargetKind::Helm => {
                let row = client.get_helm(id).await.map_err(fail)?.into_value();
                (row.name, row.environment)
            }
            TargetKind::Terraform => {
                let row = client.get_terraform(id).await.map_err(fail)?.into_value();
                (row.name, row.environment)
            }
            TargetKind::Database => {
                let row = client.get_database(id).await.map_err(fail)?.into_value();
                (row.name, row.environment)
            }
            TargetKind::Environment => {
                let row = client.get_environment(id).await.map_err(fail)?.into_value();
                return Ok((row.name.unwrap_or_else(|| row.id.clone()), row.id));
            }
            other => return Err(unknown(other)),
        };
        match environment {
            Some(ReferenceObject { id, .. }) => Ok((name, id)),
            None => Err(Error::new(
                ErrorKind::Unreadable,
                format!("Qovery does not say which environment holds `{target}`; write it as `{target}@ENVIRONMENT`"),
            )
            .with_platform(Platform::Qovery)),
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
        Ok(reply.map_err(fail)?.into_value().results)
    }
}

/// The error of a target that does not stand in the environment it is said to.
pub(super) fn misplaced(target: &Target) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("the target `{target}` stands in another environment"))
        .with_platform(Platform::Qovery)
}

fn unknown(kind: &TargetKind) -> Error {
    Error::unsupported(Platform::Qovery, format_args!("targets of kind `{kind}`"))
}
