//! Cancelling a running deployment: by force only where it must be, and never another deployment.

use anydeploy::{DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, Phase, Qovery, Target, TargetKind};
use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryScript, QoveryServiceKind};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::qovery::{manual, step_to_the_end, triggers};

fn job(id: &str) -> Target {
    Target::new(TargetKind::Job, id)
}

fn cancel_body(fake: &FakeQovery) -> Value {
    let (path, body) = triggers(fake).pop().unwrap();
    assert!(path.ends_with("/cancelDeployment"), "{path}");
    body.unwrap()
}

#[tokio::test]
async fn a_cancel_is_forced_only_while_a_lifecycle_job_of_that_deployment_runs() {
    for (lifecycle_runs, whole) in [(true, true), (true, false), (false, true), (false, false)] {
        let (fake, qovery) = manual(FakeQovery::builder()).await;
        let kind = if lifecycle_runs { QoveryServiceKind::LifecycleJob } else { QoveryServiceKind::CronJob };
        let hanging = fake.add_service(&fake.environment(), kind, "job");
        fake.next_deployment(&hanging, QoveryScript::hangs());
        let target = if whole { Target::environment(fake.environment()) } else { job(&hanging) };
        let deployment = qovery.deploy(&DeployRequest::new(target.clone())).await.unwrap();
        fake.advance(40);
        let seen = qovery.deployment(&deployment.id).await.unwrap();
        let cancelling = qovery.cancel_deployment(&seen.id).await.unwrap();
        assert_eq!(cancel_body(&fake), json!({"force_cancel": lifecycle_runs}), "{target} {kind:?}");
        let over = step_to_the_end(&fake, &qovery, cancelling).await;
        assert_eq!(over.status.phase, Phase::Cancelled, "{target} {kind:?}");
    }
}

#[tokio::test]
async fn a_lifecycle_job_that_does_not_run_forces_nothing() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let lifecycle = fake.add_service(&fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
    fake.next_deployment(&fake.application(), QoveryScript::hangs());
    let request = DeployRequest::new(Target::environment(fake.environment()));
    let deployment = qovery.deploy(&request).await.unwrap();
    // By now the job of the same deployment is over.
    fake.advance(40);
    let truth = fake.triggered();
    let part = truth[0].services.iter().find(|part| part.service == lifecycle).unwrap();
    assert_eq!(part.state.as_deref(), Some("DEPLOYED"));
    qovery.cancel_deployment(&deployment.id).await.unwrap();
    assert_eq!(cancel_body(&fake), json!({"force_cancel": false}));
}

#[tokio::test]
async fn a_cancel_says_which_other_services_it_stops() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.add_database("db"));
    for service in [fake.application(), fake.container()] {
        fake.next_deployment(&service, QoveryScript::hangs());
    }
    let ours = qovery.deploy(&DeployRequest::new(Target::application(fake.application()))).await.unwrap();
    let worker = Target::new(TargetKind::Container, fake.container());
    qovery.deploy(&DeployRequest::new(worker.clone())).await.unwrap();
    fake.advance(40);
    let cancelling = qovery.cancel_deployment(&ours.id).await.unwrap();
    let reason = cancelling.reason.unwrap();
    assert!(reason.contains(&worker.to_string()) && !reason.contains(&fake.application()), "{reason}");
}

#[tokio::test]
async fn a_cancel_of_a_request_that_waits_says_which_other_services_it_is_for() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.add_database("db"));
    let ours = qovery.deploy(&DeployRequest::new(Target::application(fake.application()))).await.unwrap();
    // That of another user waits by itself.
    fake.deploy_by_someone_else(&fake.container());
    let alone = qovery.cancel_deployment(&ours.id).await.unwrap();
    assert_eq!((alone.status.phase, alone.reason), (Phase::Cancelling, None));
    // Requests of one user wait as one.
    let ours = qovery.deploy(&DeployRequest::new(Target::application(fake.application()))).await.unwrap();
    let worker = Target::new(TargetKind::Container, fake.container());
    qovery.deploy(&DeployRequest::new(worker.clone())).await.unwrap();
    let cancelled = qovery.cancel_deployment(&ours.id).await.unwrap();
    let reason = cancelled.reason.unwrap();
    assert!(reason.contains(&worker.to_string()) && !reason.contains(&fake.application()), "{reason}");
}

#[tokio::test]
async fn a_cancel_that_was_accepted_and_came_too_late_is_no_cancelled_deployment() {
    let (fake, qovery) = manual(FakeQovery::builder().quirk(QoveryQuirk::LateCancel)).await;
    fake.deploy_by_someone_else(&fake.application());
    let ours = qovery.deploy(&DeployRequest::new(Target::application(fake.application()))).await.unwrap();
    let asked = qovery.cancel_deployment(&ours.id).await.unwrap();
    assert_eq!(asked.status.phase, Phase::Cancelling, "it waits");
    let over = step_to_the_end(&fake, &qovery, asked.clone()).await;
    assert_eq!((over.status.phase, over.identity), (Phase::Succeeded, Identity::Exact));
    // The id from before comes to the same end, also among many.
    assert_eq!(qovery.deployments(&[asked.id]).await[0].as_ref().unwrap().status.phase, Phase::Succeeded);
}

#[tokio::test]
async fn a_deployment_that_began_after_the_read_is_not_cancelled_instead() {
    const ID: &str = "0a1b2c3d-0000-4000-8000-000000000001";
    let server = MockServer::builder().start().await;
    let statuses = |execution: &str| {
        ResponseTemplate::new(200).set_body_json(json!({
            "environment": {"id": ID, "state": "DEPLOYING", "last_deployment_state": "DEPLOYING",
                "last_deployment_id": execution},
            "applications": [{"id": ID, "state": "DEPLOYING", "execution_id": execution}],
        }))
    };
    let read = || Mock::given(path(format!("/environment/{ID}/statuses")));
    read().respond_with(statuses("e-1")).up_to_n_times(1).with_priority(1).mount(&server).await;
    read().respond_with(statuses("e-2")).mount(&server).await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(202)).expect(0).mount(&server).await;
    let qovery = Qovery::builder().url(server.uri()).token("t").build().unwrap();
    let id = Qovery::deployment_id(&Target::application(ID), ID, "e-1");
    assert_eq!(qovery.cancel_deployment(&id).await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn nothing_is_cancelled_while_it_cannot_be_read_whether_a_lifecycle_job_runs() {
    const ID: &str = "0a1b2c3d-0000-4000-8000-000000000001";
    let server = MockServer::builder().start().await;
    let statuses = ResponseTemplate::new(200).set_body_json(json!({
        "environment": {"id": ID, "state": "DEPLOYING", "last_deployment_state": "DEPLOYING",
            "last_deployment_id": "e-1"},
        "jobs": [{"id": ID, "state": "DEPLOYING", "execution_id": "e-1"}],
    }));
    Mock::given(path(format!("/environment/{ID}/statuses"))).respond_with(statuses).mount(&server).await;
    let down = ResponseTemplate::new(503);
    Mock::given(path(format!("/environment/{ID}/job"))).respond_with(down).expect(1..).mount(&server).await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(202)).expect(0).mount(&server).await;
    let qovery = Qovery::builder().url(server.uri()).token("t").build().unwrap();
    let id = Qovery::deployment_id(&job(ID), ID, "e-1");
    assert_eq!(qovery.cancel_deployment(&id).await.unwrap_err().kind(), ErrorKind::Unavailable);
}
