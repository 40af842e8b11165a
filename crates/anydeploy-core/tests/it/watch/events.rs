//! What a watch reports between its first poll and its end.

#![expect(clippy::unnecessary_wraps, reason = "the answers of a script are results")]

use std::time::Duration;

use anydeploy_core::testing::ScriptedDeployer;
use anydeploy_core::{
    DeployerExt, Deployment, Error, ErrorKind, Identity, Outcome, Phase, Progress, Result, WatchEvent, WatchOptions,
};
use futures::StreamExt;
use tokio::time::Instant;

use super::{id, seen};

fn failed(kind: ErrorKind) -> Result<Deployment> {
    Err(Error::new(kind, "on purpose"))
}

fn running() -> Result<Deployment> {
    Ok(seen(Phase::Running, "in_progress"))
}

fn over() -> Result<Deployment> {
    Ok(seen(Phase::Succeeded, "finished"))
}

/// The events of a watch over these answers, as short texts; an error that ends it is the last.
async fn events(answers: impl IntoIterator<Item = Result<Deployment>>, options: WatchOptions) -> Vec<String> {
    let deployer = answers.into_iter().fold(ScriptedDeployer::new(), ScriptedDeployer::answer);
    let mut watch = deployer.watch(&id(), options);
    let mut texts = Vec::new();
    while let Some(event) = watch.next().await {
        texts.push(match event {
            Ok(WatchEvent::Changed(deployment)) => format!("changed: {}", deployment.status.phase),
            Ok(WatchEvent::Trouble { error, in_a_row, tolerated }) => {
                assert!(!error.is_safe_to_repeat(), "a read after a trigger never invites to trigger again");
                format!("trouble: {} {in_a_row} {tolerated:?}", error.kind())
            }
            Ok(WatchEvent::Progress(progress)) => format!("progress: {progress}"),
            Ok(WatchEvent::Ended(outcome)) => format!("ended: {outcome}"),
            Ok(other) => panic!("{other:?}"),
            Err(error) => format!("error: {}", error.kind()),
        });
    }
    texts
}

#[tokio::test(start_paused = true)]
async fn each_failed_poll_that_is_made_again_is_trouble() {
    let options = WatchOptions::default().with_tolerated_failures(2);
    let down = || failed(ErrorKind::Unavailable);
    let seen = events([running(), down(), failed(ErrorKind::Unreadable), running(), down(), over()], options).await;
    let expected = [
        "changed: running",
        "trouble: server unavailable 1 Some(2)",
        "trouble: unreadable answer 2 Some(2)",
        "trouble: server unavailable 1 Some(2)",
        "changed: succeeded",
        "ended: succeeded",
    ];
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn the_failed_poll_that_ends_a_watch_is_its_error_and_no_trouble() {
    let options = WatchOptions::default().with_tolerated_failures(1);
    let down = || failed(ErrorKind::Unavailable);
    assert_eq!(
        events([down(), down()], options.clone()).await,
        ["trouble: server unavailable 1 Some(1)", "error: server unavailable"]
    );
    assert_eq!(events([failed(ErrorKind::Unauthorized)], options).await, ["error: credential refused"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_says_when_to_come_back_has_no_bound_but_the_deadline() {
    let limited = || Err(Error::new(ErrorKind::RateLimited, "slow").with_retry_after(Some(Duration::from_secs(5))));
    let options = WatchOptions::default().with_tolerated_failures(0);
    let seen = events([limited(), limited(), over()], options).await;
    let expected =
        ["trouble: rate-limited 1 None", "trouble: rate-limited 2 None", "changed: succeeded", "ended: succeeded"];
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_not_found_once_is_trouble_and_twice_is_lost() {
    let gone = || failed(ErrorKind::NotFound);
    let seen = events([running(), gone(), running(), gone(), gone()], WatchOptions::default()).await;
    assert_eq!(
        seen[..3],
        ["changed: running", "trouble: not found 1 Some(1)", "trouble: not found 1 Some(1)"],
        "{seen:?}"
    );
    assert!(seen.len() == 4 && seen[3].starts_with("ended: lost"), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_worked_and_is_refused_is_trouble_once() {
    let refused = || failed(ErrorKind::Unauthorized);
    let seen = events([running(), refused(), refused()], WatchOptions::default()).await;
    assert_eq!(seen, ["changed: running", "trouble: credential refused 1 Some(1)", "error: credential refused"]);
}

#[tokio::test(start_paused = true)]
async fn steps_are_progress_until_the_status_changes() {
    let at = |done| Ok(seen(Phase::Running, "in_progress").with_progress(Some(Progress::new(done, 3))));
    let seen = events([at(0), at(0), at(1), running(), at(1), at(2), over()], WatchOptions::default()).await;
    let expected = [
        "changed: running",
        "progress: 1 of 3 steps",
        "progress: 1 of 3 steps",
        "progress: 2 of 3 steps",
        "changed: succeeded",
        "ended: succeeded",
    ];
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn a_superseded_deployment_is_its_own_outcome_and_no_success() {
    let superseded = seen(Phase::Superseded, "replaced");
    let deployer = ScriptedDeployer::new().answer(Ok(superseded.clone()));
    let outcome = deployer.watch(&id(), WatchOptions::default()).await.unwrap();
    assert_eq!(outcome, Outcome::Superseded(superseded));
    assert!(!outcome.is_success() && outcome.deployment().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_pending_deployment_is_not_over_whatever_its_word() {
    let stale = |phase, raw| {
        let mut stale = seen(phase, raw);
        stale.identity = Identity::Pending;
        Ok(stale)
    };
    let answers = [stale(Phase::Succeeded, "done"), stale(Phase::Superseded, "replaced"), running(), over()];
    let seen = events(answers, WatchOptions::default()).await;
    let expected =
        ["changed: succeeded", "changed: superseded", "changed: running", "changed: succeeded", "ended: succeeded"];
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_watch_begins_with_its_first_poll() {
    let deployer = ScriptedDeployer::new().answer(running()).answer(running());
    let watch = deployer.watch(&id(), WatchOptions::within(Duration::from_secs(1)).with_tolerated_failures(100));
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert!(deployer.calls().is_empty());
    let started = Instant::now();
    assert_eq!(watch.await.unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(started.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_was_read_to_its_end_has_no_outcome_left() {
    let deployer = ScriptedDeployer::new().answer(over());
    let mut watch = deployer.watch(&id(), WatchOptions::default());
    while watch.next().await.is_some() {}
    assert!(watch.next().await.is_none());
    assert_eq!(watch.await.unwrap_err().kind(), ErrorKind::InvalidInput);
}
