//! Dokploy day to day, against a fake server that knows what its engine runs: each test proves one trap to be avoided.

mod cancelled;
mod databases;
mod finding;
mod given_up;
mod lifecycle;
mod previews;
mod restart;
mod rollback;
mod setting;
mod variables;

use std::time::Duration;

use anydeploy::{Deployer, DeployerExt, Dokploy, Target, TargetKind};
use anydeploy_fakes::{FakeDokploy, Fault, FaultPlan, FaultyNetwork, RequestKind};
use serde_json::{Value, json};

use crate::dokploy_traps::others::{get, post};
use crate::support::dokploy::{deployer, manual, request};

/// How long a server may take to act on a request, in tests that wait for it.
const GRACE: Duration = Duration::from_millis(600);

/// A server with an application that was deployed.
async fn deployed() -> (FakeDokploy, Dokploy, Target) {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    fake.deploy_by_someone_else(web.id());
    fake.advance(10);
    (fake, dokploy, web)
}

/// A server with a compose stack that was deployed, after a change of its settings.
async fn deployed_compose(settings: Value) -> (FakeDokploy, Dokploy, Target) {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let stack = Target::new(TargetKind::Compose, fake.compose());
    set(&fake, "/api/compose.update", "composeId", stack.id(), settings).await;
    fake.deploy_by_someone_else(stack.id());
    fake.advance(10);
    (fake, dokploy, stack)
}

/// Changes settings as another user does.
async fn set(fake: &FakeDokploy, path: &'static str, id_field: &str, id: &str, mut settings: Value) {
    settings[id_field] = id.into();
    post(fake, path, settings).await;
}

/// The same server behind a network that breaks one exchange of a kind.
fn behind(fake: &FakeDokploy, fault: Fault, kind: RequestKind) -> (FaultyNetwork, Dokploy) {
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::always(fault).on([kind]).limit(1)).unwrap();
    let dokploy = Dokploy::builder().url(network.url()).token(fake.token()).grace(GRACE).build().unwrap();
    (network, dokploy)
}

/// The names of the procedures that were sent by POST, in order.
fn sent(fake: &FakeDokploy) -> Vec<String> {
    let requests = fake.requests();
    let posts = requests.iter().filter(|request| request.method.as_str() == "POST");
    posts.map(|request| request.path.trim_start_matches("/api/").to_owned()).collect()
}
