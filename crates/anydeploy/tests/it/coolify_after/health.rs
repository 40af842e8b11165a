//! The health of what was deployed, by Coolify's own word.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anydeploy::{
    Coolify, DeployRequest, Deployer, DeployerExt, ErrorKind, HealthState, Healthy, Outcome, Target, TargetKind,
    Verdict, WatchOptions,
};
use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify, Pace, Timeline};

use crate::support::coolify::{deployer, manual, quick, unthrottled, uuid};
use crate::support::health::verdict;

/// Short times; how long the machine takes for them decides nothing.
fn soon() -> Healthy {
    Healthy::default().with_settle(Duration::from_millis(60)).with_degraded_grace(Duration::from_millis(60))
}

/// A grace that no machine uses up.
fn patient() -> Healthy {
    soon().with_degraded_grace(Duration::from_secs(20))
}

fn is_unhealthy(verdict: &Verdict, because: &str) -> bool {
    matches!(verdict, Verdict::Unhealthy { reason, .. } if reason.contains(because))
}

fn targets(fake: &FakeCoolify) -> [Target; 3] {
    [Target::application(fake.application()), Target::service(fake.service()), Target::database(fake.database())]
}

#[tokio::test]
async fn one_request_reads_the_health_of_each_kind_and_a_second_the_newest_deployment_of_what_runs() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for target in targets(&fake) {
        for (status, health) in [
            ("running:healthy", HealthState::Healthy),
            ("running:unknown", HealthState::Unchecked),
            ("running:unhealthy", HealthState::Degraded),
            ("exited:unhealthy", HealthState::Degraded),
            ("levitating", HealthState::Unknown),
        ] {
            fake.set_status(target.id(), status);
            let sent = fake.requests().len();
            let reading = coolify.health_of(&target).await.unwrap();
            assert_eq!((reading.health, reading.raw.as_str()), (health, status), "{target}");
            let asks_for_rows = *target.kind() == TargetKind::Application && status.starts_with("running");
            assert_eq!(fake.requests().len() - sent, 1 + usize::from(asks_for_rows), "{target} {status}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_reachable_says_nothing_of_the_health() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let target = Target::application(fake.application());
    fake.set_status(target.id(), "running:healthy");
    fake.enable(CoolifyQuirk::ServerNotFunctional);
    let reading = coolify.health_of(&target).await.unwrap();
    assert_eq!(reading.health, HealthState::Unknown, "{reading}");
}

#[tokio::test]
async fn restarts_are_counted_for_each_kind_that_has_a_count() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for (target, restarts) in targets(&fake).iter().zip([Some(0), None, Some(0)]) {
        assert_eq!(coolify.health_of(target).await.unwrap().restarts, restarts, "{target}");
    }
}

#[tokio::test]
async fn finished_beside_running_unhealthy_is_not_healthy() {
    let fake = FakeCoolify::builder().pace(Pace::Requests(1)).start().await;
    let coolify = deployer(&fake, fake.token());
    let target = Target::application(fake.application());
    fake.set_status(target.id(), "running:healthy");
    let before = coolify.health_of(&target).await.unwrap();
    fake.next_deployment(target.id(), CoolifyScript::succeeds());
    let outcome = coolify.deploy_and_wait(&DeployRequest::new(target.clone()), quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Succeeded(_)), "the deployment itself is over");
    fake.set_status(target.id(), "running:unhealthy");
    let verdict = coolify.await_health(&target, soon().compared_with(before), quick()).await.unwrap();
    assert!(matches!(&verdict, Verdict::Unhealthy { reason, .. } if reason.contains("running:unhealthy")), "{verdict}");
}

#[tokio::test]
async fn a_service_that_reads_exited_a_second_time_while_it_starts_is_not_unhealthy() {
    let fake = FakeCoolify::builder().pace(Pace::Requests(1)).start().await;
    let coolify = deployer(&fake, fake.token());
    let service = Target::service(fake.service());
    let statuses = [(1, "starting:unhealthy"), (3, "exited"), (8, "running:healthy")];
    fake.next_start(service.id(), statuses);
    coolify.start(&service).await.unwrap();
    assert_eq!(coolify.await_health(&service, patient(), quick()).await.unwrap(), Verdict::Healthy);
}

#[tokio::test]
async fn a_target_that_is_gone_is_an_error_and_a_deadline_is_no_verdict() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let error = coolify.await_health(&Target::application("nobody"), soon(), quick()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let target = Target::application(fake.application());
    fake.set_status(target.id(), "starting:unknown");
    let short = WatchOptions::within(Duration::from_millis(80))
        .with_intervals(Duration::from_millis(5), Duration::from_millis(5));
    let error = coolify.await_health(&target, patient(), short).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
}

/// `application.status` of the read of a deployment is the same word, and as old.
#[tokio::test]
async fn the_state_beside_a_deployment_that_has_just_ended_is_not_taken_for_the_one_after_it() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let target = Target::application(fake.application());
    let deployment = coolify.deploy(&DeployRequest::new(target.clone())).await.unwrap();
    fake.advance(20);
    assert!(coolify.deployment(&deployment.id).await.unwrap().is_over());
    fake.set_status(target.id(), "running:healthy");
    let row = coolify.api().get_deployment_by_uuid(uuid(&deployment)).await.unwrap().into_value();
    assert_eq!(row.application.unwrap().expose()["status"], "running:healthy");
    let reading = coolify.health_of(&target).await.unwrap();
    assert_eq!(reading.health, HealthState::Starting, "{reading}");
}

/// A server on which the application runs like this, without a budget for the polls.
async fn running_as(status: &'static str) -> (Arc<FakeCoolify>, Coolify, Target) {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (coolify, target) = (unthrottled(&fake, fake.token()), Target::application(fake.application()));
    fake.set_status(target.id(), status);
    (Arc::new(fake), coolify, target)
}

#[tokio::test]
async fn what_was_degraded_before_is_not_held_against_the_deployment() {
    let (_fake, coolify, target) = running_as("degraded:unhealthy").await;
    let before = coolify.health_of(&target).await.unwrap();
    let verdict = verdict(coolify, &target, Healthy::default().compared_with(before), |_| {}).await;
    assert_eq!(verdict, Verdict::AsBefore);
}

#[tokio::test]
async fn what_is_degraded_for_40_seconds_and_then_well_is_healthy() {
    let (fake, coolify, target) = running_as("exited:unhealthy").await;
    let id = target.id().to_owned();
    let recovers = move |second| {
        if second >= 40 {
            fake.set_status(&id, "running:healthy");
        }
    };
    assert_eq!(verdict(coolify, &target, Healthy::default(), recovers).await, Verdict::Healthy);
}

#[tokio::test]
async fn a_crash_loop_that_every_poll_sees_running_is_unhealthy() {
    for kind in [TargetKind::Application, TargetKind::Database] {
        let (fake, coolify, web) = running_as("running:healthy").await;
        let target = if kind == TargetKind::Database { Target::database(fake.database()) } else { web };
        fake.set_status(target.id(), "running:healthy");
        let id = target.id().to_owned();
        let verdict = verdict(coolify, &target, Healthy::default(), move |_| fake.crash(&id)).await;
        assert!(is_unhealthy(&verdict, "again and again"), "{target}: {verdict}");
    }
}

#[tokio::test]
async fn an_old_container_that_is_well_is_not_the_new_one_which_is_absent() {
    let timeline = Timeline::start();
    let fake = FakeCoolify::builder().pace(Pace::Along(timeline, Duration::from_secs(1))).start().await;
    let (coolify, target) = (unthrottled(&fake, fake.token()), Target::application(fake.application()));
    fake.set_status(target.id(), "running:healthy");
    let before = coolify.health_of(&target).await.unwrap();
    fake.deploy_by_someone_else(target.id());
    timeline.advance(Duration::from_secs(20));
    // Until its containers are inspected, it shows the state of the old one.
    fake.set_status(target.id(), "running:healthy");
    let (id, passed) = (target.id().to_owned(), AtomicU64::new(0));
    let inspected = move |second| {
        timeline.advance(Duration::from_secs(second - passed.swap(second, Ordering::Relaxed)));
        if second >= 9 {
            fake.set_status(&id, "exited:unhealthy");
        }
    };
    let verdict = verdict(coolify, &target, Healthy::default().compared_with(before), inspected).await;
    assert!(is_unhealthy(&verdict, "exited:unhealthy"), "{verdict}");
}

#[tokio::test]
async fn without_a_health_check_it_runs_and_is_never_healthy() {
    let (_fake, coolify, target) = running_as("running:unknown").await;
    assert_eq!(verdict(coolify, &target, Healthy::default(), |_| {}).await, Verdict::NoHealthSource);
}
