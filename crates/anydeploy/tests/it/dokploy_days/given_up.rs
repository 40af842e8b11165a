//! Rows that stay `running` for good, because the error path of the server failed as well.

use anydeploy::{DeployRequest, DesiredState, ErrorKind, HistoryOptions, Outcome, Phase, ServiceState, WatchOptions};
use anydeploy_fakes::{DokployQuirk, DokployScript};

use super::*;
use crate::support::dokploy::{clocked, quick};

/// A target of each kind that has rows.
fn targets(fake: &FakeDokploy) -> [Target; 3] {
    let web = Target::application(fake.application());
    let preview = Target::new(TargetKind::Preview, fake.add_preview(web.id(), 7, "feature"));
    [web, Target::new(TargetKind::Compose, fake.compose()), preview]
}

/// A server that has given up a deployment of the target.
async fn given_up(pick: fn([Target; 3]) -> Target) -> (FakeDokploy, Dokploy, Target) {
    let (fake, _) = clocked(FakeDokploy::builder()).await;
    let target = pick(targets(&fake));
    fake.next_deployment(target.id(), DokployScript::is_given_up());
    let dokploy = deployer(&fake, GRACE);
    let outcome = dokploy.deploy_and_wait(&DeployRequest::new(target.clone()), quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    (fake, dokploy, target)
}

#[tokio::test]
async fn a_row_that_stays_running_without_a_job_ends_as_failed() {
    let (fake, _) = clocked(FakeDokploy::builder()).await;
    for target in targets(&fake) {
        fake.next_deployment(target.id(), DokployScript::is_given_up());
        let impatient = deployer(&fake, GRACE);
        let outcome = impatient.deploy_and_wait(&DeployRequest::new(target.clone()), quick()).await.unwrap();
        let Outcome::Failed(failure) = outcome else { panic!("{target}: {outcome:?}") };
        assert!(failure.deployment.reason.as_deref().unwrap().contains("gave it up"), "{failure:?}");
        assert_eq!(failure.deployment.status.raw, "running");
        // So does a watch that reads many deployments at once.
        let all = impatient.deployments(std::slice::from_ref(&failure.deployment.id)).await;
        assert_eq!(all[0].as_ref().unwrap().status.phase, Phase::Failed);
        // A younger row may still get its job.
        let patient = deployer(&fake, Duration::from_mins(10));
        assert_eq!(patient.deployment(&failure.deployment.id).await.unwrap().status.phase, Phase::Running);
    }
}

#[tokio::test]
async fn a_stored_id_that_names_no_row_yet_reads_a_given_up_deployment_as_failed() {
    let (fake, _) = clocked(FakeDokploy::builder()).await;
    let [web, ..] = targets(&fake);
    fake.next_deployment(web.id(), DokployScript::is_given_up().lasting(10).row_after(10));
    let dokploy = deployer(&fake, GRACE);
    let intent = dokploy.prepare(&DeployRequest::new(web)).await.unwrap();
    let deployment = dokploy.send(&intent).await.unwrap();
    let nonce = fake.triggered()[0].description.clone().unwrap();
    let nonce = nonce.trim_start_matches("[anydeploy:").trim_end_matches(']').to_owned();
    let pending = format!("dokploy:application:{}?nonce={nonce}", deployment.target().id()).parse().unwrap();
    let _ = dokploy.watch(&deployment.id, quick()).await.unwrap();
    let read = dokploy.deployment(&pending).await.unwrap();
    assert_eq!((read.status.phase, read.status.raw.as_str()), (Phase::Failed, "running"), "{read:?}");
}

#[tokio::test]
async fn a_slow_deployment_whose_job_is_in_the_queue_is_waited_for() {
    let (fake, _) = clocked(FakeDokploy::builder().concurrency(3)).await;
    let [_, stack, preview] = targets(&fake);
    let api = Target::application(fake.add_application("api"));
    let impatient = deployer(&fake, GRACE);
    for target in [api, stack, preview] {
        fake.next_deployment(target.id(), DokployScript::hangs());
        let deployment = impatient.deploy(&DeployRequest::new(target)).await.unwrap();
        let options = WatchOptions::within(Duration::from_millis(2500));
        let error = impatient.watch(&deployment.id, options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error:?}");
        let all = impatient.deployments(std::slice::from_ref(&deployment.id)).await;
        assert_ne!(all[0].as_ref().unwrap().status.phase, Phase::Failed);
    }
}

#[tokio::test]
async fn a_given_up_row_is_left_running_where_the_queue_cannot_be_read() {
    let (fake, dokploy, web) = given_up(|[web, ..]| web).await;
    fake.enable(DokployQuirk::QueueListRefused(403));
    let rows = dokploy.history_of(&web, HistoryOptions::default()).await.unwrap();
    assert_eq!(dokploy.deployment(&rows[0].id).await.unwrap().status.phase, Phase::Running);
    assert!(dokploy.restart(&web).await.is_err());
    assert!(!sent(&fake).contains(&"application.reload".to_owned()));
}

#[tokio::test]
async fn a_given_up_row_does_not_keep_an_application_from_being_restarted() {
    let (fake, dokploy, web) = given_up(|[web, ..]| web).await;
    fake.next_deployment(web.id(), DokployScript::succeeds().lasting(100));
    fake.deploy_by_someone_else(web.id());
    let error = dokploy.restart(&web).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "another deployment is under way: {error}");
    let state = dokploy.await_state(&web, DesiredState::Running, quick()).await.unwrap();
    assert_eq!((state.busy, state.under_way.len()), (None, 0));
    assert!(dokploy.deploy_and_wait(&DeployRequest::restart(web), quick()).await.unwrap().is_success());
}

#[tokio::test]
async fn a_given_up_row_does_not_keep_an_application_from_being_rolled_back() {
    let (fake, _) = clocked(FakeDokploy::builder()).await;
    let (dokploy, web) = (deployer(&fake, GRACE), Target::application(fake.application()));
    let keep = json!({ "rollbackActive": true, "rollbackRegistryId": "fake-registry" });
    set(&fake, "/api/application.update", "applicationId", web.id(), keep).await;
    for script in [DokployScript::succeeds(), DokployScript::succeeds(), DokployScript::is_given_up()] {
        fake.next_deployment(web.id(), script);
        let _ = dokploy.deploy_and_wait(&DeployRequest::new(web.clone()), quick()).await.unwrap();
    }
    let first = dokploy.rollback_targets(&web, HistoryOptions::default()).await.unwrap().pop().unwrap();
    let deployment = dokploy.roll_back_to(&first).await.unwrap();
    assert!(dokploy.watch(&deployment.id, quick()).await.unwrap().is_success());
}

#[tokio::test]
async fn a_given_up_row_does_not_keep_a_target_from_being_stopped_and_started() {
    for pick in [(|[web, ..]| web) as fn([Target; 3]) -> Target, |[_, stack, _]| stack] {
        let (_fake, dokploy, target) = given_up(pick).await;
        let run = dokploy.state(&target).await.unwrap();
        assert_eq!((run.state, run.busy, run.under_way.len()), (ServiceState::Starting, None, 0));
        for change in [dokploy.stop(&target).await, dokploy.start(&target).await] {
            // The engine of the fake says that it was never deployed, so that it was asked.
            match change {
                Ok(change) => assert!(change.sent),
                Err(error) => assert!(error.to_string().contains("never deployed"), "{error}"),
            }
        }
    }
}
