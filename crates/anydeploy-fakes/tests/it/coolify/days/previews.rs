//! Previews of pull requests.

use reqwest::Method;
use serde_json::Value;

use super::written;
use crate::coolify::{call_as, deployment, id_of, post, still};

#[tokio::test]
async fn a_tag_makes_the_preview_of_an_image_application_which_keeps_it() {
    let fake = still().await;
    let web = fake.application();
    let unknown = post(&fake, &format!("/deploy?uuid={web}&pr=7")).await.json();
    assert_eq!(unknown["deployments"][0]["message"], "Pull request 7 not found for this resource.");
    post(&fake, &format!("/deploy?uuid={web}&pr=7&docker_tag=1.28")).await;
    fake.advance(10);
    let again = id_of(&post(&fake, &format!("/deploy?uuid={web}&pr=7")).await);
    assert_eq!(deployment(&fake, &again).await["docker_registry_image_tag"], "1.28");
    assert_eq!(fake.previews(&web), [7]);
}

#[tokio::test]
async fn a_preview_of_a_git_application_is_made_by_no_call() {
    let fake = still().await;
    let shop = fake.add_git_application("shop");
    let answer = post(&fake, &format!("/deploy?uuid={shop}&pr=7&docker_tag=1")).await.json();
    assert_eq!(answer["deployments"][0]["message"], "Pull request 7 not found for this resource.");
    assert!(fake.previews(&shop).is_empty());
}

#[tokio::test]
async fn what_the_columns_do_not_hold_is_500() {
    let fake = still().await;
    let web = fake.application();
    for query in ["pr=3000000000&docker_tag=1", "pr=7&docker_tag=a:b"] {
        assert_eq!(post(&fake, &format!("/deploy?uuid={web}&{query}")).await.status, 500, "{query}");
    }
}

// Source of 4.3.11: the row is stored and set to `in_progress` before the job's constructor throws.
#[tokio::test]
async fn a_tag_that_is_none_leaves_a_row_that_blocks_its_preview() {
    let fake = still().await;
    let web = fake.application();
    assert_eq!(post(&fake, &format!("/deploy?uuid={web}&pr=7&docker_tag=.x")).await.status, 500);
    let next = id_of(&post(&fake, &format!("/deploy?uuid={web}&pr=7&docker_tag=1")).await);
    let other = id_of(&post(&fake, &format!("/deploy?uuid={web}&pr=8&docker_tag=%201%20")).await);
    fake.advance(100);
    let rows = fake.triggered();
    assert_eq!(deployment(&fake, &rows[0].id).await["status"], "in_progress");
    assert_eq!(deployment(&fake, &next).await["status"], "queued");
    let other = deployment(&fake, &other).await;
    assert_eq!((&other["status"], &other["docker_registry_image_tag"]), (&"finished".into(), &"1".into()));
}

#[tokio::test]
async fn a_deleted_preview_cancels_what_runs_for_it_without_a_date() {
    let fake = still().await;
    let web = fake.application();
    let path = |number: &str| format!("/applications/{web}/previews/{number}");
    let id = id_of(&post(&fake, &format!("/deploy?uuid={web}&pr=7&docker_tag=1")).await);
    let production = id_of(&post(&fake, &format!("/deploy?uuid={web}")).await);
    let deleted = call_as(&fake, fake.token(), Method::DELETE, &path("7")).await;
    assert_eq!(deleted.said(), (200, "Preview deletion request queued.".to_owned()));
    fake.advance(10);
    let row = deployment(&fake, &id).await;
    assert_eq!((row["status"].as_str(), &row["finished_at"]), (Some("cancelled-by-user"), &Value::Null));
    assert_eq!(deployment(&fake, &production).await["status"], "finished");
    let refusals = [("7", 404, "Preview not found."), ("0", 422, "Invalid pull_request_id.")];
    for (number, status, said) in refusals.into_iter().chain([("abc", 422, "Invalid pull_request_id.")]) {
        let answer = call_as(&fake, fake.token(), Method::DELETE, &path(number)).await;
        assert_eq!(answer.said(), (status, said.to_owned()), "{number}");
    }
    assert_eq!(written(&fake), [("delete preview 7".to_owned(), true)]);
}
