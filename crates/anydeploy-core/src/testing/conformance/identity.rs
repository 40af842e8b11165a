//! Which deployment a caller gets.

use std::sync::Arc;

use futures::future::join;

use super::scene::{deploy, deploy_to, end, ended_as, goes_on, meanwhile, same_target, target, under_way};
use super::verdict::{broken, ensure, skip};
use super::{Ending, Harness, NotKept, Verdict};
use crate::{Adoption, DeployRequest, Deployer, DeploymentId, ErrorKind, Identity, Target};

/// Deploys, and checks that the id names platform and target and survives as text.
pub async fn deploy_names_its_deployment(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    ensure!(*id.platform() == deployer.platform(), "`{id}` is not an id of `{}`", deployer.platform());
    ensure!(same_target(id.target(), &target), "`{id}` does not name `{target}`");
    match id.to_string().parse::<DeploymentId>() {
        Ok(read) => ensure!(read == id, "`{id}` is read back as `{read}`"),
        Err(error) => return broken(format!("the id is not read back: {error}")),
    }
    Ok(())
}

/// Deploys, passes the id on as text, and reads and watches it with another deployer.
pub async fn another_process_can_watch_on(harness: &dyn Harness) -> Verdict {
    let target = target(harness, &[Ending::Succeeds]).await?;
    let text = deploy(harness, &harness.deployer(), &target).await?.id.to_string();
    let Ok(id) = text.parse::<DeploymentId>() else { return broken(format!("`{text}` is not read back")) };
    let other = harness.deployer();
    match meanwhile(harness, other.deployment(&id)).await {
        Ok(seen) => ensure!(same_target(seen.target(), &target), "`{id}` was read as one of `{}`", seen.target()),
        Err(error) => return broken(format!("`{id}` is not readable by another deployer: {error:#}")),
    }
    let outcome = end(harness, &other, &id).await?;
    ensure!(ended_as(&outcome, Ending::Succeeds), "the other deployer read `{outcome}`");
    Ok(())
}

/// Deploys once, and counts the deployments that the platform started.
pub async fn deploy_triggers_once(harness: &dyn Harness) -> Verdict {
    let target = target(harness, &[Ending::Succeeds]).await?;
    let Some(before) = harness.triggers(&target).await else {
        return skip("the harness does not know what was truly triggered");
    };
    deploy_to(harness, &harness.deployer(), &target, Ending::Succeeds).await?;
    let made = harness.triggers(&target).await.unwrap_or_default().saturating_sub(before);
    ensure!(made == 1, "one call triggered {made} deployments");
    Ok(())
}

/// Deploys a target twice: the first deployment succeeds, the second one does not end.
pub async fn an_older_ending_is_not_taken_for_the_new_one(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds, Ending::Never]).await?;
    deploy_to(harness, &deployer, &target, Ending::Succeeds).await?;
    let second = deploy(harness, &deployer, &target).await?;
    ensure!(!second.is_over(), "a deployment that was just made is over: `{}`", second.status);
    goes_on(harness, &deployer, &second.id).await?;
    Ok(())
}

/// Deploys a target twice: the first deployment fails, the second one succeeds; then reads the first one again.
pub async fn each_id_keeps_to_its_own_deployment(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Fails, Ending::Succeeds]).await?;
    let first = deploy(harness, &deployer, &target).await?.id;
    let outcome = end(harness, &deployer, &first).await?;
    ensure!(ended_as(&outcome, Ending::Fails), "the first deployment fails, and was reported as `{outcome}`");
    let second = deploy(harness, &deployer, &target).await?.id;
    ensure!(first != second, "two deployments have the id `{first}`");
    let outcome = end(harness, &deployer, &second).await?;
    ensure!(ended_as(&outcome, Ending::Succeeds), "the second deployment succeeds, and was reported as `{outcome}`");
    let outcome = end(harness, &harness.deployer(), &first).await?;
    ensure!(ended_as(&outcome, Ending::Fails), "the first deployment failed, and is now reported as `{outcome}`");
    // A read may make an id more precise, and must not make it the id of another deployment.
    let Some(precise) = outcome.deployment().map(|deployment| deployment.id.to_string()) else {
        return broken("a failure names no deployment");
    };
    let Ok(id) = precise.parse::<DeploymentId>() else { return broken(format!("`{precise}` is not read back")) };
    let outcome = end(harness, &harness.deployer(), &id).await?;
    ensure!(ended_as(&outcome, Ending::Fails), "the first deployment failed, and by its id `{id}` it is `{outcome}`");
    Ok(())
}

/// Deploys two targets at once, one of which fails.
pub async fn concurrent_callers_get_their_own_deployments(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let good = target(harness, &[Ending::Succeeds]).await?;
    let bad = target(harness, &[Ending::Fails]).await?;
    let (good, bad) = join(
        deploy_to(harness, &deployer, &good, Ending::Succeeds),
        deploy_to(harness, &deployer, &bad, Ending::Fails),
    )
    .await;
    good.and(bad).map(|_| ())
}

/// Deploys a target again while it is being deployed; the platform may queue, merge or refuse that.
pub async fn a_second_deployment_is_new_or_adopted(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Never, Ending::Never]).await?;
    let before = harness.triggers(&target).await;
    let first = deploy(harness, &deployer, &target).await?;
    match meanwhile(harness, deployer.deploy(&DeployRequest::new(target.clone()))).await {
        Ok(second) => {
            let same = first.id == second.id;
            ensure!(!same || second.identity == Identity::Adopted, "`{}` was reported twice as new", first.id);
            Ok(())
        }
        Err(error) => {
            let (Some(before), Some(after)) = (before, harness.triggers(&target).await) else { return Ok(()) };
            let taken = after.saturating_sub(before) > 1;
            ensure!(
                !taken || !error.is_safe_to_repeat(),
                "a trigger that was taken is called safe to repeat: {error:#}"
            );
            Ok(())
        }
    }
}

/// Loses the answer to a trigger of a target that was deployed before, and compares the result with what the platform did.
pub async fn a_lost_answer_is_reported_honestly(harness: &dyn Harness) -> Verdict {
    let (deployer, target, older, before) = deployed_before(harness).await?;
    if !harness.lose_next_answer().await {
        return skip("the harness cannot lose an answer");
    }
    honest(harness, &deployer, &target, &older, before).await
}

/// Loses a trigger of a target that was deployed before, and compares the result with what the platform did.
pub async fn a_trigger_that_never_arrived_is_not_an_older_deployment(harness: &dyn Harness) -> Verdict {
    let (deployer, target, older, before) = deployed_before(harness).await?;
    if !harness.lose_next_trigger().await {
        return skip("the harness cannot lose a trigger");
    }
    honest(harness, &deployer, &target, &older, before).await
}

/// A target whose first deployment failed and whose next one succeeds, the id of the first, and how many there were.
async fn deployed_before(harness: &dyn Harness) -> Result<(Arc<dyn Deployer>, Target, DeploymentId, usize), NotKept> {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Fails, Ending::Succeeds]).await?;
    let outcome = deploy_to(harness, &deployer, &target, Ending::Fails).await?;
    let Some(older) = outcome.deployment().map(|deployment| deployment.id.clone()) else {
        return broken("a failure names no deployment");
    };
    match harness.triggers(&target).await {
        Some(before) => Ok((deployer, target, older, before)),
        None => skip("the harness does not know what was truly triggered"),
    }
}

/// Deploys while a request or an answer is to be lost, and compares the result with what the platform did.
async fn honest(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    target: &Target,
    older: &DeploymentId,
    before: usize,
) -> Verdict {
    let answer = meanwhile(harness, deployer.deploy(&DeployRequest::new(target.clone()))).await;
    let made = harness.triggers(target).await.unwrap_or_default().saturating_sub(before);
    ensure!(made <= 1, "a trigger was lost on the way, or its answer, and the platform took on {made}");
    match answer {
        Ok(deployment) => {
            ensure!(deployment.id != *older, "the older deployment `{older}` is the answer");
            ensure!(made == 1, "`{}` is the answer, and the platform took on nothing", deployment.id);
            let outcome = end(harness, deployer, &deployment.id).await?;
            ensure!(ended_as(&outcome, Ending::Succeeds), "what was found after the loss ended as `{outcome}`");
        }
        Err(error) => {
            ensure!(made == 0 || !error.is_safe_to_repeat(), "it was taken, and is called safe to repeat: {error:#}");
            let undecided = error.kind() == ErrorKind::Undecidable && deployer.capabilities().correlates;
            ensure!(!undecided, "the capability `correlates` is on, and the error is: {error:#}");
        }
    }
    Ok(())
}

/// Deploys a target again while its deployment runs, with either [`Adoption`].
pub async fn a_running_deployment_is_no_answer_to_a_fresh_request(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Never, Ending::Never]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    let first = under_way(harness, &deployer, id).await?;
    ensure!(!first.is_over(), "a deployment that goes on is read as `{}`", first.status);
    let before = harness.triggers(&target).await;
    let request = DeployRequest::new(target.clone());
    match meanwhile(harness, deployer.deploy(&request)).await {
        Ok(second) => {
            let earlier = second.id == first.id || second.identity == Identity::Adopted;
            ensure!(!earlier, "the deployment that ran before is the answer: `{}`", second.id);
        }
        Err(error) => {
            let made = harness.triggers(&target).await.zip(before).map_or(0, |(after, before)| after - before);
            ensure!(made == 0 || !error.is_safe_to_repeat(), "it was taken, and is called safe to repeat: {error:#}");
            if error.kind() == ErrorKind::AlreadyRunning {
                ensure!(made == 0, "a deployment was made, and the error is: {error:#}");
                ensure!(
                    error.is_safe_to_repeat(),
                    "nothing was triggered, and it is not called safe to repeat: {error:#}"
                );
                let Some(earlier) = error.last() else {
                    return broken("the error does not hold the earlier deployment");
                };
                ensure!(
                    earlier.identity == Identity::Adopted,
                    "the earlier deployment, which another call made, is held as {}",
                    earlier.identity
                );
                ensure!(
                    same_target(earlier.target(), &target),
                    "the earlier deployment is one of `{}`",
                    earlier.target()
                );
                goes_on(harness, &deployer, &earlier.id).await?;
            }
        }
    }
    match meanwhile(harness, deployer.deploy(&request.with_adoption(Adoption::Any))).await {
        Ok(any) => {
            let honest = any.id != first.id || any.identity == Identity::Adopted;
            ensure!(honest, "the deployment that ran before is the answer, as {}", any.identity);
        }
        Err(error) => {
            let refused = error.kind() == ErrorKind::AlreadyRunning;
            ensure!(!refused, "any deployment will do, and the error is: {error:#}");
        }
    }
    Ok(())
}
