//! How deployments advance and end, and what may be seen of it.

use std::time::Duration;

use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryScript, QoveryServiceKind};
use serde_json::{Value, json};

use crate::qovery::api::Api;

#[tokio::test]
async fn a_service_that_was_never_deployed_is_ready() {
    let api = Api::start().await;
    let status = api.status(&api.fake.application()).await;
    assert_eq!(status["state"], "READY");
    assert_eq!(status["service_deployment_status"], "NEVER_DEPLOYED");
    assert_eq!(status["status_details"], json!({ "action": "UNKNOWN", "status": "NEVER", "sub_action": "NONE" }));
    assert_eq!(status["is_part_last_deployment"], false);
    assert!(status.get("execution_id").is_none());
    assert_eq!(api.environment_status().await["last_deployment_id"], Value::Null);
}

#[tokio::test]
async fn an_application_is_queued_built_and_deployed() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.deploy(&web).await;
    let seen = api.states(&web, 20).await;
    assert_eq!(seen, ["READY", "DEPLOYMENT_QUEUED", "BUILDING", "DEPLOYING", "DEPLOYED"]);
    let status = api.status(&web).await;
    assert_eq!(status["service_deployment_status"], "UP_TO_DATE");
    assert_eq!(status["status_details"], json!({ "action": "DEPLOY", "status": "SUCCESS", "sub_action": "NONE" }));
    assert_eq!(status["is_part_last_deployment"], true);
}

#[tokio::test]
async fn the_old_terminal_state_and_execution_stay_readable_for_some_ticks() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.already_deployed(&web);
    let (before, environment) = (api.status(&web).await, api.environment_status().await);
    api.deploy(&web).await;
    for _ in 0..3 {
        assert_eq!(api.status(&web).await, before);
        assert_eq!(api.environment_status().await, environment);
        api.fake.advance(1);
    }
    assert_eq!(api.state(&web).await, "DEPLOYMENT_QUEUED");
    assert_ne!(api.environment_status().await["last_deployment_id"], environment["last_deployment_id"]);
}

#[tokio::test]
async fn without_its_quirk_a_status_is_never_stale() {
    let api = Api::with(FakeQovery::builder().without(QoveryQuirk::StaleStatus)).await;
    let web = api.fake.application();
    api.fake.already_deployed(&web);
    api.deploy(&web).await;
    assert_eq!(api.state(&web).await, "DEPLOYMENT_QUEUED");
}

#[tokio::test]
async fn the_stale_time_can_be_chosen() {
    let api = Api::with(FakeQovery::builder().stale_for(7)).await;
    let web = api.fake.application();
    api.deploy(&web).await;
    api.fake.advance(6);
    assert_eq!(api.state(&web).await, "READY");
    api.fake.advance(1);
    assert_eq!(api.state(&web).await, "DEPLOYMENT_QUEUED");
}

#[tokio::test]
async fn an_execution_id_is_a_uuid_with_a_number_behind_it_everywhere_the_same() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.deploy(&web).await;
    api.fake.advance(100);
    let id = api.fake.triggered()[0].execution_id.clone();
    let (uuid, number) = id.rsplit_once('-').unwrap();
    assert_eq!(uuid.len(), 36);
    assert!(number.parse::<u64>().is_ok());
    assert_eq!(api.status(&web).await["execution_id"], json!(id));
    assert_eq!(api.environment_status().await["last_deployment_id"], json!(id));
}

#[tokio::test]
async fn a_failure_is_a_build_error_for_what_is_built_and_a_deployment_error_for_images() {
    let api = Api::start().await;
    let (web, worker) = (api.fake.application(), api.fake.container());
    for service in [&web, &worker] {
        api.fake.next_deployment(service, QoveryScript::fails_with("no space left"));
    }
    api.post_nothing(&format!("/environment/{}/deploy", api.fake.environment())).await;
    api.fake.advance(100);
    assert_eq!(api.state(&web).await, "BUILD_ERROR");
    assert_eq!(api.read(&format!("/container/{worker}/status")).await["state"], "DEPLOYMENT_ERROR");
    assert_eq!(api.status(&web).await["status_details"]["status"], "ERROR");
    assert_eq!(api.status(&web).await["service_deployment_status"], "NEVER_DEPLOYED");
}

#[tokio::test]
async fn other_actions_fail_in_their_own_words() {
    let api = Api::start().await;
    let web = api.fake.application();
    for (action, error) in [("stop", "STOP_ERROR"), ("restart-service", "RESTART_ERROR")] {
        api.fake.already_deployed(&web);
        api.fake.next_deployment(&web, QoveryScript::fails_with("refused"));
        assert_eq!(api.post_nothing(&format!("/application/{web}/{action}")).await.0, 202);
        api.fake.advance(100);
        assert_eq!(api.state(&web).await, error);
    }
    api.fake.next_deployment(&web, QoveryScript::fails_with("refused"));
    api.delete(&format!("/application/{web}")).await;
    api.fake.advance(100);
    assert_eq!(api.state(&web).await, "DELETE_ERROR");
}

#[tokio::test]
async fn a_script_serves_one_execution() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.next_deployment(&web, QoveryScript::fails_with("once"));
    for state in ["BUILD_ERROR", "DEPLOYED"] {
        api.deploy(&web).await;
        api.fake.advance(100);
        assert_eq!(api.state(&web).await, state);
    }
}

#[tokio::test]
async fn a_usual_script_serves_every_execution_that_has_none_of_its_own() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.every_deployment(&web, QoveryScript::fails_with("always"));
    api.fake.next_deployment(&web, QoveryScript::succeeds());
    for state in ["DEPLOYED", "BUILD_ERROR", "BUILD_ERROR"] {
        api.deploy(&web).await;
        api.fake.advance(100);
        assert_eq!(api.state(&web).await, state);
    }
}

#[tokio::test]
async fn a_quirk_can_be_switched_while_the_server_runs() {
    let api = Api::start().await;
    api.fake.disable(QoveryQuirk::ForbiddenForMissing);
    assert_eq!(api.get("/application/gone").await.0, 404);
    api.fake.enable(QoveryQuirk::ForbiddenForMissing);
    assert_eq!(api.get("/application/gone").await.0, 403);
}

#[tokio::test]
async fn odd_words_end_a_deployment_too() {
    for word in ["RECAP", "UNAVAILABLE", "SOMETHING_NEW"] {
        let api = Api::start().await;
        let web = api.fake.application();
        api.fake.next_deployment(&web, QoveryScript::succeeds().ends_as(word));
        api.deploy(&web).await;
        api.fake.advance(100);
        assert_eq!(api.state(&web).await, word);
        assert_eq!(api.environment_status().await["last_deployment_state"], word);
        assert_eq!(api.fake.triggered()[0].state.as_deref(), Some(word));
    }
}

#[tokio::test]
async fn a_word_can_show_in_the_middle() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.next_deployment(&web, QoveryScript::succeeds().passing_through("UNAVAILABLE").lasting(40));
    api.deploy(&web).await;
    let states = api.states(&web, 50).await;
    assert_eq!(states, ["READY", "DEPLOYMENT_QUEUED", "BUILDING", "UNAVAILABLE", "DEPLOYING", "DEPLOYED"]);
}

#[tokio::test]
async fn a_script_can_be_cancelled_by_itself() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.next_deployment(&web, QoveryScript::cancelled());
    api.deploy(&web).await;
    api.fake.advance(100);
    assert_eq!(api.state(&web).await, "CANCELED");
}

#[tokio::test]
async fn what_never_starts_is_accepted_and_changes_nothing() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.already_deployed(&web);
    let before = api.environment_status().await;
    api.fake.next_deployment(&web, QoveryScript::never_starts());
    assert_eq!(api.deploy(&web).await, Value::Null);
    api.fake.advance(100);
    assert_eq!(api.environment_status().await, before);
    assert!(api.fake.triggered().is_empty());
}

#[tokio::test]
async fn a_failed_pre_check_fails_the_environment_and_touches_no_service() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.already_deployed(&web);
    api.fake.next_deployment(&web, QoveryScript::fails_pre_check("the cluster is full"));
    api.deploy(&web).await;
    api.fake.advance(100);
    assert_eq!(api.environment_status().await["last_deployment_state"], "DEPLOYMENT_ERROR");
    let status = api.status(&web).await;
    assert_eq!((&status["state"], &status["is_part_last_deployment"]), (&json!("DEPLOYED"), &json!(false)));
    let stages = api.read(&format!("/environment/{}/statusesWithStages", api.fake.environment())).await;
    assert_eq!(stages["pre_check_stage"]["status"], "ERROR");
}

#[tokio::test]
async fn what_hangs_keeps_deploying_until_it_is_cancelled() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.next_deployment(&web, QoveryScript::hangs());
    api.deploy(&web).await;
    api.fake.advance(1_000_000);
    assert_eq!(api.state(&web).await, "DEPLOYING");
    let cancel = format!("/environment/{}/cancelDeployment", api.fake.environment());
    assert_eq!(api.post_nothing(&cancel).await.0, 202);
    assert_eq!(api.state(&web).await, "CANCELING");
    api.fake.advance(2);
    assert_eq!(api.state(&web).await, "CANCELED");
}

#[tokio::test]
async fn a_cancel_spares_what_is_already_deployed() {
    let api = Api::start().await;
    let (web, worker) = (api.fake.application(), api.fake.container());
    api.fake.next_deployment(&worker, QoveryScript::succeeds().lasting(2));
    api.fake.next_deployment(&web, QoveryScript::hangs());
    let environment = format!("/environment/{}", api.fake.environment());
    api.post_nothing(&format!("{environment}/deploy")).await;
    api.fake.advance(6);
    api.post(&format!("{environment}/cancelDeployment"), json!({})).await;
    api.fake.advance(100);
    assert_eq!(api.read(&format!("/container/{worker}/status")).await["state"], "DEPLOYED");
    assert_eq!(api.state(&web).await, "CANCELED");
    assert_eq!(api.environment_status().await["last_deployment_state"], "CANCELED");
}

#[tokio::test]
async fn a_lifecycle_job_is_only_cancelled_by_force() {
    for (body, state) in [(json!({}), "DEPLOYED"), (json!({ "force_cancel": true }), "CANCELED")] {
        let api = Api::start().await;
        let job = api.fake.add_service(&api.fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
        api.post(&format!("/job/{job}/deploy"), json!({})).await;
        api.fake.advance(5);
        api.post(&format!("/environment/{}/cancelDeployment", api.fake.environment()), body).await;
        api.fake.advance(100);
        assert_eq!(api.read(&format!("/job/{job}/status")).await["state"], state);
    }
}

#[tokio::test]
async fn cancelling_when_nothing_runs_conflicts() {
    let api = Api::start().await;
    let path = format!("/environment/{}/cancelDeployment", api.fake.environment());
    assert_eq!(api.post(&path, json!({})).await.0, 409);
}

#[tokio::test]
async fn a_service_deleted_by_someone_else_is_not_found() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.deploy(&web).await;
    api.fake.advance(5);
    api.fake.delete_service(&web);
    assert_eq!(api.get(&format!("/application/{web}/status")).await.0, 403);
    api.fake.advance(100);
    assert_eq!(api.fake.triggered()[0].state.as_deref(), Some("DEPLOYED"));
}

#[tokio::test]
async fn someone_else_moves_the_environment_under_a_deployment() {
    let api = Api::start().await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    api.deploy(&web).await;
    api.fake.deploy_by_someone_else(&other);
    api.fake.advance(100);
    let mine = api.status(&web).await;
    assert_eq!((&mine["state"], &mine["is_part_last_deployment"]), (&json!("DEPLOYED"), &json!(false)));
    let environment = api.environment_status().await;
    assert_eq!(environment["triggered_by"], "someone.else@example.com");
    assert_eq!(environment["origin"], "CONSOLE");
    assert_ne!(environment["last_deployment_id"], mine["execution_id"]);
}

#[tokio::test]
async fn by_the_clock_a_deployment_ends_by_itself() {
    let fake = FakeQovery::start().await;
    fake.deploy_by_someone_else(&fake.application());
    let ended = async {
        while fake.triggered()[0].state.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ended).await.unwrap();
    assert_eq!(fake.triggered()[0].state.as_deref(), Some("DEPLOYED"));
}

#[tokio::test]
async fn a_status_can_leave_out_its_execution() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.already_deployed(&web);
    assert!(api.status(&web).await["execution_id"].is_string());
    api.fake.enable(QoveryQuirk::OmittedExecutionId);
    assert!(api.status(&web).await.get("execution_id").is_none());
}

/// The console reads `READY` beside a past deployment as one that runs (720181b, `service-status-utils.ts`).
#[tokio::test]
async fn a_deployed_database_can_be_listed_as_ready_beside_its_execution() {
    let api = Api::with(FakeQovery::builder().quirk(QoveryQuirk::ReadyDatabases)).await;
    let database = api.fake.add_database("db");
    api.fake.already_deployed(&database);
    let status = api.read(&format!("/database/{database}/status")).await;
    assert_eq!((&status["state"], &status["service_deployment_status"]), (&json!("READY"), &json!("UP_TO_DATE")));
    assert!(status["execution_id"].is_string());
    api.fake.already_stopped(&database);
    assert_eq!(api.read(&format!("/database/{database}/status")).await["state"], "STOPPED");
}
