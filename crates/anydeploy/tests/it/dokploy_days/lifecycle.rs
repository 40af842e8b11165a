//! Starting, stopping and the state.

use anydeploy::{DesiredState, ErrorKind, ServiceState, WatchOptions};
use anydeploy_fakes::{DokployKey, DokployOperation, DokployQuirk, DokployScript, Pace};

use super::*;
use crate::support::dokploy::{paced, quick};

#[tokio::test]
async fn a_stop_is_sent_once_and_awaited() {
    let (fake, dokploy, web) = deployed().await;
    let change = dokploy.stop(&web).await.unwrap();
    assert_eq!((change.before, change.sent, change.desired), (ServiceState::Running, true, DesiredState::Stopped));
    let state = dokploy.await_state(&web, DesiredState::Stopped, quick()).await.unwrap();
    assert_eq!((state.state, state.raw_state.as_str(), state.busy), (ServiceState::Stopped, "idle", None));
    assert_eq!((sent(&fake), fake.replicas(web.id())), (vec!["application.stop".to_owned()], 0));
}

#[tokio::test]
async fn stopping_what_is_stopped_and_starting_what_runs_sends_nothing() {
    let (fake, dokploy, web) = deployed().await;
    assert!(!dokploy.start(&web).await.unwrap().sent);
    assert!(sent(&fake).is_empty());
    dokploy.stop(&web).await.unwrap();
    assert!(!dokploy.stop(&web).await.unwrap().sent);
    assert_eq!(sent(&fake), ["application.stop"]);
}

#[tokio::test]
async fn a_start_scales_a_stopped_application_up() {
    let (fake, dokploy, web) = deployed().await;
    dokploy.stop(&web).await.unwrap();
    let change = dokploy.start(&web).await.unwrap();
    assert!(change.sent && change.deployment.is_none());
    let state = dokploy.await_state(&web, DesiredState::Running, quick()).await.unwrap();
    assert_eq!((state.state, fake.replicas(web.id())), (ServiceState::Running, 1));
}

#[tokio::test]
async fn a_compose_stack_is_stopped_and_started() {
    let (fake, dokploy, stack) = deployed_compose(json!({})).await;
    assert!(dokploy.stop(&stack).await.unwrap().sent);
    assert_eq!(dokploy.state(&stack).await.unwrap().state, ServiceState::Stopped);
    assert!(dokploy.start(&stack).await.unwrap().sent);
    assert_eq!(fake.replicas(stack.id()), 1);
}

#[tokio::test]
async fn a_stop_during_a_deployment_is_not_reported_as_stopped() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    fake.next_deployment(web.id(), DokployScript::succeeds().lasting(12));
    let deployment = dokploy.deploy(&request(web.id())).await.unwrap();
    let change = dokploy.stop(&web).await.unwrap();
    assert_eq!((change.sent, change.under_way.len()), (true, 1));
    let error = dokploy.await_state(&web, DesiredState::Stopped, quick()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert_eq!(error.last().unwrap().id.get("row"), change.under_way[0].get("row"), "{deployment:?}");
    assert_eq!(fake.replicas(web.id()), 1);
}

#[tokio::test]
async fn idle_beside_a_running_row_is_busy() {
    let (fake, dokploy, web) = deployed().await;
    dokploy.deploy(&request(web.id())).await.unwrap();
    fake.advance(2);
    dokploy.stop(&web).await.unwrap();
    let state = dokploy.state(&web).await.unwrap();
    assert_eq!((state.state, state.under_way.len()), (ServiceState::Stopped, 1));
    assert!(state.busy.is_some() && !state.has_reached(DesiredState::Stopped));
}

#[tokio::test]
async fn a_deployment_that_waits_is_busy_although_no_row_shows_it() {
    let (fake, dokploy, web) = deployed().await;
    dokploy.stop(&web).await.unwrap();
    fake.next_deployment(&fake.compose(), DokployScript::hangs());
    fake.deploy_by_someone_else(&fake.compose());
    fake.advance(2);
    fake.deploy_by_someone_else(web.id());
    let state = dokploy.state(&web).await.unwrap();
    assert_eq!((state.state, state.under_way.len()), (ServiceState::Stopped, 0));
    assert!(state.busy.is_some());
}

#[tokio::test]
async fn what_was_marked_as_running_is_awaited_to_the_deadline_and_no_longer() {
    let (fake, dokploy, web) = deployed().await;
    set(&fake, "/api/application.markRunning", "applicationId", web.id(), json!({})).await;
    let options = WatchOptions::within(Duration::from_millis(50));
    let error = dokploy.await_state(&web, DesiredState::Running, options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    // Nothing is under way that would start it.
    assert!(dokploy.start(&web).await.unwrap().sent);
    assert_eq!(dokploy.state(&web).await.unwrap().state, ServiceState::Running);
}

#[tokio::test]
async fn a_stop_that_the_engine_refused_is_what_the_platform_says() {
    let (fake, dokploy, web) = deployed().await;
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Stop));
    assert!(dokploy.stop(&web).await.unwrap().sent);
    assert_eq!(dokploy.state(&web).await.unwrap().raw_state, "idle");
    assert_eq!(fake.replicas(web.id()), 1, "the server swallows the refusal, and nothing else shows it");
}

#[tokio::test]
async fn a_refused_start_is_rejected_in_the_words_of_the_engine() {
    let (fake, dokploy, web) = deployed().await;
    dokploy.stop(&web).await.unwrap();
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Start));
    let error = dokploy.start(&web).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(!error.is_safe_to_repeat() && !error.is_transient());
    assert!(error.server_message().unwrap().contains("no suitable node"), "{error}");
}

#[tokio::test]
async fn what_was_never_deployed_cannot_be_started() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    for target in [Target::application(fake.application()), Target::new(TargetKind::Compose, fake.compose())] {
        let error = dokploy.start(&target).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}");
        assert!(error.to_string().contains("never deployed"), "{error}");
        assert!(!dokploy.stop(&target).await.unwrap().sent, "a stop would set a compose stack to `error`");
    }
}

#[tokio::test]
async fn a_stack_is_not_started() {
    let (fake, dokploy, stack) = deployed_compose(json!({ "composeType": "stack" })).await;
    dokploy.stop(&stack).await.unwrap();
    let before = sent(&fake);
    let error = dokploy.start(&stack).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.is_safe_to_repeat() && error.to_string().contains("deploy it"), "{error}");
    assert_eq!(sent(&fake), before);
}

#[tokio::test]
async fn a_lost_stop_or_start_is_found_by_the_status() {
    let (fake, dokploy, web) = deployed().await;
    let (_network, lossy) = behind(&fake, Fault::ResetAfter, RequestKind::Write);
    assert!(lossy.stop(&web).await.unwrap().sent);
    let (_network, lossy) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
    assert!(lossy.start(&web).await.unwrap().sent);
    assert_eq!(fake.writes().len(), 2, "each was sent once");
    assert_eq!(dokploy.state(&web).await.unwrap().state, ServiceState::Running);
}

#[tokio::test]
async fn a_lost_stop_that_nothing_shows_stays_open_and_is_not_sent_again() {
    let (fake, _, web) = deployed().await;
    let (network, lossy) = behind(&fake, Fault::SilenceBefore, RequestKind::Write);
    let builder = Dokploy::builder().url(network.url()).token(fake.token()).grace(GRACE);
    let impatient = builder.timeout(Duration::from_millis(300)).build().unwrap();
    drop(lossy);
    let error = impatient.stop(&web).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoAnswer, "{error:?}");
    assert!(!error.is_safe_to_repeat());
    assert!(error.to_string().contains("read its state"), "{error}");
    assert!(fake.writes().is_empty());
}

#[tokio::test]
async fn a_kind_without_the_verb_is_refused_before_the_network() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let job = Target::new(TargetKind::Job, "j");
    for error in [
        dokploy.start(&job).await.unwrap_err(),
        dokploy.stop(&job).await.unwrap_err(),
        dokploy.state(&job).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn an_unknown_target_is_not_found_and_one_of_others_is_refused() {
    let (fake, dokploy, web) = deployed().await;
    let nowhere = Target::application("nowhere00000000000000");
    assert_eq!(dokploy.stop(&nowhere).await.unwrap_err().kind(), ErrorKind::NotFound);
    let member = Dokploy::builder().url(fake.url()).token(fake.add_key(DokployKey::member())).build().unwrap();
    assert_eq!(member.stop(&web).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    assert!(sent(&fake).is_empty());
}

#[tokio::test]
async fn before_0_28_3_only_rows_show_what_is_under_way() {
    let builder = FakeDokploy::builder().quirk(DokployQuirk::OldServerWithoutQueueList).pace(Pace::Manual);
    let fake = builder.start().await;
    let dokploy = deployer(&fake, GRACE);
    let web = Target::application(fake.application());
    fake.deploy_by_someone_else(web.id());
    assert_eq!(dokploy.state(&web).await.unwrap().busy, None, "its job has no row yet");
    fake.advance(1);
    assert!(dokploy.state(&web).await.unwrap().busy.is_some());
}

#[tokio::test]
async fn a_start_that_a_remote_server_refused_is_rejected_and_not_taken_for_a_lost_answer() {
    let (fake, dokploy, web) = deployed().await;
    let stack = Target::new(TargetKind::Compose, fake.compose());
    fake.deploy_by_someone_else(stack.id());
    fake.advance(10);
    for target in [web, stack] {
        dokploy.stop(&target).await.unwrap();
        fake.enable(DokployQuirk::RemoteServer);
        fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Start));
        let error = dokploy.start(&target).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Rejected, false), "{error}");
        assert!(error.server_message().unwrap().contains("exit code 1"), "{error}");
        fake.disable(DokployQuirk::EngineRefuses(DokployOperation::Start));
        assert!(dokploy.start(&target).await.unwrap().sent);
    }
}

#[tokio::test]
async fn a_remote_server_that_was_not_reached_has_started_and_stopped_nothing() {
    let (fake, dokploy, stack) = deployed_compose(json!({})).await;
    let web = Target::application(fake.application());
    fake.deploy_by_someone_else(web.id());
    fake.advance(10);
    dokploy.stop(&web).await.unwrap();
    fake.enable(DokployQuirk::RemoteUnreachable);
    for error in [dokploy.start(&web).await.unwrap_err(), dokploy.stop(&stack).await.unwrap_err()] {
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unavailable, true), "{error}");
        assert!(error.to_string().contains("did not reach the remote server"), "{error}");
    }
    assert_eq!((fake.replicas(web.id()), fake.replicas(stack.id())), (0, 1));
    let read = fake.requests().iter().filter(|request| request.path.ends_with("compose.one")).count();
    assert!(read < 5, "a lost answer would have been searched for: {read}");
}
