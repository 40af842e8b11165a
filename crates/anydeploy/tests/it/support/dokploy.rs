//! What the tests of the Dokploy adapter share.

use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, Deployment, DeploymentId, Dokploy, Identity, Target, WatchOptions};
use anydeploy_fakes::{FakeDokploy, FakeDokployBuilder, Pace};
use futures::future::join;

pub(crate) fn deployer(fake: &FakeDokploy, grace: Duration) -> Dokploy {
    Dokploy::builder().url(fake.url()).token(fake.token()).grace(grace).build().unwrap()
}

/// A server on which nothing happens but what the test asks for.
pub(crate) async fn manual(builder: FakeDokployBuilder) -> (FakeDokploy, Dokploy) {
    let fake = builder.pace(Pace::Manual).start().await;
    let dokploy = deployer(&fake, Duration::from_secs(12));
    (fake, dokploy)
}

/// A server whose time passes with the requests that it receives, so that a slow machine misses no state.
pub(crate) async fn paced(builder: FakeDokployBuilder) -> (FakeDokploy, Dokploy) {
    let fake = builder.pace(Pace::Requests(4)).start().await;
    let dokploy = deployer(&fake, Duration::from_secs(3));
    (fake, dokploy)
}

/// A server whose clock goes by itself, for what a client waits for by its own clock.
pub(crate) async fn clocked(builder: FakeDokployBuilder) -> (FakeDokploy, Dokploy) {
    let fake = builder.pace(Pace::Every(Duration::from_millis(10))).start().await;
    let dokploy = deployer(&fake, Duration::from_secs(3));
    (fake, dokploy)
}

pub(crate) fn quick() -> WatchOptions {
    WatchOptions::within(Duration::from_secs(20)).with_intervals(Duration::from_millis(5), Duration::from_millis(20))
}

pub(crate) fn request(id: &str) -> DeployRequest {
    DeployRequest::new(Target::application(id))
}

/// Lets ticks pass one by one, so that no two things happen in the same millisecond.
pub(crate) async fn ticks(fake: &FakeDokploy, count: u64) {
    for _ in 0..count {
        // No row appears in the very millisecond in which its job starts.
        tokio::time::sleep(Duration::from_millis(2)).await;
        fake.advance(1);
    }
}

pub(crate) fn row(deployment: &Deployment) -> &str {
    deployment.id.get("row").unwrap_or_else(|| panic!("no row is known: {deployment:?}"))
}

pub(crate) fn nonce(id: &DeploymentId) -> String {
    id.get("nonce").unwrap_or_else(|| panic!("`{id}` is not pending")).to_owned()
}

/// Deploys twice at once, and checks that the ids of both say that there were two.
pub(crate) async fn assert_that_two_at_once_overlap(dokploy: &Dokploy, request: &DeployRequest) {
    let (first, second) = join(dokploy.deploy(request), dokploy.deploy(request)).await;
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((first.identity, second.identity), (Identity::Pending, Identity::Pending));
    assert!(second.id.get("overlap").is_some(), "it came in the second turn: {}", second.id);
    let first = dokploy.deployment(&first.id).await.unwrap();
    assert!(first.id.get("overlap").is_some(), "{}", first.id);
}
