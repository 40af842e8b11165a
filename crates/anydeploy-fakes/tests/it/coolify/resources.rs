//! What exists: resources, the machine, the project and the team, in each answer with the right gaps.

use anydeploy_fakes::{CoolifyAbility, FakeCoolify};
use reqwest::Method;
use serde_json::{Value, json};

use crate::coolify::{call_as, deploy, get, send_json, still};

async fn as_reader(fake: &FakeCoolify, path: &str) -> Value {
    let token = fake.add_token(&[CoolifyAbility::Read]);
    call_as(fake, &token, Method::GET, path).await.json()
}

#[tokio::test]
async fn an_application_alone_has_settings_and_environment_but_no_number() {
    let fake = still().await;
    let path = format!("/applications/{}", fake.application());
    let alone = get(&fake, &path).await.json();
    assert_eq!((&alone["name"], &alone["build_pack"]), (&json!("web"), &json!("dockerimage")));
    assert!(alone["settings"].is_object() && alone["environment"]["project"]["team"].is_object());
    assert_eq!(alone.get("id"), None);
    let listed = &get(&fake, "/applications").await.json()[0];
    assert_eq!((listed.get("settings"), listed.get("environment")), (None, None));
    assert!(listed["destination"]["server"].is_object());
}

#[tokio::test]
async fn without_sensitive_access_secrets_are_absent_not_masked() {
    let fake = still().await;
    let application = format!("/applications/{}", fake.application());
    let secrets = ["manual_webhook_secret_github", "custom_labels", "dockerfile", "private_key_id"];
    let (root, plain) = (get(&fake, &application).await.json(), as_reader(&fake, &application).await);
    for secret in secrets {
        assert!(root.get(secret).is_some() && plain.get(secret).is_none(), "{secret}");
    }
    let settings = |body: &Value| body["destination"]["server"]["settings"].get("sentinel_token").cloned();
    assert!(settings(&root).is_some() && settings(&plain).is_none());
    let database = as_reader(&fake, &format!("/databases/{}", fake.database())).await;
    assert_eq!((database.get("postgres_password"), database.get("internal_db_url")), (None, None));
    let service = as_reader(&fake, &format!("/services/{}", fake.service())).await;
    assert_eq!((service.get("docker_compose"), service.get("destination")), (None, None));
}

#[tokio::test]
async fn resources_of_every_kind_are_in_one_list_each_with_its_type() {
    let fake = still().await;
    let list = get(&fake, "/resources").await.json();
    let types: Vec<&str> = list.as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["application", "service", "standalone-postgresql"]);
    assert!(list.as_array().unwrap().iter().all(|one| one["id"].is_number() && one["status"].is_string()));
}

#[tokio::test]
async fn a_service_shows_its_children() {
    let fake = still().await;
    let service = get(&fake, &format!("/services/{}", fake.service())).await.json();
    assert_eq!((&service["status"], &service["applications"][0]["status"]), (&json!("exited"), &json!("exited")));
    assert_eq!(service["applications"][0]["name"], "analytics");
}

#[tokio::test]
async fn lists_hold_their_own_kind_and_can_be_filtered_by_tag() {
    let fake = still().await;
    let api = fake.add_application("api");
    fake.add_tag(&api, "new");
    assert_eq!(get(&fake, "/applications").await.json().as_array().unwrap().len(), 2);
    assert_eq!(get(&fake, "/databases").await.json()[0]["database_type"], "standalone-postgresql");
    let tagged = get(&fake, "/applications?tag=new").await.json();
    assert_eq!((tagged.as_array().unwrap().len(), &tagged[0]["uuid"]), (1, &json!(api)));
}

#[tokio::test]
async fn a_field_named_uuid_precedes_the_path() {
    let fake = still().await;
    let api = fake.add_application("api");
    let answer = get(&fake, &format!("/applications/{}?uuid={api}", fake.application())).await.json();
    assert_eq!(answer["name"], "api");
}

#[tokio::test]
async fn patching_changes_known_fields_and_refuses_the_others_by_name() {
    let fake = still().await;
    let path = format!("/applications/{}", fake.application());
    let body = json!({ "docker_registry_image_tag": "1.28", "is_spa": true, "name": "shop" });
    let answer = send_json(&fake, Method::PATCH, &path, &body).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "uuid": fake.application() })));
    let changed = get(&fake, &path).await.json();
    assert_eq!((&changed["docker_registry_image_tag"], &changed["name"]), (&json!("1.28"), &json!("shop")));
    assert_eq!(changed["settings"]["is_spa"], true);
    let wrong = send_json(&fake, Method::PATCH, &path, &json!({ "ports_exposes": 5, "bogus": 1 })).await;
    let errors = json!({
        "ports_exposes": ["The ports exposes field must be a string."], "bogus": ["This field is not allowed."],
    });
    assert_eq!((wrong.status, &wrong.json()["errors"]), (422, &errors));
    assert_eq!(send_json(&fake, Method::PATCH, &path, &json!({})).await.json()["error"], "Empty JSON.");
    let unknown = send_json(&fake, Method::PATCH, "/applications/nope", &json!({ "name": "x" })).await;
    assert_eq!(unknown.said(), (404, "Application not found".to_owned()));
}

#[tokio::test]
async fn patching_with_instant_deploy_deploys_or_says_that_it_did_not() {
    let fake = still().await;
    let path = format!("/applications/{}", fake.application());
    let body = json!({ "description": "d", "instant_deploy": true });
    assert_eq!(send_json(&fake, Method::PATCH, &path, &body).await.json(), json!({ "uuid": fake.application() }));
    let again = send_json(&fake, Method::PATCH, &path, &body).await;
    assert_eq!(again.json(), json!({ "message": "Deployment already queued for this commit." }));
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn a_deletion_is_asked_for_and_done_later() {
    let fake = still().await;
    let web = fake.application();
    let path = format!("/applications/{web}");
    let answer = call_as(&fake, fake.token(), Method::DELETE, &path).await;
    assert_eq!(answer.said(), (200, "Application deletion request queued.".to_owned()));
    deploy(&fake, &web).await;
    assert_eq!(get(&fake, &path).await.status, 200);
    fake.advance(10);
    assert_eq!(get(&fake, &path).await.said(), (404, "Application not found.".to_owned()));
}

#[tokio::test]
async fn the_project_holds_the_environment_and_the_environment_everything() {
    let fake = still().await;
    let list = get(&fake, "/projects").await.json();
    let uuid = list[0]["uuid"].as_str().unwrap();
    assert_eq!(list[0].as_object().unwrap().len(), 4);
    let project = get(&fake, &format!("/projects/{uuid}")).await.json();
    assert_eq!(project["environments"][0]["name"], "production");
    assert_eq!(get(&fake, &format!("/projects/{uuid}/environments")).await.json()[0]["name"], "production");
    let environment = get(&fake, &format!("/projects/{uuid}/production")).await.json();
    assert_eq!(environment["applications"][0]["name"], "web");
    assert_eq!(environment["postgresqls"][0]["name"], "store");
    let unknown = get(&fake, &format!("/projects/{uuid}/nope")).await;
    assert_eq!(unknown.said(), (404, "Environment not found.".to_owned()));
    assert_eq!(get(&fake, "/projects/nope").await.said(), (404, "Project not found.".to_owned()));
}

#[tokio::test]
async fn there_is_one_machine_and_one_team() {
    let fake = still().await;
    let server = &get(&fake, "/servers").await.json()[0];
    assert_eq!((&server["uuid"], server.get("team_id")), (&json!("localhost"), None));
    let one = get(&fake, "/servers/localhost").await.json();
    assert_eq!((&one["settings"]["concurrent_builds"], one.get("id")), (&json!(2), None));
    assert_eq!(get(&fake, "/servers/nope").await.said(), (404, "Server not found.".to_owned()));
    assert_eq!(get(&fake, "/servers/localhost/resources").await.json()[0]["type"], "application");
    assert_eq!(get(&fake, "/team").await.json(), get(&fake, "/teams/current").await.json());
    assert_eq!(get(&fake, "/teams").await.json()[0]["id"], 0);
    assert_eq!(get(&fake, "/team/members").await.json()[0]["id"], 0);
}
