//! The actions on a whole environment, and its several states.

use anydeploy_fakes::QoveryScript;
use serde_json::{Value, json};

use crate::qovery::api::Api;

fn environment(api: &Api) -> String {
    format!("/environment/{}", api.fake.environment())
}

#[tokio::test]
async fn deploying_an_environment_answers_with_a_status() {
    let api = Api::start().await;
    let (status, body) = api.post_nothing(&format!("{}/deploy", environment(&api))).await;
    assert_eq!(status, 202);
    assert!(body["status_details"].is_object());
    assert!(body.as_object().unwrap().contains_key("deployment_request_id"));
    assert_eq!(api.fake.triggered()[0].services.len(), 2);
}

#[tokio::test]
async fn redeploying_and_stopping_an_environment_answer_with_an_environment_status() {
    let api = Api::start().await;
    for verb in ["redeploy", "stop"] {
        let (status, body) = api.post_nothing(&format!("{}/{verb}", environment(&api))).await;
        assert_eq!(status, 202);
        assert!(body["last_deployment_state"].is_string(), "{verb}");
    }
}

#[tokio::test]
async fn uninstalling_an_environment_answers_with_an_empty_object() {
    let api = Api::start().await;
    api.fake.already_deployed(&api.fake.application());
    assert_eq!(api.post_nothing(&format!("{}/uninstall", environment(&api))).await, (202, json!({})));
    let [execution] = api.fake.triggered().try_into().unwrap();
    assert_eq!((execution.action.as_str(), execution.services.len()), ("UNINSTALL", 1));
}

#[tokio::test]
async fn a_skipped_stage_is_left_out_except_by_a_deletion() {
    let api = Api::start().await;
    let worker = api.fake.container();
    api.fake.skip(&worker);
    api.post_nothing(&format!("{}/deploy", environment(&api))).await;
    api.fake.advance(100);
    api.delete(&environment(&api)).await;
    let sizes: Vec<usize> = api.fake.triggered().iter().map(|execution| execution.services.len()).collect();
    assert_eq!(sizes, [1, 2]);
    let stages = api.read(&format!("{}/statusesWithStages", environment(&api))).await;
    assert_eq!(stages["stages"][1]["stage"]["status"], "SKIPPED");
    assert_eq!(stages["stages"][1]["containers"][0]["id"], json!(worker));
}

#[tokio::test]
async fn a_deleted_environment_goes_with_its_services() {
    let api = Api::start().await;
    assert_eq!(api.delete(&environment(&api)).await, (204, Value::Null));
    assert_eq!(api.get(&environment(&api)).await.0, 200);
    api.fake.advance(100);
    assert_eq!(api.get(&environment(&api)).await.0, 403);
    assert_eq!(api.get(&format!("/application/{}", api.fake.application())).await.0, 403);
}

#[tokio::test]
async fn an_environment_stays_if_its_deletion_fails() {
    let api = Api::start().await;
    api.fake.next_deployment(&api.fake.application(), QoveryScript::fails_with("still in use"));
    api.delete(&environment(&api)).await;
    api.fake.advance(100);
    assert_eq!(api.environment_status().await["last_deployment_state"], "DELETE_ERROR");
}

#[tokio::test]
async fn a_clone_has_the_same_services_and_is_not_deployed() {
    let api = Api::start().await;
    let (status, copy) = api.post(&format!("{}/clone", environment(&api)), json!({ "name": "copy" })).await;
    assert_eq!((status, &copy["name"]), (202, &json!("copy")));
    let services = api.read(&format!("/environment/{}/services", copy["id"].as_str().unwrap())).await;
    let names: Vec<&Value> = services["results"].as_array().unwrap().iter().map(|service| &service["name"]).collect();
    assert_eq!(names, ["web", "worker"]);
    assert!(api.fake.triggered().is_empty());
}

#[tokio::test]
async fn an_environment_has_the_state_of_its_services_and_that_of_its_last_deployment() {
    let api = Api::start().await;
    let (web, worker) = (api.fake.application(), api.fake.container());
    api.fake.next_deployment(&web, QoveryScript::fails_with("broken"));
    api.deploy(&web).await;
    api.fake.advance(100);
    api.post(&format!("/container/{worker}/deploy"), json!({})).await;
    api.fake.advance(100);
    let status = api.environment_status().await;
    assert_eq!(status["state"], "BUILD_ERROR");
    assert_eq!(status["last_deployment_state"], "DEPLOYED");
}

#[tokio::test]
async fn an_early_failure_does_not_end_the_deployment_of_the_others() {
    let api = Api::start().await;
    let (web, worker) = (api.fake.application(), api.fake.container());
    api.fake.next_deployment(&web, QoveryScript::fails_with("broken").lasting(4));
    api.fake.next_deployment(&worker, QoveryScript::succeeds().lasting(40));
    api.post_nothing(&format!("{}/deploy", environment(&api))).await;
    api.fake.advance(20);
    assert_eq!(api.state(&web).await, "BUILD_ERROR");
    assert_eq!(api.environment_status().await["last_deployment_state"], "DEPLOYING");
    api.fake.advance(40);
    assert_eq!(api.environment_status().await["last_deployment_state"], "BUILD_ERROR");
}

#[tokio::test]
async fn statuses_have_an_array_for_each_kind() {
    let api = Api::start().await;
    let terraform = api.fake.add_terraform("t");
    api.post(&format!("/terraform/{terraform}/deploy"), json!({})).await;
    api.fake.advance(10);
    let body = api.read(&format!("{}/statuses", environment(&api))).await;
    let mut keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    keys.sort();
    let expected = ["applications", "containers", "databases", "environment", "helms", "jobs", "terraforms"];
    assert_eq!(keys, expected);
    // The only place where the state of a terraform service can be read.
    assert_eq!(body["terraforms"][0]["state"], "EXECUTING");
    assert_eq!(body["environment"], api.environment_status().await);
}

#[tokio::test]
async fn statuses_of_one_kind_can_be_read_except_of_terraform() {
    let api = Api::start().await;
    let body = api.read(&format!("{}/application/status", environment(&api))).await;
    assert_eq!(body["results"][0]["id"], json!(api.fake.application()));
    assert_eq!(api.get(&format!("{}/terraform/status", environment(&api))).await.0, 404);
}

#[tokio::test]
async fn a_project_lists_the_status_of_its_environments() {
    let api = Api::start().await;
    api.fake.add_environment("staging");
    let body = api.read(&format!("/project/{}/environment/status", api.fake.project())).await;
    assert_eq!(body["results"].as_array().unwrap().len(), 2);
    assert_eq!(body["results"][0], api.environment_status().await);
}

#[tokio::test]
async fn failed_jobs_can_be_cleaned() {
    let api = Api::start().await;
    let job = api.fake.add_job("j");
    let (status, body) = api.post(&format!("{}/cleanFailedJobs", environment(&api)), json!({ "job_ids": [job] })).await;
    assert_eq!((status, &body["clean_job_ids"]), (200, &json!([job])));
    assert_eq!(api.post_nothing(&format!("/job/{job}/cleanFailedJob")).await.0, 200);
}
