//! The health of what was deployed, as far as the end of its last action proves it.

use std::time::Duration;

use anydeploy::{
    DeployerExt, ErrorKind, HealthState, Healthy, Outcome, Qovery, Target, TargetKind, Verdict, WatchOptions,
};
use anydeploy_fakes::{FakeQovery, QoveryScript};

use crate::support::health::verdict;
use crate::support::qovery::{manual, quick, running, unthrottled, web};

/// Short times; how long the machine takes for them decides nothing.
fn soon() -> Healthy {
    Healthy::default().with_settle(Duration::from_millis(60)).with_degraded_grace(Duration::from_millis(60))
}

#[tokio::test]
async fn what_was_deployed_is_unchecked_and_what_was_stopped_does_not_run() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    for target in [
        Target::application(fake.application()),
        Target::new(TargetKind::Container, fake.container()),
        Target::new(TargetKind::Helm, fake.add_helm("chart")),
    ] {
        let target = target.in_environment(fake.environment());
        let read = async || {
            let sent = fake.requests().len();
            let reading = qovery.health_of(&target).await.unwrap();
            assert_eq!(fake.requests().len() - sent, 1);
            (reading.health, reading.raw)
        };
        assert_eq!(read().await, (HealthState::Degraded, "READY".to_owned()), "{target}");
        fake.already_deployed(target.id());
        assert_eq!(read().await, (HealthState::Unchecked, "DEPLOYED".to_owned()), "{target}");
        fake.already_stopped(target.id());
        assert_eq!(read().await, (HealthState::Degraded, "STOPPED".to_owned()), "{target}");
    }
}

#[tokio::test]
async fn a_failed_deployment_and_an_unknown_word_leave_open_what_runs() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = Target::application(fake.application());
    for (script, raw) in [
        (QoveryScript::fails_with("no"), "BUILD_ERROR"),
        (QoveryScript::succeeds().ends_as("LEVITATED"), "LEVITATED"),
        (QoveryScript::succeeds().ends_as("UNAVAILABLE"), "UNAVAILABLE"),
        (QoveryScript::cancelled(), "CANCELED"),
    ] {
        fake.already_deployed(target.id());
        fake.next_deployment(target.id(), script);
        fake.deploy_by_someone_else(target.id());
        fake.advance(100);
        let reading = qovery.health_of(&target).await.unwrap();
        assert_eq!((reading.health, reading.raw.as_str()), (HealthState::Unknown, raw));
        assert_eq!(qovery.await_health(&target, soon(), quick()).await.unwrap(), Verdict::NoHealthSource, "{raw}");
    }
}

#[tokio::test]
async fn deployed_is_never_healthy() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let rollout = qovery.deploy_until_healthy(&web(&fake), soon(), quick()).await.unwrap();
    assert!(matches!(rollout.outcome, Outcome::Succeeded(_)), "{rollout}");
    assert_eq!(rollout.verdict, Some(Verdict::NoHealthSource));
    assert!(!rollout.is_healthy());
}

#[tokio::test]
async fn what_does_not_run_is_unhealthy_unless_it_was_so_before() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = Target::application(fake.application());
    fake.already_stopped(target.id());
    let verdict = qovery.await_health(&target, soon(), quick()).await.unwrap();
    assert!(matches!(&verdict, Verdict::Unhealthy { reason, .. } if reason.contains("STOPPED")), "{verdict}");
    let before = qovery.health_of(&target).await.unwrap();
    assert_eq!(qovery.await_health(&target, soon().compared_with(before), quick()).await.unwrap(), Verdict::AsBefore);
}

#[tokio::test]
async fn a_deployment_that_never_becomes_ready_is_starting_and_then_unhealthy() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = Target::new(TargetKind::Container, fake.container());
    fake.next_deployment(target.id(), QoveryScript::hangs());
    fake.deploy_by_someone_else(target.id());
    fake.advance(20);
    assert_eq!(qovery.health_of(&target).await.unwrap().health, HealthState::Starting);
    let verdict = qovery.await_health(&target, soon(), quick()).await.unwrap();
    assert!(matches!(&verdict, Verdict::Unhealthy { reason, .. } if reason.contains("DEPLOYING")), "{verdict}");
}

#[tokio::test]
async fn a_database_that_is_listed_as_stopped_may_run() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = Target::database(fake.add_database("db"));
    fake.already_stopped(target.id());
    let reading = qovery.health_of(&target).await.unwrap();
    assert_eq!((reading.health, reading.raw.as_str()), (HealthState::Unknown, "STOPPED"));
    assert!(reading.reason.unwrap().contains("managed database"));
}

#[tokio::test]
async fn an_environment_has_the_word_of_its_services_together() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let environment = Target::environment(fake.environment());
    let read = async || qovery.health_of(&environment).await.unwrap().health;
    assert_eq!(read().await, HealthState::Degraded, "nothing of it was ever deployed");
    fake.already_deployed(&fake.application());
    assert_eq!(read().await, HealthState::Unchecked);
}

#[tokio::test]
async fn jobs_and_terraform_services_have_no_health() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let sent = fake.requests().len();
    for kind in [TargetKind::Job, TargetKind::Terraform] {
        let error = qovery.health_of(&Target::new(kind, fake.application())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    assert_eq!(fake.requests().len(), sent);
}

#[tokio::test]
async fn a_target_that_is_gone_is_an_error_and_a_deadline_is_no_verdict() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let nobody = Target::application("00000000-0000-4000-8000-00000000dead");
    for target in [nobody.clone(), nobody.in_environment(fake.environment())] {
        let error = qovery.await_health(&target, soon(), quick()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFoundOrForbidden, "{error}");
    }
    let short = WatchOptions::within(Duration::from_millis(80))
        .with_intervals(Duration::from_millis(5), Duration::from_millis(5));
    let patient = soon().with_degraded_grace(Duration::from_secs(20));
    let target = Target::application(fake.application());
    let error = qovery.await_health(&target, patient, short).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
}

/// The application of a server, with its environment, after a deployment of it.
async fn deployed() -> (FakeQovery, Qovery, Target) {
    let (fake, _) = manual(FakeQovery::builder()).await;
    let target = Target::application(fake.application()).in_environment(fake.environment());
    fake.already_deployed(target.id());
    let qovery = unthrottled(&fake);
    (fake, qovery, target)
}

#[tokio::test]
async fn what_was_degraded_before_is_not_held_against_the_deployment() {
    let (fake, qovery, target) = deployed().await;
    fake.already_stopped(target.id());
    let before = qovery.health_of(&target).await.unwrap();
    let verdict = verdict(qovery, &target, Healthy::default().compared_with(before), |_| {}).await;
    assert_eq!(verdict, Verdict::AsBefore);
}

#[tokio::test]
async fn what_starts_for_40_seconds_and_then_ends_well_is_not_unhealthy() {
    let (fake, qovery, _) = deployed().await;
    let target = Target::new(TargetKind::Container, fake.container()).in_environment(fake.environment());
    fake.next_deployment(target.id(), QoveryScript::succeeds().lasting(60));
    fake.deploy_by_someone_else(target.id());
    fake.advance(20);
    assert_eq!(qovery.health_of(&target).await.unwrap().health, HealthState::Starting);
    let ends = move |second| {
        if second == 40 {
            fake.advance(100);
        }
    };
    assert_eq!(verdict(qovery, &target, Healthy::default(), ends).await, Verdict::NoHealthSource);
}

/// No call shows a restart of a container, so that a crash loop looks like what runs well.
#[tokio::test]
async fn a_crash_loop_that_no_call_shows_is_never_healthy() {
    let (fake, qovery, target) = deployed().await;
    let before = qovery.health_of(&target).await.unwrap();
    fake.deploy_by_someone_else(target.id());
    fake.advance(100);
    let verdict = verdict(qovery, &target, Healthy::default().compared_with(before), |_| {}).await;
    assert_eq!(verdict, Verdict::NoHealthSource);
}

#[tokio::test]
async fn an_old_version_that_runs_on_because_the_new_one_failed_is_never_healthy() {
    let (fake, qovery, target) = deployed().await;
    let before = qovery.health_of(&target).await.unwrap();
    fake.next_deployment(target.id(), QoveryScript::fails_with("no"));
    fake.deploy_by_someone_else(target.id());
    fake.advance(100);
    let verdict = verdict(qovery, &target, Healthy::default().compared_with(before), |_| {}).await;
    assert_eq!(verdict, Verdict::NoHealthSource);
}

#[tokio::test]
async fn without_a_health_source_nothing_is_healthy() {
    let (_fake, qovery, target) = deployed().await;
    assert_eq!(verdict(qovery, &target, Healthy::default(), |_| {}).await, Verdict::NoHealthSource);
}
