//! Deploying a given commit, and what ran of it.

use std::time::Duration;

use anydeploy::{
    Coolify, DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, Outcome, RanRevision, Revision, Target,
};
use anydeploy_fakes::{CoolifyAbility, CoolifyQuirk, CoolifyScript, FakeCoolify};
use anydeploy_fakes::{Fault, FaultPlan, FaultyNetwork, RequestKind};
use chrono::{TimeDelta, Utc};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::future::{Either, select};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::coolify::{deployer, manual, quick, request, running, uuid};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn at(application: &str) -> DeployRequest {
    request(application).with_revision(Revision::Commit(COMMIT.to_owned()))
}

#[tokio::test]
async fn commit_of_a_repository_is_deployed_and_reported() {
    let (fake, coolify) = running(FakeCoolify::builder()).await;
    let shop = fake.add_git_application("shop");
    let deployment = coolify.deploy(&at(&shop)).await.unwrap();
    assert_eq!(deployment.identity, Identity::Exact);
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::Commit(COMMIT.to_owned()));
    let row = &fake.triggered()[0];
    assert!(row.rollback && row.commit == COMMIT && row.id == uuid(&deployment), "{row:?}");
}

#[tokio::test]
async fn commit_of_what_has_no_repository_is_refused_before_anything_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    // The route would deploy the configured tag.
    let error = coolify.deploy(&at(&fake.application())).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unsupported, true));
    for target in [Target::service(fake.service()), Target::database(fake.database())] {
        let commit = DeployRequest::new(target).with_revision(Revision::Commit(COMMIT.to_owned()));
        assert_eq!(coolify.deploy(&commit).await.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    assert!(fake.requests().iter().all(|request| request.method.as_str() == "GET"));
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn name_instead_of_a_commit_is_refused_before_anything_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = fake.add_git_application("shop");
    for name in ["main", "v1.2.3", "HEAD", "-f", "a b", "refs/pull/7/head"] {
        let named = request(&shop).with_revision(Revision::Commit(name.to_owned()));
        assert_eq!(coolify.deploy(&named).await.unwrap_err().kind(), ErrorKind::InvalidInput, "{name}");
    }
    assert!(fake.requests().is_empty());
    // The fake's application is cloned shallowly, as by default.
    let short = request(&shop).with_revision(Revision::Commit(COMMIT[..7].to_owned()));
    assert_eq!(coolify.deploy(&short).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn server_before_the_route_and_full_queue_say_so() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::NoRollbackRoute)).await;
    let shop = fake.add_git_application("shop");
    let error = coolify.deploy(&at(&shop)).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unsupported, true));
    fake.disable(CoolifyQuirk::NoRollbackRoute);
    fake.fill_queue();
    assert_eq!(coolify.deploy(&at(&shop)).await.unwrap_err().kind(), ErrorKind::QueueFull);
    // Without reading, nothing says that the application has a repository.
    let blind = deployer(&fake, &fake.add_token(&[CoolifyAbility::Deploy]));
    assert_eq!(blind.deploy(&at(&shop)).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn commit_is_deployed_behind_a_running_deployment_of_anything() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = fake.add_git_application("shop");
    coolify.deploy(&request(&shop)).await.unwrap();
    for rows in 2..4 {
        assert_eq!(coolify.deploy(&at(&shop)).await.unwrap().identity, Identity::Exact);
        assert_eq!(fake.triggered().len(), rows);
    }
}

#[tokio::test]
async fn lost_answer_to_a_commit_is_found_by_the_commit() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let builder = Coolify::builder().url(network.url()).token(fake.token());
    let coolify = builder.grace(Duration::from_millis(600)).build().unwrap();
    for (fault, kind) in
        [(Fault::ResetBefore, Some(ErrorKind::NotTriggered)), (Fault::ResetAfter, None), (Fault::GatewayTimeout, None)]
    {
        let shop = fake.add_git_application("shop");
        let before = fake.triggered().len();
        network.follow(FaultPlan::always(fault).on([RequestKind::Trigger, RequestKind::Other]).limit(1));
        match (coolify.deploy(&at(&shop)).await, kind) {
            (Err(error), kind) => assert_eq!(Some(error.kind()), kind, "{fault:?}: {error}"),
            (Ok(deployment), _) => {
                assert_eq!(
                    (deployment.identity, uuid(&deployment)),
                    (Identity::Inferred, &*fake.triggered()[before].id)
                );
            }
        }
        assert_eq!(fake.triggered().len(), before + usize::from(kind.is_none()), "{fault:?}");
    }
}

#[tokio::test]
async fn row_of_an_earlier_rollback_in_the_same_second_is_not_taken_for_that_of_a_lost_answer() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let builder = Coolify::builder().url(network.url()).token(fake.token());
    let coolify = builder.grace(Duration::from_millis(600)).build().unwrap();
    let shop = fake.add_git_application("shop");
    coolify.deploy(&at(&shop)).await.unwrap();
    network.follow(FaultPlan::always(Fault::ResetBefore).on([RequestKind::Trigger, RequestKind::Other]).limit(1));
    let error = coolify.deploy(&at(&shop)).await.unwrap_err();
    assert_eq!((error.kind(), fake.triggered().len()), (ErrorKind::Undecidable, 1), "{error}");
}

#[tokio::test]
async fn what_was_deployed_last_is_deployed_again_though_the_branch_has_moved() {
    let (fake, coolify) = running(FakeCoolify::builder()).await;
    let shop = fake.add_git_application("shop");
    let again = request(&shop).with_revision(Revision::Deployed);
    assert_eq!(coolify.deploy(&again).await.unwrap_err().kind(), ErrorKind::Unsupported, "nothing was deployed yet");
    fake.next_deployment(&shop, CoolifyScript::succeeds().resolving_to(COMMIT));
    fake.next_deployment(&shop, CoolifyScript::fails_with("boom").resolving_to("9".repeat(40)));
    coolify.deploy_and_wait(&request(&shop), quick()).await.unwrap();
    coolify.deploy_and_wait(&request(&shop), quick()).await.unwrap();
    let outcome = coolify.deploy_and_wait(&again, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(fake.triggered()[2].commit, COMMIT);
    // The tag of an image may have been changed afterwards.
    let image = request(&fake.application()).with_revision(Revision::Deployed);
    assert_eq!(coolify.deploy(&image).await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn success_of_another_commit_or_tag_is_a_failure() {
    let server = MockServer::builder().start().await;
    let rows = [
        ("c", json!({ "commit": "f".repeat(40), "application": { "build_pack": "nixpacks" } })),
        ("t", json!({ "commit": "HEAD", "docker_registry_image_tag": "1.27" })),
    ];
    for (uuid, details) in rows {
        let mut row = json!({ "deployment_uuid": uuid, "status": "finished" });
        row.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        let answer = ResponseTemplate::new(200).set_body_json(row);
        let route = path(format!("/api/v1/deployments/{uuid}"));
        Mock::given(method("GET")).and(route).respond_with(answer).mount(&server).await;
    }
    let coolify = Coolify::builder().url(server.uri()).token("1|t").build().unwrap();
    let id = |uuid: &str| Coolify::deployment_id(&Target::application("web"), uuid);
    for (other, words) in
        [(id("c").with("asked_commit", COMMIT), "commit ffff"), (id("t").with("asked_tag", "1.28"), "image tag 1.27")]
    {
        let outcome = coolify.watch(&other, quick()).await.unwrap();
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
        assert!(outcome.reason().unwrap().contains(words), "{outcome}");
    }
    for same in [id("c").with("asked_commit", "f".repeat(40)), id("t").with("asked_tag", "1.27"), id("c"), id("t")] {
        assert!(coolify.watch(&same, quick()).await.unwrap().is_success(), "{same}");
    }
}

#[tokio::test]
async fn preview_of_a_tag_reports_the_tag_that_ran() {
    let (fake, coolify) = running(FakeCoolify::builder()).await;
    let tagged = request(&fake.application()).with_pull_request(9).with_revision(Revision::ImageTag("1.2.3".into()));
    let outcome = coolify.deploy_and_wait(&tagged, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::ImageTag("1.2.3".into()));
}

#[tokio::test]
async fn one_failed_read_before_a_commit_is_triggered_does_not_fail_it() {
    let broken = Fault::Status { code: 503, retry_after: None };
    for fault in [Fault::ResetBefore, Fault::HtmlPage { code: 502 }, broken] {
        let (fake, _) = manual(FakeCoolify::builder()).await;
        let shop = fake.add_git_application("shop");
        let plan = FaultPlan::always(fault).on([RequestKind::Read]).limit(1);
        let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
        let coolify = Coolify::builder().url(network.url()).token(fake.token()).build().unwrap();
        let deployment = coolify.deploy(&at(&shop)).await.unwrap();
        assert_eq!((deployment.identity, fake.triggered().len()), (Identity::Exact, 1), "{fault:?}");
        assert_eq!(network.injected().len(), 1);
    }
}

/// A server on which a row of the same commit shows after the trigger, and the first answer never comes.
async fn silent_once(id: &str, rows: serde_json::Value) -> (MockServer, UnboundedReceiver<()>) {
    let (server, (sender, asked)) = (MockServer::builder().start().await, unbounded());
    let shop = json!({
        "uuid": id, "name": "web", "build_pack": "dockerfile", "git_repository": "https://git.example/shop",
    });
    let deployments = format!("/deployments/applications/{id}");
    for (route, body) in [(format!("/applications/{id}"), shop), (deployments, json!({ "deployments": rows }))] {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        Mock::given(method("GET")).and(path(format!("/api/v1{route}"))).respond_with(answer).mount(&server).await;
    }
    let silence = move |_: &Request| {
        let _ = sender.unbounded_send(());
        ResponseTemplate::new(200).set_delay(Duration::from_mins(1))
    };
    Mock::given(method("POST")).respond_with(silence).up_to_n_times(1).with_priority(2).mount(&server).await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(504)).mount(&server).await;
    (server, asked)
}

#[tokio::test]
async fn row_that_an_abandoned_call_may_have_made_is_not_taken_for_that_of_a_lost_answer() {
    let later = (Utc::now() + TimeDelta::seconds(30)).to_rfc3339();
    let row = json!({
        "deployment_uuid": "theirs", "status": "queued", "rollback": true, "commit": COMMIT, "created_at": later,
    });
    let (server, mut asked) = silent_once("abandoned", json!([row])).await;
    let coolify = Coolify::builder().url(server.uri()).token("1|t").grace(Duration::from_secs(3)).build().unwrap();
    let request = at("abandoned");
    // The first call is dropped once its trigger was received.
    assert!(matches!(select(coolify.deploy(&request), asked.next()).await, Either::Right(_)));
    let error = coolify.deploy(&request).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
    // Where no call was abandoned, that row can only be the one.
    let (server, _asked) = silent_once("abandoned", json!([row])).await;
    let builder = Coolify::builder().url(server.uri()).token("1|t").timeout(Duration::from_secs(1));
    let coolify = builder.grace(Duration::from_secs(3)).build().unwrap();
    let found = coolify.deploy(&request).await.unwrap();
    assert_eq!((found.identity, uuid(&found)), (Identity::Inferred, "theirs"));
}

#[tokio::test]
async fn answer_to_a_commit_that_says_it_was_merged_and_has_no_id_is_no_deployment() {
    let (server, _asked) = silent_once("web", json!([])).await;
    let merged = json!({ "message": "Deployment already queued for this commit." });
    let answer = ResponseTemplate::new(200).set_body_json(merged);
    Mock::given(method("POST")).respond_with(answer).with_priority(1).mount(&server).await;
    let missing = ResponseTemplate::new(404).set_body_json(json!({ "message": "Deployment not found." }));
    Mock::given(method("GET")).respond_with(missing).mount(&server).await;
    let coolify = Coolify::builder().url(server.uri()).token("1|t").build().unwrap();
    let error = coolify.deploy(&at("web")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
}
