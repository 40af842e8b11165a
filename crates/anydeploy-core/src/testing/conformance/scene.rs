//! The steps that cases are made of.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};
use tokio::time::sleep;

use super::verdict::{broken, ensure, skip};
use super::{Ending, Harness, NotKept, Verdict};
use crate::{
    DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, Error, ErrorKind, Outcome, Phase, Result, Target,
    WatchOptions,
};

/// Waits for an answer, and lets the platform proceed meanwhile.
pub(super) async fn meanwhile<T>(harness: &dyn Harness, answer: impl Future<Output = T>) -> T {
    let time = async {
        loop {
            harness.let_time_pass().await;
            // A harness that does not wait itself must not keep the answer from coming.
            sleep(Duration::from_millis(1)).await;
        }
    };
    match select(pin!(answer), pin!(time)).await {
        Either::Left((answer, _)) => answer,
        Either::Right((never, _)) => never,
    }
}

/// A target whose next deployments have these endings.
pub(super) async fn target(harness: &dyn Harness, endings: &[Ending]) -> Result<Target, NotKept> {
    match harness.target(endings).await {
        Some(target) => Ok(target),
        None if endings == [Ending::Succeeds] => broken("the harness has no target whose deployment succeeds"),
        None => skip(format!("the harness has no target for {endings:?}")),
    }
}

/// Deploys; an error breaks the case.
pub(super) async fn deploy(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    target: &Target,
) -> Result<Deployment, NotKept> {
    request(harness, deployer, &DeployRequest::new(target.clone())).await
}

/// Deploys with options; an error breaks the case.
pub(super) async fn request(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    request: &DeployRequest,
) -> Result<Deployment, NotKept> {
    match meanwhile(harness, deployer.deploy(request)).await {
        Ok(deployment) => Ok(deployment),
        Err(error) => broken(format!("deploying `{}` failed: {error:#}", request.target())),
    }
}

/// Watches until the deployment ends; an error breaks the case.
pub(super) async fn end(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    id: &DeploymentId,
) -> Result<Outcome, NotKept> {
    match meanwhile(harness, async { deployer.watch(id, harness.watch_options()).await }).await {
        Ok(outcome) => Ok(outcome),
        Err(error) => broken(format!("watching `{id}` failed: {error:#}")),
    }
}

/// Deploys, and checks that the deployment ends as the harness announced.
pub(super) async fn deploy_to(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    target: &Target,
    ending: Ending,
) -> Result<Outcome, NotKept> {
    let deployment = deploy(harness, deployer, target).await?;
    let outcome = end(harness, deployer, &deployment.id).await?;
    ensure!(ended_as(&outcome, ending), "a deployment whose ending is {ending:?} was reported as `{outcome}`");
    Ok(outcome)
}

/// Polls until the deployment runs, or is over.
pub(super) async fn under_way(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    mut id: DeploymentId,
) -> Result<Deployment, NotKept> {
    loop {
        match meanwhile(harness, deployer.deployment(&id)).await {
            Ok(deployment) if deployment.status.phase == Phase::Running || deployment.is_over() => {
                return Ok(deployment);
            }
            Ok(deployment) => id = deployment.id,
            Err(error) => return broken(format!("`{id}` is not readable: {error:#}")),
        }
        meanwhile(harness, sleep(harness.observation_time() / 50)).await;
    }
}

/// Watches a deployment for [`Harness::observation_time`], in which it must not end.
pub(super) async fn goes_on(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    id: &DeploymentId,
) -> Result<Error, NotKept> {
    let options = WatchOptions { deadline: harness.observation_time(), ..harness.watch_options() };
    match meanwhile(harness, async { deployer.watch(id, options).await }).await {
        Err(error) if error.kind() == ErrorKind::TimedOut => Ok(error),
        Err(error) => broken(format!("watching `{id}` failed: {error:#}")),
        Ok(outcome) => broken(format!("a deployment that goes on was reported as `{outcome}`")),
    }
}

/// Whether an outcome is the one that belongs to an ending.
pub(super) fn ended_as(outcome: &Outcome, ending: Ending) -> bool {
    match ending {
        Ending::Succeeds => matches!(outcome, Outcome::Succeeded(_)),
        Ending::Fails => matches!(outcome, Outcome::Failed(_)),
        Ending::Cancelled => matches!(outcome, Outcome::Cancelled(_)),
        Ending::Vanishes => matches!(outcome, Outcome::Lost(_)),
        Ending::Never | Ending::UnknownWord => false,
    }
}

/// Checks that an answer is an error of one of these kinds.
pub(super) fn refused<T>(answer: Result<T>, kinds: &[ErrorKind], what: &str) -> Verdict {
    match answer {
        Err(error) if kinds.contains(&error.kind()) => Ok(()),
        Err(error) => broken(format!("{what} is refused as `{}` and not as one of {kinds:?}: {error:#}", error.kind())),
        Ok(_) => broken(format!("{what} is not refused")),
    }
}

/// Whether two targets have the same kind and id; an implementation may have added the environment to one of them.
pub(super) fn same_target(one: &Target, other: &Target) -> bool {
    one.kind() == other.kind() && one.id() == other.id()
}
