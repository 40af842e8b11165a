//! A trigger that has to wait, although its answer names no request.

use std::time::Duration;

use anydeploy::{
    Deployer, DeployerExt, Deployment, DeploymentId, ErrorKind, Identity, Phase, Target, WatchOptions, platform,
};
use anydeploy_fakes::{FakeQovery, FakeQoveryBuilder, QoveryQuirk, QoveryScript};

use crate::support::qovery::{execution, manual, ours, quick, step_to_the_end, stepping, web};

/// A server whose answers to actions have no body, as every 2xx may.
fn bodyless() -> FakeQoveryBuilder {
    FakeQovery::builder().quirk(QoveryQuirk::BodylessActions)
}

/// Watches for longer than an accepted deployment may take to be listed.
fn past_the_grace_period() -> WatchOptions {
    let interval = Duration::from_millis(20);
    WatchOptions::within(Duration::from_millis(1500)).with_intervals(interval, interval)
}

/// The id of a deployment as a release wrote it that did not look into the queue.
fn without_request(deployment: &Deployment) -> DeploymentId {
    let bare = DeploymentId::new(platform::QOVERY, deployment.id.target().clone());
    ["environment", "since", "after"].into_iter().fold(bare, |id, key| match deployment.id.get(key) {
        Some(text) => id.with(key, text),
        None => id,
    })
}

#[tokio::test]
async fn a_deployment_that_waits_unnamed_is_not_lost_and_is_not_the_one_that_runs() {
    let (fake, qovery) = manual(bodyless()).await;
    fake.next_deployment(&fake.application(), QoveryScript::succeeds());
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("the second one fails"));
    fake.deploy_by_someone_else(&fake.application());
    fake.advance(5);
    let waits = qovery.deploy(&web(&fake)).await.unwrap();
    assert_eq!((waits.identity, waits.status.phase), (Identity::Inferred, Phase::Queued), "{waits:?}");
    let error = qovery.watch(&waits.id, past_the_grace_period()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(qovery.deployment(&waits.id).await.unwrap().status.phase, Phase::Queued, "after the grace period");
    let over = step_to_the_end(&fake, &qovery, waits).await;
    assert_eq!((over.identity, over.status.phase), (Identity::Inferred, Phase::Failed));
    assert_eq!(execution(&over), Some(&*ours(&fake)[0].execution_id));
}

#[tokio::test]
async fn an_id_without_a_request_is_followed_through_the_queue() {
    let (fake, qovery) = manual(bodyless()).await;
    fake.deploy_by_someone_else(&fake.application());
    fake.advance(5);
    let id = without_request(&qovery.deploy(&web(&fake)).await.unwrap());
    let error = qovery.watch(&id, past_the_grace_period()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "a request waits that may be its own");
    let waits = qovery.deployment(&id).await.unwrap();
    assert_eq!((waits.identity, waits.status.raw.as_str()), (Identity::Pending, "QUEUED"));
    let over = step_to_the_end(&fake, &qovery, waits).await;
    assert_eq!((over.identity, over.status.phase), (Identity::Inferred, Phase::Succeeded));
    assert_eq!(execution(&over), Some(&*ours(&fake)[0].execution_id));
}

#[tokio::test]
async fn the_next_execution_is_not_taken_for_ones_own_if_another_waited_before() {
    // The status of an environment names the request behind the execution before, and not the one that waits.
    let (fake, qovery) = manual(bodyless()).await;
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("that of another program"));
    fake.already_deployed(&fake.application());
    let environment = Target::environment(fake.environment());
    fake.deploy_by_someone_else(&fake.application());
    fake.deploy_by_someone_else(&fake.container());
    fake.advance(5);
    let waits = qovery.redeploy(&environment).await.unwrap();
    assert_eq!(waits.identity, Identity::Pending, "{waits:?}");
    fake.advance(30);
    let seen = qovery.deployment(&waits.id).await.unwrap();
    assert!(seen.id.get("execution").is_none(), "those of others are not taken: {seen:?}");
    fake.advance(200);
    let over = qovery.watch(&seen.id, quick()).await.unwrap().deployment().unwrap().clone();
    assert_eq!(execution(&over), Some(&*ours(&fake)[0].execution_id), "{over:?}");
}

#[tokio::test]
async fn one_that_starts_at_once_is_followed_although_its_answer_has_no_body() {
    let (fake, qovery) = manual(bodyless()).await;
    fake.already_deployed(&fake.application());
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    assert_eq!((deployment.identity, deployment.status.phase), (Identity::Pending, Phase::Queued));
    let over = step_to_the_end(&fake, &qovery, deployment).await;
    assert_eq!((over.status.phase, execution(&over)), (Phase::Succeeded, Some(&*ours(&fake)[0].execution_id)));
    let outcome = qovery.watch(&over.id, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome}");
}

#[tokio::test]
async fn one_that_starts_as_another_ends_is_the_next() {
    // By each number of ticks the environment is at another point when it is read before the trigger, and when that comes.
    for ticks in 0..60 {
        let (fake, qovery) = stepping(FakeQovery::builder()).await;
        fake.deploy_by_someone_else(&fake.container());
        fake.advance(ticks);
        let deployment = qovery.deploy(&web(&fake)).await.unwrap();
        let knows = |key: &str| deployment.id.get(key).is_some();
        assert!(knows("request") || knows("next") || knows("execution"), "{ticks}: {}", deployment.id);
    }
}
