//! Following a log, and the health of what runs.

use futures::StreamExt;

use super::scene::{deploy, ended_as, meanwhile, target};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Ending, Harness, Verdict};
use crate::{
    Ability, DeployerExt, DesiredState, ErrorKind, FollowEvent, HealthState, LogLine, LogOptions, Method, WatchEvent,
};

/// How many lines are read of a log that was followed; more than any harness writes.
const WHOLE: LogOptions = LogOptions::tail(10_000);

/// Follows a log to its end, and compares it with the whole log and the outcome.
pub async fn a_followed_log_is_the_log_and_ends_as_a_watch(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    if !deployer.offers(Method::Logs) {
        return not_offered("`logs` is not offered");
    }
    for ending in [Ending::Succeeds, Ending::Fails] {
        let target = target(harness, &[ending]).await?;
        let id = deploy(harness, &deployer, &target).await?.id;
        let follow = deployer.follow(&id, harness.watch_options());
        let events: Vec<_> = meanwhile(harness, follow.collect()).await;
        let (mut lines, mut last): (Vec<LogLine>, _) = (Vec::new(), None);
        for event in events {
            match event {
                Ok(FollowEvent::Line(line)) => lines.push(line),
                Ok(FollowEvent::Gap) => return broken("a log was followed from its first line on, and has a gap"),
                Ok(event) => last = Some(event),
                Err(error) => return broken(format!("following the log of `{id}` failed: {error:#}")),
            }
        }
        let Some(FollowEvent::Watch(WatchEvent::Ended(outcome))) = last else {
            return broken(format!("a log that was followed ended with {last:?}, and not with an outcome"));
        };
        ensure!(ended_as(&outcome, ending), "a deployment whose ending is {ending:?} was reported as `{outcome}`");
        let id = outcome.deployment().map_or(id, |deployment| deployment.id.clone());
        let whole = match meanwhile(harness, deployer.logs_of(&id, WHOLE)).await {
            Ok(page) => page.lines,
            Err(_) if lines.is_empty() => continue,
            Err(error) => return broken(format!("the log of `{id}` is not readable any more: {error:#}")),
        };
        ensure!(lines == whole, "a followed log has {} lines, and the log {}", lines.len(), whole.len());
    }
    Ok(())
}

/// Stops a target, and reads its health.
pub async fn what_is_stopped_is_never_healthy(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    if !deployer.offers(Method::Health) {
        return not_offered("`health` is not offered");
    }
    let Some(target) = harness.running_target().await else { return skip("the harness has no running target") };
    let can = |ability| deployer.capabilities().can(target.kind(), ability);
    match meanwhile(harness, deployer.health_of(&target)).await {
        Ok(_) if !can(Ability::Health) => return broken("a health is read that the capabilities do not list"),
        Err(error) if !can(Ability::Health) && error.kind() == ErrorKind::Unsupported => return Ok(()),
        Err(error) => return broken(format!("the health of a target that runs is not readable: {error:#}")),
        Ok(_) => {}
    }
    if !can(Ability::Stop) {
        return skip("the target cannot be stopped");
    }
    let stopped = async {
        deployer.stop(&target).await?;
        deployer.await_state(&target, DesiredState::Stopped, harness.watch_options()).await?;
        deployer.health_of(&target).await
    };
    match meanwhile(harness, stopped).await {
        Ok(reading) => {
            ensure!(reading.health != HealthState::Healthy, "a target that is stopped is healthy: {reading}");
        }
        Err(error) => return broken(format!("the health of a stopped target is not readable: {error:#}")),
    }
    Ok(())
}
