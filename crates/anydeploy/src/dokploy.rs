//! Dokploy: the answer holds no id, so a deployment is identified by a correlation tag in its description.
//!
//! Facts in this module are those of Dokploy 0.30.2, observed on a live server or read in its source.
//!
//! * The answer to a trigger is empty, and the row of a deployment appears only when its job starts.
//!   A row with the tag is [`Exact`](crate::Identity::Exact), and from then on only its id counts.
//!   Polls for it begin before the trigger is answered, because a lost answer is known only after the timeout.
//! * At its end, a deployment from git has the commit in place of the tag.
//!   If its row was not seen before, it is [`Inferred`](crate::Identity::Inferred) from the order of the queue,
//!   provided that its job was seen there.
//!   A row that is older than the job never belongs to it.
//!   If two rows may belong to the deployment, or none, it stays [`Pending`](crate::Identity::Pending), and after
//!   [`lost_after`](crate::Timing::lost_after) it is [`Undecidable`](crate::ErrorKind::Undecidable); the same holds if
//!   another trigger of this process may have made one of the rows.
//!   Ids become more precise with every poll, so keep the newest.
//! * Before a trigger the rows are read, and where there are none the application or compose stack itself: an id of the
//!   other kind is [`NotFound`](crate::ErrorKind::NotFound), and nothing is triggered.
//!   A read that fails is repeated for as long as the panel may [restart](crate::Timing::server_restarts).
//! * A trigger whose deployment does not appear [in time](crate::Timing::trigger_settles) after its answer was lost is
//!   [`NotTriggered`](crate::ErrorKind::NotTriggered).
//!   A gateway may deliver it even later: a repeat of the same request in this process, within
//!   [`lost_after`](crate::Timing::lost_after), first searches for its deployment, and returns that instead of deploying
//!   twice.
//!   A trigger that is delivered after that repeat, or repeated by another process, makes a second deployment.
//! * Another process [recovers](crate::DeployerExt::recover) an intent by the correlation tag, in the rows and the queue.
//!   Where no tag is left, the only new row that the trigger can have made at once is
//!   [`Inferred`](crate::Identity::Inferred).
//!   A later row may be its own if anything ran on the server at that time, so that its job may have waited; then it is
//!   [`Undecidable`](crate::ErrorKind::Undecidable).
//!   Deployments of previews, and of services that the key may not see, are not listed: a job that waited for one of them
//!   counts as never triggered once its tag is gone.
//! * `done` says that the build ended well and that Docker took the service, not that it is healthy.
//!   How it runs is read from the tasks and containers of the engine; an empty list, which is also the answer where the
//!   engine failed, says nothing.
//! * A row that stays `running` although the queue holds no job of its target never ends: Dokploy gave it up, as it does if the
//!   remote server cannot be reached even for the last line of the log.
//!   It has failed once it is older than [`lost_after`](crate::Timing::lost_after) and a second read, at least
//!   [`row_appears`](crate::Timing::row_appears) later, shows the same: since 0.29.9 a server that starts takes requests with an
//!   empty queue before it marks the rows that run as `cancelled`.
//!   Then it keeps nothing from being restarted, rolled back, started or stopped; these and a read of the state wait for the
//!   second read.
//!   While a job is there, the queue is read again for that row only every `lost_after`.
//!   Before 0.28.3, and with a key that may not read the queue, only the deadline of a watch ends it.
//! * 401 is a refused key, an exhausted one or a rate limit, all alike; a missing permission is distinguished from
//!   them.
//!   Every request counts twice against the limits of a key.
//! * A restart of the server marks all rows that run as `cancelled`.
//!   Before 0.29.9 the jobs stay, and what was cancelled so is run again after half a minute, with a row of its own: it is over
//!   only once the queue holds no job of it, and the newer row is followed.
//! * A deployment cannot be cancelled: a self-hosted server refuses (`Deployment cancellation only available in cloud
//!   version`), and what it offers for jobs that wait drops those of everyone.
//! * Before 0.28.3 the queue cannot be read: a deployment that waits is then only known to be accepted, and never
//!   [`Lost`](crate::Outcome::Lost).
//!   Before 0.25 it stores no text of the caller, so that a deployment which another user starts at the moment of the
//!   trigger may be taken for the trigger's own.
//! * `Configured` is what it deploys: the head of the configured branch, or the configured image.
//!   A rebuild (`application.redeploy`) fetches nothing, so that it builds what the last clone left on the disk, also that
//!   of a deployment which failed, and takes the image that is configured by now: `Deployed` is refused.
//!   So is a commit; an image tag or a branch is set for good, by a request [with a
//!   setting](crate::DeployRequest::with_setting).
//!   A deployment of somebody else that waits meanwhile takes that setting as well.
//! * A deployment from git has its commit in the row once it is over; no row says which image ran.
//!   Where a request set an image tag, the log names the image that was pulled.
//! * A restart (`application.reload`) applies the settings as they are now, builds nothing, starts what was stopped, and
//!   leaves no row: the answer is its end, and its id holds it.
//!   A lost answer is [`Inferred`](crate::Identity::Inferred) if the status changed and nothing else can have changed it;
//!   otherwise it is [`Undecidable`](crate::ErrorKind::Undecidable).
//!   Beside a deployment that is under way it is a [`Conflict`](crate::ErrorKind::Conflict), and nothing is sent.
//! * A rollback (`rollback.rollback`) applies an image that an earlier deployment kept in a registry, and leaves no row.
//!   It has succeeded once the containers run that image; a key that may not read them gets a success whose revision is
//!   unverified.
//!   The settings stay, so that the next deployment or restart brings their version back.
//! * A redeployment keeps its correlation tag to the end, from git as well.
//! * What is done with a database (`postgres.deploy`, `redis.reload`, and so on for six engines) is answered when it is
//!   over, and leaves no row; its id holds the end.
//!   A deployment and a redeployment are the same; a restart stops and starts what was deployed, and applies no settings.
//!   While it is deployed its status is `running`, which is all that shows it: a restart or a stop is then a
//!   [`Conflict`](crate::ErrorKind::Conflict), and nothing is sent.
//!   A lost answer, also that of a gateway which does not wait for the pull of an image, is
//!   [`Inferred`](crate::Identity::Inferred) if the status goes the way of the operation and no deployment was under way
//!   before, and otherwise
//!   [`Undecidable`](crate::ErrorKind::Undecidable).
//! * A preview is a target of its own, which only the webhook of a pull request makes; a request with a pull request
//!   deploys it, and its id is that of the preview.
//!   Deploying and redeploying it are one call, and its row keeps the correlation tag.
//! * Variables are texts that are saved as a whole, without a revision: a plan edits them and keeps every other byte, and
//!   applying it reads them before and afterwards.
//!   What somebody else saves between that read and the save is overwritten, because the server has no lock.
//! * A start and a stop are answered when they are over; a stop that the engine refuses is answered as if it had worked.
//!   The status is a result only while no job is queued and no row is running but those that were given up, because the end of
//!   a deployment starts again what was stopped meanwhile.

mod api;
mod baseline;
mod batch;
mod cancelled;
mod catalog;
mod check;
mod containers;
mod current;
mod database;
mod details;
mod domains;
mod earlier;
mod edition;
mod ended;
mod engine;
mod error;
mod events;
mod given_up;
mod health;
mod history;
mod infer;
mod jobless;
mod known;
mod lifecycle;
mod lists;
mod logs;
mod lost;
mod lost_write;
mod operation;
mod pending;
mod poll;
mod previews;
mod procedures;
mod projects;
mod queue;
mod ran;
mod read;
mod reason;
mod reload;
mod resolve;
mod rollback;
mod row;
mod rows;
mod runs;
mod search;
mod send;
mod service_log;
mod setting;
mod settings;
#[cfg(feature = "websocket")]
mod socket;
mod state;
mod status;
mod tail;
mod trigger;
mod under_way;
mod variables;
mod versions;

use std::sync::Arc;
use std::time::Duration;

use dokploy_client::wire::Auth;
use futures::future::{BoxFuture, FutureExt};

pub use dokploy_client::types::{ApplicationStatusEnum, DeploymentStatusEnum, QueueJobStateEnum};
pub use events::parse_webhook;
pub use status::{phase, queue_phase, service_state};

use crate::adapter::throttle::{Class, as_class};
use crate::config::{Config, Connect, Conventions};
use crate::groups::{offers, polls_together, two_phase};
use crate::{
    Ability, Action, BatchRead, Budget, Builder, Capabilities, DeployRequest, Deployer, Deployment, DeploymentId,
    Identity, Platform, ReportRead, RequestOption, Result, Target, TargetKind, Timing, Traffic, platform,
};
use crate::{adapter, telemetry};

use api::Api;
use trigger::DokployPlanner;

/// The configuration of a [`Dokploy`] deployer.
pub type DokployConfig = Config<Dokploy>;

/// Builds a [`Dokploy`] deployer.
pub type DokployBuilder = Builder<Dokploy>;

/// A deployer on one Dokploy instance; clones share its connections.
#[derive(Clone, Debug)]
pub struct Dokploy {
    api: Api,
    timing: Timing,
    account: Arc<str>,
}

impl Dokploy {
    /// Builds a deployer step by step.
    pub fn builder() -> DokployBuilder {
        Builder::new()
    }

    /// Makes a deployer from `DOKPLOY_URL` and `DOKPLOY_API_KEY`, or from their other customary names.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if one is missing or not usable.
    pub fn from_env() -> Result<Self> {
        DokployConfig::from_env()?.connect()
    }

    /// The id of a deployment that something else started, such as a webhook, from the `deploymentId` of its row.
    ///
    /// Nothing is sent; [`deployment`](Deployer::deployment) says whether there is such a row.
    ///
    /// ```
    /// use anydeploy::{Dokploy, Target};
    ///
    /// let id = Dokploy::deployment_id(&Target::application("KH-zCgQ4iYqXtF-AW0GbC"), "j938jqLwpgtWr5x8Y0tZ2");
    /// assert_eq!(id.to_string(), "dokploy:application:KH-zCgQ4iYqXtF-AW0GbC?row=j938jqLwpgtWr5x8Y0tZ2");
    /// ```
    #[must_use]
    pub fn deployment_id(target: &Target, deployment_row_id: &str) -> DeploymentId {
        pending::id_of_row(target, deployment_row_id, Identity::Exact)
    }

    /// What this process has sent to this instance with this token, and how long it waited for its rate limit.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.api.traffic()
    }

    /// The generated client, for everything the trait does not offer.
    #[cfg(feature = "raw-api")]
    #[must_use]
    pub fn api(&self) -> &dokploy_client::Client {
        self.api.client()
    }

    /// Makes an error of the generated client one of this crate, with its kind, the server's own sentence and advice.
    #[cfg(feature = "raw-api")]
    #[must_use]
    pub fn error(error: dokploy_client::wire::Error) -> crate::Error {
        error::map_error(error)
    }
}

impl Connect for Dokploy {
    const CONVENTIONS: Conventions = Conventions {
        platform: platform::DOKPLOY,
        url_variables: &["DOKPLOY_URL", "DOKPLOY_BASE_URL", "DOKPLOY_ENDPOINT"],
        token_variables: &[
            "DOKPLOY_API_KEY",
            "DOKPLOY_AUTH_TOKEN",
            "DOKPLOY_TOKEN",
            "DOKPLOY_API_TOKEN",
            "DOKPLOY_ACCESS_TOKEN",
        ],
        scheme_variable: None,
        injected_url: None,
        default_url: None,
        socket_url: None,
        api_path: "/api",
        trigger_timeout: None,
        // Only a key may have a limit, which no answer names.
        budget: Budget::unknown(),
        // The server closes an idle connection after some 5 seconds.
        idle_timeout: Duration::from_secs(4),
        api_aliases: &[],
        pages: &["dashboard", "login", "register", "swagger", "api"],
        foreign_hosts: &[],
    };

    fn connect(config: &Config<Self>) -> Result<Self> {
        let http = config.http(|key| Auth::header("x-api-key", key))?;
        Ok(Self { api: Api::new(http), timing: config.timing(), account: config.account().into() })
    }
}

impl Deployer for Dokploy {
    fn platform(&self) -> Platform {
        platform::DOKPLOY
    }

    fn capabilities(&self) -> Capabilities {
        use RequestOption::{PullRequest, Reason, SetBranch, SetImageTag};
        use TargetKind::{Application, Compose, Database, Preview};
        let lifecycle = [Ability::Start, Ability::Stop, Ability::Variables];
        let kept = [Ability::Domains, Ability::History, Ability::Logs];
        let runs = [Ability::ServiceLogs, Ability::Health];
        Capabilities::new()
            .with_kind(Application, &[Reason, SetImageTag, SetBranch, PullRequest])
            .with_action(Application, Action::Restart, &[])
            .with_action(Application, Action::Redeploy, &[Reason])
            .with_action(Application, Action::Rollback, &[])
            .with_abilities(Application, &lifecycle)
            .with_abilities(Application, &kept)
            .with_abilities(Application, &runs)
            .with_abilities(Application, &[Ability::Rollback, Ability::Previews])
            .with_kind(Compose, &[Reason, SetBranch])
            .with_action(Compose, Action::Redeploy, &[Reason])
            .with_abilities(Compose, &lifecycle)
            .with_abilities(Compose, &kept)
            .with_abilities(Compose, &runs)
            .with_kind(Database, &[])
            .with_action(Database, Action::Restart, &[])
            .with_action(Database, Action::Redeploy, &[])
            .with_abilities(Database, &lifecycle)
            .with_abilities(Database, &runs)
            .with_kind(Preview, &[Reason])
            .with_action(Preview, Action::Redeploy, &[Reason])
            .with_abilities(Preview, &kept)
            .with_abilities(Preview, &[Ability::Health])
            .with_correlation()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        telemetry::deploy(request, adapter::deploy(DokployPlanner(self), request).boxed()).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        read::read(self, id).boxed()
    }

    polls_together!();
    offers!(two_phase: TwoPhase, history: History, logs: Logs, catalog: Catalog, lifecycle: Lifecycle, rollback: Rollback, variables: Variables, previews: Previews, health: Health);
}

two_phase!(Dokploy, DokployPlanner);

impl BatchRead for Dokploy {
    fn read_batch<'a>(&'a self, ids: &'a [DeploymentId], report: &'a ReportRead<'a>) -> BoxFuture<'a, ()> {
        as_class(Class::Tick, batch::read(self, ids, report)).boxed()
    }
}
