//! A deployment from its job to its end, tick by tick.

use anydeploy_fakes::{DokployJobState, DokployScript, FakeDokploy, Pace};
use serde_json::json;
use std::time::Duration;

use super::{application, deploy, each, get, post, queue, rows, still};

/// Titles of the waiting and the active jobs, newest first.
async fn jobs(fake: &FakeDokploy) -> Vec<(String, String)> {
    let job = |job: &serde_json::Value| {
        (job["data"]["titleLog"].as_str().unwrap().to_owned(), job["state"].as_str().unwrap().to_owned())
    };
    queue(fake).await.iter().map(job).collect()
}

#[tokio::test]
async fn the_row_appears_after_the_answer() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "t").await;
    assert!(rows(&fake, &web).await.is_empty());
    assert_eq!(application(&fake, &web).await["applicationStatus"], "running");
    fake.advance(1);
    assert_eq!(each(&rows(&fake, &web).await, "status"), ["running"]);
}

#[tokio::test]
async fn a_deployment_runs_and_is_done_before_its_job_is() {
    let fake = still().await;
    let web = fake.application();
    assert_eq!(application(&fake, &web).await["applicationStatus"], "idle");
    deploy(&fake, &web, "t").await;
    fake.advance(4);
    let row = &rows(&fake, &web).await[0];
    assert_eq!(row["status"], "done");
    assert!(row["finishedAt"].is_string());
    assert_eq!(jobs(&fake).await, [("t".into(), "active".into())]);
    assert_eq!(application(&fake, &web).await["applicationStatus"], "running");
    fake.advance(1);
    assert!(jobs(&fake).await.is_empty());
    assert_eq!(application(&fake, &web).await["applicationStatus"], "done");
}

#[tokio::test]
async fn a_failed_deployment_says_why_in_its_log_only() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, DokployScript::fails_with("pull access denied").log(["Pulling fake:1"]));
    deploy(&fake, &web, "t").await;
    fake.advance(10);
    let row = &rows(&fake, &web).await[0];
    assert_eq!((&row["status"], &row["errorMessage"]), (&json!("error"), &json!(null)));
    assert_eq!(application(&fake, &web).await["applicationStatus"], "error");
    let id = row["deploymentId"].as_str().unwrap();
    let log = get(&fake, &format!("deployment.readLogs?deploymentId={id}")).await.json();
    let lines = "Initializing deployment\nPulling fake:1\npull access denied\n\n\
                 Error occurred ❌, check the logs for details.\n";
    assert_eq!(log, lines);
}

#[tokio::test]
async fn one_deployment_runs_at_a_time_for_the_whole_server() {
    let fake = still().await;
    let (web, other) = (fake.application(), fake.add_application("other"));
    deploy(&fake, &web, "first").await;
    deploy(&fake, &other, "second").await;
    fake.advance(1);
    let states = jobs(&fake).await;
    assert!(
        states.contains(&("first".into(), "active".into())) && states.contains(&("second".into(), "waiting".into()))
    );
    assert!(rows(&fake, &other).await.is_empty());
    assert_eq!(application(&fake, &other).await["applicationStatus"], "idle");
    fake.advance(5);
    assert_eq!(each(&rows(&fake, &other).await, "status"), ["running"]);
}

#[tokio::test]
async fn deployments_of_one_service_never_overlap_however_many_may_run() {
    let fake = still().await;
    assert_eq!(post(&fake, "settings.updateBuildsConcurrency", json!({ "buildsConcurrency": 3 })).await.text, "true");
    let (web, other) = (fake.application(), fake.add_application("other"));
    for (id, title) in [(&web, "a"), (&web, "b"), (&other, "c")] {
        deploy(&fake, id, title).await;
    }
    fake.advance(1);
    assert_eq!(each(&rows(&fake, &web).await, "title"), ["a"]);
    assert_eq!(each(&rows(&fake, &other).await, "title"), ["c"]);
}

#[tokio::test]
async fn between_two_jobs_no_row_is_running_although_one_waits() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "first").await;
    deploy(&fake, &web, "second").await;
    fake.advance(5);
    assert_eq!(each(&rows(&fake, &web).await, "status"), ["done"]);
    assert_eq!(jobs(&fake).await, [("second".into(), "active".into())]);
}

#[tokio::test]
async fn quick_deployments_are_not_merged() {
    let fake = still().await;
    let web = fake.application();
    for title in ["b0", "b1", "b2", "b3"] {
        deploy(&fake, &web, title).await;
    }
    fake.advance(100);
    assert_eq!(each(&rows(&fake, &web).await, "title"), ["b3", "b2", "b1", "b0"]);
}

#[tokio::test]
async fn a_deploy_from_git_ends_with_the_commit_in_the_place_of_title_and_description() {
    let fake = still().await;
    let site = fake.add_git_application("site");
    fake.next_deployment(&site, DokployScript::succeeds().commit("abc123", "Subject\n\nBody"));
    let body = json!({ "applicationId": site, "title": "mine", "description": "tag" });
    post(&fake, "application.deploy", body).await;
    fake.advance(4);
    let row = &rows(&fake, &site).await[0];
    assert_eq!((&row["status"], &row["title"]), (&json!("done"), &json!("mine")));
    fake.advance(1);
    let row = &rows(&fake, &site).await[0];
    assert_eq!((&row["title"], &row["description"]), (&json!("Subject\n\nBody"), &json!("Commit: abc123")));
}

#[tokio::test]
async fn a_failed_build_from_git_is_renamed_too() {
    let fake = still().await;
    let site = fake.add_git_application("site");
    fake.next_deployment(&site, DokployScript::fails_with("exit code 1").commit("abc123", "Subject"));
    deploy(&fake, &site, "mine").await;
    fake.advance(10);
    assert_eq!(rows(&fake, &site).await[0]["title"], "Subject");
}

#[tokio::test]
async fn without_a_clone_the_callers_title_stays() {
    let fake = still().await;
    let site = fake.add_git_application("site");
    fake.next_deployment(&site, DokployScript::fails_with("Remote branch not found").without_clone());
    deploy(&fake, &site, "mine").await;
    fake.advance(10);
    let row = &rows(&fake, &site).await[0];
    assert_eq!((&row["status"], &row["title"]), (&json!("error"), &json!("mine")));
}

#[tokio::test]
async fn a_redeploy_from_git_keeps_the_callers_title() {
    let fake = still().await;
    let site = fake.add_git_application("site");
    let body = json!({ "applicationId": site, "title": "mine", "description": "tag" });
    post(&fake, "application.redeploy", body).await;
    fake.advance(10);
    assert_eq!(rows(&fake, &site).await[0]["description"], "tag");
}

#[tokio::test]
async fn a_title_with_nul_never_gets_a_row_and_leaves_the_service_running() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "a\0b").await;
    fake.advance(50);
    assert!(rows(&fake, &web).await.is_empty());
    assert!(queue(&fake).await.is_empty());
    fake.restart();
    assert_eq!(application(&fake, &web).await["applicationStatus"], "running");
    assert_eq!(fake.triggered()[0].state, DokployJobState::NeverStarted);
}

#[tokio::test]
async fn a_script_can_withhold_the_row_too() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, DokployScript::never_starts());
    deploy(&fake, &web, "lost").await;
    deploy(&fake, &web, "next").await;
    fake.advance(50);
    assert_eq!(each(&rows(&fake, &web).await, "title"), ["next"]);
}

#[tokio::test]
async fn a_failed_insert_leaves_a_row_that_is_over_and_has_no_log() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, DokployScript::fails_to_start("disk full"));
    deploy(&fake, &web, "t").await;
    fake.advance(1);
    let row = &rows(&fake, &web).await[0];
    assert_eq!((&row["status"], &row["logPath"]), (&json!("error"), &json!("")));
    assert_eq!(row["errorMessage"], "An error have occured: disk full");
}

#[tokio::test]
async fn a_service_without_a_source_is_accepted_and_fails_at_once() {
    let fake = still().await;
    let web = fake.application();
    let nothing =
        json!({ "applicationId": web, "dockerImage": null, "username": null, "password": null, "registryUrl": null });
    assert_eq!(post(&fake, "application.saveDockerProvider", nothing).await.text, "true");
    deploy(&fake, &web, "t").await;
    fake.advance(1);
    assert_eq!(rows(&fake, &web).await[0]["status"], "error");
}

#[tokio::test]
async fn a_restart_cancels_what_runs_and_forgets_what_waits() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "running at restart").await;
    deploy(&fake, &web, "waiting at restart").await;
    fake.advance(2);
    fake.restart();
    let rows = rows(&fake, &web).await;
    assert_eq!(each(&rows, "title"), ["running at restart"]);
    assert_eq!((&rows[0]["status"], &rows[0]["finishedAt"]), (&json!("cancelled"), &json!(null)));
    assert_eq!(application(&fake, &web).await["applicationStatus"], "idle");
    assert!(queue(&fake).await.is_empty());
    let states: Vec<_> = fake.triggered().iter().map(|one| one.state).collect();
    assert_eq!(states, [DokployJobState::Cancelled, DokployJobState::Dropped]);
}

#[tokio::test]
async fn a_server_that_starts_lists_no_jobs_before_it_marks_the_rows_that_run() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "running at restart").await;
    fake.advance(2);
    fake.forget_jobs();
    assert!(queue(&fake).await.is_empty());
    assert_eq!(rows(&fake, &web).await[0]["status"], "running");
    fake.cancel_rows();
    assert_eq!(rows(&fake, &web).await[0]["status"], "cancelled");
}

#[tokio::test]
async fn jobs_are_counted_from_one_again_after_a_restart() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "a").await;
    deploy(&fake, &web, "b").await;
    assert_eq!(queue(&fake).await.iter().filter(|job| job["id"] == "job-2").count(), 1);
    fake.restart();
    deploy(&fake, &web, "c").await;
    assert_eq!(each(&queue(&fake).await, "id"), ["job-1"]);
}

#[tokio::test]
async fn deleting_an_application_takes_its_rows_while_the_job_goes_on() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "running").await;
    deploy(&fake, &web, "waiting").await;
    fake.advance(1);
    let gone = post(&fake, "application.delete", json!({ "applicationId": web })).await;
    assert_eq!(gone.json()["applicationId"], json!(web));
    assert_eq!(get(&fake, &format!("deployment.all?applicationId={web}")).await.json(), json!([]));
    assert_eq!(get(&fake, &format!("application.one?applicationId={web}")).await.status, 404);
    let jobs = queue(&fake).await;
    assert_eq!(jobs.last().unwrap()["state"], "active");
    assert_eq!(jobs[0]["servicePath"], json!({ "href": null, "label": "—" }));
    fake.advance(50);
    assert!(queue(&fake).await.is_empty());
    let states: Vec<_> = fake.triggered().iter().map(|one| one.state).collect();
    assert_eq!(states, [DokployJobState::Done, DokployJobState::NeverStarted]);
    assert_eq!(post(&fake, "application.delete", json!({ "applicationId": web })).await.status, 404);
}

#[tokio::test]
async fn removing_a_running_row_does_not_stop_the_job() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "t").await;
    fake.advance(1);
    let id = rows(&fake, &web).await[0]["deploymentId"].clone();
    let gone = post(&fake, "deployment.removeDeployment", json!({ "deploymentId": id })).await;
    assert_eq!(gone.json()["status"], "running");
    assert!(rows(&fake, &web).await.is_empty());
    assert_eq!(queue(&fake).await.len(), 1);
    fake.advance(10);
    assert_eq!(application(&fake, &web).await["applicationStatus"], "done");
}

#[tokio::test]
async fn time_passes_by_the_clock_unless_the_test_holds_it() {
    let fake = FakeDokploy::builder().pace(Pace::Every(Duration::from_millis(2))).start().await;
    let web = fake.application();
    deploy(&fake, &web, "t").await;
    tokio::time::timeout(Duration::from_secs(10), async {
        while application(&fake, &web).await["applicationStatus"] != "done" {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await
    .unwrap();
    let row = &rows(&fake, &web).await[0];
    assert!(row["createdAt"].as_str() < row["finishedAt"].as_str(), "{row}");
}
