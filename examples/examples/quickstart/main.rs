//! Deploys one application on each platform through one trait, and then one whose deployment fails.
//!
//! Without arguments it runs against fake servers of its own.
//! With the variables of a platform set (`COOLIFY_URL` and `COOLIFY_TOKEN`, `DOKPLOY_URL` and `DOKPLOY_API_KEY`,
//! `QOVERY_API_TOKEN`) and `-- --target application:ID`, it deploys on the real server instead.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples talk to people")]

mod real;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Coolify, DeployRequest, Deployer, Dokploy, Qovery, Result, Target, WatchOptions};
use anydeploy_fakes::{CoolifyScript, FakeCoolify, FakeDokploy, FakeQovery};
use examples::{QUICK, follow, print_table};
use futures::future::try_join_all;

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match real::arguments(std::env::args().skip(1)) {
        Ok(Some(arguments)) => real::deploy(arguments).await,
        Ok(None) => on_fakes().await,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Three platforms at once, and then a deployment that fails.
async fn on_fakes() -> Result<ExitCode> {
    let (coolify, dokploy, qovery) =
        (FakeCoolify::start().await, FakeDokploy::start().await, FakeQovery::start().await);
    println!("fake servers: {}, {}, {}\n", coolify.url(), dokploy.url(), qovery.url());

    let deployers: [(Arc<dyn Deployer>, String); 3] = [
        (
            Arc::new(Coolify::builder().url(coolify.url()).token(coolify.token()).build()?),
            coolify.add_application("shop"),
        ),
        (
            Arc::new(Dokploy::builder().url(dokploy.url()).token(dokploy.token()).build()?),
            dokploy.add_application("shop"),
        ),
        (Arc::new(Qovery::builder().url(qovery.url()).token(qovery.token()).build()?), qovery.add_application("shop")),
    ];
    let options = WatchOptions::within(Duration::from_secs(10)).with_intervals(QUICK.0, QUICK.1);
    let deployments = deployers.iter().map(|(deployer, application)| {
        let request = DeployRequest::new(Target::application(application));
        follow(Arc::clone(deployer), request, options.clone())
    });
    let mut reports = try_join_all(deployments).await?;

    let broken = coolify.add_application("broken");
    coolify
        .next_deployment(&broken, CoolifyScript::fails_with("npm ERR! missing script: build").log(["npm run build"]));
    println!();
    let request = DeployRequest::new(Target::application(broken));
    let failed = follow(Arc::clone(&deployers[0].0), request, options).await?;

    let as_expected = reports.iter().all(|report| report.success) && !failed.success;
    reports.push(failed);
    print_table(&reports);
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
