//! A trigger that a gateway delivers after it was given up.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, Deployment, Dokploy, ErrorKind, Identity, Retry, RetryOptions, Target, Timing,
};
use anydeploy_fakes::{DokployQuirk, DokployScript, FakeDokploy, Pace};

use crate::support::dokploy::{deployer, ticks};

const GRACE: Duration = Duration::from_millis(600);

async fn held() -> FakeDokploy {
    FakeDokploy::builder().pace(Pace::Manual).quirk(DokployQuirk::HeldTrigger).start().await
}

#[tokio::test]
async fn a_repeat_finds_the_trigger_that_was_delivered_late_and_sends_none() {
    for started in [false, true] {
        let fake = held().await;
        // A minute of grace would be too long for a test, and one of half a second too short for a busy machine.
        let dokploy = deployer(&fake, Duration::from_secs(3));
        for target in [Target::application(fake.application()), Target::compose(fake.compose())] {
            let request = DeployRequest::new(target.clone());
            fake.enable(DokployQuirk::HeldTrigger);
            assert_eq!(dokploy.deploy(&request).await.unwrap_err().kind(), ErrorKind::NotTriggered);
            fake.disable(DokployQuirk::HeldTrigger);
            fake.deliver_held();
            if started {
                ticks(&fake, 10).await;
            }
            let before = fake.triggered().len();
            let answer = dokploy.deploy(&request).await;
            assert_eq!(fake.triggered().len(), before, "{target}: {answer:?}");
            // Its job has begun, so that it cannot contain later changes.
            let error = answer.unwrap_err();
            assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::AlreadyRunning, true), "{error}");
            let found = error.last().cloned().unwrap();
            assert_eq!(found.identity, if started { Identity::Exact } else { Identity::Pending });
            ticks(&fake, 10).await;
            assert!(dokploy.deployment(&found.id).await.unwrap().is_over());
            // The one that was found has answered one request, and the next one is a deployment of its own.
            dokploy.deploy(&request).await.unwrap();
            assert_eq!(fake.triggered().len(), before + 1);
            ticks(&fake, 10).await;
        }
    }
}

#[tokio::test]
async fn a_retry_whose_first_trigger_is_delivered_before_the_repeat_makes_one_row() {
    for ticks_before_the_repeat in [0, 3] {
        let deployment = repeated_after_a_late_delivery(ticks_before_the_repeat).await;
        let is_exact = deployment.identity == Identity::Exact;
        assert_eq!(is_exact, ticks_before_the_repeat > 0, "{deployment:?}");
    }
}

/// What a repeat is answered whose first try was delivered so many ticks before it; there is one row then.
async fn repeated_after_a_late_delivery(ticks: u64) -> Deployment {
    let fake = Arc::new(held().await);
    let gateway = Arc::clone(&fake);
    let options = RetryOptions::default().with_backoff(Duration::from_millis(5), Duration::from_millis(20));
    let retry = deployer(&fake, GRACE).layered(Retry::new().with_options(options).on_retry(move |_| {
        gateway.disable(DokployQuirk::HeldTrigger);
        gateway.deliver_held();
        gateway.advance(ticks);
    }));
    let request = DeployRequest::new(Target::application(fake.application()));
    let deployment = retry.deploy(&request).await.unwrap();
    assert_eq!(fake.triggered().len(), 1);
    deployment
}

#[tokio::test]
async fn another_request_and_a_trigger_that_never_came_are_triggered() {
    let fake = held().await;
    let dokploy = deployer(&fake, GRACE);
    let request = DeployRequest::new(Target::application(fake.application()));
    fake.next_deployment(&fake.application(), DokployScript::succeeds());
    assert_eq!(dokploy.deploy(&request).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    fake.disable(DokployQuirk::HeldTrigger);
    let nothing_came = dokploy.deploy(&request).await.unwrap();
    assert_eq!((fake.triggered().len(), nothing_came.identity), (1, Identity::Pending));
    fake.deliver_held();
    ticks(&fake, 20).await;
    let another = request.clone().with_reason("another one");
    dokploy.deploy(&another).await.unwrap();
    assert_eq!(fake.triggered().len(), 3, "it is not the same request");
}

#[tokio::test]
async fn while_the_queue_cannot_be_read_a_repeat_of_what_may_be_delivered_late_sends_nothing() {
    let fake = held().await;
    let dokploy = deployer(&fake, GRACE);
    let request = DeployRequest::new(Target::application(fake.application()));
    assert_eq!(dokploy.deploy(&request).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    fake.disable(DokployQuirk::HeldTrigger);
    fake.enable(DokployQuirk::QueueListRefused(503));
    let before = fake.triggered().len();
    let error = dokploy.deploy(&request).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unavailable, true), "{error}");
    assert_eq!(fake.triggered().len(), before);
}

/// A server whose jobs all wait, and a request whose trigger counts as not acted on and is still held.
async fn held_behind_a_busy_queue() -> (FakeDokploy, Dokploy, DeployRequest) {
    let fake = held().await;
    let mut timing = Timing::scaled_to(GRACE);
    // What is pending may appear for longer than a busy machine takes to go on.
    timing.lost_after = Duration::from_mins(1);
    let dokploy = Dokploy::builder().url(fake.url()).token(fake.token()).timing(timing).build().unwrap();
    fake.next_deployment(&fake.compose(), DokployScript::succeeds().hanging());
    fake.deploy_by_someone_else(&fake.compose());
    let request = DeployRequest::new(Target::application(fake.application()));
    assert_eq!(dokploy.deploy(&request).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    fake.disable(DokployQuirk::HeldTrigger);
    (fake, dokploy, request)
}

#[tokio::test]
async fn a_trigger_that_was_delivered_late_overlaps_with_those_around_it() {
    let (fake, dokploy, request) = held_behind_a_busy_queue().await;
    let between = dokploy.deploy(&request.clone().with_reason("in between")).await.unwrap();
    fake.deliver_held();
    let late = dokploy.deploy(&request).await.unwrap();
    let after = dokploy.deploy(&request.clone().with_reason("afterwards")).await.unwrap();
    assert_eq!(fake.triggered().len(), 4, "the second request for the same was not sent");
    let between = dokploy.deployment(&between.id).await.unwrap();
    for deployment in [between, late, after] {
        assert!(deployment.id.get("overlap").is_some(), "{deployment:?}");
    }
}

#[tokio::test]
async fn a_trigger_that_was_delivered_late_overlaps_with_the_next_one_alone() {
    let (fake, dokploy, request) = held_behind_a_busy_queue().await;
    fake.deliver_held();
    let late = dokploy.deploy(&request).await.unwrap();
    assert!(late.id.get("overlap").is_none(), "nothing else was sent: {late:?}");
    dokploy.deploy(&request.clone().with_reason("afterwards")).await.unwrap();
    let late = dokploy.deployment(&late.id).await.unwrap();
    assert!(late.id.get("overlap").is_some(), "{late:?}");
}
