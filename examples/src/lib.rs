//! What the example programs share: the table of platforms, what each can do, a deployment with its progress, and a table of
//! reports.

#![allow(clippy::print_stdout, reason = "examples print")]

pub mod capabilities;
pub mod chaos;
pub mod crash;
mod platforms;
mod report;
mod scene;

pub use platforms::{FakePlatform, PLATFORMS, PlatformEntry};
pub use report::{Report, print_table};
pub use scene::ScenePlatform;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anydeploy::{DeployRequest, Deployer, DeployerExt, Outcome, Result, WatchEvent, WatchOptions};
use futures::StreamExt;

/// How often the fakes are polled; a real platform is polled as its rate limit allows.
pub const QUICK: (Duration, Duration) = (Duration::from_millis(40), Duration::from_millis(200));

/// Deploys, prints each change of status as it comes, and returns the outcome as a report.
///
/// # Errors
/// Those of [`Deployer::deploy`] and of the watch.
pub async fn follow(deployer: Arc<dyn Deployer>, request: DeployRequest, options: WatchOptions) -> Result<Report> {
    let started = Instant::now();
    let label = format!("{:8} {:.16}", deployer.platform(), request.target().id());
    let deployment = deployer.deploy(&request).await?;
    println!("{label}: accepted as {} ({})", deployment.id, deployment.identity);

    let mut identity = deployment.identity;
    let mut watch = deployer.watch(&deployment.id, options);
    while let Some(event) = watch.next().await {
        match event? {
            WatchEvent::Changed(deployment) => {
                identity = deployment.identity;
                println!("{label}: {}", deployment.status);
            }
            WatchEvent::Ended(outcome) => {
                explain(&label, &outcome);
                return Ok(Report::new(&deployer.platform(), &request, identity, &outcome, started.elapsed()));
            }
            _ => {}
        }
    }
    unreachable!("a watch ends with an outcome or an error")
}

/// Prints why a deployment failed, with the end of its log.
fn explain(label: &str, outcome: &Outcome) {
    let Outcome::Failed(failure) = outcome else { return };
    if let Some(reason) = outcome.reason() {
        println!("{label}: because: {reason}");
    }
    match (&failure.log, &failure.log_error) {
        (Some(log), _) => {
            for line in &log.lines {
                println!("{label}:   | {}", line.text);
            }
        }
        (None, Some(error)) => println!("{label}: its log could not be read: {error}"),
        (None, None) => {}
    }
}
