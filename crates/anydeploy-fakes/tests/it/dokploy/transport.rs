//! Paths, methods, content types and bodies, before any procedure runs.

use reqwest::Method;
use serde_json::json;

use super::{get, post, request, send, still};

#[tokio::test]
async fn an_unknown_procedure_is_404_without_a_path() {
    let fake = still().await;
    let answer = get(&fake, "nosuch.thing").await;
    assert_eq!(answer.status, 404);
    let data = json!({ "code": "NOT_FOUND", "httpStatus": 404, "zodError": null });
    assert_eq!(answer.json(), json!({ "message": "Not found", "code": "NOT_FOUND", "data": data }));
}

#[tokio::test]
async fn an_unknown_entity_is_404_with_the_procedure_as_path() {
    let fake = still().await;
    let answer = get(&fake, "application.one?applicationId=nope").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["message"], "Application not found");
    assert_eq!(answer.json()["data"]["path"], "application.one");
}

#[tokio::test]
async fn the_wrong_method_is_404_and_never_405() {
    let fake = still().await;
    assert_eq!(post(&fake, "project.all", json!({})).await.status, 404);
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
        let answer = send(request(&fake, method, "/api/project.all").header("x-api-key", fake.token())).await;
        assert_eq!(answer.status, 404, "{answer:?}");
    }
}

#[tokio::test]
async fn procedure_names_do_not_mind_upper_case() {
    let fake = still().await;
    assert_eq!(get(&fake, "PROJECT.ALL").await.status, 200);
}

#[tokio::test]
async fn head_is_204() {
    let fake = still().await;
    let answer = send(request(&fake, Method::HEAD, "/api/project.all").header("x-api-key", fake.token())).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
}

#[tokio::test]
async fn sloppy_slashes_are_redirected_with_308() {
    let fake = still().await;
    for path in ["/api//project.all", "/api/project.all/"] {
        let answer = send(request(&fake, Method::GET, path)).await;
        assert_eq!(answer.status, 308, "{answer:?}");
        assert_eq!(answer.location.as_deref(), Some("/api/project.all"));
    }
}

#[tokio::test]
async fn outside_the_api_lies_an_html_page() {
    let fake = still().await;
    let answer = send(request(&fake, Method::GET, "/project.all").header("x-api-key", fake.token())).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.content_type.as_deref(), Some("text/html; charset=utf-8"));
}

#[tokio::test]
async fn the_health_of_the_server_needs_no_key() {
    let fake = still().await;
    let answer = send(request(&fake, Method::GET, "/api/health")).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "ok": true })));
}

#[tokio::test]
async fn a_post_without_json_content_type_is_415() {
    let fake = still().await;
    let bare = request(&fake, Method::POST, "/api/application.deploy").header("x-api-key", fake.token());
    let answer = send(bare).await;
    assert_eq!(answer.status, 415);
    assert_eq!(answer.json()["message"], "Missing content-type header");
    assert_eq!(answer.json()["data"]["path"], "application.deploy");

    let text = request(&fake, Method::POST, "/api/application.deploy").header("x-api-key", fake.token());
    let answer = send(text.header("content-type", "text/plain").body("{}")).await;
    assert_eq!(answer.status, 415);
    assert_eq!(answer.json()["message"], "Unsupported content-type \"text/plain");
}

#[tokio::test]
async fn malformed_json_is_400_in_plain_text() {
    let fake = still().await;
    let request = request(&fake, Method::POST, "/api/application.deploy").header("x-api-key", fake.token());
    let answer = send(request.header("content-type", "application/json").body("{\"name\": ")).await;
    assert_eq!((answer.status, answer.text.as_str(), answer.content_type), (400, "Invalid JSON", None));
}

#[tokio::test]
async fn a_body_above_one_mebibyte_is_413_in_plain_text() {
    let fake = still().await;
    let web = fake.application();
    let save = |length: usize| {
        let env = "x".repeat(length);
        json!({ "applicationId": web, "env": env, "buildArgs": null, "buildSecrets": null, "createEnvFile": true })
    };
    assert_eq!(post(&fake, "application.saveEnvironment", save(1_048_000)).await.text, "true");
    let answer = post(&fake, "application.saveEnvironment", save(1_100_000)).await;
    let expected = (413, "Body exceeded 1mb limit", None);
    assert_eq!((answer.status, answer.text.as_str(), answer.content_type), expected);
}

#[tokio::test]
async fn an_empty_query_value_counts_as_missing() {
    let fake = still().await;
    let answer = get(&fake, "application.one?applicationId=").await;
    assert_eq!(answer.status, 400);
    let message = "Invalid input: expected string, received undefined";
    let issue = json!({ "expected": "string", "code": "invalid_type", "path": ["applicationId"], "message": message });
    let error = json!({ "formErrors": [], "fieldErrors": { "applicationId": [message] } });
    assert_eq!(
        answer.json(),
        json!({
            "message": "Input validation failed", "code": "BAD_REQUEST", "issues": [issue],
            "data": { "code": "BAD_REQUEST", "httpStatus": 400, "path": "application.one", "zodError": error },
        }),
    );
}

#[tokio::test]
async fn a_repeated_query_parameter_is_400() {
    let fake = still().await;
    let answer = get(&fake, "application.one?applicationId=a&applicationId=b").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["issues"][0]["message"], "Invalid input: expected string, received array");
}

#[tokio::test]
async fn a_body_that_is_no_object_counts_as_empty() {
    let fake = still().await;
    for body in [json!([1]), json!("x"), json!(null)] {
        let answer = post(&fake, "application.deploy", body).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["issues"][0]["path"], json!(["applicationId"]));
    }
}

#[tokio::test]
async fn every_request_is_kept_for_the_test() {
    let fake = still().await;
    get(&fake, "project.all").await;
    get(&fake, "user.get").await;
    let paths: Vec<String> = fake.requests().iter().map(|request| request.path.clone()).collect();
    assert_eq!(paths, ["/api/project.all", "/api/user.get"]);
}
