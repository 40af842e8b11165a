//! Deploying and waiting: until the deployment is over, and until its target is healthy.

use tokio::time::{Instant, sleep};

use crate::{
    DeployRequest, Deployer, DeployerExt, Deployment, Error, ErrorKind, Healthy, Outcome, Result, Rollout, Watch,
    WatchOptions,
};

/// What to do after the health before a deployment could not be read.
const NOT_DEPLOYED: &str = "nothing was deployed; where the health cannot be read, use deploy_and_wait";

/// Deploys, waits until the deployment is over, and waits before that for an earlier one that is running already.
pub(super) async fn deploy_and_wait<D: Deployer + Clone>(
    deployer: &D,
    request: &DeployRequest,
    options: WatchOptions,
) -> Result<Outcome> {
    let mut deadline: Option<Instant> = None;
    let mut intervals = options.intervals(deployer);
    loop {
        let error = match deployer.deploy(request).await {
            Ok(deployment) => return Watch::resume(deployer.clone(), deployment, options, deadline).await,
            Err(error) => error,
        };
        let earlier = match error.last() {
            // An earlier deployment that may be the caller's own makes the error not safe to repeat.
            Some(earlier) if error.kind() == ErrorKind::AlreadyRunning && error.is_safe_to_repeat() => earlier.clone(),
            _ => return Err(error),
        };
        let deadline = *deadline.get_or_insert_with(|| options.ends_at());
        wait_for_earlier(deployer.clone(), earlier, options.clone(), deadline).await?;
        // A server may list the earlier one as running for a moment after it was read as over.
        let pause = intervals.pause(error.retry_after());
        if pause >= deadline.saturating_duration_since(Instant::now()) {
            return Err(error);
        }
        sleep(pause).await;
    }
}

/// Waits until the deployment that prevented a new one is over, however it ends.
pub(crate) async fn wait_for_earlier<D: Deployer>(
    deployer: D,
    earlier: Deployment,
    options: WatchOptions,
    deadline: Instant,
) -> Result<()> {
    let platform = deployer.platform();
    match Watch::of_earlier(deployer, earlier.clone(), options, deadline).await {
        Ok(_) => Ok(()),
        // The caller's own request was not triggered, so every failure here is safe to repeat.
        Err(error) if error.kind() == ErrorKind::TimedOut => {
            let message =
                "an earlier deployment of the target was not seen to end by the deadline, and nothing was triggered";
            let already = Error::new(ErrorKind::AlreadyRunning, message).with_platform(platform);
            let last = error.last().cloned().unwrap_or(earlier);
            Err(already.with_last(Some(last)).with_source(error))
        }
        Err(error) => Err(error.with_safe_to_repeat(true)),
    }
}

/// The health before, the deployment, and the health after it.
pub(super) async fn deploy_until_healthy<D: Deployer + Clone>(
    deployer: &D,
    request: &DeployRequest,
    mut healthy: Healthy,
    options: WatchOptions,
) -> Result<Rollout> {
    let target = request.target();
    if healthy.before.is_none() {
        // A platform that cannot read the health ends the call before anything is deployed.
        healthy.before = Some(deployer.health_of(target).await.map_err(|error| error.with_advice(NOT_DEPLOYED))?);
    }
    let outcome = deployer.deploy_and_wait(request, options.clone()).await?;
    let Outcome::Succeeded(deployment) = &outcome else { return Ok(Rollout::new(outcome, None)) };
    let verdict = deployer.await_health(target, healthy, options).await;
    let verdict = verdict.map_err(|error| error.with_last(Some(deployment.clone())).with_safe_to_repeat(false))?;
    Ok(Rollout::new(outcome, Some(verdict)))
}
