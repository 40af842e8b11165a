//! What ends a watch, and what does not.

mod deadline;
mod events;
mod log;
mod refusals;
mod state;

use std::time::Duration;

use anydeploy_core::testing::{Call, ScriptedDeployer};
use anydeploy_core::{
    Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, LogOptions, LogPage,
    Loss, Outcome, Phase, Platform, Target, WatchEvent, WatchOptions,
};
use futures::StreamExt;
use tokio::time::Instant;

pub(crate) fn id() -> DeploymentId {
    DeploymentId::new(Platform::new("scripted"), Target::application("web")).with("deployment", "1")
}

pub(crate) fn seen(phase: Phase, raw: &str) -> Deployment {
    Deployment::new(id(), Identity::Exact, DeploymentStatus::new(phase, raw))
}

pub(crate) fn script(phases: &[(Phase, &str)]) -> ScriptedDeployer {
    phases.iter().fold(ScriptedDeployer::new(), |deployer, (phase, raw)| deployer.answer(Ok(seen(*phase, raw))))
}

#[tokio::test(start_paused = true)]
async fn each_change_is_reported_once_and_then_the_outcome() {
    let deployer = script(&[
        (Phase::Queued, "queued"),
        (Phase::Queued, "queued"),
        (Phase::Running, "in_progress"),
        (Phase::Succeeded, "finished"),
    ]);
    let events: Vec<_> = deployer.watch(&id(), WatchOptions::default()).collect().await;
    let reported: Vec<String> = events
        .into_iter()
        .map(|event| match event.unwrap() {
            WatchEvent::Changed(deployment) => deployment.status.raw,
            WatchEvent::Ended(outcome) => outcome.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(reported, ["queued", "in_progress", "finished", "succeeded"]);
    assert_eq!(deployer.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_an_error_that_holds_the_last_state() {
    let deployer = script(&[(Phase::Running, "in_progress"); 100]);
    let started = Instant::now();
    let error = deployer.watch(&id(), WatchOptions::within(Duration::from_mins(1))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(error.last().unwrap().status.raw, "in_progress");
    assert_eq!(started.elapsed().as_secs(), 60);
    assert!(!error.is_safe_to_repeat());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_word_never_ends_a_watch() {
    let deployer = script(&[(Phase::Unknown, "SUCCEEDED_MAYBE"); 100]);
    let error = deployer.watch(&id(), WatchOptions::within(Duration::from_mins(1))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn a_terminal_word_does_not_count_while_the_deployment_is_pending() {
    let mut stale = seen(Phase::Succeeded, "done");
    stale.identity = Identity::Pending;
    let deployer = ScriptedDeployer::new().answer(Ok(stale)).answer(Ok(seen(Phase::Failed, "error")));
    let outcome = deployer.watch(&id(), WatchOptions::default()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_comes_with_the_end_of_its_log() {
    let log = LogPage::from_text("one\ntwo\nerror: boom", LogOptions::tail(2));
    let deployer = script(&[(Phase::Failed, "failed")]).answer_logs(Ok(log));
    let outcome = deployer.watch(&id(), WatchOptions::default()).await.unwrap();
    assert!(!outcome.is_success());
    assert_eq!(outcome.reason(), Some("error: boom"));
    assert!(outcome.log().unwrap().truncated);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_may_not_be_read_does_not_hide_the_failure() {
    let refused = Error::new(ErrorKind::PermissionDenied, "the token may not read logs");
    let deployer = script(&[(Phase::Failed, "failed")]).answer_logs(Err(refused));
    let outcome = deployer.watch(&id(), WatchOptions::default()).await.unwrap();
    assert_eq!(outcome.to_string(), "failed; its log could not be read: the token may not read logs");
    let Outcome::Failed(mut failure) = outcome else { panic!() };
    assert_eq!(failure.log_error.as_ref().unwrap().kind(), ErrorKind::PermissionDenied);
    failure.deployment.reason = Some("exit code 1".to_owned());
    let line = Outcome::Failed(failure).to_string();
    assert_eq!(line, "failed: exit code 1; its log could not be read: the token may not read logs");
}

#[tokio::test(start_paused = true)]
async fn transient_failures_are_tolerated_and_counted_in_a_row() {
    let broken = || Err(Error::new(ErrorKind::Unavailable, "down"));
    let deployer = ScriptedDeployer::new()
        .answer(broken())
        .answer(broken())
        .answer(Ok(seen(Phase::Running, "in_progress")))
        .answer(broken())
        .answer(broken())
        .answer(Ok(seen(Phase::Succeeded, "finished")));
    let options = WatchOptions::default().with_tolerated_failures(2);
    assert!(deployer.watch(&id(), options.clone()).await.unwrap().is_success());

    let deployer = ScriptedDeployer::new().answer(broken()).answer(broken()).answer(broken());
    let error = deployer.watch(&id(), options).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unavailable, 3));
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_that_says_when_it_ends_is_no_failure_and_the_deadline_bounds_it() {
    let limited = || {
        let wait = Some(Duration::from_secs(5));
        Err(Error::new(ErrorKind::RateLimited, "slow").with_retry_after(wait))
    };
    let options = WatchOptions::within(Duration::from_mins(2)).with_tolerated_failures(0);
    let deployer = (0..8).fold(ScriptedDeployer::new(), |deployer, _| deployer.answer(limited()));
    let deployer = deployer.answer(Ok(seen(Phase::Succeeded, "finished")));
    assert!(deployer.watch(&id(), options.clone()).await.unwrap().is_success());

    let deployer = (0..40).fold(ScriptedDeployer::new(), |deployer, _| deployer.answer(limited()));
    let error = deployer.watch(&id(), options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn a_refused_credential_ends_a_watch_at_once() {
    let deployer = ScriptedDeployer::new().answer(Err(Error::new(ErrorKind::Unauthorized, "no")));
    let error = deployer.watch(&id(), WatchOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), deployer.calls().len()), (ErrorKind::Unauthorized, 1));
}

#[tokio::test(start_paused = true)]
async fn a_poll_waits_as_long_as_retry_after_asks() {
    let limited = Error::new(ErrorKind::RateLimited, "slow").with_retry_after(Some(Duration::from_mins(1)));
    let deployer = ScriptedDeployer::new().answer(Err(limited)).answer(Ok(seen(Phase::Succeeded, "finished")));
    let started = Instant::now();
    assert!(deployer.watch(&id(), WatchOptions::default()).await.unwrap().is_success());
    assert_eq!(started.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_vanishes_is_lost_and_not_a_success() {
    let gone = Error::new(ErrorKind::NotFound, "gone");
    let deployer = script(&[(Phase::Running, "running")]).answer(Err(gone));
    let outcome = deployer.watch(&id(), WatchOptions::default()).await.unwrap();
    let Outcome::Lost(Loss { last: Some(last), .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(last.status.phase, Phase::Running);
}

#[tokio::test(start_paused = true)]
async fn a_read_that_never_answers_ends_at_the_deadline() {
    #[derive(Clone, Debug)]
    struct Silent;
    impl Deployer for Silent {
        fn platform(&self) -> Platform {
            Platform::new("silent")
        }
        fn capabilities(&self) -> anydeploy_core::Capabilities {
            anydeploy_core::Capabilities::new()
        }
        fn deploy<'a>(
            &'a self,
            _: &'a anydeploy_core::DeployRequest,
        ) -> futures::future::BoxFuture<'a, anydeploy_core::Result<Deployment>> {
            Box::pin(std::future::pending())
        }
        fn deployment<'a>(
            &'a self,
            _: &'a DeploymentId,
        ) -> futures::future::BoxFuture<'a, anydeploy_core::Result<Deployment>> {
            Box::pin(std::future::pending())
        }
    }
    let started = Instant::now();
    let error = Silent.watch(&id(), WatchOptions::within(Duration::from_secs(5))).await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed().as_secs()), (ErrorKind::TimedOut, 5));
}

#[tokio::test(start_paused = true)]
async fn later_reads_start_from_the_more_precise_id() {
    let mut first = seen(Phase::Queued, "waiting");
    first.id = id().with("row", "r1");
    let deployer = ScriptedDeployer::new().answer(Ok(first)).answer(Ok(seen(Phase::Succeeded, "done")));
    deployer.watch(&id(), WatchOptions::default()).await.unwrap();
    assert_eq!(deployer.calls()[1], Call::Deployment(id().with("row", "r1")));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_watch_leaves_nothing_running() {
    let deployer = script(&[(Phase::Running, "running"); 10]);
    let mut watch = deployer.watch(&id(), WatchOptions::default());
    watch.next().await.unwrap().unwrap();
    drop(watch);
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(deployer.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_says_why_the_last_reads_failed() {
    let broken = || Err(Error::new(ErrorKind::Unavailable, "down for maintenance"));
    let deployer = ScriptedDeployer::new().answer(broken()).answer(broken());
    let options = WatchOptions::within(Duration::from_secs(1)).with_tolerated_failures(100);
    let error = deployer.watch(&id(), options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(format!("{error:#}").contains("down for maintenance"), "{error:#}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_longer_than_the_clock_can_hold_ends_at_the_deadline() {
    let limited = Error::new(ErrorKind::RateLimited, "slow").with_retry_after(Some(Duration::MAX));
    let deployer = ScriptedDeployer::new().answer(Err(limited));
    let error = deployer.watch(&id(), WatchOptions::within(Duration::from_mins(1))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn polls_are_never_closer_than_the_platform_allows() {
    // Each poll reads another status, so that each is reported.
    let phases = [(Phase::Queued, "queued"), (Phase::Running, "running")];
    let deployer = script(&phases.repeat(50));
    let limit = Duration::from_secs(4);
    let mut watch = deployer.watch(&id(), WatchOptions::default().with_intervals(limit, limit));
    watch.next().await.unwrap().unwrap();
    for _ in 1..100 {
        let last = Instant::now();
        watch.next().await.unwrap().unwrap();
        assert!(last.elapsed() >= limit, "{:?}", last.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_after_the_trigger_keeps_the_id_and_is_never_safe_to_repeat() {
    // The error of a read would be safe to repeat; the whole call is not, because it deployed.
    let refused = Error::new(ErrorKind::Unauthorized, "the token was revoked");
    assert!(refused.is_safe_to_repeat());
    let deployer = ScriptedDeployer::new().answer(Ok(seen(Phase::Queued, "queued"))).answer(Err(refused));
    let request = anydeploy_core::DeployRequest::new(Target::application("web"));
    let error = deployer.deploy_and_wait(&request, WatchOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.last().unwrap().id, id());
    assert!(!error.is_safe_to_repeat());
}

#[tokio::test(start_paused = true)]
async fn a_change_of_identity_alone_is_a_change() {
    let mut accepted = seen(Phase::Queued, "queued");
    accepted.identity = Identity::Pending;
    let deployer = ScriptedDeployer::new()
        .answer(Ok(accepted.clone()))
        .answer(Ok(accepted))
        .answer(Ok(seen(Phase::Queued, "queued")))
        .answer(Ok(seen(Phase::Succeeded, "finished")));
    let events: Vec<_> = deployer.watch(&id(), WatchOptions::default()).collect().await;
    let changes: Vec<_> = events
        .into_iter()
        .filter_map(|event| match event.unwrap() {
            WatchEvent::Changed(deployment) => Some((deployment.identity, deployment.status.phase)),
            _ => None,
        })
        .collect();
    let expected =
        [(Identity::Pending, Phase::Queued), (Identity::Exact, Phase::Queued), (Identity::Exact, Phase::Succeeded)];
    assert_eq!(changes, expected);
}
