//! Going back to a version that ran before.

use std::sync::Arc;

use super::scene::{end, ended_as, meanwhile, request};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Ending, Harness, NotKept, Verdict};
use crate::{DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, Method, Outcome, RollbackTarget, Target};

/// Goes back to a version that is listed as usable.
pub async fn a_rollback_runs_the_version_that_was_listed(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness).await?;
    let version = usable(harness, &deployer, &target).await?;
    let back = match meanwhile(harness, deployer.roll_back_to(&version)).await {
        Ok(back) => back,
        Err(error) => return broken(format!("going back to a version that is usable failed: {error:#}")),
    };
    let outcome = end(harness, &deployer, &back.id).await?;
    if let Outcome::Succeeded(deployment) = outcome {
        let asked = DeployRequest::rollback(&version).expected_revision();
        let ran = &deployment.revision;
        ensure!(!ran.contradicts(&asked), "{ran:?} is a success for a rollback to {asked:?}");
        return Ok(());
    }
    broken(format!("going back to a version that is usable was reported as `{outcome}`"))
}

/// Goes back to a version that is listed with an obstacle, without regard to it.
pub async fn a_rollback_with_an_obstacle_sends_nothing(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness).await?;
    let versions = listed(harness, &deployer, &target).await?;
    let Some(version) = versions.iter().find(|version| version.obstacle.is_some()) else {
        return skip("no version has an obstacle");
    };
    let before = harness.triggers(&target).await;
    let answer = meanwhile(harness, deployer.deploy(&DeployRequest::rollback(version))).await;
    ensure!(answer.is_err(), "a version with the obstacle {:?} is gone back to", version.obstacle);
    ensure!(before == harness.triggers(&target).await, "it was refused after the trigger was sent");
    Ok(())
}

/// Deploys between the list and the rollback.
pub async fn a_rollback_after_somebody_deployed_is_a_conflict(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness).await?;
    let version = usable(harness, &deployer, &target).await?;
    let other = harness.deployer();
    let id = request(harness, &other, &DeployRequest::new(target.clone())).await?.id;
    let outcome = end(harness, &other, &id).await?;
    ensure!(ended_as(&outcome, Ending::Succeeds), "a deployment of the target was reported as `{outcome}`");
    let before = harness.triggers(&target).await;
    match meanwhile(harness, deployer.roll_back_to(&version)).await {
        Err(error) if error.kind() == ErrorKind::Conflict => {}
        Err(error) => return broken(format!("a rollback after another deployment is refused as: {error:#}")),
        Ok(back) => return broken(format!("a rollback after another deployment is `{}`", back.id)),
    }
    ensure!(before == harness.triggers(&target).await, "it was a conflict after the trigger was sent");
    Ok(())
}

async fn offered(harness: &dyn Harness) -> Result<(Arc<dyn Deployer>, Target), NotKept> {
    let deployer = harness.deployer();
    if !deployer.offers(Method::RollbackTargets) {
        return not_offered("`rollback_targets` is not offered");
    }
    match harness.target_with_history().await {
        Some(target) => Ok((deployer, target)),
        None => skip("the harness has no target with a history"),
    }
}

async fn listed(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    target: &Target,
) -> Result<Vec<RollbackTarget>, NotKept> {
    match meanwhile(harness, deployer.rollback_targets(target, HistoryOptions::default())).await {
        Ok(versions) => Ok(versions),
        Err(error) => broken(format!("the versions of `{target}` are not listed: {error:#}")),
    }
}

async fn usable(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    target: &Target,
) -> Result<RollbackTarget, NotKept> {
    let versions = listed(harness, deployer, target).await?;
    match versions.into_iter().find(|version| version.obstacle.is_none()) {
        Some(version) => Ok(version),
        None => broken("a target that can go back lists no usable version"),
    }
}
