//! The health of a target on a clock that stands still during each poll, however slow the machine is.

use std::fmt;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use anydeploy::{
    Capabilities, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, Health, HealthReading, Healthy,
    Platform, Result, Target, Verdict, WatchOptions,
};
use futures::future::{BoxFuture, FutureExt};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, pause, resume};

/// The time between two polls.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// Reads the health every 5 seconds until it is decided; before each poll `world` goes on to its second.
///
/// The verdict has to come within the times of `healthy` and two polls.
pub(crate) async fn verdict(
    inner: impl Deployer,
    target: &Target,
    healthy: Healthy,
    world: impl Fn(u64) + Send + Sync + 'static,
) -> Verdict {
    let polled = Polled { inner: Arc::new(inner), began: OnceLock::new(), world: Box::new(world) };
    let limit = healthy.settle + healthy.degraded_grace + POLL_INTERVAL * 2;
    let options = WatchOptions::within(limit * 2).with_intervals(POLL_INTERVAL, POLL_INTERVAL);
    pause();
    let began = Instant::now();
    let verdict = polled.await_health(target, healthy, options).await.unwrap();
    let took = began.elapsed();
    resume();
    assert!(took <= limit, "{verdict} after {took:?}");
    verdict
}

/// A deployer whose clock stands still while it reads a health.
struct Polled {
    inner: Arc<dyn Deployer>,
    began: OnceLock<Instant>,
    world: Box<dyn Fn(u64) + Send + Sync>,
}

impl fmt::Debug for Polled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl Deployer for Polled {
    fn platform(&self) -> Platform {
        self.inner.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.deploy(request)
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.deployment(id)
    }

    fn health(&self) -> Option<&dyn Health> {
        Some(self)
    }
}

impl Health for Polled {
    fn read_health<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<HealthReading>> {
        async move {
            (self.world)(self.began.get_or_init(Instant::now).elapsed().as_secs());
            // While a blocking task runs, paused time does not pass.
            let (release, held) = mpsc::channel::<()>();
            let holder = spawn_blocking(move || held.recv().is_ok());
            let reading = self.inner.health_of(target).await;
            drop(release);
            holder.await.unwrap();
            reading
        }
        .boxed()
    }
}
