//! Several services in one call.

use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryServiceKind};
use serde_json::{Value, json};

use crate::qovery::api::Api;

fn path(api: &Api, verb: &str) -> String {
    format!("/environment/{}/service/{verb}", api.fake.environment())
}

#[tokio::test]
async fn services_of_every_kind_deploy_in_one_execution() {
    let api = Api::start().await;
    let (web, worker, job) = (api.fake.application(), api.fake.container(), api.fake.add_job("j"));
    let (helm, terraform, database) = (api.fake.add_helm("h"), api.fake.add_terraform("t"), api.fake.add_database("d"));
    let body = json!({
        "applications": [{ "application_id": web, "git_commit_id": "abc" }],
        "containers": [{ "id": worker, "image_tag": "2.0.0" }],
        "databases": [database],
        "jobs": [{ "id": job }],
        "helms": [{ "id": helm, "chart_version": "3.1.0" }],
        "terraforms": [{ "id": terraform, "action": null }],
    });
    let (status, answer) = api.post(&path(&api, "deploy"), body).await;
    assert_eq!((status, &answer["id"]), (202, &json!(api.fake.environment())));
    assert!(answer["last_deployment_state"].is_string(), "the answer is an EnvironmentStatus");
    let [execution] = api.fake.triggered().try_into().unwrap();
    let versions: Vec<_> = execution.services.iter().map(|s| (s.service.as_str(), s.version.as_deref())).collect();
    assert_eq!(versions.len(), 6);
    assert!(versions.contains(&(web.as_str(), Some("abc"))));
    assert!(versions.contains(&(worker.as_str(), Some("2.0.0"))));
    assert!(versions.contains(&(helm.as_str(), Some("3.1.0"))));
}

#[tokio::test]
async fn the_key_of_an_application_is_application_id() {
    let api = Api::start().await;
    let body = json!({ "applications": [{ "id": api.fake.application() }] });
    assert_eq!(api.post(&path(&api, "deploy"), body).await.0, 400);
    let database = api.fake.add_database("d");
    assert_eq!(api.post(&path(&api, "deploy"), json!({ "databases": [{ "id": database }] })).await.0, 400);
}

#[tokio::test]
async fn an_unknown_id_in_a_body_is_a_bad_request_with_a_reason() {
    let api = Api::start().await;
    let (status, body) = api.post(&path(&api, "deploy"), json!({ "containers": [{ "id": "gone" }] })).await;
    assert_eq!(status, 400);
    assert!(body["detail"].as_str().unwrap().contains("exist"));
    assert!(api.fake.triggered().is_empty());
}

#[tokio::test]
async fn with_its_quirk_a_first_deployment_needs_a_version() {
    let api = Api::with(FakeQovery::builder().quirk(QoveryQuirk::FirstVersionNeeded)).await;
    let body = json!({ "containers": [{ "id": api.fake.container() }] });
    assert_eq!(api.post(&path(&api, "deploy"), body.clone()).await.0, 400);
    api.fake.already_deployed(&api.fake.container());
    assert_eq!(api.post(&path(&api, "deploy"), body).await.0, 202);
}

#[tokio::test]
async fn stop_delete_and_uninstall_answer_with_an_empty_200() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.already_deployed(&web);
    let body = json!({ "application_ids": [web] });
    for (verb, state) in [("stop", "STOPPED"), ("uninstall", "DELETED")] {
        assert_eq!(api.post(&path(&api, verb), body.clone()).await, (200, Value::Null), "{verb}");
        api.fake.advance(100);
        assert_eq!(api.state(&web).await, state);
    }
    assert_eq!(api.post(&path(&api, "delete"), body).await, (200, Value::Null));
    api.fake.advance(100);
    assert_eq!(api.get(&format!("/application/{web}")).await.0, 403);
}

#[tokio::test]
async fn restart_answers_with_a_status() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.already_deployed(&web);
    let (status, body) = api.post(&path(&api, "restart-service"), json!({ "application_ids": [web] })).await;
    assert_eq!(status, 202);
    assert!(body["status_details"].is_object());
    api.fake.advance(100);
    assert_eq!(api.state(&web).await, "RESTARTED");
}

#[tokio::test]
async fn a_batch_without_a_body_is_refused() {
    let api = Api::start().await;
    for verb in ["deploy", "restart-service", "stop", "delete", "uninstall"] {
        assert_eq!(api.post_nothing(&path(&api, verb)).await.0, 400, "{verb}");
    }
}

#[tokio::test]
async fn an_image_is_deployed_to_every_service_that_runs_another_tag_of_it() {
    let api = Api::start().await;
    let staging = api.fake.add_environment("staging");
    let elsewhere = api.fake.add_service(&staging, QoveryServiceKind::Container, "worker");
    let path = format!("/organization/{}/container/deploy", api.fake.organization());
    let body = json!({ "image_name": "example/worker", "tag": "2.0.0" });
    assert_eq!(api.post(&path, body.clone()).await.0, 202);
    let services: Vec<String> = api.fake.triggered().iter().map(|t| t.services[0].service.clone()).collect();
    assert_eq!(services, [api.fake.container(), elsewhere]);
    api.fake.advance(100);
    assert_eq!(api.post(&path, body).await.0, 202);
    assert_eq!(api.fake.triggered().len(), 2, "the tag is the same now");
}
