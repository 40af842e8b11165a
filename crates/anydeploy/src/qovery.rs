//! Qovery: a request that may wait and be merged, an execution with an id of its own, and one state a service.
//!
//! Qovery's server is closed source.
//! Facts in this module are those of its published document of 2026-08-20 and of what its own clients do.
//!
//! * An environment runs one deployment at a time, its *execution*; further requests wait in its queue, where requests
//!   of one user are merged.
//!   A deployment is [`Exact`](crate::Identity::Exact) while its request is listed in the queue and once Qovery names
//!   that request beside the execution; [`Adopted`](crate::Identity::Adopted) if the request was merged into one that
//!   waited already; [`Inferred`](crate::Identity::Inferred) if only the order of executions identifies it.
//!   Only the answer of a single service is known to name the request that waits.
//!   After any other the queue is read, and a request that can only be the trigger's is `Inferred`.
//! * The outcome of a service is its own state in that execution, the outcome of an environment that of its last
//!   deployment; what either is doing besides plays no part.
//! * A deployment that was accepted and does not start within `lost_after` is
//!   [`NotFound`](crate::ErrorKind::NotFound), so a watch over it ends as lost; if another deployment started that may
//!   be this one, it is [`Undecidable`](crate::ErrorKind::Undecidable).
//! * A running deployment can only be cancelled for the whole environment, with every service that is deployed along; the
//!   answer names them.
//!   While a lifecycle job runs in it, the cancel is forced, which ends the job as well.
//!   A request that waits is cancelled for all services that it is for; it counts as
//!   [`Cancelled`](crate::Phase::Cancelled) once Qovery says so, or once it left the queue `lost_after` ago and nothing of
//!   it began.
//! * [`Revision::Configured`](crate::Revision::Configured) is the head of the branch, the tag or the chart version that is
//!   configured.
//!   A bare call would keep the commit that was deployed, so the adapter reads the revision and names it; if that
//!   fails, nothing is triggered.
//!   Databases are deployed as they are configured.
//!   That whole environments are deployed with the newest commits is declared and not proven: Qovery's console and command
//!   line call the same request a redeployment. No revision is claimed for them, and a note says so.
//! * [`Revision::Deployed`](crate::Revision::Deployed) is what was deployed last; databases and environments have none.
//! * A commit goes with applications, jobs, charts and Terraform services from git, an image tag with containers and jobs
//!   from an image, a chart version with charts from a chart repository; one request names only one of them.
//!   The values of a chart may come from a commit of their own; the history does not list it, so it is not verified.
//! * After a success the revision that ran is read from the history, or from the service.
//! * A job runs for one event if a request names it, and a Terraform service is planned, unlocked or migrated.
//!   An unlock and a migration are about the state of what was deployed, so that they name a commit only if the request does.
//!   How a deployment for the stop or delete event of a job ends is not documented: only `DEPLOYED` is a success.
//! * A restart ends in `RESTARTED` alone, and is offered for applications, containers and databases; a redeployment ends in
//!   that or in `DEPLOYED`, as which of the two is not documented, and restarts nothing unless something has changed.
//! * A start is a deployment of the version that was deployed; that of an environment names the services that are stopped
//!   or about to be, so that the others are not touched.
//!   Terraform services are neither started nor stopped, and skipped services not with their environment, which counts as
//!   stopped without them.
//! * A state is the end of the last action, as no call reports how the containers run: `Running` means that the target was
//!   deployed or restarted.
//!   It is no result while an action of the environment takes the target in, waits in the queue, or was accepted by this
//!   process and is not listed yet.
//! * A rollback is a deployment of an older commit, tag or chart version from the history, with the variables and the other
//!   settings of today, including the values of a chart.
//! * Several services of one environment are deployed by one request that names each with its version; what it does not
//!   name is not touched.
//!   It takes no event of a job and no action of a Terraform service, and Qovery has no tags to select by.
//! * Qovery makes and deletes previews by itself, for pull requests of applications; no call does, so that the group
//!   [`Previews`](crate::Previews) is not offered.
//! * Variables stand at the project, the environment or the service, and a plan writes those of the target alone: one whose
//!   key stands above becomes an override.
//!   Databases have none.
//! * A service is `CANCELED` also because another one of its execution failed; then it is
//!   [`Failed`](crate::Phase::Failed).
//! * With the feature `websocket`, the log of a deployment is followed through a socket at Qovery's own address beside its own
//!   API, and at the address of `socket_url` beside another; that it takes an API token is not proven, and where it refuses
//!   the token, the log is polled.
//! * No call reports how what was deployed runs, so the group [`Health`](crate::Health) reads the end of the last action and
//!   never reports [`Healthy`](crate::HealthState::Healthy).
//! * Ids are UUIDs, in any case; others are refused.
//! * A token goes by `Token`, the JWT of a person by `Bearer`; their form decides which it is unless `token_scheme` is
//!   set.

mod accepted;
mod action;
mod answer;
mod api;
mod baseline;
mod batch;
mod body;
mod bystander;
mod cancel;
mod catalog;
mod entries;
mod error;
mod events;
mod explain;
mod health;
mod history;
mod ids;
mod lifecycle;
mod lists;
mod logs;
mod order;
mod outcome;
mod pending;
mod place;
mod precheck;
mod queue;
mod ran;
mod read;
mod reason;
mod resolve;
mod revision;
mod row;
mod running;
mod search;
mod selection;
mod service;
mod service_log;
mod snapshot;
#[cfg(feature = "websocket")]
mod socket;
mod stages;
mod starting;
mod state;
mod status;
mod statuses;
mod trigger;
mod unlisted;
mod variables;
mod versions;

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use qovery_client::Client;
use qovery_client::wire::Auth;
use secrecy::ExposeSecret;

pub use events::{WEBHOOK_HEADERS, parse_webhook};
pub use qovery_client::types::{
    DeploymentHistoryActionStatus, DeploymentHistoryTriggerAction, ServiceActionEnum, ServiceActionStatusEnum,
    ServiceDeploymentStatusEnum, ServiceTypeEnum, StateEnum,
};
pub use status::{phase, service_state};

use crate::adapter::throttle::{Class, as_class};
use crate::config::{Config, Connect, Conventions, TokenScheme, is_jwt};
use crate::groups::{offers, polls_together, two_phase};
use crate::{
    BatchRead, Budget, Builder, Capabilities, DeployRequest, Deployer, Deployment, DeploymentId, Platform, ReportRead,
    RequestOption, Result, Target, TargetKind, Timing, Traffic, platform,
};
use crate::{adapter, telemetry};

use api::Api;
use pending::Pending;
use read::read;
use trigger::QoveryPlanner;
use unlisted::Unlisted;

/// The configuration of a [`Qovery`] deployer.
pub type QoveryConfig = Config<Qovery>;

/// Builds a [`Qovery`] deployer.
pub type QoveryBuilder = Builder<Qovery>;

/// A deployer on Qovery; clones share its connections.
#[derive(Clone, Debug)]
pub struct Qovery {
    api: Api,
    scheme: TokenScheme,
    timing: Timing,
    account: Arc<str>,
    unlisted: Arc<Unlisted>,
}

impl Qovery {
    /// Builds a deployer step by step.
    pub fn builder() -> QoveryBuilder {
        Builder::new()
    }

    /// Makes a deployer from `QOVERY_CLI_ACCESS_TOKEN`, or from the token's other customary names.
    ///
    /// `QOVERY_TOKEN_SCHEME` is `token` or `bearer` (by default, the form of the token decides), `QOVERY_API_URL` another
    /// address than Qovery's, and `QOVERY_WS_URL` that of its sockets.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if the token is missing or something
    /// is not usable.
    pub fn from_env() -> Result<Self> {
        QoveryConfig::from_env()?.connect()
    }

    /// The id of a deployment that something else started, by the execution that Qovery's console and command line show.
    ///
    /// `environment` holds the target, and is the target's own id if that is an environment.
    /// Nothing is checked before the deployment is read.
    #[must_use]
    pub fn deployment_id(target: &Target, environment: &str, execution: &str) -> DeploymentId {
        Pending::listed(target, environment, execution).id()
    }

    /// What this process has sent to this instance with this token, and how long it waited for its rate limit.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.api.traffic()
    }

    /// The generated client, for everything the trait does not offer.
    #[cfg(feature = "raw-api")]
    #[must_use]
    pub fn api(&self) -> &Client {
        self.api.client()
    }

    /// Makes an error of the generated client one of this crate, with its kind, the server's own sentence and advice.
    #[cfg(feature = "raw-api")]
    #[must_use]
    pub fn error(error: qovery_client::wire::Error) -> crate::Error {
        error::map_error(error)
    }
}

impl Connect for Qovery {
    const CONVENTIONS: Conventions = Conventions {
        platform: platform::QOVERY,
        url_variables: &["QOVERY_API_URL", "QOVERY_URL", "QOVERY_BASE_URL", "QOVERY_ENDPOINT"],
        token_variables: &[
            "QOVERY_CLI_ACCESS_TOKEN",
            "Q_CLI_ACCESS_TOKEN",
            "QOVERY_API_TOKEN",
            "QOVERY_TOKEN",
            "QOVERY_ACCESS_TOKEN",
            "QOVERY_API_KEY",
        ],
        scheme_variable: Some("QOVERY_TOKEN_SCHEME"),
        injected_url: None,
        default_url: Some(Client::BASE_URL),
        // That of Qovery's command line, under its name (210d6c6, `utils/qovery.go`).
        socket_url: Some(("wss://ws.qovery.com", "QOVERY_WS_URL")),
        api_path: "",
        trigger_timeout: None,
        // For each token, by Qovery's documentation.
        budget: Budget::assumed(1000, Duration::from_hours(1)),
        // Less than the minute of the usual load balancers.
        idle_timeout: Duration::from_secs(55),
        api_aliases: &[],
        pages: &["organization", "project", "environment", "application", "container", "job", "helm", "login"],
        foreign_hosts: &[(
            "console.qovery.com",
            "the URL is that of Qovery's console; the API is at https://api.qovery.com, which need not be set",
        )],
    };

    fn connect(config: &Config<Self>) -> Result<Self> {
        let scheme = match config.token_scheme {
            Some(scheme) => scheme,
            // Qovery's command line takes both from one variable, too, and distinguishes them by their form.
            None if config.token.as_ref().is_some_and(|token| is_jwt(token.expose_secret())) => TokenScheme::Bearer,
            None => TokenScheme::Token,
        };
        let auth = |token| match scheme {
            TokenScheme::Bearer => Auth::bearer(token),
            _ => Auth::scheme("Token", token),
        };
        let api = Api::new(Client::from_http(config.http(auth)?));
        #[cfg(feature = "websocket")]
        let api = api.with_sockets(config.socket_http(auth)?);
        Ok(Self { api, scheme, timing: config.timing(), account: config.account().into(), unlisted: Arc::default() })
    }
}

impl Deployer for Qovery {
    fn platform(&self) -> Platform {
        platform::QOVERY
    }

    fn capabilities(&self) -> Capabilities {
        use RequestOption::{
            ChartVersion, Commit, Deployed, ImageTag, JobEvent, TerraformAction as Action, ValuesCommit,
        };
        let deploys = Capabilities::new()
            .with_kind(TargetKind::Application, &[Commit, Deployed])
            .with_kind(TargetKind::Container, &[ImageTag, Deployed])
            .with_kind(TargetKind::Job, &[Commit, ImageTag, Deployed, JobEvent])
            .with_kind(TargetKind::Helm, &[Commit, ChartVersion, ValuesCommit, Deployed])
            .with_kind(TargetKind::Terraform, &[Commit, Deployed, Action])
            // A database is deployed as it is configured, and the request for an environment names no revision; the document
            // says that it takes the newest commits (line 6246), which is not proven.
            .with_kind(TargetKind::Database, &[])
            .with_kind(TargetKind::Environment, &[])
            // 1000 requests an hour for each token, by Qovery's documentation.
            .with_poll_interval(Duration::from_secs(5));
        action::with_actions(deploys)
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        telemetry::deploy(request, adapter::deploy(QoveryPlanner(self), request).boxed()).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        async move { read(self, Pending::of(id)?).await }.boxed()
    }

    polls_together!();
    offers!(two_phase: TwoPhase, history: History, cancel: Cancel, logs: Logs, catalog: Catalog, lifecycle: Lifecycle,
        rollback: Rollback, variables: Variables, selections: Selections, health: Health);
}

two_phase!(Qovery, QoveryPlanner);

impl BatchRead for Qovery {
    fn read_batch<'a>(&'a self, ids: &'a [DeploymentId], report: &'a ReportRead<'a>) -> BoxFuture<'a, ()> {
        as_class(Class::Tick, batch::read(self, ids, report)).boxed()
    }
}
