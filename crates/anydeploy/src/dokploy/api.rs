//! The requests that the adapter makes, one method each.

mod previews;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use dokploy_client::Client;
use dokploy_client::types::{
    DeployApplication, DeployCompose, Deployment as Row, DeploymentDetails, DeploymentReadLogsParams, Member,
};
use dokploy_client::wire::{self, Http, Method, Read, ResponseFuture};
use serde_json::{Map, Value, json};

use super::containers::Container;
use super::details::Details;
use super::edition::{Edition, release};
use super::engine::{Engine, Engines};
use super::error::map_error;
use super::jobless::Jobless;
use super::operation::Operation;
use super::procedures::{APPLICATION, COMPOSE, PREVIEW, Procedures};
use super::projects::services_of_project;
use super::queue::{Jobs, Queue};
use super::rows::{Rows, RowsByTarget};
use super::runs::{self, Inspected, Running, Task};
use super::setting::Source;
use super::settings::{self, Settings};
use super::variables::{self, Texts};
use super::versions::Version;
use crate::adapter::Timestamps;
use crate::{Error, ErrorKind, Result, Target, TargetKind, Traffic, platform};

/// The socket of a log file, at the root of the site.
#[cfg(feature = "websocket")]
const LISTEN: wire::Operation =
    wire::Operation::new(Method::Get, "listen-deployment", "/listen-deployment").beside("/api");

/// The list of projects, whose typed answer is that of 0.25 and later and would read an older one as empty projects.
const PROJECT_ALL: wire::Operation = wire::Operation::new(Method::Get, "project-all", "/project.all");

/// The list of all rows, read without what stands around each of them.
const ALL_ROWS: wire::Operation =
    wire::Operation::new(Method::Get, "deployment-allCentralized", "/deployment.allCentralized");

/// The rows of one service with what belongs to each, of which the kept image is read.
const ALL_BY_TYPE: wire::Operation = wire::Operation::new(Method::Get, "deployment-allByType", "/deployment.allByType");

const CONTAINERS: wire::Operation = wire::Operation::new(Method::Get, "docker-getContainers", "/docker.getContainers");

/// The tasks of a service of the swarm.
const TASKS: wire::Operation =
    wire::Operation::new(Method::Get, "docker-getServiceContainersByAppName", "/docker.getServiceContainersByAppName");

/// The tasks of a compose stack that is deployed to the swarm.
const STACK_TASKS: wire::Operation =
    wire::Operation::new(Method::Get, "docker-getStackContainersByAppName", "/docker.getStackContainersByAppName");

const CONTAINERS_BY_NAME: wire::Operation =
    wire::Operation::new(Method::Get, "docker-getContainersByAppNameMatch", "/docker.getContainersByAppNameMatch");

/// What one container is set to, its variables included.
const INSPECT: wire::Operation = wire::Operation::new(Method::Get, "docker-getConfig", "/docker.getConfig");

/// Queues the deployment of a preview.
const PREVIEW_REDEPLOY: wire::Operation =
    wire::Operation::new(Method::Post, "previewDeployment-redeploy", "/previewDeployment.redeploy");

/// Goes back to a kept image, and answers when the engine took it.
const ROLLBACK: wire::Operation =
    wire::Operation::new(Method::Post, "rollback-rollback", "/rollback.rollback").with_timeout(Duration::from_mins(5));

/// The environments of a project, with the names of all that they hold.
const ENVIRONMENTS: wire::Operation =
    wire::Operation::new(Method::Get, "environment-byProjectId", "/environment.byProjectId");

/// The interface of one server; clones share its connections.
#[derive(Clone, Debug)]
pub(super) struct Api {
    client: Client,
    /// What is known of the server, for all clones alike.
    edition: Arc<Edition>,
    engines: Arc<Engines>,
    jobless: Arc<Jobless>,
}

impl Api {
    pub(super) fn new(http: Http) -> Self {
        Self {
            client: Client::from_http(http),
            edition: Arc::default(),
            engines: Arc::default(),
            jobless: Arc::default(),
        }
    }

    /// The generated client.
    #[cfg(feature = "raw-api")]
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.client.http().traffic()
    }

    /// Where the triggers of a target take turns.
    pub(super) fn place(&self, target: &Target) -> String {
        format!("{} {} {}", self.client.http().base_url(), target.kind(), target.id())
    }

    /// Triggers a deployment with a title and a description, and returns the time of the answer by the server's clock.
    pub(super) async fn deploy(
        &self,
        target: &Target,
        operation: Operation,
        title: Option<&str>,
        description: String,
    ) -> Result<Option<Timestamps>> {
        let (title, description) = (title.map(str::to_owned), Some(description));
        // An empty body, `true` or any other JSON with a 2xx is an acceptance, by version and edition.
        let redeploys = operation == Operation::Redeploy;
        let (answer, at) = match target.kind() {
            TargetKind::Application => {
                let body = DeployApplication { title, description, ..DeployApplication::new(target.id()) };
                let client = &self.client;
                let call =
                    if redeploys { client.application_redeploy(&body) } else { client.application_deploy(&body) };
                dated(call).await
            }
            TargetKind::Compose => {
                let body = DeployCompose { title, description, ..DeployCompose::new(target.id()) };
                let client = &self.client;
                dated(if redeploys { client.compose_redeploy(&body) } else { client.compose_deploy(&body) }).await
            }
            TargetKind::Preview => {
                // Both are one call, whose answer is `true` on every server and says nothing of its edition.
                let mut body = json!({ "previewDeploymentId": target.id(), "description": description });
                if let Some(title) = title {
                    body["title"] = title.into();
                }
                return Ok(dated(self.client.http().request(&PREVIEW_REDEPLOY).body(&body).empty()).await?.1);
            }
            other => Err(unsupported_kind(other)),
        }?;
        self.edition.answered(&answer);
        Ok(at)
    }

    /// The procedures of a target; those of a database depend on its engine, which is read once.
    async fn procedures(&self, target: &Target) -> Result<&'static Procedures> {
        target.validate()?;
        match target.kind() {
            TargetKind::Application => Ok(&APPLICATION),
            TargetKind::Compose => Ok(&COMPOSE),
            TargetKind::Database => Ok(self.engine(target).await?.procedures()),
            TargetKind::Preview => Ok(&PREVIEW),
            other => Err(unsupported_kind(other)),
        }
    }

    /// The engine of a database, which only the lists of services show.
    pub(super) async fn engine(&self, target: &Target) -> Result<Engine> {
        target.validate()?;
        if let Some(engine) = self.engines.get(target.id()) {
            return Ok(engine);
        }
        for project in &self.projects().await? {
            for service in services_of_project(project)? {
                if let Some(engine) = service.engine {
                    self.engines.note(service.target.id(), engine);
                }
            }
        }
        self.engines.get(target.id()).ok_or_else(|| {
            let message = "no project that this key may see holds a database with this id";
            Error::new(ErrorKind::NotFound, message).with_platform(platform::DOKPLOY)
        })
    }

    /// Reads a few columns of a target; its whole row holds passwords and variables in clear.
    async fn row<T: Read + Send + 'static>(&self, target: &Target) -> Result<T> {
        let procedures = self.procedures(target).await?;
        value(self.client.http().request(&procedures.one).query(procedures.id, target.id()).json()).await
    }

    /// Sends an operation; the answer, which may hold secrets, is dropped.
    async fn send(&self, operation: &wire::Operation, body: &Value) -> Result<()> {
        value(self.client.http().request(operation).body(body).empty()).await
    }

    /// Restarts an application or a database, and returns when that is over.
    pub(super) async fn reload(&self, procedures: &Procedures, id: &str, app_name: &str) -> Result<()> {
        // Any 2xx is an acceptance; the server answers `true`.
        self.send(&procedures.reload, &json!({ procedures.id: id, "appName": app_name })).await
    }

    /// Deploys a database, and returns when that is over.
    pub(super) async fn deploy_database(&self, procedures: &Procedures, id: &str) -> Result<()> {
        self.send(&procedures.deploy, &json!({ procedures.id: id })).await
    }

    /// Starts what is stopped, and returns when that is over.
    pub(super) async fn start(&self, target: &Target) -> Result<()> {
        let procedures = self.procedures(target).await.map_err(Error::of_read)?;
        self.send(&procedures.start, &json!({ procedures.id: target.id() })).await
    }

    /// Stops what runs, and returns when that is over.
    pub(super) async fn stop(&self, target: &Target) -> Result<()> {
        let procedures = self.procedures(target).await.map_err(Error::of_read)?;
        self.send(&procedures.stop, &json!({ procedures.id: target.id() })).await
    }

    /// The settings of a target that decide something.
    pub(super) async fn settings(&self, target: &Target) -> Result<Settings> {
        match target.kind() {
            TargetKind::Compose => self.row::<settings::Compose>(target).await.map(Settings::from),
            TargetKind::Preview => self.row::<settings::Preview>(target).await.map(Settings::from),
            _ => self.row::<settings::Service>(target).await.map(Settings::from),
        }
    }

    /// The texts of the variables of a target.
    pub(super) async fn variables(&self, target: &Target) -> Result<Texts> {
        match target.kind() {
            TargetKind::Application => match self.row::<variables::Application>(target).await {
                Ok(row) => Ok(Texts::from(row)),
                Err(error) => Err(self.unless_older(error, variables::SINCE, variables::WHAT).await),
            },
            _ => self.row::<variables::Plain>(target).await.map(Texts::from),
        }
    }

    /// An unreadable answer, or that the version of the server is older than what was asked for.
    async fn unless_older(&self, error: Error, since: (u32, u32, u32), what: &'static str) -> Error {
        if error.kind() == ErrorKind::Unreadable
            && let Ok(version) = self.version().await
            && release(&version).is_some_and(|release| release < since)
        {
            return Error::unsupported(platform::DOKPLOY, what).with_source(error);
        }
        error
    }

    /// Saves the texts of variables as a whole, with all that is reset when it is left out.
    pub(super) async fn save_variables(&self, target: &Target, texts: &Texts) -> Result<()> {
        let procedures = self.procedures(target).await.map_err(Error::of_read)?;
        let mut body = json!({ procedures.id: target.id(), "env": texts.env });
        if *target.kind() == TargetKind::Application {
            body["buildArgs"] = json!(texts.build_args);
            body["buildSecrets"] = json!(texts.build_secrets);
            body["createEnvFile"] = json!(texts.creates_env_file);
        }
        self.send(&procedures.save_environment, &body).await
    }

    /// The rows of an application with the images that its deployments kept, newest first.
    pub(super) async fn versions(&self, target: &Target) -> Result<Vec<Version>> {
        target.validate()?;
        let request = self.client.http().request(&ALL_BY_TYPE);
        value(request.query("type", "application").query("id", target.id()).json()).await
    }

    /// Goes back to a kept image, and returns the time of the answer by the server's clock.
    pub(super) async fn roll_back(&self, rollback: &str) -> Result<Option<Timestamps>> {
        let body = json!({ "rollbackId": rollback });
        Ok(dated(self.client.http().request(&ROLLBACK).body(&body).empty()).await?.1)
    }

    /// The containers of the host, or of a remote server.
    pub(super) async fn containers(&self, server: Option<&str>) -> Result<Vec<Container>> {
        let request = self.client.http().request(&CONTAINERS).query("serverId", &server);
        Ok(value(request.json::<Option<Vec<Container>>>()).await?.unwrap_or_default())
    }

    /// The tasks of a service of the swarm, or of a stack.
    pub(super) async fn tasks(&self, settings: &Settings) -> Result<Vec<Task>> {
        let operation = if settings.is_stack { &STACK_TASKS } else { &TASKS };
        let request = self.client.http().request(operation).query("appName", &settings.app_name);
        let listed = value(request.query("serverId", &settings.server).json::<Option<Vec<Task>>>()).await?;
        Ok(runs::tasks(listed.unwrap_or_default()))
    }

    /// The containers that belong to a service, in the form in which they are deployed, or whose names begin with its own.
    pub(super) async fn containers_of(&self, settings: &Settings, form: Option<&str>) -> Result<Vec<Running>> {
        let request = self.client.http().request(&CONTAINERS_BY_NAME).query("appName", &settings.app_name);
        let request = request.query("appType", &form).query("serverId", &settings.server);
        let listed = value(request.json::<Option<Vec<Running>>>()).await?;
        Ok(runs::running(listed.unwrap_or_default()))
    }

    /// What the engine says of one container; nothing if it does not answer.
    pub(super) async fn inspect(&self, container: &str, settings: &Settings) -> Result<Option<Inspected>> {
        let request = self.client.http().request(&INSPECT).query("containerId", container);
        value(request.query("serverId", &settings.server).json()).await
    }

    /// The last lines that the containers of a target have printed.
    pub(super) async fn service_log(&self, target: &Target, container: Option<&str>, tail: usize) -> Result<String> {
        let procedures = self.procedures(target).await?;
        let request = self.client.http().request(&procedures.read_logs).query(procedures.id, target.id());
        let tail = i64::try_from(tail).ok();
        let text =
            value(request.query("containerId", &container).query("tail", &tail).json::<Option<String>>()).await?;
        Ok(text.unwrap_or_default())
    }

    /// Where an application or a compose stack comes from.
    pub(super) async fn source(&self, target: &Target) -> Result<Source> {
        self.row(target).await
    }

    /// Changes one column of an application or a compose stack.
    pub(super) async fn update(&self, target: &Target, column: &str, text: &str) -> Result<()> {
        let procedures = self.procedures(target).await.map_err(Error::of_read)?;
        self.send(&procedures.update, &json!({ procedures.id: target.id(), column: text })).await
    }

    /// The rows of a target, newest first.
    pub(super) async fn rows(&self, target: &Target) -> Result<Rows> {
        target.validate()?;
        let (rows, at) = match target.kind() {
            TargetKind::Application => dated(self.client.deployment_all(target.id())).await,
            TargetKind::Compose => dated(self.client.deployment_all_by_compose(target.id())).await,
            TargetKind::Preview => self.preview_rows(target).await,
            other => Err(unsupported_kind(other)),
        }?;
        Ok(Rows { rows, at })
    }

    /// The rows of all applications and compose stacks that the key may see.
    pub(super) fn all_rows(&self) -> impl Future<Output = Result<Vec<DeploymentDetails>>> {
        value(self.client.deployment_all_centralized())
    }

    /// The rows of all applications and compose stacks that the key may see, by their target.
    pub(super) async fn all_rows_by_target(&self) -> Result<RowsByTarget> {
        let (all, at) = dated(self.client.http().request(&ALL_ROWS).json::<Vec<Row>>()).await?;
        let mut by_target: HashMap<_, Vec<Row>> = HashMap::new();
        for row in all {
            let target = match (&row.application_id, &row.compose_id) {
                (Some(id), _) => Target::application(id),
                (None, Some(id)) => Target::new(TargetKind::Compose, id),
                (None, None) => continue,
            };
            by_target.entry(target).or_default().push(row);
        }
        Ok(by_target.into_iter().map(|(target, rows)| (target, Arc::new(Rows { rows, at }))).collect())
    }

    /// The queue as far as it concerns `target`; `None` on a server older than 0.28.3, which shows none.
    pub(super) async fn queue(&self, target: &Target) -> Result<Option<Queue>> {
        Ok(self.jobs().await?.map(|jobs| jobs.of(target)))
    }

    /// The jobs of the whole instance; `None` on a server older than 0.28.3, which shows none.
    pub(super) async fn jobs(&self) -> Result<Option<Jobs>> {
        match dated(self.client.deployment_queue_list()).await {
            Ok((jobs, at)) => Ok(Some(Jobs::new(jobs, at))),
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What is known of the server.
    pub(super) fn edition(&self) -> &Edition {
        &self.edition
    }

    /// What is known of rows that may be given up.
    pub(super) fn jobless(&self) -> &Jobless {
        &self.jobless
    }

    /// The last lines of the log of a row.
    pub(super) fn log(&self, row: &str, tail: usize) -> impl Future<Output = Result<String>> {
        let params = DeploymentReadLogsParams { tail: i64::try_from(tail).ok() };
        value(self.client.deployment_read_logs(row, &params))
    }

    /// A socket that brings a log file of a server, or of the host without one.
    #[cfg(feature = "websocket")]
    pub(super) async fn listen(&self, path: &str, server: Option<&str>) -> Result<wire::Socket> {
        let request = self.client.http().request(&LISTEN).query("logPath", path).query("serverId", &server);
        request.socket().await.map_err(map_error)
    }

    /// What a target is, as its own row shows it.
    pub(super) async fn details(&self, target: &Target) -> Result<Details> {
        self.row(target).await
    }

    /// Whether the server says that there is no such target; what cannot be read says nothing.
    pub(super) async fn is_gone(&self, target: &Target) -> Option<Error> {
        let procedures = self.procedures(target).await.ok()?;
        let answer = value(self.client.http().request(&procedures.one).query(procedures.id, target.id()).empty()).await;
        answer.err().filter(|error| error.kind() == ErrorKind::NotFound)
    }

    pub(super) fn projects(&self) -> impl Future<Output = Result<Vec<Map<String, Value>>>> {
        value(self.client.http().request(&PROJECT_ALL).json())
    }

    /// The environments of a project, with all that they hold.
    pub(super) async fn environments(&self, project: &str) -> Result<Vec<Map<String, Value>>> {
        value(self.client.http().request(&ENVIRONMENTS).query("projectId", project).json()).await
    }

    /// Who the key belongs to.
    pub(super) fn member(&self) -> impl Future<Output = Result<Option<Member>>> {
        value(self.client.user_get())
    }

    pub(super) fn version(&self) -> impl Future<Output = Result<String>> {
        value(self.client.settings_get_dokploy_version())
    }

    /// The release of the server, for which one that keeps tags is asked once; `None` as long as it cannot be read.
    pub(super) async fn release(&self) -> Option<(u32, u32, u32)> {
        if let Some(release) = self.edition.release() {
            return Some(release);
        }
        let release = release(&self.version().await.ok()?)?;
        self.edition.set_release(release);
        Some(release)
    }

    /// Whether the server is Dokploy Cloud, for which it is asked once; `None` as long as it cannot be read.
    pub(super) async fn is_cloud(&self) -> Option<bool> {
        if self.edition.is_cloud().is_none()
            && let Ok(is_cloud) = value(self.client.settings_is_cloud()).await
        {
            self.edition.set(is_cloud);
        }
        self.edition.is_cloud()
    }
}

fn unsupported_kind(kind: &TargetKind) -> Error {
    Error::unsupported(platform::DOKPLOY, format_args!("targets of kind `{kind}`"))
}

/// What a call answers, and when, if the server dates it.
async fn dated<T>(call: ResponseFuture<'_, T>) -> Result<(T, Option<Timestamps>)> {
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
