//! What ends a wait for a state, and what does not.

use std::time::Duration;

use anydeploy_core::testing::{Call, MemoryDeployer, ScriptedDeployer};
use anydeploy_core::{
    DeployRequest, Deployer, DeployerExt, DesiredState, Error, ErrorKind, Phase, Result, RunState, ServiceState,
    Target, WatchOptions,
};
use tokio::time::Instant;

use super::{id, seen};

fn web() -> Target {
    Target::application("web")
}

#[expect(clippy::unnecessary_wraps, reason = "a script has errors as well")]
fn state(state: ServiceState) -> Result<RunState> {
    Ok(RunState::new(state, state.as_str()))
}

/// A state while a deployment is under way.
#[expect(clippy::unnecessary_wraps, reason = "a script has errors as well")]
fn deploying(state: ServiceState) -> Result<RunState> {
    let busy = Some("a deployment is under way".to_owned());
    Ok(RunState::new(state, state.as_str()).with_busy(busy).with_under_way(vec![id()]))
}

fn script(states: impl IntoIterator<Item = Result<RunState>>) -> ScriptedDeployer {
    states.into_iter().fold(ScriptedDeployer::new(), ScriptedDeployer::answer_state)
}

/// Waits over these states for up to a minute.
async fn awaited(states: impl IntoIterator<Item = Result<RunState>>, desired: DesiredState) -> Result<RunState> {
    script(states).await_state(&web(), desired, WatchOptions::within(Duration::from_mins(1))).await
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_the_state_and_nothing_less() {
    use ServiceState as S;
    for (desired, reached) in [
        (DesiredState::Running, S::Running),
        (DesiredState::Stopped, S::Stopped),
        (DesiredState::Stopped, S::NeverDeployed),
    ] {
        let others = [S::Starting, S::Degraded, S::Stopping, S::Failed, S::Unknown].map(state);
        let ended = awaited(others.into_iter().chain([state(reached)]), desired).await.unwrap();
        assert_eq!(ended.state, reached);
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_while_something_is_under_way_is_no_result() {
    let states = [deploying(ServiceState::Running), deploying(ServiceState::Running), state(ServiceState::Running)];
    let deployer = script(states);
    deployer.await_state(&web(), DesiredState::Running, WatchOptions::default()).await.unwrap();
    assert_eq!(deployer.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_starts_a_stopped_target_again_is_a_conflict_that_holds_it() {
    let deployer = script([deploying(ServiceState::Stopped), state(ServiceState::Running)])
        .answer(Ok(seen(Phase::Succeeded, "finished")));
    let error = deployer.await_state(&web(), DesiredState::Stopped, WatchOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("a deployment that was under way has started it again"), "{error}");
    assert_eq!(error.last().map(|last| &last.id), Some(&id()));
    let unreadable = script([deploying(ServiceState::Stopped), state(ServiceState::Running)])
        .answer(Err(Error::new(ErrorKind::NotFound, "gone")));
    let error = unreadable.await_state(&web(), DesiredState::Stopped, WatchOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.last()), (ErrorKind::Conflict, None));
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_does_not_show_yet_is_no_conflict_whatever_was_under_way_before_it() {
    let running = || state(ServiceState::Running);
    let not_listed = || Ok(running()?.with_busy(Some("a request that was accepted is not listed yet".to_owned())));
    let histories = [
        vec![running()],
        vec![not_listed()],
        vec![Ok(RunState::new(ServiceState::Stopped, "STOPPED").with_busy(not_listed().unwrap().busy))],
        vec![deploying(ServiceState::Starting), deploying(ServiceState::Running)],
    ];
    for before in histories {
        let text = format!("{before:?}");
        let states = before.into_iter().chain([running(), running(), state(ServiceState::Stopped)]);
        let ended = awaited(states, DesiredState::Stopped).await;
        assert_eq!(ended.unwrap().state, ServiceState::Stopped, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_never_shows_ends_at_the_deadline_and_is_no_conflict() {
    let never = [deploying(ServiceState::Running)].into_iter().chain((0..100).map(|_| state(ServiceState::Running)));
    let error = awaited(never, DesiredState::Stopped).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.to_string().contains("ago it was running; "), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_was_read_behind_a_stop_is_a_conflict_once_the_target_runs() {
    let states = [deploying(ServiceState::Stopping), deploying(ServiceState::Starting), state(ServiceState::Running)];
    let deployer = script(states).answer(Ok(seen(Phase::Succeeded, "finished")));
    let error = deployer.await_state(&web(), DesiredState::Stopped, WatchOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.last().map(|last| &last.id)), (ErrorKind::Conflict, Some(&id())));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_an_error_with_the_last_state() {
    let began = Instant::now();
    let never = (0..100).map(|_| deploying(ServiceState::Starting));
    let error = awaited(never, DesiredState::Running).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::TimedOut, true));
    assert_eq!(began.elapsed(), Duration::from_mins(1));
    let text = error.to_string();
    assert!(text.starts_with("scripted: the target was not running after 60 s; "), "{text}");
    assert!(text.contains("ago it was starting, a deployment is under way; "), "{text}");
    assert!(!text.contains("watch its id"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_word_ends_no_wait() {
    for desired in [DesiredState::Running, DesiredState::Stopped] {
        let unknown = (0..100).map(|_| Ok(RunState::new(ServiceState::Unknown, "CONTEMPLATING")));
        let error = awaited(unknown, desired).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(error.to_string().contains("unknown (CONTEMPLATING)"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn failed_polls_are_tolerated_as_by_a_watch() {
    let failed = || Err(Error::new(ErrorKind::Unavailable, "restarting").of_read());
    let states = (0..20).map(|_| failed()).chain([state(ServiceState::Running)]);
    let options = WatchOptions::within(Duration::from_mins(30));
    script(states).await_state(&web(), DesiredState::Running, options.clone()).await.unwrap();
    let error =
        script((0..21).map(|_| failed())).await_state(&web(), DesiredState::Running, options).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat(), error.attempts()), (ErrorKind::Unavailable, true, 21));
    let error = awaited((0..100).map(|_| failed()), DesiredState::Running).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.to_string().contains("is not known after 60 s: reads have failed for"), "{error}");
    assert!(format!("{error:#}").contains("restarting"), "{error:#}");
    let refused = awaited([Err(Error::new(ErrorKind::Unsupported, "no"))], DesiredState::Running).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
}

#[tokio::test(start_paused = true)]
async fn a_wait_without_time_polls_once() {
    for (answer, ends) in [(state(ServiceState::Running), true), (state(ServiceState::Starting), false)] {
        let deployer = script([answer]);
        let options = WatchOptions::within(Duration::ZERO);
        let ended = deployer.await_state(&web(), DesiredState::Running, options).await;
        assert_eq!((ended.is_ok(), deployer.calls()), (ends, vec![Call::State(web())]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployer_without_states_is_not_waited_for() {
    let error = ScriptedDeployer::new().await_state(&web(), DesiredState::Running, WatchOptions::default()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test(start_paused = true)]
async fn a_stop_on_the_platform_in_memory_is_awaited_and_one_that_is_undone_reported() {
    let memory = MemoryDeployer::new().with_application("web").with_ticks_per_read(1);
    let request = DeployRequest::new(web());
    memory.deploy(&request).await.unwrap();
    memory.advance(4);
    memory.stop(&web()).await.unwrap();
    memory.await_state(&web(), DesiredState::Stopped, WatchOptions::default()).await.unwrap();
    memory.start(&web()).await.unwrap();
    memory.await_state(&web(), DesiredState::Running, WatchOptions::default()).await.unwrap();
    let deployment = memory.deploy(&request).await.unwrap();
    memory.stop(&web()).await.unwrap();
    let error = memory.await_state(&web(), DesiredState::Stopped, WatchOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.last().map(|last| &last.id)), (ErrorKind::Conflict, Some(&deployment.id)));
}
