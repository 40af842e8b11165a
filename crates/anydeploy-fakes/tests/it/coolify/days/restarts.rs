//! What a restart and a rollback ship, and whether they build.

use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify};
use reqwest::Method;
use serde_json::json;

use super::status;
use crate::coolify::{deploy, deployment, get, post, send_json, still, still_with};

const OLD: &str = "1111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222";

/// An application built from a repository, of which `OLD` was deployed.
async fn deployed(fake: &FakeCoolify) -> String {
    let shop = fake.add_git_application("shop");
    fake.push(&shop, "main", OLD);
    deploy(fake, &shop).await;
    fake.advance(5);
    shop
}

async fn restart(fake: &FakeCoolify, application: &str) -> String {
    let answer = post(fake, &format!("/applications/{application}/restart")).await.json();
    fake.advance(5);
    answer["deployment_uuid"].as_str().unwrap().to_owned()
}

async fn roll_back(fake: &FakeCoolify, application: &str, commit: &str) {
    let path = format!("/applications/{application}/rollback");
    assert_eq!(send_json(fake, Method::POST, &path, &json!({ "commit": commit })).await.status, 200);
    fake.advance(5);
}

#[tokio::test]
async fn a_restart_starts_the_image_that_is_there() {
    let fake = still().await;
    let shop = deployed(&fake).await;
    let row = restart(&fake, &shop).await;
    let row = deployment(&fake, &row).await;
    assert_eq!((&row["status"], &row["commit"]), (&"finished".into(), &OLD.into()));
    assert_eq!((&row["restart_only"], &row["commit_message"]), (&true.into(), &json!(null)));
    assert_eq!(fake.builds(&shop), 1);
}

#[tokio::test]
async fn a_restart_after_a_push_builds_and_ships_the_new_head() {
    let fake = still().await;
    let shop = deployed(&fake).await;
    fake.push(&shop, "main", NEW);
    let row = restart(&fake, &shop).await;
    let row = deployment(&fake, &row).await;
    assert_eq!((&row["commit"], &row["restart_only"]), (&NEW.into(), &true.into()));
    assert!(row["commit_message"].is_string());
    assert_eq!(fake.builds(&shop), 2);
}

#[tokio::test]
async fn a_pinned_commit_is_restarted_whatever_was_pushed() {
    let fake = still().await;
    let shop = deployed(&fake).await;
    send_json(&fake, Method::PATCH, &format!("/applications/{shop}"), &json!({ "git_commit_sha": OLD })).await;
    fake.push(&shop, "main", NEW);
    restart(&fake, &shop).await;
    assert_eq!((&*fake.triggered()[1].commit, fake.builds(&shop)), (OLD, 1));
}

#[tokio::test]
async fn a_restart_that_found_its_image_shows_a_stopped_application_running_at_the_next_look() {
    let fake = still_with(|builder| builder.poll_containers_every(30)).await;
    let shop = deployed(&fake).await;
    let path = format!("/applications/{shop}");
    post(&fake, &format!("{path}/stop")).await;
    fake.advance(2);
    restart(&fake, &shop).await;
    assert_eq!(fake.triggered()[1].status, "finished");
    assert_eq!(status(&fake, &path).await, "exited:unhealthy");
    fake.advance(30);
    assert_eq!(status(&fake, &path).await, "running:unknown");
}

#[tokio::test]
async fn a_variable_of_the_build_makes_the_next_restart_a_build_and_another_one_does_not() {
    let fake = still().await;
    let shop = deployed(&fake).await;
    let path = format!("/applications/{shop}/envs");
    let body = json!({ "key": "RUN", "value": "1", "is_buildtime": false });
    send_json(&fake, Method::POST, &path, &body).await;
    restart(&fake, &shop).await;
    assert_eq!(fake.builds(&shop), 1);
    send_json(&fake, Method::POST, &path, &json!({ "key": "BUILD", "value": "1" })).await;
    restart(&fake, &shop).await;
    assert_eq!(fake.builds(&shop), 2);
}

#[tokio::test]
async fn a_restart_of_an_image_application_goes_the_way_of_a_deployment_and_is_recorded_as_a_restart() {
    let fake = still().await;
    let web = fake.application();
    let row = restart(&fake, &web).await;
    let row = deployment(&fake, &row).await;
    assert_eq!((&row["restart_only"], &row["commit"]), (&true.into(), &"HEAD".into()));
    assert!(row["logs"].as_str().unwrap().contains("Starting deployment of nginx:1.27"), "{row}");
    assert_eq!(fake.builds(&web), 0);
}

#[tokio::test]
async fn a_restart_on_a_full_queue_answers_an_id_that_is_unknown_for_ever() {
    let fake = still().await;
    fake.fill_queue();
    let answer = post(&fake, &format!("/applications/{}/restart", fake.application())).await;
    assert_eq!(answer.said(), (200, "Restart request queued.".to_owned()));
    let id = answer.json()["deployment_uuid"].as_str().unwrap().to_owned();
    assert_eq!(get(&fake, &format!("/deployments/{id}")).await.status, 404);
    assert!(fake.triggered().is_empty());
    fake.disable(CoolifyQuirk::DeadIdOnFullQueue);
    assert_eq!(post(&fake, &format!("/applications/{}/restart", fake.application())).await.status, 429);
}

#[tokio::test]
async fn a_restart_after_the_commit_is_known_is_not_merged() {
    let fake = still().await;
    let shop = fake.add_git_application("shop");
    fake.push(&shop, "main", OLD);
    fake.every_deployment(&shop, CoolifyScript::succeeds().lasting(20));
    deploy(&fake, &shop).await;
    let restart = format!("/applications/{shop}/restart");
    assert_eq!(post(&fake, &restart).await.message(), "Deployment already queued for this commit.");
    fake.advance(2);
    assert_eq!(post(&fake, &restart).await.message(), "Restart request queued.");
    assert_eq!(post(&fake, &restart).await.message(), "Deployment already queued for this commit.");
    assert_eq!(fake.triggered().len(), 2);
}

#[tokio::test]
async fn a_rollback_starts_the_image_of_its_commit_and_builds_one_that_is_gone() {
    let fake = still().await;
    let shop = deployed(&fake).await;
    fake.push(&shop, "main", NEW);
    deploy(&fake, &shop).await;
    fake.advance(5);
    roll_back(&fake, &shop, OLD).await;
    assert_eq!((fake.builds(&shop), &*fake.triggered()[2].commit), (2, OLD));
    roll_back(&fake, &shop, "3333333333333333333333333333333333333333").await;
    assert_eq!(fake.builds(&shop), 3);
}

#[tokio::test]
async fn an_image_that_was_cleaned_up_is_not_listed_and_built_anew() {
    let fake = still().await;
    let shop = deployed(&fake).await;
    let images = format!("/applications/{shop}/rollback-images");
    assert_eq!(get(&fake, &images).await.json()["images"][0]["tag"], OLD);
    fake.prune_images(&shop);
    assert_eq!(get(&fake, &images).await.json()["images"], json!([]));
    restart(&fake, &shop).await;
    assert_eq!(fake.builds(&shop), 2);
}

#[tokio::test]
async fn a_rollback_to_a_name_starts_the_old_build_the_second_time() {
    let fake = still().await;
    let shop = deployed(&fake).await;
    roll_back(&fake, &shop, "main").await;
    assert_eq!(fake.builds(&shop), 2);
    fake.push(&shop, "main", NEW);
    roll_back(&fake, &shop, "main").await;
    assert_eq!((fake.builds(&shop), &*fake.triggered()[2].commit), (2, "main"));
}
