//! How a watch ends: with the outcome of the deployment, and with an error where that is not known.

use std::time::Duration;

use anydeploy::{Error, ErrorKind, Outcome, WatchOptions};
use anydeploy_fakes::CoolifyScript;
use anydeploy_restate::WatchOrder;

use crate::scene::{PROFILE, Scene, watch_options};

/// Deploys with this script, watches with these options, and says how that ended.
async fn ended(script: CoolifyScript, options: WatchOptions) -> Option<Result<Outcome, Error>> {
    let scene = Scene::start(|task| task).await?;
    scene.coolify.next_deployment(&scene.coolify.application(), script);
    let receipt = scene.client.deploy(&scene.order(), "release-1").await.unwrap();
    let order = WatchOrder::new(PROFILE, receipt.id, options);
    let ended = scene.client.watch(&order).await;
    // Whoever comes later learns the same.
    let later = scene.client.watch(&order).await;
    match (&ended, &later) {
        (Ok(ended), Ok(later)) => assert_eq!(ended, later),
        (Err(ended), Err(later)) => assert_eq!((ended.kind(), ended.to_string()), (later.kind(), later.to_string())),
        _ => panic!("{ended:?}, and then {later:?}"),
    }
    Some(ended)
}

#[tokio::test]
async fn a_deployment_that_succeeds() {
    let Some(ended) = ended(CoolifyScript::succeeds(), watch_options()).await else { return };
    assert!(ended.unwrap().is_success());
}

#[tokio::test]
async fn a_deployment_that_fails_has_its_reason() {
    let Some(ended) = ended(CoolifyScript::fails_with("the build failed"), watch_options()).await else { return };
    let outcome = ended.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)) && outcome.to_string().contains("the build failed"), "{outcome}");
}

#[tokio::test]
async fn a_deployment_that_is_not_over_in_time_has_no_outcome() {
    let mut options = watch_options();
    options.deadline = Duration::from_millis(500);
    let Some(ended) = ended(CoolifyScript::hangs(), options).await else { return };
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::TimedOut);
}

#[tokio::test]
async fn a_watch_that_is_killed_ends_for_those_who_wait_for_it() {
    let Some(scene) = Scene::start(|task| task).await else { return };
    scene.coolify.next_deployment(&scene.coolify.application(), CoolifyScript::hangs());
    let receipt = scene.client.deploy(&scene.order(), "release-1").await.unwrap();
    let (client, order) = (scene.client.clone(), WatchOrder::new(PROFILE, receipt.id, watch_options()));
    let watch = tokio::spawn(async move { client.watch(&order).await });
    let admin = scene.server.admin();
    let invocation = loop {
        if let [invocation] = &*admin.open_invocations("Watch", "run").await {
            break invocation.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    admin.end(&invocation, "kill").await;
    assert!(watch.await.unwrap().is_err());
}
