//! Starting an environment while something is stopped in it or waits, and starting or stopping twice.

use anydeploy::{DeployerExt, DesiredState, Qovery, ServiceState, Target, TargetKind};
use anydeploy_fakes::{FakeQovery, QoveryTriggered};

use crate::support::qovery::{manual, quick, triggers};

/// An environment with two deployed services, whose time passes only when the test says so.
async fn deployed() -> (FakeQovery, Qovery, Target) {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    for service in [fake.application(), fake.container()] {
        fake.already_deployed(&service);
    }
    let environment = Target::environment(fake.environment());
    (fake, qovery, environment)
}

/// The services that each deployment took in.
fn deployments(fake: &FakeQovery) -> Vec<Vec<String>> {
    let is_deployment = |one: &QoveryTriggered| one.action == "DEPLOY";
    let all = fake.triggered().into_iter().filter(is_deployment);
    all.map(|one| one.services.into_iter().map(|one| one.service).collect()).collect()
}

#[tokio::test]
async fn an_environment_that_is_being_stopped_is_started_again_after_it() {
    // Before any status shows the stop, while it goes on, and while it waits behind something else.
    for (ahead, ticks) in [(false, 0), (false, 5), (true, 0)] {
        let (fake, qovery, environment) = deployed().await;
        let mut services = vec![fake.application(), fake.container()];
        if ahead {
            services.push(fake.add_job("job"));
            fake.deploy_by_someone_else(&services[2]);
            fake.advance(5);
        }
        qovery.stop(&environment).await.unwrap();
        fake.advance(ticks);
        let start = qovery.start(&environment).await.unwrap();
        assert!(start.sent, "{ahead} {ticks}");
        fake.advance(200);
        let started = qovery.watch(&start.deployment.unwrap().id, quick()).await.unwrap();
        assert!(started.deployment().unwrap().note.is_none(), "it names what was deployed: {started:?}");
        let seen = qovery.state(&environment).await.unwrap();
        assert!(seen.has_reached(DesiredState::Running), "{ahead} {ticks}: {seen:?}");
        assert_eq!(deployments(&fake).pop().unwrap(), services, "{ahead} {ticks}");
    }
}

#[tokio::test]
async fn a_service_that_was_never_deployed_is_not_started_with_an_environment_that_is_being_stopped() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let environment = Target::environment(fake.environment());
    fake.already_deployed(&fake.application());
    qovery.stop(&environment).await.unwrap();
    assert!(qovery.start(&environment).await.unwrap().sent);
    fake.advance(200);
    assert_eq!(deployments(&fake), [[fake.application()]]);
}

#[tokio::test]
async fn a_service_that_is_being_stopped_is_started_beside_one_that_is_stopped() {
    let (fake, qovery, environment) = deployed().await;
    fake.already_stopped(&fake.container());
    fake.advance(100);
    qovery.stop(&Target::application(fake.application())).await.unwrap();
    fake.advance(5);
    assert!(qovery.start(&environment).await.unwrap().sent);
    fake.advance(200);
    assert_eq!(deployments(&fake), [[fake.application(), fake.container()]]);
}

#[tokio::test]
async fn the_second_start_of_an_environment_sends_nothing_while_the_first_waits_or_does_not_show() {
    for waits in [true, false] {
        let (fake, qovery, environment) = deployed().await;
        for service in [fake.application(), fake.container()] {
            fake.already_stopped(&service);
        }
        let starts = usize::from(waits);
        if waits {
            fake.deploy_by_someone_else(&fake.add_job("job"));
            fake.advance(5);
        }
        assert!(qovery.start(&environment).await.unwrap().sent);
        assert!(!qovery.start(&environment).await.unwrap().sent, "{waits}: it is on its way");
        fake.advance(2);
        assert!(!qovery.start(&environment).await.unwrap().sent, "{waits}: it is on its way");
        assert_eq!(triggers(&fake).len(), 1);
        fake.advance(200);
        assert_eq!(deployments(&fake).len(), 1 + starts);
        assert!(qovery.state(&environment).await.unwrap().has_reached(DesiredState::Running));
    }
}

#[tokio::test]
async fn a_service_that_was_stopped_behind_the_first_start_is_started_by_the_second() {
    let (fake, qovery, environment) = deployed().await;
    fake.already_stopped(&fake.application());
    assert!(qovery.start(&environment).await.unwrap().sent);
    qovery.stop(&Target::new(TargetKind::Container, fake.container())).await.unwrap();
    assert!(qovery.start(&environment).await.unwrap().sent);
    fake.advance(300);
    assert_eq!(deployments(&fake), [[fake.application()], [fake.container()]]);
}

#[tokio::test]
async fn a_second_start_sends_nothing_while_the_first_does_not_show() {
    let (fake, qovery, environment) = deployed().await;
    for (target, count) in [(&Target::application(fake.application()), 1), (&environment, 2)] {
        qovery.stop(target).await.unwrap();
        fake.advance(100);
        assert!(qovery.start(target).await.unwrap().sent);
        let again = qovery.start(target).await.unwrap();
        assert_eq!((again.sent, again.before), (false, ServiceState::Stopped), "{target}");
        fake.advance(100);
        assert_eq!(deployments(&fake).len(), count, "{target}");
    }
}

#[tokio::test]
async fn a_start_whose_request_was_cancelled_in_the_queue_is_sent_again() {
    let (fake, qovery, environment) = deployed().await;
    for service in [fake.application(), fake.container()] {
        fake.already_stopped(&service);
    }
    fake.deploy_by_someone_else(&fake.add_job("job"));
    for target in [&Target::application(fake.application()), &environment] {
        let start = qovery.start(target).await.unwrap();
        assert!(!qovery.start(target).await.unwrap().sent, "{target}");
        qovery.cancel_deployment(&start.deployment.unwrap().id).await.unwrap();
        assert!(qovery.start(target).await.unwrap().sent, "{target}");
    }
}

#[tokio::test]
async fn a_second_stop_of_a_service_sends_nothing_while_the_first_waits() {
    let (fake, qovery, _) = deployed().await;
    fake.deploy_by_someone_else(&fake.add_job("job"));
    let web = Target::application(fake.application());
    assert!(qovery.stop(&web).await.unwrap().sent);
    assert!(!qovery.stop(&web).await.unwrap().sent);
    assert_eq!(fake.writes().len(), 1);
}

#[tokio::test]
async fn a_skipped_service_is_neither_started_nor_waited_for_with_its_environment() {
    let (fake, qovery, environment) = deployed().await;
    let (skipped, runs) = (fake.add_container("on demand"), fake.add_container("migrations"));
    fake.already_stopped(&skipped);
    fake.already_deployed(&runs);
    fake.skip(&skipped);
    fake.skip(&runs);
    assert!(!qovery.start(&environment).await.unwrap().sent, "only what is skipped is stopped");
    assert!(qovery.stop(&environment).await.unwrap().sent);
    fake.advance(100);
    let seen = qovery.state(&environment).await.unwrap();
    assert_eq!((seen.state, &*seen.raw_state), (ServiceState::Stopped, "DEPLOYED"), "{seen:?}");
    assert!(!qovery.stop(&environment).await.unwrap().sent);
    assert!(qovery.start(&environment).await.unwrap().sent);
    fake.advance(100);
    assert_eq!(deployments(&fake), [[fake.application(), fake.container()]]);
    // By itself it is started all the same.
    assert!(qovery.start(&Target::new(TargetKind::Container, &skipped)).await.unwrap().sent);
}

#[tokio::test]
async fn a_terraform_service_that_no_call_stops_does_not_keep_its_environment_from_being_stopped() {
    let (fake, qovery, environment) = deployed().await;
    fake.already_deployed(&fake.add_terraform("bucket"));
    let seen = qovery.state(&environment).await.unwrap();
    assert_eq!(seen.state, ServiceState::Running, "{seen:?}");
    assert!(qovery.stop(&environment).await.unwrap().sent);
    fake.advance(100);
    let seen = qovery.state(&environment).await.unwrap();
    assert_eq!((seen.state, &*seen.raw_state), (ServiceState::Stopped, "DEPLOYED"), "{seen:?}");
    assert!(!qovery.stop(&environment).await.unwrap().sent);
}
