//! Many watches of one adapter, which share its lists.

use std::future::IntoFuture;
use std::time::Duration;

use anydeploy::testing::MemoryDeployer;
use anydeploy::{Deployer, DeployerExt, DeploymentId, Outcome, Result, WatchOptions};
use anydeploy_fakes::{FakeCoolify, FakeDokploy, FakeQovery, ReceivedRequest};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::support::{coolify, dokploy, qovery};

const TICK: Duration = Duration::from_millis(25);

fn watch_all<D: Deployer + Clone>(deployer: &D, ids: &[DeploymentId]) -> Vec<JoinHandle<Result<Outcome>>> {
    let options = WatchOptions::within(Duration::from_mins(1)).with_intervals(TICK, TICK);
    let watch = |id: &DeploymentId| tokio::spawn(deployer.watch(id, options.clone()).into_future());
    ids.iter().map(watch).collect()
}

/// Waits until so many requests that end like this have come.
async fn until(requests: impl Fn() -> Vec<ReceivedRequest>, path: &str, count: usize) {
    while of(&requests(), path) < count {
        sleep(Duration::from_millis(1)).await;
    }
}

/// How many requests have a path that ends like this.
fn of(requests: &[ReceivedRequest], path: &str) -> usize {
    requests.iter().filter(|request| request.path.ends_with(path)).count()
}

async fn all_succeed(watches: Vec<JoinHandle<Result<Outcome>>>) {
    for watch in watches {
        let outcome = watch.await.unwrap().unwrap();
        assert!(outcome.is_success(), "{outcome}");
    }
}

#[tokio::test]
async fn coolify_reads_one_list_a_tick_and_each_deployment_that_left_it_once() {
    let (fake, deployer) = coolify::manual(FakeCoolify::builder()).await;
    let mut ids = Vec::new();
    for number in 0..12 {
        let application = fake.add_application(&format!("app-{number}"));
        ids.push(deployer.deploy(&coolify::request(&application)).await.unwrap().id);
    }
    let before = fake.requests().len();
    let watches = watch_all(&deployer, &ids);
    until(|| fake.requests(), "/api/v1/deployments", 10).await;
    let reads = fake.requests().len() - before - of(&fake.requests(), "/api/v1/deployments");
    // Two join before the hub begins.
    assert!(reads <= 2, "{reads} single reads beside the lists");
    while !watches.iter().all(JoinHandle::is_finished) {
        fake.advance(1);
        sleep(TICK).await;
    }
    all_succeed(watches).await;
    let reads = fake.requests().len() - before - of(&fake.requests(), "/api/v1/deployments");
    assert!((12..=24).contains(&reads), "{reads} single reads for 12 deployments, the last two of which poll alone");
}

#[tokio::test]
async fn dokploy_reads_the_list_of_all_rows_for_the_watches_of_many_services() {
    let (fake, deployer) = dokploy::manual(FakeDokploy::builder()).await;
    fake.set_concurrency(100);
    let mut ids = Vec::new();
    for number in 0..12 {
        let application = fake.add_application(&format!("app-{number}"));
        ids.push(deployer.deploy(&dokploy::request(&application)).await.unwrap().id);
    }
    dokploy::ticks(&fake, 2).await;
    let before = fake.requests().len();
    let watches = watch_all(&deployer, &ids);
    until(|| fake.requests(), "/deployment.allCentralized", 10).await;
    let (central, requests) = (of(&fake.requests(), "/deployment.allCentralized"), fake.requests().len() - before);
    // The first watch and the rows that are not listed yet are read alone.
    assert!(requests - central < 40, "{requests} requests, {central} of them for all rows");
    while !watches.iter().all(JoinHandle::is_finished) {
        dokploy::ticks(&fake, 1).await;
        sleep(TICK).await;
    }
    all_succeed(watches).await;
}

#[tokio::test]
async fn dokploy_reads_the_rows_of_each_service_where_there_is_no_list_of_all() {
    let quirk = anydeploy_fakes::DokployQuirk::OldServerWithoutQueueList;
    let (fake, deployer) = dokploy::manual(FakeDokploy::builder().quirk(quirk)).await;
    fake.set_concurrency(100);
    let mut ids = Vec::new();
    for number in 0..4 {
        let application = fake.add_application(&format!("app-{number}"));
        ids.push(deployer.deploy(&dokploy::request(&application)).await.unwrap().id);
    }
    let watches = watch_all(&deployer, &ids);
    while !watches.iter().all(JoinHandle::is_finished) {
        dokploy::ticks(&fake, 1).await;
        sleep(TICK).await;
    }
    all_succeed(watches).await;
    assert!(of(&fake.requests(), "/deployment.allCentralized") <= 1, "it is asked for once");
}

#[tokio::test]
async fn qovery_reads_the_statuses_of_an_environment_once_for_all_its_watches() {
    let (fake, deployer) = qovery::manual(FakeQovery::builder()).await;
    let web = deployer.deploy(&qovery::web(&fake)).await.unwrap().id;
    let worker = deployer.deploy(&qovery::worker(&fake)).await.unwrap().id;
    fake.advance(1);
    let ids: Vec<_> = [web, worker].iter().cycle().take(12).cloned().collect();
    let before = fake.requests().len();
    let watches = watch_all(&deployer, &ids);
    until(|| fake.requests(), "/deploymentQueue", 10).await;
    let (statuses, requests) = (of(&fake.requests(), "/statuses"), fake.requests().len() - before);
    // While one waits, each tick reads the statuses and the queue.
    assert!(statuses + of(&fake.requests(), "/deploymentQueue") + 8 >= requests, "{requests} requests");
    while !watches.iter().all(JoinHandle::is_finished) {
        fake.advance(1);
        sleep(TICK).await;
    }
    all_succeed(watches).await;
}

#[tokio::test]
async fn deployers_of_one_account_share_a_hub_and_others_do_not() {
    let (fake, deployer) = coolify::manual(FakeCoolify::builder()).await;
    let other = fake.add_token(&[anydeploy_fakes::CoolifyAbility::Read]);
    let hub = deployer.hub().unwrap();
    assert_eq!(hub, coolify::deployer(&fake, fake.token()).hub().unwrap());
    assert_ne!(hub, coolify::deployer(&fake, &other).hub().unwrap());
    assert!(MemoryDeployer::new().hub().is_none());
    assert!(!format!("{hub:?}").contains(fake.token()));
}
