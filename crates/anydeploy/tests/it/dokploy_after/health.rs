//! The health of what was deployed, by the tasks and containers of the engine.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{DeployerExt, Dokploy, ErrorKind, HealthState, Healthy, Outcome, Target, Verdict};
use anydeploy_fakes::{DokployKey, DokployQuirk, FakeDokploy, Pace};
use serde_json::json;

use super::{deploy_all, deployed, fresh};
use crate::dokploy_traps::others::post;
use crate::support::dokploy::{deployer, quick, request};
use crate::support::health::verdict;

/// Short times; how long the machine takes for them decides nothing.
fn soon() -> Healthy {
    Healthy::default().with_settle(Duration::from_millis(60)).with_degraded_grace(Duration::from_millis(60))
}

fn is_unhealthy(verdict: &Verdict, because: &str) -> bool {
    matches!(verdict, Verdict::Unhealthy { reason, .. } if reason.contains(because))
}

#[tokio::test]
async fn a_health_check_decides_and_without_one_nothing_is_healthy() {
    let (fake, dokploy, targets) = deployed().await;
    for target in &targets {
        for (word, health) in [
            (None, HealthState::Unchecked),
            (Some("healthy"), HealthState::Healthy),
            (Some("unhealthy"), HealthState::Degraded),
            (Some("starting"), HealthState::Starting),
        ] {
            fake.set_health_check(target.id(), word);
            let reading = dokploy.health_of(target).await.unwrap();
            assert_eq!((reading.health, reading.restarts), (health, Some(0)), "{target}: {reading}");
            assert!(reading.raw.starts_with("Up 5 seconds"), "{reading}");
        }
    }
}

#[tokio::test]
async fn a_list_that_is_empty_because_the_engine_failed_or_nothing_runs_is_unknown() {
    let (fake, dokploy, targets) = fresh().await;
    for target in &targets {
        let reading = dokploy.health_of(target).await.unwrap();
        assert_eq!(reading.health, HealthState::Unknown, "nothing was deployed: {reading}");
    }
    deploy_all(&fake, &targets);
    fake.enable(DokployQuirk::NoContainers);
    for target in &targets {
        fake.set_health_check(target.id(), Some("healthy"));
        let reading = dokploy.health_of(target).await.unwrap();
        assert_eq!(reading.health, HealthState::Unknown, "{reading}");
        assert_eq!(dokploy.await_health(target, soon(), quick()).await.unwrap(), Verdict::NoHealthSource);
    }
}

#[tokio::test]
async fn what_was_stopped_is_degraded() {
    let (_fake, dokploy, targets) = deployed().await;
    for target in targets {
        dokploy.stop(&target).await.unwrap();
        let reading = dokploy.health_of(&target).await.unwrap();
        assert_eq!((reading.health, reading.restarts), (HealthState::Degraded, Some(0)), "{reading}");
    }
}

#[tokio::test]
async fn a_stack_of_the_swarm_is_read_by_its_tasks() {
    let (fake, dokploy, [_, compose, _]) = fresh().await;
    post(&fake, "/api/compose.update", json!({ "composeId": compose.id(), "composeType": "stack" })).await;
    fake.add_part(compose.id(), "worker");
    deploy_all(&fake, std::slice::from_ref(&compose));
    fake.set_health_check(compose.id(), Some("healthy"));
    let reading = dokploy.health_of(&compose).await.unwrap();
    assert_eq!((reading.health, reading.instances.len()), (HealthState::Healthy, 2), "{reading}");
}

#[tokio::test]
async fn a_member_may_not_read_the_tasks() {
    let (fake, _, targets) = deployed().await;
    let keys = targets.iter().fold(DokployKey::member(), |key, target| key.with_access_to(target.id()));
    let member = Dokploy::builder().url(fake.url()).token(fake.add_key(keys)).build().unwrap();
    for target in &targets[..2] {
        let error = member.health_of(target).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{target}: {error}");
        let error = member.await_health(target, soon(), quick()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{target}: {error}");
    }
}

#[tokio::test]
async fn a_deployment_that_succeeds_and_stays_well_is_a_healthy_rollout() {
    let fake = FakeDokploy::builder().pace(Pace::Requests(1)).start().await;
    let dokploy = deployer(&fake, Duration::from_secs(3));
    fake.set_health_check(&fake.application(), Some("healthy"));
    let rollout = dokploy.deploy_until_healthy(&request(&fake.application()), soon(), quick()).await.unwrap();
    assert!(matches!(rollout.outcome, Outcome::Succeeded(_)) && rollout.is_healthy(), "{rollout}");
}

#[tokio::test]
async fn a_target_that_is_gone_is_an_error() {
    let (_fake, dokploy, _) = fresh().await;
    let error = dokploy.await_health(&Target::application("nobody"), soon(), quick()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

/// The server of [`deployed`] with a health check that passes.
async fn well() -> (Arc<FakeDokploy>, Dokploy, [Target; 3]) {
    let (fake, dokploy, targets) = deployed().await;
    for target in &targets {
        fake.set_health_check(target.id(), Some("healthy"));
    }
    (Arc::new(fake), dokploy, targets)
}

#[tokio::test]
async fn what_was_degraded_before_is_not_held_against_the_deployment() {
    let (fake, dokploy, [_, compose, _]) = well().await;
    fake.set_task_state(compose.id(), "exited", "");
    let before = dokploy.health_of(&compose).await.unwrap();
    let verdict = verdict(dokploy, &compose, Healthy::default().compared_with(before), |_| {}).await;
    assert_eq!(verdict, Verdict::AsBefore);
}

#[tokio::test]
async fn what_is_degraded_for_40_seconds_and_then_well_is_healthy() {
    let (fake, dokploy, [application, compose, database]) = well().await;
    for (target, word) in [(application, "Preparing"), (compose, "restarting"), (database, "Failed")] {
        let (fake, id) = (Arc::clone(&fake), target.id().to_owned());
        let recovers = move |second| fake.set_task_state(&id, if second < 40 { word } else { "Running" }, "");
        assert_eq!(verdict(dokploy.clone(), &target, Healthy::default(), recovers).await, Verdict::Healthy, "{target}");
    }
}

#[tokio::test]
async fn a_crash_loop_that_every_poll_sees_running_is_unhealthy() {
    let (fake, dokploy, targets) = well().await;
    // The tasks of a swarm are others after a crash, a container of docker compose is the same one.
    for target in &targets {
        let before = dokploy.health_of(target).await.unwrap();
        fake.deploy_by_someone_else(target.id());
        fake.advance(10);
        let (fake, id) = (Arc::clone(&fake), target.id().to_owned());
        let crashes = move |_| fake.crash(&id);
        let verdict = verdict(dokploy.clone(), target, Healthy::default().compared_with(before), crashes).await;
        assert!(is_unhealthy(&verdict, "again and again"), "{target}: {verdict}");
    }
}

#[tokio::test]
async fn an_old_task_that_is_well_is_not_the_new_one_which_no_node_takes() {
    let (fake, dokploy, [application, ..]) = well().await;
    let before = dokploy.health_of(&application).await.unwrap();
    assert_eq!(before.health, HealthState::Healthy);
    fake.enable(DokployQuirk::NoSuitableNode);
    fake.deploy_by_someone_else(application.id());
    fake.advance(10);
    let verdict = verdict(dokploy, &application, Healthy::default().compared_with(before), |_| {}).await;
    assert!(is_unhealthy(&verdict, "no suitable node"), "{verdict}");
}

#[tokio::test]
async fn without_a_health_check_it_runs_and_is_never_healthy() {
    let (_fake, dokploy, targets) = deployed().await;
    for target in &targets {
        let verdict = verdict(dokploy.clone(), target, Healthy::default(), |_| {}).await;
        assert_eq!(verdict, Verdict::NoHealthSource, "{target}");
    }
}

#[tokio::test]
async fn tasks_without_their_states_say_that_this_is_the_version() {
    let (fake, dokploy, [web, ..]) = deployed().await;
    fake.enable(DokployQuirk::OldServerPlainErrors);
    let reading = dokploy.health_of(&web).await.unwrap();
    assert_eq!((reading.health, reading.raw.as_str()), (HealthState::Unknown, ""));
    assert!(reading.reason.as_deref().unwrap().contains("before Dokploy 0.28"), "{reading}");
}
