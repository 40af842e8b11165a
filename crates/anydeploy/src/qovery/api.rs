//! The requests that the adapter makes.

use anydeploy_wire::{self as wire, Method, Operation};
use futures::future::try_join;
use qovery_client::Client;
use qovery_client::types::{
    self, ApiVariableScopeEnum as Scope, CancelEnvironmentDeploymentRequest, Commit, DeployDatabaseParams,
    DeployHelmParams, DeploymentHistoryEnvironmentV2 as Past, DeploymentHistoryService as PastOfService, Environment,
    EnvironmentLogs, EnvironmentStatusesWithStages, Link, ListApplicationCommitParams,
    ListEnvironmentDeploymentHistoryV2Params, ListEnvironmentLogsParams, ListHelmCommitParams, ListJobCommitParams,
    ListServicesByOrganizationIdParams, ListVariablesParams, Log, Organization, OrganizationEnvironmentResponse,
    Project, QueuedDeploymentRequestWithStages, RedeployDatabaseParams, RedeployHelmParams, RedeployJobParams,
    ServiceLightResponse, ServiceTypeForVariableEnum, StateEnum, VariableEditRequest, VariableImportEntry,
    VariableImportRequest, VariableOverrideRequest, VariableRequest, VariableResponse,
};

use super::accepted::Accepted;
use super::body::Body;
use super::error::{map_error, map_error_of_known, unknown};
use super::service::{Service, Services};
use super::snapshot::Snapshot;
use super::stages::{Skipped, Stages};
use crate::adapter::Timestamps;
#[cfg(feature = "websocket")]
use crate::{Error, ErrorKind, platform};
use crate::{Result, Target, TargetKind, Traffic};

// A service of each kind, of which a few members are read.
const APPLICATION: Operation = read("getApplication", "/application/{applicationId}");
const CONTAINER: Operation = read("getContainer", "/container/{containerId}");
const JOB: Operation = read("getJob", "/job/{jobId}");
const HELM: Operation = read("getHelm", "/helm/{helmId}");
const TERRAFORM: Operation = read("getTerraform", "/terraform/{terraformId}");
const DATABASE: Operation = read("getDatabase", "/database/{databaseId}");

/// The jobs of an environment, of which a few members are read.
const JOBS: Operation = read("listJobs", "/environment/{environmentId}/job");

/// The deployment stages of an environment, of which the skipped services are read.
const DEPLOYMENT_STAGES: Operation =
    read("ListEnvironmentDeploymentStage", "/environment/{environmentId}/deploymentStage");

/// The socket of a deployment's log, for which its own document has the same path.
#[cfg(feature = "websocket")]
const DEPLOYMENT_LOGS: Operation = read("deploymentLogs", "/deployment/logs");

const fn read(id: &'static str, path: &'static str) -> Operation {
    Operation::new(Method::Get, id, path)
}

/// The statuses of an environment and its services, of which the steps and their times are not read.
const ENVIRONMENT_STATUSES: Operation = read("getEnvironmentStatuses", "/environment/{environmentId}/statuses");

/// Qovery's API, as far as the adapter uses it.
#[derive(Clone, Debug)]
pub(super) struct Api {
    client: Client,
    /// The way to the sockets, if their address is known.
    #[cfg(feature = "websocket")]
    sockets: Option<wire::Http>,
}

impl Api {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            #[cfg(feature = "websocket")]
            sockets: None,
        }
    }

    /// The same API with its sockets.
    #[cfg(feature = "websocket")]
    pub(super) fn with_sockets(self, sockets: Option<wire::Http>) -> Self {
        Self { sockets, ..self }
    }

    #[cfg(feature = "websocket")]
    pub(super) fn has_sockets(&self) -> bool {
        self.sockets.is_some()
    }

    /// A socket that brings the log of what is deployed in an environment.
    #[cfg(feature = "websocket")]
    pub(super) async fn listen(&self, environment: &Environment) -> Result<wire::Socket> {
        let place = || {
            let Environment { id, cluster_id, project, organization, .. } = environment;
            Some((id, cluster_id.as_ref()?, &project.as_ref()?.id, &organization.as_ref()?.id))
        };
        let (Some(http), Some((environment, cluster, project, organization))) = (&self.sockets, place()) else {
            let message = "the environment does not say of which organization, project and cluster it is";
            return Err(Error::new(ErrorKind::Unreadable, message).with_platform(platform::QOVERY).of_read());
        };
        let request = http.request(&DEPLOYMENT_LOGS).query("organization", organization).query("cluster", cluster);
        let request = request.query("project", project).query("environment", environment);
        request.socket().await.map_err(map_error_of_known)
    }

    #[cfg(feature = "raw-api")]
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.client.http().traffic()
    }

    /// Where triggers take turns: an environment of a server, which runs one execution at a time.
    pub(super) fn place(&self, environment: &str) -> String {
        format!("{} {environment}", self.client.http().base_url())
    }

    /// Sends a trigger; what the answer says, if it says anything, and when it came.
    pub(super) async fn trigger(&self, id: &str, body: &Body) -> Result<(Option<Accepted>, Timestamps)> {
        let client = &self.client;
        let answer = match body {
            Body::Application(body) => client.deploy_application(id, body).await,
            Body::Container(body) => client.deploy_container(id, body).await,
            Body::Job(params, body) => client.deploy_job(id, params, body).await,
            Body::Helm(body) => client.deploy_helm(id, &DeployHelmParams::default(), body).await,
            Body::Terraform(body) => client.deploy_terraform(id, body).await,
            Body::Database => client.deploy_database(id, &DeployDatabaseParams::default()).await,
            Body::Environment => client.deploy_environment(id).await,
            Body::Services(body) => return accepted(client.deploy_all_services(id, body).await),
            Body::Restart(kind) => match kind {
                TargetKind::Application => client.reboot_application(id).await,
                TargetKind::Container => client.reboot_container(id).await,
                TargetKind::Database => client.reboot_database(id).await,
                other => return Err(unknown(other)),
            },
            Body::Redeploy(kind) => match kind {
                TargetKind::Application => client.redeploy_application(id).await,
                TargetKind::Container => client.redeploy_container(id).await,
                TargetKind::Database => client.redeploy_database(id, &RedeployDatabaseParams::default()).await,
                TargetKind::Job => client.redeploy_job(id, &RedeployJobParams::default()).await,
                TargetKind::Helm => client.redeploy_helm(id, &RedeployHelmParams::default()).await,
                TargetKind::Terraform => client.redeploy_terraform(id).await,
                TargetKind::Environment => return accepted(client.redeploy_environment(id).await),
                other => return Err(unknown(other)),
            },
        };
        accepted(answer)
    }

    /// Stops a service or a whole environment; the answer may have no body, and says no more than that it was accepted.
    pub(super) async fn stop(&self, target: &Target) -> Result<()> {
        let (client, id) = (&self.client, target.id());
        let answer = match target.kind() {
            TargetKind::Application => client.stop_application(id).await,
            TargetKind::Container => client.stop_container(id).await,
            TargetKind::Database => client.stop_database(id).await,
            TargetKind::Job => client.stop_job(id).await,
            TargetKind::Helm => client.stop_helm(id).await,
            TargetKind::Environment => return client.stop_environment(id).await.map(drop).map_err(map_error_of_known),
            other => return Err(unknown(other)),
        };
        answer.map(drop).map_err(map_error_of_known)
    }

    pub(super) fn cancel_request(&self, request: &str) -> impl Future<Output = Result<()>> {
        value(self.client.cancel_deployment_request(request))
    }

    pub(super) async fn cancel_environment(&self, environment: &str, force: bool) -> Result<()> {
        // The console sends the field in either case (720181b).
        let body = CancelEnvironmentDeploymentRequest { force_cancel: Some(force) };
        value(self.client.cancel_environment_deployment(environment, &body)).await.map(drop)
    }

    pub(super) async fn snapshot(&self, environment: &str) -> Result<Snapshot> {
        let request = self.client.http().request(&ENVIRONMENT_STATUSES).path("environmentId", environment);
        let (statuses, at) = dated(request.json().await.map_err(map_error)?);
        Ok(Snapshot::new(statuses, at))
    }

    pub(super) fn stages(&self, environment: &str) -> impl Future<Output = Result<EnvironmentStatusesWithStages>> {
        value(self.client.get_environment_statuses_with_stages(environment))
    }

    /// The requests that wait, and when they were listed.
    pub(super) async fn queue(
        &self,
        environment: &str,
    ) -> Result<(Vec<QueuedDeploymentRequestWithStages>, Timestamps)> {
        let answer = self.client.list_deployment_request_by_environment_id(environment).await.map_err(map_error)?;
        Ok(dated(answer.map(|page| page.results)))
    }

    pub(super) async fn state_of_request(&self, request: &str) -> Result<Option<StateEnum>> {
        Ok(value(self.client.get_deployment_status_by_deployment_request_id(request)).await?.status)
    }

    /// So many of the newest executions of an environment, newest first.
    pub(super) async fn history(&self, environment: &str, size: usize) -> Result<Vec<Past>> {
        let params = ListEnvironmentDeploymentHistoryV2Params { page_size: page_size(size) };
        Ok(value(self.client.list_environment_deployment_history_v2(environment, &params)).await?.results)
    }

    /// So many of the newest executions that took a service in, newest first.
    pub(super) async fn history_of(&self, service: &Target, size: usize) -> Result<Vec<PastOfService>> {
        macro_rules! page {
            ($list:ident, $params:ident) => {{
                let params = types::$params { page_size: page_size(size) };
                value(self.client.$list(service.id(), &params)).await?.results
            }};
        }
        Ok(match service.kind() {
            TargetKind::Application => {
                page!(list_application_deployment_history_v2, ListApplicationDeploymentHistoryV2Params)
            }
            TargetKind::Container => {
                page!(list_container_deployment_history_v2, ListContainerDeploymentHistoryV2Params)
            }
            TargetKind::Job => page!(list_job_deployment_history_v2, ListJobDeploymentHistoryV2Params),
            TargetKind::Helm => page!(list_helm_deployment_history_v2, ListHelmDeploymentHistoryV2Params),
            TargetKind::Terraform => {
                page!(list_terraform_deployment_history_v2, ListTerraformDeploymentHistoryV2Params)
            }
            TargetKind::Database => page!(list_database_deployment_history_v2, ListDatabaseDeploymentHistoryV2Params),
            other => return Err(unknown(other)),
        })
    }

    /// The log of an execution.
    pub(super) fn log(&self, environment: &str, execution: &str) -> impl Future<Output = Result<Vec<EnvironmentLogs>>> {
        let params = ListEnvironmentLogsParams { version: Some(execution.to_owned()) };
        value(self.client.list_environment_logs(environment, &params))
    }

    /// The last lines that an application or a container wrote.
    pub(super) async fn service_log(&self, service: &Target) -> Result<Vec<Log>> {
        let (client, id) = (&self.client, service.id());
        let page = match service.kind() {
            TargetKind::Application => value(client.list_application_log(id)).await,
            TargetKind::Container => value(client.list_container_log(id)).await,
            other => return Err(unknown(other)),
        };
        Ok(page?.results)
    }

    /// The commits of a service's branch, newest first; a chart has one for its templates and one for its values, and `of`
    /// says which.
    pub(super) async fn commits(&self, service: &Target, of: Option<&str>) -> Result<Vec<Commit>> {
        let (client, id) = (&self.client, service.id());
        let page = match service.kind() {
            TargetKind::Job => value(client.list_job_commit(id, &ListJobCommitParams::default())).await,
            TargetKind::Helm => {
                value(client.list_helm_commit(id, &ListHelmCommitParams { of: of.map(str::to_owned) })).await
            }
            TargetKind::Terraform => value(client.list_terraform_commit(id)).await,
            _ => value(client.list_application_commit(id, &ListApplicationCommitParams::default())).await,
        };
        Ok(page?.results)
    }

    /// A service by its kind, so that one of another kind is not found.
    pub(super) async fn service(&self, target: &Target) -> Result<Service> {
        let (operation, parameter) = match target.kind() {
            TargetKind::Application => (&APPLICATION, "applicationId"),
            TargetKind::Container => (&CONTAINER, "containerId"),
            TargetKind::Job => (&JOB, "jobId"),
            TargetKind::Helm => (&HELM, "helmId"),
            TargetKind::Terraform => (&TERRAFORM, "terraformId"),
            TargetKind::Database => (&DATABASE, "databaseId"),
            other => return Err(unknown(other)),
        };
        value(self.client.http().request(operation).path(parameter, target.id()).json()).await
    }

    pub(super) fn environment(&self, id: &str) -> impl Future<Output = Result<Environment>> {
        value(self.client.get_environment(id))
    }

    pub(super) fn project(&self, id: &str) -> impl Future<Output = Result<Project>> {
        value(self.client.get_project(id))
    }

    pub(super) async fn jobs(&self, environment: &str) -> Result<Vec<Service>> {
        let request = self.client.http().request(&JOBS).path("environmentId", environment);
        Ok(value(request.json::<Services>()).await?.results)
    }

    /// The services of an environment that its actions leave out.
    pub(super) async fn skipped(&self, environment: &str) -> Result<Skipped> {
        let request = self.client.http().request(&DEPLOYMENT_STAGES).path("environmentId", environment);
        Ok(value(request.json::<Stages>()).await?.skipped())
    }

    /// The variables that a target sees, those of what stands above it included.
    pub(super) async fn variables(&self, target: &Target, scope: &Scope) -> Result<Vec<VariableResponse>> {
        Ok(value(self.client.list_variables(target.id(), scope, &ListVariablesParams::default())).await?.results)
    }

    /// Adds variables that the target does not have; one that it has meanwhile stays.
    pub(super) fn import_variables(
        &self,
        target: &Target,
        kind: &ServiceTypeForVariableEnum,
        vars: Vec<VariableImportEntry>,
    ) -> impl Future<Output = Result<()>> {
        let body = VariableImportRequest::new(false, vars);
        self.written(self.client.import_environment_variables(target.id(), kind, &body))
    }

    pub(super) fn create_variable(&self, body: &VariableRequest) -> impl Future<Output = Result<()>> {
        self.written(self.client.create_variable(body))
    }

    pub(super) fn override_variable(
        &self,
        id: &str,
        body: &VariableOverrideRequest,
    ) -> impl Future<Output = Result<()>> {
        self.written(self.client.create_variable_override(id, body))
    }

    pub(super) fn edit_variable(&self, id: &str, body: &VariableEditRequest) -> impl Future<Output = Result<()>> {
        self.written(self.client.edit_variable(id, body))
    }

    pub(super) fn delete_variable(&self, id: &str) -> impl Future<Output = Result<()>> {
        self.written(self.client.delete_variable(id))
    }

    /// Whether a write of something that was just read was accepted; the answer itself may hold a secret, and is dropped.
    async fn written<T>(&self, call: wire::ResponseFuture<'_, T>) -> Result<()> {
        call.await.map(drop).map_err(map_error_of_known)
    }

    /// The addresses of an environment's services.
    pub(super) async fn links(&self, environment: &str) -> Result<Vec<Link>> {
        Ok(value(self.client.list_environment_services_links(environment)).await?.results)
    }

    /// The organizations that the token may see.
    pub(super) async fn organizations(&self) -> Result<Vec<Organization>> {
        Ok(self.client.list_organization().await.map_err(map_error_of_known)?.into_value().results)
    }

    /// The environments and services of an organization.
    pub(super) async fn inventory(
        &self,
        organization: &str,
    ) -> Result<(Vec<OrganizationEnvironmentResponse>, Vec<ServiceLightResponse>)> {
        let params = ListServicesByOrganizationIdParams::default();
        let environments = value(self.client.list_environments_by_organization_id(organization));
        let services = value(self.client.list_services_by_organization_id(organization, &params));
        let (environments, services) = try_join(environments, services).await?;
        Ok((environments.results, services.results))
    }
}

/// What a call answers.
async fn value<T>(call: wire::ResponseFuture<'_, T>) -> Result<T> {
    match call.await {
        Ok(answer) => Ok(answer.into_value()),
        Err(error) => Err(map_error(error)),
    }
}

/// What the answer to a trigger says of something that is certain to exist, and when it came.
fn accepted<T: Into<Accepted>>(
    answer: std::result::Result<wire::Response<Option<T>>, wire::Error>,
) -> Result<(Option<Accepted>, Timestamps)> {
    let (status, at) = dated(answer.map_err(map_error_of_known)?);
    Ok((status.map(Into::into), at))
}

/// What an answer says, and when it came.
fn dated<T>(answer: wire::Response<T>) -> (T, Timestamps) {
    let at = Timestamps::of(answer.header("date"));
    (answer.into_value(), at)
}

fn page_size(size: usize) -> Option<i64> {
    i64::try_from(size).ok()
}
