//! Starting and stopping, and waiting until it is true.

use anydeploy::{
    Coolify, DeployRequest, Deployer, DeployerExt, DesiredState, ErrorKind, HistoryOptions, Identity, Phase,
    ServiceState, Target, TargetKind,
};
use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify, Fault, RequestKind};

use super::{behind, stepping, written};
use crate::support::coolify::{manual, quick};

/// One target of each kind.
fn all(fake: &FakeCoolify) -> [Target; 3] {
    let [service, database] = records_nothing(fake);
    [Target::application(fake.application()), service, database]
}

/// The targets of whose starts Coolify keeps no record.
fn records_nothing(fake: &FakeCoolify) -> [Target; 2] {
    [Target::service(fake.service()), Target::database(fake.database())]
}

/// How many requests were not reads.
fn writes_sent(fake: &FakeCoolify) -> usize {
    fake.requests().iter().filter(|request| request.method != "GET").count()
}

#[tokio::test]
async fn stopping_what_is_stopped_sends_nothing() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for target in all(&fake) {
        let change = coolify.stop(&target).await.unwrap();
        assert_eq!((change.sent, change.before, change.desired), (false, ServiceState::Stopped, DesiredState::Stopped));
    }
    assert_eq!(writes_sent(&fake), 0);
}

#[tokio::test]
async fn starting_what_runs_or_starts_sends_nothing() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for target in all(&fake) {
        for status in ["running:healthy", "running:unhealthy", "starting:unhealthy", "restarting:unknown"] {
            fake.set_status(target.id(), status);
            assert!(!coolify.start(&target).await.unwrap().sent, "{target} {status}");
        }
    }
    assert_eq!(writes_sent(&fake), 0);
}

#[tokio::test]
async fn a_stop_is_accepted_before_it_is_true() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for target in all(&fake) {
        fake.set_status(target.id(), "running:healthy");
        let change = coolify.stop(&target).await.unwrap();
        assert_eq!((change.sent, change.before), (true, ServiceState::Running), "{target}");
        assert_eq!(coolify.state(&target).await.unwrap().state, ServiceState::Running, "{target}");
        fake.advance(1);
        let state = coolify.await_state(&target, DesiredState::Stopped, quick()).await.unwrap();
        assert_eq!((state.state, state.busy), (ServiceState::Stopped, None), "{target}");
    }
    assert_eq!(written(&fake), ["stop"; 3]);
}

#[tokio::test]
async fn a_paused_target_is_not_stopped_and_a_stop_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for target in all(&fake) {
        fake.set_status(target.id(), "paused:unknown");
        assert!(!coolify.state(&target).await.unwrap().has_reached(DesiredState::Stopped), "{target}");
        let change = coolify.stop(&target).await.unwrap();
        assert_eq!((change.sent, change.before), (true, ServiceState::Degraded), "{target}");
    }
    assert_eq!(written(&fake), ["stop"; 3]);
}

#[tokio::test]
async fn starting_an_application_deploys_it() {
    let (fake, coolify) = stepping(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    let change = coolify.start(&web).await.unwrap();
    let deployment = change.deployment.unwrap();
    assert_eq!(
        (deployment.identity, deployment.id.get("deployment")),
        (Identity::Exact, Some(&*fake.triggered()[0].id))
    );
    coolify.await_state(&web, DesiredState::Running, quick()).await.unwrap();
    assert_eq!((fake.triggered().len(), &*fake.triggered()[0].status), (1, "finished"));
}

#[tokio::test]
async fn starting_a_stopped_application_that_is_being_deployed_is_that_deployment() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.deploy_by_someone_else(&fake.application());
    let change = coolify.start(&Target::application(fake.application())).await.unwrap();
    assert_eq!(change.under_way.len(), 1);
    let deployment = change.deployment.unwrap();
    assert_eq!((deployment.identity, fake.triggered().len()), (Identity::Adopted, 1));
}

#[tokio::test]
async fn the_second_exited_after_a_start_is_no_failure() {
    let (fake, coolify) = stepping(FakeCoolify::builder().poll_containers_every(40)).await;
    for target in records_nothing(&fake) {
        let change = coolify.start(&target).await.unwrap();
        assert!(change.sent && change.deployment.is_none(), "{target}");
        let state = coolify.await_state(&target, DesiredState::Running, quick()).await.unwrap();
        assert!(state.raw_state.starts_with("running"), "{state}");
    }
    assert_eq!(written(&fake), ["start"; 2]);
}

#[tokio::test]
async fn a_stop_during_a_deployment_is_undone_and_reported_as_a_conflict() {
    let (fake, coolify) = stepping(FakeCoolify::builder().poll_containers_every(1_000)).await;
    let web = Target::application(fake.application());
    fake.set_status(web.id(), "running:unknown");
    fake.next_deployment(web.id(), CoolifyScript::succeeds().lasting(30));
    fake.deploy_by_someone_else(web.id());
    let change = coolify.stop(&web).await.unwrap();
    assert_eq!((change.sent, change.under_way.len()), (true, 1));
    let error = coolify.await_state(&web, DesiredState::Stopped, quick()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert_eq!(error.last().unwrap().id, change.under_way[0]);
    assert_eq!(fake.triggered()[0].status, "finished");
}

#[tokio::test]
async fn a_queued_deployment_starts_a_stopped_application_again() {
    let (fake, coolify) = stepping(FakeCoolify::builder().concurrent_builds(1)).await;
    let web = Target::application(fake.application());
    fake.set_status(web.id(), "running:unknown");
    let other = fake.add_application("other");
    fake.next_deployment(&other, CoolifyScript::succeeds().lasting(20));
    fake.deploy_by_someone_else(&other);
    fake.deploy_by_someone_else(web.id());
    coolify.stop(&web).await.unwrap();
    let error = coolify.await_state(&web, DesiredState::Stopped, quick()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
}

#[tokio::test]
async fn a_deployment_that_waits_for_the_health_check_fails_by_a_stop_which_then_stays() {
    let (fake, coolify) = stepping(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.next_deployment(web.id(), CoolifyScript::succeeds().lasting(100).health_checked());
    fake.deploy_by_someone_else(web.id());
    fake.set_status(web.id(), "running:unhealthy");
    coolify.stop(&web).await.unwrap();
    coolify.await_state(&web, DesiredState::Stopped, quick()).await.unwrap();
    assert_eq!(fake.triggered()[0].status, "failed");
}

#[tokio::test]
async fn a_deployment_of_another_application_or_of_a_preview_makes_no_state_open() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.add_preview(web.id(), 7);
    coolify.deploy(&DeployRequest::new(web.clone()).with_pull_request(7)).await.unwrap();
    fake.deploy_by_someone_else(&fake.add_application("other"));
    let state = coolify.state(&web).await.unwrap();
    assert_eq!((state.busy, state.under_way.len()), (None, 0));
}

#[tokio::test]
async fn a_list_of_all_deployments_that_is_too_large_hides_none_of_the_application() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (network, coolify) = behind(&fake, Fault::Oversized, RequestKind::Read);
    fake.deploy_by_someone_else(&fake.application());
    let state = coolify.state(&Target::application(fake.application())).await.unwrap();
    assert_eq!((state.under_way.len(), network.injected().len()), (1, 1));
}

#[tokio::test]
async fn an_application_is_not_stopped_for_good_before_the_containers_of_a_success_were_looked_at() {
    let (fake, _) = manual(FakeCoolify::builder().poll_containers_every(1_000)).await;
    let coolify = Coolify::builder().url(fake.url()).token(fake.token()).build().unwrap();
    let web = Target::application(fake.application());
    fake.deploy_by_someone_else(web.id());
    fake.advance(3);
    let state = coolify.state(&web).await.unwrap();
    assert_eq!(state.state, ServiceState::Stopped);
    assert!(state.busy.is_some_and(|busy| busy.contains("just ended")));
    fake.advance(1);
    let state = coolify.state(&web).await.unwrap();
    assert!(state.has_reached(DesiredState::Running), "{state}");
}

#[tokio::test]
async fn a_server_that_is_not_functional_has_no_state_that_is_a_result() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::ServerNotFunctional)).await;
    let web = Target::application(fake.application());
    fake.set_status(web.id(), "running:unknown");
    let state = coolify.state(&web).await.unwrap();
    assert!(!state.has_reached(DesiredState::Running) && state.busy.is_some_and(|busy| busy.contains("not reachable")));
    assert!(coolify.stop(&web).await.unwrap().sent);
    let started = coolify.start(&web).await.unwrap();
    fake.advance(2);
    let outcome = coolify.watch(&started.deployment.unwrap().id, quick()).await.unwrap();
    assert!(!outcome.is_success(), "{outcome:?}");
}

#[tokio::test]
async fn a_lost_stop_is_found_by_the_state_or_open() {
    for (fault, found) in [(Fault::ResetAfter, true), (Fault::ResetBefore, false), (Fault::GatewayTimeout, true)] {
        let (fake, _) = stepping(FakeCoolify::builder()).await;
        let (_network, coolify) = behind(&fake, fault, RequestKind::Write);
        for target in all(&fake) {
            fake.set_status(target.id(), "running:healthy");
        }
        let target = Target::service(fake.service());
        let stopped = coolify.stop(&target).await;
        assert_eq!(stopped.is_ok(), found, "{fault:?} {stopped:?}");
        if let Err(error) = stopped {
            assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NoAnswer, false), "{error}");
        }
        assert_eq!(fake.writes().len(), usize::from(found), "{fault:?}");
        assert!(coolify.stop(&Target::database(fake.database())).await.unwrap().sent, "the network is calm again");
    }
}

#[tokio::test]
async fn a_lost_stop_of_which_nothing_shows_is_not_safe_to_repeat() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (_network, coolify) = behind(&fake, Fault::ResetAfter, RequestKind::Write);
    let web = Target::application(fake.application());
    fake.set_status(web.id(), "running:healthy");
    // The job that stops it does not run as long as the clock of the fake stands still.
    let error = coolify.stop(&web).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NoAnswer, false), "{error}");
    assert_eq!(written(&fake), ["stop"]);
}

#[tokio::test]
async fn a_lost_start_of_a_service_is_found_by_its_state() {
    for target in ["service", "database"] {
        let (fake, _) = manual(FakeCoolify::builder()).await;
        let (_network, coolify) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
        let target =
            if target == "service" { Target::service(fake.service()) } else { Target::database(fake.database()) };
        assert!(coolify.start(&target).await.unwrap().sent, "{target}");
        assert_eq!(written(&fake), ["start"]);
    }
}

#[tokio::test]
async fn a_start_right_after_a_stop_says_that_it_ran_and_that_nothing_was_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let service = Target::service(fake.service());
    fake.set_status(service.id(), "running:healthy");
    coolify.stop(&service).await.unwrap();
    let change = coolify.start(&service).await.unwrap();
    assert_eq!((change.sent, change.before), (false, ServiceState::Running));
    // A caller that awaits the stop first starts it for certain.
    fake.advance(1);
    assert!(coolify.start(&service).await.unwrap().sent);
}

#[tokio::test]
async fn what_coolify_does_not_know_is_refused_before_anything_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let helm = Target::new(TargetKind::Helm, "x");
    for result in [coolify.start(&helm).await, coolify.stop(&helm).await] {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    assert_eq!(coolify.state(&helm).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(fake.requests().is_empty());
    let nowhere = Target::service("nowhere");
    let error = coolify.stop(&nowhere).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotFound, true));
    assert_eq!(writes_sent(&fake), 0);
}

#[tokio::test]
async fn a_row_without_finished_at_is_over() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::ServerNotFunctional)).await;
    let web = Target::application(fake.application());
    fake.deploy_by_someone_else(web.id());
    fake.advance(2);
    let [row] = coolify.history_of(&web, HistoryOptions::default()).await.unwrap().try_into().unwrap();
    assert_eq!((row.status.phase, row.finished_at), (Phase::Failed, None));
    assert!(!coolify.watch(&row.id, quick()).await.unwrap().is_success());
}
