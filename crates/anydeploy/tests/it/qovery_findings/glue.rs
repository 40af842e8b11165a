//! Rules between the pure functions: each of these tests fails if its rule is left out.

use anydeploy::{Deployer, ErrorKind, Identity, Qovery, Revision, Target};
use anydeploy_fakes::{FakeQovery, QoveryScript};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::qovery::{execution, manual, web};

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
async fn two_triggers_at_once_that_get_one_request_are_both_adopted() {
    const ID: &str = "0a1b2c3d-0000-4000-8000-000000000001";
    const REQUEST: &str = "0a1b2c3d-0000-7000-8000-000000000009";
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
    // Neither of the two saw the request before its own trigger.
    get("deploymentQueue", json!({"results": []})).mount(&server).await;
    let answer = json!({"id": ID, "state": "DEPLOYMENT_QUEUED", "deployment_request_id": REQUEST});
    let accepted = ResponseTemplate::new(202).set_body_json(answer);
    Mock::given(method("POST")).respond_with(accepted).mount(&server).await;
    let qovery = Qovery::builder().url(server.uri()).token("t").build().unwrap();
    let target = Target::application(ID).in_environment(ID);
    let request = anydeploy::DeployRequest::new(target).with_revision(Revision::Commit("0123456789abcdef".into()));
    let (one, other) = futures::join!(qovery.deploy(&request), qovery.deploy(&request));
    for deployment in [one.unwrap(), other.unwrap()] {
        assert_eq!(deployment.id.get("request"), Some(REQUEST));
        assert!(deployment.id.get("adopted").is_some(), "either may be the one that was merged: {deployment:?}");
    }
}

#[tokio::test]
async fn of_two_lost_answers_at_once_neither_takes_the_only_request_for_its_own() {
    const ID: &str = "0a1b2c3d-0000-4000-8000-000000000001";
    const REQUEST: &str = "0a1b2c3d-0000-7000-8000-000000000009";
    for callers in [1, 2] {
        let server = MockServer::builder().start().await;
        let get = |call: &str, body: serde_json::Value| {
            Mock::given(method("GET"))
                .and(path(format!("/environment/{ID}/{call}")))
                .respond_with(ResponseTemplate::new(200).set_body_json(body))
        };
        let statuses = json!({
            "environment": {"id": ID, "state": "DEPLOYING", "last_deployment_state": "DEPLOYING",
                "last_deployment_id": "e-1"},
            "applications": [{"id": ID, "state": "DEPLOYED", "execution_id": "e-0"}],
        });
        get("statuses", statuses).mount(&server).await;
        let past = json!({"results": [{"identifier": {"execution_id": "e-1"}, "status": "DEPLOYING", "stages": []}]});
        get("deploymentHistoryV2", past).mount(&server).await;
        // Each caller reads once before the trigger, and one request is listed afterwards: either may have made it.
        let empty = get("deploymentQueue", json!({"results": []}));
        empty.up_to_n_times(callers).with_priority(1).mount(&server).await;
        let waiting = json!({
            "identifier": {"deployment_request_id": REQUEST},
            "stages": [{"services": [{"identifier": {"service_id": ID}}]}],
        });
        get("deploymentQueue", json!({"results": [waiting]})).mount(&server).await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(504)).mount(&server).await;
        let grace = std::time::Duration::from_millis(600);
        let qovery = Qovery::builder().url(server.uri()).token("t").grace(grace).build().unwrap();
        let target = Target::application(ID).in_environment(ID);
        let request = anydeploy::DeployRequest::new(target).with_revision(Revision::Commit("0123456789abcdef".into()));
        if callers == 1 {
            let found = qovery.deploy(&request).await.unwrap();
            assert_eq!((found.identity, found.id.get("request")), (Identity::Inferred, Some(REQUEST)));
            continue;
        }
        let (one, other) = futures::join!(qovery.deploy(&request), qovery.deploy(&request));
        for result in [one, other] {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Undecidable);
        }
    }
}
