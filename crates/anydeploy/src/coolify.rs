//! Coolify: one id for each deployment, confirmed by reading it.
//!
//! Facts in this module are those of Coolify 4.3.11, observed on a live server or read in its source.
//!
//! * A deployment is [`Exact`](crate::Identity::Exact) once its id was read back, by itself or in a list: some versions
//!   answer 404 to the single read of a deployment that the lists hold.
//! * Coolify merges a request into another deployment of the same commit that is queued or in progress, and answers
//!   with an id that it never stores, the *phantom id*.
//!   A deployment that waits is [`Adopted`](crate::Identity::Adopted), because it reads its configuration when it
//!   starts.
//!   A deployment that had begun before the request cannot contain later changes, so `deploy` ends with
//!   [`AlreadyRunning`](crate::ErrorKind::AlreadyRunning), unless the request says
//!   [`Adoption::Any`](crate::Adoption::Any).
//!   Coolify compares the commit and not the configuration: it merges a request for an application made from an image
//!   during the whole run, and for one built from a repository until its commit is known.
//!   What it merges into the deployment of an additional server has started nothing, and is `AlreadyRunning` whatever the
//!   request says.
//! * After a lost answer, the one new deployment that the trigger can have made is
//!   [`Inferred`](crate::Identity::Inferred), unless a concurrent trigger of this process was for the same target;
//!   Coolify stores no correlation tag in a deployment, so there is no proof.
//! * A deploy costs three requests: the deployments are counted, without reading any, then comes the trigger, and its
//!   deployment is read back. To deploy once more what was deployed last also reads the newest deployments.
//! * [`Revision::Commit`](crate::Revision::Commit) needs Coolify 4.3.0, an application built from a repository, and the
//!   full hash where the repository is cloned shallowly, which is the default.
//!   What ran is in [`Deployment::revision`], for an application made from an image as far as the token may read logs.
//! * Services and databases have no deployments: they are started, and followed by how they run
//!   ([`Inferred`](crate::Identity::Inferred)), for the whole [`lost_after`](crate::Timing::lost_after) if they ran before
//!   and were not seen down since; [`Deployment::note`] then says that their containers may be those from before.
//!   While Coolify does not reach their machine, the phase is [`Unknown`](crate::Phase::Unknown).
//!   A start has failed if they were seen starting or running and were down again for twice that time, or if no sign
//!   of them was seen for 15 minutes.
//! * A restart of an application is a deployment; it ships the head of the branch, or the commit that the application is
//!   pinned to, and starts the image of that commit without a build if it is there.
//!   If that is another commit than the one that ran, [`Deployment::note`] says so.
//!   A redeployment is a deployment; of a service it is a restart that pulls the images first.
//! * A start of an application is a deployment, and a stop touches none: one that is under way starts the application again.
//!   So a state is [busy](crate::RunState::busy) while one is queued or in progress, and shortly after one succeeded.
//! * A version to go back to is a commit, so an application made from an image has none; setting its tag is
//!   [`Setting::ImageTag`](crate::Setting::ImageTag).
//!   A setting is read, changed, and compared with what ran; it is set back if nothing was triggered.
//! * Variables are written by one request that is not atomic, with the value and every flag of each, because Coolify empties
//!   or resets what is left out; a failure is read back, and names what was written.
//!   Values are read with `read:sensitive` alone, and never of a variable that is shown once.
//! * Everything with a tag is deployed by one request, and each application has its own baseline and identity; services of
//!   the tag are started without a deployment.
//! * Previews are known by their deployments alone, so whether one exists is not.
//! * `finished` is Coolify's word for the container being exchanged.
//!   The post-deployment command runs after it, and its failure changes nothing; so do additional servers of the same
//!   application, each under an id of its own.
//! * Abilities of a token are disjoint: `deploy` triggers, starts and stops, `read` waits, `read:sensitive` reads logs, `write`
//!   changes settings and variables.
//! * `no_cache` is Coolify's `force`; an image tag goes with a pull request only.

mod additional;
mod answer;
mod api;
mod asked;
mod baseline;
mod batch;
mod cancel;
mod catalog;
mod check;
mod deployment;
mod destination;
mod error;
mod events;
mod find;
mod health;
mod history;
mod lifecycle;
mod lines;
mod logs;
mod pending;
mod previews;
mod read;
mod reason;
mod restart;
mod revision;
mod rollback;
mod row;
mod rows;
mod search;
mod selection;
mod service;
mod service_log;
mod setting;
mod settings;
mod start;
mod state;
mod status;
mod trigger;
mod twin;
mod variables;
mod version;
mod versions;

use std::sync::Arc;
use std::time::Duration;

use coolify_client::Client;
use futures::future::{BoxFuture, FutureExt};

pub use coolify_client::types::DeploymentStatusEnum;
pub use events::parse_webhook;
pub use status::phase;

use crate::adapter::throttle::{Class, as_class};
use crate::config::{Config, Connect, Conventions};
use crate::groups::{offers, polls_together, two_phase};
use crate::{
    Ability, Action, BatchRead, Budget, Builder, Capabilities, DeployRequest, Deployer, Deployment, DeploymentId,
    Platform, ReportRead, RequestOption, Result, Target, TargetKind, Timing, Traffic, platform,
};
use crate::{adapter, telemetry};

use api::Api;
use trigger::CoolifyPlanner;

/// The commit of a row that follows the branch or the configured image.
const HEAD: &str = "HEAD";

/// The configuration of a [`Coolify`] deployer.
pub type CoolifyConfig = Config<Coolify>;

/// Builds a [`Coolify`] deployer.
pub type CoolifyBuilder = Builder<Coolify>;

/// A deployer on one Coolify instance; clones share its connections.
#[derive(Clone, Debug)]
pub struct Coolify {
    api: Api,
    timing: Timing,
    account: Arc<str>,
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
    /// [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if the URL or the token is missing or
    /// not usable.
    pub fn from_env() -> Result<Self> {
        CoolifyConfig::from_env()?.connect()
    }

    /// The id of a deployment that something else started: the web interface, a webhook, or the raw API.
    ///
    /// `uuid` is Coolify's `deployment_uuid`; nothing is sent.
    /// [`deployment`](Deployer::deployment) answers [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is none.
    ///
    /// ```
    /// use anydeploy::{Coolify, Target};
    ///
    /// let id = Coolify::deployment_id(&Target::application("vgsco4o"), "cls1bny");
    /// assert_eq!(id.to_string(), "coolify:application:vgsco4o?deployment=cls1bny");
    /// ```
    #[must_use]
    pub fn deployment_id(target: &Target, uuid: &str) -> DeploymentId {
        pending::Pending::row(uuid).id(target)
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
    pub fn error(error: coolify_client::wire::Error) -> crate::Error {
        error::map_error(error)
    }
}

impl Connect for Coolify {
    const CONVENTIONS: Conventions = Conventions {
        platform: platform::COOLIFY,
        url_variables: &["COOLIFY_URL", "COOLIFY_BASE_URL", "COOLIFY_ENDPOINT"],
        token_variables: &["COOLIFY_TOKEN", "COOLIFY_API_TOKEN", "COOLIFY_ACCESS_TOKEN", "COOLIFY_API_KEY"],
        scheme_variable: None,
        injected_url: Some(("COOLIFY_URL", &["COOLIFY_FQDN", "COOLIFY_RESOURCE_UUID", "COOLIFY_CONTAINER_NAME"])),
        default_url: None,
        socket_url: None,
        api_path: "/api/v1",
        // `/deploy` starts a service or database inside the request (4.3.11).
        trigger_timeout: Some(Duration::from_mins(1)),
        // By default for all tokens of a user together; `API_RATE_LIMIT` of the instance is another (4.3.11).
        budget: Budget::assumed(200, Duration::from_mins(1)),
        // Less than the minute of the usual load balancers, and than the 65 and 75 seconds of nginx.
        idle_timeout: Duration::from_secs(55),
        // The API has no other version, so that `/api` alone can only mean it.
        api_aliases: &["/api"],
        pages: &[
            "dashboard",
            "login",
            "register",
            "project",
            "projects",
            "server",
            "servers",
            "source",
            "sources",
            "settings",
            "security",
            "team",
            "webhooks",
            "api",
        ],
        foreign_hosts: &[],
    };

    fn connect(config: &Config<Self>) -> Result<Self> {
        let http = config.http(coolify_client::wire::Auth::bearer)?;
        Ok(Self { api: Api::new(Client::from_http(http)), timing: config.timing(), account: config.account().into() })
    }
}

impl Deployer for Coolify {
    fn platform(&self) -> Platform {
        platform::COOLIFY
    }

    fn capabilities(&self) -> Capabilities {
        use Ability::{
            Cancel, DeployByTag, Domains, Health, History, Logs, Previews, ServiceLogs, Start, Stop, Variables,
        };
        use RequestOption::{Commit, Deployed, ImageTag, NoCache, PullRequest, SetBranch, SetImageTag};
        let mut capabilities = Capabilities::new()
            .with_kind(
                TargetKind::Application,
                &[Commit, Deployed, ImageTag, NoCache, PullRequest, SetImageTag, SetBranch],
            )
            .with_action(TargetKind::Application, Action::Restart, &[])
            .with_action(TargetKind::Application, Action::Redeploy, &[NoCache])
            .with_action(TargetKind::Application, Action::Rollback, &[])
            .with_abilities(
                TargetKind::Application,
                &[
                    Start,
                    Stop,
                    Ability::Rollback,
                    Variables,
                    Previews,
                    Domains,
                    DeployByTag,
                    History,
                    Cancel,
                    Logs,
                    ServiceLogs,
                    Health,
                ],
            );
        for kind in [TargetKind::Service, TargetKind::Database] {
            capabilities = capabilities
                .with_kind(kind.clone(), &[])
                .with_action(kind.clone(), Action::Restart, &[])
                .with_action(kind.clone(), Action::Redeploy, &[])
                .with_abilities(kind.clone(), &[Start, Stop, Variables, ServiceLogs, Health]);
            if kind == TargetKind::Service {
                capabilities = capabilities.with_abilities(kind, &[Domains]);
            }
        }
        capabilities
            // 200 requests a minute for all tokens of a user; a read of a deployment is large besides.
            .with_poll_interval(Duration::from_secs(2))
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        telemetry::deploy(request, adapter::deploy(CoolifyPlanner(self), request).boxed()).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        read::read(self, id).boxed()
    }

    polls_together!();
    offers!(two_phase: TwoPhase, history: History, cancel: Cancel, logs: Logs, catalog: Catalog, lifecycle: Lifecycle);
    offers!(rollback: Rollback, variables: Variables, previews: Previews, selections: Selections, health: Health);
}

two_phase!(Coolify, CoolifyPlanner);

impl BatchRead for Coolify {
    fn read_batch<'a>(&'a self, ids: &'a [DeploymentId], report: &'a ReportRead<'a>) -> BoxFuture<'a, ()> {
        as_class(Class::Tick, batch::read(self, ids, report)).boxed()
    }
}
