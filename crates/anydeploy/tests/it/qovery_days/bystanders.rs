//! A service that Qovery lists as cancelled only because another one failed.

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, Deployment, HistoryOptions, Outcome, Phase, Qovery, Target, TargetKind,
};
use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryScript};

use crate::support::qovery::{execution, manual, quick, step_to_the_end, web, worker};

/// A `worker` that ends so, and `web` in the stage behind it, merged into one execution that has begun.
async fn merged(script: QoveryScript) -> (FakeQovery, Qovery, Deployment, Deployment) {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.put_in_stage(&fake.application(), 2);
    fake.deploy_by_someone_else(&fake.add_database("db"));
    fake.next_deployment(&fake.container(), script);
    let worker = qovery.deploy(&worker(&fake)).await.unwrap();
    let web = qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(17);
    let worker = qovery.deployment(&worker.id).await.unwrap();
    let web = qovery.deployment(&web.id).await.unwrap();
    assert!(execution(&web).is_some() && execution(&web) == execution(&worker), "{web:?} {worker:?}");
    (fake, qovery, worker, web)
}

#[tokio::test]
async fn a_bystander_of_a_failed_execution_is_failed_and_not_cancelled() {
    let (fake, qovery, worker, web) = merged(QoveryScript::fails_with("exit code 1")).await;
    fake.advance(100);
    assert_eq!(fake.triggered()[1].services[1].state.as_deref(), Some("CANCELED"));
    let web = qovery.watch(&web.id, quick()).await.unwrap();
    assert!(matches!(web, Outcome::Failed(_)), "{web:?}");
    let why = web.reason().unwrap();
    assert!(why.contains("another service") && why.contains("`worker`"), "{why}");
    let worker = qovery.watch(&worker.id, quick()).await.unwrap();
    assert_eq!(worker.reason(), Some("exit code 1"));
}

#[tokio::test]
async fn a_bystander_is_not_over_until_the_execution_is_over() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let slow = fake.add_container("slow");
    fake.put_in_stage(&fake.application(), 2);
    fake.deploy_by_someone_else(&fake.add_database("db"));
    fake.next_deployment(&fake.container(), QoveryScript::fails_with("no"));
    fake.next_deployment(&slow, QoveryScript::succeeds().lasting(60));
    let slow = Target::new(TargetKind::Container, slow);
    for request in [worker(&fake), DeployRequest::new(slow)] {
        qovery.deploy(&request).await.unwrap();
    }
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(40);
    let [_, execution] = fake.triggered().try_into().unwrap();
    let of_web = execution.services.iter().find(|one| one.service == fake.application()).unwrap();
    assert_eq!((of_web.state.as_deref(), execution.state), (Some("CANCELED"), None));
    let seen = qovery.deployment(&deployment.id).await.unwrap();
    assert_eq!((seen.status.phase, &*seen.status.raw), (Phase::Running, "DEPLOYING"));
    let seen = step_to_the_end(&fake, &qovery, seen).await;
    assert_eq!((seen.status.phase, &*seen.status.raw), (Phase::Failed, "CANCELED"));
}

#[tokio::test]
async fn a_bystander_is_failed_after_a_newer_deployment_of_its_environment_too() {
    let (fake, qovery, _, web) = merged(QoveryScript::fails_with("no")).await;
    fake.advance(100);
    fake.deploy_by_someone_else(&fake.container());
    fake.advance(100);
    let seen = qovery.deployment(&web.id).await.unwrap();
    assert_eq!((seen.status.phase, &*seen.status.raw), (Phase::Failed, "CANCELED"));
    assert!(seen.reason.unwrap().contains("`worker`"));
}

#[tokio::test]
async fn a_history_lists_a_bystander_as_failed_and_what_a_person_cancelled_as_cancelled() {
    let (fake, qovery, _, _) = merged(QoveryScript::fails_with("no")).await;
    fake.advance(100);
    fake.next_deployment(&fake.application(), QoveryScript::cancelled());
    qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(100);
    let listed = qovery.history_of(&Target::application(fake.application()), HistoryOptions::default()).await.unwrap();
    let phases: Vec<_> = listed.iter().map(|one| one.status.phase).collect();
    assert_eq!(phases, [Phase::Cancelled, Phase::Failed]);
    assert!(listed[1].reason.as_ref().unwrap().contains("`worker`"));
}

#[tokio::test]
async fn a_service_that_waits_for_its_stage_is_cancelled_by_the_person_who_cancels() {
    let (fake, qovery, worker, web) = merged(QoveryScript::hangs()).await;
    qovery.cancel_deployment(&worker.id).await.unwrap();
    let seen = step_to_the_end(&fake, &qovery, web).await;
    assert_eq!(seen.status.phase, Phase::Cancelled);
}

#[tokio::test]
async fn a_service_that_a_failed_execution_does_not_list_is_failed() {
    let (fake, qovery) = manual(FakeQovery::builder().without(QoveryQuirk::Bystanders)).await;
    fake.put_in_stage(&fake.application(), 2);
    fake.deploy_by_someone_else(&fake.add_database("db"));
    fake.next_deployment(&fake.container(), QoveryScript::fails_with("no"));
    qovery.deploy(&worker(&fake)).await.unwrap();
    let web = qovery.deploy(&web(&fake)).await.unwrap();
    let seen = step_to_the_end(&fake, &qovery, web).await;
    assert_eq!(seen.status.phase, Phase::Failed, "{seen:?}");
}
