//! Answers of a Coolify server, or of what stands before it, that no fake gives: none may pass for a success.

use std::time::Duration;

use anydeploy::{
    Adoption, Coolify, DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, Phase, Target, WatchOptions,
};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

struct Odd(MockServer);

impl Odd {
    /// A server that lists no deployments, unless a mock says otherwise.
    async fn start() -> Self {
        let server = MockServer::builder().start().await;
        let list = ResponseTemplate::new(200).set_body_json(json!({ "count": 0, "deployments": [] }));
        let route = path("/api/v1/deployments/applications/web");
        Mock::given(method("GET")).and(route).respond_with(list).with_priority(10).mount(&server).await;
        Self(server)
    }

    async fn answers(&self, verb: &str, route: &str, status: u16, body: Value) {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        let mock = Mock::given(method(verb)).and(path(format!("/api/v1{route}"))).respond_with(answer);
        mock.mount(&self.0).await;
    }

    /// The same, for the first request alone.
    async fn answers_once(&self, verb: &str, route: &str, answer: ResponseTemplate) {
        self.answers_times(verb, route, answer, 1, 1).await;
    }

    /// The same, for so many requests, after the answers of a smaller priority.
    async fn answers_times(&self, verb: &str, route: &str, answer: ResponseTemplate, times: u64, priority: u8) {
        let mock = Mock::given(method(verb)).and(path(format!("/api/v1{route}"))).respond_with(answer);
        mock.up_to_n_times(times).with_priority(priority).mount(&self.0).await;
    }

    fn deployer(&self) -> Coolify {
        Coolify::builder().url(self.0.uri()).token("1|t").grace(Duration::from_millis(600)).build().unwrap()
    }
}

fn accepted(message: &str) -> Value {
    json!({ "deployments": [{ "message": message, "resource_uuid": "web", "deployment_uuid": "phantom" }] })
}

fn missing() -> Value {
    json!({ "message": "Deployment not found." })
}

fn request() -> DeployRequest {
    DeployRequest::new(Target::application("web"))
}

fn quick() -> WatchOptions {
    WatchOptions::within(Duration::from_secs(5)).with_intervals(Duration::from_millis(5), Duration::from_millis(20))
}

#[tokio::test]
async fn a_deployment_that_ended_long_before_the_trigger_is_never_adopted() {
    let odd = Odd::start().await;
    odd.answers("POST", "/deploy", 200, accepted("Deployment already queued for this commit.")).await;
    odd.answers("GET", "/deployments/phantom", 404, missing()).await;
    let old = json!({ "deployment_uuid": "old", "status": "finished", "updated_at": "2020-01-01T00:00:00.000000Z" });
    odd.answers("GET", "/deployments/applications/web", 200, json!({ "count": 1, "deployments": [old] })).await;
    let error = odd.deployer().deploy_and_wait(&request(), quick()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecidable);
    assert!(!error.is_safe_to_repeat());
}

#[tokio::test]
async fn an_id_that_could_not_be_confirmed_is_pending_and_adopted_later() {
    let odd = Odd::start().await;
    odd.answers("POST", "/deploy", 200, accepted("Deployment already queued for this commit.")).await;
    odd.answers("GET", "/deployments/phantom", 404, missing()).await;
    let none = ResponseTemplate::new(200).set_body_json(json!({ "count": 0, "deployments": [] }));
    odd.answers_times("GET", "/deployments/applications/web", none, 1, 1).await;
    let closed = ResponseTemplate::new(503).insert_header("Retry-After", "3600");
    odd.answers_times("GET", "/deployments/applications/web", closed, 1, 2).await;
    let real = json!({ "deployment_uuid": "real", "status": "in_progress" });
    odd.answers("GET", "/deployments/applications/web", 200, json!({ "count": 1, "deployments": [real] })).await;
    let coolify = odd.deployer();
    let deployment = coolify.deploy(&request().with_adoption(Adoption::Any)).await.unwrap();
    assert_eq!(deployment.identity, Identity::Pending);
    let found = coolify.deployment(&deployment.id).await.unwrap();
    assert_eq!((found.identity, found.id.get("deployment")), (Identity::Adopted, Some("real")));
}

#[tokio::test]
async fn an_acceptance_that_names_no_deployment_is_not_safe_to_repeat() {
    for body in [json!({ "message": ["Application web deployment queued."] }), json!({}), json!({ "deployments": [] })]
    {
        let odd = Odd::start().await;
        odd.answers("POST", "/deploy", 200, body.clone()).await;
        let error = odd.deployer().deploy(&request()).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{body}");
    }
}

#[tokio::test]
async fn a_404_of_a_proxy_does_not_end_a_watch_as_lost() {
    let odd = Odd::start().await;
    let row = |status| json!({ "deployment_uuid": "d", "status": status });
    let body = json!({ "deployments": [{ "resource_uuid": "web", "deployment_uuid": "d" }] });
    odd.answers("POST", "/deploy", 200, body).await;
    odd.answers_once("GET", "/deployments/d", ResponseTemplate::new(200).set_body_json(row("in_progress"))).await;
    let coolify = odd.deployer();
    let deployment = coolify.deploy(&request()).await.unwrap();
    assert_eq!(deployment.status.phase, Phase::Running);
    odd.answers_once("GET", "/deployments/d", ResponseTemplate::new(404).set_body_string("404 page not found")).await;
    odd.answers("GET", "/deployments/d", 200, row("finished")).await;
    assert!(coolify.watch(&deployment.id, quick()).await.unwrap().is_success());
}

#[tokio::test]
async fn a_web_page_with_429_is_a_rate_limit_and_not_a_full_queue() {
    let odd = Odd::start().await;
    let page = ResponseTemplate::new(429).set_body_raw("<html>slow down</html>", "text/html");
    odd.answers_once("POST", "/deploy", page).await;
    assert_eq!(odd.deployer().deploy(&request()).await.unwrap_err().kind(), ErrorKind::RateLimited);
}

#[tokio::test]
async fn a_token_that_the_server_echoes_after_a_telltale_is_masked() {
    let odd = Odd::start().await;
    odd.answers("POST", "/deploy", 422, json!({ "message": "Authorization: Bearer 1|t is not accepted" })).await;
    let error = odd.deployer().deploy(&request()).await.unwrap_err();
    assert!(!format!("{error} {error:#} {error:?} {error:#?}").contains("1|t"), "{error:#?}");
}

#[tokio::test]
async fn an_error_in_its_older_form_is_about_the_application_and_not_about_the_route() {
    let odd = Odd::start().await;
    odd.answers("POST", "/deploy", 404, json!({ "error": "No resources found.", "docs": "https://coolify.io/docs" }))
        .await;
    let error = odd.deployer().deploy(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.server_message()), (ErrorKind::NotFound, Some("No resources found.")));
}

#[tokio::test]
async fn a_deployment_that_began_after_the_trigger_is_never_adopted() {
    let odd = Odd::start().await;
    odd.answers("POST", "/deploy", 200, accepted("Deployment already queued for this commit.")).await;
    odd.answers("GET", "/deployments/phantom", 404, missing()).await;
    let later = (Utc::now() + TimeDelta::hours(1)).to_rfc3339();
    let row = json!({ "deployment_uuid": "later", "status": "in_progress", "created_at": later, "updated_at": later });
    odd.answers("GET", "/deployments/applications/web", 200, json!({ "count": 1, "deployments": [row] })).await;
    for adoption in [Adoption::Fresh, Adoption::Any] {
        let error = odd.deployer().deploy(&request().with_adoption(adoption)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{adoption:?}");
    }
}

#[tokio::test]
async fn a_token_without_a_team_is_a_refused_credential_although_the_answer_is_400() {
    let odd = Odd::start().await;
    let invalid = json!({ "message": "Invalid token.", "docs": "https://coolify.io/docs" });
    odd.answers("GET", "/version", 400, invalid.clone()).await;
    odd.answers("GET", "/deployments/applications/web", 400, invalid.clone()).await;
    odd.answers("POST", "/deploy", 400, invalid).await;
    assert_eq!(odd.deployer().check().await.unwrap_err().kind(), ErrorKind::Unauthorized);
    assert_eq!(odd.deployer().deploy(&request()).await.unwrap_err().kind(), ErrorKind::Unauthorized);
}

/// What a request is answered that Coolify merged, where `known` of the two rows were there before it, alone or beside a
/// concurrent one for the same target.
async fn merged_beside_another(known: u64, waiting: &str, alone: bool) -> anydeploy::Result<anydeploy::Deployment> {
    let odd = Odd::start().await;
    let list = "/deployments/applications/web";
    let before = ResponseTemplate::new(200).set_body_json(json!({ "count": known, "deployments": [] }));
    odd.answers_once("GET", list, before.clone()).await;
    if !alone {
        odd.answers_once("GET", list, before).await;
    }
    odd.answers("POST", "/deploy", 200, accepted("Deployment already queued for this commit.")).await;
    odd.answers("GET", "/deployments/phantom", 404, missing()).await;
    let now = Utc::now().to_rfc3339();
    let row = |uuid: &str, status: &str| json!({ "deployment_uuid": uuid, "status": status, "commit": "HEAD", "created_at": now, "updated_at": now });
    let rows = [row("newer", waiting), row("older", "in_progress")];
    odd.answers("GET", list, 200, json!({ "count": 2, "deployments": rows })).await;
    let (deployer, request) = (odd.deployer(), request());
    if alone {
        return deployer.deploy(&request).await;
    }
    futures::join!(deployer.deploy(&request), deployer.deploy(&request)).0
}

#[tokio::test]
async fn a_row_that_a_later_request_may_have_stored_is_not_adopted_beside_a_running_one() {
    for status in ["queued", "in_progress"] {
        let error = merged_beside_another(1, status, false).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecidable, "{status}: {error}");
        assert!(!error.is_safe_to_repeat());
        let alone = merged_beside_another(1, status, true).await.unwrap();
        assert_eq!((alone.identity, alone.id.get("deployment")), (Identity::Adopted, Some("newer")));
    }
    let waited_before = merged_beside_another(2, "queued", true).await.unwrap();
    assert_eq!((waited_before.identity, waited_before.id.get("deployment")), (Identity::Adopted, Some("newer")));
    let error = merged_beside_another(2, "in_progress", true).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyRunning, "{error}");
}
