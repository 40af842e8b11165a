//! The actions on one service, and what sets the kinds apart.

use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryServiceKind};
use serde_json::{Value, json};

use crate::qovery::api::Api;

/// One service of each kind: its path and its id.
fn one_of_each(fake: &FakeQovery) -> Vec<(&'static str, String)> {
    vec![
        ("application", fake.add_application("a")),
        ("container", fake.add_container("c")),
        ("job", fake.add_job("j")),
        ("helm", fake.add_helm("h")),
        ("terraform", fake.add_terraform("t")),
        ("database", fake.add_database("d")),
    ]
}

#[tokio::test]
async fn every_kind_can_be_deployed_with_an_empty_object() {
    let api = Api::start().await;
    for (kind, id) in one_of_each(&api.fake) {
        let (status, body) = api.post(&format!("/{kind}/{id}/deploy"), json!({})).await;
        assert_eq!((status, &body["id"]), (202, &json!(id)), "{kind}");
    }
}

#[tokio::test]
async fn null_and_no_body_are_refused_where_a_body_is_declared() {
    let api = Api::start().await;
    for (kind, id) in one_of_each(&api.fake) {
        let path = format!("/{kind}/{id}/deploy");
        let expected = if kind == "database" { 202 } else { 400 };
        assert_eq!(api.post_nothing(&path).await.0, expected, "{kind} without a body");
        assert_eq!(api.post(&path, Value::Null).await.0, expected, "{kind} with null");
    }
}

#[tokio::test]
async fn without_its_quirk_a_body_may_be_left_out() {
    let api = Api::with(FakeQovery::builder().without(QoveryQuirk::BodyRequired)).await;
    let path = format!("/application/{}/deploy", api.fake.application());
    assert_eq!(api.post_nothing(&path).await.0, 202);
    assert_eq!(api.post(&path, Value::Null).await.0, 202);
}

#[tokio::test]
async fn redeploy_takes_no_body() {
    let api = Api::start().await;
    for (kind, id) in one_of_each(&api.fake) {
        assert_eq!(api.post_nothing(&format!("/{kind}/{id}/redeploy")).await.0, 202, "{kind}");
    }
}

#[tokio::test]
async fn restart_exists_for_applications_containers_and_databases_only() {
    let api = Api::start().await;
    for (kind, id) in one_of_each(&api.fake) {
        api.fake.already_deployed(&id);
        let expected = if ["application", "container", "database"].contains(&kind) { 202 } else { 404 };
        assert_eq!(api.post_nothing(&format!("/{kind}/{id}/restart-service")).await.0, expected, "{kind}");
        assert_eq!(api.post_nothing(&format!("/{kind}/{id}/restart")).await.0, 404, "the old path is gone");
    }
}

#[tokio::test]
async fn terraform_has_neither_status_nor_stop() {
    let api = Api::start().await;
    for (kind, id) in one_of_each(&api.fake) {
        let (status, stop) = if kind == "terraform" { (404, 404) } else { (200, 202) };
        assert_eq!(api.get(&format!("/{kind}/{id}/status")).await.0, status, "{kind}");
        assert_eq!(api.post_nothing(&format!("/{kind}/{id}/stop")).await.0, stop, "{kind}");
    }
}

#[tokio::test]
async fn restarting_an_undeployed_service_and_stopping_a_stopped_one_conflict() {
    let api = Api::start().await;
    let web = api.fake.application();
    assert_eq!(api.post_nothing(&format!("/application/{web}/restart-service")).await.0, 409);
    api.fake.already_deployed(&web);
    assert_eq!(api.post_nothing(&format!("/application/{web}/stop")).await.0, 202);
    api.fake.advance(100);
    assert_eq!(api.state(&web).await, "STOPPED");
    assert_eq!(api.post_nothing(&format!("/application/{web}/stop")).await.0, 409);
}

#[tokio::test]
async fn uninstalling_an_undeployed_service_is_an_empty_204_and_triggers_nothing() {
    let api = Api::start().await;
    for (kind, id) in one_of_each(&api.fake) {
        assert_eq!(api.post(&format!("/{kind}/{id}/uninstall"), json!({})).await, (204, Value::Null), "{kind}");
    }
    assert!(api.fake.triggered().is_empty());
}

#[tokio::test]
async fn uninstalling_removes_the_resources_and_keeps_the_object() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.already_deployed(&web);
    assert_eq!(api.post(&format!("/application/{web}/uninstall"), json!({})).await.0, 202);
    api.fake.advance(100);
    assert_eq!(api.state(&web).await, "DELETED");
    assert_eq!(api.fake.triggered()[0].action, "UNINSTALL");
}

#[tokio::test]
async fn deleting_is_queued_and_the_object_goes_at_its_end() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.already_deployed(&web);
    assert_eq!(api.delete(&format!("/application/{web}")).await, (204, Value::Null));
    api.fake.advance(5);
    assert_eq!(api.state(&web).await, "DELETING");
    api.fake.advance(100);
    assert_eq!(api.get(&format!("/application/{web}/status")).await.0, 403);
    assert_eq!(api.fake.triggered()[0].state.as_deref(), Some("DELETED"));
}

#[tokio::test]
async fn deleting_without_reconciliation_is_immediate() {
    let api = Api::start().await;
    let web = api.fake.application();
    assert_eq!(api.delete(&format!("/application/{web}?skipReconcile=true")).await.0, 204);
    assert_eq!(api.get(&format!("/application/{web}")).await.0, 403);
    assert!(api.fake.triggered().is_empty());
}

#[tokio::test]
async fn deleting_only_the_resources_of_a_terraform_service_keeps_it() {
    let api = Api::start().await;
    let id = api.fake.add_terraform("t");
    api.fake.already_deployed(&id);
    assert_eq!(api.delete(&format!("/terraform/{id}?resources_only=true")).await.0, 204);
    api.fake.advance(100);
    assert_eq!(api.fake.triggered()[0].action, "DELETE_RESOURCES_ONLY");
    assert_eq!(api.get(&format!("/terraform/{id}")).await.0, 200);
}

#[tokio::test]
async fn a_version_is_deployed_and_an_empty_one_changes_nothing() {
    let api = Api::start().await;
    let worker = api.fake.container();
    for tag in ["2.0.0", ""] {
        assert_eq!(api.post(&format!("/container/{worker}/deploy"), json!({ "image_tag": tag })).await.0, 202);
        api.fake.advance(100);
    }
    let versions: Vec<_> = api.fake.triggered().iter().map(|t| t.services[0].version.clone().unwrap()).collect();
    assert_eq!(versions, ["2.0.0", "2.0.0"]);
    assert_eq!(api.read(&format!("/container/{worker}")).await["tag"], "2.0.0");
}

#[tokio::test]
async fn versions_that_exclude_each_other_or_do_not_fit_the_source_are_refused() {
    let api = Api::start().await;
    let (job, helm) = (api.fake.add_job("j"), api.fake.add_helm("h"));
    let both = json!({ "image_tag": "1", "git_commit_id": "abc" });
    assert_eq!(api.post(&format!("/job/{job}/deploy"), both).await.0, 400);
    assert_eq!(api.post(&format!("/job/{job}/deploy"), json!({ "git_commit_id": "abc" })).await.0, 400);
    let both = json!({ "chart_version": "1", "git_commit_id": "abc" });
    assert_eq!(api.post(&format!("/helm/{helm}/deploy"), both).await.0, 400);
}

#[tokio::test]
async fn an_event_the_job_does_not_have_is_accepted_and_deploys_nothing() {
    let api = Api::start().await;
    let job = api.fake.add_job("j");
    let (status, body) = api.post(&format!("/job/{job}/deploy?forceEvent=START"), json!({})).await;
    assert_eq!((status, &body["deployment_request_id"]), (202, &Value::Null));
    assert!(api.fake.triggered().is_empty());
    assert_eq!(api.post(&format!("/job/{job}/deploy?forceEvent=CRON"), json!({})).await.0, 202);
    assert_eq!(api.fake.triggered().len(), 1);
    assert_eq!(api.post(&format!("/job/{job}/deploy?forceEvent=NOON"), json!({})).await.0, 400);
}

#[tokio::test]
async fn terraform_and_helm_have_dry_runs() {
    let api = Api::start().await;
    let (terraform, helm) = (api.fake.add_terraform("t"), api.fake.add_helm("h"));
    assert_eq!(api.post(&format!("/terraform/{terraform}/deploy"), json!({ "action": "PLAN" })).await.0, 202);
    api.fake.advance(100);
    assert_eq!(api.post(&format!("/helm/{helm}/deploy?forceEvent=DIFF"), json!({})).await.0, 202);
    let actions: Vec<_> = api.fake.triggered().into_iter().map(|triggered| triggered.action).collect();
    assert_eq!(actions, ["DEPLOY_DRY_RUN", "DEPLOY_DRY_RUN"]);
    let statuses = api.read(&format!("/environment/{}/statuses", api.fake.environment())).await;
    assert_eq!(statuses["terraforms"][0]["status_details"]["sub_action"], "TERRAFORM_PLAN_ONLY");
}

#[tokio::test]
async fn a_service_can_be_cloned_into_another_environment() {
    let api = Api::start().await;
    let environment = api.fake.add_environment("staging");
    let path = format!("/application/{}/clone", api.fake.application());
    let (status, copy) = api.post(&path, json!({ "name": "copy", "environment_id": environment })).await;
    assert_eq!((status, &copy["name"], &copy["environment"]["id"]), (202, &json!("copy"), &json!(environment)));
    assert_eq!(api.read(&format!("/application/{}", copy["id"].as_str().unwrap())).await, copy);
    assert_eq!(api.post(&path, json!({ "name": "copy", "environment_id": "nowhere" })).await.0, 400);
}

#[tokio::test]
async fn a_lifecycle_job_has_a_start_event() {
    let api = Api::start().await;
    let job = api.fake.add_service(&api.fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
    assert_eq!(api.post(&format!("/job/{job}/deploy?forceEvent=START"), json!({})).await.0, 202);
    assert_eq!(api.fake.triggered()[0].services[0].service, job);
}

#[tokio::test]
async fn with_its_quirk_every_success_is_a_plain_200() {
    let api = Api::with(FakeQovery::builder().quirk(QoveryQuirk::PlainOk)).await;
    let web = api.fake.application();
    assert_eq!(api.post(&format!("/application/{web}/deploy"), json!({})).await.0, 200);
    let worker = api.fake.container();
    assert_eq!(api.post(&format!("/container/{worker}/uninstall"), json!({})).await, (200, Value::Null));
}
