//! The requests that this adapter makes.

use std::time::Duration;

use coolify_client::Client;
use coolify_client::types::{
    Application, ApplicationUpdate, ApplicationVariableBulk, CancelledDeployment, Database, DeployAccepted,
    DeployByTagOrUuidParams, Deployment as Row, DeploymentPage, EnvironmentVariable, ListApplicationsParams,
    ListDeploymentsByAppUuidParams, Message, Project, ProjectDetails, Resource, RestartServiceByUuidParams, Rollback,
    RollbackImages, Service, StartedDeployment, StopApplicationByUuidParams, StopDatabaseByUuidParams,
    StopServiceByUuidParams, Team, VariableBulk,
};
use coolify_client::wire::{self, Method, ResponseFuture};

use super::error::map_error;
use crate::adapter::Timestamps;
use crate::{Result, Target, TargetKind, Traffic};

/// Coolify removes the containers of a preview over SSH before it answers (4.3.11).
const DELETE_PREVIEW_TIMEOUT: Duration = Duration::from_mins(1);

/// Of an area that is not compiled otherwise, as are the tags.
const DELETE_PREVIEW: wire::Operation = wire::Operation::new(
    Method::Delete,
    "delete-preview-deployment-by-pull-request-id",
    "/applications/{uuid}/previews/{pull_request_id}",
)
.with_timeout(DELETE_PREVIEW_TIMEOUT);

const APPLICATION_TAGS: wire::Operation =
    wire::Operation::new(Method::Get, "list-tags-by-application-uuid", "/applications/{uuid}/tags");
const SERVICE_TAGS: wire::Operation =
    wire::Operation::new(Method::Get, "list-tags-by-service-uuid", "/services/{uuid}/tags");
const DATABASE_TAGS: wire::Operation =
    wire::Operation::new(Method::Get, "list-tags-by-database-uuid", "/databases/{uuid}/tags");

/// A tag of a resource.
pub(super) struct Tag {
    name: String,
}

wire::object!(Tag: required { name = "name" });

/// A tag as Coolify stores it, which finds nothing by another spelling (4.3.11).
pub(super) fn tag_as_stored(tag: &str) -> String {
    tag.trim().to_lowercase()
}

/// What an answer says, and when it came, if the server dates it.
pub(super) type Dated<T> = (T, Option<Timestamps>);

/// One Coolify instance.
#[derive(Clone, Debug)]
pub(super) struct Api {
    client: Client,
}

impl Api {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    #[cfg(feature = "raw-api")]
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.client.http().traffic()
    }

    /// The address of the API, which names the instance.
    pub(super) fn address(&self) -> &str {
        self.client.http().base_url()
    }

    /// Triggers what the parameters name, whatever it is.
    pub(super) async fn deploy(&self, parameters: &DeployByTagOrUuidParams) -> Result<Dated<DeployAccepted>> {
        dated(self.client.deploy_by_tag_or_uuid(parameters)).await
    }

    /// Triggers the deployment of a commit.
    pub(super) async fn roll_back(&self, uuid: &str, commit: &str) -> Result<Dated<StartedDeployment>> {
        dated(self.client.rollback_application_by_uuid(uuid, &Rollback::new(commit))).await
    }

    /// Triggers the restart of an application.
    pub(super) async fn restart_application(&self, uuid: &str) -> Result<Dated<StartedDeployment>> {
        dated(self.client.restart_application_by_uuid(uuid)).await
    }

    pub(super) async fn restart_service(
        &self,
        uuid: &str,
        params: &RestartServiceByUuidParams,
    ) -> Result<Dated<Message>> {
        dated(self.client.restart_service_by_uuid(uuid, params)).await
    }

    pub(super) async fn restart_database(&self, uuid: &str) -> Result<Dated<Message>> {
        dated(self.client.restart_database_by_uuid(uuid)).await
    }

    pub(super) async fn start_service(&self, uuid: &str) -> Result<Message> {
        value(self.client.start_service_by_uuid(uuid)).await
    }

    pub(super) async fn start_database(&self, uuid: &str) -> Result<Message> {
        value(self.client.start_database_by_uuid(uuid)).await
    }

    pub(super) async fn stop_application(&self, uuid: &str) -> Result<Message> {
        value(self.client.stop_application_by_uuid(uuid, &StopApplicationByUuidParams::default())).await
    }

    pub(super) async fn stop_service(&self, uuid: &str) -> Result<Message> {
        value(self.client.stop_service_by_uuid(uuid, &StopServiceByUuidParams::default())).await
    }

    pub(super) async fn stop_database(&self, uuid: &str) -> Result<Message> {
        value(self.client.stop_database_by_uuid(uuid, &StopDatabaseByUuidParams::default())).await
    }

    /// The images of an application that are on its machine.
    pub(super) async fn rollback_images(&self, uuid: &str) -> Result<RollbackImages> {
        value(self.client.list_application_rollback_images(uuid)).await
    }

    pub(super) async fn deployment(&self, uuid: &str) -> Result<Row> {
        value(self.client.get_deployment_by_uuid(uuid)).await
    }

    /// A page of an application's deployments, newest first.
    pub(super) async fn deployments_of(&self, uuid: &str, skip: i64, take: i64) -> Result<Dated<DeploymentPage>> {
        let params = ListDeploymentsByAppUuidParams { skip: Some(skip), take: Some(take) };
        dated(self.client.list_deployments_by_app_uuid(uuid, &params)).await
    }

    /// The deployments that are queued or in progress.
    pub(super) async fn active_deployments(&self) -> Result<Vec<Row>> {
        value(self.client.list_deployments()).await
    }

    pub(super) async fn cancel(&self, uuid: &str) -> Result<CancelledDeployment> {
        value(self.client.cancel_deployment_by_uuid(uuid)).await
    }

    pub(super) async fn application(&self, uuid: &str) -> Result<Dated<Application>> {
        dated(self.client.get_application_by_uuid(uuid)).await
    }

    /// Changes the settings of an application that the update names.
    pub(super) async fn update_application(&self, uuid: &str, update: &ApplicationUpdate) -> Result<()> {
        value(self.client.update_application_by_uuid(uuid, update)).await.map(drop)
    }

    pub(super) async fn service(&self, uuid: &str) -> Result<Dated<Service>> {
        dated(self.client.get_service_by_uuid(uuid)).await
    }

    pub(super) async fn database(&self, uuid: &str) -> Result<Dated<Database>> {
        dated(self.client.get_database_by_uuid(uuid)).await
    }

    /// The variables of an application, service or database.
    pub(super) async fn variables(&self, target: &Target) -> Result<Vec<EnvironmentVariable>> {
        let uuid = target.id();
        match target.kind() {
            TargetKind::Application => value(self.client.list_envs_by_application_uuid(uuid)).await,
            TargetKind::Database => value(self.client.list_envs_by_database_uuid(uuid)).await,
            _ => value(self.client.list_envs_by_service_uuid(uuid)).await,
        }
    }

    /// Adds or changes variables of an application.
    pub(super) async fn set_application_variables(&self, uuid: &str, body: &ApplicationVariableBulk) -> Result<()> {
        value(self.client.update_envs_by_application_uuid(uuid, body)).await.map(drop)
    }

    /// Adds or changes variables of a service or database.
    pub(super) async fn set_variables(&self, target: &Target, body: &VariableBulk) -> Result<()> {
        let uuid = target.id();
        match target.kind() {
            TargetKind::Database => value(self.client.update_envs_by_database_uuid(uuid, body)).await.map(drop),
            _ => value(self.client.update_envs_by_service_uuid(uuid, body)).await.map(drop),
        }
    }

    pub(super) async fn delete_variable(&self, target: &Target, variable: &str) -> Result<()> {
        let uuid = target.id();
        match target.kind() {
            TargetKind::Application => value(self.client.delete_env_by_application_uuid(uuid, variable)).await,
            TargetKind::Database => value(self.client.delete_env_by_database_uuid(uuid, variable)).await,
            _ => value(self.client.delete_env_by_service_uuid(uuid, variable)).await,
        }
        .map(drop)
    }

    pub(super) async fn resources(&self) -> Result<Vec<Resource>> {
        value(self.client.list_resources()).await
    }

    /// The applications with a tag, which is stored in lower case.
    pub(super) async fn applications_with_tag(&self, tag: &str) -> Result<Vec<Application>> {
        let params = ListApplicationsParams { tag: Some(tag.to_owned()) };
        value(self.client.list_applications(&params)).await
    }

    /// The tags of an application, service or database.
    pub(super) async fn tags(&self, target: &Target) -> Result<Vec<String>> {
        let operation = match target.kind() {
            TargetKind::Service => &SERVICE_TAGS,
            TargetKind::Database => &DATABASE_TAGS,
            _ => &APPLICATION_TAGS,
        };
        let tags: Vec<Tag> = value(self.client.http().request(operation).path("uuid", target.id()).json()).await?;
        Ok(tags.into_iter().map(|tag| tag.name).collect())
    }

    pub(super) async fn delete_preview(&self, uuid: &str, pull_request: u64) -> Result<()> {
        let request = self.client.http().request(&DELETE_PREVIEW).path("uuid", uuid);
        value(request.path("pull_request_id", pull_request).empty()).await
    }

    pub(super) async fn projects(&self) -> Result<Vec<Project>> {
        value(self.client.list_projects()).await
    }

    /// A project with its environments.
    pub(super) async fn project(&self, uuid: &str) -> Result<ProjectDetails> {
        value(self.client.get_project_by_uuid(uuid)).await
    }

    pub(super) async fn version(&self) -> Result<String> {
        value(self.client.version()).await
    }

    pub(super) async fn team(&self) -> Result<Team> {
        value(self.client.get_token_team()).await
    }
}

async fn dated<T>(call: ResponseFuture<'_, T>) -> Result<Dated<T>> {
    let answer = call.await.map_err(map_error)?;
    let at = Timestamps::dated(answer.header("date"));
    Ok((answer.into_value(), at))
}

async fn value<T>(call: ResponseFuture<'_, T>) -> Result<T> {
    Ok(dated(call).await?.0)
}
