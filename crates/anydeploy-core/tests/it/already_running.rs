//! Deploying while an earlier deployment of the target runs.

use std::time::Duration;

use anydeploy_core::testing::{Call, MemoryDeployer, Script, ScriptedDeployer};
use anydeploy_core::{
    Adoption, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind,
    Identity, Phase, Platform, Retry, Revision, Target, WatchOptions,
};
use tokio::time::Instant;

fn web() -> Target {
    Target::application("web")
}

fn request() -> DeployRequest {
    DeployRequest::new(web())
}

fn seen(number: &str, phase: Phase) -> Deployment {
    let id = DeploymentId::new(Platform::new("scripted"), web()).with("deployment", number);
    Deployment::new(id, Identity::Exact, DeploymentStatus::new(phase, phase.as_str()))
}

fn already_running() -> Error {
    Error::new(ErrorKind::AlreadyRunning, "it runs already").with_last(Some(seen("earlier", Phase::Running)))
}

fn triggers(deployer: &ScriptedDeployer) -> usize {
    deployer.calls().iter().filter(|call| matches!(call, Call::Deploy(_))).count()
}

/// A platform that merges, on which an earlier deployment runs.
async fn merging(earlier: Script) -> (MemoryDeployer, DeploymentId) {
    let memory = MemoryDeployer::new().with_application("web").with_merging();
    memory.next(&web(), earlier);
    let earlier = memory.deploy(&request()).await.unwrap().id;
    memory.advance(1);
    (memory.with_ticks_per_read(1), earlier)
}

#[tokio::test(start_paused = true)]
async fn a_running_deployment_is_waited_for_and_then_the_request_is_triggered_again() {
    for earlier in [Script::Succeeds, Script::fails("exit code 1", "boom"), Script::Cancelled, Script::Vanishes] {
        let (memory, id) = merging(earlier.clone()).await;
        let outcome = memory.deploy_and_wait(&request(), WatchOptions::default()).await.unwrap();
        assert!(outcome.is_success(), "{earlier:?}: {outcome}");
        assert_ne!(outcome.deployment().unwrap().id, id, "{earlier:?}");
        assert_eq!(memory.triggered().len(), 2, "{earlier:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_running_deployment_that_never_ends_is_an_error_and_nothing_is_triggered() {
    let (memory, id) = merging(Script::Hangs).await;
    let started = Instant::now();
    let options = WatchOptions::within(Duration::from_mins(1));
    let error = memory.deploy_and_wait(&request(), options).await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed().as_secs()), (ErrorKind::AlreadyRunning, 60));
    assert!(error.is_safe_to_repeat() && error.is_transient());
    assert_eq!(error.last().unwrap().id, id);
    assert_eq!(memory.triggered().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_earlier_deployment_and_the_own_one_share_a_deadline() {
    // The earlier one is over after about 40 seconds, and the own one never is.
    let mut deployer = ScriptedDeployer::new().answer(Err(already_running()));
    for _ in 0..3 {
        deployer = deployer.answer(Ok(seen("earlier", Phase::Running)));
    }
    deployer = deployer.answer(Ok(seen("earlier", Phase::Succeeded))).answer(Ok(seen("own", Phase::Queued)));
    for _ in 0..100 {
        deployer = deployer.answer(Ok(seen("own", Phase::Running)));
    }
    let interval = Duration::from_secs(10);
    let options = WatchOptions::within(Duration::from_secs(90)).with_intervals(interval, interval);
    let started = Instant::now();
    let error = deployer.deploy_and_wait(&request(), options).await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed().as_secs()), (ErrorKind::TimedOut, 90));
    assert_eq!(error.last().unwrap().id, seen("own", Phase::Running).id);
    assert!(!error.is_safe_to_repeat(), "its own deployment was triggered");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_always_says_already_running_is_asked_at_intervals_until_the_deadline() {
    let mut deployer = ScriptedDeployer::new();
    for _ in 0..10_000 {
        deployer = deployer.answer(Err(already_running())).answer(Ok(seen("earlier", Phase::Succeeded)));
    }
    let started = Instant::now();
    let error = deployer.deploy_and_wait(&request(), WatchOptions::within(Duration::from_mins(10))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyRunning);
    assert!(error.is_safe_to_repeat());
    assert_eq!(error.last().unwrap().id, seen("earlier", Phase::Running).id);
    assert!((580..=600).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    // Intervals grow from one second to ten.
    assert!((50..=80).contains(&triggers(&deployer)), "{}", triggers(&deployer));
}

#[tokio::test(start_paused = true)]
async fn without_time_nothing_is_triggered_a_second_time() {
    let deployer = ScriptedDeployer::new()
        .answer(Err(already_running()))
        .answer(Ok(seen("earlier", Phase::Succeeded)))
        .answer(Ok(seen("own", Phase::Queued)));
    let error = deployer.deploy_and_wait(&request(), WatchOptions::within(Duration::ZERO)).await.unwrap_err();
    assert_eq!((error.kind(), triggers(&deployer)), (ErrorKind::AlreadyRunning, 1));
}

#[tokio::test(start_paused = true)]
async fn an_error_while_the_earlier_deployment_is_waited_for_is_safe_to_repeat() {
    let refused = || Err(Error::new(ErrorKind::Unauthorized, "the token was revoked"));
    let down = || Err(Error::new(ErrorKind::NoAnswer, "the connection broke"));
    for (answer, kind) in [(refused(), ErrorKind::Unauthorized), (down(), ErrorKind::NoAnswer)] {
        let deployer = ScriptedDeployer::new().answer(Err(already_running())).answer(answer);
        let options = WatchOptions::default().with_tolerated_failures(0);
        let error = deployer.deploy_and_wait(&request(), options).await.unwrap_err();
        assert_eq!((error.kind(), triggers(&deployer)), (kind, 1));
        assert!(error.is_safe_to_repeat(), "{error}");
        assert!(error.advice().ends_with("nothing was triggered, so it is safe to deploy again"), "{error}");
        assert_eq!(error.last().unwrap().id, seen("earlier", Phase::Running).id);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_while_the_earlier_deployment_cannot_be_read_says_why() {
    let mut deployer = ScriptedDeployer::new().answer(Err(already_running()));
    for _ in 0..100 {
        deployer = deployer.answer(Err(Error::new(ErrorKind::Unavailable, "down for maintenance")));
    }
    let options = WatchOptions::within(Duration::from_mins(1)).with_tolerated_failures(100);
    let error = deployer.deploy_and_wait(&request(), options).await.unwrap_err();
    assert_eq!((error.kind(), triggers(&deployer)), (ErrorKind::AlreadyRunning, 1));
    let line = format!("{error:#}");
    assert!(line.contains("nothing was triggered") && line.contains("down for maintenance"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_second_trigger_is_reported_as_it_is() {
    let lost = Error::new(ErrorKind::Undecidable, "the answer was lost");
    let deployer = ScriptedDeployer::new()
        .answer(Err(already_running()))
        .answer(Ok(seen("earlier", Phase::Failed)))
        .answer(Err(lost));
    let error = deployer.deploy_and_wait(&request(), WatchOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), triggers(&deployer)), (ErrorKind::Undecidable, 2));
    assert!(!error.is_safe_to_repeat());
}

#[tokio::test(start_paused = true)]
async fn already_running_without_the_earlier_deployment_is_reported_at_once() {
    let bare = Error::new(ErrorKind::AlreadyRunning, "it runs already");
    let deployer = ScriptedDeployer::new().answer(Err(bare)).answer(Ok(seen("own", Phase::Queued)));
    let error = deployer.deploy_and_wait(&request(), WatchOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), deployer.calls().len()), (ErrorKind::AlreadyRunning, 1));
}

#[tokio::test(start_paused = true)]
async fn the_retry_layer_leaves_already_running_to_the_wait() {
    let deployer = ScriptedDeployer::new()
        .answer(Err(already_running()))
        .answer(Ok(seen("earlier", Phase::Succeeded)))
        .answer(Ok(seen("own", Phase::Queued)))
        .answer(Ok(seen("own", Phase::Succeeded)));
    let outcome =
        deployer.clone().layered(Retry::new()).deploy_and_wait(&request(), WatchOptions::default()).await.unwrap();
    assert_eq!(outcome.deployment().unwrap().id, seen("own", Phase::Succeeded).id);
    let calls: Vec<bool> = deployer.calls().iter().map(|call| matches!(call, Call::Deploy(_))).collect();
    assert_eq!(calls, [true, false, true, false], "the earlier deployment is read before the second trigger");
}

#[tokio::test(start_paused = true)]
async fn merging_adopts_a_queued_deployment_and_a_running_one_only_with_adoption_any() {
    let memory = MemoryDeployer::new().with_application("web").with_merging();
    let first = memory.deploy(&request()).await.unwrap();
    let queued = memory.deploy(&request()).await.unwrap();
    assert_eq!((&queued.id, queued.identity), (&first.id, Identity::Adopted));
    memory.advance(1);
    let error = memory.deploy(&request()).await.unwrap_err();
    assert_eq!((error.kind(), &error.last().unwrap().id), (ErrorKind::AlreadyRunning, &first.id));
    let any = memory.deploy(&request().with_adoption(Adoption::Any)).await.unwrap();
    assert_eq!((&any.id, any.identity), (&first.id, Identity::Adopted));
    assert_eq!(memory.triggered().len(), 1);
    // Another commit, another pull request and a build without the cache are other work.
    let others = [
        request().with_revision(Revision::Commit("a1b2c3d".to_owned())),
        request().with_pull_request(7),
        request().with_no_cache(true),
    ];
    for other in others {
        assert_ne!(memory.deploy(&other).await.unwrap().id, first.id);
    }
    assert_eq!(memory.triggered().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_deployment_that_may_be_the_callers_own_is_not_deployed_a_second_time() {
    let unsafe_to_repeat = already_running().with_safe_to_repeat(false);
    let deployer = ScriptedDeployer::new().answer(Err(unsafe_to_repeat)).answer(Ok(seen("own", Phase::Succeeded)));
    let error = deployer.deploy_and_wait(&request(), WatchOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::AlreadyRunning, false));
    assert_eq!(triggers(&deployer), 1);
}

#[tokio::test(start_paused = true)]
async fn a_retry_returns_only_the_late_deployment_of_its_own_earlier_attempt() {
    let not_triggered = || Error::new(ErrorKind::NotTriggered, "nothing was seen of it");
    let own = ScriptedDeployer::new().answer(Err(not_triggered())).answer(Err(already_running()));
    assert_eq!(own.clone().layered(Retry::new()).deploy(&request()).await.unwrap(), seen("earlier", Phase::Running));
    let mut adopted = seen("earlier", Phase::Running);
    adopted.identity = Identity::Adopted;
    let of_another = already_running().with_last(Some(adopted));
    let another = ScriptedDeployer::new().answer(Err(not_triggered())).answer(Err(of_another));
    assert_eq!(another.layered(Retry::new()).deploy(&request()).await.unwrap_err().kind(), ErrorKind::AlreadyRunning);
    let at_first = ScriptedDeployer::new().answer(Err(already_running()));
    assert_eq!(at_first.layered(Retry::new()).deploy(&request()).await.unwrap_err().kind(), ErrorKind::AlreadyRunning);
}

#[tokio::test(start_paused = true)]
async fn the_wait_that_the_server_asks_for_comes_before_the_second_trigger() {
    let wait = Duration::from_secs(90);
    let deployer = ScriptedDeployer::new()
        .answer(Err(already_running().with_retry_after(Some(wait))))
        .answer(Ok(seen("earlier", Phase::Succeeded)))
        .answer(Ok(seen("own", Phase::Queued)))
        .answer(Ok(seen("own", Phase::Succeeded)));
    let started = Instant::now();
    assert!(deployer.deploy_and_wait(&request(), WatchOptions::default()).await.unwrap().is_success());
    assert!(started.elapsed() >= wait, "{:?}", started.elapsed());
    assert_eq!(triggers(&deployer), 2);
}
