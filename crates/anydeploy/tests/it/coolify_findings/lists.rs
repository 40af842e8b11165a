//! One endpoint's 404 against another's listing.

use std::time::Duration;

use anydeploy::{
    Coolify, Deployer, DeployerExt, DeploymentId, ErrorKind, Identity, LogOptions, Outcome, Phase, Target, platform,
};
use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::coolify::{manual, quick, request, running, uuid};

#[tokio::test]
async fn deployment_that_only_the_list_holds_is_exact_and_watched_to_its_end() {
    let (fake, coolify) = running(FakeCoolify::builder().quirk(CoolifyQuirk::SingleReadNotFound)).await;
    fake.next_deployment(&fake.application(), CoolifyScript::fails_with("port 80 is taken"));
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    assert_eq!((deployment.identity, uuid(&deployment)), (Identity::Exact, &*fake.triggered()[0].id));
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    assert_eq!(outcome.reason(), Some("port 80 is taken"));
}

#[tokio::test]
async fn log_and_cancel_of_a_deployment_that_only_the_list_holds_work() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::SingleReadNotFound)).await;
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    fake.advance(1);
    assert!(!coolify.logs_of(&deployment.id, LogOptions::default()).await.unwrap().lines.is_empty());
    assert_eq!(coolify.cancel_deployment(&deployment.id).await.unwrap().status.phase, Phase::Cancelled);
}

/// A server with these answers to `GET`, the first ones first.
async fn server(answers: &[(&str, u16, Value, Option<u64>)]) -> (MockServer, Coolify) {
    let server = MockServer::builder().start().await;
    for (priority, (route, status, body, times)) in (1..).zip(answers) {
        let answer = ResponseTemplate::new(*status).set_body_json(body);
        let mock = Mock::given(method("GET")).and(path(format!("/api/v1{route}"))).respond_with(answer);
        match times {
            Some(times) => mock.with_priority(priority).up_to_n_times(*times).mount(&server).await,
            None => mock.with_priority(priority).mount(&server).await,
        }
    }
    let coolify = Coolify::builder().url(server.uri()).token("1|t").grace(Duration::from_secs(3)).build().unwrap();
    (server, coolify)
}

fn id() -> DeploymentId {
    Coolify::deployment_id(&Target::application("web"), "d")
}

const LIST: &str = "/deployments/applications/web";

#[tokio::test]
async fn list_that_cannot_be_read_for_a_moment_does_not_end_a_watch_as_lost() {
    let row = json!({ "deployment_uuid": "d", "status": "finished" });
    let (_server, coolify) = server(&[
        ("/deployments/d", 404, json!({ "message": "Deployment not found." }), None),
        (LIST, 503, json!({ "message": "Service Unavailable" }), Some(2)),
        (LIST, 200, json!({ "count": 1, "deployments": [row] }), None),
    ])
    .await;
    assert!(coolify.watch(&id(), quick()).await.unwrap().is_success());
}

#[tokio::test]
async fn deployment_that_only_the_active_list_holds_is_found() {
    let row = json!({ "deployment_uuid": "d", "status": "in_progress" });
    let not_found = json!({ "message": "Deployment not found." });
    for active in [json!([row]), json!({ "1": { "deployment_uuid": "e", "status": "queued" }, "0": row })] {
        let (_server, coolify) = server(&[
            ("/deployments/d", 404, not_found.clone(), None),
            (LIST, 404, json!({ "message": "Application not found" }), None),
            ("/deployments", 200, active, None),
        ])
        .await;
        assert_eq!(coolify.deployment(&id()).await.unwrap().status.phase, Phase::Running);
    }
}

#[tokio::test]
async fn deployment_on_a_later_page_of_the_list_is_found() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::SingleReadNotFound)).await;
    let first = coolify.deploy(&request(&fake.application())).await.unwrap();
    for _ in 0..20 {
        coolify.deploy(&request(&fake.application()).with_no_cache(true)).await.unwrap();
    }
    assert_eq!(coolify.deployment(&first.id).await.unwrap().status.phase, Phase::Running);
}

#[tokio::test]
async fn row_of_an_accepted_deployment_has_time_to_appear() {
    let entry = json!({
        "message": "Application web deployment queued.", "resource_uuid": "web", "deployment_uuid": "d",
    });
    let (server, coolify) = server(&[
        ("/deployments/d", 404, json!({ "message": "Deployment not found." }), Some(3)),
        ("/deployments/d", 200, json!({ "deployment_uuid": "d", "status": "finished" }), None),
        (LIST, 200, json!({ "count": 0, "deployments": [] }), None),
    ])
    .await;
    let accepted = ResponseTemplate::new(200).set_body_json(json!({ "deployments": [entry] }));
    Mock::given(method("POST")).respond_with(accepted).mount(&server).await;
    let deployment = coolify.deploy(&request("web")).await.unwrap();
    assert_eq!(deployment.identity, Identity::Pending);
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(outcome.is_success() && outcome.deployment().unwrap().identity == Identity::Exact, "{outcome:?}");
}

#[tokio::test]
async fn deployment_that_no_list_holds_is_lost_once_its_row_had_time_to_appear() {
    let (_server, coolify) = server(&[
        ("/deployments/d", 404, json!({ "message": "Deployment not found." }), None),
        (LIST, 200, json!({ "count": 0, "deployments": [] }), None),
    ])
    .await;
    assert_eq!(coolify.deployment(&id()).await.unwrap_err().kind(), ErrorKind::NotFound);
    let long_ago = id().with("accepted", "1000.1000");
    assert!(matches!(coolify.watch(&long_ago, quick()).await.unwrap(), Outcome::Lost(_)));
}

#[tokio::test]
async fn id_of_a_request_that_was_merged_is_resolved_by_every_method() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let running = coolify.deploy(&request(&fake.application())).await.unwrap();
    fake.advance(1);
    let target = Target::application(fake.application());
    let phantom = DeploymentId::new(platform::COOLIFY, target).with("deployment", "phantom").with("unconfirmed", "0");
    let found = coolify.deployment(&phantom).await.unwrap();
    assert_eq!((found.identity, uuid(&found)), (Identity::Adopted, uuid(&running)));
    assert!(!coolify.logs_of(&phantom, LogOptions::default()).await.unwrap().lines.is_empty());
    let cancelled = coolify.cancel_deployment(&phantom).await.unwrap();
    assert_eq!((cancelled.status.phase, uuid(&cancelled)), (Phase::Cancelled, uuid(&running)));
}
