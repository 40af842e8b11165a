//! Applications, composes, environments and projects.

use serde_json::{Value, json};

use super::{application, deploy, get, post, still};

#[tokio::test]
async fn the_server_starts_with_a_project_an_application_and_a_compose() {
    let fake = still().await;
    let projects = get(&fake, "project.all").await.json();
    assert_eq!(projects.as_array().unwrap().len(), 1);
    let environment = &projects[0]["environments"][0];
    let web = json!({ "applicationId": fake.application(), "name": "web", "applicationStatus": "idle" });
    assert_eq!(environment["applications"], json!([web]));
    let stack = json!({ "composeId": fake.compose(), "name": "stack", "composeStatus": "idle" });
    assert_eq!(environment["compose"], json!([stack]));
    let id = projects[0]["projectId"].as_str().unwrap();
    let one = get(&fake, &format!("project.one?projectId={id}")).await.json();
    assert!(one["environments"][0]["applications"][0]["appName"].is_string());
    let list = get(&fake, &format!("environment.byProjectId?projectId={id}")).await.json();
    assert_eq!(list[0]["project"]["projectId"], id);
    let id = environment["environmentId"].as_str().unwrap();
    let one = get(&fake, &format!("environment.one?environmentId={id}")).await.json();
    assert_eq!((&one["name"], &one["compose"][0]["name"]), (&json!("production"), &json!("stack")));
}

#[tokio::test]
async fn an_application_shows_all_its_columns_and_its_secrets() {
    let fake = still().await;
    let web = fake.application();
    let body = json!({
        "applicationId": web, "dockerImage": "registry.example.test/x:1", "username": "u", "password": "in-clear",
        "registryUrl": null,
    });
    assert_eq!(post(&fake, "application.saveDockerProvider", body).await.text, "true");
    let env = json!({
        "applicationId": web, "env": "TOKEN=in-clear", "buildArgs": null, "buildSecrets": null, "createEnvFile": false,
    });
    assert_eq!(post(&fake, "application.saveEnvironment", env).await.text, "true");
    let one = application(&fake, &web).await;
    assert_eq!(one.as_object().unwrap().len(), 101 + 18);
    assert_eq!((&one["password"], &one["env"]), (&json!("in-clear"), &json!("TOKEN=in-clear")));
    assert!(one["refreshToken"].is_string());
    assert_eq!(one["environment"]["project"]["name"], "fake");
}

#[tokio::test]
async fn what_is_saved_as_a_whole_must_be_named_as_a_whole() {
    let fake = still().await;
    let body = json!({ "applicationId": fake.application(), "dockerImage": "x" });
    let answer = post(&fake, "application.saveDockerProvider", body).await;
    assert_eq!(answer.status, 400);
    let issues = answer.json()["issues"].clone();
    assert_eq!(issues.as_array().unwrap().len(), 3);
    assert_eq!(issues[0]["message"], "Invalid input: expected nonoptional, received undefined");
}

#[tokio::test]
async fn an_update_sets_known_columns_and_refuses_an_empty_change() {
    let fake = still().await;
    let web = fake.application();
    let body = json!({ "applicationId": web, "description": "upd", "replicas": 2, "unknown": true });
    assert_eq!(post(&fake, "application.update", body).await.text, "true");
    assert_eq!(application(&fake, &web).await["replicas"], 2);
    let answer = post(&fake, "application.update", json!({ "applicationId": web, "appName": "new" })).await;
    assert_eq!((answer.status, &answer.json()["message"]), (500, &json!("No values to set")));
    let answer = post(&fake, "application.update", json!({ "applicationId": "nope", "name": "x" })).await;
    assert_eq!((answer.status, &answer.json()["message"]), (400, &json!("Error updating application")));
}

#[tokio::test]
async fn stopping_answers_the_state_before_and_works_on_what_never_ran() {
    let fake = still().await;
    let web = fake.application();
    let stop = json!({ "applicationId": web });
    assert_eq!(post(&fake, "application.stop", stop.clone()).await.status, 200);
    deploy(&fake, &web, "t").await;
    fake.advance(10);
    let answer = post(&fake, "application.stop", stop).await;
    assert_eq!(answer.json()["applicationStatus"], "done");
    assert!(answer.json().get("hasGitProviderAccess").is_none());
    assert_eq!(application(&fake, &web).await["applicationStatus"], "idle");
}

#[tokio::test]
async fn starting_a_service_that_never_ran_is_500_with_the_message_of_docker() {
    let fake = still().await;
    let web = fake.application();
    let answer = post(&fake, "application.start", json!({ "applicationId": web })).await;
    assert_eq!((answer.status, &answer.json()["code"]), (500, &json!("INTERNAL_SERVER_ERROR")));
    assert!(answer.json()["message"].as_str().unwrap().contains("docker service scale"));
    deploy(&fake, &web, "t").await;
    fake.advance(10);
    post(&fake, "application.stop", json!({ "applicationId": web })).await;
    let answer = post(&fake, "application.start", json!({ "applicationId": web })).await;
    assert_eq!(answer.json()["applicationStatus"], "idle");
    assert_eq!(application(&fake, &web).await["applicationStatus"], "done");
}

#[tokio::test]
async fn reloading_answers_true_and_wants_any_app_name() {
    let fake = still().await;
    let web = fake.application();
    assert_eq!(post(&fake, "application.reload", json!({ "applicationId": web })).await.status, 400);
    let body = json!({ "applicationId": web, "appName": "whatever" });
    assert_eq!(post(&fake, "application.reload", body).await.text, "true");
}

#[tokio::test]
async fn a_created_application_is_a_flat_row_with_a_suffix_to_its_app_name() {
    let fake = still().await;
    let projects = get(&fake, "project.all").await.json();
    let environment = &projects[0]["environments"][0]["environmentId"];
    let body = json!({ "name": "Web Two", "appName": "my-web", "environmentId": environment });
    let row = post(&fake, "application.create", body).await.json();
    assert_eq!(row.as_object().unwrap().len(), 101);
    assert_eq!((&row["sourceType"], &row["applicationStatus"]), (&json!("github"), &json!("idle")));
    let suffix = row["appName"].as_str().unwrap().strip_prefix("my-web-").unwrap();
    assert_eq!(suffix.len(), 6);
    let body = json!({ "name": "w", "environmentId": "nope" });
    assert_eq!(post(&fake, "application.create", body).await.status, 404);
    let found = get(&fake, "application.search?q=two").await.json();
    assert_eq!((&found["total"], &found["items"][0]["applicationId"]), (&json!(1), &row["applicationId"]));
}

#[tokio::test]
async fn a_compose_is_made_read_changed_and_deleted() {
    let fake = still().await;
    let projects = get(&fake, "project.all").await.json();
    let environment = &projects[0]["environments"][0]["environmentId"];
    let body = json!({ "name": "c", "environmentId": environment, "sourceType": "raw", "composeFile": "services: {}" });
    let row = post(&fake, "compose.create", body).await.json();
    let id = row["composeId"].as_str().unwrap();
    let one = get(&fake, &format!("compose.one?composeId={id}")).await.json();
    assert_eq!((&one["composeStatus"], &one["environment"]["name"]), (&json!("idle"), &json!("production")));
    let changed = post(&fake, "compose.update", json!({ "composeId": id, "name": "d" })).await.json();
    assert_eq!(changed["name"], "d");
    let gone = post(&fake, "compose.delete", json!({ "composeId": id, "deleteVolumes": false })).await.json();
    assert_eq!(gone["composeId"], id);
    assert_eq!(get(&fake, &format!("compose.one?composeId={id}")).await.status, 404);
}

#[tokio::test]
async fn updating_an_unknown_compose_answers_an_empty_body() {
    let fake = still().await;
    let answer = post(&fake, "compose.update", json!({ "composeId": "nope", "name": "x" })).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
}

#[tokio::test]
async fn a_project_is_born_with_a_production_environment() {
    let fake = still().await;
    let made = post(&fake, "project.create", json!({ "name": "p", "env": "A=1" })).await.json();
    assert_eq!((&made["project"]["env"], &made["project"]["description"]), (&json!("A=1"), &Value::Null));
    assert_eq!(made["environment"]["isDefault"], true);
    assert_eq!(made["environment"]["projectId"], made["project"]["projectId"]);
    assert_eq!(get(&fake, "project.all").await.json()[0]["name"], "p");
}

#[tokio::test]
async fn environments_refuse_in_their_own_way() {
    let fake = still().await;
    let project = get(&fake, "project.all").await.json()[0].clone();
    let body = json!({ "name": "production", "projectId": project["projectId"] });
    assert_eq!(post(&fake, "environment.create", body).await.status, 400);
    let body = json!({ "environmentId": "nope", "name": "x" });
    let answer = post(&fake, "environment.update", body).await;
    assert_eq!(answer.json()["message"], "Error updating the environment: Environment not found");
    let full = json!({ "environmentId": project["environments"][0]["environmentId"] });
    assert_eq!(post(&fake, "environment.remove", full).await.status, 400);
    for _ in 0..2 {
        let body = json!({ "name": "staging", "projectId": project["projectId"] });
        assert_eq!(post(&fake, "environment.create", body).await.json()["isDefault"], false);
    }
}

#[tokio::test]
async fn removing_a_project_takes_its_services() {
    let fake = still().await;
    let id = get(&fake, "project.all").await.json()[0]["projectId"].clone();
    assert_eq!(post(&fake, "project.remove", json!({ "projectId": id })).await.json()["projectId"], id);
    assert_eq!(get(&fake, &format!("application.one?applicationId={}", fake.application())).await.status, 404);
    assert_eq!(post(&fake, "project.remove", json!({ "projectId": id })).await.status, 404);
}

#[tokio::test]
async fn the_version_is_a_bare_string() {
    let fake = still().await;
    assert_eq!(get(&fake, "settings.getDokployVersion").await.text, "\"v0.30.2\"");
    assert_eq!(get(&fake, "settings.isCloud").await.text, "false");
}
