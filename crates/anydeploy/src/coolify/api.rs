//! The requests that this adapter makes.

use coolify_client::Client;
use coolify_client::types::{
    Application, CancelledDeployment, Database, DeployAccepted, DeployByTagOrUuidParams, Deployment as Row,
    DeploymentPage, ListDeploymentsByAppUuidParams, Resource, Rollback, Service, StartedDeployment, Team,
};
use coolify_client::wire::{Response, ResponseFuture};

use super::error::map_error;
use crate::Result;

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

    /// The address of the API, which names the instance.
    pub(super) fn address(&self) -> &str {
        self.client.http().base_url()
    }

    /// Triggers what the parameters name, whatever it is.
    pub(super) async fn deploy(&self, parameters: &DeployByTagOrUuidParams) -> Result<Response<DeployAccepted>> {
        answer(self.client.deploy_by_tag_or_uuid(parameters)).await
    }

    /// Triggers the deployment of a commit.
    pub(super) async fn roll_back(&self, uuid: &str, commit: &str) -> Result<Response<StartedDeployment>> {
        answer(self.client.rollback_application_by_uuid(uuid, &Rollback::new(commit))).await
    }

    pub(super) async fn deployment(&self, uuid: &str) -> Result<Row> {
        Ok(answer(self.client.get_deployment_by_uuid(uuid)).await?.into_value())
    }

    /// A page of an application's deployments, newest first.
    pub(super) async fn deployments_of(&self, uuid: &str, skip: i64, take: i64) -> Result<Response<DeploymentPage>> {
        let params = ListDeploymentsByAppUuidParams { skip: Some(skip), take: Some(take) };
        answer(self.client.list_deployments_by_app_uuid(uuid, &params)).await
    }

    /// The deployments that are queued or in progress.
    pub(super) async fn active_deployments(&self) -> Result<Vec<Row>> {
        Ok(answer(self.client.list_deployments()).await?.into_value())
    }

    pub(super) async fn cancel(&self, uuid: &str) -> Result<CancelledDeployment> {
        Ok(answer(self.client.cancel_deployment_by_uuid(uuid)).await?.into_value())
    }

    pub(super) async fn application(&self, uuid: &str) -> Result<Response<Application>> {
        answer(self.client.get_application_by_uuid(uuid)).await
    }

    pub(super) async fn service(&self, uuid: &str) -> Result<Response<Service>> {
        answer(self.client.get_service_by_uuid(uuid)).await
    }

    pub(super) async fn database(&self, uuid: &str) -> Result<Response<Database>> {
        answer(self.client.get_database_by_uuid(uuid)).await
    }

    pub(super) async fn resources(&self) -> Result<Vec<Resource>> {
        Ok(answer(self.client.list_resources()).await?.into_value())
    }

    pub(super) async fn version(&self) -> Result<String> {
        Ok(answer(self.client.version()).await?.into_value())
    }

    pub(super) async fn team(&self) -> Result<Team> {
        Ok(answer(self.client.get_token_team()).await?.into_value())
    }
}

/// Waits for an answer, and makes a failure an error of this crate.
async fn answer<T>(sent: ResponseFuture<'_, T>) -> Result<Response<T>> {
    sent.await.map_err(map_error)
}
