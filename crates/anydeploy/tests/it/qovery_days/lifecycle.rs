//! Starting and stopping, and the states that are no results yet.

use std::time::Duration;

use anydeploy::{
    Ability, DeployRequest, Deployer, DeployerExt, DesiredState, ErrorKind, Qovery, Revision, ServiceState, Target,
    TargetKind, Timing, WatchOptions,
};
use anydeploy_fakes::{FakeQovery, Fault, FaultPlan, QoveryQuirk, QoveryScript, RequestKind};
use serde_json::json;

use crate::support::qovery::{behind, deployer, manual, ours, quick, running, stepping, triggers, web};

/// For how many ticks the statuses of a [`lagging`] server are those from before.
const LAG: u64 = 20;

fn web_of(fake: &FakeQovery) -> Target {
    Target::application(fake.application())
}

#[tokio::test]
async fn stopping_what_is_stopped_and_starting_what_runs_sends_nothing() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let target = web_of(&fake);
    let never = qovery.stop(&target).await.unwrap();
    assert_eq!((never.sent, never.before), (false, ServiceState::NeverDeployed));
    fake.already_deployed(target.id());
    let runs = qovery.start(&target).await.unwrap();
    assert_eq!((runs.sent, runs.before), (false, ServiceState::Running));
    assert!(triggers(&fake).is_empty() && fake.writes().is_empty());
    assert!(qovery.stop(&target).await.unwrap().sent);
    qovery.await_state(&target, DesiredState::Stopped, quick()).await.unwrap();
    let stopped = qovery.stop(&target).await.unwrap();
    assert_eq!((stopped.sent, stopped.before, fake.writes().len()), (false, ServiceState::Stopped, 1));
}

#[tokio::test]
async fn each_kind_is_stopped_and_started_and_its_states_are_awaited() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let targets = [
        Target::application(fake.application()),
        Target::new(TargetKind::Container, fake.container()),
        Target::new(TargetKind::Job, fake.add_job("job")),
        Target::new(TargetKind::Helm, fake.add_helm("helm")),
        Target::new(TargetKind::Database, fake.add_database("db")),
        Target::environment(fake.environment()),
    ];
    for target in &targets[..5] {
        fake.already_deployed(target.id());
    }
    for target in targets {
        assert!(qovery.capabilities().can(target.kind(), Ability::Stop));
        assert!(qovery.stop(&target).await.unwrap().sent, "{target}");
        let stopped = qovery.await_state(&target, DesiredState::Stopped, quick()).await.unwrap();
        assert_eq!(stopped.raw_state, "STOPPED", "{target}");
        let start = qovery.start(&target).await.unwrap();
        assert!(start.sent && start.deployment.is_some(), "{target}: {start:?}");
        let runs = qovery.await_state(&target, DesiredState::Running, quick()).await.unwrap();
        assert_eq!(runs.raw_state, "DEPLOYED", "{target}");
        let outcome = qovery.watch(&start.deployment.unwrap().id, quick()).await.unwrap();
        assert!(outcome.is_success(), "{target}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_terraform_service_is_neither_stopped_nor_started_and_nothing_is_sent() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = Target::new(TargetKind::Terraform, fake.add_terraform("bucket"));
    for error in [qovery.stop(&target).await.unwrap_err(), qovery.start(&target).await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    assert!(fake.requests().is_empty());
    fake.already_deployed(target.id());
    assert_eq!(qovery.state(&target).await.unwrap().state, ServiceState::Running, "its state is read all the same");
}

#[tokio::test]
async fn a_stop_is_accepted_before_it_is_true() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = web_of(&fake);
    fake.already_deployed(target.id());
    let change = qovery.stop(&target).await.unwrap();
    assert_eq!((change.sent, change.before), (true, ServiceState::Running));
    // The statuses are still those from before the stop.
    let seen = qovery.state(&target).await.unwrap();
    assert!(seen.state == ServiceState::Running && seen.busy.is_some(), "{seen:?}");
    fake.advance(5);
    let seen = qovery.state(&target).await.unwrap();
    assert!(seen.state == ServiceState::Stopping && seen.busy.is_some() && seen.under_way.is_empty(), "{seen:?}");
    fake.advance(100);
    let seen = qovery.state(&target).await.unwrap();
    assert!(seen.has_reached(DesiredState::Stopped), "{seen:?}");
}

#[tokio::test]
async fn a_stop_without_an_answer_body_is_followed_by_the_state() {
    let (fake, qovery) = running(FakeQovery::builder().quirk(QoveryQuirk::BodylessActions)).await;
    let target = web_of(&fake);
    fake.already_deployed(target.id());
    assert!(qovery.stop(&target).await.unwrap().sent);
    qovery.await_state(&target, DesiredState::Stopped, quick()).await.unwrap();
    let start = qovery.start(&target).await.unwrap();
    qovery.await_state(&target, DesiredState::Running, quick()).await.unwrap();
    let outcome = qovery.watch(&start.deployment.unwrap().id, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
}

#[tokio::test]
async fn a_state_costs_one_request_unless_something_may_wait() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let web = web_of(&fake).in_environment(fake.environment());
    let environment = Target::environment(fake.environment());
    for target in [&web, &environment] {
        let before = fake.requests().len();
        qovery.state(target).await.unwrap();
        assert_eq!(fake.requests().len(), before + 1, "{target}");
    }
    for _ in 0..2 {
        fake.deploy_by_someone_else(&fake.application());
    }
    for target in [&web, &environment] {
        let before = fake.requests().len();
        assert_eq!(qovery.state(target).await.unwrap().under_way.len(), 1, "{target}");
        assert_eq!(fake.requests().len(), before + 3, "{target}");
    }
}

/// A server that advances with each request and whose statuses lag, and a deployer that allows for so much.
async fn lagging(allowed: Duration) -> (FakeQovery, Qovery, Target) {
    let (fake, _) = stepping(FakeQovery::builder().stale_for(LAG)).await;
    let timing = Timing::scaled_to(allowed);
    let qovery = Qovery::builder().url(fake.url()).token(fake.token()).timing(timing).build().unwrap();
    let target = web_of(&fake);
    (fake, qovery, target)
}

fn actions(fake: &FakeQovery) -> Vec<String> {
    fake.triggered().into_iter().map(|one| one.action).collect()
}

#[tokio::test]
async fn a_stop_during_a_deployment_waits_behind_it_and_is_not_reported_as_a_conflict() {
    let (fake, qovery, target) = lagging(Duration::ZERO).await;
    fake.next_deployment(target.id(), QoveryScript::succeeds().lasting(30));
    fake.deploy_by_someone_else(target.id());
    fake.advance(LAG + 1);
    let change = qovery.stop(&target).await.unwrap();
    assert!(change.sent && !change.under_way.is_empty(), "{change:?}");
    let seen = qovery.state(&target).await.unwrap();
    assert!(seen.busy.is_some() && seen.under_way.is_empty(), "the stop waits behind the deployment: {seen:?}");
    let stopped = qovery.await_state(&target, DesiredState::Stopped, quick()).await.unwrap();
    assert_eq!(stopped.state, ServiceState::Stopped);
    assert_eq!(actions(&fake), ["DEPLOY", "STOP"]);
}

#[tokio::test]
async fn a_stop_behind_a_stop_and_a_deployment_is_waited_for() {
    let (fake, qovery, target) = lagging(Duration::ZERO).await;
    fake.already_deployed(target.id());
    fake.next_deployment(target.id(), QoveryScript::succeeds().lasting(30));
    qovery.stop(&target).await.unwrap();
    fake.advance(LAG + 1);
    fake.deploy_by_someone_else(target.id());
    let change = qovery.stop(&target).await.unwrap();
    assert_eq!((change.sent, change.before, change.under_way.len()), (true, ServiceState::Stopping, 1));
    let stopped = qovery.await_state(&target, DesiredState::Stopped, quick()).await.unwrap();
    assert_eq!(stopped.state, ServiceState::Stopped);
    assert_eq!(actions(&fake), ["STOP", "DEPLOY", "STOP"]);
}

#[tokio::test]
async fn a_deployment_behind_a_stop_is_a_conflict_once_it_has_started_the_target_again() {
    let (fake, qovery, target) = lagging(Duration::from_hours(1)).await;
    fake.already_deployed(target.id());
    fake.next_deployment(target.id(), QoveryScript::succeeds().lasting(30));
    qovery.stop(&target).await.unwrap();
    fake.deploy_by_someone_else(target.id());
    let error = qovery.await_state(&target, DesiredState::Stopped, quick()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(error.last().unwrap().is_over(), "{error:?}");
    assert_eq!(actions(&fake), ["STOP", "DEPLOY"]);
}

#[tokio::test]
async fn a_deployment_is_under_way_until_a_stop_of_all_it_starts_waits_behind_it() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let (web, whole) = (web_of(&fake), Target::environment(fake.environment()));
    fake.already_deployed(web.id());
    fake.deploy_by_someone_else(web.id());
    fake.advance(5);
    let under_way = async |target: &Target| qovery.state(target).await.unwrap().under_way.len();
    assert_eq!((under_way(&web).await, under_way(&whole).await), (1, 1));
    qovery.stop(&web).await.unwrap();
    assert_eq!((under_way(&web).await, under_way(&whole).await), (0, 0));
    // It goes on in the environment, and waits behind the stop.
    fake.deploy_by_someone_else(&fake.container());
    assert_eq!((under_way(&web).await, under_way(&whole).await), (0, 1));
    let start = qovery.start(&web).await.unwrap();
    assert_eq!((start.sent, start.before), (true, ServiceState::Starting), "the stop that waits would undo it");
    assert_eq!(under_way(&web).await, 1);
    assert!(!qovery.start(&web).await.unwrap().sent, "one that waits behind the stop starts it");
}

#[tokio::test]
async fn a_deployment_that_waits_behind_a_stop_is_under_way() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = web_of(&fake);
    fake.already_deployed(target.id());
    qovery.stop(&target).await.unwrap();
    fake.advance(5);
    qovery.deploy(&web(&fake)).await.unwrap();
    let seen = qovery.state(&target).await.unwrap();
    let [waiting] = &*seen.under_way else { panic!("{seen:?}") };
    assert!(seen.busy.is_some() && waiting.get("request").is_some());
    fake.advance(9);
    // The stop has ended and the deployment has begun, which no status shows yet.
    let seen = qovery.state(&target).await.unwrap();
    assert!(!seen.has_reached(DesiredState::Stopped), "{seen:?}");
    fake.advance(100);
    assert!(qovery.state(&target).await.unwrap().has_reached(DesiredState::Running));
}

#[tokio::test]
async fn a_stop_right_after_a_start_is_sent() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = web_of(&fake);
    fake.already_deployed(target.id());
    qovery.stop(&target).await.unwrap();
    fake.advance(100);
    assert!(qovery.start(&target).await.unwrap().sent);
    // The status still says `STOPPED`.
    assert!(qovery.stop(&target).await.unwrap().sent);
    fake.advance(200);
    assert!(qovery.state(&target).await.unwrap().has_reached(DesiredState::Stopped));
}

#[tokio::test]
async fn a_start_keeps_the_version_that_was_deployed() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let (web, worker) = (web_of(&fake), Target::new(TargetKind::Container, fake.container()));
    let deployed = DeployRequest::new(worker.clone()).with_revision(Revision::ImageTag("1.1".into()));
    for request in [DeployRequest::new(web.clone()), deployed] {
        assert!(qovery.deploy_and_wait(&request, quick()).await.unwrap().is_success());
    }
    let before: Vec<_> = fake.triggered().iter().map(|one| one.services[0].version.clone()).collect();
    fake.push_commit(web.id());
    fake.configure(worker.id(), "2.0");
    for target in [&web, &worker] {
        qovery.stop(target).await.unwrap();
        qovery.await_state(target, DesiredState::Stopped, quick()).await.unwrap();
        qovery.start(target).await.unwrap();
        qovery.await_state(target, DesiredState::Running, quick()).await.unwrap();
    }
    let after = fake.triggered().into_iter().skip(2).filter(|one| one.action == "DEPLOY");
    let after: Vec<_> = after.map(|one| one.services[0].version.clone()).collect();
    assert_eq!(after, before);
}

#[tokio::test]
async fn starting_what_was_never_deployed_is_a_conflict_and_sends_nothing() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    for target in [web_of(&fake), Target::new(TargetKind::Database, fake.add_database("db"))] {
        let error = qovery.start(&target).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Conflict, true), "{error}");
    }
    assert!(triggers(&fake).is_empty());
}

#[tokio::test]
async fn starting_an_environment_names_its_stopped_services_and_no_versions() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let (worker, bucket) = (fake.container(), fake.add_terraform("bucket"));
    let database = fake.add_database("db");
    for service in [&fake.application(), &worker, &bucket, &database] {
        fake.already_deployed(service);
    }
    for target in [web_of(&fake), Target::new(TargetKind::Database, database.clone())] {
        qovery.stop(&target).await.unwrap();
        qovery.await_state(&target, DesiredState::Stopped, quick()).await.unwrap();
    }
    let environment = Target::environment(fake.environment());
    let start = qovery.start(&environment).await.unwrap();
    let (path, body) = triggers(&fake).pop().unwrap();
    assert_eq!(path, format!("/environment/{}/service/deploy", fake.environment()));
    assert_eq!(
        body,
        Some(json!({ "applications": [{ "application_id": fake.application() }], "databases": [database] }))
    );
    let outcome = qovery.watch(&start.deployment.unwrap().id, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    let services: Vec<_> = ours(&fake).pop().unwrap().services.into_iter().map(|one| one.service).collect();
    assert_eq!(services, [fake.application(), database], "nothing else is deployed");
    assert!(!qovery.start(&environment).await.unwrap().sent, "nothing is stopped");
}

#[tokio::test]
async fn a_409_on_a_stop_is_read_before_it_is_an_error() {
    let (fake, qovery) = manual(FakeQovery::builder().quirk(QoveryQuirk::BusyConflict)).await;
    let target = web_of(&fake);
    fake.already_deployed(target.id());
    // Something else is under way, and the stop is refused.
    fake.deploy_by_someone_else(&fake.container());
    fake.advance(5);
    assert_eq!(qovery.stop(&target).await.unwrap_err().kind(), ErrorKind::Conflict);
    fake.advance(100);
    // Somebody stops it, which no status shows yet, and the second stop is refused.
    let someone = deployer(&fake);
    someone.stop(&target).await.unwrap();
    let error = qovery.stop(&target).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Conflict, true), "{error}");
    fake.advance(5);
    assert!(!qovery.stop(&target).await.unwrap().sent, "it is stopping");
    assert_eq!(fake.writes().len(), 1);
}

#[tokio::test]
async fn a_lost_stop_is_found_by_the_state_or_left_open_and_never_sent_twice() {
    for (fault, is_found) in [(Fault::ResetAfter, true), (Fault::ResetBefore, false)] {
        let plan = FaultPlan::always(fault).on([RequestKind::Write]).limit(1);
        let (fake, _network, qovery) = behind(FakeQovery::builder(), plan).await;
        let target = web_of(&fake);
        fake.already_deployed(target.id());
        match qovery.stop(&target).await {
            Ok(change) => assert!(is_found && change.sent, "{change:?}"),
            Err(error) => assert!(!is_found && error.kind() == ErrorKind::NoAnswer, "{error}"),
        }
        assert_eq!(fake.writes().len(), usize::from(is_found));
    }
}

#[tokio::test]
async fn an_unknown_word_ends_no_wait_for_a_state() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let target = web_of(&fake);
    fake.already_deployed(target.id());
    fake.next_deployment(target.id(), QoveryScript::succeeds().ends_as("HIBERNATED"));
    qovery.stop(&target).await.unwrap();
    let options = WatchOptions::within(Duration::from_millis(500))
        .with_intervals(Duration::from_millis(5), Duration::from_millis(20));
    let error = qovery.await_state(&target, DesiredState::Stopped, options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.to_string().contains("HIBERNATED"), "{error}");
}

#[tokio::test]
async fn a_database_that_is_ready_after_a_deployment_may_run_and_is_stopped() {
    let (fake, qovery) = running(FakeQovery::builder().quirk(QoveryQuirk::ReadyDatabases)).await;
    let target = Target::new(TargetKind::Database, fake.add_database("db"));
    let never = qovery.stop(&target).await.unwrap();
    assert_eq!((never.sent, never.before), (false, ServiceState::NeverDeployed));
    fake.already_deployed(target.id());
    for quirk in [None, Some(QoveryQuirk::OmittedExecutionId)] {
        if let Some(quirk) = quirk {
            fake.enable(quirk);
        }
        let seen = qovery.state(&target).await.unwrap();
        assert_eq!((seen.state, &*seen.raw_state), (ServiceState::Unknown, "READY"), "{quirk:?}");
        assert!(!seen.has_reached(DesiredState::Stopped), "{quirk:?}");
        let listed = qovery.service(&target).await.unwrap();
        assert_eq!(listed.state, ServiceState::Unknown, "{quirk:?}");
    }
    assert!(qovery.stop(&target).await.unwrap().sent);
    let stopped = qovery.await_state(&target, DesiredState::Stopped, quick()).await.unwrap();
    assert_eq!(stopped.raw_state, "STOPPED");
}
