//! Quirks that can be switched, and other kinds of server.

use anydeploy_fakes::{DokployJobState, DokployOrigin, DokployQuirk, DokployScript};
use reqwest::Method;
use serde_json::json;

use super::{deploy, each, get, post, queue, request, rows, send, still_with};

#[tokio::test]
async fn the_row_can_be_later_or_at_once() {
    let late = still_with(|builder| builder.quirk(DokployQuirk::LateRow(5))).await;
    deploy(&late, &late.application(), "t").await;
    late.advance(4);
    assert!(rows(&late, &late.application()).await.is_empty());
    late.advance(1);
    assert_eq!(rows(&late, &late.application()).await.len(), 1);

    let early = still_with(|builder| builder.without(DokployQuirk::LateRow(0))).await;
    deploy(&early, &early.application(), "t").await;
    assert_eq!(rows(&early, &early.application()).await.len(), 1);
}

#[tokio::test]
async fn one_script_can_be_later_than_the_rest() {
    let fake = still_with(|builder| builder).await;
    let web = fake.application();
    fake.next_deployment(&web, DokployScript::succeeds().row_after(9));
    deploy(&fake, &web, "t").await;
    fake.advance(8);
    assert!(rows(&fake, &web).await.is_empty());
    fake.advance(1);
    assert_eq!(rows(&fake, &web).await.len(), 1);
}

#[tokio::test]
async fn the_title_can_be_left_alone() {
    let fake = still_with(|builder| builder.without(DokployQuirk::OverwriteTitle)).await;
    let site = fake.add_git_application("site");
    deploy(&fake, &site, "mine").await;
    fake.advance(10);
    assert_eq!(rows(&fake, &site).await[0]["title"], "mine");
}

#[tokio::test]
async fn the_new_title_can_come_much_later() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::LateTitle(50))).await;
    let site = fake.add_git_application("site");
    deploy(&fake, &site, "mine").await;
    fake.advance(53);
    let row = &rows(&fake, &site).await[0];
    assert_eq!((&row["status"], &row["title"]), (&json!("done"), &json!("mine")));
    fake.advance(1);
    assert_ne!(rows(&fake, &site).await[0]["title"], "mine");
}

#[tokio::test]
async fn rows_can_be_kept_for_ever_or_hardly_at_all() {
    for (quirk, on, left) in [(DokployQuirk::Retention(10), false, 15), (DokployQuirk::Retention(2), true, 3)] {
        let fake = still_with(|builder| if on { builder.quirk(quirk) } else { builder.without(quirk) }).await;
        let web = fake.application();
        for _ in 0..15 {
            deploy(&fake, &web, "t").await;
        }
        fake.advance(1_000);
        assert_eq!(rows(&fake, &web).await.len(), left);
    }
}

#[tokio::test]
async fn deployments_of_one_second_can_share_a_log_file() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::SharedLogFile)).await;
    let web = fake.application();
    let mut pairs = 0;
    // Two rows may straddle a second; of ten neighbours most do not.
    for number in 0..11 {
        fake.next_deployment(&web, DokployScript::succeeds().log([format!("deployment {number}")]));
        deploy(&fake, &web, "t").await;
    }
    fake.advance(1_000);
    let rows = rows(&fake, &web).await;
    for pair in rows.windows(2).filter(|pair| pair[0]["logPath"] == pair[1]["logPath"]) {
        let mut logs = Vec::new();
        for row in pair {
            let id = row["deploymentId"].as_str().unwrap();
            logs.push(get(&fake, &format!("deployment.readLogs?deploymentId={id}")).await.json());
        }
        assert_eq!(logs[0], logs[1]);
        pairs += 1;
    }
    assert!(pairs > 0);
}

#[tokio::test]
async fn on_a_remote_server_a_webhooks_job_runs_beside_one_of_the_api() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::RemoteServer)).await;
    let web = fake.application();
    for title in ["first", "second"] {
        deploy(&fake, &web, title).await;
    }
    let one = get(&fake, &format!("application.one?applicationId={web}")).await.json();
    let webhook = format!("/api/deploy/{}", one["refreshToken"].as_str().unwrap());
    assert_eq!(send(request(&fake, Method::POST, &webhook)).await.status, 200);
    let mut jobs = queue(&fake).await;
    jobs.sort_by_key(|job| job["id"].as_str().unwrap().to_owned());
    assert_eq!(each(&jobs, "state"), ["active", "waiting", "active"]);
    let remote: Vec<_> = jobs.iter().map(|job| (&job["data"]["server"], job["data"]["serverId"].is_string())).collect();
    assert_eq!(remote, [(&json!(true), true), (&json!(true), true), (&json!(false), false)]);
    fake.advance(3);
    assert_eq!(each(&rows(&fake, &web).await, "title"), ["NEW CHANGES", "first"]);
}

#[tokio::test]
async fn cloud_answers_true_and_cancels_and_keeps_finished_jobs() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::Cloud)).await;
    let web = fake.application();
    assert_eq!(get(&fake, "settings.isCloud").await.text, "true");
    assert_eq!(post(&fake, "application.deploy", json!({ "applicationId": web })).await.text, "true");
    fake.advance(10);
    fake.next_deployment(&web, DokployScript::succeeds().hanging());
    deploy(&fake, &web, "hangs").await;
    fake.advance(10);
    let answer = post(&fake, "application.cancelDeployment", json!({ "applicationId": web })).await;
    assert_eq!(answer.json(), json!({ "success": true, "message": "Deployment cancellation requested" }));
    let mut states: Vec<String> =
        queue(&fake).await.iter().map(|job| job["state"].as_str().unwrap().to_owned()).collect();
    states.sort();
    assert_eq!(states, ["cancelled", "completed"]);
    assert_eq!(fake.triggered()[1].state, DokployJobState::Cancelled);
}

#[tokio::test]
async fn an_old_server_lacks_the_queue_list_and_says_so_without_a_path() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::OldServerWithoutQueueList)).await;
    assert_eq!(get(&fake, "settings.getDokployVersion").await.text, "\"v0.28.2\"");
    for procedure in ["deployment.queueList", "deployment.allCentralized", "deployment.readLogs?deploymentId=x"] {
        let answer = get(&fake, procedure).await;
        assert_eq!(answer.status, 404);
        assert!(answer.json()["data"].get("path").is_none());
    }
}

#[tokio::test]
async fn an_older_server_has_errors_without_data() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::OldServerPlainErrors)).await;
    let answer = get(&fake, "application.one?applicationId=nope").await;
    assert_eq!(answer.json(), json!({ "message": "Application not found", "code": "NOT_FOUND" }));
}

#[tokio::test]
async fn the_oldest_server_drops_title_and_description() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::OldServerIgnoresTitle)).await;
    let site = fake.add_git_application("site");
    deploy(&fake, &site, "mine").await;
    fake.advance(10);
    assert_eq!(each(&rows(&fake, &site).await, "title"), ["Manual deployment"]);
    assert_eq!(fake.triggered()[0].title.as_deref(), Some("mine"));
    assert_eq!(post(&fake, "compose.deploy", json!({ "composeId": fake.compose() })).await.text, "");
}

#[tokio::test]
async fn a_server_before_environments_shows_services_in_the_project() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::OldServerIgnoresTitle)).await;
    let projects = get(&fake, "project.all").await.json();
    assert!(projects[0].get("environments").is_none());
    assert_eq!(projects[0]["applications"][0]["applicationId"], fake.application().as_str());
    assert_eq!(projects[0]["compose"][0]["composeId"], fake.compose().as_str());
}

#[tokio::test]
async fn the_queue_list_alone_can_be_refused() {
    for status in [401, 403, 404, 500] {
        let fake = still_with(|builder| builder.quirk(DokployQuirk::QueueListRefused(status))).await;
        assert_eq!(get(&fake, "deployment.queueList").await.status, status);
        assert!(rows(&fake, &fake.application()).await.is_empty());
        fake.disable(DokployQuirk::QueueListRefused(0));
        assert!(queue(&fake).await.is_empty());
    }
}

#[tokio::test]
async fn a_webhook_can_deploy_right_before_a_request_is_acted_on() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::WebhookFirst)).await;
    let shop = fake.add_git_application("shop");
    deploy(&fake, &shop, "mine").await;
    let rows = rows(&fake, &shop).await;
    assert_eq!(each(&rows, "status"), ["done"], "the row is the webhook's");
    assert!(rows[0]["description"].as_str().unwrap().starts_with("Commit: "));
    let origins: Vec<_> = fake.triggered().iter().map(|one| one.origin).collect();
    assert_eq!(origins, [DokployOrigin::Webhook, DokployOrigin::Api]);
    assert_eq!(each(&queue(&fake).await, "state"), ["active"]);
}

#[tokio::test]
async fn reads_can_fail_for_a_while_after_a_request_to_deploy() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::DownAfterTrigger(2))).await;
    deploy(&fake, &fake.application(), "t").await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(get(&fake, "deployment.queueList").await.status);
    }
    assert_eq!(statuses, [502, 502, 200]);
}

#[tokio::test]
async fn a_gateway_can_hold_a_request_to_deploy_and_deliver_it_late() {
    let fake = still_with(|builder| builder.quirk(DokployQuirk::HeldTrigger)).await;
    let answer = post(&fake, "application.deploy", json!({ "applicationId": fake.application() })).await;
    assert_eq!((answer.status, answer.content_type.as_deref()), (504, Some("text/html")));
    assert!(fake.triggered().is_empty() && queue(&fake).await.is_empty());
    fake.deliver_held();
    assert_eq!((fake.triggered().len(), queue(&fake).await.len()), (1, 1));
    fake.deliver_held();
    assert_eq!(fake.triggered().len(), 1);
}
