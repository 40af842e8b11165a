//! A deployment that was running before the request: it cannot contain later changes.

use anydeploy::{Adoption, Coolify, Deployer, DeployerExt, ErrorKind, Identity, Phase, RanRevision, Revision};
use anydeploy_fakes::{CoolifyAbility, CoolifyScript, FakeCoolify, Fault, FaultPlan, FaultyNetwork, RequestKind};
use anydeploy_wire::{Method, Operation};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::coolify::{deployer, manual, quick, request, running, uuid};

/// Changes the configuration of an application, as a release does before it deploys.
async fn configure(fake: &FakeCoolify, application: &str, fields: &Value) {
    let client = coolify_client::Client::new(fake.url(), fake.token()).unwrap();
    let update = Operation::new(Method::Patch, "update-application-by-uuid", "/applications/{uuid}");
    client.http().request(&update).path("uuid", application).body(fields).send().await.unwrap();
}

#[tokio::test]
async fn running_deployment_of_the_earlier_image_is_not_taken_for_the_answer() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let earlier = coolify.deploy(&request(&fake.application())).await.unwrap();
    configure(&fake, &fake.application(), &json!({ "docker_registry_image_tag": "1.28" })).await;
    let error = coolify.deploy(&request(&fake.application())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyRunning);
    assert!(error.is_transient() && error.is_safe_to_repeat());
    let last = error.last().unwrap();
    assert_eq!((uuid(last), last.identity, last.status.phase), (uuid(&earlier), Identity::Adopted, Phase::Running));
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn deploy_and_wait_deploys_what_was_set_while_an_earlier_deployment_ran() {
    let (fake, coolify) = running(FakeCoolify::builder()).await;
    fake.next_deployment(&fake.application(), CoolifyScript::succeeds().lasting(60));
    let earlier = coolify.deploy(&request(&fake.application())).await.unwrap();
    configure(&fake, &fake.application(), &json!({ "docker_registry_image_tag": "1.28" })).await;
    let mut options = quick();
    options.deadline = std::time::Duration::from_secs(30);
    let outcome = coolify.deploy_and_wait(&request(&fake.application()), options).await.unwrap();
    let deployment = outcome.deployment().unwrap();
    assert!(outcome.is_success() && deployment.identity == Identity::Exact, "{outcome:?}");
    assert_ne!(uuid(deployment), uuid(&earlier));
    // Only the log of an image application says what ran.
    assert_eq!(coolify.deployment(&deployment.id).await.unwrap().revision, RanRevision::ImageTag("1.28".into()));
    assert_eq!(fake.triggered().len(), 2);
}

#[tokio::test]
async fn repository_deployment_answers_no_request_until_its_commit_is_known() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = fake.add_git_application("shop");
    for digit in ["1", "2"] {
        fake.next_deployment(&shop, CoolifyScript::succeeds().lasting(100).resolving_to(digit.repeat(40)));
    }
    coolify.deploy(&request(&shop)).await.unwrap();
    assert_eq!(coolify.deploy(&request(&shop)).await.unwrap_err().kind(), ErrorKind::AlreadyRunning);
    // Once it is, the next deployment is stored, and waits; the one after that is taken for the one that waits.
    fake.advance(2);
    let second = coolify.deploy(&request(&shop)).await.unwrap();
    let third = coolify.deploy(&request(&shop)).await.unwrap();
    assert_eq!((second.identity, second.status.phase), (Identity::Exact, Phase::Queued));
    assert_eq!((third.identity, uuid(&third)), (Identity::Adopted, uuid(&second)));
    assert_eq!(fake.triggered().len(), 2);
}

#[tokio::test]
async fn deployment_that_waits_is_adopted_at_once() {
    for pinned in [None, Some("3333333333333333333333333333333333333333")] {
        let (fake, coolify) = manual(FakeCoolify::builder().concurrent_builds(1)).await;
        let hog = fake.add_application("hog");
        fake.next_deployment(&hog, CoolifyScript::hangs());
        coolify.deploy(&request(&hog)).await.unwrap();
        let shop = fake.add_git_application("shop");
        if let Some(commit) = pinned {
            configure(&fake, &shop, &json!({ "git_commit_sha": commit })).await;
        }
        let waiting = coolify.deploy(&request(&shop)).await.unwrap();
        assert_eq!(waiting.status.phase, Phase::Queued);
        let again = coolify.deploy(&request(&shop)).await.unwrap();
        assert_eq!((again.identity, uuid(&again)), (Identity::Adopted, uuid(&waiting)), "{pinned:?}");
    }
}

#[tokio::test]
async fn rollback_that_waits_is_not_adopted_by_a_request_for_the_head() {
    let server = Twins::start(json!([
        { "deployment_uuid": "back", "status": "queued", "rollback": true, "commit": "4444444" },
        { "deployment_uuid": "earlier", "status": "in_progress", "commit": "HEAD" },
    ]));
    let server = server.await;
    let error = server.deployer().deploy(&request("web")).await.unwrap_err();
    assert_eq!((error.kind(), uuid(error.last().unwrap())), (ErrorKind::AlreadyRunning, "earlier"));
}

#[tokio::test]
async fn running_deployment_is_adopted_if_any_will_do() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let earlier = coolify.deploy(&request(&fake.application())).await.unwrap();
    let again = coolify.deploy(&request(&fake.application()).with_adoption(Adoption::Any)).await.unwrap();
    assert_eq!((again.identity, uuid(&again)), (Identity::Adopted, uuid(&earlier)));
}

#[tokio::test]
async fn preview_is_merged_into_one_of_the_same_tag_alone() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let preview =
        |tag: &str| request(&fake.application()).with_pull_request(7).with_revision(Revision::ImageTag(tag.to_owned()));
    let first = coolify.deploy(&preview("1.2")).await.unwrap();
    let other = coolify.deploy(&preview("1.3")).await.unwrap();
    assert_ne!(uuid(&first), uuid(&other));
    let error = coolify.deploy(&preview("1.2")).await.unwrap_err();
    assert_eq!((error.kind(), uuid(error.last().unwrap())), (ErrorKind::AlreadyRunning, uuid(&first)));
}

#[tokio::test]
async fn earlier_deployment_that_ended_in_between_is_no_answer_either() {
    let now = (Utc::now() + TimeDelta::seconds(1)).to_rfc3339();
    let server = Twins::start(json!([{ "deployment_uuid": "earlier", "status": "finished", "updated_at": now }])).await;
    let error = server.deployer().deploy(&request("web")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::AlreadyRunning, true));
    assert!(error.last().unwrap().status.is_terminal(), "{error:?}");
}

#[tokio::test]
async fn token_that_may_not_read_gets_no_success_either() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let coolify = deployer(&fake, &fake.add_token(&[CoolifyAbility::Deploy]));
    coolify.deploy(&request(&fake.application())).await.unwrap();
    let error = coolify.deploy(&request(&fake.application())).await.unwrap_err();
    // What it was taken for cannot be read, not even whether it is the caller's own.
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false));
    assert_eq!(error.last().unwrap().identity, Identity::Pending);
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn lost_answer_while_an_earlier_deployment_runs_has_started_nothing() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        let (fake, _) = manual(FakeCoolify::builder()).await;
        let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
        let builder = Coolify::builder().url(network.url()).token(fake.token());
        let coolify = builder.grace(std::time::Duration::from_millis(600)).build().unwrap();
        coolify.deploy(&request(&fake.application())).await.unwrap();
        network.follow(FaultPlan::always(fault).on([RequestKind::Trigger]).limit(1));
        let error = coolify.deploy(&request(&fake.application())).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotTriggered, true), "{fault:?}");
        assert_eq!(fake.triggered().len(), 1);
    }
}

/// A server that takes every request for one of these rows, which were there before it.
pub(super) struct Twins(pub(super) MockServer);

impl Twins {
    pub(super) async fn start(rows: Value) -> Self {
        let server = MockServer::builder().start().await;
        let entry = json!({
            "message": "Deployment already queued for this commit.", "resource_uuid": "web", "deployment_uuid": "phantom",
        });
        let count = rows.as_array().unwrap().len();
        let answers = [
            ("POST", "/api/v1/deploy", 200, json!({ "deployments": [entry] })),
            ("GET", "/api/v1/deployments/phantom", 404, json!({ "message": "Deployment not found." })),
            ("GET", "/api/v1/deployments/applications/web", 200, json!({ "count": count, "deployments": rows })),
        ];
        for (verb, route, status, body) in answers {
            let answer = ResponseTemplate::new(status).set_body_json(body);
            Mock::given(method(verb)).and(path(route)).respond_with(answer).mount(&server).await;
        }
        Self(server)
    }

    pub(super) fn deployer(&self) -> Coolify {
        Coolify::builder().url(self.0.uri()).token("1|t").build().unwrap()
    }
}

#[tokio::test]
async fn rollback_that_another_user_started_is_not_adopted_by_a_request_for_the_head() {
    let back = json!({ "deployment_uuid": "back", "status": "in_progress", "rollback": true, "commit": "4444444" });
    let server = Twins::start(json!([back])).await;
    // Before the request there was none.
    let none = ResponseTemplate::new(200).set_body_json(json!({ "count": 0, "deployments": [] }));
    let list = Mock::given(path("/api/v1/deployments/applications/web")).respond_with(none);
    list.up_to_n_times(1).with_priority(1).mount(&server.0).await;
    let error = server.deployer().deploy(&request("web")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::AlreadyRunning, false), "{error}");
    assert_eq!(uuid(error.last().unwrap()), "back");
}
