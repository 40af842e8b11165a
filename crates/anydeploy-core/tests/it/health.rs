//! Waiting until what was deployed works: the cases that other tools get wrong.

use std::time::Duration;

use anydeploy_core::testing::ScriptedDeployer;
use anydeploy_core::{
    DeployRequest, DeployerExt, Error, ErrorKind, HealthReading, HealthState, HealthWait, Healthy, Instance, Outcome,
    Phase, Target, Verdict, WatchOptions,
};
use tokio::time::Instant;

use crate::watch::seen;

const SECOND: Duration = Duration::from_secs(1);

fn web() -> Target {
    Target::application("web")
}

/// Polls at even times, so that a case can name the second of each reading.
fn options() -> WatchOptions {
    WatchOptions::within(Duration::from_mins(10)).with_intervals(SECOND * 5, SECOND * 5)
}

fn reading(health: HealthState) -> HealthReading {
    HealthReading::new(health, health.as_str())
}

fn in_container(id: &str) -> HealthReading {
    reading(HealthState::Healthy).with_instances(vec![Instance::new(id, true)])
}

/// Reads the health every 5 seconds, as `at` says for each poll, and returns the verdict and the seconds it took.
async fn verdict(healthy: Healthy, at: impl Fn(u32) -> HealthReading) -> (Verdict, u64) {
    let deployer = (0..100).fold(ScriptedDeployer::new(), |deployer, poll| deployer.answer_health(Ok(at(poll))));
    let began = Instant::now();
    let verdict = deployer.await_health(&web(), healthy, options()).await.unwrap();
    let took = began.elapsed();
    assert!(took <= SECOND * (30 + 60 + 12), "settle, grace and two polls: {took:?}");
    (verdict, took.as_secs())
}

fn is_unhealthy(verdict: &Verdict, because: &str) -> bool {
    matches!(verdict, Verdict::Unhealthy { reason, .. } if reason.contains(because))
}

#[tokio::test(start_paused = true)]
async fn what_was_degraded_before_and_still_is_is_as_before() {
    let before = || Healthy::default().compared_with(reading(HealthState::Degraded));
    let (found, _) = verdict(before(), |_| reading(HealthState::Degraded)).await;
    assert_eq!(found, Verdict::AsBefore);
    let (found, _) = verdict(before(), |_| reading(HealthState::Healthy)).await;
    assert_eq!(found, Verdict::Healthy, "it became well");
    let (found, _) =
        verdict(Healthy::default().compared_with(reading(HealthState::Healthy)), |_| reading(HealthState::Degraded))
            .await;
    assert!(is_unhealthy(&found, "degraded"), "{found}");
}

#[tokio::test(start_paused = true)]
async fn what_is_degraded_for_40_seconds_and_then_well_is_healthy() {
    let state = |poll| if poll < 8 { HealthState::Degraded } else { HealthState::Healthy };
    let (found, seconds) = verdict(Healthy::default(), |poll| reading(state(poll))).await;
    assert_eq!(found, Verdict::Healthy);
    assert!((70..=82).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn a_crash_loop_that_every_poll_sees_running_is_unhealthy() {
    let (found, _) =
        verdict(Healthy::default(), |poll| reading(HealthState::Healthy).with_restarts(Some(poll / 2))).await;
    assert!(is_unhealthy(&found, "again and again"), "by the restart count: {found}");
    let (found, _) = verdict(Healthy::default(), |poll| in_container(&format!("task-{}", poll / 3))).await;
    assert!(is_unhealthy(&found, "again and again"), "by the id of the container: {found}");
}

#[tokio::test(start_paused = true)]
async fn an_old_container_that_is_well_is_not_the_new_one() {
    let healthy = Healthy::default().compared_with(in_container("old"));
    let (found, _) = verdict(healthy.clone(), |_| in_container("old")).await;
    assert!(is_unhealthy(&found, "from before the deployment"), "{found}");
    let both =
        |_| reading(HealthState::Healthy).with_instances(vec![Instance::new("old", true), Instance::new("new", true)]);
    assert_eq!(verdict(healthy.clone(), both).await.0, Verdict::Healthy, "the new one runs beside it");
    let id = |poll| if poll < 4 { "old" } else { "new" };
    assert_eq!(
        verdict(healthy, |poll| in_container(id(poll))).await.0,
        Verdict::Healthy,
        "a rollout that takes its time"
    );
}

#[tokio::test(start_paused = true)]
async fn a_rollout_that_replaces_one_container_after_the_other_is_no_crash_loop() {
    let containers =
        |ids: [&str; 3]| reading(HealthState::Healthy).with_instances(ids.map(|id| Instance::new(id, true)).to_vec());
    let healthy = Healthy::default().compared_with(containers(["old-1", "old-2", "old-3"]));
    let step = |poll| match poll {
        0 => ["new-1", "old-2", "old-3"],
        1 => ["new-1", "new-2", "old-3"],
        _ => ["new-1", "new-2", "new-3"],
    };
    assert_eq!(verdict(healthy, |poll| containers(step(poll))).await.0, Verdict::Healthy);
}

#[tokio::test(start_paused = true)]
async fn what_nothing_checked_at_first_has_to_be_healthy_for_the_whole_time() {
    let state = |poll| if poll < 5 { HealthState::Unchecked } else { HealthState::Healthy };
    let (found, seconds) = verdict(Healthy::default(), |poll| reading(state(poll))).await;
    assert_eq!(found, Verdict::Healthy);
    assert!((55..=62).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn without_a_health_source_nothing_is_healthy() {
    for health in [HealthState::Unchecked, HealthState::Unknown] {
        let (found, _) = verdict(Healthy::default(), |_| reading(health)).await;
        assert_eq!(found, Verdict::NoHealthSource, "{health}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_that_flaps_is_unhealthy_at_the_end_of_both_times() {
    let state = |poll: u32| if poll.is_multiple_of(3) { HealthState::Degraded } else { HealthState::Healthy };
    let (found, seconds) = verdict(Healthy::default(), |poll| reading(state(poll))).await;
    assert!(is_unhealthy(&found, "degraded"), "{found}");
    assert!(seconds <= 100, "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_begins_the_time_of_settling_again() {
    let (found, seconds) =
        verdict(Healthy::default(), |poll| reading(HealthState::Healthy).with_restarts(Some(u32::from(poll >= 4))))
            .await;
    assert_eq!(found, Verdict::Healthy);
    assert!((50..=60).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn failed_reads_say_nothing_and_shorten_nothing() {
    let mut deployer = ScriptedDeployer::new();
    for _ in 0..3 {
        deployer = deployer.answer_health(Err(Error::new(ErrorKind::Unavailable, "502")));
    }
    deployer = (0..20).fold(deployer, |deployer, _| deployer.answer_health(Ok(reading(HealthState::Healthy))));
    let began = Instant::now();
    assert_eq!(deployer.await_health(&web(), Healthy::default(), options()).await, Ok(Verdict::Healthy));
    assert!(began.elapsed() >= SECOND * (15 + 30), "{:?}", began.elapsed());

    // For longer than settle and grace together; then it starts, which takes it some seconds.
    let mut deployer = ScriptedDeployer::new();
    for poll in 0..40 {
        deployer = deployer.answer_health(match poll {
            0..20 => Err(Error::new(ErrorKind::Unavailable, "502")),
            20..22 => Ok(reading(HealthState::Starting)),
            _ => Ok(reading(HealthState::Healthy)),
        });
    }
    let patient = options().with_tolerated_failures(100);
    assert_eq!(deployer.await_health(&web(), Healthy::default(), patient).await, Ok(Verdict::Healthy));

    let refused = ScriptedDeployer::new().answer_health(Err(Error::new(ErrorKind::NotFound, "no")));
    let refused = refused.answer_health(Err(Error::new(ErrorKind::NotFound, "no")));
    let error = refused.await_health(&web(), Healthy::default(), options()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_an_error_that_names_the_last_reading() {
    let deployer =
        (0..9).fold(ScriptedDeployer::new(), |deployer, _| deployer.answer_health(Ok(reading(HealthState::Starting))));
    let options = WatchOptions::within(SECOND * 20).with_intervals(SECOND * 5, SECOND * 5);
    let error = deployer.await_health(&web(), Healthy::default(), options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.to_string().contains("it was last starting"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_health_before_is_read_before_anything_is_deployed() {
    let unreadable = ScriptedDeployer::new().answer_health(Err(Error::new(ErrorKind::PermissionDenied, "no")));
    let request = DeployRequest::new(web());
    let error = unreadable.deploy_until_healthy(&request, Healthy::default(), options()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(unreadable.calls().len(), 1, "nothing was deployed");

    let mut deployer = ScriptedDeployer::new()
        .answer(Ok(seen(Phase::Succeeded, "finished")))
        .answer(Ok(seen(Phase::Succeeded, "finished")));
    deployer = (0..20).fold(deployer, |deployer, _| deployer.answer_health(Ok(reading(HealthState::Degraded))));
    let rollout = deployer.deploy_until_healthy(&request, Healthy::default(), options()).await.unwrap();
    assert!(matches!(rollout.outcome, Outcome::Succeeded(_)) && !rollout.is_healthy());
    assert_eq!(rollout.verdict, Some(Verdict::AsBefore));

    let failed = ScriptedDeployer::new().answer_health(Ok(reading(HealthState::Healthy)));
    let failed = failed.answer(Ok(seen(Phase::Failed, "failed"))).answer(Ok(seen(Phase::Failed, "failed")));
    let rollout = failed.deploy_until_healthy(&request, Healthy::default(), options()).await.unwrap();
    assert_eq!(rollout.verdict, None, "the health says nothing about a deployment that failed");
}

#[tokio::test(start_paused = true)]
async fn a_wait_in_steps_counts_only_the_time_in_which_the_target_is_read() {
    let state = |poll| if poll < 4 { HealthState::Degraded } else { HealthState::Healthy };
    let deployer =
        (0..100).fold(ScriptedDeployer::new(), |deployer, poll| deployer.answer_health(Ok(reading(state(poll)))));
    let (mut wait, mut steps) = (HealthWait::new(Healthy::default()), 0);
    let verdict = loop {
        steps += 1;
        if let Some(verdict) = wait.step(&deployer, &web(), &options(), SECOND * 10).await.unwrap() {
            break verdict;
        }
        // What an engine stores between two steps, and then nobody reads for a minute.
        wait = serde_json::from_str(&serde_json::to_string(&wait).unwrap()).unwrap();
        tokio::time::sleep(SECOND * 60).await;
    };
    assert_eq!(verdict, Verdict::Healthy);
    // A step sees about 5 of the 30 seconds.
    assert!((6..=12).contains(&steps), "{steps} steps");
}
