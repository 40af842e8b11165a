//! What the tests of the Qovery adapter share.

use std::time::Duration;

use anydeploy::{Budget, DeployRequest, Deployer, Deployment, Qovery, Target, TargetKind, WatchOptions};
use anydeploy_fakes::{FakeQovery, FakeQoveryBuilder, FaultPlan, FaultyNetwork, Pace, QoveryTriggered};
use serde_json::Value;

/// A deployer whose grace period is short.
pub(crate) fn deployer(fake: &FakeQovery) -> Qovery {
    let grace = Duration::from_millis(300);
    Qovery::builder().url(fake.url()).token(fake.token()).grace(grace).build().unwrap()
}

/// A deployer that keeps to no budget, and meets the limit of the server.
pub(crate) fn unthrottled(fake: &FakeQovery) -> Qovery {
    Qovery::builder().url(fake.url()).token(fake.token()).budget(Budget::unlimited()).build().unwrap()
}

/// A server whose time passes only when the test says so.
pub(crate) async fn manual(builder: FakeQoveryBuilder) -> (FakeQovery, Qovery) {
    let fake = builder.pace(Pace::Manual).start().await;
    let qovery = deployer(&fake);
    (fake, qovery)
}

/// A server that deploys within some ten milliseconds.
pub(crate) async fn running(builder: FakeQoveryBuilder) -> (FakeQovery, Qovery) {
    let fake = builder.pace(Pace::Every(Duration::from_millis(5))).start().await;
    let qovery = deployer(&fake);
    (fake, qovery)
}

/// A server that advances by a tick with each request, so that a client sees every state however slow its machine is.
pub(crate) async fn stepping(builder: FakeQoveryBuilder) -> (FakeQovery, Qovery) {
    let fake = builder.pace(Pace::Requests(1)).start().await;
    let qovery = deployer(&fake);
    (fake, qovery)
}

pub(crate) fn quick() -> WatchOptions {
    WatchOptions::within(Duration::from_secs(20)).with_intervals(Duration::from_millis(5), Duration::from_millis(20))
}

pub(crate) fn web(fake: &FakeQovery) -> DeployRequest {
    DeployRequest::new(Target::application(fake.application()))
}

pub(crate) fn worker(fake: &FakeQovery) -> DeployRequest {
    DeployRequest::new(Target::new(TargetKind::Container, fake.container()))
}

pub(crate) fn execution(deployment: &Deployment) -> Option<&str> {
    deployment.id.get("execution")
}

/// What the API token triggered, oldest first.
pub(crate) fn ours(fake: &FakeQovery) -> Vec<QoveryTriggered> {
    fake.triggered().into_iter().filter(|triggered| triggered.triggered_by == "fake-api-token").collect()
}

/// Lets ticks pass one by one, with a read after each, until the deployment is over.
pub(crate) async fn step_to_the_end(fake: &FakeQovery, qovery: &Qovery, mut deployment: Deployment) -> Deployment {
    for _ in 0..200 {
        if deployment.is_over() {
            return deployment;
        }
        fake.advance(1);
        deployment = qovery.deployment(&deployment.id).await.unwrap();
    }
    panic!("not over: {deployment:?}");
}

/// The requests that are no reads, oldest first: their path with its query, and their body, if that is JSON.
pub(crate) fn triggers(fake: &FakeQovery) -> Vec<(String, Option<Value>)> {
    let requests = fake.requests();
    let triggers = requests.iter().filter(|request| request.method.as_str() == "POST");
    triggers.map(|request| (request.path_and_query(), request.json().ok())).collect()
}

/// A server that deploys within some ten milliseconds, behind a network that breaks exchanges as the plan says.
pub(crate) async fn behind(builder: FakeQoveryBuilder, plan: FaultPlan) -> (FakeQovery, FaultyNetwork, Qovery) {
    let fake = builder.pace(Pace::Every(Duration::from_millis(5))).start().await;
    let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
    let grace = Duration::from_millis(1500);
    let qovery = Qovery::builder().url(network.url()).token(fake.token()).grace(grace).build().unwrap();
    (fake, network, qovery)
}

/// The requests that write variables, oldest first: method and path.
pub(crate) fn writes(fake: &FakeQovery) -> Vec<String> {
    let requests = fake.requests();
    let writes = requests.iter().filter(|one| one.method != "GET" && one.path.starts_with("/variable"));
    writes.map(|one| format!("{} {}", one.method, one.path)).collect()
}
