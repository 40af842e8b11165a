//! Deploys one application on each platform through one trait, and then one whose deployment fails.
//!
//! Without arguments it runs against fake servers of its own.
//! With the variables of a platform set (`COOLIFY_URL` and `COOLIFY_TOKEN`, `DOKPLOY_URL` and `DOKPLOY_API_KEY`,
//! `QOVERY_API_TOKEN`) and `-- --target application:ID`, it deploys on the real server instead.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples print")]

mod real;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{DeployRequest, Result, Target, WatchOptions};
use clap::Parser;
use examples::{PLATFORMS, QUICK, follow, print_table};
use futures::future::try_join_all;

use real::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { target, platform, minutes } = Arguments::parse();
    let result = match target {
        Some(target) => real::deploy(target, platform.as_deref(), minutes).await,
        None => on_fakes().await,
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Every platform at once, and then a deployment that fails.
async fn on_fakes() -> Result<ExitCode> {
    let fakes = try_join_all(PLATFORMS.iter().map(|platform| (platform.start_fake)())).await?;
    let urls: Vec<&str> = fakes.iter().map(|fake| fake.url.as_str()).collect();
    println!("fake servers: {}\n", urls.join(", "));

    let options = WatchOptions::within(Duration::from_secs(10)).with_intervals(QUICK.0, QUICK.1);
    let deployments = fakes.iter().map(|fake| {
        let request = DeployRequest::new(Target::application(&fake.application));
        follow(Arc::clone(&fake.deployer), request, options.clone())
    });
    let mut reports = try_join_all(deployments).await?;
    let mut as_expected = reports.iter().all(|report| report.success);

    if let Some(fake) = fakes.first() {
        println!();
        let request = DeployRequest::new(Target::application(&fake.broken));
        let failed = follow(Arc::clone(&fake.deployer), request, options).await?;
        as_expected &= !failed.success;
        reports.push(failed);
    }
    print_table(&reports);
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
