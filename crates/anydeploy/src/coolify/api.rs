//! The requests that this adapter makes.

use std::time::Duration;

use coolify_client::Client;
use coolify_client::types::{
    ApplicationVariableBulk, CancelledDeployment, ContainerLogs, DeployAccepted, DeployByTagOrUuidParams,
    EnvironmentVariable, GetApplicationLogsByUuidParams, GetDatabaseLogsByUuidParams, GetServiceLogsByUuidParams,
    Message, Project, ProjectDetails, Resource, RestartServiceByUuidParams, Rollback, RollbackImages,
    StartedDeployment, StopApplicationByUuidParams, StopDatabaseByUuidParams, StopServiceByUuidParams, Team,
    UpdatedApplication, VariableBulk,
};
use coolify_client::wire::{self, Method, Operation, ResponseFuture};
use serde_json::Value;

use super::error::map_error;
use super::row::{LogsPage, Row, RowPage, RowWithLog};
use super::settings::{Application, ServiceOrDatabase};
use crate::adapter::Timestamps;
use crate::{Error, Result, Target, TargetKind, Traffic, platform};

/// One deployment, with the whole application, of which little is read.
const DEPLOYMENT: Operation = Operation::new(Method::Get, "get-deployment-by-uuid", "/deployments/{uuid}");

/// The deployments of an application, each with its log.
const DEPLOYMENTS_OF_APPLICATION: Operation =
    Operation::new(Method::Get, "list-deployments-by-app-uuid", "/deployments/applications/{uuid}");

/// The deployments that are queued or in progress, each with its log.
const ACTIVE_DEPLOYMENTS: Operation = Operation::new(Method::Get, "list-deployments", "/deployments");

/// Coolify removes the containers of a preview over SSH before it answers (4.3.11).
const DELETE_PREVIEW_TIMEOUT: Duration = Duration::from_mins(1);

/// Of an area that is not compiled otherwise, as are the tags.
const DELETE_PREVIEW: Operation = Operation::new(
    Method::Delete,
    "delete-preview-deployment-by-pull-request-id",
    "/applications/{uuid}/previews/{pull_request_id}",
)
.with_timeout(DELETE_PREVIEW_TIMEOUT);

const APPLICATION_TAGS: Operation =
    Operation::new(Method::Get, "list-tags-by-application-uuid", "/applications/{uuid}/tags");
const SERVICE_TAGS: Operation = Operation::new(Method::Get, "list-tags-by-service-uuid", "/services/{uuid}/tags");
const DATABASE_TAGS: Operation = Operation::new(Method::Get, "list-tags-by-database-uuid", "/databases/{uuid}/tags");

/// A tag of a resource.
pub(super) struct Tag {
    name: String,
}

wire::object!(Tag: required { name = "name" });

/// A tag as Coolify stores it, which finds nothing by another spelling; PHP lowers the letters of ASCII alone (4.3.11).
pub(super) fn tag_as_stored(tag: &str) -> String {
    tag.trim().to_ascii_lowercase()
}

/// A tag that nothing has, as one with capitals is never stored (4.3.11).
const NO_TAG: &str = "Anydeploy-Asks-Whether-A-Tag-Is-Read";

/// What an answer says, and when it came, if the server dates it.
pub(super) type Dated<T> = (T, Option<Timestamps>);

// One of each, of which a few columns are read.
const APPLICATION: Operation = Operation::new(Method::Get, "get-application-by-uuid", "/applications/{uuid}");
const APPLICATIONS: Operation = Operation::new(Method::Get, "list-applications", "/applications");
const SERVICE: Operation = Operation::new(Method::Get, "get-service-by-uuid", "/services/{uuid}");
const DATABASE: Operation = Operation::new(Method::Get, "get-database-by-uuid", "/databases/{uuid}");

/// One column of an application, or a few.
const UPDATE_APPLICATION: Operation =
    Operation::new(Method::Patch, "update-application-by-uuid", "/applications/{uuid}");

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
    pub(super) fn deploy(
        &self,
        parameters: &DeployByTagOrUuidParams,
    ) -> impl Future<Output = Result<Dated<DeployAccepted>>> {
        dated(self.client.deploy_by_tag_or_uuid(parameters))
    }

    /// Triggers the deployment of a commit.
    pub(super) fn roll_back(&self, uuid: &str, commit: &str) -> impl Future<Output = Result<Dated<StartedDeployment>>> {
        dated(self.client.rollback_application_by_uuid(uuid, &Rollback::new(commit)))
    }

    /// Triggers the restart of an application.
    pub(super) fn restart_application(&self, uuid: &str) -> impl Future<Output = Result<Dated<StartedDeployment>>> {
        dated(self.client.restart_application_by_uuid(uuid))
    }

    pub(super) fn restart_service(
        &self,
        uuid: &str,
        params: &RestartServiceByUuidParams,
    ) -> impl Future<Output = Result<Dated<Message>>> {
        dated(self.client.restart_service_by_uuid(uuid, params))
    }

    pub(super) fn restart_database(&self, uuid: &str) -> impl Future<Output = Result<Dated<Message>>> {
        dated(self.client.restart_database_by_uuid(uuid))
    }

    pub(super) fn start_service(&self, uuid: &str) -> impl Future<Output = Result<Message>> {
        value(self.client.start_service_by_uuid(uuid))
    }

    pub(super) fn start_database(&self, uuid: &str) -> impl Future<Output = Result<Message>> {
        value(self.client.start_database_by_uuid(uuid))
    }

    pub(super) fn stop_application(&self, uuid: &str) -> impl Future<Output = Result<Message>> {
        value(self.client.stop_application_by_uuid(uuid, &StopApplicationByUuidParams::default()))
    }

    pub(super) fn stop_service(&self, uuid: &str) -> impl Future<Output = Result<Message>> {
        value(self.client.stop_service_by_uuid(uuid, &StopServiceByUuidParams::default()))
    }

    pub(super) fn stop_database(&self, uuid: &str) -> impl Future<Output = Result<Message>> {
        value(self.client.stop_database_by_uuid(uuid, &StopDatabaseByUuidParams::default()))
    }

    /// The images of an application that are on its machine.
    pub(super) fn rollback_images(&self, uuid: &str) -> impl Future<Output = Result<RollbackImages>> {
        value(self.client.list_application_rollback_images(uuid))
    }

    pub(super) fn deployment(&self, uuid: &str) -> impl Future<Output = Result<Row>> {
        value(self.client.http().request(&DEPLOYMENT).path("uuid", uuid).json())
    }

    /// The deployment with its log.
    pub(super) fn deployment_with_log(&self, uuid: &str) -> impl Future<Output = Result<RowWithLog>> {
        value(self.client.http().request(&DEPLOYMENT).path("uuid", uuid).json())
    }

    /// A page of an application's deployments, newest first.
    pub(super) fn deployments_of(
        &self,
        uuid: &str,
        skip: i64,
        take: i64,
    ) -> impl Future<Output = Result<Dated<RowPage>>> {
        dated(self.page_of(uuid, skip, take).json())
    }

    /// The deployments of such a page with their logs.
    pub(super) async fn logs_of(&self, uuid: &str, skip: i64, take: i64) -> Result<Vec<RowWithLog>> {
        Ok(value(self.page_of(uuid, skip, take).json::<LogsPage>()).await?.deployments)
    }

    fn page_of<'a>(&'a self, uuid: &str, skip: i64, take: i64) -> wire::RequestBuilder<'a> {
        let request = self.client.http().request(&DEPLOYMENTS_OF_APPLICATION).path("uuid", uuid);
        request.query("skip", &skip).query("take", &take)
    }

    /// The deployments that are queued or in progress.
    pub(super) fn active_deployments(&self) -> impl Future<Output = Result<Vec<Row>>> {
        value(self.client.http().request(&ACTIVE_DEPLOYMENTS).json())
    }

    /// The same with their logs.
    pub(super) fn active_logs(&self) -> impl Future<Output = Result<Vec<RowWithLog>>> {
        value(self.client.http().request(&ACTIVE_DEPLOYMENTS).json())
    }

    pub(super) fn cancel(&self, uuid: &str) -> impl Future<Output = Result<CancelledDeployment>> {
        value(self.client.cancel_deployment_by_uuid(uuid))
    }

    pub(super) fn application(&self, uuid: &str) -> impl Future<Output = Result<Dated<Application>>> {
        dated(self.client.http().request(&APPLICATION).path("uuid", uuid).json())
    }

    /// Changes the columns of an application that the update names.
    pub(super) async fn update_application(&self, uuid: &str, update: &Value) -> Result<()> {
        let request = self.client.http().request(&UPDATE_APPLICATION).path("uuid", uuid).body(update);
        value(request.json::<UpdatedApplication>()).await.map(drop)
    }

    pub(super) fn service(&self, uuid: &str) -> impl Future<Output = Result<Dated<ServiceOrDatabase>>> {
        dated(self.client.http().request(&SERVICE).path("uuid", uuid).json())
    }

    pub(super) fn database(&self, uuid: &str) -> impl Future<Output = Result<Dated<ServiceOrDatabase>>> {
        dated(self.client.http().request(&DATABASE).path("uuid", uuid).json())
    }

    /// The last lines that an application printed, each behind its time.
    pub(super) async fn application_log(&self, uuid: &str, lines: usize) -> Result<ContainerLogs> {
        let params = GetApplicationLogsByUuidParams { lines: count(lines), show_timestamps: Some(true) };
        value(self.client.get_application_logs_by_uuid(uuid, &params)).await
    }

    /// The last lines that a database printed, each behind its time.
    pub(super) async fn database_log(&self, uuid: &str, lines: usize) -> Result<ContainerLogs> {
        let params = GetDatabaseLogsByUuidParams { lines: count(lines), show_timestamps: Some(true) };
        value(self.client.get_database_logs_by_uuid(uuid, &params)).await
    }

    /// The last lines that a container of a service printed, each behind its time.
    pub(super) async fn service_log(&self, uuid: &str, part: &str, lines: usize) -> Result<ContainerLogs> {
        let params = GetServiceLogsByUuidParams { lines: count(lines), show_timestamps: Some(true) };
        value(self.client.get_service_logs_by_uuid(uuid, part, &params)).await
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

    pub(super) fn resources(&self) -> impl Future<Output = Result<Vec<Resource>>> {
        value(self.client.list_resources())
    }

    /// The applications with a tag, which is stored in lower case.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) before 4.0.0-beta.461, which lists every application whatever
    /// the tag is.
    pub(super) async fn applications_with_tag(&self, tag: &str) -> Result<Vec<Application>> {
        // PHP takes either for no tag at all, and lists every application.
        if matches!(tag, "" | "0") {
            return Ok(Vec::new());
        }
        let tagged = self.tagged(tag).await?;
        if tagged.is_empty() || self.tagged(NO_TAG).await?.is_empty() {
            return Ok(tagged);
        }
        Err(Error::unsupported(platform::COOLIFY, "listing applications by a tag before 4.0.0-beta.461"))
    }

    async fn tagged(&self, tag: &str) -> Result<Vec<Application>> {
        value(self.client.http().request(&APPLICATIONS).query("tag", &tag).json()).await
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

    pub(super) fn version(&self) -> impl Future<Output = Result<String>> {
        value(self.client.version())
    }

    pub(super) fn team(&self) -> impl Future<Output = Result<Team>> {
        value(self.client.get_token_team())
    }
}

async fn dated<T>(call: ResponseFuture<'_, T>) -> Result<Dated<T>> {
    match call.await {
        Ok(answer) => {
            let at = Timestamps::dated(answer.header("date"));
            Ok((answer.into_value(), at))
        }
        Err(error) => Err(map_error(error)),
    }
}

async fn value<T>(call: ResponseFuture<'_, T>) -> Result<T> {
    match call.await {
        Ok(answer) => Ok(answer.into_value()),
        Err(error) => Err(map_error(error)),
    }
}

/// A number of lines as the query holds it.
fn count(lines: usize) -> Option<i64> {
    i64::try_from(lines).ok()
}
