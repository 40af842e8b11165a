//! The three fakes of a fleet, and how a process reaches them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anydeploy::{Budget, Builder, Connect, Coolify, Deployer, Dokploy, Error, ErrorKind, Qovery, Result, Timing};
use anydeploy_fakes::{CoolifyScript, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, Pace, QoveryScript};
use serde::{Deserialize, Serialize};

use crate::options::PLATFORMS;

/// How many requests a process sends to a platform in a second: what a genuine server allows in a minute or more.
pub(super) const BUDGET: u32 = 400;

/// What the fakes allow, in the same time: the requests of a killed process count beside those of the next one.
const ALLOWED: u32 = 4 * BUDGET;

/// How long a lost trigger is searched for.
const LOST_AFTER: Duration = Duration::from_secs(2);

/// The header by which a fake knows the process.
const PROCESS: &str = "x-fake-call";

/// How a process reaches a fake; its profile has the name of the platform.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Connection {
    pub(super) profile: String,
    url: String,
    token: String,
}

impl Connection {
    pub(super) fn deployer(&self, process: usize) -> Result<Arc<dyn Deployer>> {
        match &*self.profile {
            "coolify" => self.connect(Coolify::builder(), process),
            "dokploy" => self.connect(Dokploy::builder(), process),
            "qovery" => self.connect(Qovery::builder(), process),
            other => Err(Error::new(ErrorKind::InvalidInput, format!("there is no fake of {other}"))),
        }
    }

    fn connect<D: Connect>(&self, builder: Builder<D>, process: usize) -> Result<Arc<dyn Deployer>> {
        let builder = builder.url(&*self.url).token(&*self.token).header(PROCESS, process.to_string());
        let builder = builder.budget(Budget::new(BUDGET, Duration::from_secs(1)));
        let timing = Timing::scaled_to(LOST_AFTER);
        Ok(Arc::new(builder.timeout(Duration::from_secs(5)).timing(timing).build()?))
    }
}

/// The three fakes.
pub(super) struct Servers {
    coolify: FakeCoolify,
    dokploy: FakeDokploy,
    qovery: FakeQovery,
}

impl Servers {
    pub(super) async fn start() -> Self {
        let (pace, second) = (Pace::Every(Duration::from_millis(2)), Duration::from_secs(1));
        let coolify = FakeCoolify::builder().pace(pace).rate_limit(ALLOWED, second);
        let coolify = coolify.concurrent_builds(1000).queue_limit(1000);
        Self {
            coolify: coolify.start().await,
            dokploy: FakeDokploy::builder().pace(pace).concurrency(1000).start().await,
            qovery: FakeQovery::builder().pace(pace).rate_limit(ALLOWED, second).start().await,
        }
    }

    pub(super) fn connections(&self) -> Vec<Connection> {
        let of = |profile: &str, url: String, token: &str| Connection {
            profile: profile.to_owned(),
            url,
            token: token.to_owned(),
        };
        vec![
            of("coolify", self.coolify.url(), self.coolify.token()),
            of("dokploy", self.dokploy.url(), self.dokploy.token()),
            of("qovery", self.qovery.url(), self.qovery.token()),
        ]
    }

    /// Adds the service of a member; returns its id.
    pub(super) fn add(&self, number: usize, fails: bool) -> String {
        const REASON: &str = "the build failed";
        let name = format!("m{number}");
        match PLATFORMS[number % PLATFORMS.len()] {
            "coolify" => {
                let id = self.coolify.add_application(&name);
                if fails {
                    self.coolify.every_deployment(&id, CoolifyScript::fails_with(REASON));
                }
                id
            }
            "dokploy" => {
                let id = self.dokploy.add_application(&name);
                if fails {
                    self.dokploy.every_deployment(&id, DokployScript::fails_with(REASON));
                }
                id
            }
            _ => {
                // An environment deploys one thing at a time.
                let environment = self.qovery.add_environment(&name);
                let id = self.qovery.add_service(&environment, anydeploy_fakes::QoveryServiceKind::Application, &name);
                if fails {
                    self.qovery.every_deployment(&id, QoveryScript::fails_with(REASON));
                }
                id
            }
        }
    }

    /// How often each service was truly triggered, by its id.
    pub(super) fn triggers(&self) -> HashMap<String, usize> {
        let mut triggers = HashMap::new();
        let coolify = self.coolify.triggered().into_iter().map(|triggered| triggered.target);
        let dokploy = self.dokploy.triggered().into_iter().map(|triggered| triggered.target);
        let qovery = self.qovery.triggered().into_iter().flat_map(|triggered| triggered.services);
        for id in coolify.chain(dokploy).chain(qovery.map(|service| service.service)) {
            *triggers.entry(id).or_default() += 1;
        }
        triggers
    }

    /// How many deployments there are.
    pub(super) fn triggered(&self) -> usize {
        self.triggers().values().sum()
    }

    /// The most requests that one process sent to each platform in a second, and all of them.
    pub(super) fn requests(&self) -> [(&'static str, usize, usize); 3] {
        let all = [self.coolify.requests(), self.dokploy.requests(), self.qovery.requests()];
        let mut counted = PLATFORMS.map(|platform| (platform, 0, 0));
        for (counted, requests) in counted.iter_mut().zip(all) {
            let mut by_process: HashMap<String, Vec<Instant>> = HashMap::new();
            for request in &requests {
                let process = request.header(PROCESS).unwrap_or_default().to_owned();
                by_process.entry(process).or_default().push(request.received_at);
            }
            counted.1 = by_process.into_values().map(fullest_second).max().unwrap_or_default();
            counted.2 = requests.len();
        }
        counted
    }
}

/// The most moments in any second.
fn fullest_second(mut moments: Vec<Instant>) -> usize {
    moments.sort_unstable();
    let (mut first, mut most) = (0, 0);
    for (last, moment) in moments.iter().enumerate() {
        while moment.duration_since(moments[first]) >= Duration::from_secs(1) {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}
