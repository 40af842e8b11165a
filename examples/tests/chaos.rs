//! The chaos proof on a few hundred deployments, and the proof that it can fail.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    Capabilities, DeployRequest, Deployer, Deployment, DeploymentId, LogOptions, LogPage, Platform, Result,
};
use anydeploy_fakes::Fault;
use examples::chaos::{ChaosOptions, run};
use futures::future::{BoxFuture, FutureExt, try_join_all};
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

const PLATFORMS: [Platform; 3] = [Platform::Coolify, Platform::Dokploy, Platform::Qovery];

fn options(deploys: u64) -> ChaosOptions {
    ChaosOptions::new(deploys, 7).with_callers(105).with_grace(Duration::from_secs(4))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_deployed_twice_lost_or_misreported() {
    let options = options(210);
    let runs = PLATFORMS.map(|platform| run(platform, &options, |adapter| adapter));
    for report in try_join_all(runs).await.unwrap() {
        assert!(report.is_proof(), "{}\n{}", report.to_json(), report.wrongs.join("\n"));
        // Nothing would be proven if the network were calm, nothing were deployed, or nobody were told.
        assert_eq!(report.deploys, 210);
        assert!(report.faults.values().sum::<u64>() > report.requests / 10, "{}", report.to_json());
        assert!(report.triggered > 150 && report.succeeded > 100 && report.failed > 5, "{}", report.to_json());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impatient_client_is_caught() {
    let options = options(105).with_faults([Fault::SilenceAfter]);
    // Coolify is left out: it takes a second request of the same commit for the first, as long as that is under way.
    let runs = [Platform::Dokploy, Platform::Qovery];
    let runs = runs.map(|platform| run(platform, &options, |adapter| Arc::new(Impatient(adapter))));
    for report in try_join_all(runs).await.unwrap() {
        assert!(report.duplicated > 0 && !report.is_proof(), "{}", report.to_json());
    }
}
