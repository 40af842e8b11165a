//! Previews of pull requests, and the domains of services.

use anydeploy_fakes::{DokployQuirk, DokployScript, FakeDokploy};
use serde_json::{Value, json};

use super::{Answer, application, each, get, post, queue, still};

async fn preview(fake: &FakeDokploy, id: &str) -> Answer {
    get(fake, &format!("previewDeployment.one?previewDeploymentId={id}")).await
}

async fn verb(fake: &FakeDokploy, id: &str, verb: &str) -> Answer {
    post(fake, &format!("previewDeployment.{verb}"), json!({ "previewDeploymentId": id })).await
}

async fn rows(fake: &FakeDokploy, id: &str) -> Vec<Value> {
    let rows = get(fake, &format!("deployment.allByType?type=previewDeployment&id={id}")).await.json();
    rows.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_preview_is_deleted_once_with_its_rows_and_is_not_found_again() {
    let fake = still().await;
    let id = fake.add_preview(&fake.application(), 7, "feature");
    assert_eq!(verb(&fake, &id, "redeploy").await.text, "true");
    fake.advance(10);
    assert_eq!(each(&rows(&fake, &id).await, "title"), ["Rebuild Preview Deployment"]);
    assert_eq!(verb(&fake, &id, "delete").await.text, "true");
    assert!(rows(&fake, &id).await.is_empty());
    for answer in [verb(&fake, &id, "delete").await, preview(&fake, &id).await] {
        assert_eq!((answer.status, &answer.json()["message"]), (404, &json!("Preview Deployment not found")));
    }
}

#[tokio::test]
async fn a_deletion_that_fails_is_answered_alike() {
    let fake = still().await;
    let id = fake.add_preview(&fake.application(), 7, "feature");
    fake.enable(DokployQuirk::KeepsPreviews);
    assert_eq!(verb(&fake, &id, "delete").await.text, "true");
    assert_eq!(preview(&fake, &id).await.status, 200);
}

#[tokio::test]
async fn what_the_server_gives_up_leaves_the_queue_and_stays_running() {
    let fake = still().await;
    let id = fake.add_preview(&fake.application(), 7, "feature");
    fake.next_deployment(&id, DokployScript::is_given_up());
    verb(&fake, &id, "redeploy").await;
    fake.advance(100);
    assert!(queue(&fake).await.is_empty());
    assert_eq!(each(&rows(&fake, &id).await, "status"), ["running"]);
    assert_eq!(preview(&fake, &id).await.json()["previewStatus"], "running");
}

#[tokio::test]
async fn domains_stand_in_the_row_of_their_service() {
    let fake = still().await;
    let (web, id) = (fake.application(), fake.add_preview(&fake.application(), 7, "feature"));
    let _ = fake.add_domain(&web, "a.example.test", json!({ "https": true }));
    let _ = fake.add_domain(&id, "b.example.test", json!({}));
    let domains = application(&fake, &web).await["domains"].clone();
    let expected = (1, &json!("a.example.test"), &json!(3000), &json!(true));
    let shown = &domains[0];
    assert_eq!((domains.as_array().unwrap().len(), &shown["host"], &shown["port"], &shown["https"]), expected);
    assert_eq!(preview(&fake, &id).await.json()["domain"]["host"], "b.example.test");
    let all = get(&fake, &format!("previewDeployment.all?applicationId={web}")).await.json();
    assert_eq!(all[0]["domain"]["host"], "b.example.test");
}
