//! Triggers whose answer is lost: found again, proven absent, or said to be undecidable; never sent blindly again.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    Coolify, DeployRequest, Deployer, DeployerExt, Deployment, Error, ErrorKind, Identity, Retry, RetryOptions, Target,
    Timing,
};
use anydeploy_fakes::{FakeCoolify, Fault, FaultPlan, FaultyNetwork, RequestKind};
use futures::future::join_all;

use crate::support::scene::{LOST_AFTER, Scene, TIMEOUT, native};

/// What a server acts on although its answer does not come through.
const ACTED_ON: [Fault; 4] = [Fault::ResetAfter, Fault::SilenceAfter, Fault::Truncated, Fault::GatewayTimeout];

/// What looks the same to a client, and never reached the server.
const NOT_ACTED_ON: [Fault; 5] = [
    Fault::ResetBefore,
    Fault::SilenceBefore,
    Fault::Status { code: 502, retry_after: None },
    Fault::HtmlPage { code: 502 },
    Fault::HtmlPage { code: 200 },
];

fn assert_safe(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::NotTriggered, "{error:?}");
    assert!(error.is_safe_to_repeat(), "{error}");
}

#[tokio::test]
async fn a_deployment_that_was_started_is_found_and_returned_as_if_it_had_been_answered() {
    join_all(ACTED_ON.map(async |fault| {
        for scene in Scene::all().await {
            let platform = scene.deployer.platform();
            let deployment =
                scene.deploy(fault).await.unwrap_or_else(|error| panic!("{platform}, {fault:?}: {error:?}"));
            let ids = scene.ids();
            assert_eq!(ids.len(), 1, "{platform}, {fault:?}");
            assert!(deployment.identity.is_resolved() || native(&deployment).is_none(), "{deployment:?}");
            if let Some(id) = native(&deployment) {
                assert_eq!(id, ids[0], "{platform}, {fault:?}");
            }
        }
    }))
    .await;
}

#[tokio::test]
async fn a_trigger_that_never_arrived_is_reported_as_safe_to_repeat_and_not_repeated() {
    join_all(NOT_ACTED_ON.map(async |fault| {
        for scene in Scene::all().await {
            let error = scene.deploy(fault).await.unwrap_err();
            assert_safe(&error);
            assert!(error.to_string().contains("safe to deploy again"), "{error}");
            assert!(scene.ids().is_empty(), "{fault:?}");
        }
    }))
    .await;
}

#[tokio::test]
async fn the_retry_layer_deploys_once_whatever_the_outcome_of_the_first_trigger() {
    join_all(ACTED_ON.into_iter().chain(NOT_ACTED_ON).map(async |fault| {
        for scene in Scene::all().await {
            scene.network.follow(FaultPlan::always(fault).on([RequestKind::Trigger]).limit(1));
            let options = RetryOptions::default().with_backoff(Duration::from_millis(5), Duration::from_millis(20));
            let retry = Arc::clone(&scene.deployer).layered(Retry::new().with_options(options));
            let deployment = retry.deploy(&scene.request).await.unwrap();
            assert_eq!(scene.ids().len(), 1, "{}, {fault:?}: {deployment:?}", scene.deployer.platform());
        }
    }))
    .await;
}

#[tokio::test]
async fn while_nothing_can_be_read_a_lost_trigger_stays_undecidable() {
    for scene in Scene::all().await {
        // The reads before the trigger pass, the trigger and all after it do not.
        scene.network.follow(FaultPlan::always(Fault::ResetAfter).on([RequestKind::Trigger]).limit(1));
        let deploy = tokio::spawn({
            let (deployer, request) = (Arc::clone(&scene.deployer), scene.request.clone());
            async move { deployer.deploy(&request).await }
        });
        while scene.network.injected().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        scene.network.follow(FaultPlan::always(Fault::HtmlPage { code: 502 }));
        match deploy.await.unwrap() {
            Err(error) => assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false)),
            // It may have polled already.
            Ok(deployment) => assert_eq!(scene.ids().len(), 1, "{deployment:?}"),
        }
    }
}

/// Two callers deploy the same at once; the answer of one of them is lost.
async fn two_at_once(scene: &Scene, fault: Fault) -> [anydeploy::Result<Deployment>; 2] {
    scene.network.follow(FaultPlan::always(fault).on([RequestKind::Trigger]).limit(1));
    let (one, other) = futures::join!(scene.deployer.deploy(&scene.request), scene.deployer.deploy(&scene.request));
    [one, other]
}

#[tokio::test]
async fn no_caller_gets_another_callers_deployment_as_its_own() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        for scene in Scene::all().await {
            let results = two_at_once(&scene, fault).await;
            let mut own: Vec<_> = results
                .iter()
                .filter_map(|result| result.as_ref().ok())
                .filter(|deployment| deployment.identity != Identity::Adopted)
                .filter_map(native)
                .collect();
            let all = own.len();
            own.sort_unstable();
            own.dedup();
            assert_eq!(
                own.len(),
                all,
                "{}, {fault:?}: both got one deployment: {results:?}",
                scene.deployer.platform()
            );
            for error in results.iter().filter_map(|result| result.as_ref().err()) {
                // By the time of the second one, the deployment of the first may have begun.
                let expected = [ErrorKind::Undecidable, ErrorKind::NotTriggered, ErrorKind::AlreadyRunning];
                assert!(expected.contains(&error.kind()), "{error:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_trigger_by_another_user_on_the_web_page_is_never_taken_for_the_lost_one() {
    let fake = FakeCoolify::start().await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let builder = Coolify::builder().url(network.url()).token(fake.token());
    let coolify = Arc::new(builder.timeout(TIMEOUT).timing(Timing::scaled_to(LOST_AFTER)).build().unwrap());
    let application = fake.add_git_application("shop");
    network.follow(FaultPlan::always(Fault::ResetBefore).on([RequestKind::Trigger]).limit(1));
    let deploy = tokio::spawn({
        let (coolify, request) = (Arc::clone(&coolify), DeployRequest::new(Target::application(&application)));
        async move { coolify.deploy(&request).await }
    });
    while network.injected().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    fake.deploy_by_someone_else(&application);
    // Coolify would have taken the request for the same commit for that one, and kept no other record of it.
    assert_eq!(deploy.await.unwrap().unwrap_err().kind(), ErrorKind::Undecidable);
    assert_eq!(fake.triggered().len(), 1);
}
