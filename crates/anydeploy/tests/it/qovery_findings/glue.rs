//! Rules between the pure functions: each of these tests fails if its rule is left out.

use anydeploy::{DeployRequest, Deployer, Deployment, ErrorKind, Identity, Phase, Qovery, Revision, Target};
use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryScript};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::qovery::{execution, manual, step_to_the_end, web};

#[tokio::test]
async fn an_execution_that_waited_in_the_queue_is_not_that_of_a_trigger_that_started_at_once() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::never_starts());
    let ours = qovery.deploy(&web(&fake)).await.unwrap();
    // Another program's request for the same service waits, so that its execution bears the request.
    fake.deploy_by_someone_else(&fake.container());
    fake.deploy_by_another_program(&fake.application());
    fake.advance(30);
    assert_eq!(fake.triggered().len(), 2);
    match qovery.deployment(&ours.id).await {
        Ok(seen) => assert_eq!((seen.identity, execution(&seen)), (Identity::Pending, None), "{seen:?}"),
        Err(error) => assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Undecidable), "{error}"),
    }
}

#[tokio::test]
async fn a_trigger_that_started_at_once_is_found_also_where_every_execution_has_a_request() {
    let (fake, qovery) = manual(FakeQovery::builder().quirk(QoveryQuirk::RequestIdsOfAll)).await;
    for _ in 0..2 {
        let ours = qovery.deploy(&web(&fake)).await.unwrap();
        assert!(ours.id.get("request").is_none(), "{ours:?}");
        let over = step_to_the_end(&fake, &qovery, ours).await;
        assert_eq!((over.identity, over.status.phase), (Identity::Inferred, Phase::Succeeded));
    }
}

#[tokio::test]
async fn what_a_later_trigger_for_the_same_service_may_have_started_is_not_taken_for_the_earlier_ones() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::never_starts());
    let first = qovery.deploy(&web(&fake)).await.unwrap();
    let second = qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(30);
    assert_eq!(fake.triggered().len(), 1, "the first one never started");
    match qovery.deployment(&first.id).await {
        Ok(seen) => assert_eq!((seen.identity, execution(&seen)), (Identity::Pending, None), "{seen:?}"),
        Err(error) => assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Undecidable), "{error}"),
    }
    drop(second);
}

const ID: &str = "0a1b2c3d-0000-4000-8000-000000000001";
const REQUEST: &str = "0a1b2c3d-0000-7000-8000-000000000009";

/// A server whose environment is busy, and whose queue is empty when it is first read, and lists one request from then on.
async fn busy_server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::builder().start().await;
    let get = |call: &str, body: serde_json::Value| {
        Mock::given(method("GET"))
            .and(path(format!("/environment/{ID}/{call}")))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
    };
    let statuses = json!({
        "environment": {"id": ID, "state": "DEPLOYING", "last_deployment_state": "DEPLOYING", "last_deployment_id": "e-1"},
        "applications": [{"id": ID, "state": "DEPLOYED", "execution_id": "e-0"}],
    });
    get("statuses", statuses).mount(&server).await;
    let past = json!({"results": [{"identifier": {"execution_id": "e-1"}, "status": "DEPLOYING", "stages": []}]});
    get("deploymentHistoryV2", past).mount(&server).await;
    let empty = get("deploymentQueue", json!({"results": []}));
    empty.up_to_n_times(1).with_priority(1).mount(&server).await;
    let waiting = json!({
        "identifier": {"deployment_request_id": REQUEST},
        "stages": [{"services": [{"identifier": {"service_id": ID}}]}],
    });
    get("deploymentQueue", json!({"results": [waiting]})).mount(&server).await;
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

/// Two callers of one process deploy the same at once, and take turns.
async fn two_at_once(server: &MockServer) -> (anydeploy::Result<Deployment>, anydeploy::Result<Deployment>) {
    let grace = std::time::Duration::from_millis(600);
    let qovery = Qovery::builder().url(server.uri()).token("t").grace(grace).build().unwrap();
    let target = Target::application(ID).in_environment(ID);
    let request = DeployRequest::new(target).with_revision(Revision::Commit("0123456789abcdef".into()));
    futures::join!(qovery.deploy(&request), qovery.deploy(&request))
}

#[tokio::test]
async fn of_two_triggers_at_once_that_get_one_request_the_second_is_adopted() {
    let answer = json!({"id": ID, "state": "DEPLOYMENT_QUEUED", "deployment_request_id": REQUEST});
    let server = busy_server(ResponseTemplate::new(202).set_body_json(answer)).await;
    let (first, second) = two_at_once(&server).await;
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((first.identity, first.id.get("request")), (Identity::Exact, Some(REQUEST)));
    assert_eq!((second.identity, second.id.get("request")), (Identity::Adopted, Some(REQUEST)));
}

#[tokio::test]
async fn of_two_lost_answers_at_once_only_the_first_takes_the_only_request_for_its_own() {
    let server = busy_server(ResponseTemplate::new(504)).await;
    let (first, second) = two_at_once(&server).await;
    let first = first.unwrap();
    assert_eq!((first.identity, first.id.get("request")), (Identity::Inferred, Some(REQUEST)));
    assert_eq!(second.unwrap_err().kind(), ErrorKind::Undecidable);
}

/// A server on which a trigger fails with a 504, and two executions that name no service show afterwards: `e-2`, whose log
/// has an error of the check before it or not, and the newest one `e-3` in this state, with this result of its check.
async fn nameless_afterwards(state: &str, check: &str, has_log: bool) -> MockServer {
    let server = MockServer::builder().start().await;
    let get = |call: &str, body: serde_json::Value| {
        Mock::given(method("GET"))
            .and(path(format!("/environment/{ID}/{call}")))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
    };
    let statuses = |last: &str, state: &str| {
        json!({
            "environment": {"id": ID, "state": state, "last_deployment_state": state, "last_deployment_id": last},
            "applications": [{"id": ID, "state": "DEPLOYED", "execution_id": "e-1"}],
        })
    };
    get("statuses", statuses("e-1", "DEPLOYED")).up_to_n_times(1).with_priority(1).mount(&server).await;
    get("statuses", statuses("e-3", state)).mount(&server).await;
    get("deploymentQueue", json!({"results": []})).mount(&server).await;
    let now = chrono::Utc::now().to_rfc3339();
    let past = |id: &str, status: &str| {
        json!({
            "identifier": {"execution_id": id}, "status": status, "trigger_action": "DEPLOY", "stages": [],
            "auditing_data": {"created_at": now, "updated_at": now, "origin": "API"},
        })
    };
    let history = [past("e-3", state), past("e-2", "DEPLOYMENT_ERROR"), past("e-1", "DEPLOYED")];
    get("deploymentHistoryV2", json!({"results": history})).mount(&server).await;
    let stages = json!({
        "environment": {"id": ID, "state": state, "last_deployment_id": "e-3"},
        "stages": [], "pre_check_stage": {"status": check},
    });
    get("statusesWithStages", stages).mount(&server).await;
    let error = json!({
        "type": "ERROR", "timestamp": now, "details": {"stage": {"step": "PreCheck"}, "transmitter": {"type": "Environment"}},
        "error": {"user_log_message": "no credentials"},
    });
    let log = if has_log { vec![error] } else { Vec::new() };
    get("logs", json!(log)).mount(&server).await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(504)).mount(&server).await;
    server
}

#[tokio::test]
async fn executions_without_a_service_change_nothing_only_if_the_check_before_each_of_them_failed() {
    for (state, check, has_log, expected) in [
        ("DEPLOYMENT_ERROR", "ERROR", true, ErrorKind::NotTriggered),
        ("DEPLOYMENT_ERROR", "ERROR", false, ErrorKind::Undecidable),
        ("DEPLOYMENT_ERROR", "SUCCESS", true, ErrorKind::Undecidable),
        ("DEPLOYING", "ERROR", true, ErrorKind::Undecidable),
    ] {
        let server = nameless_afterwards(state, check, has_log).await;
        let grace = std::time::Duration::from_millis(600);
        let qovery = Qovery::builder().url(server.uri()).token("t").grace(grace).build().unwrap();
        let target = Target::application(ID).in_environment(ID);
        let request = DeployRequest::new(target).with_revision(Revision::Commit("0123456789abcdef".into()));
        let error = qovery.deploy(&request).await.unwrap_err();
        assert_eq!(error.kind(), expected, "{state} {check} {has_log}: {error}");
    }
}
