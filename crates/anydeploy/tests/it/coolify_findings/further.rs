//! The rows of an application's further servers, which are not those of the application.

use anydeploy::{
    Action, Adoption, DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, Identity, Revision, Target,
};
use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify, FakeCoolifyBuilder};
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use super::running::Twins;
use crate::support::coolify::{manual, quick, request, running, uuid};

const OLD: &str = "1111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222";

fn two_servers() -> FakeCoolifyBuilder {
    FakeCoolify::builder().quirk(CoolifyQuirk::ExtraDestination)
}

#[tokio::test]
async fn the_head_on_a_further_server_is_not_what_runs_after_a_rollback() {
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
async fn a_request_that_is_merged_into_the_row_of_a_further_server_has_started_nothing() {
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
async fn deploying_and_waiting_waits_for_a_further_server_and_deploys_again() {
    let (fake, coolify) = running(two_servers()).await;
    let web = fake.application();
    for ticks in [5, 40] {
        fake.next_deployment(&web, CoolifyScript::succeeds().lasting(ticks));
    }
    fake.deploy_by_someone_else(&web);
    while fake.triggered().len() < 2 {
        tokio::task::yield_now().await;
    }
    let outcome = coolify.deploy_and_wait(&request(&web), quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    let own = outcome.deployment().unwrap();
    assert_eq!((own.identity, uuid(own)), (Identity::Exact, &*fake.triggered()[2].id));
}

#[tokio::test]
async fn the_row_of_a_further_server_that_is_made_just_before_the_request_is_not_adopted() {
    let server = Twins::start(json!([
        { "deployment_uuid": "further", "status": "in_progress", "commit": "HEAD", "destination_id": "1" },
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
