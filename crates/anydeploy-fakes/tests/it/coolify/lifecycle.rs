//! Starting, stopping, restarting and rolling back, and the log of what runs.

use anydeploy_fakes::{CoolifyScript, FakeCoolify};
use reqwest::Method;
use serde_json::json;

use crate::coolify::{deploy, deployment, get, post, send_json, still};

async fn status(fake: &FakeCoolify, path: &str) -> String {
    get(fake, path).await.json()["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn starting_an_application_queues_a_deployment() {
    let fake = still().await;
    let web = fake.application();
    let answer = post(&fake, &format!("/applications/{web}/start")).await;
    let id = fake.triggered()[0].id.clone();
    assert_eq!(answer.json(), json!({ "message": "Deployment request queued.", "deployment_uuid": id }));
}

#[tokio::test]
async fn starting_or_restarting_a_busy_application_says_so_without_an_id() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web).await;
    for verb in ["start", "restart"] {
        let answer = post(&fake, &format!("/applications/{web}/{verb}")).await;
        assert_eq!(answer.json(), json!({ "message": "Deployment already queued for this commit." }));
    }
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn a_restart_is_a_deployment_that_only_restarts() {
    let fake = still().await;
    let answer = post(&fake, &format!("/applications/{}/restart", fake.application())).await;
    assert_eq!(answer.message(), "Restart request queued.");
    let id = answer.json()["deployment_uuid"].as_str().unwrap().to_owned();
    assert_eq!(deployment(&fake, &id).await["restart_only"], true);
    assert!(fake.triggered()[0].restart);
}

#[tokio::test]
async fn an_application_goes_from_exited_over_starting_to_running_and_back() {
    let fake = still().await;
    let path = format!("/applications/{}", fake.application());
    assert_eq!(status(&fake, &path).await, "exited:unhealthy");
    deploy(&fake, &fake.application()).await;
    fake.advance(3);
    assert_eq!(status(&fake, &path).await, "starting:unknown");
    fake.advance(1);
    assert_eq!(status(&fake, &path).await, "running:healthy");
    let stop = post(&fake, &format!("{path}/stop")).await;
    assert_eq!(stop.said(), (200, "Application stopping request queued.".to_owned()));
    assert_eq!(status(&fake, &path).await, "running:healthy");
    fake.advance(1);
    assert_eq!(status(&fake, &path).await, "exited:unhealthy");
    assert_eq!(post(&fake, &format!("{path}/stop")).await.status, 200);
}

#[tokio::test]
async fn a_failed_deployment_leaves_the_old_code_running() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web).await;
    fake.advance(5);
    fake.next_deployment(&web, CoolifyScript::fails_with("no"));
    deploy(&fake, &web).await;
    fake.advance(5);
    assert_eq!(fake.triggered()[1].status, "failed");
    assert_eq!(status(&fake, &format!("/applications/{web}")).await, "running:healthy");
}

#[tokio::test]
async fn services_and_databases_refuse_what_they_already_are() {
    let fake = still().await;
    for (path, noun, stopped, starting) in [
        (format!("/services/{}", fake.service()), "Service", "exited", "starting:unhealthy"),
        (format!("/databases/{}", fake.database()), "Database", "exited:unhealthy", "starting:unknown"),
    ] {
        assert_eq!(status(&fake, &path).await, stopped);
        let stop = post(&fake, &format!("{path}/stop")).await;
        assert_eq!(stop.said(), (400, format!("{noun} is already stopped.")));
        let start = post(&fake, &format!("{path}/start")).await;
        assert_eq!(start.json(), json!({ "message": format!("{noun} starting request queued.") }));
        assert_eq!(status(&fake, &path).await, starting);
        fake.advance(1);
        assert_eq!(status(&fake, &path).await, "running:healthy");
        let again = post(&fake, &format!("{path}/start")).await;
        assert_eq!(again.said(), (400, format!("{noun} is already running.")));
        let restart = post(&fake, &format!("{path}/restart")).await;
        assert_eq!(restart.said(), (200, format!("{noun} restarting request queued.")));
    }
    assert_eq!(fake.starts().len(), 4);
}

#[tokio::test]
async fn an_unknown_resource_is_404_with_its_kind() {
    let fake = still().await;
    for (kind, noun) in [("applications", "Application"), ("services", "Service"), ("databases", "Database")] {
        for verb in ["start", "stop", "restart"] {
            let answer = post(&fake, &format!("/{kind}/nope/{verb}")).await;
            assert_eq!(answer.said(), (404, format!("{noun} not found.")));
        }
    }
}

#[tokio::test]
async fn a_rollback_names_its_commit_and_is_never_a_duplicate() {
    let fake = still().await;
    let path = format!("/applications/{}/rollback", fake.application());
    for _ in 0..2 {
        let answer = send_json(&fake, Method::POST, &path, &json!({ "commit": "abc123" })).await;
        assert_eq!(answer.said(), (200, "Rollback deployment queued.".to_owned()));
    }
    let triggered = fake.triggered();
    assert!(triggered.len() == 2 && triggered.iter().all(|one| one.rollback && one.commit == "abc123"));
    let row = deployment(&fake, &triggered[0].id).await;
    assert_eq!((&row["commit"], &row["rollback"]), (&json!("abc123"), &json!(true)));
}

#[tokio::test]
async fn a_rollback_insists_on_one_text() {
    let fake = still().await;
    let path = format!("/applications/{}/rollback", fake.application());
    let bare = post(&fake, &path).await;
    let unread = json!({ "message": "Invalid request.", "error": "Content-Type must be application/json." });
    assert_eq!((bare.status, bare.json()), (400, unread));
    let wrong = send_json(&fake, Method::POST, &path, &json!({ "commit": 5, "more": 1 })).await;
    let errors = json!({ "commit": ["The commit field must be a string."], "more": ["This field is not allowed."] });
    assert_eq!((wrong.status, &wrong.json()["errors"]), (422, &errors));
}

#[tokio::test]
async fn a_full_queue_is_400_for_a_rollback() {
    let fake = still().await;
    fake.fill_queue();
    let path = format!("/applications/{}/rollback", fake.application());
    let answer = send_json(&fake, Method::POST, &path, &json!({ "commit": "abc123" })).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn finished_deployments_leave_images_to_go_back_to() {
    let fake = still().await;
    let web = fake.application();
    let path = format!("/applications/{web}/rollback-images");
    assert_eq!(get(&fake, &path).await.json(), json!({ "current": null, "images": [] }));
    for commit in ["aaa", "bbb"] {
        fake.next_deployment(&web, CoolifyScript::succeeds().resolving_to(commit));
        deploy(&fake, &web).await;
        fake.advance(3);
    }
    let images = get(&fake, &path).await.json();
    assert_eq!(images["current"], "bbb");
    assert_eq!((&images["images"][1]["tag"], &images["images"][1]["is_current"]), (&json!("aaa"), &json!(false)));
}

#[tokio::test]
async fn only_what_runs_has_a_log() {
    let fake = still().await;
    let web = fake.application();
    let path = format!("/applications/{web}/logs");
    assert_eq!(get(&fake, &path).await.said(), (400, "Application is not running.".to_owned()));
    deploy(&fake, &web).await;
    fake.advance(4);
    fake.write_log(&web, (0..150).map(|line| format!("line {line}")));
    for (query, lines) in [("", 100), ("?lines=5", 5), ("?lines=0", 100), ("?lines=abc", 100), ("?lines=-1", 100)] {
        let logs = get(&fake, &format!("{path}{query}")).await.json()["logs"].as_str().unwrap().to_owned();
        assert_eq!(logs.lines().count(), lines, "{query}");
        assert!(logs.ends_with("line 149"));
    }
    let stamped = get(&fake, &format!("{path}?lines=1&show_timestamps=true")).await.json();
    assert!(stamped["logs"].as_str().unwrap().ends_with("Z line 149"));
}

#[tokio::test]
async fn the_log_of_a_service_asks_for_the_container() {
    let fake = still().await;
    let path = format!("/services/{}/logs", fake.service());
    assert_eq!(get(&fake, &path).await.said(), (400, "Sub service name is required.".to_owned()));
    let unknown = get(&fake, &format!("{path}?sub_service_name=nope")).await;
    assert_eq!(unknown.said(), (404, "Container not found.".to_owned()));
    let stopped = get(&fake, &format!("{path}?sub_service_name=analytics")).await;
    assert_eq!(stopped.said(), (400, "Container is not running.".to_owned()));
    post(&fake, &format!("/services/{}/start", fake.service())).await;
    fake.advance(1);
    assert_eq!(get(&fake, &format!("{path}?sub_service_name=analytics")).await.status, 200);
}
