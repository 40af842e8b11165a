//! What is left when an invocation is cancelled or killed in the middle of a trigger.

use std::time::Duration;

use anydeploy::ErrorKind;
use anydeploy_restate::{Settled, Stage};
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
    let settled = scene.client.settle(PROFILE, &scene.target()).await.unwrap();
    let Settled::Triggered(receipt) = settled else { panic!("{settled:?}") };
    let triggered = scene.coolify.triggered();
    assert_eq!(triggered.len(), 1);
    assert_eq!(receipt.id.get("deployment"), Some(&*triggered[0].id));
    assert_eq!(scene.client.status(PROFILE, &scene.target()).await.unwrap().stage, Stage::Idle);
    assert_eq!(scene.client.settle(PROFILE, &scene.target()).await.unwrap(), Settled::NothingOpen);
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

#[tokio::test]
async fn a_trigger_that_was_killed_before_it_was_sent_is_not_answered_with_an_earlier_one() {
    let Some(mut scene) = Scene::start(|task| task).await else { return };
    let earlier = scene.client.deploy(&scene.order(), "release-1").await.unwrap();
    scene.replace_worker_by(halting(Point::BeforePost, false)).await;
    let (client, order) = (scene.client.clone(), scene.order());
    let call = tokio::spawn(async move { client.deploy(&order, "release-2").await });
    scene.worker.halts_at(Point::BeforePost).await;
    let admin = scene.server.admin();
    let open = admin.open_invocations("Target", "deploy").await;
    let [invocation] = &*open else { panic!("{open:?}") };
    admin.end(invocation, "kill").await;
    // The worker dies as well, so that nothing is sent any more.
    scene.replace_worker().await;
    let error = timeout(Duration::from_mins(1), call).await.unwrap().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecidable, "{error}");
    assert_eq!(scene.client.settle(PROFILE, &scene.target()).await.unwrap(), Settled::NotTriggered);
    let status = scene.client.status(PROFILE, &scene.target()).await.unwrap();
    assert_eq!((status.stage, status.last), (Stage::Idle, Some(earlier)));
    assert_eq!(scene.client.settle(PROFILE, &scene.target()).await.unwrap(), Settled::NothingOpen);
    assert_eq!(scene.posts(), 1);
}
