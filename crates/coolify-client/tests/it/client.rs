//! What a caller may rely on, whatever the operation: proven over HTTP with a few of them.

use coolify_client::types::{ApplicationUpdate, BuildPackEnum, ListDeploymentsByAppUuidParams};
use coolify_client::wire::{ErrorKind, Operation, Patch};
use coolify_client::{Client, operations};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A server that answers every request alike, and a client of it.
async fn answering(answer: ResponseTemplate) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
    let client = Client::new(server.uri(), "planted").unwrap();
    (server, client)
}

async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

#[tokio::test]
async fn an_update_distinguishes_absent_null_and_a_value() {
    let (server, client) = answering(ResponseTemplate::new(200).set_body_json(json!({"uuid": "a"}))).await;
    let update = ApplicationUpdate::default()
        .with_description(Patch::Null)
        .with_build_command("make".to_owned())
        .with_docker_compose_domains(Vec::new());
    client.update_application_by_uuid("a", &update).await.unwrap();
    let body: Value = requests(&server).await[0].body_json().unwrap();
    assert_eq!(body, json!({"description": null, "build_command": "make", "docker_compose_domains": []}));
}

#[tokio::test]
async fn optional_parameters_are_sent_if_they_are_set() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/api/v1/deployments/applications/a%20b"))
        .and(query_param("take", "3"))
        .and(query_param_is_missing("skip"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"count": 0, "deployments": []})))
        .mount(&server)
        .await;
    let client = Client::new(server.uri(), "planted").unwrap();
    let params = ListDeploymentsByAppUuidParams::default().with_take(3);
    let page = client.list_deployments_by_app_uuid("a b", &params).await.unwrap();
    assert!(page.value().deployments.is_empty());
}

#[tokio::test]
async fn an_id_that_would_change_the_path_is_never_sent() {
    let (server, client) = answering(ResponseTemplate::new(200)).await;
    for id in ["", ".", ".."] {
        let error = client.get_application_by_uuid(id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{id:?}");
    }
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn an_unknown_word_is_kept_and_secrets_are_not_shown() {
    let answer = json!({
        "uuid": "a",
        "build_pack": "teleport",
        "manual_webhook_secret_github": "planted",
        "destination": {"server": {"settings": {"sentinel_token": "planted"}}},
    });
    let (_server, client) = answering(ResponseTemplate::new(200).set_body_json(answer)).await;
    let response = client.get_application_by_uuid("a").await.unwrap();
    assert!(!format!("{response:?}").contains("planted"), "{response:?}");
    let application = response.into_value();
    let word = application.build_pack.unwrap();
    assert_eq!(word, BuildPackEnum::Other("teleport".to_owned()));
    assert_eq!(serde_json::to_value(&word).unwrap(), "teleport");
    assert_eq!(application.manual_webhook_secret_github.unwrap().expose(), "planted");
}

#[tokio::test]
async fn a_failure_keeps_status_headers_and_body() {
    let answer = ResponseTemplate::new(429)
        .insert_header("x-ratelimit-limit", "200")
        .set_body_json(json!({"message": "Too Many Attempts."}));
    let (_server, client) = answering(answer).await;
    let error = client.list_deployments().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Status, Some(429)));
    assert_eq!(error.operation(), "list-deployments");
    assert_eq!(error.headers().unwrap()["x-ratelimit-limit"], "200");
    assert_eq!(error.body().unwrap().as_ref(), br#"{"message":"Too Many Attempts."}"#);
}

#[test]
fn every_operation_stands_in_one_area() {
    let mut ids: Vec<&str> =
        operations::ALL.iter().flat_map(|(_, operations)| operations.iter().map(Operation::id)).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(ids.contains(&"deploy-by-tag-or-uuid"));
}
