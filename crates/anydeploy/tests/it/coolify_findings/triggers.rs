//! The trigger itself: what its answer names, and what stands around it.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Coolify, DeployRequest, Deployer, ErrorKind, Identity, Target};
use anydeploy_fakes::{CoolifyQuirk, FakeCoolify, Fault, FaultPlan, FaultyNetwork, RequestKind};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::coolify::{manual, request, uuid};

const GRACE: Duration = Duration::from_millis(600);

fn behind(fake: &FakeCoolify, plan: FaultPlan) -> (FaultyNetwork, Coolify) {
    let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
    let builder = Coolify::builder().url(network.url()).token(fake.token());
    (network, builder.grace(GRACE).timeout(Duration::from_secs(3)).build().unwrap())
}

#[tokio::test]
async fn acceptance_without_an_id_is_searched_for_like_a_lost_answer() {
    let (fake, _) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::AcceptedWithoutId)).await;
    let (_network, coolify) = behind(&fake, FaultPlan::calm());
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    assert_eq!((deployment.identity, uuid(&deployment)), (Identity::Inferred, &*fake.triggered()[0].id));
}

/// A server that answers the trigger so, and lists no deployments.
async fn server(answer: Value, rows: Value) -> (MockServer, Coolify) {
    let server = MockServer::builder().start().await;
    let not_found = json!({ "message": "Deployment not found." });
    let count = rows.as_array().unwrap().len();
    let answers = [
        ("POST", "/deploy", 200, answer),
        ("GET", "/deployments/applications/web", 200, json!({ "count": count, "deployments": rows })),
        ("GET", "/deployments/theirs", 200, json!({ "deployment_uuid": "theirs", "status": "finished" })),
        ("GET", "/deployments/phantom", 404, not_found),
    ];
    for (verb, route, status, body) in answers {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(method(verb)).and(path(format!("/api/v1{route}"))).respond_with(answer).mount(&server).await;
    }
    let coolify = Coolify::builder().url(server.uri()).token("1|t").grace(GRACE).build().unwrap();
    (server, coolify)
}

#[tokio::test]
async fn entry_of_another_resource_is_not_taken_for_the_answer() {
    let theirs = json!({
        "message": "Application other deployment queued.", "resource_uuid": "other", "deployment_uuid": "theirs",
    });
    let (_server, coolify) = server(json!({ "deployments": [theirs] }), json!([])).await;
    let error = coolify.deploy(&request("web")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false));
    for target in [Target::service("web"), Target::database("web")] {
        let error = coolify.deploy(&DeployRequest::new(target)).await.unwrap_err();
        assert!(error.last().is_none(), "{error:?}");
    }
}

#[tokio::test]
async fn trigger_without_the_cache_never_adopts() {
    // Coolify then searches for no deployment of the same commit, so an id that is not listed is no phantom.
    let entry = json!({ "resource_uuid": "web", "deployment_uuid": "phantom" });
    let running = json!([{ "deployment_uuid": "theirs", "status": "in_progress" }]);
    let (_server, coolify) = server(json!({ "deployments": [entry] }), running).await;
    let deployment = coolify.deploy(&request("web").with_no_cache(true)).await.unwrap();
    assert_eq!((deployment.identity, uuid(&deployment)), (Identity::Pending, "phantom"));
    // Without that option, it is.
    let error = coolify.deploy(&request("web")).await.unwrap_err();
    assert_eq!((error.kind(), uuid(error.last().unwrap())), (ErrorKind::AlreadyRunning, "theirs"));
}

#[tokio::test]
async fn lost_trigger_overlaps_with_the_next_one_no_longer_than_it_may_be_acted_on() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let application = fake.add_git_application("shop");
    let (network, coolify) = behind(&fake, FaultPlan::calm());
    let coolify = Arc::new(coolify);
    network.follow(FaultPlan::always(Fault::ResetBefore).on([RequestKind::Trigger]).limit(1));
    let deploy = tokio::spawn({
        let (coolify, request) = (Arc::clone(&coolify), request(&application));
        async move { coolify.deploy(&request).await }
    });
    while network.injected().is_empty() {
        tokio::task::yield_now().await;
    }
    fake.deploy_by_someone_else(&application);
    assert_eq!(deploy.await.unwrap().unwrap_err().kind(), ErrorKind::Undecidable);
    fake.advance(100);
    // The search took as long as a server may take to act on the first one.
    network.follow(FaultPlan::always(Fault::ResetAfter).on([RequestKind::Trigger]).limit(1));
    let second = coolify.deploy(&request(&application)).await.unwrap();
    assert_eq!((second.identity, uuid(&second)), (Identity::Inferred, &*fake.triggered()[1].id));
}

#[tokio::test]
async fn one_failed_read_before_a_trigger_does_not_fail_it() {
    for fault in [
        Fault::ResetBefore,
        Fault::Truncated,
        Fault::HtmlPage { code: 502 },
        Fault::HtmlPage { code: 200 },
        Fault::Status { code: 503, retry_after: None },
        Fault::Oversized,
    ] {
        let (fake, _) = manual(FakeCoolify::builder()).await;
        let (network, coolify) = behind(&fake, FaultPlan::always(fault).on([RequestKind::Read]).limit(1));
        let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
        assert_eq!((deployment.identity, fake.triggered().len()), (Identity::Exact, 1), "{fault:?}");
        assert_eq!(network.injected().len(), 1);
    }
}

#[tokio::test]
async fn row_made_before_the_trigger_is_not_taken_for_it_within_the_same_second() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (network, coolify) = behind(&fake, FaultPlan::calm());
    for _ in 0..5 {
        let deployed = coolify.deploy(&request(&fake.application())).await.unwrap();
        fake.advance(10);
        network.follow(FaultPlan::always(Fault::ResetBefore).on([RequestKind::Trigger]).limit(1));
        let error = coolify.deploy(&request(&fake.application())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotTriggered, "after {}", deployed.id);
    }
    assert_eq!(fake.triggered().len(), 5);
}

#[tokio::test]
async fn success_without_an_id_is_a_refusal_only_if_it_says_so() {
    let entry = |message: Value| json!({ "deployments": [{ "message": message, "resource_uuid": "web" }] });
    for message in [json!("Application web deployment queued."), json!(""), json!(null)] {
        let (_server, coolify) = server(entry(message.clone()), json!([])).await;
        let error = coolify.deploy(&request("web")).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{message}: {error}");
    }
    let (_server, coolify) = server(entry(json!("No such pull request.")), json!([])).await;
    let error = coolify.deploy(&request("web")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Rejected, true), "{error}");
}

#[tokio::test]
async fn start_counts_as_accepted_only_if_the_answer_says_that_it_was_started() {
    let entry = |message: &str| json!({ "deployments": [{ "message": message, "resource_uuid": "web" }] });
    for target in [Target::service("web"), Target::database("web")] {
        let kind = if *target.kind() == anydeploy::TargetKind::Service { "services" } else { "databases" };
        for (message, accepted) in [("Server is not functional.", false), ("Service web started.", true)] {
            let (server, coolify) = server(entry(message), json!([])).await;
            let row = json!({ "uuid": "web", "name": "web", "status": "exited" });
            let answer = ResponseTemplate::new(200).set_body_json(row);
            Mock::given(method("GET"))
                .and(path(format!("/api/v1/{kind}/web")))
                .respond_with(answer)
                .mount(&server)
                .await;
            let answer = coolify.deploy(&DeployRequest::new(target.clone())).await;
            assert_eq!(
                answer.as_ref().err().map(anydeploy::Error::kind),
                (!accepted).then_some(ErrorKind::Undecidable)
            );
        }
    }
}
