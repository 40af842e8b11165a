//! One fake behind one bad network, and the record of what it did, in the same form for every platform.

mod coolify;
mod dokploy;
mod platform;
mod qovery;
mod record;

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Budget, Builder, Connect, DeployRequest, Deployer, DeploymentId, Error, ErrorKind, Result, Timing};
use anydeploy_fakes::{FakeWrite, FaultPlan, FaultyNetwork, Timeline};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

pub use platform::ScenePlatform;
pub(crate) use record::{Ending, Part, ServerRecord};

/// The header by which the fakes know whose request it is.
const CALL: &str = "x-fake-call";

/// One fake behind one bad network, with the targets of a batch of calls.
pub(crate) trait Scene: Send + Sync {
    fn access(&self) -> &Access;

    /// What a call asks for; `target` counts from 0.
    fn request(&self, target: usize, call: u64) -> DeployRequest;

    /// Deploys a target that no caller asked for: as a person in the browser, or, if `foreign`, as another program with the
    /// same token.
    fn deploy_as_another(&self, target: usize, rng: &mut Rng, foreign: bool);

    /// Deploys a target as a person does, in a version of its own, so that it has something to go back to.
    fn deploy_a_version(&self, target: usize);

    /// What the fake did so far.
    fn server_records(&self) -> Vec<ServerRecord>;

    /// What the fake wrote so far besides deployments.
    fn writes(&self) -> Vec<FakeWrite>;

    /// How many deployments of a target the platform keeps.
    fn kept_deployments(&self) -> usize {
        usize::MAX
    }

    /// The platform's own id of a deployment, once it is known.
    fn deployment_in<'a>(&self, id: &'a DeploymentId) -> Option<&'a str>;

    /// The platform's own id of the request that led or may lead to it, where there are such ids.
    fn request_in<'a>(&self, _: &'a DeploymentId) -> Option<&'a str> {
        None
    }

    /// Whether it is over when it is answered, and leaves nothing that could be listed.
    fn leaves_nothing(&self, _: &DeploymentId) -> bool {
        false
    }
}

/// Under which conditions a scene plays.
#[derive(Clone, Debug)]
pub(crate) struct Conditions {
    /// Determines the scripts.
    pub(crate) seed: u64,
    /// The number of the scene: every other one has the rarer traits of a server.
    pub(crate) number: u64,
    pub(crate) targets: usize,
    /// How many deployments of each target are scripted.
    pub(crate) scripts: u64,
    /// How many of them succeed at once before the others.
    pub(crate) prepared: u64,
    /// The time of the fake and its network.
    pub(crate) timeline: Timeline,
    /// How far the server's clock is ahead of the callers', and how far behind.
    pub(crate) clock: (Duration, Duration),
    /// What the network breaks.
    pub(crate) faults: FaultPlan,
    pub(crate) times: Times,
}

/// How long the adapters of a scene wait for what.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Times {
    /// To which [`Timing`] is scaled.
    pub(crate) lost_after: Duration,
    /// The timeout of a request, and of making a connection.
    pub(crate) timeout: Duration,
}

impl Times {
    pub(crate) fn timing(self) -> Timing {
        Timing::scaled_to(self.lost_after)
    }
}

/// The bad network before a fake.
pub(crate) struct Access {
    pub(crate) network: Arc<FaultyNetwork>,
    /// What it breaks.
    pub(crate) faults: FaultPlan,
    pub(crate) timeline: Timeline,
    /// The address of the fake itself.
    origin: String,
    token: String,
    times: Times,
}

impl Access {
    /// `missing` is the route that is [not found](anydeploy_fakes::Fault::NotFound) now and then, and what the server says there.
    fn new(
        (origin, token): (&str, &str),
        conditions: &Conditions,
        missing: (&'static str, &'static str),
    ) -> Result<Self> {
        let Conditions { timeline, times, .. } = *conditions;
        let plan = conditions.faults.clone().not_found(missing.0, missing.1).along(timeline);
        let network = FaultyNetwork::on_this_runtime(origin, plan.clone()).map_err(|error| {
            Error::new(ErrorKind::InvalidConfiguration, "the network cannot be set up").with_source(error)
        })?;
        Ok(Self {
            network: Arc::new(network),
            faults: plan,
            timeline,
            origin: origin.to_owned(),
            token: token.to_owned(),
            times,
        })
    }

    /// How the adapter of a call reaches the server.
    pub(crate) fn connection(&self, call: u64) -> Connection {
        let (url, token) = (self.network.url(), self.token.clone());
        Connection { url, token, call: call.to_string(), times: self.times }
    }
}

impl Access {
    /// How an adapter reaches the server without the network.
    pub(crate) fn calm_connection(&self) -> Connection {
        Connection { url: self.origin.clone(), call: "calm".to_owned(), ..self.connection(0) }
    }
}

/// How an adapter reaches a server, and how it names its call in each of its requests.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Connection {
    url: String,
    token: String,
    call: String,
    times: Times,
}

impl Connection {
    fn adapter<D: Connect>(&self, builder: Builder<D>) -> Result<Arc<dyn Deployer>> {
        let builder = builder.url(&*self.url).token(&*self.token).header(CALL, &*self.call);
        let builder = builder.timeout(self.times.timeout).connect_timeout(self.times.timeout);
        // Hundreds of callers share one token here, and what is proven holds at any speed.
        let builder = builder.budget(Budget::unlimited()).max_in_flight(u32::MAX);
        Ok(Arc::new(builder.timing(self.times.timing()).build()?))
    }
}
