//! What the tests of the traps of Coolify share.

use std::time::Duration;

use anydeploy::{Budget, Coolify, DeployRequest, Deployment, Target, WatchOptions};
use anydeploy_fakes::{FakeCoolify, FakeCoolifyBuilder, Pace};

pub(crate) fn deployer(fake: &FakeCoolify, token: &str) -> Coolify {
    let grace = Duration::from_secs(3);
    Coolify::builder().url(fake.url()).token(token).grace(grace).build().unwrap()
}

/// A deployer that keeps to no budget, and meets the limit of the server.
pub(crate) fn unthrottled(fake: &FakeCoolify, token: &str) -> Coolify {
    Coolify::builder().url(fake.url()).token(token).budget(Budget::unlimited()).build().unwrap()
}

/// A server on which nothing happens but what the test asks for.
pub(crate) async fn manual(builder: FakeCoolifyBuilder) -> (FakeCoolify, Coolify) {
    let fake = builder.pace(Pace::Manual).start().await;
    let coolify = deployer(&fake, fake.token());
    (fake, coolify)
}

/// A server that deploys within some ten milliseconds.
pub(crate) async fn running(builder: FakeCoolifyBuilder) -> (FakeCoolify, Coolify) {
    let fake = builder.pace(Pace::Every(Duration::from_millis(5))).start().await;
    let coolify = deployer(&fake, fake.token());
    (fake, coolify)
}

pub(crate) fn quick() -> WatchOptions {
    WatchOptions::within(Duration::from_secs(20)).with_intervals(Duration::from_millis(5), Duration::from_millis(20))
}

pub(crate) fn request(id: &str) -> DeployRequest {
    DeployRequest::new(Target::application(id))
}

pub(crate) fn uuid(deployment: &Deployment) -> &str {
    deployment.id.get("deployment").unwrap()
}
