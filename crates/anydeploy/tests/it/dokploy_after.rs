//! What Dokploy reports after a trigger: the logs of deployments and of what runs, its health, and its webhooks.

mod events;
mod health;
mod logs;
#[cfg(feature = "websocket")]
mod socket;

use anydeploy::{Dokploy, Target, TargetKind};
use anydeploy_fakes::{DokployDatabase, FakeDokploy};

use crate::support::dokploy::manual;

/// A server on which nothing was deployed, with a target of each kind.
async fn fresh() -> (FakeDokploy, Dokploy, [Target; 3]) {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let database = fake.add_database(DokployDatabase::Postgres, "db");
    let targets = [
        Target::application(fake.application()),
        Target::new(TargetKind::Compose, fake.compose()),
        Target::database(database),
    ];
    (fake, dokploy, targets)
}

/// The same server after a deployment of each.
async fn deployed() -> (FakeDokploy, Dokploy, [Target; 3]) {
    let (fake, dokploy, targets) = fresh().await;
    deploy_all(&fake, &targets);
    (fake, dokploy, targets)
}

fn deploy_all(fake: &FakeDokploy, targets: &[Target]) {
    for target in targets {
        fake.deploy_by_someone_else(target.id());
        fake.advance(10);
    }
}
