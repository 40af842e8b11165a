//! Finding services and deploying several at once, on each platform through one trait: a service by its name, its domains,
//! its history as a stream, its previews, and all services of a tag or of an environment by one request.
//!
//! It runs against fake servers of its own; what a platform does not offer is printed with its reason.
//! The exit status is 0 if nothing else was refused.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples print")]

mod scene;

use std::fmt::Display;
use std::process::ExitCode;

use anydeploy::{DeployRequest, DeployerExt, ErrorKind, HistoryOptions, Result, ServiceQuery, WatchOptions};
use examples::QUICK;
use futures::TryStreamExt;

use scene::Scene;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    for scene in scene::all().await? {
        find(&scene).await?;
        select(&scene).await?;
    }
    Ok(())
}

/// A service, what is known of it, and what it had.
async fn find(scene: &Scene) -> Result<()> {
    let deployer = &scene.deployer;
    let shop = deployer.find_one(&ServiceQuery::named("shop")).await?;
    let read = deployer.service(&shop.target).await?;
    let place = [read.project.as_deref(), read.environment.as_deref()].map(|name| name.unwrap_or("?")).join("/");
    scene.say("find shop", format_args!("{} in {place}, {}", shop.target, shop.state));

    for domain in scene.offered("domains", deployer.domains(&shop.target).await)?.unwrap_or_default() {
        scene.say("domain", format_args!("{}", domain.url));
    }
    let options = WatchOptions::default().with_intervals(QUICK.0, QUICK.1);
    for _ in 0..3 {
        deployer.deploy_and_wait(&DeployRequest::new(shop.target.clone()), options.clone()).await?;
    }
    // Pages of two, read one after the other as the stream goes on.
    let history = deployer.history_stream(&shop.target, HistoryOptions::newest(2));
    let statuses: Vec<_> = history.map_ok(|deployment| deployment.status.to_string()).try_collect().await?;
    scene.say("history", format_args!("{} deployments, the newest {}", statuses.len(), statuses[0]));

    for preview in scene.offered("previews", deployer.previews_of(&shop.target).await)?.unwrap_or_default() {
        let deleted = deployer.delete_preview(&shop.target, preview.pull_request).await?;
        let url = preview.url.as_deref().unwrap_or("an address that is not known");
        scene.say("preview", format_args!("of pull request {} at {url}, deleted: {deleted}", preview.pull_request));
    }
    Ok(())
}

/// Several services by one request, each with a deployment of its own.
async fn select(scene: &Scene) -> Result<()> {
    let Some(selection) = &scene.selection else {
        scene.say("selection", "the platform deploys one service a request");
        return Ok(());
    };
    let Some(report) = scene.offered("selection", scene.deployer.deploy_selection(selection).await)? else {
        return Ok(());
    };
    let options = WatchOptions::default().with_intervals(QUICK.0, QUICK.1);
    for entry in report.entries {
        let outcome = scene.deployer.watch(&entry.result?.id, options.clone()).await?;
        let identity = outcome.deployment().map_or_else(String::new, |deployment| deployment.identity.to_string());
        scene.say("selection", format_args!("{}: {outcome} ({identity})", entry.target));
    }
    Ok(())
}

impl Scene {
    fn say(&self, step: &str, what: impl Display) {
        println!("{:8} {step}: {what}", self.deployer.platform().to_string());
    }

    /// An answer, or nothing where the platform does not offer what was asked for, which is printed.
    fn offered<T>(&self, step: &str, answer: Result<T>) -> Result<Option<T>> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                self.say(step, error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
