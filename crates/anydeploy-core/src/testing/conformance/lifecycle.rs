//! Starting, stopping, and waiting for a state.

use std::sync::Arc;

use super::scene::{deploy, deploy_to, end, meanwhile, target, under_way};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Ending, Harness, NotKept, Verdict};
use crate::{
    Ability, Deployer, DeployerExt, DesiredState, ErrorKind, Method, Result, RunState, StateChange, Target,
    WatchOptions,
};

/// Stops a target that is stopped.
pub async fn stopping_what_is_stopped_sends_nothing(harness: &dyn Harness) -> Verdict {
    let deployer = offered(harness)?;
    let Some(target) = harness.stopped_target().await else { return skip("the harness has no stopped target") };
    let change = meanwhile(harness, deployer.stop(&target)).await;
    sends_nothing(harness, &deployer, &target, change, DesiredState::Stopped).await
}

/// Starts a target that runs.
pub async fn starting_what_runs_sends_nothing(harness: &dyn Harness) -> Verdict {
    let deployer = offered(harness)?;
    let Some(target) = harness.running_target().await else { return skip("the harness has no running target") };
    let change = meanwhile(harness, deployer.start(&target)).await;
    sends_nothing(harness, &deployer, &target, change, DesiredState::Running).await
}

/// Checks that a change for which nothing is to be sent says so, and is made once more to count what was sent.
async fn sends_nothing(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    target: &Target,
    change: Result<StateChange>,
    desired: DesiredState,
) -> Verdict {
    let change = match change {
        Ok(change) => change,
        Err(error) => return broken(format!("a target that is {desired} already is refused: {error:#}")),
    };
    ensure!(!change.sent, "a request was sent to a target that is {desired} already");
    let Some(before) = harness.writes(target).await else { return Ok(()) };
    let again = match desired {
        DesiredState::Running => meanwhile(harness, deployer.start(target)).await,
        DesiredState::Stopped => meanwhile(harness, deployer.stop(target)).await,
    };
    let written = harness.writes(target).await.unwrap_or(before) - before;
    ensure!(written == 0 && again.is_ok(), "{written} requests were sent to a target that is {desired} already");
    Ok(())
}

/// Stops a target that runs, waits, and starts it again.
pub async fn a_stop_is_accepted_before_it_is_true(harness: &dyn Harness) -> Verdict {
    let deployer = offered(harness)?;
    let Some(target) = harness.running_target().await else { return skip("the harness has no running target") };
    for desired in [DesiredState::Stopped, DesiredState::Running] {
        if desired == DesiredState::Running && !deployer.capabilities().can(target.kind(), Ability::Start) {
            return Ok(());
        }
        let before = harness.writes(&target).await;
        let change = match desired {
            DesiredState::Running => meanwhile(harness, deployer.start(&target)).await,
            DesiredState::Stopped => meanwhile(harness, deployer.stop(&target)).await,
        };
        match change {
            Ok(change) => ensure!(change.sent, "nothing was sent to a target that is not {desired}"),
            Err(error) => return broken(format!("a target was not {desired} because of: {error:#}")),
        }
        match wait(harness, &deployer, &target, desired, harness.watch_options()).await {
            Ok(state) => ensure!(desired.is_met_by(state.state), "`{}` is reported as {desired}", state.state),
            Err(error) => return broken(format!("a target that was to be {desired} is reported as: {error:#}")),
        }
        let written = harness.writes(&target).await.zip(before).map(|(after, before)| after - before);
        ensure!(written.is_none_or(|written| written <= 1), "one request was sent {written:?} times");
    }
    Ok(())
}

/// Stops a target while it is deployed; if it is reported as stopped, it stays so when the deployment is over.
pub async fn a_stop_during_a_deployment_is_not_reported_as_stopped(harness: &dyn Harness) -> Verdict {
    let deployer = offered(harness)?;
    let target = target(harness, &[Ending::Succeeds, Ending::Succeeds]).await?;
    deploy_to(harness, &deployer, &target, Ending::Succeeds).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    let id = under_way(harness, &deployer, id).await?.id;
    if let Err(error) = deployer.stop(&target).await {
        let is_refusal = matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Rejected);
        return if is_refusal { Ok(()) } else { broken(format!("a stop during a deployment failed: {error:#}")) };
    }
    let reported = wait(harness, &deployer, &target, DesiredState::Stopped, harness.watch_options()).await;
    end(harness, &deployer, &id).await?;
    if reported.is_ok() {
        match meanwhile(harness, deployer.state(&target)).await {
            Ok(state) => {
                ensure!(DesiredState::Stopped.is_met_by(state.state), "it was reported as stopped, and is {state}");
            }
            Err(error) => return broken(format!("the state of `{target}` is not readable: {error:#}")),
        }
    }
    Ok(())
}

/// Waits for both states of a target whose state nobody knows.
pub async fn an_unknown_state_ends_no_wait(harness: &dyn Harness) -> Verdict {
    let deployer = offered(harness)?;
    let Some(target) = harness.target_in_an_unknown_state().await else {
        return skip("the harness has no target in an unknown state");
    };
    for desired in [DesiredState::Running, DesiredState::Stopped] {
        let options = WatchOptions { deadline: harness.observation_time(), ..harness.watch_options() };
        match wait(harness, &deployer, &target, desired, options).await {
            Err(error) if error.kind() == ErrorKind::TimedOut => {}
            Err(error) => return broken(format!("an unknown state is reported as: {error:#}")),
            Ok(state) => return broken(format!("an unknown state is reported as {desired}: {state}")),
        }
    }
    Ok(())
}

/// Loses the answer to a stop, and a stop, and compares the result with what the platform did.
pub async fn a_lost_stop_is_found_by_the_state_or_open(harness: &dyn Harness) -> Verdict {
    let deployer = offered(harness)?;
    for acted_on in [true, false] {
        let Some(target) = harness.running_target().await else { return skip("the harness has no running target") };
        let Some(before) = harness.writes(&target).await else {
            return skip("the harness does not know what was written");
        };
        if !harness.lose_next_write(Method::Stop, acted_on).await {
            return skip("the harness cannot lose a write");
        }
        let answer = meanwhile(harness, deployer.stop(&target)).await;
        let taken = harness.writes(&target).await.unwrap_or(before) - before;
        ensure!(taken <= 1, "a stop was lost, and the platform took on {taken}");
        match answer {
            Ok(_) => ensure!(taken == 1, "a stop that never arrived is reported as accepted"),
            Err(error) => {
                ensure!(taken == 0 || !error.is_safe_to_repeat(), "it was taken, and is called safe: {error:#}");
            }
        }
    }
    Ok(())
}

async fn wait(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    target: &Target,
    desired: DesiredState,
    options: WatchOptions,
) -> Result<RunState> {
    meanwhile(harness, deployer.await_state(target, desired, options)).await
}

fn offered(harness: &dyn Harness) -> Result<Arc<dyn Deployer>, NotKept> {
    let deployer = harness.deployer();
    if deployer.offers(Method::Stop) { Ok(deployer) } else { not_offered("`stop` is not offered") }
}
