//! Toy: the deployer, how it is built, and what it offers.
//!
//! * Toy stores a deployment before it answers a trigger, and the answer holds its id.
//! * Reads come from a copy that may be some seconds old, so that a deployment is
//!   [`Pending`](anydeploy_adapter::Identity::Pending) until its row was read, and [`Exact`](anydeploy_adapter::Identity::Exact) from then
//!   on.
//! * A deployment keeps the note of its trigger.
//!   The adapter ends the note with a correlation tag, by which the deployment of a lost answer is `Exact` as well.
//! * Toy never merges two triggers.

mod api;
mod cancel;
mod error;
mod history;
mod logs;
mod note;
mod pending;
mod read;
mod status;
mod trigger;

use std::time::Duration;

use anydeploy_adapter::{self, Conventions};
use anydeploy_adapter::{
    Budget, Builder, Cancel, Capabilities, Config, Connect, DeployRequest, Deployer, Deployment, DeploymentId, History,
    Intent, Logs, Platform, RequestOption, Result, TargetKind, Timing, TwoPhase, telemetry,
};
use anydeploy_wire::Auth;
use futures::future::{BoxFuture, FutureExt};

pub use status::{State, phase};

use api::Api;
use trigger::ToyPlanner;

/// The platform.
pub const PLATFORM: Platform = Platform::new("toy");

/// The configuration of a [`Toy`] deployer.
pub type ToyConfig = Config<Toy>;

/// Builds a [`Toy`] deployer.
pub type ToyBuilder = Builder<Toy>;

/// A deployer on one Toy instance; clones share its connections.
#[derive(Clone, Debug)]
pub struct Toy {
    api: Api,
    timing: Timing,
}

impl Toy {
    /// Builds a deployer step by step.
    pub fn builder() -> ToyBuilder {
        Builder::new()
    }

    /// Makes a deployer from `TOY_URL` and `TOY_TOKEN`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`](anydeploy_adapter::ErrorKind::InvalidConfiguration) if the URL or the token is missing or
    /// not usable.
    pub fn from_env() -> Result<Self> {
        ToyConfig::from_env()?.connect()
    }
}

impl Connect for Toy {
    const CONVENTIONS: Conventions = Conventions {
        platform: PLATFORM,
        url_variables: &["TOY_URL"],
        token_variables: &["TOY_TOKEN"],
        scheme_variable: None,
        injected_url: None,
        default_url: None,
        socket_url: None,
        api_path: "/api",
        trigger_timeout: None,
        budget: Budget::assumed(600, Duration::from_mins(1)),
        idle_timeout: Duration::from_secs(55),
        api_aliases: &[],
        pages: &[],
        foreign_hosts: &[],
    };

    fn connect(config: &Config<Self>) -> Result<Self> {
        Ok(Self { api: Api::new(config.http(Auth::bearer)?), timing: config.timing() })
    }
}

impl Deployer for Toy {
    fn platform(&self) -> Platform {
        PLATFORM
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new().with_kind(TargetKind::Application, &[RequestOption::Reason])
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        telemetry::deploy(request, anydeploy_adapter::deploy(ToyPlanner(self), request)).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        read::read(self, id).boxed()
    }

    fn two_phase(&self) -> Option<&dyn TwoPhase> {
        Some(self)
    }

    fn history(&self) -> Option<&dyn History> {
        Some(self)
    }

    fn cancel(&self) -> Option<&dyn Cancel> {
        Some(self)
    }

    fn logs(&self) -> Option<&dyn Logs> {
        Some(self)
    }
}

impl TwoPhase for Toy {
    fn prepare_trigger<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Intent>> {
        anydeploy_adapter::prepare(ToyPlanner(self), request).boxed()
    }

    fn send_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        telemetry::deploy(intent.request(), anydeploy_adapter::send(ToyPlanner(self), intent)).boxed()
    }

    fn recover_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        anydeploy_adapter::recover(ToyPlanner(self), intent).boxed()
    }
}
