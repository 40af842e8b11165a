//! Deployment logs, service logs and history.

use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryScript};
use serde_json::{Value, json};

use crate::qovery::api::Api;

async fn log(api: &Api, version: &str) -> Vec<Value> {
    let path = format!("/environment/{}/logs?version={version}", api.fake.environment());
    api.read(&path).await.as_array().unwrap().clone()
}

async fn history(api: &Api) -> Vec<Value> {
    let path = format!("/environment/{}/deploymentHistoryV2", api.fake.environment());
    api.read(&path).await["results"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_deployment_log_is_a_bare_array_that_grows_and_ends_with_the_reason() {
    let api = Api::start().await;
    let web = api.fake.application();
    let script = QoveryScript::fails_with("npm: not found").log(["cloning", "building"]).lasting(30);
    api.fake.next_deployment(&web, script);
    api.deploy(&web).await;
    api.fake.advance(4);
    let id = api.fake.triggered()[0].execution_id.clone();
    let early = log(&api, &id).await.len();
    api.fake.advance(100);
    let entries = log(&api, &id).await;
    assert!(early < entries.len());
    let messages: Vec<&str> = entries.iter().filter_map(|entry| entry["message"]["safe_message"].as_str()).collect();
    assert_eq!(messages[1..], ["cloning", "building"]);
    let last = entries.last().unwrap();
    assert_eq!(last["error"]["user_log_message"], "npm: not found");
    assert_eq!(last["details"]["execution_id"], json!(id));
    assert_eq!(last["details"]["transmitter"]["id"], json!(web));
}

#[tokio::test]
async fn a_failed_pre_check_logs_its_reason() {
    let api = Api::start().await;
    api.fake.next_deployment(&api.fake.application(), QoveryScript::fails_pre_check("no such cluster"));
    api.deploy(&api.fake.application()).await;
    api.fake.advance(100);
    let entries = log(&api, &api.fake.triggered()[0].execution_id).await;
    assert_eq!(entries[0]["error"]["user_log_message"], "no such cluster");
}

#[tokio::test]
async fn a_log_holds_the_last_thousand_entries() {
    let api = Api::start().await;
    let web = api.fake.application();
    let lines: Vec<String> = (0..1500).map(|n| format!("line {n}")).collect();
    api.fake.next_deployment(&web, QoveryScript::succeeds().log(lines));
    api.deploy(&web).await;
    api.fake.advance(100);
    let entries = log(&api, &api.fake.triggered()[0].execution_id).await;
    assert_eq!(entries.len(), 1000);
    assert_eq!(entries[998]["message"]["safe_message"], "line 1499");
}

#[tokio::test]
async fn logs_are_kept_of_twenty_deployments_and_of_the_newest_failure() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.next_deployment(&web, QoveryScript::fails_with("first"));
    for _ in 0..22 {
        api.deploy(&web).await;
        api.fake.advance(20);
    }
    let ids: Vec<String> = api.fake.triggered().into_iter().map(|triggered| triggered.execution_id).collect();
    assert!(!log(&api, &ids[0]).await.is_empty(), "the newest failure");
    assert!(log(&api, &ids[1]).await.is_empty(), "the 21st from the end");
    assert!(!log(&api, &ids[2]).await.is_empty(), "the 20th from the end");
}

#[tokio::test]
async fn an_unknown_execution_has_an_empty_log_and_none_means_the_newest() {
    let api = Api::start().await;
    assert!(log(&api, "nothing-1").await.is_empty());
    api.deploy(&api.fake.application()).await;
    api.fake.advance(100);
    let newest = api.read(&format!("/environment/{}/logs", api.fake.environment())).await;
    assert_eq!(json!(log(&api, &api.fake.triggered()[0].execution_id).await), newest);
}

#[tokio::test]
async fn applications_and_containers_have_a_log_and_no_other_kind() {
    let api = Api::start().await;
    let (web, job) = (api.fake.application(), api.fake.add_job("j"));
    api.deploy(&web).await;
    api.fake.advance(100);
    api.fake.write_log(&web, ["GET / 200"]);
    let body = api.read(&format!("/application/{web}/log")).await;
    let messages: Vec<&str> =
        body["results"].as_array().unwrap().iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert!(messages[0].ends_with("is listening"));
    assert_eq!(messages[1], "GET / 200");
    assert_eq!(api.get(&format!("/job/{job}/log")).await.0, 404);
}

#[tokio::test]
async fn history_is_newest_first_and_names_action_user_and_services() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.deploy(&web).await;
    api.fake.advance(100);
    api.post_nothing(&format!("/application/{web}/stop")).await;
    api.fake.advance(5);
    let [stop, deploy] = history(&api).await.try_into().unwrap();
    let ids: Vec<String> = api.fake.triggered().into_iter().map(|triggered| triggered.execution_id).collect();
    assert_eq!(stop["identifier"]["execution_id"], json!(ids[1]));
    assert_eq!((&stop["trigger_action"], &stop["action_status"]), (&json!("STOP"), &json!("ONGOING")));
    assert_eq!((&deploy["status"], &deploy["action_status"]), (&json!("DEPLOYED"), &json!("SUCCESS")));
    assert_eq!(deploy["auditing_data"]["triggered_by"], "fake-api-token");
    assert_eq!(deploy["stages"][0]["services"][0]["identifier"]["service_id"], json!(web));
    assert_eq!(deploy["total_duration"], "PT8S");
}

#[tokio::test]
async fn history_has_a_size_and_no_cursor() {
    let api = Api::start().await;
    let web = api.fake.application();
    for _ in 0..25 {
        api.deploy(&web).await;
        api.fake.advance(20);
    }
    assert_eq!(history(&api).await.len(), 20);
    let body = api.read(&format!("/application/{web}/deploymentHistoryV2?pageSize=22")).await;
    assert_eq!((body["results"].as_array().unwrap().len(), &body["page_size"]), (22, &json!(22)));
}

#[tokio::test]
async fn history_of_a_service_lists_only_what_touched_it() {
    let api = Api::start().await;
    let (web, worker) = (api.fake.application(), api.fake.container());
    api.deploy(&web).await;
    api.fake.advance(100);
    api.post(&format!("/container/{worker}/deploy"), json!({ "image_tag": "2.0.0" })).await;
    api.fake.advance(100);
    let body = api.read(&format!("/container/{worker}/deploymentHistoryV2")).await;
    let [entry] = <[Value; 1]>::try_from(body["results"].as_array().unwrap().clone()).unwrap();
    assert_eq!(entry["identifier"]["execution_id"], json!(api.fake.triggered()[1].execution_id));
    assert_eq!(entry["details"]["tag"], "2.0.0");
}

#[tokio::test]
async fn lists_may_come_without_results_and_pages_as_floats() {
    let builder = FakeQovery::builder().quirk(QoveryQuirk::OmittedResults).quirk(QoveryQuirk::FloatPages);
    let api = Api::with(builder).await;
    let (_, body) = api.get(&format!("/environment/{}/deploymentHistoryV2", api.fake.environment())).await;
    assert_eq!(body.to_string(), r#"{"page":1.0,"page_size":20.0}"#);
}

#[tokio::test]
async fn fields_without_a_value_may_be_left_out() {
    let api = Api::with(FakeQovery::builder().quirk(QoveryQuirk::OmittedNulls)).await;
    let status = api.status(&api.fake.application()).await;
    assert!(status.get("deployment_request_id").is_none());
}
