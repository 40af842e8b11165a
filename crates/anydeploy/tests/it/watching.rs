//! Watches over sockets: answers that a watch meets in the middle, late, or not at all.

use std::sync::Mutex;
use std::time::Duration;

use anydeploy::{
    Coolify, Deployer, DeployerExt, DeploymentId, Dokploy, ErrorKind, Outcome, Target, WatchOptions, platform,
};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// Answers the reads of one deployment from a list, the last answer for ever, and every other read with an empty list.
struct Answers {
    /// The end of the path of the read.
    of: &'static str,
    list: Mutex<Vec<ResponseTemplate>>,
    otherwise: Value,
}

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if !request.url.path().ends_with(self.of) {
            return ResponseTemplate::new(200).set_body_json(&self.otherwise);
        }
        let mut list = self.list.lock().unwrap();
        if list.len() > 1 { list.remove(0) } else { list[0].clone() }
    }
}

async fn server(of: &'static str, otherwise: Value, list: Vec<ResponseTemplate>) -> MockServer {
    let server = MockServer::builder().start().await;
    let answers = Answers { of, list: Mutex::new(list), otherwise };
    Mock::given(any()).respond_with(answers).mount(&server).await;
    server
}

async fn coolify(list: Vec<ResponseTemplate>) -> (MockServer, Coolify, DeploymentId) {
    let server = server("/deployments/d", json!({ "count": 0, "deployments": [] }), list).await;
    let coolify = Coolify::builder().url(server.uri()).token("1|t").build().unwrap();
    let id = DeploymentId::new(platform::COOLIFY, Target::application("web")).with("deployment", "d");
    (server, coolify, id)
}

async fn dokploy(list: Vec<ResponseTemplate>) -> (MockServer, Dokploy, DeploymentId) {
    let server = server("/deployment.all", json!([]), list).await;
    let dokploy = Dokploy::builder().url(server.uri()).token("t").build().unwrap();
    let id = DeploymentId::new(platform::DOKPLOY, Target::application("web")).with("row", "r");
    (server, dokploy, id)
}

fn row(status: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "deployment_uuid": "d", "status": status }))
}

fn rows(status: &str) -> ResponseTemplate {
    let row = json!({ "deploymentId": "r", "title": "t", "status": status, "createdAt": "2026-01-01T00:00:00.000Z" });
    ResponseTemplate::new(200).set_body_json(json!([row]))
}

fn refused(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({ "message": message }))
}

fn quick() -> WatchOptions {
    WatchOptions::within(Duration::from_mins(1)).with_intervals(Duration::from_millis(5), Duration::from_millis(20))
}

#[tokio::test]
async fn a_key_whose_rate_limit_is_used_up_in_the_middle_of_a_watch_is_tried_once_more() {
    // A key made through the API of Dokploy 0.30.2 has a rate limit, and answers 401 beyond it, without a `Retry-After`.
    let list = vec![rows("running"), refused(401, "Unauthorized"), rows("done")];
    let (_server, dokploy, id) = dokploy(list).await;
    assert!(dokploy.watch(&id, quick()).await.unwrap().is_success());

    let (_server, dokploy, id) = self::dokploy(vec![rows("running"), refused(401, "Unauthorized")]).await;
    let error = dokploy.watch(&id, quick()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnauthorizedOrRateLimited);
    assert!(!error.is_safe_to_repeat());
}

#[tokio::test]
async fn a_token_that_was_refused_once_in_the_middle_of_a_watch_is_tried_once_more() {
    let list = vec![row("in_progress"), refused(401, "Unauthenticated."), row("finished")];
    let (_server, coolify, id) = coolify(list).await;
    assert!(coolify.watch(&id, quick()).await.unwrap().is_success());

    let (server, coolify, id) = self::coolify(vec![refused(401, "Unauthenticated.")]).await;
    let error = coolify.watch(&id, quick()).await.unwrap_err();
    assert_eq!((error.kind(), server.received_requests().await.unwrap().len()), (ErrorKind::Unauthorized, 1));
}

#[tokio::test]
async fn a_deployment_that_is_missing_once_is_not_lost() {
    let missing = || refused(404, "Deployment not found.");
    let (_server, coolify, id) = coolify(vec![row("in_progress"), missing(), row("finished")]).await;
    assert!(coolify.watch(&id, quick()).await.unwrap().is_success());

    let (_server, coolify, id) = self::coolify(vec![row("in_progress"), missing()]).await;
    let outcome = coolify.watch(&id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
    let line = outcome.to_string();
    assert!(line.contains("ago it was running (in_progress)") && !line.contains("check the id"), "{line}");
}

#[tokio::test]
async fn a_finished_deployment_is_reported_by_a_watch_that_has_no_time_left() {
    let options = WatchOptions::within(Duration::ZERO).with_min_poll_time(Duration::from_mins(1));
    let late = Duration::from_millis(200);
    let (_server, coolify, id) = coolify(vec![row("finished").set_delay(late)]).await;
    assert!(coolify.watch(&id, options.clone()).await.unwrap().is_success());
    let (_server, dokploy, id) = dokploy(vec![rows("done").set_delay(late)]).await;
    assert!(dokploy.watch(&id, options).await.unwrap().is_success());
}

#[tokio::test]
async fn a_deadline_while_the_server_is_down_does_not_say_that_the_deployment_goes_on() {
    async fn deadline_of(deployer: impl Deployer + Clone, id: DeploymentId) -> String {
        let mut options = quick().with_tolerated_failures(u32::MAX);
        options.deadline = Duration::from_millis(100);
        let error = deployer.watch(&id, options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        let line = format!("{error:#}");
        assert!(line.contains(&id.to_string()), "{line}");
        line
    }
    let down = || vec![ResponseTemplate::new(503)];
    let (_server, coolify, id) = coolify(down()).await;
    let (_other, dokploy, row) = dokploy(down()).await;
    for line in [deadline_of(coolify, id).await, deadline_of(dokploy, row).await] {
        assert!(line.contains("reads have failed for") && !line.contains("goes on"), "{line}");
    }
}
