//! The requests that the adapter makes, one method each.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use dokploy_client::Client;
use dokploy_client::types::{
    DeployApplication, DeployCompose, Deployment as Row, DeploymentDetails, DeploymentReadLogsParams, Domain, Member,
};
use dokploy_client::wire::{self, Http, Method, ResponseFuture};
use serde_json::{Map, Value, json};

use super::ApplicationStatusEnum;
use super::containers::Container;
use super::edition::Edition;
use super::error::map_error;
use super::operation::Operation;
use super::queue::{Jobs, Queue};
use super::rows::{Rows, RowsByTarget};
use super::setting::Source;
use super::settings::{self, Settings};
use super::variables::{self, Texts};
use super::versions::Version;
use crate::adapter::Timestamps;
use crate::{Error, ErrorKind, Result, Target, TargetKind, Traffic, platform};

/// The list of projects, whose typed answer is that of 0.25 and later and would read an older one as empty projects.
const PROJECT_ALL: wire::Operation = wire::Operation::new(Method::Get, "project-all", "/project.all");

/// The list of all rows, read without what stands around each of them.
const ALL_ROWS: wire::Operation =
    wire::Operation::new(Method::Get, "deployment-allCentralized", "/deployment.allCentralized");

/// One application, of which a few columns are read.
const APPLICATION_ONE: wire::Operation = wire::Operation::new(Method::Get, "application-one", "/application.one");

/// One compose stack, of which a few columns are read.
const COMPOSE_ONE: wire::Operation = wire::Operation::new(Method::Get, "compose-one", "/compose.one");

/// How long the server may take for what it answers when it is over, such as the start of many containers.
const SYNCHRONOUS: Duration = Duration::from_mins(5);

const APPLICATION_RELOAD: wire::Operation = synchronous("application-reload", "/application.reload");
const APPLICATION_START: wire::Operation = synchronous("application-start", "/application.start");
const APPLICATION_STOP: wire::Operation = synchronous("application-stop", "/application.stop");
const COMPOSE_START: wire::Operation = synchronous("compose-start", "/compose.start");
const COMPOSE_STOP: wire::Operation = synchronous("compose-stop", "/compose.stop");

/// The rows of one service with what belongs to each, of which the kept image is read.
const ALL_BY_TYPE: wire::Operation = wire::Operation::new(Method::Get, "deployment-allByType", "/deployment.allByType");

const CONTAINERS: wire::Operation = wire::Operation::new(Method::Get, "docker-getContainers", "/docker.getContainers");

const ROLLBACK: wire::Operation = synchronous("rollback-rollback", "/rollback.rollback");

const APPLICATION_UPDATE: wire::Operation =
    wire::Operation::new(Method::Post, "application-update", "/application.update");

const COMPOSE_UPDATE: wire::Operation = wire::Operation::new(Method::Post, "compose-update", "/compose.update");

/// All variables of an application.
const APPLICATION_SAVE_ENVIRONMENT: wire::Operation =
    wire::Operation::new(Method::Post, "application-saveEnvironment", "/application.saveEnvironment");

/// All variables of a compose stack.
const COMPOSE_SAVE_ENVIRONMENT: wire::Operation =
    wire::Operation::new(Method::Post, "compose-saveEnvironment", "/compose.saveEnvironment");

const fn synchronous(id: &'static str, path: &'static str) -> wire::Operation {
    wire::Operation::new(Method::Post, id, path).with_timeout(SYNCHRONOUS)
}

/// The interface of one server; clones share its connections.
#[derive(Clone, Debug)]
pub(super) struct Api {
    client: Client,
    /// What is known of the server, for all clones alike.
    edition: Arc<Edition>,
}

impl Api {
    pub(super) fn new(http: Http) -> Self {
        Self { client: Client::from_http(http), edition: Arc::default() }
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
            other => Err(unsupported_kind(other)),
        }?;
        self.edition.answered(&answer);
        Ok(at)
    }

    /// Applies the settings of an application, and returns when that is over.
    pub(super) async fn reload(&self, target: &Target, app_name: &str) -> Result<()> {
        // Any 2xx is an acceptance; the server answers `true`.
        let body = json!({ "applicationId": target.id(), "appName": app_name });
        value(self.client.http().request(&APPLICATION_RELOAD).body(&body).empty()).await
    }

    /// Starts what is stopped, and returns when that is over.
    pub(super) async fn start(&self, target: &Target) -> Result<()> {
        self.of_kind(target, &APPLICATION_START, &COMPOSE_START).await
    }

    /// Stops what runs, and returns when that is over.
    pub(super) async fn stop(&self, target: &Target) -> Result<()> {
        self.of_kind(target, &APPLICATION_STOP, &COMPOSE_STOP).await
    }

    /// Sends one of two operations that need nothing but an id; the answer, which may hold secrets, is dropped.
    async fn of_kind(&self, target: &Target, application: &wire::Operation, compose: &wire::Operation) -> Result<()> {
        let (operation, body) = match target.kind() {
            TargetKind::Application => (application, json!({ "applicationId": target.id() })),
            TargetKind::Compose => (compose, json!({ "composeId": target.id() })),
            other => return Err(unsupported_kind(other)),
        };
        value(self.client.http().request(operation).body(&body).empty()).await
    }

    /// The settings of an application or a compose stack that decide something.
    pub(super) async fn settings(&self, target: &Target) -> Result<Settings> {
        target.validate()?;
        let http = self.client.http();
        match target.kind() {
            TargetKind::Application => {
                let request = http.request(&APPLICATION_ONE).query("applicationId", target.id());
                value(request.json::<settings::Application>()).await.map(Settings::from)
            }
            TargetKind::Compose => {
                let request = http.request(&COMPOSE_ONE).query("composeId", target.id());
                value(request.json::<settings::Compose>()).await.map(Settings::from)
            }
            other => Err(unsupported_kind(other)),
        }
    }

    /// The texts of the variables of an application or a compose stack.
    pub(super) async fn variables(&self, target: &Target) -> Result<Texts> {
        target.validate()?;
        let http = self.client.http();
        match target.kind() {
            TargetKind::Application => {
                let request = http.request(&APPLICATION_ONE).query("applicationId", target.id());
                value(request.json::<variables::Application>()).await.map(Texts::from)
            }
            TargetKind::Compose => {
                let request = http.request(&COMPOSE_ONE).query("composeId", target.id());
                value(request.json::<variables::Compose>()).await.map(Texts::from)
            }
            other => Err(unsupported_kind(other)),
        }
    }

    /// Saves the texts of variables as a whole, with all that is reset when it is left out.
    pub(super) async fn save_variables(&self, target: &Target, texts: &Texts) -> Result<()> {
        let (operation, body) = match target.kind() {
            TargetKind::Application => {
                let body = json!({
                    "applicationId": target.id(), "env": texts.env, "buildArgs": texts.build_args,
                    "buildSecrets": texts.build_secrets, "createEnvFile": texts.creates_env_file,
                });
                (&APPLICATION_SAVE_ENVIRONMENT, body)
            }
            TargetKind::Compose => (&COMPOSE_SAVE_ENVIRONMENT, json!({ "composeId": target.id(), "env": texts.env })),
            other => return Err(unsupported_kind(other)),
        };
        value(self.client.http().request(operation).body(&body).empty()).await
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

    /// Where an application or a compose stack comes from.
    pub(super) async fn source(&self, target: &Target) -> Result<Source> {
        target.validate()?;
        let (operation, id) = by_id(target)?;
        value(self.client.http().request(operation).query(id, target.id()).json()).await
    }

    /// Changes one column of an application or a compose stack; the answer, which may hold secrets, is dropped.
    pub(super) async fn update(&self, target: &Target, column: &str, text: &str) -> Result<()> {
        let (operation, id) = match target.kind() {
            TargetKind::Application => (&APPLICATION_UPDATE, "applicationId"),
            TargetKind::Compose => (&COMPOSE_UPDATE, "composeId"),
            other => return Err(unsupported_kind(other)),
        };
        let body = json!({ id: target.id(), column: text });
        value(self.client.http().request(operation).body(&body).empty()).await
    }

    pub(super) async fn rows(&self, target: &Target) -> Result<Rows> {
        target.validate()?;
        let (rows, at) = match target.kind() {
            TargetKind::Application => dated(self.client.deployment_all(target.id())).await,
            TargetKind::Compose => dated(self.client.deployment_all_by_compose(target.id())).await,
            other => Err(unsupported_kind(other)),
        }?;
        Ok(Rows { rows, at })
    }

    /// The rows of all applications and compose stacks that the key may see.
    pub(super) async fn all_rows(&self) -> Result<Vec<DeploymentDetails>> {
        value(self.client.deployment_all_centralized()).await
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

    /// The last lines of the log of a row.
    pub(super) async fn log(&self, row: &str, tail: usize) -> Result<String> {
        let params = DeploymentReadLogsParams { tail: i64::try_from(tail).ok() };
        value(self.client.deployment_read_logs(row, &params)).await
    }

    /// The name, status and domains of an application or a compose stack.
    pub(super) async fn details(&self, target: &Target) -> Result<(String, ApplicationStatusEnum, Vec<Domain>)> {
        target.validate()?;
        match target.kind() {
            TargetKind::Application => value(self.client.application_one(target.id()))
                .await
                .map(|row| (row.name, row.application_status, row.domains)),
            TargetKind::Compose => {
                value(self.client.compose_one(target.id())).await.map(|row| (row.name, row.compose_status, row.domains))
            }
            other => Err(unsupported_kind(other)),
        }
    }

    /// Whether the server says that there is no such target; what cannot be read says nothing.
    pub(super) async fn is_gone(&self, target: &Target) -> Option<Error> {
        let (operation, id) = by_id(target).ok()?;
        let answer = value(self.client.http().request(operation).query(id, target.id()).empty()).await;
        answer.err().filter(|error| error.kind() == ErrorKind::NotFound)
    }

    pub(super) async fn projects(&self) -> Result<Vec<Map<String, Value>>> {
        value(self.client.http().request(&PROJECT_ALL).json()).await
    }

    /// Who the key belongs to.
    pub(super) async fn member(&self) -> Result<Option<Member>> {
        value(self.client.user_get()).await
    }

    pub(super) async fn version(&self) -> Result<String> {
        value(self.client.settings_get_dokploy_version()).await
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

/// The operation that reads one target, and the parameter that names it.
fn by_id(target: &Target) -> Result<(&'static wire::Operation, &'static str)> {
    match target.kind() {
        TargetKind::Application => Ok((&APPLICATION_ONE, "applicationId")),
        TargetKind::Compose => Ok((&COMPOSE_ONE, "composeId")),
        other => Err(unsupported_kind(other)),
    }
}

fn unsupported_kind(kind: &TargetKind) -> Error {
    Error::unsupported(platform::DOKPLOY, format_args!("targets of kind `{kind}`"))
}

/// What a call answers, and when, if the server dates it.
async fn dated<T>(call: ResponseFuture<'_, T>) -> Result<(T, Option<Timestamps>)> {
    let answer = call.await.map_err(map_error)?;
    let at = Timestamps::dated(answer.header("date"));
    Ok((answer.into_value(), at))
}

async fn value<T>(call: ResponseFuture<'_, T>) -> Result<T> {
    Ok(dated(call).await?.0)
}
