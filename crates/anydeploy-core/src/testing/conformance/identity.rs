//! Which deployment a caller is told of.

use futures::future::join;

use super::scene::{deploy, deploy_to, end, ended_as, goes_on, meanwhile, same_target, target};
use super::verdict::{broken, ensure, skip};
use super::{Ending, Harness, Verdict};
use crate::{DeployRequest, Deployer, DeploymentId, ErrorKind, Identity};

/// Deploys, and looks at the id: whose it is, and whether its text is the whole of it.
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
    ensure!(ended_as(&outcome, Ending::Succeeds), "the other deployer was told `{outcome}`");
    Ok(())
}

/// Deploys once and counts on the platform.
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

/// Deploys what ends well, and then, on the same target, what does not end.
pub async fn an_older_ending_is_not_taken_for_the_new_one(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds, Ending::Never]).await?;
    deploy_to(harness, &deployer, &target, Ending::Succeeds).await?;
    let second = deploy(harness, &deployer, &target).await?;
    ensure!(!second.is_over(), "a deployment that was just made is over: `{}`", second.status);
    goes_on(harness, &deployer, &second.id).await?;
    Ok(())
}

/// Deploys what fails, and then, on the same target, what succeeds, and reads the first one again.
pub async fn each_id_keeps_to_its_own_deployment(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Fails, Ending::Succeeds]).await?;
    let first = deploy(harness, &deployer, &target).await?.id;
    let outcome = end(harness, &deployer, &first).await?;
    ensure!(ended_as(&outcome, Ending::Fails), "the first deployment fails, and was told as `{outcome}`");
    let second = deploy(harness, &deployer, &target).await?.id;
    ensure!(first != second, "two deployments have the id `{first}`");
    let outcome = end(harness, &deployer, &second).await?;
    ensure!(ended_as(&outcome, Ending::Succeeds), "the second deployment succeeds, and was told as `{outcome}`");
    let outcome = end(harness, &harness.deployer(), &first).await?;
    ensure!(ended_as(&outcome, Ending::Fails), "the first deployment failed, and is told as `{outcome}` by now");
    Ok(())
}

/// Deploys two targets at once, one of which fails.
pub async fn callers_at_once_are_told_their_own(harness: &dyn Harness) -> Verdict {
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
            ensure!(!same || second.identity == Identity::Adopted, "`{}` was told twice as new", first.id);
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

/// Loses the answer to a trigger, and compares what the caller is told with what the platform did.
pub async fn a_lost_answer_is_told_honestly(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let Some(before) = harness.triggers(&target).await else {
        return skip("the harness does not know what was truly triggered");
    };
    if !harness.lose_next_answer().await {
        return skip("the harness cannot lose an answer");
    }
    let answer = meanwhile(harness, deployer.deploy(&DeployRequest::new(target.clone()))).await;
    let made = harness.triggers(&target).await.unwrap_or_default().saturating_sub(before);
    ensure!(made <= 1, "a trigger whose answer was lost was sent {made} times");
    match answer {
        Ok(deployment) => {
            ensure!(made == 1, "a deployment was told that the platform never took on");
            let outcome = end(harness, &deployer, &deployment.id).await?;
            ensure!(
                ended_as(&outcome, Ending::Succeeds),
                "what was found after the lost answer was told as `{outcome}`"
            );
        }
        Err(error) => {
            ensure!(made == 0 || !error.is_safe_to_repeat(), "it was taken, and is called safe to repeat: {error:#}");
            let undecided = error.kind() == ErrorKind::Undecidable && deployer.capabilities().reconcile;
            ensure!(!undecided, "the capability `reconcile` is on, and the error is: {error:#}");
        }
    }
    Ok(())
}
