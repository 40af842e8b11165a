//! Watches that have little time left, or none, and what they say when it has passed.

use std::time::{Duration, SystemTime};

use anydeploy_core::testing::{MemoryDeployer, ScriptedDeployer};
use anydeploy_core::{DeployRequest, Deployer, DeployerExt, Error, ErrorKind, Outcome, Phase, Target, WatchOptions};
use tokio::time::Instant;

use super::{id, script, seen};

fn down() -> Error {
    Error::new(ErrorKind::Unavailable, "the server is down")
}

/// Runs for longer than any deadline of these tests.
fn running_then(answers: impl IntoIterator<Item = Result<anydeploy_core::Deployment, Error>>) -> ScriptedDeployer {
    let deployer = ScriptedDeployer::new().answer(Ok(seen(Phase::Running, "in_progress")));
    answers.into_iter().fold(deployer, ScriptedDeployer::answer)
}

#[tokio::test(start_paused = true)]
async fn a_watch_without_time_left_polls_once_and_waits_for_the_answer() {
    for options in [WatchOptions::within(Duration::ZERO), WatchOptions::until(SystemTime::UNIX_EPOCH)] {
        let deployer = script(&[(Phase::Succeeded, "finished")]).with_latency(Duration::from_secs(3));
        let outcome = deployer.watch(&id(), options).await.unwrap();
        assert!(outcome.is_success());
        assert_eq!(deployer.calls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_platform_in_memory_answers_a_watch_without_time_left() {
    let web = Target::application("web");
    let memory = MemoryDeployer::new().with_application("web").with_latency(Duration::from_secs(2));
    let id = memory.deploy(&DeployRequest::new(web)).await.unwrap().id;
    let error = memory.watch(&id, WatchOptions::within(Duration::ZERO)).await.unwrap_err();
    assert_eq!((error.kind(), error.last().unwrap().status.phase), (ErrorKind::TimedOut, Phase::Queued));
    memory.advance(9);
    let calls = memory.calls();
    assert!(memory.watch(&id, WatchOptions::within(Duration::ZERO)).await.unwrap().is_success());
    assert_eq!(memory.calls(), calls + 1);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_goes_on_is_polled_once_if_no_time_is_left() {
    let deployer = script(&[(Phase::Running, "in_progress"); 5]);
    let error = deployer.watch(&id(), WatchOptions::within(Duration::ZERO)).await.unwrap_err();
    assert_eq!((error.kind(), deployer.calls().len()), (ErrorKind::TimedOut, 1));
    assert_eq!(error.last().unwrap().status.raw, "in_progress");
    assert!(error.to_string().contains("the deployment goes on"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_first_poll_that_never_answers_ends_after_its_own_limit() {
    let deployer = script(&[(Phase::Succeeded, "finished")]).with_latency(Duration::MAX);
    let started = Instant::now();
    let options = WatchOptions::within(Duration::ZERO).with_min_poll_time(Duration::from_secs(7));
    let error = deployer.watch(&id(), options).await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed().as_secs()), (ErrorKind::TimedOut, 7));
    let line = format!("{error:#}");
    assert!(line.contains("reads have failed for 7 s") && line.contains("got no answer"), "{line}");
    assert!(line.contains(&id().to_string()), "{line}");
    assert!(!line.contains("goes on") && !line.contains("acted on"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_is_under_way_at_the_deadline_may_still_end_the_watch() {
    // The second poll begins a second before the deadline, and its answer comes two seconds after it.
    let deployer = script(&[(Phase::Running, "in_progress"), (Phase::Succeeded, "finished")]);
    let deployer = deployer.with_latency(Duration::from_secs(3));
    let second = Duration::from_secs(1);
    let options = WatchOptions::within(Duration::from_secs(5)).with_intervals(second, second);
    let started = Instant::now();
    assert!(deployer.watch(&id(), options).await.unwrap().is_success());
    assert!((7..=8).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn until_ends_a_watch_as_a_deadline_does() {
    let deployer = script(&[(Phase::Running, "in_progress"); 100]);
    let started = Instant::now();
    let moment = SystemTime::now() + Duration::from_mins(1);
    let error = deployer.watch(&id(), WatchOptions::until(moment)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    // The clock of the machine goes on while the test runs; the one of the runtime is paused.
    assert!(started.elapsed() <= Duration::from_mins(1), "{:?}", started.elapsed());
    assert!(started.elapsed() >= Duration::from_secs(30), "{:?}", started.elapsed());
    assert!(deployer.calls().len() > 5);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_while_the_server_is_down_says_for_how_long_reads_have_failed() {
    let deployer = running_then((0..40).map(|_| Err(down())));
    let options = WatchOptions::within(Duration::from_mins(1)).with_tolerated_failures(100);
    let error = deployer.watch(&id(), options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let line = format!("{error:#}");
    assert!(line.contains("reads have failed for 5"), "{line}");
    assert!(line.contains("60 s ago it was running (in_progress)"), "{line}");
    assert!(line.contains(&id().to_string()) && line.contains("the server is down"), "{line}");
    assert!(!line.contains("goes on") && !line.contains("last seen"), "{line}");
    assert_eq!(error.last().unwrap().status.phase, Phase::Running);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_at_which_nothing_was_ever_read_gives_the_id() {
    let deployer = (0..40).fold(ScriptedDeployer::new(), |deployer, _| deployer.answer(Err(down())));
    let options = WatchOptions::within(Duration::from_mins(1)).with_tolerated_failures(100);
    let error = deployer.watch(&id(), options).await.unwrap_err();
    let line = format!("{error}");
    assert!(line.contains("nothing was seen of it") && line.contains(&id().to_string()), "{line}");
    assert!(!line.contains("goes on"), "{line}");
    assert!(error.last().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_after_reads_have_recovered_says_that_the_deployment_goes_on() {
    let answers = (0..3).map(|_| Err(down())).chain((0..40).map(|_| Ok(seen(Phase::Running, "in_progress"))));
    let deployer = running_then(answers);
    let error = deployer.watch(&id(), WatchOptions::within(Duration::from_mins(1))).await.unwrap_err();
    let line = format!("{error:#}");
    assert!(line.contains("last seen") && line.contains("the deployment goes on"), "{line}");
    assert!(!line.contains("reads have failed"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn a_loss_after_the_deployment_was_read_says_so_and_does_not_question_the_id() {
    let gone = || Err(Error::new(ErrorKind::NotFound, "no such deployment"));
    let outcome = running_then([gone(), gone()]).watch(&id(), WatchOptions::default()).await.unwrap();
    let line = outcome.to_string();
    assert!(line.contains("ago it was running (in_progress)"), "{line}");
    assert!(!line.contains("check the id"), "{line}");
    let Outcome::Lost(loss) = outcome else { panic!("{line}") };
    assert_eq!(loss.last.unwrap().status.phase, Phase::Running);
    assert!(!loss.error.is_safe_to_repeat());
}

#[tokio::test(start_paused = true)]
async fn an_id_that_was_never_seen_may_be_wrong() {
    let gone = || Err(Error::new(ErrorKind::NotFound, "no such deployment"));
    let deployer = ScriptedDeployer::new().answer(gone()).answer(gone());
    let outcome = deployer.watch(&id(), WatchOptions::default()).await.unwrap();
    assert!(matches!(&outcome, Outcome::Lost(loss) if loss.last.is_none()), "{outcome:?}");
    assert!(!outcome.to_string().contains("ago it was"), "{outcome}");
}
