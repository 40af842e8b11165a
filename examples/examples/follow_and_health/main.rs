//! What runs after a deployment, on each platform through one trait: a log that is followed to its end, a service that stays
//! healthy, one that crashes again and again although its deployment succeeded, and one whose deployment fails.
//!
//! It runs against fake servers of its own, with short times in place of the usual half minutes.
//! The exit status is 0 if each deployment ended, and each service was judged, as expected.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples print")]

mod scene;

use std::process::ExitCode;
use std::time::Duration;

use anydeploy::{
    DeployRequest, DeployerExt, Error, ErrorKind, FollowEvent, Healthy, Outcome, Result, Target, Verdict, WatchEvent,
    WatchOptions,
};
use examples::QUICK;
use futures::StreamExt;

use scene::Scene;

/// How long a service has to be healthy here; by default it is 30 seconds.
const SETTLE: Duration = Duration::from_millis(300);

/// How long it may be degraded here; by default it is a minute.
const GRACE: Duration = Duration::from_secs(3);

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
        let verdict = deploy(&scene, &scene.steady, || {}).await?;
        expect(&scene, "steady", verdict == Some(scene.steady_verdict.clone()))?;
        let verdict = deploy(&scene, &scene.crashing, || (scene.crash)()).await?;
        expect(&scene, "crashing", (scene.is_caught)(verdict.as_ref()))?;
        let verdict = deploy(&scene, &scene.broken, || {}).await?;
        expect(&scene, "broken", verdict.is_none())?;
    }
    Ok(())
}

/// Deploys, prints the log as it is written, and judges the health if the deployment succeeded.
async fn deploy(scene: &Scene, target: &Target, once_deployed: impl Fn()) -> Result<Option<Verdict>> {
    let deployer = &scene.deployer;
    let say = |what: &str| println!("{:8} {target}: {what}", deployer.platform().to_string());
    let before = deployer.health_of(target).await?;
    let deployment = deployer.deploy(&DeployRequest::new(target.clone())).await?;
    let options = WatchOptions::default().with_intervals(QUICK.0, QUICK.1);
    let mut log = deployer.follow(&deployment.id, options.clone());
    let mut outcome = None;
    while let Some(event) = log.next().await {
        match event? {
            FollowEvent::Line(line) => say(&format!("| {}", anydeploy::mask(&line.plain()))),
            FollowEvent::Gap => say("| …"),
            FollowEvent::LogTrouble { error, .. } => say(&format!("its log could not be read: {error}")),
            FollowEvent::Watch(WatchEvent::Changed(deployment)) => say(&deployment.status.to_string()),
            FollowEvent::Watch(WatchEvent::Ended(ended)) => outcome = Some(ended),
            _ => {}
        }
    }
    match outcome {
        Some(Outcome::Succeeded(_)) => {}
        Some(other) => {
            say(&other.to_string());
            return Ok(None);
        }
        None => return Ok(None),
    }
    once_deployed();
    let healthy = Healthy::default().with_settle(SETTLE).with_degraded_grace(GRACE).compared_with(before);
    let verdict = deployer.await_health(target, healthy, options).await?;
    say(&verdict.to_string());
    Ok(Some(verdict))
}

fn expect(scene: &Scene, what: &str, is_met: bool) -> Result<()> {
    if is_met {
        return Ok(());
    }
    let message = format!("the {what} service of {} was judged otherwise", scene.deployer.platform());
    Err(Error::new(ErrorKind::Conflict, message))
}
