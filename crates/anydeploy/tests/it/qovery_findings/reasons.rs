//! The reason in the log of a failed deployment: the sentence that a person would choose.

use anydeploy::{DeployerExt, LogOptions, Qovery, Target, TargetKind};
use anydeploy_fakes::{FakeQovery, QoveryScript};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::qovery::{quick, running, web};

const FAILED: &str = include_str!("../../recorded/qovery-failed-logs.jsonl");

const ID: &str = "0a1b2c3d-0000-4000-8000-000000000001";
const OTHER: &str = "0a1b2c3d-0000-4000-8000-000000000002";
const ENVIRONMENT: &str = "0a1b2c3d-0000-4000-8000-000000000003";

/// One entry as the server sends it, from its short form.
fn entry(short: &Value) -> Value {
    let id = match short["of"].as_str() {
        Some("other") => OTHER,
        Some("environment") => ENVIRONMENT,
        Some("none") => "0a1b2c3d-0000-4000-8000-000000000009",
        _ => ID,
    };
    let error = short["error"].is_string().then(|| {
        json!({
            "tag": "ANY",
            "user_log_message": short["error"],
            "link": null,
            "hint_message": short["hint"],
            "underlying_error": short["under"].is_string().then(|| json!({"message": short["under"]})),
        })
    });
    json!({
        "type": if error.is_some() { "error" } else { "info" },
        "timestamp": "2026-08-20T14:00:05.123456789Z",
        "details": {
            "execution_id": "e-1",
            "transmitter": {"id": id, "name": "any", "type": short["by"]},
            "stage": {"step": short["step"], "id": short["stage"], "name": null},
        },
        "error": error,
        "message": short["line"].is_string().then(|| json!({"safe_message": short["line"]})),
    })
}

#[tokio::test]
async fn each_failed_log_gives_the_reason_a_person_would_choose() {
    let mut seen = 0;
    for line in FAILED.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let entries: Vec<Value> = case["log"].as_array().unwrap().iter().map(entry).collect();
        let server = MockServer::builder().start().await;
        let log = ResponseTemplate::new(200).set_body_json(entries);
        Mock::given(path(format!("/environment/{ENVIRONMENT}/logs"))).respond_with(log).mount(&server).await;
        let qovery = Qovery::builder().url(server.uri()).token("t").build().unwrap();
        let kind = TargetKind::from(case["kind"].as_str().unwrap());
        let target =
            if kind == TargetKind::Environment { Target::environment(ENVIRONMENT) } else { Target::new(kind, ID) };
        let id = Qovery::deployment_id(&target, ENVIRONMENT, "e-1");
        let page = qovery.logs_of(&id, LogOptions::default()).await.unwrap();
        assert_eq!(page.reason.as_deref(), case["reason"].as_str(), "{}", case["name"]);
        seen += 1;
    }
    assert!(seen >= 16, "{seen}");
}

#[tokio::test]
async fn the_reason_of_a_failure_may_come_from_the_task_manager() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let why = "Application web failed to be cloned: authentication required";
    fake.next_deployment(&fake.application(), QoveryScript::fails_before_the_service(why).log(["cloning"]));
    let outcome = qovery.deploy_and_wait(&web(&fake), quick()).await.unwrap();
    assert_eq!(outcome.reason(), Some(why), "{outcome:?}");
    assert!(outcome.log().unwrap().lines.iter().any(|line| line.text == why), "{outcome:?}");
}
