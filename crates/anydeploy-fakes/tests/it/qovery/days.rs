//! Day-to-day operations: stages, and what becomes visible of them.

use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryScript};
use serde_json::{Value, json};

use crate::qovery::api::Api;

/// Three stages: a container that fails after so many ticks beside one that takes 20, an application, a Terraform service.
async fn staged(api: &Api, fails_after: u64) -> [String; 4] {
    let fake = &api.fake;
    let services = [fake.container(), fake.add_container("slow"), fake.application(), fake.add_terraform("bucket")];
    fake.put_in_stage(&services[2], 2);
    fake.put_in_stage(&services[3], 3);
    fake.next_deployment(&services[0], QoveryScript::fails_with("no").lasting(fails_after));
    fake.next_deployment(&services[1], QoveryScript::succeeds().lasting(20));
    let (status, _) = api.post_nothing(&format!("/environment/{}/deploy", fake.environment())).await;
    assert_eq!(status, 202);
    services
}

fn states(fake: &FakeQovery, services: &[String]) -> Vec<Option<String>> {
    let [execution] = fake.triggered().try_into().unwrap();
    let state = |id: &String| execution.services.iter().find(|one| one.service == *id)?.state.clone();
    services.iter().map(state).collect()
}

#[tokio::test]
async fn a_stage_begins_when_the_one_before_is_over() {
    let api = Api::start().await;
    let (web, worker) = (api.fake.application(), api.fake.container());
    api.fake.put_in_stage(&web, 2);
    api.post_nothing(&format!("/environment/{}/deploy", api.fake.environment())).await;
    let of = |state: Value| state["state"].as_str().unwrap().to_owned();
    let mut seen = Vec::new();
    for _ in 0..40 {
        api.fake.advance(1);
        let worker = of(api.read(&format!("/container/{worker}/status")).await);
        seen.push((worker, api.state(&web).await));
    }
    seen.dedup();
    let seen: Vec<_> = seen.iter().map(|(worker, web)| (&**worker, &**web)).collect();
    let expected = [
        ("READY", "READY"),
        ("DEPLOYMENT_QUEUED", "DEPLOYMENT_QUEUED"),
        ("DEPLOYING", "DEPLOYMENT_QUEUED"),
        ("DEPLOYED", "DEPLOYMENT_QUEUED"),
        ("DEPLOYED", "BUILDING"),
        ("DEPLOYED", "DEPLOYING"),
        ("DEPLOYED", "DEPLOYED"),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn when_a_service_fails_those_that_had_not_begun_are_cancelled_except_terraform() {
    let api = Api::start().await;
    let services = staged(&api, 5).await;
    api.fake.advance(12);
    let state = |state: &str| Some(state.to_owned());
    assert_eq!(states(&api.fake, &services), [state("DEPLOYMENT_ERROR"), None, state("CANCELED"), None]);
    assert_eq!(api.state(&services[2]).await, "CANCELED");
    let goes_on = api.environment_status().await;
    assert_eq!(goes_on["last_deployment_state"], "DEPLOYING", "the service beside it goes on");
    api.fake.advance(100);
    let expected = [state("DEPLOYMENT_ERROR"), state("DEPLOYED"), state("CANCELED"), None];
    assert_eq!(states(&api.fake, &services), expected);
    assert_eq!(api.environment_status().await["last_deployment_state"], "DEPLOYMENT_ERROR");
    let log = api.read(&format!("/environment/{}/logs", api.fake.environment())).await;
    let own: Vec<_> =
        log.as_array().unwrap().iter().filter(|e| e["details"]["transmitter"]["id"] == json!(services[2])).collect();
    assert_eq!((own.len(), &own[0]["details"]["stage"]["step"]), (1, &json!("Cancelled")));
}

#[tokio::test]
async fn an_execution_lists_each_stage_with_its_own_status_and_services() {
    let api = Api::start().await;
    let services = staged(&api, 5).await;
    api.fake.advance(12);
    let listed = async || {
        let path = format!("/environment/{}/deploymentHistoryV2", api.fake.environment());
        let past = api.read(&path).await;
        let stages = past["results"][0]["stages"].as_array().unwrap().iter();
        let of = |stage: &Value| {
            (stage["name"].clone(), stage["status"].clone(), stage["services"].as_array().unwrap().len())
        };
        stages.map(of).collect::<Vec<_>>()
    };
    let first = |status: &str| (json!("DEFAULT"), json!(status), 2);
    let second = (json!("STAGE 2"), json!("CANCELED"), 1);
    assert_eq!(listed().await, [first("ONGOING"), second.clone()]);
    api.fake.advance(100);
    assert_eq!(listed().await, [first("ERROR"), second]);
    let log = api.read(&format!("/environment/{}/logs", api.fake.environment())).await;
    let of = |service: &String| {
        let mut lines =
            log.as_array().unwrap().iter().filter(|line| line["details"]["transmitter"]["id"] == json!(service));
        lines.next().unwrap()["details"]["stage"]["name"].clone()
    };
    assert_eq!((of(&services[0]), of(&services[2])), (json!("DEFAULT"), json!("STAGE 2")));
}

#[tokio::test]
async fn without_its_quirk_what_had_not_begun_is_not_listed() {
    let api = Api::with(FakeQovery::builder().without(QoveryQuirk::Bystanders)).await;
    let services = staged(&api, 5).await;
    api.fake.advance(100);
    assert_eq!(states(&api.fake, &services)[2..], [None, None]);
    assert_eq!(api.state(&services[2]).await, "READY");
}

#[tokio::test]
async fn a_cancel_ends_what_waits_for_its_stage() {
    let api = Api::start().await;
    let services = staged(&api, 50).await;
    api.fake.advance(12);
    let path = format!("/environment/{}/cancelDeployment", api.fake.environment());
    assert_eq!(api.post(&path, json!({})).await.0, 202);
    api.fake.advance(3);
    let states = states(&api.fake, &services);
    assert!(states[..3].iter().all(|state| state.as_deref() == Some("CANCELED")), "{states:?}");
    assert_eq!(api.environment_status().await["last_deployment_state"], "CANCELED");
}

#[tokio::test]
async fn a_stop_goes_through_the_stages_backwards() {
    let api = Api::start().await;
    let (web, worker) = (api.fake.application(), api.fake.container());
    for service in [&web, &worker] {
        api.fake.already_deployed(service);
    }
    api.fake.put_in_stage(&web, 2);
    api.post_nothing(&format!("/environment/{}/stop", api.fake.environment())).await;
    api.fake.advance(11);
    let worker = format!("/container/{worker}/status");
    assert_eq!((&*api.state(&web).await, &api.read(&worker).await["state"]), ("STOPPED", &json!("STOP_QUEUED")));
    api.fake.advance(100);
    assert_eq!(api.read(&worker).await["state"], "STOPPED");
}

#[tokio::test]
async fn a_redeployment_is_listed_as_a_deployment_or_with_its_quirk_as_a_restart() {
    for (quirk, action, state) in [(false, "DEPLOY", "DEPLOYED"), (true, "RESTART", "RESTARTED")] {
        let api = Api::start().await;
        if quirk {
            api.fake.enable(QoveryQuirk::RedeployIsRestart);
        }
        let web = api.fake.application();
        api.fake.already_deployed(&web);
        assert_eq!(api.post_nothing(&format!("/application/{web}/redeploy")).await.0, 202);
        api.fake.advance(100);
        assert_eq!((&*api.fake.triggered()[0].action, &*api.state(&web).await), (action, state));
        assert_eq!(api.post_nothing(&format!("/environment/{}/redeploy", api.fake.environment())).await.0, 202);
        assert_eq!(api.fake.triggered()[1].action, action);
    }
}

#[tokio::test]
async fn a_restart_builds_nothing() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.deploy(&web).await;
    api.fake.advance(100);
    assert_eq!(api.fake.builds(&web), 1);
    assert_eq!(api.post_nothing(&format!("/application/{web}/restart-service")).await.0, 202);
    api.fake.advance(100);
    assert_eq!((&*api.state(&web).await, api.fake.builds(&web)), ("RESTARTED", 1));
    let history = api.read(&format!("/application/{web}/deploymentHistoryV2")).await;
    assert_eq!(history["results"][0]["status_details"]["action"], "RESTART");
    let history = api.read(&format!("/environment/{}/deploymentHistoryV2", api.fake.environment())).await;
    assert_eq!(history["results"][0]["trigger_action"], "RESTART");
}

#[tokio::test]
async fn stops_are_writes_and_a_stop_of_what_is_stopped_has_no_effect() {
    let api = Api::start().await;
    let (web, environment) = (api.fake.application(), api.fake.environment());
    api.fake.already_deployed(&web);
    assert_eq!(api.post_nothing(&format!("/application/{web}/stop")).await.0, 202);
    api.fake.advance(100);
    assert_eq!(api.post_nothing(&format!("/application/{web}/stop")).await.0, 409, "it is refused, and no write");
    assert_eq!(api.post_nothing(&format!("/environment/{environment}/stop")).await.0, 202);
    let body = json!({ "application_ids": [web] });
    assert_eq!(api.post(&format!("/environment/{environment}/service/stop"), body).await, (200, Value::Null));
    let writes = api.fake.writes();
    let writes: Vec<_> = writes.iter().map(|write| (&*write.target, &*write.what, write.effect)).collect();
    // The environment's stop is under way when the last one comes.
    assert_eq!(writes, [(&*web, "stop", true), (&*environment, "stop", false), (&*web, "stop", true)]);
}

#[tokio::test]
async fn variables_are_writes_by_their_keys() {
    let api = Api::start().await;
    let web = api.fake.application();
    let body = json!({
        "key": "PORT", "value": "80", "is_secret": false, "variable_scope": "APPLICATION", "variable_parent_id": web,
    });
    let (_, created) = api.post("/variable", body).await;
    let path = format!("/variable/{}", created["id"].as_str().unwrap());
    for value in ["80", "81"] {
        assert_eq!(api.put(&path, json!({ "key": "PORT", "value": value })).await.0, 200);
    }
    assert_eq!(api.delete(&path).await.0, 204);
    let writes = api.fake.writes();
    let writes: Vec<_> = writes.iter().map(|write| (&*write.what, write.effect)).collect();
    assert_eq!(writes, [("set PORT", true), ("set PORT", false), ("set PORT", true), ("remove PORT", true)]);
}

#[tokio::test]
async fn a_service_may_have_been_stopped_before_the_test() {
    let api = Api::start().await;
    api.fake.already_stopped(&api.fake.application());
    let status = api.status(&api.fake.application()).await;
    assert_eq!((&status["state"], &status["service_deployment_status"]), (&json!("STOPPED"), &json!("UP_TO_DATE")));
    assert!(api.fake.triggered().is_empty() && api.fake.writes().is_empty());
}
