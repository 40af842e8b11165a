//! One fake behind one bad network, and the record of what it did, in the same form for every platform.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anydeploy::{Builder, Connect, DeployRequest, Deployer, DeploymentId, Error, ErrorKind, Outcome, Result};

use anydeploy_fakes::{FaultPlan, FaultyNetwork, Sender, Timeline};
use fastrand::Rng;

use super::options::ChaosOptions;
use super::pacer::Pacer;

/// One fake behind one bad network, with the targets of a batch of calls.
pub(super) trait Scene: Send + Sync {
    fn access(&self) -> &Access;

    /// What a call asks for; `target` counts from 0.
    fn request(&self, target: usize, call: u64) -> DeployRequest;

    /// An adapter for one call, which names the call in each of its requests.
    fn adapter(&self, call: u64) -> Result<Arc<dyn Deployer>>;

    /// Deploys something that no caller asked for: as a person in the browser, or, if `foreign`, as another program with the
    /// same token.
    fn deploy_as_another(&self, rng: &mut Rng, foreign: bool);

    /// What the fake did so far.
    fn server_records(&self) -> Vec<ServerRecord>;

    /// The platform's own id of a deployment, once it is known.
    fn deployment_in<'a>(&self, id: &'a DeploymentId) -> Option<&'a str>;

    /// The platform's own id of the request that led or may lead to it, where there are such ids.
    fn request_in<'a>(&self, _: &'a DeploymentId) -> Option<&'a str> {
        None
    }
}

/// One deployment that a fake accepted.
pub(super) struct ServerRecord {
    /// The platform's own id, if it ever got one.
    pub(super) id: Option<String>,
    /// The ids of requests that led to it, where the platform gives them any.
    pub(super) requests: Vec<String>,
    /// The requests that it stands for: the first one made it, others were merged into it.
    pub(super) senders: Vec<Sender>,
    /// Whether another program with the same token asked for it.
    pub(super) foreign: bool,
    /// Whether it failed in the check before it, and changed nothing.
    pub(super) changed_nothing: bool,
    /// How it ended for each target in it.
    pub(super) parts: Vec<Part>,
}

/// How a deployment ended for one target.
pub(super) struct Part {
    pub(super) target: String,
    /// The version that was deployed, where a call names one.
    pub(super) version: Option<String>,
    pub(super) ending: Ending,
    /// When it ended.
    pub(super) ended_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It goes on.
    Open,
    Succeeded,
    Failed,
    Cancelled,
    /// It was accepted and given up before it began.
    Never,
}

impl Ending {
    /// Whether an outcome says so; what never began may be reported as anything but a success.
    pub(super) fn is(self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Succeeded(_) => self == Self::Succeeded,
            Outcome::Failed(_) => matches!(self, Self::Failed | Self::Never),
            Outcome::Cancelled(_) => matches!(self, Self::Cancelled | Self::Never),
            Outcome::Lost(_) => self == Self::Never,
            _ => false,
        }
    }
}

impl ServerRecord {
    /// Every id that leads to it.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.id.iter().chain(&self.requests).map(String::as_str)
    }

    /// How it ended for a target.
    pub(super) fn part(&self, target: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.target == target)
    }

    /// Whether it stands for a request of a call.
    pub(super) fn is_for(&self, call: &str) -> bool {
        self.senders_of(call).next().is_some()
    }

    /// The requests of a call that it stands for.
    pub(super) fn senders_of(&self, call: &str) -> impl Iterator<Item = &Sender> {
        self.senders.iter().filter(move |sender| sender.call.as_deref() == Some(call))
    }

    /// When all of it was over.
    pub(super) fn ended_at(&self) -> Option<Instant> {
        let ends: Option<Vec<Instant>> = self.parts.iter().map(|part| part.ended_at).collect();
        ends?.into_iter().max()
    }

    /// Whether it began to deploy a target; it may leave out what it was asked for.
    pub(super) fn started(&self, target: &str) -> bool {
        self.part(target).is_some_and(|part| part.ending != Ending::Never)
    }
}

impl fmt::Display for ServerRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id.as_deref().unwrap_or("no id"))?;
        let other = if self.foreign { "another program" } else { "no call" };
        let calls: Vec<&str> = self.senders.iter().map(|sender| sender.call.as_deref().unwrap_or(other)).collect();
        write!(f, " for {}", calls.join("+"))?;
        self.parts.iter().try_for_each(|part| write!(f, " {:?}", part.ending))
    }
}

/// The bad network before a fake, and how adapters are made that go through it.
pub(super) struct Access {
    pub(super) network: Arc<FaultyNetwork>,
    pub(super) timeline: Timeline,
    token: String,
    grace: Duration,
}

impl Access {
    /// `missing` is the route that is [not found](anydeploy_fakes::Fault::NotFound) now and then, and what the server says there.
    pub(super) fn new(
        (origin, token): (&str, &str),
        options: &ChaosOptions,
        batch: u64,
        pacer: &Pacer,
        missing: (&'static str, &'static str),
    ) -> Result<Self> {
        let timeline = pacer.timeline();
        let plan = FaultPlan::seeded(options.seed_of(batch)).rate(options.rate).drip(Duration::from_millis(100));
        let plan = plan.late(options.late()).not_found(missing.0, missing.1).along(timeline);
        let plan = plan.faults(options.faults.iter().copied());
        let network = FaultyNetwork::on_this_runtime(origin, plan).map_err(|error| {
            Error::new(ErrorKind::InvalidConfiguration, "the network cannot be set up").with_source(error)
        })?;
        let network = Arc::new(network);
        pacer.wait_for(&network);
        Ok(Self { network, timeline, token: token.to_owned(), grace: options.grace })
    }

    /// An adapter for one call, which names the call in each of its requests.
    pub(super) fn adapter<D: Connect>(&self, builder: Builder<D>, call: u64) -> Result<Arc<dyn Deployer>> {
        let builder = builder.url(self.network.url()).token(&*self.token).header("x-fake-call", call.to_string());
        let builder = builder.timeout(Duration::from_secs(1)).connect_timeout(Duration::from_secs(1));
        Ok(Arc::new(builder.grace(self.grace).build()?))
    }
}
