//! Webhooks of Qovery, which wake a watch and decide nothing.

use std::future::IntoFuture;
use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, DeployerExt, DeploymentEvent, Target, WatchOptions, qovery};
use anydeploy_fakes::{FakeQovery, QoveryScript};
use serde_json::json;
use tokio::time::sleep;

use crate::support::qovery::manual;

/// A body that says that the environment was deployed, with the secret of the webhook.
fn success_of(environment: &str) -> DeploymentEvent {
    let body = json!({
        "created_at": "2026-08-20T14:00:00Z",
        "event_type": "DEPLOYMENT_SUCCESSFUL",
        "payload_type": "DEPLOYMENT",
        "payload": { "environment": { "id": environment, "name": "production" } },
    });
    qovery::parse_webhook(body.to_string().as_bytes(), Some(b"s3cret"), "s3cret").unwrap()
}

#[tokio::test]
async fn an_event_makes_the_watches_of_its_environment_read_and_a_forged_success_ends_none() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = Target::application(fake.application()).in_environment(fake.environment());
    fake.next_deployment(target.id(), QoveryScript::hangs());
    let id = qovery.deploy(&DeployRequest::new(target)).await.unwrap().id;
    fake.advance(10);
    assert!(!qovery.wake(&success_of(&fake.environment())), "nothing is watched yet");
    // It polls once, and by itself not again while the test runs.
    let options =
        WatchOptions::within(Duration::from_mins(10)).with_intervals(Duration::from_mins(5), Duration::from_mins(5));
    let before = fake.requests().len();
    let watch = tokio::spawn(qovery.watch(&id, options).into_future());
    while fake.requests().len() == before {
        sleep(Duration::from_millis(1)).await;
    }
    let other = fake.add_environment("staging");
    assert!(!qovery.wake(&success_of(&other)), "it stands in another environment");
    let before = fake.requests().len();
    assert!(qovery.wake(&success_of(&fake.environment())));
    while fake.requests().len() == before {
        sleep(Duration::from_millis(1)).await;
    }
    assert!(!watch.is_finished());
    watch.abort();
}
