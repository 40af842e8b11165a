//! What Qovery refuses becomes the right kind of error, with the server's own sentence and shows no credential.

use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, DeploymentId, Error, ErrorKind, LogOptions, Qovery, Target, TargetKind,
    platform,
};

use serde_json::{Value, json};
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

const RECORDED: &str = include_str!("../recorded/qovery-errors.jsonl");
const MARKER: &str = "planted-credential-0815";

/// The id of everything on the server.
const ID: &str = "0a1b2c3d-0000-4000-8000-000000000001";

/// How a refusal is met: by which call of the adapter.
#[derive(Clone, Copy, Debug)]
enum Call {
    Check,
    Read(&'static str),
    /// Looking up what is configured, before a trigger.
    Commits,
    Deploy(&'static str),
    Deployment,
    Cancel,
    Logs,
}

/// The call that meets a recorded refusal, or the nearest one where the adapter does not use the operation; and what
/// it must become.
fn expected(operation: &str, status: u64) -> (Call, ErrorKind, Option<&'static str>) {
    match (operation, status) {
        ("listOrganization", 401) => (Call::Check, ErrorKind::Unauthorized, Some("The token is not valid")),
        ("getApplication", 403) => (
            Call::Read("application"),
            ErrorKind::NotFoundOrForbidden,
            Some("You do not have access to this application"),
        ),
        // It was read just before, so that it exists.
        ("deployApplication", 403) => {
            (Call::Deploy("application"), ErrorKind::PermissionDenied, Some("Your role does not allow to deploy"))
        }
        ("getEnvironment", 404) => (Call::Read("environment"), ErrorKind::NotFound, Some("Environment not found")),
        ("deployContainer", 400) => {
            (Call::Deploy("container"), ErrorKind::NotFound, Some("The tag 9.9.9 does not exist in the registry"))
        }
        ("deployJob", 400) => {
            (Call::Deploy("job"), ErrorKind::Rejected, Some("image_tag and git_commit_id cannot be set together"))
        }
        ("getHelm", 404) => (Call::Read("helm"), ErrorKind::NotFound, Some("Helm chart not found")),
        ("getJob", 404) => (Call::Read("job"), ErrorKind::NotFound, Some("Not Found")),
        ("stopApplication", 409) => {
            (Call::Deploy("application"), ErrorKind::Conflict, Some("An operation is in progress on this environment"))
        }
        ("cancelEnvironmentDeployment", 409) => {
            (Call::Cancel, ErrorKind::Conflict, Some("The deployment is already cancelled"))
        }
        ("listApplicationCommit", 400) => {
            (Call::Commits, ErrorKind::Rejected, Some("The service has no git repository"))
        }
        ("createVariable", 422) => {
            (Call::Deploy("application"), ErrorKind::Rejected, Some("The key must not be empty"))
        }
        ("getEnvironmentStatuses", 429) => (Call::Deployment, ErrorKind::RateLimited, Some("Too many requests")),
        ("getEnvironmentStatus", 429) => (Call::Deployment, ErrorKind::RateLimited, Some("Too Many Requests")),
        ("getApplicationStatus", 429) => (Call::Deployment, ErrorKind::RateLimited, Some("Rate limit exceeded")),
        ("deployEnvironment", 500) => {
            (Call::Deploy("environment"), ErrorKind::Undecidable, Some("No message available"))
        }
        ("deployAllServices", 502) => (Call::Deploy("application"), ErrorKind::Undecidable, None),
        ("listEnvironmentLogs", 503) => {
            (Call::Logs, ErrorKind::Unavailable, Some("upstream connect error or disconnect/reset before headers"))
        }
        ("getProject", 504) => (Call::Read("environment"), ErrorKind::Unavailable, None),
        // JSON that breaks off may hold anything, and is no sentence.
        ("getDatabase", 500) => (Call::Read("database"), ErrorKind::Unavailable, None),
        ("getTerraform", 403) => (Call::Read("terraform"), ErrorKind::NotFoundOrForbidden, None),
        other => panic!("no expectation for {other:?}"),
    }
}

fn refusal(line: &Value) -> ResponseTemplate {
    let status = u16::try_from(line["status"].as_u64().unwrap()).unwrap();
    let kind = line["headers"]["content-type"].as_str().unwrap_or_default();
    let body = match &line["body"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut template = ResponseTemplate::new(status).set_body_raw(body, kind);
    for (name, value) in line["headers"].as_object().unwrap() {
        if name != "content-type" {
            template = template.insert_header(name.as_str(), value.as_str().unwrap());
        }
    }
    template
}

/// A server that answers what comes before a call, and refuses the call itself.
async fn server(call: Call, refusal: ResponseTemplate) -> MockServer {
    let server = MockServer::builder().start().await;
    let refused = match call {
        Call::Check => Mock::given(path("/organization")),
        Call::Read(kind) => Mock::given(path(format!("/{kind}/{ID}"))),
        Call::Commits => Mock::given(path(format!("/application/{ID}/commit"))),
        Call::Deploy(kind) => Mock::given(method("POST")).and(path(format!("/{kind}/{ID}/deploy"))),
        Call::Deployment => Mock::given(path(format!("/environment/{ID}/statuses"))),
        Call::Cancel => Mock::given(path(format!("/environment/{ID}/cancelDeployment"))),
        Call::Logs => Mock::given(path(format!("/environment/{ID}/logs"))),
    };
    refused.respond_with(refusal).with_priority(1).mount(&server).await;
    let one = json!([{"id": ID, "state": "DEPLOYING", "execution_id": "e-1"}]);
    let statuses = json!({
        "environment": {"id": ID, "state": "DEPLOYING", "last_deployment_state": "DEPLOYING", "last_deployment_id": "e-1"},
        "applications": one, "containers": one, "jobs": one,
    });
    let answer = |path: &str, body: Value| {
        Mock::given(path_regex(path.replace("ID", ID))).respond_with(ResponseTemplate::new(200).set_body_json(body))
    };
    answer("^/environment/ID/statuses$", statuses).mount(&server).await;
    answer("^/environment/ID/deploymentQueue$", json!({"results": []})).mount(&server).await;
    answer("^/application/ID/commit$", json!({"results": [{"git_commit_id": "0123456789abcdef"}]}))
        .mount(&server)
        .await;
    answer("^/container/ID$", json!({"id": ID, "name": "worker", "tag": "1.0.0"})).mount(&server).await;
    let job = json!({"id": ID, "name": "cron", "source": {"image": {"tag": "1.0.0"}}});
    answer("^/job/ID$", job).mount(&server).await;
    server
}

fn deployer(url: &str, token: &str) -> Qovery {
    Qovery::builder().url(url).token(token).grace(Duration::from_millis(300)).build().unwrap()
}

async fn meet(qovery: &Qovery, call: Call) -> Error {
    let target = |kind: &str| {
        let target = Target::new(TargetKind::from(kind), ID);
        if kind == "environment" { target } else { target.in_environment(ID) }
    };
    let id = || {
        let id = DeploymentId::new(platform::QOVERY, Target::application(ID));
        id.with("environment", ID).with("execution", "e-1")
    };
    match call {
        Call::Check => qovery.check().await.map(drop),
        Call::Read(kind) => qovery.service(&target(kind)).await.map(drop),
        Call::Commits => qovery.deploy(&DeployRequest::new(target("application"))).await.map(drop),
        Call::Deploy(kind) => qovery.deploy(&DeployRequest::new(target(kind))).await.map(drop),
        Call::Deployment => qovery.deployment(&id()).await.map(drop),
        Call::Cancel => qovery.cancel_deployment(&id()).await.map(drop),
        Call::Logs => qovery.logs_of(&id(), LogOptions::default()).await.map(drop),
    }
    .unwrap_err()
}

#[tokio::test]
async fn every_recorded_refusal_becomes_the_right_error() {
    let mut seen = 0;
    for line in RECORDED.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (operation, status) = (line["operation"].as_str().unwrap(), line["status"].as_u64().unwrap());
        let (call, kind, sentence) = expected(operation, status);
        let server = server(call, refusal(&line)).await;
        let error = meet(&deployer(&server.uri(), MARKER), call).await;
        assert_eq!((error.kind(), error.status().map(u64::from)), (kind, Some(status)), "{operation}: {error:?}");
        // An undecidable trigger keeps the server's answer as its cause.
        let said = error.server_message().map(str::to_owned).or_else(|| sentence_of_source(&error));
        assert_eq!(said.as_deref(), sentence, "{operation}: {error:#}");
        assert!(!format!("{error:?} {error:#}").contains(MARKER), "{operation}");
        seen += 1;
    }
    assert_eq!(seen, 21);
}

fn sentence_of_source(error: &Error) -> Option<String> {
    let source = std::error::Error::source(error)?.downcast_ref::<Error>()?;
    source.server_message().map(str::to_owned)
}

#[tokio::test]
async fn a_rate_limit_reports_how_long_to_wait_in_each_of_its_forms() {
    let date = "Thu, 20 Aug 2026 14:30:00 GMT";
    let cases = [
        ("x-ratelimit-reset", "1787236800", 600),
        ("retry-after", "30", 30),
        ("retry-after", "Thu, 20 Aug 2026 15:00:00 GMT", 1800),
    ];
    for (name, value, seconds) in cases {
        let refusal = ResponseTemplate::new(429).insert_header("date", date).insert_header(name, value);
        let server = server(Call::Deployment, refusal).await;
        let error = meet(&deployer(&server.uri(), MARKER), Call::Deployment).await;
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)), "{name}: {value}");
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_trigger_is_undecidable_and_the_trigger_is_sent_once() {
    let slow = ResponseTemplate::new(202).set_delay(Duration::from_secs(5));
    let server = server(Call::Deploy("application"), slow).await;
    let builder = Qovery::builder().url(server.uri()).token(MARKER);
    let qovery = builder.timeout(Duration::from_millis(200)).grace(Duration::from_secs(4)).build().unwrap();
    let error = meet(&qovery, Call::Deploy("application")).await;
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false));
    let triggers = server.received_requests().await.unwrap();
    assert_eq!(triggers.iter().filter(|request| request.method.as_str() == "POST").count(), 1);
}

#[tokio::test]
async fn a_failure_before_the_trigger_is_safe_to_repeat() {
    let server = server(Call::Deployment, ResponseTemplate::new(503)).await;
    let error = meet(&deployer(&server.uri(), MARKER), Call::Deploy("application")).await;
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unavailable, true));
    let requests = server.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| request.method.as_str() == "GET"));
}

#[tokio::test]
async fn an_accepted_trigger_without_a_body_is_accepted() {
    let server = server(Call::Deploy("application"), ResponseTemplate::new(204)).await;
    let target = Target::application(ID).in_environment(ID);
    let deployment = deployer(&server.uri(), MARKER).deploy(&DeployRequest::new(target)).await.unwrap();
    assert_eq!(deployment.identity, anydeploy::Identity::Pending);
}

#[tokio::test]
async fn a_list_of_services_asks_no_more_after_the_first_refusal() {
    let server = MockServer::start().await;
    let list = |rows: Value| ResponseTemplate::new(200).set_body_json(json!({ "results": rows }));
    let environment = |number: usize| json!({ "id": format!("0a1b2c3d-0000-4000-8000-{number:012}"), "name": "e" });
    let environments: Value = (1..=20).map(environment).collect();
    let at = |route: &str| Mock::given(method("GET")).and(path(route.to_owned()));
    at("/organization").respond_with(list(json!([{ "id": ID, "name": "o" }]))).mount(&server).await;
    at(&format!("/organization/{ID}/environments")).respond_with(list(environments)).mount(&server).await;
    at(&format!("/organization/{ID}/services")).respond_with(list(json!([]))).mount(&server).await;
    let statuses = Mock::given(method("GET")).and(path_regex("/statuses$"));
    statuses.respond_with(ResponseTemplate::new(401)).mount(&server).await;

    let qovery = Qovery::builder().url(server.uri()).token(MARKER).build().unwrap();
    assert_eq!(qovery.services().await.unwrap_err().kind(), ErrorKind::Unauthorized);
    let requests = server.received_requests().await.unwrap();
    let statuses = requests.iter().filter(|request| request.url.path().ends_with("/statuses")).count();
    // As many as are read at once.
    assert!((1..=4).contains(&statuses), "{statuses}");
}
