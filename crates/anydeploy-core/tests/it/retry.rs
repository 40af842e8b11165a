//! Which calls the retry layer makes again, when, and how often.

mod properties;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anydeploy_core::testing::{Call, MemoryDeployer, Script, ScriptedDeployer};
use anydeploy_core::{
    Check, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind,
    HistoryOptions, Identity, Layered, LogOptions, LogPage, Method, Permission, Phase, Platform, Retry, RetryEvent,
    RetryOptions, Service, ServiceState, Target,
};
use tokio::time::{Instant, timeout};

fn web() -> Target {
    Target::application("web")
}

fn id(number: &str) -> DeploymentId {
    DeploymentId::new(Platform::new("scripted"), web()).with("deployment", number)
}

fn seen(phase: Phase) -> Deployment {
    Deployment::new(id("1"), Identity::Exact, DeploymentStatus::new(phase, phase.as_str()))
}

fn failed<T>(kind: ErrorKind) -> Result<T, Error> {
    Err(Error::new(kind, "on purpose"))
}

fn asked_to_wait<T>(seconds: u64) -> Result<T, Error> {
    Err(Error::new(ErrorKind::RateLimited, "slow").with_retry_after(Some(Duration::from_secs(seconds))))
}

/// The layer, and the events it reports.
fn retry<D: Deployer>(inner: D, options: RetryOptions) -> (Layered<D, Retry>, Arc<Mutex<Vec<RetryEvent>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let reported = Arc::clone(&events);
    let retry = Retry::new().with_options(options).on_retry(move |event| reported.lock().unwrap().push(*event));
    (inner.layered(retry), events)
}

#[tokio::test(start_paused = true)]
async fn every_read_is_repeated_after_a_transient_failure() {
    let inner = ScriptedDeployer::new()
        .answer(failed(ErrorKind::NoAnswer))
        .answer(Ok(seen(Phase::Running)))
        .answer_history(failed(ErrorKind::Unavailable))
        .answer_history(Ok(Vec::new()))
        .answer_logs(failed(ErrorKind::Unreachable))
        .answer_logs(Ok(LogPage::default()))
        .answer_service(failed(ErrorKind::RateLimited))
        .answer_service(Ok(Service::new(web(), "web", ServiceState::Running, "running")))
        .answer_services(failed(ErrorKind::NoAnswer))
        .answer_services(Ok(Vec::new()))
        .answer_check(failed(ErrorKind::Unavailable))
        .answer_check(Ok(Check::new(Permission::Granted)));
    let (deployer, events) = retry(inner.clone(), RetryOptions::default());
    deployer.deployment(&id("1")).await.unwrap();
    deployer.history_of(&web(), HistoryOptions::newest(3)).await.unwrap();
    deployer.logs_of(&id("1"), LogOptions::default()).await.unwrap();
    deployer.service(&web()).await.unwrap();
    deployer.services().await.unwrap();
    deployer.check().await.unwrap();
    let calls = [
        Call::Deployment(id("1")),
        Call::History(web(), HistoryOptions::newest(3)),
        Call::Logs(id("1")),
        Call::Service(web()),
        Call::Services,
        Call::Check,
    ];
    assert_eq!(inner.calls(), calls.into_iter().flat_map(|call| [call.clone(), call]).collect::<Vec<_>>());
    let events: Vec<_> = events.lock().unwrap().iter().map(|event| (event.method, event.attempt, event.kind)).collect();
    let expected = [
        (Method::Deployment, 1, ErrorKind::NoAnswer),
        (Method::History, 1, ErrorKind::Unavailable),
        (Method::Logs, 1, ErrorKind::Unreachable),
        (Method::Service, 1, ErrorKind::RateLimited),
        (Method::Services, 1, ErrorKind::NoAnswer),
        (Method::Check, 1, ErrorKind::Unavailable),
    ];
    assert_eq!(events, expected);
}

#[tokio::test(start_paused = true)]
async fn a_read_with_a_final_error_is_not_repeated() {
    let inner = ScriptedDeployer::new().answer(failed(ErrorKind::NotFound));
    let error = inner.clone().layered(Retry::new()).deployment(&id("1")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), inner.calls().len()), (ErrorKind::NotFound, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn attempts_are_bounded_and_counted() {
    let inner = ScriptedDeployer::new();
    let options = RetryOptions::default().with_attempts(3);
    let error = inner.clone().layered(Retry::new().with_options(options)).deployment(&id("1")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), inner.calls().len()), (ErrorKind::Unavailable, 3, 3));
}

#[tokio::test(start_paused = true)]
async fn attempts_of_stacked_layers_add_up() {
    let inner = ScriptedDeployer::new();
    let twice =
        |inner: Arc<dyn Deployer>| inner.layered(Retry::new().with_options(RetryOptions::default().with_attempts(2)));
    let error = twice(Arc::new(twice(Arc::new(inner.clone()) as Arc<dyn Deployer>)) as Arc<dyn Deployer>)
        .deployment(&id("1"))
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), inner.calls().len()), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_at_least_what_the_server_asks_for() {
    let inner = ScriptedDeployer::new().answer(asked_to_wait(20)).answer(Ok(seen(Phase::Running)));
    let (deployer, events) = retry(inner, RetryOptions::default());
    let started = Instant::now();
    deployer.deployment(&id("1")).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 20);
    assert_eq!(events.lock().unwrap()[0].wait, Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn a_wait_longer_than_what_is_left_ends_at_once() {
    let inner = ScriptedDeployer::new().answer(asked_to_wait(80)).answer(asked_to_wait(80));
    let started = Instant::now();
    let error = inner.layered(Retry::new()).deployment(&id("1")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 2));
    assert_eq!(started.elapsed().as_secs(), 80);
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_was_provably_not_acted_on_is_sent_again() {
    for kind in [ErrorKind::Unreachable, ErrorKind::RateLimited, ErrorKind::QueueFull, ErrorKind::NotTriggered] {
        let inner = ScriptedDeployer::new().answer(failed(kind)).answer(Ok(seen(Phase::Queued)));
        inner.clone().layered(Retry::new()).deploy(&DeployRequest::new(web())).await.unwrap();
        assert_eq!(inner.calls().len(), 2, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_trigger_is_not_sent_again_where_it_may_have_been_acted_on_or_would_not_help() {
    let unsafe_ones = [ErrorKind::NoAnswer, ErrorKind::Unavailable, ErrorKind::Unreadable, ErrorKind::Undecidable];
    let useless_ones = [ErrorKind::Rejected, ErrorKind::Conflict, ErrorKind::NotFound, ErrorKind::Unauthorized];
    for kind in unsafe_ones.into_iter().chain(useless_ones) {
        let inner = ScriptedDeployer::new().answer(failed(kind)).answer(Ok(seen(Phase::Queued)));
        let error = inner.clone().layered(Retry::new()).deploy(&DeployRequest::new(web())).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts(), inner.calls().len()), (kind, 1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn with_safe_to_repeat_overrules_the_kind_of_a_trigger() {
    let error = Error::new(ErrorKind::RateLimited, "counted, and taken").with_safe_to_repeat(false);
    let inner = ScriptedDeployer::new().answer(Err(error)).answer(Ok(seen(Phase::Queued)));
    inner.clone().layered(Retry::new()).deploy(&DeployRequest::new(web())).await.unwrap_err();
    assert_eq!(inner.calls().len(), 1);

    let error = Error::new(ErrorKind::Unavailable, "refused by the proxy").with_safe_to_repeat(true);
    let inner = ScriptedDeployer::new().answer(Err(error)).answer(Ok(seen(Phase::Queued)));
    inner.clone().layered(Retry::new()).deploy(&DeployRequest::new(web())).await.unwrap();
    assert_eq!(inner.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_whose_answer_was_lost_is_reported_as_taken() {
    let memory = MemoryDeployer::new().with_application("web");
    memory.next(&web(), Script::Hangs);
    let id = memory.deploy(&DeployRequest::new(web())).await.unwrap().id;
    // The deployment is still queued, so the first cancel ends it at once, and the second meets a conflict.
    memory.lose_next_answer(Method::Cancel);
    let deployment = memory.layered(Retry::new()).cancel_deployment(&id).await.unwrap();
    assert_eq!(deployment.status.phase, Phase::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_counts_as_cancelled_only_after_a_repeat_and_if_the_deployment_says_so() {
    let first = ScriptedDeployer::new().answer_cancel(failed(ErrorKind::Conflict)).answer(Ok(seen(Phase::Cancelled)));
    assert_eq!(first.layered(Retry::new()).cancel_deployment(&id("1")).await.unwrap_err().kind(), ErrorKind::Conflict);

    let repeated = || {
        ScriptedDeployer::new().answer_cancel(failed(ErrorKind::NoAnswer)).answer_cancel(failed(ErrorKind::Conflict))
    };
    let mut pending = seen(Phase::Cancelled);
    pending.identity = Identity::Pending;
    for other in [Ok(seen(Phase::Succeeded)), Ok(pending), failed(ErrorKind::NotFound)] {
        let error = repeated().answer(other).layered(Retry::new()).cancel_deployment(&id("1")).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Conflict, 2));
    }
    for phase in [Phase::Cancelled, Phase::Cancelling] {
        let layered = repeated().answer(Ok(seen(phase))).layered(Retry::new());
        assert_eq!(layered.cancel_deployment(&id("1")).await.unwrap().status.phase, phase);
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_batch_only_what_failed_is_read_again() {
    let inner = ScriptedDeployer::new()
        .answer(Ok(seen(Phase::Running)))
        .answer(asked_to_wait(7))
        .answer(failed(ErrorKind::NotFound))
        .answer(failed(ErrorKind::NoAnswer))
        .answer(Ok(seen(Phase::Succeeded)))
        .answer(failed(ErrorKind::Unauthorized));
    let (deployer, events) = retry(inner.clone(), RetryOptions::default());
    let ids = ["1", "2", "3", "4"].map(id);
    let answers = deployer.deployments(&ids).await;
    let phases: Vec<_> = answers.iter().map(|a| a.as_ref().map(|d| d.status.phase).map_err(Error::kind)).collect();
    let expected = [Ok(Phase::Running), Ok(Phase::Succeeded), Err(ErrorKind::NotFound), Err(ErrorKind::Unauthorized)];
    assert_eq!(phases, expected);
    assert_eq!(answers[3].as_ref().unwrap_err().attempts(), 2);
    assert_eq!(inner.calls(), [Call::Deployments(ids.to_vec()), Call::Deployments(["2", "4"].map(id).to_vec())]);
    assert_eq!(events.lock().unwrap()[0].wait, Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_is_not_repeated_any_more() {
    let inner = ScriptedDeployer::new().answer(asked_to_wait(30)).answer(Ok(seen(Phase::Queued)));
    let deployer = inner.clone().layered(Retry::new());
    let request = DeployRequest::new(web());
    timeout(Duration::from_secs(1), deployer.deploy(&request)).await.unwrap_err();
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(inner.calls().len(), 1);
}

#[test]
fn debug_shows_what_is_inside_and_how_it_is_bounded() {
    let (deployer, _) = retry(MemoryDeployer::new(), RetryOptions::default());
    let shown = format!("{:?}", deployer.clone());
    assert!(shown.contains("MemoryDeployer") && shown.contains("budget"), "{shown}");
}
