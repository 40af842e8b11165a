//! Coolify: one id for each deployment, confirmed by reading it.
//!
//! Facts in this module are those of Coolify 4.3.11, observed on a live server or read in its source.
//!
//! * A deployment is [`Exact`](crate::Identity::Exact) once its id was read back.
//!   Coolify invents an id when the same commit is being deployed already; such an id is never found, and the
//!   deployment under way is [`Adopted`](crate::Identity::Adopted) instead; once that one is not to be told any more,
//!   it is [`Undecidable`](crate::ErrorKind::Undecidable).
//! * After a lost answer, the one new deployment that the trigger can have made is
//!   [`Inferred`](crate::Identity::Inferred), unless another trigger of this process was under way for the same
//!   target; Coolify writes no mark of the caller into a deployment, so there is no proof.
//! * Services and databases have no deployments: they are started, and followed by how they run
//!   ([`Inferred`](crate::Identity::Inferred)), for the whole grace period if they ran before.
//! * Abilities of a token are disjoint: `deploy` triggers, `read` waits, `read:sensitive` reads logs.
//! * `no_cache` is Coolify's `force`; an image tag goes with a pull request only.

mod check;
mod deploy;
mod logs;
mod lost;
mod meaning;
mod read;
mod resource;
mod status;

use std::time::Duration;

use coolify_client::Client;
use futures::future::{BoxFuture, FutureExt};

pub use coolify_client::types::DeploymentStatusEnum;
pub use status::phase;

use crate::config::{Config, Connect, Conventions};
use crate::{
    Builder, Capabilities, Check, DeployRequest, Deployer, Deployment, DeploymentId, HistoryOptions, LogOptions,
    LogPage, Platform, Result, Service, Target, TargetKind,
};
use meaning::fail;

/// The configuration of a [`Coolify`] deployer.
pub type CoolifyConfig = Config<Coolify>;

/// Builds a [`Coolify`] deployer.
pub type CoolifyBuilder = Builder<Coolify>;

/// A deployer on one Coolify instance; clones share its connections.
#[derive(Clone, Debug)]
pub struct Coolify {
    client: Client,
    grace: Duration,
}

impl Coolify {
    /// Builds a deployer step by step.
    pub fn builder() -> CoolifyBuilder {
        Builder::new()
    }

    /// Makes a deployer from `COOLIFY_URL` and `COOLIFY_TOKEN`, or from their other customary names.
    ///
    /// A program that Coolify hosts sets `COOLIFY_BASE_URL`, because Coolify sets `COOLIFY_URL` to the program's own address;
    /// see [`Config::from_env`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if one is missing or not usable.
    pub fn from_env() -> Result<Self> {
        CoolifyConfig::from_env()?.connect()
    }

    /// The generated client, for everything the trait does not offer.
    #[cfg(feature = "raw-api")]
    #[must_use]
    pub fn api(&self) -> &Client {
        &self.client
    }

    /// Makes an error of the generated client one of this crate, with its kind, the server's own sentence and advice.
    #[cfg(feature = "raw-api")]
    #[must_use]
    pub fn error(error: coolify_client::wire::Error) -> crate::Error {
        fail(error)
    }
}

impl Connect for Coolify {
    const CONVENTIONS: Conventions = Conventions {
        platform: Platform::Coolify,
        url_variables: &["COOLIFY_URL", "COOLIFY_BASE_URL", "COOLIFY_ENDPOINT"],
        token_variables: &["COOLIFY_TOKEN", "COOLIFY_API_TOKEN", "COOLIFY_ACCESS_TOKEN", "COOLIFY_API_KEY"],
        scheme_variable: None,
        injected_url: Some(("COOLIFY_URL", &["COOLIFY_FQDN", "COOLIFY_RESOURCE_UUID", "COOLIFY_CONTAINER_NAME"])),
        default_url: None,
        api_path: "/api/v1",
    };

    fn connect(config: &Config<Self>) -> Result<Self> {
        config.refuse_token_scheme()?;
        let http = config.http(coolify_client::wire::Auth::bearer)?;
        Ok(Self { client: Client::from_http(http), grace: config.grace })
    }
}

impl Deployer for Coolify {
    fn platform(&self) -> Platform {
        Platform::Coolify
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::new(&[TargetKind::Application, TargetKind::Service, TargetKind::Database]);
        capabilities.image_tag = true;
        capabilities.no_cache = true;
        capabilities.pull_request = true;
        capabilities.history = true;
        capabilities.cancel = true;
        capabilities.logs = true;
        capabilities.service = true;
        capabilities.services = true;
        capabilities.check = true;
        // 200 requests a minute for all tokens of a user; a read of a deployment is large besides.
        capabilities.poll_interval = Duration::from_secs(2);
        capabilities
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.trigger(request).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.read(id).boxed()
    }

    fn history<'a>(&'a self, target: &'a Target, options: HistoryOptions) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        self.read_history(target, options).boxed()
    }

    fn cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.stop_deployment(id).boxed()
    }

    fn logs<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        self.read_logs(id, options).boxed()
    }

    fn service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        self.read_service(target).boxed()
    }

    fn services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        self.list_services().boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<Check>> {
        self.check_token().boxed()
    }
}
