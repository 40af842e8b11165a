//! Quirks of older versions and of rarer settings, each off until it is switched on.

use anydeploy_fakes::{CoolifyOrigin, CoolifyQuirk, CoolifyScript, FakeCoolify};
use reqwest::Method;
use serde_json::json;

use crate::coolify::{deploy, deployment, get, post, send_json, status_of, still, still_with};

async fn with(quirk: CoolifyQuirk) -> FakeCoolify {
    still_with(|builder| builder.quirk(quirk)).await
}

#[tokio::test]
async fn a_policy_can_deny_deploying_inside_a_200() {
    let fake = with(CoolifyQuirk::DeployUnauthorized).await;
    for (id, sentence) in [
        (fake.application(), "Unauthorized to deploy this application."),
        (fake.database(), "Unauthorized to start this database."),
    ] {
        let answer = post(&fake, &format!("/deploy?uuid={id}")).await;
        let entry = json!({ "message": sentence, "resource_uuid": id });
        assert_eq!((answer.status, answer.json()), (200, json!({ "deployments": [entry] })));
    }
    assert!(fake.triggered().is_empty() && fake.starts().is_empty());
}

#[tokio::test]
async fn each_success_can_be_followed_by_one_deployment_on_an_additional_server() {
    let fake = with(CoolifyQuirk::ExtraDestination).await;
    deploy(&fake, &fake.application()).await;
    fake.advance(20);
    let origins: Vec<_> = fake.triggered().iter().map(|deployment| deployment.origin).collect();
    assert_eq!(origins, [CoolifyOrigin::Api, CoolifyOrigin::ExtraDestination]);
    // Source of 4.3.11: `deploy_to_additional_destinations` passes neither a commit nor where it comes from.
    for (row, destination, server) in [(0, "0", 0), (1, "1", 1)] {
        let row = deployment(&fake, &fake.triggered()[row].id).await;
        assert_eq!((&row["destination_id"], &row["server_id"]), (&json!(destination), &json!(server)));
    }
    fake.next_deployment(&fake.application(), CoolifyScript::fails_with("no"));
    deploy(&fake, &fake.application()).await;
    fake.advance(20);
    assert_eq!(fake.triggered().len(), 3, "a failure is followed by nothing");
}

#[tokio::test]
async fn an_old_server_reads_the_query_alone_and_a_pull_request_only_as_pr() {
    let fake = with(CoolifyQuirk::QueryAndPrOnly).await;
    let (web, body) = (fake.application(), json!({ "uuid": fake.application() }));
    fake.add_preview(&web, 7);
    assert_eq!(send_json(&fake, Method::POST, "/deploy", &body).await.status, 400);
    for query in ["pr=7", "pull_request_id=7"] {
        post(&fake, &format!("/deploy?uuid={web}&{query}")).await;
    }
    let numbers: Vec<_> = fake.triggered().iter().map(|deployment| deployment.pull_request).collect();
    assert_eq!(numbers, [7, 0]);
}

#[tokio::test]
async fn the_oldest_server_deploys_on_get_alone() {
    let fake = with(CoolifyQuirk::GetOnlyDeploy).await;
    let path = format!("/deploy?uuid={}", fake.application());
    assert_eq!(post(&fake, &path).await.said(), (404, "Not found.".to_owned()));
    assert_eq!(get(&fake, &path).await.status, 200);
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn an_old_server_has_no_team_route() {
    let fake = with(CoolifyQuirk::NoTeamRoute).await;
    assert_eq!(get(&fake, "/team").await.said(), (404, "Not found.".to_owned()));
    assert_eq!(get(&fake, "/teams/current").await.status, 200);
}

// Source of v4.0.0-beta.460: `applications` reads no query.
#[tokio::test]
async fn an_old_server_reads_no_tag_of_a_list() {
    let fake = with(CoolifyQuirk::TagNotRead).await;
    assert_eq!(get(&fake, "/applications?tag=none").await.json().as_array().unwrap().len(), 1);
    fake.disable(CoolifyQuirk::TagNotRead);
    assert!(get(&fake, "/applications?tag=none").await.json().as_array().unwrap().is_empty());
}

// Source of v4.2.0: `deployments` orders by `created_at` alone, which has whole seconds.
#[tokio::test]
async fn an_old_server_lists_the_deployments_of_one_second_in_any_order() {
    let fake = with(CoolifyQuirk::SecondsUnordered).await;
    let path = format!("/deployments/applications/{}", fake.application());
    for _ in 0..4 {
        fake.deploy_by_someone_else(&fake.application());
        fake.advance(20);
    }
    let rows = get(&fake, &path).await.json()["deployments"].as_array().unwrap().clone();
    let order: Vec<_> =
        rows.iter().map(|row| (row["created_at"].as_str().unwrap(), row["id"].as_i64().unwrap())).collect();
    assert!(order.is_sorted_by(|(newer, one), (older, other)| newer > older || newer == older && one < other));
}

// Source of v4.0.0-beta.426: `create_bulk_envs`.
#[tokio::test]
async fn an_old_server_clears_the_flag_of_the_build_and_drops_others() {
    let fake = with(CoolifyQuirk::BulkDropsFlags).await;
    fake.enable(CoolifyQuirk::OldBuildFlag);
    let path = format!("/applications/{}/envs", fake.application());
    fake.set_variable(&fake.application(), "A", "1");
    assert_eq!(get(&fake, &path).await.json()[0]["is_build_time"], true);
    let item = json!({ "key": "A", "value": "2", "is_buildtime": true, "comment": "why" });
    send_json(&fake, Method::PATCH, &format!("{path}/bulk"), &json!({ "data": [item] })).await;
    let row = &get(&fake, &path).await.json()[0];
    assert_eq!(
        (&row["is_build_time"], &row["comment"], &row["is_buildtime"]),
        (&json!(false), &json!(null), &json!(null))
    );
}

#[tokio::test]
async fn an_old_server_shows_the_end_in_the_form_of_sql() {
    let fake = with(CoolifyQuirk::SqlFinishedAt).await;
    let id = deploy(&fake, &fake.application()).await;
    fake.advance(20);
    let sql = deployment(&fake, &id).await["finished_at"].as_str().unwrap().to_owned();
    fake.disable(CoolifyQuirk::SqlFinishedAt);
    let iso = deployment(&fake, &id).await["finished_at"].as_str().unwrap().to_owned();
    assert_eq!(format!("{}.000000Z", sql.replace(' ', "T")), iso);
}

#[tokio::test]
async fn an_unreachable_server_fails_the_accepted_deployment() {
    let fake = still().await;
    fake.enable(CoolifyQuirk::ServerUnreachable);
    let id = deploy(&fake, &fake.application()).await;
    assert_eq!(status_of(&fake, &id).await, "in_progress");
    fake.advance(20);
    assert_eq!(status_of(&fake, &id).await, "failed");
}
