//! An answer that is not the platform's says nothing about token, id or permission, whatever its status.

use std::time::Duration;

use anydeploy::{
    Coolify, DeployRequest, Deployer, DeployerExt, DeploymentId, Dokploy, Error, ErrorKind, Platform, Qovery, Target,
    WatchOptions, platform,
};
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::closed::Closed;

const TOKEN: &str = "planted-marker-token";

/// How long a read before a trigger is repeated that something in front of the platform answers.
const GRACE: Duration = Duration::from_secs(1);

fn coolify(url: String) -> Coolify {
    Coolify::builder().url(url).token(TOKEN).grace(GRACE).build().unwrap()
}

fn dokploy(url: String) -> Dokploy {
    Dokploy::builder().url(url).token(TOKEN).grace(GRACE).build().unwrap()
}

fn qovery(url: String) -> Qovery {
    Qovery::builder().url(url).token(TOKEN).grace(GRACE).build().unwrap()
}

fn deployers(url: &str) -> [(Platform, Box<dyn Deployer>); 3] {
    [
        (platform::COOLIFY, Box::new(coolify(url.to_owned()))),
        (platform::DOKPLOY, Box::new(dokploy(url.to_owned()))),
        (platform::QOVERY, Box::new(qovery(url.to_owned()))),
    ]
}

fn id(platform: &Platform) -> DeploymentId {
    let target = Target::application("11111111-1111-4111-8111-111111111111")
        .in_environment("22222222-2222-4222-8222-222222222222");
    let id = DeploymentId::new(platform.clone(), target);
    match platform {
        name if *name == platform::COOLIFY => id.with("deployment", "d"),
        name if *name == platform::DOKPLOY => id.with("row", "r"),
        _ => id.with("environment", "22222222-2222-4222-8222-222222222222").with("request", "1"),
    }
}

async fn serve(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::builder().start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// What has to hold of an error that says that something in front of the platform answers.
fn is_foreign(error: &Error, context: &str) {
    assert_eq!(error.kind(), ErrorKind::Unreadable, "{context}: {error:#}");
    assert_eq!(error.server_message(), None, "{context}: {error}");
    let line = error.to_string();
    assert!(line.contains("front of the platform") || line.contains("redirect"), "{context}: {line}");
    for word in ["token", "permission", "check the id", "planted", "trigger"] {
        assert!(!line.contains(word), "{context}: {line}");
    }
}

/// Answers that no platform gives.
fn foreign() -> Vec<(String, ResponseTemplate)> {
    let page = "<!DOCTYPE html><title>Just a moment…</title>planted";
    let mut answers = Vec::new();
    for status in [400, 401, 403, 404, 405, 406, 409, 410, 422] {
        let html = ResponseTemplate::new(status).set_body_raw(page, "text/html; charset=UTF-8");
        answers.push((format!("{status} page"), html.clone()));
        answers.push((format!("{status} challenge"), html.insert_header("cf-mitigated", "challenge")));
        let text = ResponseTemplate::new(status).set_body_raw("planted refusal\n", "text/plain; charset=utf-8");
        answers.push((format!("{status} text"), text));
        let mislabelled = ResponseTemplate::new(status).set_body_raw(page, "application/octet-stream");
        answers.push((format!("{status} page without its type"), mislabelled));
        let cloudflare =
            serde_json::json!({"cloudflare_error": true, "status": status, "detail": "planted", "message": "planted"});
        answers.push((format!("{status} JSON of Cloudflare"), ResponseTemplate::new(status).set_body_json(cloudflare)));
        let amazon = serde_json::json!({"message": "Forbidden"});
        let amazon =
            ResponseTemplate::new(status).set_body_json(amazon).insert_header("x-amzn-errortype", "ForbiddenException");
        answers.push((format!("{status} JSON of Amazon's gateway"), amazon));
    }
    for status in [301, 302, 303, 307, 308] {
        for location in ["https://team.cloudflareaccess.com/cdn-cgi/access/login/x?planted", "/login?rd=planted"] {
            let redirect = ResponseTemplate::new(status).insert_header("location", location);
            answers.push((format!("{status} to {location}"), redirect));
        }
    }
    answers.push(("407".to_owned(), ResponseTemplate::new(407)));
    answers.push(("511".to_owned(), ResponseTemplate::new(511).set_body_raw(page, "text/html")));
    answers.push(("200 page".to_owned(), ResponseTemplate::new(200).set_body_raw(page, "text/html")));
    answers.push((
        "200 page that hides".to_owned(),
        ResponseTemplate::new(200).set_body_raw("<head><title>x", "text/plain"),
    ));
    answers
}

#[tokio::test]
async fn a_page_or_a_text_of_a_proxy_is_never_a_word_of_the_platform() {
    for (name, answer) in foreign() {
        let server = serve(answer).await;
        for (platform, deployer) in deployers(&server.uri()) {
            let context = format!("{platform}, {name}");
            is_foreign(&deployer.check().await.unwrap_err(), &context);
            is_foreign(&deployer.deployment(&id(&platform)).await.unwrap_err(), &context);
            is_foreign(&deployer.services().await.unwrap_err(), &context);
        }
    }
}

#[tokio::test]
async fn a_gateways_json_is_recognised_where_the_platform_never_says_that() {
    let bodies = [
        (404, r#"{"message":"no Route matched with those values"}"#),
        (404, r#"{"message":"Not Found"}"#),
        (403, r#"{"message":"Forbidden"}"#),
        (403, r#"{"message":"Missing Authentication Token"}"#),
        (401, r#"{"status":401,"message":"Unauthorized"}"#),
        (401, "{}"),
        (401, r#""Unauthorized""#),
        (404, ""),
    ];
    for (status, body) in bodies {
        let server = serve(ResponseTemplate::new(status).set_body_raw(body, "application/json")).await;
        is_foreign(&coolify(server.uri()).check().await.unwrap_err(), body);
        is_foreign(&dokploy(server.uri()).check().await.unwrap_err(), body);
    }
}

#[tokio::test]
async fn what_the_platforms_say_themselves_is_still_believed() {
    let server = |status, body: &str| {
        serve(ResponseTemplate::new(status).set_body_raw(body.to_owned(), "application/json; charset=utf-8"))
    };
    let refused = server(401, r#"{"message":"Unauthenticated."}"#).await;
    assert_eq!(coolify(refused.uri()).check().await.unwrap_err().kind(), ErrorKind::Unauthorized);
    let denied =
        server(403, r#"{"message":"You are not authorized to perform this action.","error":"Unauthorized"}"#).await;
    let error = coolify(denied.uri()).deployment(&id(&platform::COOLIFY)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RoleTooLow);
    let refused = server(401, r#"{"message":"Unauthorized"}"#).await;
    assert_eq!(dokploy(refused.uri()).check().await.unwrap_err().kind(), ErrorKind::UnauthorizedOrRateLimited);
    let refused = server(401, r#"{"status":401,"detail":"The token is not valid"}"#).await;
    assert_eq!(qovery(refused.uri()).check().await.unwrap_err().kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_busy_proxy_is_still_waited_for() {
    for (status, kind) in [
        (429, ErrorKind::RateLimited),
        (502, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (504, ErrorKind::Unavailable),
    ] {
        let page =
            ResponseTemplate::new(status).insert_header("retry-after", "7").set_body_raw("<html>busy", "text/html");
        let server = serve(page).await;
        for (platform, deployer) in deployers(&server.uri()) {
            let error = deployer.services().await.unwrap_err();
            assert_eq!((error.kind(), error.is_transient()), (kind, true), "{platform} {status}");
            assert_eq!(error.retry_after(), Some(Duration::from_secs(7)), "{platform} {status}");
        }
    }
}

#[tokio::test]
async fn a_challenge_before_the_trigger_stops_a_deploy_before_anything_is_sent() {
    let challenge = ResponseTemplate::new(403)
        .insert_header("cf-mitigated", "challenge")
        .set_body_raw("<!DOCTYPE html>Just a moment…", "text/html");
    let server = serve(challenge).await;
    for (platform, deployer) in deployers(&server.uri()) {
        let error = deployer.deploy(&DeployRequest::new(id(&platform).target().clone())).await.unwrap_err();
        is_foreign(&error, platform.as_str());
        assert!(error.is_safe_to_repeat(), "{error}");
    }
    let requests = server.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| request.method.as_str() == "GET"), "a trigger was sent");
}

#[tokio::test]
async fn a_watch_goes_on_through_a_challenge_and_a_login() {
    let server = MockServer::builder().start().await;
    let challenge = ResponseTemplate::new(403)
        .insert_header("cf-mitigated", "challenge")
        .set_body_raw("<!DOCTYPE html>Just a moment…", "text/html");
    let login = ResponseTemplate::new(302).insert_header("location", "https://sso.example/login?rd=planted");
    let row = serde_json::json!({"deployment_uuid": "d", "status": "finished", "application_id": "1", "logs": "[]"});
    Mock::given(any()).respond_with(challenge).up_to_n_times(1).with_priority(1).mount(&server).await;
    Mock::given(any()).respond_with(login).up_to_n_times(1).with_priority(2).mount(&server).await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(row))
        .with_priority(3)
        .mount(&server)
        .await;
    let mut options = WatchOptions::within(Duration::from_secs(30));
    options.first_interval = Some(Duration::from_millis(10));
    options.longest_interval = Duration::from_millis(20);
    let outcome = coolify(server.uri()).watch(&id(&platform::COOLIFY), options).await.unwrap();
    assert!(outcome.is_success(), "{outcome}");
    assert!(server.received_requests().await.unwrap().len() >= 3);
}

#[tokio::test]
async fn a_redirect_says_where_to_and_what_to_do_without_path_and_query() {
    let cases = [
        (
            "https://team.cloudflareaccess.com/cdn-cgi/access/login/x?planted",
            "https://team.cloudflareaccess.com",
            "set its headers",
        ),
        ("https://sso.example/?planted", "https://sso.example", "set its headers"),
        ("/login?rd=planted", "http://127.0.0.1", "an access proxy asks for a login"),
        ("https://127.0.0.1/planted", "https://127.0.0.1", "use https://127.0.0.1 as the URL"),
    ];
    for (location, origin, advice) in cases {
        let server = serve(ResponseTemplate::new(302).insert_header("location", location)).await;
        for (platform, deployer) in deployers(&server.uri()) {
            let line = deployer.services().await.unwrap_err().to_string();
            assert!(line.contains(origin) && line.contains(advice), "{platform}: {line}");
            assert!(!line.contains("planted"), "{platform}: {line}");
        }
    }
}

#[tokio::test]
async fn a_failed_read_is_safe_to_repeat_and_speaks_of_no_trigger() {
    for answer in [
        ResponseTemplate::new(500).set_body_json(serde_json::json!({"message": "Server Error"})),
        ResponseTemplate::new(502).set_body_raw("<html>", "text/html"),
        ResponseTemplate::new(200).set_body_raw("{\"broken", "application/json"),
    ] {
        let server = serve(answer).await;
        for (platform, deployer) in deployers(&server.uri()) {
            let error = deployer.deployment(&id(&platform)).await.unwrap_err();
            assert!(error.is_safe_to_repeat(), "{error}");
            assert!(!error.to_string().contains("trigger") && !error.to_string().contains("acted on"), "{error}");
        }
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_a_kind_of_its_own_and_the_limit_can_be_raised() {
    let body = format!("{{\"padding\":\"{}\"}}", "x".repeat(2000));
    let server = serve(ResponseTemplate::new(200).set_body_raw(body, "application/json")).await;
    let small = Coolify::builder().url(server.uri()).token(TOKEN).max_body(1000).build().unwrap();
    let error = small.deployment(&id(&platform::COOLIFY)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AnswerTooLarge);
    let line = error.to_string();
    assert!(line.contains("more than 1000 bytes") && line.contains("`max_body`"), "{line}");
    let large = coolify(server.uri()).deployment(&id(&platform::COOLIFY)).await.unwrap_err();
    assert_eq!(large.kind(), ErrorKind::Unreadable);
}

#[tokio::test]
async fn a_connection_that_fails_says_where_and_why() {
    let closed = Closed::new();
    let address = closed.address();
    for (platform, deployer) in deployers(&format!("http://{address}")) {
        let error = deployer.services().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable, "{platform}");
        let line = error.to_string();
        assert!(line.contains(&format!("cannot connect to http://{address}: nothing listens on that port")), "{line}");
        let whole = format!("{error:#}");
        let operation = error.operation().unwrap();
        assert_eq!(whole.matches(operation).count(), 1, "{whole}");
        assert_eq!(whole.matches("cannot connect").count(), 1, "{whole}");
    }
}

#[tokio::test]
async fn an_error_of_the_raw_client_becomes_one_of_the_facade() {
    let body = serde_json::json!({"message": "Validation failed.", "errors": {"is_build_time": ["This field is not allowed."]}});
    let server = serve(ResponseTemplate::new(422).set_body_json(body)).await;
    let raw = coolify(server.uri()).api().version().await.unwrap_err();
    assert_eq!(raw.server_message().as_deref(), Some("Validation failed. is_build_time: This field is not allowed."));
    let error = Coolify::error(raw);
    assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(422)));
    assert_eq!((error.platform(), error.operation()), (Some(&platform::COOLIFY), Some("version")));
    assert!(error.server_message().unwrap().contains("is_build_time: This field is not allowed."), "{error}");
    let issues = serde_json::json!({
        "message": "Input validation failed", "code": "BAD_REQUEST",
        "issues": [{"path": ["name"], "message": "Required"}],
    });
    let server = serve(ResponseTemplate::new(400).set_body_json(issues)).await;
    let raw = dokploy(server.uri()).api().project_all().await.unwrap_err();
    assert_eq!(raw.server_message().as_deref(), Some("Input validation failed name: Required"));
    assert_eq!(Dokploy::error(raw).kind(), ErrorKind::Rejected);
    let server =
        serve(ResponseTemplate::new(401).set_body_json(serde_json::json!({"detail": "The token is not valid"}))).await;
    let raw = qovery(server.uri()).api().list_organization().await.unwrap_err();
    assert_eq!(raw.server_message().as_deref(), Some("The token is not valid"));
    assert_eq!(Qovery::error(raw).kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_check_never_speaks_of_a_trigger() {
    let server = serve(ResponseTemplate::new(200).set_body_string("4.3.11")).await;
    let down = ResponseTemplate::new(503).set_body_json(serde_json::json!({ "message": "Service Unavailable" }));
    let refused = Mock::given(wiremock::matchers::method("POST")).respond_with(down).with_priority(1);
    refused.mount(&server).await;
    let error = coolify(server.uri()).check().await.unwrap_err();
    assert!(error.is_safe_to_repeat() && !error.to_string().contains("trigger"), "{error}");
}

#[tokio::test]
async fn a_refusal_that_repeats_the_token_is_reported_without_it() {
    let server = MockServer::builder().start().await;
    let said = format!("nobody here goes by {TOKEN} today");
    let body = serde_json::json!({ "message": said, "detail": said, "code": "BAD_REQUEST" });
    let refused = ResponseTemplate::new(400).set_body_json(body);
    Mock::given(any()).respond_with(refused).mount(&server).await;
    for (platform, deployer) in deployers(&server.uri()) {
        let error = deployer.services().await.unwrap_err();
        let sentence = error.server_message().unwrap();
        assert!(sentence.contains("nobody here goes by [redacted]"), "{platform}: {sentence}");
        assert!(!format!("{error} {error:#} {error:?}").contains(TOKEN), "{platform}: {error:?}");
    }
}
