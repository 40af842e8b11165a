//! Triggers in two steps: an intent is stored, sent once, and recovered by any process that reads it.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, DeployerExt, ErrorKind, Intent, Target, Timing};
use anydeploy_fakes::{Fault, FaultPlan, RequestKind};
use futures::future::join_all;

use crate::support::scene::{LOST_AFTER, Scene, native};

/// Scenes whose fence is too far away for a busy machine to reach.
async fn scenes() -> [Scene; 3] {
    let mut timing = Timing::scaled_to(LOST_AFTER);
    timing.send_within = Duration::from_secs(5);
    Scene::all_with(timing).await
}

/// The intent as another process reads it.
fn stored(intent: &Intent) -> Intent {
    serde_json::from_str(&serde_json::to_string(intent).unwrap()).unwrap()
}

#[tokio::test]
async fn an_intent_is_json_without_a_secret() {
    for scene in Scene::all().await {
        let intent = scene.deployer.prepare(&scene.request).await.unwrap();
        let json = serde_json::to_value(&intent).unwrap();
        assert_eq!((&json["v"], &json["platform"]), (&1.into(), &scene.deployer.platform().as_str().into()));
        assert_eq!((stored(&intent), intent.request()), (intent.clone(), &scene.request));
        assert!(!json.to_string().contains(&scene.token), "{json}");
        assert!(scene.ids().is_empty(), "nothing was triggered");
    }
}

#[tokio::test]
async fn an_intent_is_sent_once_and_a_second_call_finds_the_first() {
    for scene in scenes().await {
        let intent = stored(&scene.deployer.prepare(&scene.request).await.unwrap());
        let sent = scene.deployer.send(&intent).await.unwrap();
        let again = scene.deployer.send(&intent).await.unwrap();
        let platform = scene.deployer.platform();
        assert_eq!(scene.ids().len(), 1, "{platform}");
        for deployment in [&sent, &again] {
            assert!(native(deployment).is_none_or(|id| id == scene.ids()[0]), "{platform}: {deployment:?}");
        }
    }
}

#[tokio::test]
async fn a_process_that_ended_while_it_sent_is_recovered_by_another() {
    for scene in scenes().await {
        let intent = stored(&scene.deployer.prepare(&scene.request).await.unwrap());
        // The server acts on the trigger, and the process ends before the answer comes.
        scene.network.follow(FaultPlan::always(Fault::SilenceAfter).on([RequestKind::Trigger]).limit(1));
        let sending = tokio::spawn({
            let (deployer, intent) = (Arc::clone(&scene.deployer), intent.clone());
            async move { deployer.send(&intent).await }
        });
        while scene.ids().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        sending.abort();
        let recovered = scene.deployer.recover(&intent).await.unwrap();
        assert_eq!(scene.ids().len(), 1, "{}", scene.deployer.platform());
        assert!(native(&recovered).is_none_or(|id| id == scene.ids()[0]), "{recovered:?}");
    }
}

#[tokio::test]
async fn a_process_that_ended_before_it_sent_is_recovered_as_not_triggered() {
    let recovered = Scene::all().await.map(async |scene| {
        let own = scene.deployer.prepare(&scene.request).await.unwrap();
        let mut json = serde_json::to_value(&own).unwrap();
        json["id"] = "of another process".into();
        let of_another: Intent = serde_json::from_value(json).unwrap();
        for intent in [&own, &of_another] {
            let error = scene.deployer.recover(intent).await.unwrap_err();
            assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotTriggered, true), "{error}");
        }
        assert_eq!(scene.deployer.send(&own).await.unwrap_err().kind(), ErrorKind::NotTriggered);
        assert!(scene.ids().is_empty(), "an intent that was recovered is sent no more");
    });
    join_all(recovered).await;
}

#[tokio::test]
async fn nothing_is_sent_behind_the_fence() {
    let mut timing = Timing::scaled_to(LOST_AFTER);
    timing.send_within = Duration::ZERO;
    for scene in Scene::all_with(timing).await {
        let intent = scene.deployer.prepare(&scene.request).await.unwrap();
        let error = scene.deployer.send(&intent).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::IntentExpired, true));
        assert!(error.to_string().contains("prepare the request again"), "{error}");
        assert!(scene.ids().is_empty());
    }
}

#[tokio::test]
async fn an_intent_is_not_sent_after_another_trigger_for_the_same_target() {
    for scene in scenes().await {
        let (one, other) = (
            scene.deployer.prepare(&scene.request).await.unwrap(),
            scene.deployer.prepare(&scene.request).await.unwrap(),
        );
        // What it leaves pending may be taken for the other's.
        scene.network.follow(FaultPlan::always(Fault::SilenceAfter).on([RequestKind::Trigger]).limit(1));
        let sending = tokio::spawn({
            let deployer = Arc::clone(&scene.deployer);
            async move { deployer.send(&one).await }
        });
        while scene.ids().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        sending.abort();
        let error = sending.await.map(|_| ()).unwrap_err();
        assert!(error.is_cancelled());
        assert_eq!(scene.deployer.send(&other).await.unwrap_err().kind(), ErrorKind::IntentExpired);
        assert_eq!(scene.ids().len(), 1);
    }
}

#[tokio::test]
async fn an_intent_of_another_platform_is_refused() {
    let [coolify, dokploy, qovery] = Scene::all().await;
    let intent = coolify.deployer.prepare(&coolify.request).await.unwrap();
    for other in [dokploy, qovery] {
        assert_eq!(other.deployer.send(&intent).await.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(other.deployer.recover(&intent).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn a_request_that_the_platform_cannot_honour_is_refused_when_it_is_prepared() {
    for scene in Scene::all().await {
        let request = DeployRequest::new(Target::new(anydeploy::TargetKind::Other("moon".to_owned()), "a"));
        assert_eq!(scene.deployer.prepare(&request).await.unwrap_err().kind(), ErrorKind::Unsupported);
    }
}
