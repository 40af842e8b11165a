//! Databases: six engines, operations that the server answers when they are over, and no row of them.

use anydeploy::{
    Action, DeployRequest, Deployment, DesiredState, DesiredVariables, ErrorKind, HistoryOptions, Identity, LogOptions,
    Outcome, Phase, PlanOptions, ServiceState,
};
use anydeploy_fakes::{DokployDatabase, DokployKey, DokployOperation, DokployQuirk, DokployScript, Pace};

use super::*;
use crate::support::dokploy::{clocked, quick};

/// A server with a database that was never deployed.
async fn fresh(engine: DokployDatabase) -> (FakeDokploy, Dokploy, Target) {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let target = Target::database(fake.add_database(engine, "db"));
    (fake, dokploy, target)
}

/// A server with a database that was deployed.
async fn running() -> (FakeDokploy, Dokploy, Target) {
    let (fake, dokploy, target) = fresh(DokployDatabase::Postgres).await;
    fake.deploy_by_someone_else(target.id());
    (fake, dokploy, target)
}

async fn outcome(dokploy: &Dokploy, request: DeployRequest) -> Outcome {
    dokploy.deploy_and_wait(&request, quick()).await.unwrap()
}

fn reason(outcome: &Outcome) -> &str {
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    failure.deployment.reason.as_deref().unwrap()
}

/// How often the server did this with a database, besides what made it run at first.
fn did(fake: &FakeDokploy, operation: DokployOperation) -> usize {
    fake.triggered().iter().filter(|truth| truth.operation == operation).count()
}

#[tokio::test]
async fn a_database_is_found_by_its_id_on_each_engine() {
    for engine in DokployDatabase::ALL {
        let (fake, dokploy, db) = fresh(engine).await;
        let deployment = dokploy.deploy(&DeployRequest::new(db.clone())).await.unwrap();
        assert_eq!((deployment.identity, deployment.status.phase), (Identity::Exact, Phase::Succeeded));
        assert_eq!(deployment.action, Action::Deploy);
        for action in [Action::Redeploy, Action::Restart] {
            let request = match action {
                Action::Redeploy => DeployRequest::redeploy(db.clone()),
                _ => DeployRequest::restart(db.clone()),
            };
            let Outcome::Succeeded(deployment) = outcome(&dokploy, request).await else { panic!("{engine:?}") };
            assert_eq!(deployment.action, action);
        }
        dokploy.stop(&db).await.unwrap();
        dokploy.await_state(&db, DesiredState::Stopped, quick()).await.unwrap();
        dokploy.start(&db).await.unwrap();
        dokploy.await_state(&db, DesiredState::Running, quick()).await.unwrap();
        let verbs = ["deploy", "deploy", "reload", "stop", "start"].map(|verb| format!("{}.{verb}", engine.word()));
        assert_eq!(sent(&fake), verbs);
        let lists = fake.requests().iter().filter(|request| request.path == "/api/project.all").count();
        assert_eq!(lists, 1, "the engine is read once");
    }
}

#[tokio::test]
async fn the_id_of_what_was_done_with_a_database_holds_the_end() {
    let (fake, dokploy, db) = running().await;
    let deployment = dokploy.restart(&db).await.unwrap();
    assert!(deployment.note.as_deref().unwrap().contains("as it was deployed"), "{deployment:?}");
    // A later deployment that fails changes nothing about it.
    fake.next_deployment(db.id(), DokployScript::fails_with("no such image").lasting(0));
    fake.deploy_by_someone_else(db.id());
    let requests = fake.requests().len();
    assert_eq!(dokploy.deployment(&deployment.id).await.unwrap(), deployment);
    assert_eq!(dokploy.deployments(std::slice::from_ref(&deployment.id)).await[0].as_ref().unwrap(), &deployment);
    assert_eq!(fake.requests().len(), requests);
}

#[tokio::test]
async fn a_deployment_of_a_database_that_fails_has_the_sentence_of_the_engine() {
    let (fake, dokploy, db) = running().await;
    fake.next_deployment(db.id(), DokployScript::fails_with("pull access denied for missing/pg").lasting(0));
    let failed = outcome(&dokploy, DeployRequest::new(db)).await;
    assert_eq!(reason(&failed), "pull access denied for missing/pg");
    assert_eq!(did(&fake, DokployOperation::Deploy), 2);
}

#[tokio::test]
async fn a_reload_that_failed_half_way_is_failed() {
    let (fake, dokploy, db) = running().await;
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Reload));
    let failed = outcome(&dokploy, DeployRequest::restart(db.clone())).await;
    assert!(reason(&failed).starts_with("the engine refused to start it again"), "{failed:?}");
    assert!(reason(&failed).contains("no suitable node"), "{failed:?}");
    assert_eq!(dokploy.state(&db).await.unwrap().state, ServiceState::Stopped);
    assert_eq!(did(&fake, DokployOperation::Reload), 1);
}

#[tokio::test]
async fn a_reload_that_failed_on_a_remote_server_is_failed() {
    for (quirk, words) in [
        (DokployQuirk::EngineRefuses(DokployOperation::Reload), "refused to start it again: Remote command failed"),
        (DokployQuirk::RemoteUnreachable, "did not reach the remote server to start it again: SSH connection error"),
    ] {
        let (fake, dokploy, db) = running().await;
        fake.enable(DokployQuirk::RemoteServer);
        fake.enable(quirk);
        let failed = outcome(&dokploy, DeployRequest::restart(db.clone())).await;
        assert!(reason(&failed).contains(words), "{failed:?}");
        assert_eq!(did(&fake, DokployOperation::Reload), 1);
    }
}

#[tokio::test]
async fn a_pull_that_no_gateway_waits_for_is_watched_to_its_end() {
    for (script, succeeds) in [(DokployScript::succeeds(), true), (DokployScript::fails_with("no space"), false)] {
        let (fake, dokploy) = clocked(FakeDokploy::builder()).await;
        let db = Target::database(fake.add_database(DokployDatabase::Mongo, "db"));
        fake.next_deployment(db.id(), script.lasting(200));
        let deployment = dokploy.deploy(&DeployRequest::new(db)).await.unwrap();
        assert_eq!((deployment.identity, deployment.status.phase), (Identity::Inferred, Phase::Running));
        let outcome = dokploy.watch(&deployment.id, quick()).await.unwrap();
        let is_failure = matches!(outcome, Outcome::Failed(_));
        assert_eq!((outcome.is_success(), is_failure), (succeeds, !succeeds), "{outcome:?}");
        assert_eq!(did(&fake, DokployOperation::Deploy), 1);
    }
}

#[tokio::test]
async fn a_deployment_that_the_restart_of_the_server_ended_is_no_success() {
    let (fake, dokploy) = clocked(FakeDokploy::builder()).await;
    let db = Target::database(fake.add_database(DokployDatabase::Postgres, "db"));
    fake.next_deployment(db.id(), DokployScript::hangs());
    let deployment = dokploy.deploy(&DeployRequest::new(db.clone())).await.unwrap();
    fake.restart();
    let deployment = dokploy.deployment(&deployment.id).await.unwrap();
    assert_eq!((deployment.status.phase, deployment.status.raw.as_str()), (Phase::Running, "running"));
    // What nothing resets is repaired by one more deployment.
    assert!(outcome(&dokploy, DeployRequest::new(db)).await.is_success());
}

#[tokio::test]
async fn a_lost_operation_that_shows_in_the_status_is_inferred() {
    type Case = (fn(Target) -> DeployRequest, DokployOperation);
    let cases: [Case; 3] = [
        (DeployRequest::new, DokployOperation::Deploy),
        (DeployRequest::redeploy, DokployOperation::Deploy),
        (DeployRequest::restart, DokployOperation::Reload),
    ];
    for (request, operation) in cases {
        let (fake, dokploy, db) = running().await;
        dokploy.stop(&db).await.unwrap();
        let before = did(&fake, operation);
        let (_network, lossy) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
        let deployment: Deployment = lossy.deploy(&request(db)).await.unwrap();
        assert_eq!((deployment.identity, deployment.status.phase), (Identity::Inferred, Phase::Succeeded));
        assert_eq!(dokploy.deployment(&deployment.id).await.unwrap(), deployment);
        assert_eq!(did(&fake, operation), before + 1);
    }
}

#[tokio::test]
async fn a_lost_operation_that_does_not_show_is_undecidable_and_not_sent_again() {
    for (fault, acted_on) in [(Fault::ResetAfter, 1), (Fault::ResetBefore, 0)] {
        let (fake, _, db) = running().await;
        let (_network, lossy) = behind(&fake, fault, RequestKind::Trigger);
        let error = lossy.restart(&db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecidable, "{error:?}");
        assert!(error.to_string().contains("keeps no record"), "{error}");
        assert_eq!(did(&fake, DokployOperation::Reload), acted_on);
    }
}

#[tokio::test]
async fn the_end_of_a_deployment_that_was_under_way_before_is_not_that_of_a_lost_one() {
    let fake = FakeDokploy::builder().pace(Pace::Requests(1)).start().await;
    let db = Target::database(fake.add_database(DokployDatabase::Postgres, "db"));
    fake.next_deployment(db.id(), DokployScript::succeeds().lasting(5));
    fake.deploy_by_someone_else(db.id());
    let (_network, lossy) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    let error = lossy.deploy(&DeployRequest::new(db)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecidable, "{error:?}");
    assert!(error.to_string().contains("under way before"), "{error}");
    assert_eq!(did(&fake, DokployOperation::Deploy), 1);
}

#[tokio::test]
async fn an_intent_for_a_database_is_sent_and_recovered_by_another_process() {
    let (fake, dokploy, db) = fresh(DokployDatabase::Libsql).await;
    let intent = dokploy.prepare(&DeployRequest::new(db)).await.unwrap();
    let before = fake.requests().len();
    let elsewhere = deployer(&fake, GRACE);
    let deployment = elsewhere.send(&intent).await.unwrap();
    assert_eq!((deployment.identity, deployment.status.phase), (Identity::Exact, Phase::Succeeded));
    let requests = fake.requests();
    assert_eq!(requests[before..].iter().map(|request| &*request.path).collect::<Vec<_>>(), ["/api/libsql.deploy"]);
    let recovered = deployer(&fake, GRACE).recover(&intent).await.unwrap();
    assert_eq!((recovered.identity, recovered.status.phase), (Identity::Inferred, Phase::Succeeded));
    assert_eq!(did(&fake, DokployOperation::Deploy), 1);
}

#[tokio::test]
async fn nothing_but_a_deployment_is_sent_beside_the_deployment_of_a_database() {
    let (fake, dokploy, db) = running().await;
    fake.next_deployment(db.id(), DokployScript::succeeds().lasting(5));
    fake.deploy_by_someone_else(db.id());
    let state = dokploy.state(&db).await.unwrap();
    assert_eq!((state.state, state.busy.is_some()), (ServiceState::Starting, true));
    for error in [dokploy.restart(&db).await.unwrap_err(), dokploy.stop(&db).await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(error.is_safe_to_repeat());
    }
    assert!(!dokploy.start(&db).await.unwrap().sent, "it is about to run");
    assert!(sent(&fake).is_empty());
    fake.advance(5);
    assert!(dokploy.stop(&db).await.unwrap().sent);
}

#[tokio::test]
async fn a_database_that_was_never_deployed_is_not_started_and_a_stopped_one_not_stopped() {
    let (fake, dokploy, db) = fresh(DokployDatabase::Mariadb).await;
    let error = dokploy.start(&db).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("never deployed"), "{error}");
    assert!(!dokploy.stop(&db).await.unwrap().sent);
    assert_eq!(sent(&fake), ["mariadb.start"]);
}

#[tokio::test]
async fn the_variables_of_a_database_are_one_text_and_need_a_deployment() {
    let (fake, dokploy, db) = running().await;
    set(&fake, "/api/postgres.saveEnvironment", "postgresId", db.id(), json!({ "env": "# top\r\nA=1\r\n" })).await;
    let desired = DesiredVariables::new().set("A", "two words");
    let plan = dokploy.plan_variables(&db, &desired, PlanOptions::merge()).await.unwrap();
    let applied = dokploy.apply_variables(&plan).await.unwrap();
    assert!(!applied.note.unwrap().contains("restart"));
    let one = get(&fake, format!("/api/postgres.one?postgresId={}", db.id())).await;
    assert_eq!(one["env"], "# top\r\nA=two words\r\n");
    dokploy.restart(&db).await.unwrap();
    assert!(fake.running_variables(db.id()).is_empty(), "a restart only scales");
    dokploy.deploy(&DeployRequest::new(db.clone())).await.unwrap();
    assert_eq!(fake.running_variables(db.id()), [("A".to_owned(), "two words".to_owned())]);
    assert!(dokploy.plan_variables(&db, &desired, PlanOptions::merge()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_database_has_no_history_no_log_and_takes_no_reason() {
    let (fake, dokploy, db) = running().await;
    let before = fake.requests().len();
    let reasoned = DeployRequest::new(db.clone()).with_reason("why");
    assert_eq!(dokploy.deploy(&reasoned).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(dokploy.history_of(&db, HistoryOptions::default()).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(fake.requests().len(), before);
    let deployment = dokploy.restart(&db).await.unwrap();
    assert_eq!(
        dokploy.logs_of(&deployment.id, LogOptions::default()).await.unwrap_err().kind(),
        ErrorKind::Unsupported
    );
}

#[tokio::test]
async fn an_id_that_no_project_holds_is_not_found_and_nothing_is_sent() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    // Also the id of an application is not one of a database.
    let error = dokploy.restart(&Target::database(fake.application())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert!(error.is_safe_to_repeat());
    assert!(sent(&fake).is_empty());
}

#[tokio::test]
async fn a_member_without_a_database_is_refused_and_nothing_changes() {
    let (fake, dokploy, db) = running().await;
    let intent = dokploy.prepare(&DeployRequest::new(db)).await.unwrap();
    let member = fake.add_key(DokployKey::member());
    let refused = Dokploy::builder().url(fake.url()).token(member).grace(GRACE).build().unwrap();
    let error = refused.send(&intent).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert_eq!(did(&fake, DokployOperation::Deploy), 1);
}

#[tokio::test]
async fn databases_are_listed_by_their_names() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let ids = DokployDatabase::ALL.map(|engine| fake.add_database(engine, engine.word()));
    let services = dokploy.services().await.unwrap();
    for (engine, id) in DokployDatabase::ALL.into_iter().zip(ids) {
        let service = services.iter().find(|service| service.target == Target::database(&id)).unwrap();
        assert_eq!((service.name.as_str(), service.raw_state.as_str()), (engine.word(), "idle"));
        assert_eq!(dokploy.service(&service.target).await.unwrap().name, engine.word());
    }
    assert!(services.iter().any(|service| service.target.id() == fake.application()));
}
