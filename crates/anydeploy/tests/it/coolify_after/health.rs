//! The health of what was deployed, by Coolify's own word.

use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, ErrorKind, HealthState, Healthy, Outcome, Target, TargetKind, Verdict,
    WatchOptions,
};
use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify, Pace};

use crate::support::coolify::{deployer, manual, quick};

/// Short times; how long the machine takes for them decides nothing.
fn soon() -> Healthy {
    Healthy::default().with_settle(Duration::from_millis(60)).with_degraded_grace(Duration::from_millis(60))
}

/// A grace that no machine uses up.
fn patient() -> Healthy {
    soon().with_degraded_grace(Duration::from_secs(20))
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
async fn without_a_health_check_it_runs_and_is_never_healthy() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let target = Target::application(fake.application());
    fake.set_status(target.id(), "running:unknown");
    assert_eq!(coolify.await_health(&target, soon(), quick()).await.unwrap(), Verdict::NoHealthSource);
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
async fn what_was_degraded_before_is_not_held_against_the_deployment() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let target = Target::application(fake.application());
    fake.set_status(target.id(), "degraded:unhealthy");
    let before = coolify.health_of(&target).await.unwrap();
    assert_eq!(coolify.await_health(&target, soon().compared_with(before), quick()).await.unwrap(), Verdict::AsBefore);
}

#[tokio::test]
async fn a_container_that_is_restarted_again_and_again_is_unhealthy() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let target = Target::application(fake.application());
    fake.set_status(target.id(), "restarting:unknown");
    let verdict = coolify.await_health(&target, soon(), quick()).await.unwrap();
    assert!(matches!(verdict, Verdict::Unhealthy { .. }), "{verdict}");
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

#[tokio::test]
async fn the_state_from_before_a_deployment_is_not_taken_for_the_one_after_it() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let target = Target::application(fake.application());
    fake.next_deployment(target.id(), CoolifyScript::succeeds());
    let deployment = coolify.deploy(&DeployRequest::new(target.clone())).await.unwrap();
    fake.advance(20);
    assert!(coolify.deployment(&deployment.id).await.unwrap().is_over());
    fake.set_status(target.id(), "running:healthy");
    let reading = coolify.health_of(&target).await.unwrap();
    assert_eq!(reading.health, HealthState::Starting, "{reading}");
}
