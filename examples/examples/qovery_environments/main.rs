//! Clones an environment of Qovery, deploys the copy, uninstalls it and deletes it, by the typed client.
//!
//! The trait has none of these: only Qovery has whole environments that are copied, and an uninstall deletes the data of
//! databases along.
//! It runs against a fake server of its own.

#![allow(clippy::print_stdout, reason = "examples print")]

use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, DeployerExt, DesiredState, Qovery, ServiceQuery, Target, WatchOptions};
use anydeploy_fakes::{FakeQovery, Pace};
use examples::QUICK;
use qovery_client::Client;
use qovery_client::types::{CloneEnvironmentRequest, DeleteEnvironmentParams};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fake = FakeQovery::builder().pace(Pace::Every(Duration::from_millis(5))).start().await;
    let client = Client::from_http(Client::http_builder(fake.url(), fake.token()).build()?);
    let qovery = Qovery::builder().url(fake.url()).token(fake.token()).build()?;
    let options = WatchOptions::within(Duration::from_secs(20)).with_intervals(QUICK.0, QUICK.1);

    // A clone has the services and variables, not the data of databases and not people's own domains; it is not deployed.
    let copy = client.clone_environment(&fake.environment(), &CloneEnvironmentRequest::new("review")).await?;
    let copy = copy.into_value().id;
    let services = qovery.find_matching(&ServiceQuery::all().with_environment("review")).await?;
    println!("cloned as `review`, with {} services", services.iter().filter(|one| one.target.id() != copy).count());

    let target = Target::environment(&copy);
    let deployed = qovery.deploy(&DeployRequest::new(target.clone())).await?;
    println!("deployed: {}", qovery.watch(&deployed.id, options.clone()).await?);

    // What an uninstall removes is gone, data included; the environment stays configured.
    client.uninstall_environment(&copy).await?;
    let state = qovery.await_state(&target, DesiredState::Stopped, options).await?;
    println!("uninstalled: {state}");

    client.delete_environment(&copy, &DeleteEnvironmentParams::default()).await?;
    while qovery.services().await?.iter().any(|service| service.target.id() == copy) {
        tokio::time::sleep(QUICK.0).await;
    }
    println!("deleted");
    Ok(())
}
