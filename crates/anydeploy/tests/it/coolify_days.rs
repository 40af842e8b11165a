//! What people do with Coolify day to day: each a fact of a genuine server, and a test of the adapter that bears its name.

mod find;
mod history;
mod lifecycle;
mod previews;
mod restart;
mod rollback;
mod selection;
mod setting;
mod variables;

use std::time::Duration;

use anydeploy::Coolify;
use anydeploy_fakes::{FakeCoolify, Fault, FaultPlan, FaultyNetwork, RequestKind};

/// A server that advances by a tick with each request, so that a client sees every state however slow its machine is, and a
/// deployer with the usual times.
async fn stepping(builder: anydeploy_fakes::FakeCoolifyBuilder) -> (FakeCoolify, Coolify) {
    let fake = builder.pace(anydeploy_fakes::Pace::Requests(1)).start().await;
    let coolify = Coolify::builder().url(fake.url()).token(fake.token()).build().unwrap();
    (fake, coolify)
}

/// The deployer behind a network that breaks the next request of a kind.
fn behind(fake: &FakeCoolify, fault: Fault, kind: RequestKind) -> (FaultyNetwork, Coolify) {
    let plan = FaultPlan::always(fault).on([kind]).limit(1);
    let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
    let builder = Coolify::builder().url(network.url()).token(fake.token());
    let coolify = builder.timeout(Duration::from_secs(2)).grace(Duration::from_millis(600)).build().unwrap();
    (network, coolify)
}

/// What was written, without the ids of the targets.
fn written(fake: &FakeCoolify) -> Vec<String> {
    fake.writes().into_iter().map(|write| write.what).collect()
}
