//! What triggering a deployment answers, and what is meant to stop one.

use anydeploy_fakes::{DokployJobState, DokployOperation, DokployOrigin, DokployScript};
use reqwest::Method;
use serde_json::json;

use super::{application, deploy, each, get, post, queue, request, rows, send, still};

#[tokio::test]
async fn deploying_an_application_answers_nothing_at_all() {
    let fake = still().await;
    let body = json!({ "applicationId": fake.application(), "title": "t", "unknown": 1 });
    for procedure in ["application.deploy", "application.redeploy"] {
        let answer = post(&fake, procedure, body.clone()).await;
        let content_type = answer.content_type.as_deref();
        assert_eq!((answer.status, answer.text.as_str(), content_type), (200, "", Some("application/json")));
    }
}

#[tokio::test]
async fn deploying_a_compose_names_the_compose_but_no_deployment() {
    let fake = still().await;
    let stack = fake.compose();
    for (procedure, message) in [("compose.deploy", "Deployment queued"), ("compose.redeploy", "Redeployment queued")] {
        let answer = post(&fake, procedure, json!({ "composeId": stack })).await;
        assert_eq!(answer.json(), json!({ "success": true, "message": message, "composeId": stack }));
    }
    assert_eq!(post(&fake, "compose.deploy", json!({ "composeId": "nope" })).await.status, 404);
}

#[tokio::test]
async fn title_and_description_are_kept_as_sent() {
    let fake = still().await;
    let web = fake.application();
    let body = json!({ "applicationId": web, "title": "日本 🚀 $(id)", "description": "line1\nnonce-1" });
    post(&fake, "application.deploy", body).await;
    fake.advance(20);
    let row = &rows(&fake, &web).await[0];
    assert_eq!((&row["title"], &row["description"]), (&json!("日本 🚀 $(id)"), &json!("line1\nnonce-1")));
}

#[tokio::test]
async fn without_a_title_the_server_puts_its_own() {
    let fake = still().await;
    let web = fake.application();
    post(&fake, "application.deploy", json!({ "applicationId": web })).await;
    post(&fake, "application.redeploy", json!({ "applicationId": web, "title": "" })).await;
    fake.advance(20);
    let rows = rows(&fake, &web).await;
    assert_eq!(each(&rows, "title"), ["Rebuild deployment", "Manual deployment"]);
    assert_eq!(each(&rows, "description"), ["", ""]);
    assert_eq!(fake.triggered()[0].title, None);
}

#[tokio::test]
async fn a_title_that_is_no_string_is_400() {
    let fake = still().await;
    let web = fake.application();
    for (title, kind) in [(json!(5), "number"), (json!(null), "null")] {
        let answer = post(&fake, "application.deploy", json!({ "applicationId": web, "title": title })).await;
        assert_eq!(answer.status, 400);
        let message = format!("Invalid input: expected string, received {kind}");
        assert_eq!(answer.json()["data"]["zodError"]["fieldErrors"]["title"], json!([message]));
    }
    let answer = post(&fake, "application.deploy", json!({ "applicationId": "" })).await;
    assert_eq!(answer.json()["issues"][0]["message"], "Too small: expected string to have >=1 characters");
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_running_deployment_can_not_be_cancelled() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "t").await;
    fake.advance(2);
    let answer = post(&fake, "application.cancelDeployment", json!({ "applicationId": web })).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["message"], "Deployment cancellation only available in cloud version");
    assert_eq!(post(&fake, "application.cancelDeployment", json!({ "applicationId": "nope" })).await.status, 404);
    let id = rows(&fake, &web).await[0]["deploymentId"].clone();
    let answer = post(&fake, "deployment.killProcess", json!({ "deploymentId": id })).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["message"], "Deployment is not running");
    assert_eq!(rows(&fake, &web).await[0]["status"], "running");
}

#[tokio::test]
async fn cleaning_the_queue_drops_waiting_jobs_of_that_service_without_a_trace() {
    let fake = still().await;
    let (web, other) = (fake.application(), fake.add_application("other"));
    for (id, title) in [(&web, "runs"), (&web, "waits"), (&other, "stays")] {
        deploy(&fake, id, title).await;
    }
    fake.advance(1);
    assert_eq!(post(&fake, "application.cleanQueues", json!({ "applicationId": web })).await.text, "");
    assert_eq!(queue(&fake).await.len(), 2);
    fake.advance(50);
    assert_eq!(each(&rows(&fake, &web).await, "title"), ["runs"]);
    let states: Vec<_> = fake.triggered().iter().map(|one| one.state).collect();
    assert_eq!(states, [DokployJobState::Done, DokployJobState::Dropped, DokployJobState::Done]);
}

#[tokio::test]
async fn cleaning_the_queue_of_an_unknown_service_is_no_error() {
    let fake = still().await;
    assert_eq!(post(&fake, "application.cleanQueues", json!({ "applicationId": "nope" })).await.status, 200);
    let answer = post(&fake, "compose.cleanQueues", json!({ "composeId": fake.compose() })).await;
    assert_eq!(answer.json(), json!({ "success": true, "message": "Queues cleaned successfully" }));
}

#[tokio::test]
async fn cleaning_all_queues_spares_the_running_job() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "runs").await;
    deploy(&fake, &web, "waits").await;
    assert_eq!(post(&fake, "settings.cleanAllDeploymentQueue", json!({})).await.text, "true");
    assert_eq!(each(&queue(&fake).await, "state"), ["active"]);
}

#[tokio::test]
async fn killing_builds_fails_every_git_build_but_no_pull() {
    let fake = still().await;
    fake.set_concurrency(2);
    let (web, site) = (fake.application(), fake.add_git_application("site"));
    for id in [&web, &site] {
        fake.next_deployment(id, DokployScript::succeeds().log(["built"]).lasting(50));
        deploy(&fake, id, "t").await;
    }
    fake.advance(2);
    assert_eq!(post(&fake, "application.killBuild", json!({ "applicationId": web })).await.text, "");
    fake.advance(2);
    let killed = &rows(&fake, &site).await[0];
    assert_eq!(killed["status"], "error");
    assert_eq!(rows(&fake, &web).await[0]["status"], "running");
    fake.advance(100);
    let path = format!("deployment.readLogs?deploymentId={}", killed["deploymentId"].as_str().unwrap());
    let log = "Initializing deployment\n\nError occurred ❌, check the logs for details.\n";
    assert_eq!(get(&fake, &path).await.json(), log);
}

#[tokio::test]
async fn a_webhook_needs_no_key_and_has_a_title_of_its_own() {
    let fake = still().await;
    let web = fake.application();
    let token = application(&fake, &web).await["refreshToken"].as_str().unwrap().to_owned();
    let answer = send(request(&fake, Method::POST, &format!("/api/deploy/{token}"))).await;
    assert_eq!(answer.json(), json!({ "message": "Application deployed successfully" }));
    let answer = send(request(&fake, Method::POST, "/api/deploy/nosuchtoken")).await;
    assert_eq!((answer.status, answer.json()), (404, json!({ "message": "Application Not Found" })));
    fake.advance(2);
    assert_eq!(rows(&fake, &web).await[0]["title"], "NEW CHANGES");
    assert_eq!(fake.triggered()[0].origin, DokployOrigin::Webhook);
}

#[tokio::test]
async fn a_webhook_that_does_not_match_is_301_and_leads_nowhere() {
    let fake = still().await;
    let site = fake.add_git_application("site");
    let token = application(&fake, &site).await["refreshToken"].as_str().unwrap().to_owned();
    let answer = send(request(&fake, Method::POST, &format!("/api/deploy/{token}"))).await;
    assert_eq!((answer.status, answer.location), (301, None));
    let push = json!({ "ref": "refs/heads/main", "head_commit": { "message": "pushed", "id": "abc" } });
    let request = request(&fake, Method::POST, &format!("/api/deploy/{token}")).json(&push);
    assert_eq!(send(request.header("x-github-event", "push")).await.status, 200);
    assert_eq!(fake.triggered()[0].description.as_deref(), Some("Hash: abc"));
}

#[tokio::test]
async fn a_deployment_by_someone_else_is_listed_with_the_others() {
    let fake = still().await;
    let web = fake.application();
    fake.deploy_by_someone_else(&web);
    fake.advance(20);
    assert_eq!(rows(&fake, &web).await[0]["title"], "Manual deployment");
    assert_eq!(fake.triggered()[0].origin, DokployOrigin::SomeoneElse);
}

#[tokio::test]
async fn the_truth_names_the_row_that_a_deployment_got() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "t").await;
    assert_eq!(fake.triggered()[0].deployment_id, None);
    fake.advance(20);
    let truth = &fake.triggered()[0];
    assert_eq!(json!(truth.deployment_id), rows(&fake, &web).await[0]["deploymentId"]);
    assert_eq!((truth.target.as_str(), truth.title.as_deref()), (web.as_str(), Some("t")));
    assert!(truth.state.is_over());
    assert_eq!(truth.operation, DokployOperation::Deploy);
}

#[tokio::test]
async fn many_callers_at_once_lose_and_double_nothing() {
    let fake = std::sync::Arc::new(still().await);
    let web = fake.application();
    let callers: Vec<_> = (0..24)
        .map(|number| {
            let (fake, web) = (fake.clone(), web.clone());
            tokio::spawn(async move { deploy(&fake, &web, &format!("caller {number}")).await })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    fake.advance(1_000);
    let mut titles: Vec<_> = fake.triggered().into_iter().filter_map(|one| one.title).collect();
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), 24);
    assert!(fake.triggered().iter().all(|one| one.state == DokployJobState::Done && one.deployment_id.is_some()));
    assert_eq!(get(&fake, "deployment.queueList").await.json(), json!([]));
}
