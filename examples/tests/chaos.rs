//! The chaos proof on a few hundred deployments, and the proof that it can fail.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    Capabilities, DeployRequest, Deployer, Deployment, DeploymentId, LogOptions, LogPage, Platform, Result,
};
use anydeploy_fakes::Fault;
use examples::chaos::{ChaosOptions, run};
use futures::future::{BoxFuture, FutureExt};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// What many programs around these platforms do: when no answer comes in time, they send the trigger again.
#[derive(Debug)]
struct Impatient(Arc<dyn Deployer>);

impl Impatient {
    async fn insist(&self, request: &DeployRequest) -> Result<Deployment> {
        for _ in 0..3 {
            if let Ok(answer) = timeout(Duration::from_millis(300), self.0.deploy(request)).await {
                return answer;
            }
        }
        self.0.deploy(request).await
    }
}

impl Deployer for Impatient {
    fn platform(&self) -> Platform {
        self.0.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.insist(request).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.0.deployment(id)
    }

    fn logs<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        self.0.logs(id, options)
    }
}

/// Each run wants the whole machine: slow callers would be another fault.
static MACHINE: Mutex<()> = Mutex::const_new(());

fn options(deploys: u64) -> ChaosOptions {
    ChaosOptions::new(deploys, 7).with_callers(70).with_grace(Duration::from_secs(4))
}

async fn honest(platform: Platform) {
    let _machine = MACHINE.lock().await;
    let report = run(&platform, &options(210), |adapter| adapter).await.unwrap();
    assert!(report.is_proof(), "{}\n{}", report.to_json(), report.wrongs.join("\n"));
    // Nothing would be proven if the network were calm, nothing were deployed, or nobody were told.
    assert_eq!(report.deploys, 210);
    assert!(report.faults.values().sum::<u64>() > report.requests / 10, "{}", report.to_json());
    assert!(report.triggered > 150 && report.succeeded > 100 && report.failed > 5, "{}", report.to_json());
}

async fn impatient(platform: Platform) {
    let _machine = MACHINE.lock().await;
    let options = options(70).with_faults([Fault::SilenceAfter]);
    let report = run(&platform, &options, |adapter| Arc::new(Impatient(adapter))).await.unwrap();
    assert!(report.duplicated > 0 && !report.is_proof(), "{}", report.to_json());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_coolify_nothing_is_deployed_twice_lost_or_misreported() {
    honest(Platform::Coolify).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_dokploy_nothing_is_deployed_twice_lost_or_misreported() {
    honest(Platform::Dokploy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_qovery_nothing_is_deployed_twice_lost_or_misreported() {
    honest(Platform::Qovery).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impatient_client_is_caught_on_coolify() {
    impatient(Platform::Coolify).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impatient_client_is_caught_on_dokploy() {
    impatient(Platform::Dokploy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impatient_client_is_caught_on_qovery() {
    impatient(Platform::Qovery).await;
}
