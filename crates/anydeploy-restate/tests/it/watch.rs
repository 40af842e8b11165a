//! How a watch ends: with the outcome of the deployment, and with an error where that is not known.

use std::time::Duration;

use anydeploy::fleet::{FleetPlan, Member};
use anydeploy::{DeployRequest, ErrorKind, Healthy, Outcome, Verdict};
use anydeploy_fakes::CoolifyScript;
use anydeploy_restate::{HealthOrder, WatchOrder};

use crate::scene::{PROFILE, Scene, watch_options};

/// How many watches there were.
const WATCHES: &str = "select count(*) as n from sys_invocation where target_service_name = 'Watch' and \
                       target_handler_name = 'run'";

/// Deploys with this script, watches, and says how that ended.
async fn ended(script: CoolifyScript) -> Option<Outcome> {
    let scene = Scene::start(|task| task).await?;
    scene.coolify.next_deployment(&scene.coolify.application(), script);
    let receipt = scene.client.deploy(&scene.order(), "release-1").await.unwrap();
    let order = WatchOrder::new(PROFILE, receipt.id, watch_options());
    let ended = scene.client.watch(&order).await.unwrap();
    // A later caller gets the same outcome.
    assert_eq!(scene.client.watch(&order).await.unwrap(), ended);
    Some(ended)
}

#[tokio::test]
async fn a_deployment_that_succeeds() {
    let Some(ended) = ended(CoolifyScript::succeeds()).await else { return };
    assert!(ended.is_success(), "{ended}");
}

#[tokio::test]
async fn a_deployment_that_fails_has_its_reason() {
    let Some(outcome) = ended(CoolifyScript::fails_with("the build failed")).await else { return };
    assert!(matches!(outcome, Outcome::Failed(_)) && outcome.to_string().contains("the build failed"), "{outcome}");
}

#[tokio::test]
async fn a_deployment_that_is_not_over_in_time_has_no_outcome_and_is_watched_again() {
    let Some(scene) = Scene::start(|task| task).await else { return };
    scene.coolify.next_deployment(&scene.coolify.application(), CoolifyScript::hangs());
    let receipt = scene.client.deploy(&scene.order(), "release-1").await.unwrap();
    let patient = WatchOrder::new(PROFILE, receipt.id, watch_options());
    let mut hasty = patient.clone();
    hasty.options.deadline = Duration::from_millis(500);
    for _ in 0..2 {
        assert_eq!(scene.client.watch(&hasty).await.unwrap_err().kind(), ErrorKind::TimedOut);
    }
    let admin = scene.server.admin();
    assert_eq!(admin.count(WATCHES).await, 2);
    scene.client.cancel(&patient).await.unwrap();
    let outcome = scene.client.watch(&patient).await.unwrap();
    assert!(matches!(outcome, Outcome::Cancelled(_)), "{outcome}");
    // An outcome is the last word.
    assert_eq!(scene.client.watch(&hasty).await.unwrap(), outcome);
    assert_eq!(admin.count(WATCHES).await, 3);
}

#[tokio::test]
async fn a_fleet_is_not_ended_by_the_deadline_of_somebody_else() {
    let Some(scene) = Scene::start(|task| task).await else { return };
    scene.coolify.next_deployment(&scene.coolify.application(), CoolifyScript::hangs());
    let member = Member::new("web", PROFILE, DeployRequest::new(scene.target()));
    let fleet = scene.client.fleet("release-1");
    fleet.begin(&FleetPlan::new([member]).with_watch(watch_options())).await.unwrap();
    while scene.server.admin().open_invocations("Watch", "run").await.is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let status = scene.client.status(PROFILE, &scene.target()).await.unwrap();
    let mut hasty = WatchOrder::new(PROFILE, status.last.unwrap().id, watch_options());
    hasty.options.deadline = Duration::from_millis(500);
    assert_eq!(scene.client.watch(&hasty).await.unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(scene.server.admin().open_invocations("Watch", "run").await.len(), 1, "the fleet goes on");
    fleet.cancel().await.unwrap();
    let report = fleet.report().await.unwrap();
    assert!(report.to_string().contains("cancelled"), "{report}");
}

#[tokio::test]
async fn a_deployment_that_is_cancelled_is_seen_by_its_watch() {
    let Some(scene) = Scene::start(|task| task).await else { return };
    scene.coolify.next_deployment(&scene.coolify.application(), CoolifyScript::hangs());
    let receipt = scene.client.deploy(&scene.order(), "release-1").await.unwrap();
    let order = WatchOrder::new(PROFILE, receipt.id, watch_options());
    assert_eq!(scene.client.watched(&order).await.unwrap(), None, "nobody watches it");
    scene.client.cancel(&order).await.unwrap();
    let outcome = scene.client.watch(&order).await.unwrap();
    assert!(matches!(outcome, Outcome::Cancelled(_)), "{outcome}");
}

#[tokio::test]
async fn the_health_after_a_deployment_is_compared_with_the_one_before() {
    let Some(scene) = Scene::start(|task| task).await else { return };
    let receipt = scene.client.deploy(&scene.order().with_health(), "release-1").await.unwrap();
    let before = *receipt.before.expect("it was read before the trigger");
    let outcome = scene.client.watch(&WatchOrder::new(PROFILE, receipt.id, watch_options())).await.unwrap();
    assert!(outcome.is_success(), "{outcome}");
    let healthy = Healthy::default().with_settle(Duration::from_millis(300)).compared_with(before);
    let order = HealthOrder::new(PROFILE, scene.target(), healthy, watch_options());
    let verdict = scene.client.await_health(&order, "release-1").await.unwrap();
    assert_eq!(scene.client.await_health(&order, "release-1").await.unwrap(), verdict, "one key is one wait");
    assert_eq!(verdict, Verdict::Healthy);
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
