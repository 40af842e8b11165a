//! The memory of a watch: the bytes that are alive in a client whose deployments go on.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    BatchRead, Capabilities, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, Error,
    ErrorKind, Hub, Identity, Intent, Pace, Phase, Platform as Name, ReportRead, Result, TargetKind, TwoPhase,
    WatchOptions,
};
use futures::future::{BoxFuture, FutureExt, ready};
use serde_json::Value;
use tokio::runtime::Builder;
use tokio::time::sleep;

use super::platform::Platform;
use super::scene::Scene;

/// For how long the deployments are watched before the bytes are counted.
const WATCHED_FOR: Duration = Duration::from_mins(5);

/// The bytes of each watch beyond the first, of so many on one platform.
///
/// They are counted in one thread, so the deployments come from memory: a client reads a large answer on another one.
pub(super) fn bytes_of_a_watch(platform: &dyn Platform, watches: usize) -> io::Result<f64> {
    let time = Duration::ZERO;
    let scene = Scene::new(watches, watches, (time, time));
    let ids: Vec<DeploymentId> = (0..watches).map(|number| platform.id(&scene, number)).collect();
    let (one, all) = (live_bytes(&ids[..1])?, live_bytes(&ids)?);
    if all <= one {
        return Err(io::Error::other("the memory of a watch was not measured: more watches held no more bytes"));
    }
    Ok((all - one) as f64 / (watches as f64 - 1.0).max(1.0))
}

/// The bytes that are alive while these deployments are watched.
fn live_bytes(ids: &[DeploymentId]) -> io::Result<i64> {
    let mut kept = None;
    let allocated = allocation_counter::measure(|| kept = Some(watch_a_while(ids)));
    drop(kept.transpose()?);
    Ok(allocated.bytes_current)
}

fn watch_a_while(ids: &[DeploymentId]) -> io::Result<tokio::runtime::Runtime> {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(async {
        for id in ids {
            tokio::spawn(GoingOn.watch(id, WatchOptions::default()).into_future());
        }
        sleep(WATCHED_FOR).await;
    });
    Ok(runtime)
}

/// A platform on which every deployment goes on for ever.
#[derive(Clone, Debug)]
pub(crate) struct GoingOn;

impl GoingOn {
    fn read(id: &DeploymentId) -> Deployment {
        Deployment::new(id.clone(), Identity::Exact, DeploymentStatus::new(Phase::Running, "in_progress"))
    }
}

impl BatchRead for GoingOn {
    fn read_batch<'a>(&'a self, ids: &'a [DeploymentId], report: &'a ReportRead<'a>) -> BoxFuture<'a, ()> {
        let report_all = move || ids.iter().enumerate().for_each(|(index, id)| report(index, Ok(Self::read(id))));
        async move { report_all() }.boxed()
    }
}

impl Deployer for GoingOn {
    fn platform(&self) -> Name {
        Name::new("going-on")
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new().with_kind(TargetKind::Application, &[])
    }

    fn deploy<'a>(&'a self, _: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        ready(Err(Error::new(ErrorKind::Unsupported, "it only goes on"))).boxed()
    }

    fn two_phase(&self) -> Option<&dyn TwoPhase> {
        Some(self)
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        ready(Ok(Self::read(id))).boxed()
    }

    fn hub(&self) -> Option<Hub> {
        Hub::shared(&self.platform(), "memory", Pace::new(1, Duration::from_secs(2)), || Arc::new(self.clone()))
    }
}

impl TwoPhase for GoingOn {
    fn prepare_trigger<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Intent>> {
        let id = request.target().id();
        ready(Ok(Intent::new(self.platform(), id, request.clone(), Value::Null))).boxed()
    }

    fn send_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        let id = DeploymentId::new(self.platform(), intent.request().target().clone());
        ready(Ok(Self::read(&id.with("deployment", intent.id())))).boxed()
    }

    fn recover_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        self.send_trigger(intent)
    }
}
