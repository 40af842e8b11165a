//! The deployment queue: order, limits, cancelling, and what restarts and deletions do to it.

use anydeploy_fakes::{CoolifyOrigin, CoolifyQuirk, CoolifyScript, FakeCoolify, Pace};
use reqwest::Method;
use serde_json::json;

use crate::coolify::{deploy, deployment, get, id_of, post, send_json, status_of, still, still_with};

async fn forced(fake: &FakeCoolify, application: &str) -> String {
    id_of(&post(fake, &format!("/deploy?uuid={application}&force=true")).await)
}

fn statuses(fake: &FakeCoolify) -> Vec<String> {
    fake.triggered().iter().map(|deployment| deployment.status.clone()).collect()
}

#[tokio::test]
async fn a_second_deployment_of_an_application_waits_for_the_first() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web).await;
    forced(&fake, &web).await;
    assert_eq!(statuses(&fake), ["in_progress", "queued"]);
    fake.advance(3);
    assert_eq!(statuses(&fake), ["finished", "in_progress"]);
    fake.advance(3);
    assert_eq!(statuses(&fake), ["finished", "finished"]);
}

#[tokio::test]
async fn a_preview_does_not_wait_for_production() {
    let fake = still().await;
    let web = fake.application();
    fake.add_preview(&web, 4);
    deploy(&fake, &web).await;
    id_of(&post(&fake, &format!("/deploy?uuid={web}&pr=4")).await);
    assert_eq!(statuses(&fake), ["in_progress", "in_progress"]);
}

#[tokio::test]
async fn the_machine_builds_two_at_a_time() {
    let fake = still().await;
    for name in ["a", "b", "c"] {
        deploy(&fake, &fake.add_application(name)).await;
    }
    assert_eq!(statuses(&fake), ["in_progress", "in_progress", "queued"]);
}

#[tokio::test]
async fn instant_deploy_passes_the_queue() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web).await;
    assert_eq!(post(&fake, &format!("/applications/{web}/start?instant_deploy=true")).await.status, 200);
    assert_eq!(statuses(&fake), ["in_progress", "in_progress"]);
}

#[tokio::test]
async fn a_resolved_commit_is_no_duplicate_of_head() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, CoolifyScript::succeeds().lasting(9).resolving_to("abc123"));
    let id = deploy(&fake, &web).await;
    assert_eq!(deployment(&fake, &id).await["commit"], "HEAD");
    fake.advance(1);
    assert_eq!(deployment(&fake, &id).await["commit"], "abc123");
    deploy(&fake, &web).await;
    assert_eq!(statuses(&fake), ["in_progress", "queued"]);
}

#[tokio::test]
async fn an_application_pinned_to_a_commit_deploys_that_commit() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web).await;
    let pin = json!({ "git_commit_sha": "abc123" });
    send_json(&fake, Method::PATCH, &format!("/applications/{web}"), &pin).await;
    deploy(&fake, &web).await;
    deploy(&fake, &web).await;
    let commits: Vec<String> = fake.triggered().into_iter().map(|deployment| deployment.commit).collect();
    assert_eq!(commits, ["HEAD", "abc123"]);
}

#[tokio::test]
async fn a_full_queue_is_429_with_its_own_sentence_and_no_reset() {
    let fake = still().await;
    fake.fill_queue();
    let answer = post(&fake, &format!("/deploy?uuid={}", fake.application())).await;
    let said = "Deployment queue is full. Please wait for existing deployments to complete.";
    assert_eq!(answer.said(), (429, said.to_owned()));
    assert_eq!(answer.header("retry-after"), Some("60"));
    assert_eq!(answer.header("x-ratelimit-reset"), None);
    assert!(fake.triggered().is_empty());
    fake.drain_queue();
    assert_eq!(post(&fake, &format!("/deploy?uuid={}", fake.application())).await.status, 200);
}

#[tokio::test]
async fn a_full_queue_is_429_although_a_database_was_started() {
    let fake = still().await;
    fake.fill_queue();
    let (database, web) = (fake.database(), fake.application());
    assert_eq!(post(&fake, &format!("/deploy?uuid={database},{web}")).await.status, 429);
    assert_eq!(fake.starts(), [database]);
}

#[tokio::test]
async fn start_and_restart_promise_an_id_although_the_queue_is_full() {
    let fake = still().await;
    fake.fill_queue();
    for verb in ["start", "restart"] {
        let answer = post(&fake, &format!("/applications/{}/{verb}", fake.application())).await;
        assert_eq!(answer.status, 200);
        let dead = answer.json()["deployment_uuid"].as_str().unwrap().to_owned();
        assert_eq!(get(&fake, &format!("/deployments/{dead}")).await.status, 404);
    }
    assert!(fake.triggered().is_empty());
    fake.disable(CoolifyQuirk::DeadIdOnFullQueue);
    assert_eq!(post(&fake, &format!("/applications/{}/start", fake.application())).await.status, 429);
}

#[tokio::test]
async fn what_is_active_can_be_cancelled_and_lets_the_next_one_in() {
    let fake = still().await;
    let web = fake.application();
    let (first, second) = (deploy(&fake, &web).await, forced(&fake, &web).await);
    let third = forced(&fake, &web).await;
    for id in [&second, &first] {
        let answer = post(&fake, &format!("/deployments/{id}/cancel")).await;
        let done = json!({
            "message": "Deployment cancelled successfully.", "deployment_uuid": id, "status": "cancelled-by-user",
        });
        assert_eq!((answer.status, answer.json()), (200, done));
    }
    assert_eq!(status_of(&fake, &third).await, "in_progress");
}

#[tokio::test]
async fn what_is_over_cannot_be_cancelled() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, CoolifyScript::fails_with("no"));
    let failed = deploy(&fake, &web).await;
    fake.advance(3);
    let again = post(&fake, &format!("/deployments/{failed}/cancel")).await;
    assert_eq!(again.said(), (400, "Deployment cannot be cancelled. Current status: failed".to_owned()));
    let unknown = post(&fake, "/deployments/nope/cancel").await;
    assert_eq!(unknown.said(), (404, "Deployment not found.".to_owned()));
}

#[tokio::test]
async fn up_to_v4_3_6_cancelling_works_but_answers_500_and_stalls_the_queue() {
    let fake = still_with(|builder| builder.quirk(CoolifyQuirk::Cancel500ButDone)).await;
    let web = fake.application();
    let first = deploy(&fake, &web).await;
    forced(&fake, &web).await;
    let answer = post(&fake, &format!("/deployments/{first}/cancel")).await;
    assert_eq!(answer.status, 500);
    assert!(answer.message().starts_with("Failed to cancel deployment: "));
    fake.advance(100);
    assert_eq!(statuses(&fake), ["cancelled-by-user", "queued"]);
}

#[tokio::test]
async fn a_restart_of_the_server_fails_everything_active_without_a_log_line() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web).await;
    let waiting = forced(&fake, &web).await;
    fake.restart();
    assert_eq!(statuses(&fake), ["failed", "failed"]);
    let row = deployment(&fake, &waiting).await;
    assert_eq!((&row["logs"], &row["finished_at"]), (&json!(null), &json!(null)));
}

#[tokio::test]
async fn a_deleted_application_takes_its_deployments_along() {
    let fake = still().await;
    let web = fake.application();
    let id = deploy(&fake, &web).await;
    fake.delete_application(&web);
    assert_eq!(get(&fake, &format!("/deployments/{id}")).await.status, 404);
    assert_eq!(get(&fake, &format!("/deployments/applications/{web}")).await.status, 404);
    assert_eq!(get(&fake, "/deployments").await.json(), json!([]));
    assert_eq!(statuses(&fake), ["cancelled-by-user"]);
}

#[tokio::test]
async fn scripts_are_played_in_order_and_then_the_rest() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, CoolifyScript::fails_with("first").lasting(1));
    fake.next_deployment(&web, CoolifyScript::cancelled().lasting(1));
    fake.every_deployment(&web, CoolifyScript::hangs());
    for _ in 0..3 {
        deploy(&fake, &web).await;
        fake.advance(1);
    }
    fake.advance(1_000_000);
    assert_eq!(statuses(&fake), ["failed", "cancelled-by-user", "in_progress"]);
}

#[tokio::test]
async fn a_long_silence_passes_in_its_order() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web).await;
    for _ in 0..5 {
        forced(&fake, &web).await;
    }
    fake.advance(10);
    assert_eq!(statuses(&fake), ["finished", "finished", "finished", "in_progress", "queued", "queued"]);
}

#[tokio::test]
async fn deployments_of_other_people_go_through_the_same_queue() {
    let fake = still().await;
    let web = fake.application();
    fake.deploy_by_someone_else(&web);
    fake.deploy_by_someone_else(&web);
    let triggered = fake.triggered();
    assert_eq!(triggered.len(), 1);
    assert_eq!(triggered[0].origin, CoolifyOrigin::SomeoneElse);
    assert_eq!(deployment(&fake, &triggered[0].id).await["is_api"], false);
}

#[tokio::test]
async fn many_callers_at_once_start_one_deployment_each_time() {
    let fake = FakeCoolify::builder().pace(Pace::Manual).start().await;
    let web = fake.application();
    let path = format!("/deploy?uuid={web}");
    let answers = tokio::join!(
        post(&fake, &path),
        post(&fake, &path),
        post(&fake, &path),
        post(&fake, &path),
        post(&fake, &path),
        post(&fake, &path),
    );
    assert_eq!(answers.0.status, 200);
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn by_the_clock_a_deployment_ends_by_itself() {
    let fake = FakeCoolify::start().await;
    let id = deploy(&fake, &fake.application()).await;
    for _ in 0..100 {
        if status_of(&fake, &id).await == "finished" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("still {}", status_of(&fake, &id).await);
}
