//! The crash table: whatever is killed or cut at whichever point, one order is one deployment.

use crate::harness::halt::Point;
use crate::scene::{Scene, halting, watch_options};

#[tokio::test]
async fn worker_between_post_and_journal() {
    let Some(mut scene) = Scene::start(halting(Point::AfterPost)).await else { return };
    let (client, order) = (scene.client.clone(), scene.order().with_watch(watch_options()));
    let call = tokio::spawn(async move { client.deploy(&order, "release-1").await });
    scene.worker.halts_at(Point::AfterPost).await;
    scene.replace_worker().await;
    let receipt = call.await.unwrap().unwrap();
    let triggered = scene.coolify.triggered();
    assert_eq!(triggered.len(), 1);
    assert_eq!(receipt.id.get("deployment"), Some(&*triggered[0].id));
}
