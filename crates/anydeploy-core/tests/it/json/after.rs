//! What is read and reported after a deployment: its event, its health and its rollout.

use std::time::Duration;

use anydeploy_core::{
    DeploymentEvent, EventKind, HealthReading, HealthState, Healthy, Outcome, Phase, Platform, Rollout, Selection,
    Target, Verdict,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{deployment, golden, moment, read};

#[test]
fn an_event() {
    let mut event = DeploymentEvent::new(Platform::new("alpha"), EventKind::Failed, "deployment_failed");
    golden!("event_minimal", &event);
    event.target = Some(Target::application("abc"));
    event.deployment = Some(deployment(Phase::Failed, "failed").id);
    event.service = Some("web".to_owned());
    event.project = Some("shop".to_owned());
    event.environment = Some("production".to_owned());
    event.time = Some(moment("2026-11-21T10:00:00Z"));
    golden!("event", &event);
}

#[test]
fn a_health_that_is_waited_for_and_what_came_of_it() {
    golden!("healthy", &Healthy::default());
    let before = HealthReading::new(HealthState::Degraded, "unhealthy");
    let healthy = Healthy::default().with_settle(Duration::from_secs(5)).compared_with(before);
    golden!("healthy_compared", &healthy);
    let succeeded = || Outcome::Succeeded(deployment(Phase::Succeeded, "finished"));
    golden!("rollout", &Rollout::new(succeeded(), None));
    let verdict = Verdict::Unhealthy { reason: "exit 1".to_owned(), since: moment("2026-11-21T10:00:00Z") };
    golden!("rollout_unhealthy", &Rollout::new(succeeded(), Some(verdict)));
}

/// A value without a version is read as the first one, and another version is refused.
fn is_versioned<T: DeserializeOwned + std::fmt::Debug>(mut value: Value) {
    assert_eq!(value["v"], 1, "{value}");
    value["v"] = json!(2);
    assert!(read::<T>(value.clone()).unwrap_err().contains("version 2"), "{value}");
    value.as_object_mut().unwrap().remove("v");
    read::<T>(value).unwrap();
}

#[test]
fn each_of_them_has_a_version() {
    let value = |file: &str| serde_json::from_str::<Value>(file).unwrap();
    is_versioned::<DeploymentEvent>(value(include_str!("../../golden/v1/event.json")));
    is_versioned::<Healthy>(value(include_str!("../../golden/v1/healthy.json")));
    is_versioned::<Rollout>(value(include_str!("../../golden/v1/rollout.json")));
    is_versioned::<Selection>(value(include_str!("../../golden/v1/selection_tag.json")));
    for neither in [json!({}), json!({ "tag": "a", "requests": [] })] {
        assert!(read::<Selection>(neither).unwrap_err().contains("either a tag or requests"));
    }
}
