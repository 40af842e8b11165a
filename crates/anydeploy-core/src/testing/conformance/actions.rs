//! Whether actions and abilities agree with the capabilities, and that a restart is a trigger like any other.

use std::sync::Arc;

use super::scene::{deploy_to, end, ended_as, meanwhile, refused, target};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Ending, Harness, NotKept, Verdict};
use crate::{
    Ability, Action, Capabilities, DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, Method,
    RanRevision, Result, RollbackPoint, RollbackTarget, Target, TargetKind,
};

/// Asks for each action on a target of each kind.
pub async fn each_action_is_taken_or_refused_as_the_capabilities_say(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let capabilities = deployer.capabilities();
    let (target, ..) = deployed(harness, &deployer).await?;
    for kind in capabilities.target_kinds() {
        for action in Action::ALL.iter().filter(|action| !capabilities.acts(kind, **action)) {
            let other = Target::new(kind.clone(), target.id());
            let before = harness.triggers(&other).await;
            let answer = meanwhile(harness, deployer.deploy(&request(*action, other.clone()))).await;
            let what = format!("the action `{action}` on a target of kind `{kind}`, which is not listed,");
            refused(answer, &[ErrorKind::Unsupported], &what)?;
            ensure!(before == harness.triggers(&other).await, "{what} was refused after the trigger was sent");
        }
    }
    for action in [Action::Restart, Action::Redeploy] {
        if capabilities.acts(target.kind(), action)
            && let Err(error) = meanwhile(harness, deployer.deploy(&request(action, target.clone()))).await
        {
            let is_refused = error.kind() == ErrorKind::Unsupported;
            ensure!(!is_refused, "the action `{action}` is listed, and refused: {error:#}");
        }
    }
    Ok(())
}

fn request(action: Action, target: Target) -> DeployRequest {
    match action {
        Action::Deploy => DeployRequest::new(target),
        Action::Restart => DeployRequest::restart(target),
        Action::Redeploy => DeployRequest::redeploy(target),
        Action::Rollback => {
            let point = RollbackPoint::new("0123456789abcdef0123456789abcdef01234567", RanRevision::Unverified);
            DeployRequest::rollback(&RollbackTarget::new(target, point))
        }
    }
}

/// Uses each ability on a target of each kind that does not list it, and on one that does.
pub async fn each_ability_is_taken_or_refused_as_the_capabilities_say(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let capabilities = deployer.capabilities();
    let (target, ..) = deployed(harness, &deployer).await?;
    for kind in capabilities.target_kinds() {
        for ability in CHANGING.iter().filter(|ability| !capabilities.can(kind, **ability)) {
            let other = Target::new(kind.clone(), target.id());
            let before = harness.writes(&other).await;
            let what = format!("the ability `{ability}` of a target of kind `{kind}`, which is not listed,");
            refused(used(harness, &deployer, *ability, &other).await, &[ErrorKind::Unsupported], &what)?;
            ensure!(before == harness.writes(&other).await, "{what} was refused after something was written");
        }
    }
    for ability in CHANGING {
        check_group(&*deployer, &capabilities, ability, target.kind())?;
        // Whether a target can go back may depend on how it is built.
        if capabilities.can(target.kind(), ability)
            && ability != Ability::Rollback
            && let Err(error) = used(harness, &deployer, ability, &target).await
        {
            let is_refused = error.kind() == ErrorKind::Unsupported;
            ensure!(!is_refused, "the ability `{ability}` is listed, and refused: {error:#}");
        }
    }
    Ok(())
}

/// The abilities of the groups that change what runs.
const CHANGING: [Ability; 5] =
    [Ability::Start, Ability::Stop, Ability::Rollback, Ability::Variables, Ability::Previews];

fn check_group(deployer: &dyn Deployer, capabilities: &Capabilities, ability: Ability, kind: &TargetKind) -> Verdict {
    let method = match ability {
        Ability::Start => Method::Start,
        Ability::Stop => Method::Stop,
        Ability::Rollback => Method::RollbackTargets,
        Ability::Previews => Method::Previews,
        _ => Method::Variables,
    };
    let is_listed = capabilities.can(kind, ability);
    ensure!(!is_listed || deployer.offers(method), "the ability `{ability}` is listed, and its group is not offered");
    Ok(())
}

async fn used(harness: &dyn Harness, deployer: &Arc<dyn Deployer>, ability: Ability, target: &Target) -> Result<()> {
    match ability {
        Ability::Start => meanwhile(harness, deployer.start(target)).await.map(drop),
        Ability::Stop => meanwhile(harness, deployer.stop(target)).await.map(drop),
        Ability::Rollback => {
            meanwhile(harness, deployer.rollback_targets(target, HistoryOptions::default())).await.map(drop)
        }
        Ability::Previews => meanwhile(harness, deployer.previews_of(target)).await.map(drop),
        _ => meanwhile(harness, deployer.variables_of(target)).await.map(drop),
    }
}

/// Restarts a target that was deployed, and counts what was triggered.
pub async fn a_restart_is_one_trigger_with_an_identity(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = restartable(harness).await?;
    let before = harness.triggers(&target).await;
    let restart = match meanwhile(harness, deployer.restart(&target)).await {
        Ok(restart) => restart,
        Err(error) => return broken(format!("restarting `{target}` failed: {error:#}")),
    };
    let outcome = end(harness, &deployer, &restart.id).await?;
    ensure!(ended_as(&outcome, Ending::Succeeds), "a restart was reported as `{outcome}`");
    let action = outcome.deployment().map(|deployment| deployment.action);
    ensure!(action == Some(Action::Restart), "a restart is reported as {action:?}");
    if let (Some(before), Some(after)) = (before, harness.triggers(&target).await) {
        ensure!(after - before == 1, "one restart triggered {}", after - before);
    }
    Ok(())
}

/// Restarts a target that was deployed, and counts what was built.
pub async fn a_restart_builds_nothing_where_the_platform_can(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = restartable(harness).await?;
    let Some(before) = harness.builds(&target).await else { return skip("the harness does not know what was built") };
    match meanwhile(harness, deployer.restart(&target)).await {
        Ok(restart) => drop(end(harness, &deployer, &restart.id).await?),
        Err(error) => return broken(format!("restarting `{target}` failed: {error:#}")),
    }
    let built = harness.builds(&target).await.unwrap_or(before) - before;
    ensure!(built == 0, "a restart built {built} times");
    Ok(())
}

/// Sends the intent of a restart, and recovers it by another deployer.
pub async fn a_restart_intent_is_recovered(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = restartable(harness).await?;
    if !deployer.offers(Method::Prepare) {
        return not_offered("`prepare` is not offered");
    }
    let request = DeployRequest::restart(target);
    let intent = match meanwhile(harness, deployer.prepare(&request)).await {
        Ok(intent) => intent,
        Err(error) => return broken(format!("preparing a restart failed: {error:#}")),
    };
    let sent = match meanwhile(harness, deployer.send(&intent)).await {
        Ok(sent) => sent,
        Err(error) => return broken(format!("sending a restart failed: {error:#}")),
    };
    let other = harness.deployer();
    match meanwhile(harness, other.recover(&intent)).await {
        Ok(found) => {
            let outcome = end(harness, &other, &found.id).await?;
            let id = outcome.deployment().map(|deployment| &deployment.id);
            ensure!(ended_as(&outcome, Ending::Succeeds), "the restart `{}` was recovered as `{outcome}`", sent.id);
            ensure!(id.is_some(), "a recovered restart names no deployment");
            Ok(())
        }
        // An operation without a record cannot always be distinguished from others.
        Err(error) if error.kind() == ErrorKind::Undecidable => Ok(()),
        Err(error) => broken(format!("the restart `{}` was sent, and is recovered as: {error:#}", sent.id)),
    }
}

/// A target that was deployed, and can be restarted.
async fn restartable(harness: &dyn Harness) -> Result<(Arc<dyn Deployer>, Target), NotKept> {
    let deployer = harness.deployer();
    let (target, capabilities) = deployed(harness, &deployer).await?;
    if !capabilities.acts(target.kind(), Action::Restart) {
        return not_offered("a restart is not offered");
    }
    Ok((deployer, target))
}

/// A target that was deployed, whose next deployments succeed.
async fn deployed(harness: &dyn Harness, deployer: &Arc<dyn Deployer>) -> Result<(Target, Capabilities), NotKept> {
    let target = match target(harness, &[Ending::Succeeds, Ending::Succeeds, Ending::Succeeds]).await {
        Ok(target) => target,
        Err(_) => target(harness, &[Ending::Succeeds]).await?,
    };
    deploy_to(harness, deployer, &target, Ending::Succeeds).await?;
    Ok((target, deployer.capabilities()))
}
