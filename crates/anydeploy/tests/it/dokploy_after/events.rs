//! Webhooks, which name no deployment and prove nothing.

use std::time::Duration;

use anydeploy::{Deployer, DeployerExt, ErrorKind, EventKind, WatchOptions, dokploy};
use anydeploy_fakes::DokployScript;
use futures::future::join;
use tokio::time::sleep;

use super::fresh;
use crate::support::dokploy::request;

#[tokio::test]
async fn a_forged_success_wakes_a_watch_and_ends_none() {
    let (fake, dokploy, [application, ..]) = fresh().await;
    fake.next_deployment(application.id(), DokployScript::hangs());
    let deployment = dokploy.deploy(&request(application.id())).await.unwrap();
    let event = dokploy::parse_webhook(br#"{"title":"Build Success","type":"build","status":"success"}"#).unwrap();
    assert_eq!(event.kind, EventKind::Succeeded);
    assert!(!dokploy.wake(&event), "nothing is watched yet");
    let options = WatchOptions::within(Duration::from_millis(400));
    let sent = fake.requests().len();
    let forge = async {
        while fake.requests().len() == sent {
            sleep(Duration::from_millis(1)).await;
        }
        dokploy.wake(&event)
    };
    let (watched, woken) = join(dokploy.watch(&deployment.id, options).into_future(), forge).await;
    assert!(woken, "it may be about any deployment of the platform");
    let error = watched.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
}
