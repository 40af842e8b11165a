//! One action at a time in each environment: queueing, merging, taking back.

use std::sync::Arc;

use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryScript};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::qovery::api::Api;

async fn queue(api: &Api) -> Vec<Value> {
    let path = format!("/environment/{}/deploymentQueue", api.fake.environment());
    api.read(&path).await["results"].as_array().unwrap().clone()
}

async fn request_status(api: &Api, request: &Value) -> (u16, Value) {
    api.get(&format!("/environment/deploymentStatus?deploymentRequestId={}", request.as_str().unwrap())).await
}

#[tokio::test]
async fn a_request_that_starts_at_once_has_no_id_and_one_that_waits_has() {
    let api = Api::start().await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    assert_eq!(api.deploy(&web).await, Value::Null);
    assert!(api.deploy(&other).await.is_string());
}

#[tokio::test]
async fn an_answer_never_names_a_request_of_before() {
    let api = Api::start().await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    api.deploy(&web).await;
    let request = api.deploy(&other).await;
    api.fake.advance(100);
    assert_eq!(api.environment_status().await["deployment_request_id"], request);
    let path = format!("/environment/{}/redeploy", api.fake.environment());
    assert_eq!(api.post_nothing(&path).await.1["deployment_request_id"], Value::Null);
}

#[tokio::test]
async fn environments_do_not_wait_for_each_other() {
    let api = Api::start().await;
    let environment = api.fake.add_environment("staging");
    let other = api.fake.add_service(&environment, anydeploy_fakes::QoveryServiceKind::Application, "web");
    api.deploy(&api.fake.application()).await;
    assert_eq!(api.deploy(&other).await, Value::Null);
    assert_eq!(api.fake.triggered().len(), 2);
}

#[tokio::test]
async fn what_waits_starts_when_the_one_before_ends() {
    let api = Api::start().await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    api.fake.next_deployment(&web, QoveryScript::succeeds().lasting(10));
    api.deploy(&web).await;
    let request = api.deploy(&other).await;
    // Three stale ticks and ten of its own.
    api.fake.advance(12);
    assert_eq!(api.fake.triggered().len(), 1);
    api.fake.advance(1);
    let [first, second] = api.fake.triggered().try_into().unwrap();
    assert_eq!(first.state.as_deref(), Some("DEPLOYED"));
    assert_eq!((second.services[0].service.as_str(), second.state), (other.as_str(), None));
    assert_eq!(json!(second.request_ids), json!([request]));
}

#[tokio::test]
async fn what_waits_is_listed_for_the_environment_and_for_the_service() {
    let api = Api::start().await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    api.deploy(&web).await;
    let request = api.deploy(&other).await;
    let [queued] = queue(&api).await.try_into().unwrap();
    assert_eq!(queued["identifier"]["deployment_request_id"], request);
    assert_eq!(queued["trigger_action"], "DEPLOY");
    assert_eq!(queued["stages"][0]["services"][0]["identifier"]["service_id"], json!(other));
    let of_other = api.read(&format!("/service/{other}/deploymentQueue")).await;
    assert_eq!(of_other["results"][0]["identifier"]["deployment_request_id"], request);
    assert_eq!(of_other["results"][0]["status_details"]["status"], "QUEUED");
    let of_web = api.read(&format!("/service/{web}/deploymentQueue")).await;
    assert_eq!(of_web["results"], json!([]));
    assert_eq!(api.status(&other).await["deployment_requests_count"], 1);
}

#[tokio::test]
async fn requests_of_one_user_with_one_action_merge_and_share_an_id() {
    let api = Api::start().await;
    let (web, b, c) = (api.fake.application(), api.fake.add_application("b"), api.fake.add_application("c"));
    api.deploy(&web).await;
    let first = api.deploy(&b).await;
    assert_eq!(api.deploy(&c).await, first);
    assert_eq!(queue(&api).await.len(), 1);
    api.fake.advance(100);
    let [_, merged] = api.fake.triggered().try_into().unwrap();
    assert_eq!(merged.services.len(), 2);
    assert_eq!(json!(merged.request_ids), json!([first, first]));
}

#[tokio::test]
async fn merged_requests_may_have_ids_of_their_own() {
    let api = Api::with(FakeQovery::builder().quirk(QoveryQuirk::SeparateRequestIds)).await;
    let (web, b, c) = (api.fake.application(), api.fake.add_application("b"), api.fake.add_application("c"));
    api.deploy(&web).await;
    let (first, second) = (api.deploy(&b).await, api.deploy(&c).await);
    assert_ne!(first, second);
    // Only the first is listed, and only it can be asked for while it waits.
    assert_eq!(queue(&api).await[0]["identifier"]["deployment_request_id"], first);
    assert_eq!(request_status(&api, &second).await.0, 404);
    api.fake.advance(100);
    assert_eq!(json!(api.fake.triggered()[1].request_ids), json!([first, second]));
}

#[tokio::test]
async fn the_later_version_wins_a_merge() {
    let api = Api::start().await;
    let (web, worker) = (api.fake.application(), api.fake.container());
    api.deploy(&web).await;
    for tag in ["2.0.0", "3.0.0", ""] {
        api.post(&format!("/container/{worker}/deploy"), json!({ "image_tag": tag })).await;
    }
    api.fake.advance(100);
    assert_eq!(api.fake.triggered()[1].services[0].version.as_deref(), Some("3.0.0"));
}

#[tokio::test]
async fn requests_of_other_users_and_other_actions_stay_apart() {
    let api = Api::start().await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    api.fake.already_deployed(&other);
    api.deploy(&web).await;
    api.deploy(&other).await;
    api.post_as_human(&format!("/application/{other}/deploy"), json!({})).await;
    api.fake.deploy_by_someone_else(&other);
    api.post_nothing(&format!("/application/{other}/stop")).await;
    let users: Vec<Value> = queue(&api).await.iter().map(|q| q["auditing_data"]["triggered_by"].clone()).collect();
    let expected = ["fake-api-token", "fake.user@example.com", "someone.else@example.com", "fake-api-token"];
    assert_eq!(json!(users), json!(expected));
    api.fake.advance(100);
    assert_eq!(api.fake.triggered().len(), 5);
}

#[tokio::test]
async fn without_its_quirk_nothing_merges() {
    let api = Api::with(FakeQovery::builder().without(QoveryQuirk::Merging)).await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    for application in [&web, &other, &other] {
        api.deploy(application).await;
    }
    api.fake.advance(200);
    assert_eq!(api.fake.triggered().len(), 3);
}

#[tokio::test]
async fn ids_of_requests_sort_by_age() {
    let api = Api::with(FakeQovery::builder().without(QoveryQuirk::Merging)).await;
    let web = api.fake.application();
    api.deploy(&web).await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(api.deploy(&web).await.as_str().unwrap().to_owned());
    }
    assert!(ids.is_sorted());
}

#[tokio::test]
async fn a_request_can_be_followed_by_its_id() {
    let api = Api::start().await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    api.deploy(&web).await;
    let request = api.deploy(&other).await;
    let (_, waiting) = request_status(&api, &request).await;
    assert_eq!(waiting["status"], "DEPLOYMENT_QUEUED");
    assert_eq!(waiting["environment_id"], json!(api.fake.environment()));
    api.fake.advance(100);
    assert_eq!(request_status(&api, &request).await.1["status"], "DEPLOYED");
    assert_eq!(api.environment_status().await["deployment_request_id"], request);
}

#[tokio::test]
async fn a_request_may_be_forgotten_once_it_runs() {
    let builder = FakeQovery::builder().quirk(QoveryQuirk::ForgottenRequests).quirk(QoveryQuirk::DroppedRequestId);
    let api = Api::with(builder).await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    api.deploy(&web).await;
    let request = api.deploy(&other).await;
    assert_eq!(request_status(&api, &request).await.0, 200);
    api.fake.advance(100);
    assert_eq!(request_status(&api, &request).await.0, 404);
    assert_eq!(api.environment_status().await["deployment_request_id"], Value::Null);
}

#[tokio::test]
async fn a_request_that_waits_can_be_taken_back_once() {
    let api = Api::start().await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    api.deploy(&web).await;
    let request = api.deploy(&other).await;
    let path = format!("/deploymentQueue/{}/cancelDeployment", request.as_str().unwrap());
    assert_eq!(api.post(&path, json!({})).await, (202, Value::Null));
    assert_eq!(api.post(&path, json!({})).await.0, 409);
    assert_eq!(api.post("/deploymentQueue/unknown/cancelDeployment", json!({})).await.0, 404);
    api.fake.advance(100);
    assert_eq!(api.fake.triggered().len(), 1);
}

#[tokio::test]
async fn a_request_that_runs_cannot_be_taken_back() {
    let api = Api::start().await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    api.deploy(&web).await;
    let request = api.deploy(&other).await;
    api.fake.advance(12);
    let path = format!("/deploymentQueue/{}/cancelDeployment", request.as_str().unwrap());
    assert_eq!(api.post(&path, json!({})).await.0, 409);
}

#[tokio::test]
async fn a_request_that_never_starts_leaves_the_queue_and_no_execution() {
    let api = Api::start().await;
    let (web, other) = (api.fake.application(), api.fake.add_application("other"));
    api.fake.next_deployment(&other, QoveryScript::never_starts());
    api.deploy(&web).await;
    let request = api.deploy(&other).await;
    api.fake.advance(100);
    assert_eq!(queue(&api).await.len(), 0);
    assert_eq!(request_status(&api, &request).await.0, 404);
    assert_eq!(api.fake.triggered().len(), 1);
    assert_eq!(api.state(&other).await, "READY");
}

#[tokio::test]
async fn a_busy_environment_refused_everything_before_there_was_a_queue() {
    let api = Api::with(FakeQovery::builder().quirk(QoveryQuirk::BusyConflict)).await;
    let path = format!("/application/{}/deploy", api.fake.application());
    assert_eq!(api.post(&path, json!({})).await.0, 202);
    assert_eq!(api.post(&path, json!({})).await.0, 409);
    assert_eq!(api.fake.triggered().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_at_once_start_one_execution_and_merge_into_one_more() {
    let api = Arc::new(Api::start().await);
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let api = Arc::clone(&api);
        callers.spawn(async move { api.deploy(&api.fake.application()).await });
    }
    let ids = callers.join_all().await;
    assert_eq!(ids.iter().filter(|id| id.is_null()).count(), 1);
    api.fake.advance(100);
    let [first, second] = api.fake.triggered().try_into().unwrap();
    assert_eq!((first.request_ids.len(), second.request_ids.len()), (1, 7));
}
