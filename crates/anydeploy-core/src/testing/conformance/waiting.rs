//! How watches end, and what does not end them.

use std::time::Duration;

use futures::{FutureExt, StreamExt};
use tokio::time::sleep;

use super::scene::{deploy, deploy_to, end, ended_as, goes_on, meanwhile, target, under_way};
use super::verdict::{broken, ensure, skip};
use super::{Ending, Harness, Verdict};
use crate::{
    DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, ErrorKind, HistoryOptions, Method, Outcome, Phase,
    WatchEvent, WatchOptions,
};

/// Deploys a target whose deployment succeeds.
pub async fn a_success_is_reported(harness: &dyn Harness) -> Verdict {
    let target = target(harness, &[Ending::Succeeds]).await?;
    let outcome = deploy_to(harness, &harness.deployer(), &target, Ending::Succeeds).await?;
    let over = outcome.deployment().is_some_and(Deployment::is_over);
    ensure!(over, "a success was reported for a deployment that is not over, or not proven to be the right one");
    Ok(())
}

/// Deploys a target whose deployment fails, and checks for the log where logs are offered.
pub async fn a_failure_is_never_a_success(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Fails]).await?;
    let outcome = deploy_to(harness, &deployer, &target, Ending::Fails).await?;
    ensure!(!outcome.is_success(), "a failure counts as a success");
    if let Outcome::Failed(failure) = outcome
        && deployer.offers(Method::Logs)
        && harness.watch_options().log_tail > 0
    {
        let explained = failure.log.is_some() || failure.log_error.is_some();
        ensure!(explained, "the failure has neither a log nor the reason why there is none");
    }
    Ok(())
}

/// Deploys a target whose deployment is stopped by someone else.
pub async fn a_cancelled_deployment_is_reported(harness: &dyn Harness) -> Verdict {
    let target = target(harness, &[Ending::Cancelled]).await?;
    deploy_to(harness, &harness.deployer(), &target, Ending::Cancelled).await?;
    Ok(())
}

/// Watches a deployment that does not end, with a short deadline.
pub async fn a_deadline_is_an_error_that_holds_the_last_state(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Never]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    let error = goes_on(harness, &deployer, &id).await?;
    match error.last() {
        Some(last) => ensure!(!last.is_over(), "the deadline passed, and the last seen is over: `{}`", last.status),
        None => return broken("the error does not hold the last state"),
    }
    Ok(())
}

/// Deploys a target whose deployment ends in a state that the implementation has no word for.
pub async fn an_unknown_word_ends_nothing(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::UnknownWord]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    let mut phase = Phase::Queued;
    // On a busy machine the platform may take longer than one observation to get there.
    for _ in 0..4 {
        let error = goes_on(harness, &deployer, &id).await?;
        let Some(last) = error.last() else { return broken("the error does not hold the last state") };
        phase = last.status.phase;
        if phase == Phase::Unknown {
            ensure!(!last.status.raw.is_empty(), "a word that nobody knows is not kept");
            return unknown_elsewhere(harness, &*deployer, &last.id).await;
        }
    }
    broken(format!("a word that nobody knows is reported as `{phase}`"))
}

/// Reads a deployment whose status is an unknown word, in a batch and, where there is one, in the history.
async fn unknown_elsewhere(harness: &dyn Harness, deployer: &dyn Deployer, id: &DeploymentId) -> Verdict {
    let batch = meanwhile(harness, deployer.deployments(std::slice::from_ref(id))).await;
    let history = if deployer.offers(Method::History) {
        meanwhile(harness, deployer.history_of(id.target(), HistoryOptions::newest(1))).await.unwrap_or_default()
    } else {
        Vec::new()
    };
    for deployment in batch.iter().flatten().chain(&history) {
        let phase = deployment.status.phase;
        ensure!(phase == Phase::Unknown, "a word that nobody knows is reported as `{phase}` in a list");
    }
    Ok(())
}

/// Loses the answer to a read of a running deployment.
pub async fn a_read_without_an_answer_decides_nothing(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Never]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    if !harness.lose_next_read().await {
        return skip("the harness cannot lose the answer to a read");
    }
    match meanwhile(harness, deployer.deployment(&id)).await {
        Ok(read) => ensure!(!read.is_over(), "no answer came, and the deployment is reported as `{}`", read.status),
        Err(error) => {
            let may_pass = error.is_transient() || error.kind() == ErrorKind::Unreadable;
            ensure!(may_pass, "no answer came, and the error is `{}`: {error:#}", error.kind());
        }
    }
    goes_on(harness, &deployer, &id).await?;
    Ok(())
}

/// Watches a deployment that has succeeded, with another deployer and a deadline of zero.
pub async fn a_watch_without_time_left_reads_once(harness: &dyn Harness) -> Verdict {
    let target = target(harness, &[Ending::Succeeds]).await?;
    let outcome = deploy_to(harness, &harness.deployer(), &target, Ending::Succeeds).await?;
    let Some(id) = outcome.deployment().map(|deployment| deployment.id.clone()) else {
        return broken("a success names no deployment");
    };
    let options = WatchOptions { deadline: Duration::ZERO, ..harness.watch_options() };
    let other = harness.deployer();
    match meanwhile(harness, async { other.watch(&id, options).await }).await {
        Ok(outcome) => ensure!(ended_as(&outcome, Ending::Succeeds), "a success is `{outcome}` when no time is left"),
        Err(error) => return broken(format!("what is over is not reported when no time is left: {error:#}")),
    }
    Ok(())
}

/// Deploys a target and waits for the outcome while an earlier deployment of the same target runs.
pub async fn a_fresh_request_waits_for_what_runs(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds, Ending::Succeeds]).await?;
    let before = harness.triggers(&target).await;
    let id = deploy(harness, &deployer, &target).await?.id;
    let first = under_way(harness, &deployer, id).await?;
    let request = DeployRequest::new(target.clone());
    let outcome = match meanwhile(harness, deployer.deploy_and_wait(&request, harness.watch_options())).await {
        Ok(outcome) => outcome,
        Err(error) => return broken(format!("deploying while another deployment runs failed: {error:#}")),
    };
    ensure!(ended_as(&outcome, Ending::Succeeds), "the second deployment ended as `{outcome}`");
    let own = outcome.deployment().is_some_and(|second| second.id != first.id);
    ensure!(own, "the deployment that ran before is the answer: `{}`", first.id);
    if let Some(made) = harness.triggers(&target).await.zip(before).map(|(after, before)| after - before) {
        ensure!(made == 2, "two requests made {made} deployments");
    }
    Ok(())
}

/// Deploys a target whose deployment the platform removes before it is over.
pub async fn a_deployment_that_vanishes_is_lost(harness: &dyn Harness) -> Verdict {
    let target = target(harness, &[Ending::Vanishes]).await?;
    deploy_to(harness, &harness.deployer(), &target, Ending::Vanishes).await?;
    Ok(())
}

/// Drops a watch after its first event, and checks that no request follows and that the deployment continues.
pub async fn a_dropped_watch_leaves_nothing_running(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    let mut watch = deployer.watch(&id, harness.watch_options());
    match meanwhile(harness, watch.next()).await {
        Some(Ok(WatchEvent::Changed(_))) => {}
        other => return broken(format!("the first event of a watch is {other:?}")),
    }
    drop(watch);
    // What is under way on the line when a watch is dropped may still arrive.
    sleep(harness.observation_time() / 4).await;
    let before = harness.requests().await;
    sleep(harness.observation_time()).await;
    let after = harness.requests().await;
    ensure!(before == after, "after the watch was dropped, the requests went from {before:?} to {after:?}");
    let outcome = end(harness, &harness.deployer(), &id).await?;
    ensure!(ended_as(&outcome, Ending::Succeeds), "after its watch was dropped it was reported as `{outcome}`");
    Ok(())
}

/// Drops a trigger after its first step, checks that nothing is sent later, and deploys another target.
pub async fn a_dropped_trigger_breaks_nothing(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let dropped = target(harness, &[Ending::Succeeds]).await?;
    let before = harness.triggers(&dropped).await;
    let _ = deployer.deploy(&DeployRequest::new(dropped.clone())).now_or_never();
    // What is under way on the line when a trigger is dropped may still arrive.
    meanwhile(harness, sleep(harness.observation_time() / 4)).await;
    let early = harness.triggers(&dropped).await;
    let other = target(harness, &[Ending::Succeeds]).await?;
    deploy_to(harness, &deployer, &other, Ending::Succeeds).await?;
    meanwhile(harness, sleep(harness.observation_time())).await;
    let late = harness.triggers(&dropped).await;
    ensure!(early == late, "after a trigger was dropped, the deployments went from {early:?} to {late:?}");
    if let (Some(before), Some(after)) = (before, late) {
        let made = after.saturating_sub(before);
        ensure!(made <= 1, "a trigger that was dropped was sent {made} times");
    }
    Ok(())
}
