//! What is left when an invocation is cancelled or killed in the middle of a trigger.

use std::time::Duration;

use anydeploy::ErrorKind;
use anydeploy_restate::Stage;
use tokio::time::{sleep, timeout};

use crate::harness::halt::Point;
use crate::scene::{PROFILE, Scene, halting};

/// Ends the invocation that has sent its trigger, and finds the deployment by `settle`.
async fn ended(how: &str) {
    let Some(mut scene) = Scene::start(halting(Point::AfterPost, false)).await else { return };
    let (client, order) = (scene.client.clone(), scene.order());
    let call = tokio::spawn(async move { client.deploy(&order, "release-1").await });
    scene.worker.halts_at(Point::AfterPost).await;
    let admin = scene.server.admin();
    let open = admin.open_invocations("Target", "deploy").await;
    let [invocation] = &*open else { panic!("{open:?}") };
    admin.end(invocation, how).await;
    // A cancelled handler goes on until its step has an end.
    scene.worker.go_on().await;
    let error = timeout(Duration::from_mins(1), call).await.unwrap().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecidable, "{error}");
    while !matches!(scene.client.status(PROFILE, &scene.target()).await.unwrap().stage, Stage::Sending { .. }) {
        sleep(Duration::from_millis(50)).await;
    }
    let receipt = scene.client.settle(PROFILE, &scene.target()).await.unwrap().expect("it was triggered");
    let triggered = scene.coolify.triggered();
    assert_eq!(triggered.len(), 1);
    assert_eq!(receipt.id.get("deployment"), Some(&*triggered[0].id));
    assert_eq!(scene.client.status(PROFILE, &scene.target()).await.unwrap().stage, Stage::Idle);
    // The next order is another one, and finds nothing open.
    let next = scene.client.deploy(&scene.order(), "release-2").await.unwrap();
    assert_ne!(next.id, receipt.id);
    assert_eq!(scene.posts(), 2);
}

#[tokio::test]
async fn a_cancelled_trigger_is_found_by_settling() {
    ended("cancel").await;
}

#[tokio::test]
async fn a_killed_trigger_is_found_by_settling() {
    ended("kill").await;
}
