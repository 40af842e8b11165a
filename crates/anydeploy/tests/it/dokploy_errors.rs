//! What Dokploy refuses, and the outcome of a trigger whose answer is lost.

use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, DeploymentId, Dokploy, Error, ErrorKind, HistoryOptions, LogOptions, Phase,
    Target, platform,
};

use serde_json::{Value, json};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const TOKEN: &str = "planted-marker-token";

fn deployer(server: &MockServer) -> Dokploy {
    Dokploy::builder()
        .url(server.uri())
        .token(TOKEN)
        .timeout(Duration::from_millis(500))
        .grace(Duration::from_secs(1))
        .build()
        .unwrap()
}

fn request() -> DeployRequest {
    DeployRequest::new(Target::application("abc"))
}

async fn serve(operation: &str, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::builder().start().await;
    Mock::given(method("GET")).and(path("/api/deployment.queueList")).respond_with(list()).mount(&server).await;
    if operation == "application-deploy" {
        Mock::given(path("/api/deployment.all")).respond_with(list()).mount(&server).await;
    }
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn list() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!([]))
}

/// Makes the call that leads to the operation, or to one of the same kind.
async fn call(dokploy: &Dokploy, operation: &str) -> Error {
    let target = Target::application("abc");
    match operation {
        "application-deploy" => dokploy.deploy(&request()).await.map(drop),
        "deployment-all" => dokploy.history_of(&target, HistoryOptions::default()).await.map(drop),
        "deployment-readLogs" => {
            let id = DeploymentId::new(platform::DOKPLOY, target).with("row", "r");
            dokploy.logs_of(&id, LogOptions::default()).await.map(drop)
        }
        "project-all" | "/project.all" => dokploy.services().await.map(drop),
        "compose-stop" | "compose-loadServices" => dokploy.service(&Target::compose("abc")).await.map(drop),
        _ => dokploy.service(&target).await.map(drop),
    }
    .unwrap_err()
}

fn expected(status: u64, message: &str) -> ErrorKind {
    match (status, message) {
        (401, "Unauthorized" | "UNAUTHORIZED") => ErrorKind::UnauthorizedOrRateLimited,
        (401 | 403, message) if message != "Valid enterprise license required" => ErrorKind::PermissionDenied,
        (400, "Error creating the project: unauthorized to access resource \"project\"") => ErrorKind::PermissionDenied,
        (403, _) | (404, "Not found") | (400, "Deployment cancellation only available in cloud version") => {
            ErrorKind::Unsupported
        }
        (404, message) if message.starts_with('<') => ErrorKind::Unreadable,
        (404, _) | (400, "Error updating the environment: Environment not found") => ErrorKind::NotFound,
        (500, _) => ErrorKind::Unavailable,
        _ => ErrorKind::Rejected,
    }
}

#[tokio::test]
async fn every_recorded_refusal_has_its_kind_and_the_servers_sentence() {
    let recorded = include_str!("../recorded/dokploy-errors.jsonl");
    let mut seen = 0;
    for line in recorded.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (operation, status) = (line["operation"].as_str().unwrap(), line["status"].as_u64().unwrap());
        let body = &line["body"];
        let bytes = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        let headers = line["headers"].as_object().unwrap();
        let kind = headers.get("content-type").and_then(Value::as_str).unwrap_or("application/octet-stream");
        let mut answer = ResponseTemplate::new(u16::try_from(status).unwrap()).set_body_raw(bytes.clone(), kind);
        if let Some(location) = headers.get("location").and_then(Value::as_str) {
            answer = answer.insert_header("location", location);
        }
        let server = serve(operation, answer).await;
        // Without a limit of its own, so that a busy machine is not taken for a silent server.
        let dokploy = Dokploy::builder().url(server.uri()).token(TOKEN).grace(Duration::from_secs(1)).build().unwrap();
        let error = call(&dokploy, operation).await;
        let message = body["message"].as_str().or(body.as_str()).unwrap();
        assert_eq!(error.kind(), expected(status, message), "{line}");
        assert_eq!(error.status().map(u64::from), Some(status), "{line}");
        // A redirect is described in our words, and a web page in none.
        if status != 308 && !message.starts_with('<') {
            let words: Vec<_> = message.split_whitespace().take(6).collect();
            let said = error.server_message().unwrap_or_else(|| panic!("{line}"));
            assert!(said.starts_with(&words.join(" ")), "{said} for {line}");
        }
        assert!(!format!("{error} {error:#} {error:?}").contains(TOKEN));
        seen += 1;
    }
    assert_eq!(seen, 84);
}

#[tokio::test]
async fn a_failed_validation_names_the_field() {
    let body = json!({
        "message": "Input validation failed", "code": "BAD_REQUEST",
        "issues": [{ "code": "too_small", "path": ["tail"], "message": "Too small: expected number to be >=1" }],
    });
    let server = serve("application-one", ResponseTemplate::new(400).set_body_json(body)).await;
    let error = call(&deployer(&server), "application-one").await;
    assert_eq!(error.server_message(), Some("Input validation failed: tail: Too small: expected number to be >=1"));
}

#[tokio::test]
async fn a_proxys_404_while_dokploy_restarts_does_not_make_a_deployment_lost() {
    let traefik = ResponseTemplate::new(404).set_body_raw("404 page not found\n", "text/plain; charset=utf-8");
    let server = serve("deployment-all", traefik).await;
    let id = DeploymentId::new(platform::DOKPLOY, Target::application("abc")).with("row", "r");
    let error = deployer(&server).deployment(&id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
}

#[tokio::test]
async fn a_trigger_without_a_usable_answer_is_recovered_and_never_sent_again() {
    let page = || ResponseTemplate::new(502).set_body_raw("<html>Bad Gateway</html>", "text/html");
    let sql = json!({ "message": "Failed query: x\nparams: hunter2", "code": "INTERNAL_SERVER_ERROR" });
    let answers = [
        page(),
        ResponseTemplate::new(500).set_body_json(sql),
        ResponseTemplate::new(200).set_body_raw("<!doctype html><html>", "text/html"),
        ResponseTemplate::new(200).set_delay(Duration::from_secs(2)),
    ];
    for answer in answers {
        let server = serve("application-deploy", answer).await;
        let error = deployer(&server).deploy(&request()).await.unwrap_err();
        // It has neither a row nor a job in the queue.
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotTriggered, true), "{error}");
        assert!(!format!("{error:#} {error:?}").contains("hunter2"));
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.iter().filter(|request| request.method.as_str() == "POST").count(), 1);
    }
}

#[tokio::test]
async fn a_failure_before_the_trigger_is_safe_to_repeat() {
    let server = serve("deployment-all", ResponseTemplate::new(503)).await;
    let error = deployer(&server).deploy(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.is_safe_to_repeat() && error.is_transient());
    let requests = server.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| request.method.as_str() == "GET"));
}

#[tokio::test]
async fn an_acceptance_in_a_form_of_another_version_is_one() {
    for body in ["", "true", "null", "\"queued\"", r#"{"success":true,"message":"Deployment queued"}"#] {
        let answer = ResponseTemplate::new(200).set_body_raw(body, "application/json");
        let server = serve("application-deploy", answer).await;
        let deployment = deployer(&server).deploy(&request()).await.unwrap();
        assert_eq!(deployment.status.phase, Phase::Queued, "{body}");
        assert!(deployment.id.get("since").is_some(), "the time of acceptance is the server's");
        let requests = server.received_requests().await.unwrap();
        let trigger = requests.iter().find(|request| request.method.as_str() == "POST").unwrap();
        assert_eq!(trigger.headers.get("content-type").unwrap(), "application/json");
        let sent: Value = serde_json::from_slice(&trigger.body).unwrap();
        assert!(sent.get("title").is_none(), "null would be refused");
    }
}
