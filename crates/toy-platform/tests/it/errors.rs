//! Failed answers: Toy's own, those of something in front of it, and what they may show.

use anydeploy_adapter::{DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, Phase, Target, Timing};
use hyper::Method;
use toy_platform::Toy;

use crate::deployer;
use crate::fake::{FAILURE, FakeToy, Fault, TOKEN};

const PAGE: &str = "<!doctype html><html><title>Sign in</title></html>";

#[tokio::test]
async fn a_refusal_of_toy_is_believed() {
    let fake = FakeToy::start().await;
    let toy = deployer(&fake, Timing::default());
    let missing = toy.deploy(&DeployRequest::new(Target::application("nowhere"))).await.unwrap_err();
    assert_eq!((missing.kind(), missing.server_message()), (ErrorKind::NotFound, Some("there is no such thing")));
    let cases = [("queue_full", 409, ErrorKind::QueueFull), ("locked", 409, ErrorKind::Conflict)];
    for (code, status, kind) in cases {
        let body = format!(r#"{{"error": {{"code": "{code}", "message": "not now"}}}}"#);
        fake.fail_next(Method::GET, Fault::Foreign(status, "application/json", body.leak()));
        let error = toy
            .history_of(&Target::application("web"), anydeploy_adapter::HistoryOptions::default())
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.server_message()), (kind, Some("not now")), "{code}");
    }
}

#[tokio::test]
async fn an_answer_of_something_in_front_of_toy_says_nothing_about_token_or_id() {
    let fake = FakeToy::start().await;
    let toy = deployer(&fake, Timing::default());
    let request = DeployRequest::new(Target::application(fake.add_app(&[])));
    let deployed = toy.deploy(&request).await.unwrap();
    let answers = [
        (401, "text/html", PAGE, ErrorKind::Unreadable),
        (404, "text/html", PAGE, ErrorKind::Unreadable),
        (200, "text/html", PAGE, ErrorKind::Unreadable),
        (404, "application/json", r#"{"message": "no Route matched"}"#, ErrorKind::Unreadable),
        (401, "application/json", "", ErrorKind::Unreadable),
        (503, "text/html", PAGE, ErrorKind::Unavailable),
        (503, "application/json", r#"{"message": "no upstream"}"#, ErrorKind::Unavailable),
    ];
    for (status, content_type, body, kind) in answers {
        fake.fail_next(Method::GET, Fault::Foreign(status, content_type, body));
        let error = toy.deployment(&deployed.id).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}: {error}");
    }
}

#[tokio::test]
async fn a_page_in_place_of_the_answer_to_a_trigger_is_a_lost_answer() {
    let fake = FakeToy::start().await;
    let toy = deployer(&fake, Timing::default());
    let request = DeployRequest::new(Target::application(fake.add_app(&[])));
    let intent = toy.prepare(&request).await.unwrap();
    fake.fail_next(Method::POST, Fault::Foreign(502, "text/html", PAGE));
    let found = toy.send(&intent).await.unwrap();
    assert_eq!((found.identity, fake.notes(request.target().id()).len()), (Identity::Exact, 1));
}

#[tokio::test]
async fn no_secret_is_shown() {
    let fake = FakeToy::start().await;
    let toy = deployer(&fake, Timing::default());
    assert!(!format!("{toy:?}").contains(TOKEN));
    let app = fake.add_app(&[&["broken"]]);
    let deployed = toy.deploy(&DeployRequest::new(Target::application(app))).await.unwrap();
    let failed = toy.deployment(&deployed.id).await.unwrap();
    assert!(FAILURE.contains("hunter2") && failed.status.phase == Phase::Failed);
    assert_eq!(failed.reason.as_deref(), Some("docker login failed: password=[redacted]"));
    let quoting = r#"{"error": {"code": "odd", "message": "token toy-token-4711 may not, secret=s3cr3t9"}}"#;
    fake.fail_next(Method::GET, Fault::Foreign(403, "application/json", quoting));
    let refused = toy.deployment(&deployed.id).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    let shown = format!("{refused} {refused:?}");
    assert!(!shown.contains(TOKEN) && !shown.contains("s3cr3t9"), "{shown}");
}

#[test]
fn a_scheme_of_the_token_is_refused_where_there_is_one() {
    let builder = Toy::builder().url("https://toy.example.com").token(TOKEN);
    let error = builder.token_scheme(anydeploy_adapter::config::TokenScheme::Bearer).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
}
