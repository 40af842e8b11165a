//! The requests that the adapter makes, one method each.

use std::sync::Arc;

use dokploy_client::Client;
use dokploy_client::types::{
    DeployApplication, DeployCompose, DeploymentDetails, DeploymentReadLogsParams, Domain, Member,
};
use dokploy_client::wire::{Http, Method, Operation, Response};
use serde_json::{Map, Value};

use super::ApplicationStatusEnum;
use super::edition::{Edition, KnownEdition};
use super::error::map_error;
use super::queue::Queue;
use super::rows::Rows;
use crate::clock::Timestamps;
use crate::{Error, ErrorKind, Result, Target, TargetKind, platform};

/// The list of projects, whose typed answer is that of 0.25 and later and would read an older one as empty projects.
const PROJECT_ALL: Operation = Operation::new(Method::Get, "project-all", "/project.all");

/// The interface of one server; clones share its connections.
#[derive(Clone, Debug)]
pub(super) struct Api {
    client: Client,
    /// What is known of the server, for all clones alike.
    edition: Arc<KnownEdition>,
}

/// An application or a compose stack, as far as both are alike.
pub(super) struct Details {
    pub(super) name: String,
    pub(super) status: ApplicationStatusEnum,
    pub(super) domains: Vec<Domain>,
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

    /// Where the triggers of a target take turns.
    pub(super) fn place(&self, target: &Target) -> String {
        format!("{} {} {}", self.client.http().base_url(), target.kind(), target.id())
    }

    /// Triggers a deployment with a title and a description, and returns the time of the answer by the server's clock.
    pub(super) async fn deploy(
        &self,
        target: &Target,
        title: Option<&str>,
        description: String,
    ) -> Result<Option<Timestamps>> {
        let (title, description) = (title.map(str::to_owned), Some(description));
        // An empty body, `true` or any other JSON with a 2xx is an acceptance, by version and edition.
        let answered = match target.kind() {
            TargetKind::Application => {
                let mut body = DeployApplication::new(target.id());
                (body.title, body.description) = (title, description);
                self.client.application_deploy(&body).await
            }
            TargetKind::Compose => {
                let mut body = DeployCompose::new(target.id());
                (body.title, body.description) = (title, description);
                self.client.compose_deploy(&body).await
            }
            other => return Err(unsupported_kind(other)),
        };
        let reply = answered.map_err(map_error)?;
        self.edition.answered(reply.value());
        Ok(read_at(&reply))
    }

    pub(super) async fn rows(&self, target: &Target) -> Result<Rows> {
        target.validate()?;
        let reply = match target.kind() {
            TargetKind::Application => self.client.deployment_all(target.id()).await,
            TargetKind::Compose => self.client.deployment_all_by_compose(target.id()).await,
            other => return Err(unsupported_kind(other)),
        };
        let reply = reply.map_err(map_error)?;
        Ok(Rows { at: read_at(&reply), rows: reply.into_value() })
    }

    /// The rows of all applications and compose stacks that the key may see.
    pub(super) async fn all_rows(&self) -> Result<Vec<DeploymentDetails>> {
        Ok(self.client.deployment_all_centralized().await.map_err(map_error)?.into_value())
    }

    /// The queue as far as it concerns `target`; `None` on a server older than 0.28.3, which shows none.
    pub(super) async fn queue(&self, target: &Target) -> Result<Option<Queue>> {
        match self.client.deployment_queue_list().await.map_err(map_error) {
            Ok(reply) => {
                let at = read_at(&reply);
                Ok(Some(Queue::of(reply.into_value(), target, at)))
            }
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The last lines of the log of a row.
    pub(super) async fn log(&self, row: &str, tail: usize) -> Result<String> {
        let params = DeploymentReadLogsParams { tail: i64::try_from(tail).ok() };
        Ok(self.client.deployment_read_logs(row, &params).await.map_err(map_error)?.into_value())
    }

    pub(super) async fn details(&self, target: &Target) -> Result<Details> {
        target.validate()?;
        match target.kind() {
            TargetKind::Application => {
                let row = self.client.application_one(target.id()).await.map_err(map_error)?.into_value();
                Ok(Details { name: row.name, status: row.application_status, domains: row.domains })
            }
            TargetKind::Compose => {
                let row = self.client.compose_one(target.id()).await.map_err(map_error)?.into_value();
                Ok(Details { name: row.name, status: row.compose_status, domains: row.domains })
            }
            other => Err(unsupported_kind(other)),
        }
    }

    /// Whether the server says that there is no such target; what cannot be read says nothing.
    pub(super) async fn is_gone(&self, target: &Target) -> Option<Error> {
        self.details(target).await.err().filter(|error| error.kind() == ErrorKind::NotFound)
    }

    pub(super) async fn projects(&self) -> Result<Vec<Map<String, Value>>> {
        Ok(self.client.http().request(&PROJECT_ALL).json().await.map_err(map_error)?.into_value())
    }

    /// Who the key belongs to.
    pub(super) async fn member(&self) -> Result<Option<Member>> {
        Ok(self.client.user_get().await.map_err(map_error)?.into_value())
    }

    pub(super) async fn version(&self) -> Result<String> {
        Ok(self.client.settings_get_dokploy_version().await.map_err(map_error)?.into_value())
    }

    /// The edition of the server, which is asked for it once.
    pub(super) async fn edition(&self) -> Edition {
        if self.edition.get() == Edition::Unknown
            && let Ok(cloud) = self.client.settings_is_cloud().await
        {
            self.edition.set(*cloud.value());
        }
        self.edition.get()
    }
}

fn unsupported_kind(kind: &TargetKind) -> Error {
    Error::unsupported(platform::DOKPLOY, format_args!("targets of kind `{kind}`"))
}

/// The time of an answer, if the server dates it.
fn read_at<T>(reply: &Response<T>) -> Option<Timestamps> {
    Timestamps::dated(reply.header("date"))
}
