//! The rows of an application's additional servers, which are not those of the application.

use std::time::Duration;

use anydeploy::{
    Action, Adoption, DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, Identity, Revision, Target,
};
use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify, FakeCoolifyBuilder, ReceivedRequest};
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use super::running::Twins;
use crate::support::coolify::{manual, quick, request, uuid};

const OLD: &str = "1111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222";

fn two_servers() -> FakeCoolifyBuilder {
    FakeCoolify::builder().quirk(CoolifyQuirk::ExtraDestination)
}

#[tokio::test]
async fn the_head_on_an_additional_server_is_not_what_runs_after_a_rollback() {
    let (fake, coolify) = manual(two_servers()).await;
    let shop = Target::application(fake.add_git_application("shop"));
    for commit in [OLD, NEW] {
        fake.push(shop.id(), "main", commit);
        fake.deploy_by_someone_else(shop.id());
        fake.advance(30);
    }
    let back = |commit: &str| DeployRequest::new(shop.clone()).with_revision(Revision::Commit(commit.to_owned()));
    coolify.deploy(&back(OLD)).await.unwrap();
    fake.advance(30);
    // The rows of both servers, newest first.
    let history = coolify.history_of(&shop, HistoryOptions::default()).await.unwrap();
    let commits: Vec<_> = history.iter().map(|row| row.commit.as_deref().unwrap()).collect();
    assert_eq!(commits[..3], [NEW, OLD, NEW]);
    let targets = coolify.rollback_targets(&shop, HistoryOptions::default()).await.unwrap();
    let current: Vec<_> = targets.iter().filter(|target| target.is_current == Some(true)).collect();
    assert_eq!((current.len(), current[0].point.id.as_str()), (1, OLD));
    let new = targets.iter().find(|target| target.point.id == NEW).unwrap();
    assert_eq!(new.obstacle, None);
    let again = coolify.deploy(&DeployRequest::new(shop.clone()).with_revision(Revision::Deployed)).await.unwrap();
    fake.advance(30);
    assert_eq!(coolify.deployment(&again.id).await.unwrap().commit.as_deref(), Some(OLD));
    let restart = coolify.restart(&shop).await.unwrap();
    assert_eq!((restart.action, restart.id.get("was")), (Action::Restart, Some(OLD)));
}

#[tokio::test]
async fn a_restart_reads_the_application_only_where_a_row_may_be_of_an_additional_server() {
    for (has_two, reads) in [(false, 0), (true, 1)] {
        let (fake, coolify) = manual(FakeCoolify::builder()).await;
        let shop = fake.add_git_application("shop");
        fake.push(&shop, "main", OLD);
        if has_two {
            fake.enable(CoolifyQuirk::ExtraDestination);
        }
        fake.deploy_by_another_program(&shop);
        fake.advance(30);
        if has_two {
            // Only the additional server has it.
            fake.push(&shop, "main", NEW);
            fake.advance(30);
        }
        let sent = fake.requests().len();
        let restart = coolify.restart(&Target::application(&shop)).await.unwrap();
        assert_eq!(restart.id.get("was"), Some(OLD));
        let route = format!("/applications/{shop}");
        let of_application = |request: &&ReceivedRequest| request.method == "GET" && request.path.ends_with(&route);
        let requests = fake.requests();
        let count =
            requests[sent..].iter().filter(of_application).filter(|one| !one.path.contains("deployments")).count();
        assert_eq!((count, requests.len() - sent), (reads, 3 + reads), "{has_two}");
    }
}

#[tokio::test]
async fn a_restart_does_not_take_an_additional_server_for_the_own_where_the_application_cannot_be_read() {
    let rows = json!([
        { "deployment_uuid": "additional", "status": "finished", "commit": NEW, "destination_id": "1" },
        { "deployment_uuid": "own", "status": "finished", "commit": OLD, "destination_id": "0" },
    ]);
    // Of redeployments of one server from the interface, nothing else may be listed first.
    for rows in [rows.clone(), json!([rows[0]])] {
        let server = Twins::start(rows).await;
        let broken = ResponseTemplate::new(500).set_body_json(json!({ "message": "Server Error" }));
        Mock::given(path("/api/v1/applications/web")).respond_with(broken).mount(&server.0).await;
        let error = server.deployer().restart(&Target::application("web")).await.unwrap_err();
        assert!(error.is_safe_to_repeat(), "{error}");
        let requests = server.0.received_requests().await.unwrap();
        assert!(requests.iter().all(|request| request.method.as_str() == "GET"), "nothing is sent");
    }
}

#[tokio::test]
async fn a_request_is_not_taken_for_one_of_several_servers_where_the_application_cannot_be_read() {
    let server = Twins::start(json!([
        { "deployment_uuid": "additional", "status": "in_progress", "commit": "HEAD", "destination_id": "1" },
        { "deployment_uuid": "own", "status": "finished", "commit": OLD, "destination_id": "0" },
    ]));
    let server = server.await;
    let broken = ResponseTemplate::new(403).set_body_json(json!({ "message": "Missing required permissions: read" }));
    Mock::given(path("/api/v1/applications/web")).respond_with(broken).mount(&server.0).await;
    let error = server.deployer().deploy(&request("web")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
}

#[tokio::test]
async fn a_request_that_is_merged_into_the_row_of_an_additional_server_has_started_nothing() {
    let (fake, coolify) = manual(two_servers()).await;
    let web = fake.application();
    fake.next_deployment(&web, CoolifyScript::succeeds());
    fake.next_deployment(&web, CoolifyScript::succeeds().lasting(50));
    fake.deploy_by_someone_else(&web);
    fake.advance(20);
    for adoption in [Adoption::Fresh, Adoption::Any] {
        let error = coolify.deploy(&request(&web).with_adoption(adoption)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.is_safe_to_repeat()),
            (ErrorKind::AlreadyRunning, true),
            "{adoption:?} {error}"
        );
        assert_eq!(uuid(error.last().unwrap()), fake.triggered()[1].id);
    }
    assert_eq!(fake.triggered().len(), 2);
}

#[tokio::test]
async fn deploying_and_waiting_waits_for_an_additional_server_and_deploys_again() {
    let (fake, coolify) = manual(two_servers()).await;
    let web = fake.application();
    for ticks in [5, 40] {
        fake.next_deployment(&web, CoolifyScript::succeeds().lasting(ticks));
    }
    fake.deploy_by_someone_else(&web);
    // That of the additional server is in progress.
    fake.advance(20);
    assert_eq!(fake.triggered().len(), 2);
    let sent = || fake.requests().iter().filter(|request| request.method == "POST").count();
    let time = async {
        // As long as it is, nothing is deployed, however often that is tried.
        while sent() < 1 {
            tokio::task::yield_now().await;
        }
        assert_eq!(fake.triggered().len(), 2);
        loop {
            fake.advance(1);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let request = request(&web);
    let outcome = tokio::select! {
        outcome = coolify.deploy_and_wait(&request, quick()) => outcome.unwrap(),
        () = time => unreachable!(),
    };
    assert!(outcome.is_success(), "{outcome:?}");
    assert!(sent() >= 2, "the first one was taken for that of the additional server");
    let own = outcome.deployment().unwrap();
    assert_eq!((own.identity, uuid(own)), (Identity::Exact, &*fake.triggered()[2].id));
}

#[tokio::test]
async fn the_row_of_an_additional_server_that_is_made_just_before_the_request_is_not_adopted() {
    let server = Twins::start(json!([
        { "deployment_uuid": "additional", "status": "in_progress", "commit": "HEAD", "destination_id": "1" },
        { "deployment_uuid": "own", "status": "finished", "commit": "HEAD", "destination_id": "0" },
    ]));
    let server = server.await;
    let application = ResponseTemplate::new(200).set_body_json(json!({ "uuid": "web", "destination_id": 0 }));
    Mock::given(path("/api/v1/applications/web")).respond_with(application).mount(&server.0).await;
    // Before the request there was none.
    let none = ResponseTemplate::new(200).set_body_json(json!({ "count": 0, "deployments": [] }));
    let list = Mock::given(path("/api/v1/deployments/applications/web")).respond_with(none);
    list.up_to_n_times(1).with_priority(1).mount(&server.0).await;
    let error = server.deployer().deploy(&request("web")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::AlreadyRunning, true), "{error}");
}
