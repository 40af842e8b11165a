//! Credentials, errors and the rate limit.

use std::time::Duration;

use anydeploy_fakes::{FakeQovery, QoveryQuirk};
use reqwest::Method;
use serde_json::json;

use crate::qovery::api::Api;

async fn status_with(api: &Api, authorization: &str) -> u16 {
    api.send(Method::GET, "/organization", authorization, None).await.status().as_u16()
}

#[tokio::test]
async fn a_token_goes_with_the_scheme_token_and_a_jwt_with_bearer() {
    let api = Api::start().await;
    let (token, bearer) = (api.fake.token(), api.fake.bearer());
    assert!(token.starts_with("qov_"));
    assert_eq!(status_with(&api, &format!("Token {token}")).await, 200);
    assert_eq!(status_with(&api, &format!("Bearer {bearer}")).await, 200);
    assert_eq!(status_with(&api, &format!("Bearer {token}")).await, 401);
    assert_eq!(status_with(&api, &format!("Token {bearer}")).await, 401);
    assert_eq!(status_with(&api, token).await, 401);
}

#[tokio::test]
async fn an_error_says_status_and_detail() {
    let api = Api::start().await;
    let (status, body) = api.get("/application/00000000-0000-4000-8000-000000000000").await;
    assert_eq!((status, &body["status"]), (403, &json!(403)));
    assert!(body["detail"].is_string());
    assert_eq!(body.as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn older_error_bodies_can_be_had() {
    let api = Api::with(FakeQovery::builder().quirk(QoveryQuirk::MessageErrors)).await;
    let (_, body) = api.get("/application/gone").await;
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["message"]);
    let api = Api::with(FakeQovery::builder().quirk(QoveryQuirk::LegacyErrors)).await;
    let (_, body) = api.get("/application/gone").await;
    assert_eq!(body["error"], "Forbidden");
    assert!(body["message"].is_string() && body["detail"].is_null());
}

#[tokio::test]
async fn errors_can_come_as_problem_json() {
    let api = Api::with(FakeQovery::builder().quirk(QoveryQuirk::ProblemJson)).await;
    let answer = api.send(Method::GET, "/organization", "Token wrong", None).await;
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn an_unknown_id_is_forbidden_and_an_unknown_path_is_not_found() {
    let api = Api::start().await;
    let web = api.fake.application();
    for path in
        ["/environment/x/status", "/project/x", "/organization/x", "/container/x/status", "/service/x/deploymentQueue"]
    {
        assert_eq!(api.get(path).await.0, 403, "{path}");
    }
    // The id is there, but it is no container.
    assert_eq!(api.get(&format!("/container/{web}")).await.0, 403);
    assert_eq!(api.get(&format!("/application/{web}/nonsense")).await.0, 404);
}

#[tokio::test]
async fn without_its_quirk_a_missing_object_is_not_found() {
    let api = Api::with(FakeQovery::builder().without(QoveryQuirk::ForbiddenForMissing)).await;
    assert_eq!(api.get("/application/gone").await.0, 404);
}

#[tokio::test]
async fn every_answer_has_the_headers_of_the_rate_limit() {
    let api = Api::with(FakeQovery::builder().rate_limit(5, Duration::from_mins(1))).await;
    let token = format!("Token {}", api.fake.token());
    let answer = api.send(Method::GET, "/organization", &token, None).await;
    assert_eq!(answer.headers()["x-ratelimit-limit"], "5");
    assert_eq!(answer.headers()["x-ratelimit-remaining"], "4");
    let reset: u64 = answer.headers()["x-ratelimit-reset"].to_str().unwrap().parse().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!((now + 30..=now + 61).contains(&reset), "{reset} is not a minute after {now}");
}

#[tokio::test]
async fn one_request_too_many_is_refused_and_the_next_window_answers_again() {
    let api = Api::with(FakeQovery::builder().rate_limit(2, Duration::from_secs(2))).await;
    let first: Vec<u16> = vec![api.get("/organization").await.0, api.get("/organization").await.0];
    assert_eq!(first, [200, 200]);
    assert_eq!(api.get("/organization").await.0, 429);
    tokio::time::sleep(Duration::from_millis(2050)).await;
    assert_eq!(api.get("/organization").await.0, 200);
}

#[tokio::test]
async fn a_refusal_names_the_wait_only_with_its_quirk() {
    let builder = FakeQovery::builder().rate_limit(0, Duration::from_mins(1));
    for (builder, named) in [(builder.clone(), false), (builder.quirk(QoveryQuirk::RetryAfter), true)] {
        let api = Api::with(builder).await;
        let token = format!("Token {}", api.fake.token());
        let answer = api.send(Method::GET, "/organization", &token, None).await;
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers().contains_key("retry-after"), named);
    }
}

#[tokio::test]
async fn requests_are_kept_in_order() {
    let api = Api::start().await;
    api.get("/organization").await;
    api.get("/nowhere").await;
    let paths: Vec<String> = api.fake.requests().iter().map(|r| r.path.clone()).collect();
    assert_eq!(paths, ["/organization", "/nowhere"]);
}
