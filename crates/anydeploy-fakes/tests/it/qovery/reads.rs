//! Reads of what exists: organizations, projects, environments, services, links, stages.

use serde_json::{Value, json};

use crate::qovery::api::Api;

fn names(body: &Value) -> Vec<&str> {
    body["results"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everything_can_be_found_from_the_organization_down() {
    let api = Api::start().await;
    let organizations = api.read("/organization").await;
    assert_eq!(organizations["results"][0]["id"], json!(api.fake.organization()));
    let organization = format!("/organization/{}", api.fake.organization());
    assert_eq!(api.read(&organization).await, organizations["results"][0]);
    let projects = api.read(&format!("{organization}/project")).await;
    assert_eq!(projects["results"][0], api.read(&format!("/project/{}", api.fake.project())).await);
    let environments = api.read(&format!("/project/{}/environment", api.fake.project())).await;
    let environment = format!("/environment/{}", api.fake.environment());
    assert_eq!(environments["results"][0], api.read(&environment).await);
    assert_eq!(names(&api.read(&format!("{environment}/services")).await), ["web", "worker"]);
}

#[tokio::test]
async fn every_service_reads_the_same_alone_in_its_list_and_in_the_union() {
    let api = Api::start().await;
    let environment = format!("/environment/{}", api.fake.environment());
    let added = [
        ("job", api.fake.add_job("j")),
        ("helm", api.fake.add_helm("h")),
        ("terraform", api.fake.add_terraform("t")),
        ("database", api.fake.add_database("d")),
        ("application", api.fake.application()),
        ("container", api.fake.container()),
    ];
    let union = api.read(&format!("{environment}/services")).await;
    for (kind, id) in added {
        let alone = api.read(&format!("/{kind}/{id}")).await;
        assert_eq!(alone["service_type"], kind.to_uppercase());
        let list = api.read(&format!("{environment}/{kind}")).await;
        assert_eq!(list["results"], json!([alone]), "{kind}");
        assert!(union["results"].as_array().unwrap().contains(&alone), "{kind}");
    }
}

#[tokio::test]
async fn an_organization_lists_services_and_environments_lightly_and_filters() {
    let api = Api::start().await;
    let staging = api.fake.add_environment("staging");
    let organization = format!("/organization/{}", api.fake.organization());
    assert_eq!(names(&api.read(&format!("{organization}/environments")).await), ["production", "staging"]);
    assert_eq!(names(&api.read(&format!("{organization}/services")).await), ["web", "worker"]);
    let none = api.read(&format!("{organization}/services?environment_id={staging}")).await;
    assert_eq!(none["results"], json!([]));
}

#[tokio::test]
async fn only_a_deployed_application_has_a_deployed_commit() {
    let api = Api::start().await;
    let path = format!("/application/{}", api.fake.application());
    assert!(api.read(&path).await["git_repository"].get("deployed_commit_id").is_none());
    api.post(&format!("{path}/deploy"), json!({ "git_commit_id": "abc" })).await;
    api.fake.advance(100);
    assert_eq!(api.read(&path).await["git_repository"]["deployed_commit_id"], "abc");
}

#[tokio::test]
async fn applications_containers_and_helm_charts_have_links() {
    let api = Api::start().await;
    let helm = api.fake.add_helm("h");
    api.fake.add_database("d");
    let all = api.read(&format!("/environment/{}/link", api.fake.environment())).await;
    assert_eq!(all["results"].as_array().unwrap().len(), 3);
    let one = api.read(&format!("/helm/{helm}/link")).await;
    assert_eq!(one["results"][0]["url"], "https://h.apps.example.com");
}

#[tokio::test]
async fn a_service_knows_its_deployment_stage() {
    let api = Api::start().await;
    let worker = api.fake.container();
    api.fake.skip(&worker);
    let stages = api.read(&format!("/environment/{}/deploymentStage", api.fake.environment())).await;
    assert_eq!(names(&stages), ["DEFAULT", "SKIPPED"]);
    let stage = api.read(&format!("/service/{worker}/deploymentStage")).await;
    assert_eq!(stage, stages["results"][1]);
    assert_eq!(stage["services"][0]["is_skipped"], true);
}

#[tokio::test]
async fn only_services_from_git_have_commits() {
    let api = Api::start().await;
    let commits = api.read(&format!("/application/{}/commit", api.fake.application())).await;
    assert!(commits["results"][0]["git_commit_id"].is_string());
    let job = api.fake.add_job("from-an-image");
    assert_eq!(api.get(&format!("/job/{job}/commit")).await.0, 400);
    assert_eq!(api.get(&format!("/container/{}/commit", api.fake.container())).await.0, 404);
}
