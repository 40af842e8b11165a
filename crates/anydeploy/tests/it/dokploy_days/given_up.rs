//! Rows that stay `running` for good, because the error path of the server failed as well.

use std::time::Instant;

use anydeploy::{
    DeployRequest, Deployment, DesiredState, ErrorKind, HistoryOptions, Outcome, Phase, ServiceState, Timing,
};
use anydeploy_fakes::{DokployQuirk, DokployScript};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::support::dokploy::{clocked, manual, quick};

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

/// A deployer with a grace period for rows without a job, and another one before that is believed.
fn asking(fake: &FakeDokploy, lost_after: Duration, row_appears: Duration) -> Dokploy {
    let mut timing = Timing::scaled_to(lost_after);
    timing.row_appears = row_appears;
    Dokploy::builder().url(fake.url()).token(fake.token()).timing(timing).build().unwrap()
}

fn reads_of_the_queue(fake: &FakeDokploy) -> usize {
    fake.requests().iter().filter(|request| request.path.ends_with("queueList")).count()
}

/// Reads a deployment, which has its row already, until that asks for the queue; the server dates its answers to the second.
async fn once_asked(fake: &FakeDokploy, dokploy: &Dokploy, deployment: &Deployment) -> Deployment {
    let before = reads_of_the_queue(fake);
    loop {
        let read = dokploy.deployment(&deployment.id).await.unwrap();
        assert!(read.id.get("row").is_some(), "{read:?}");
        if reads_of_the_queue(fake) > before {
            return read;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
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
    let (fake, _) = manual(FakeDokploy::builder().concurrency(3).quirk(DokployQuirk::LateRow(0))).await;
    let [_, stack, preview] = targets(&fake);
    let api = Target::application(fake.add_application("api"));
    for target in [api, stack, preview] {
        fake.next_deployment(target.id(), DokployScript::hangs());
        let dokploy = asking(&fake, Duration::from_millis(100), Duration::ZERO);
        let deployment = dokploy.deploy(&DeployRequest::new(target)).await.unwrap();
        for _ in 0..3 {
            assert_eq!(once_asked(&fake, &dokploy, &deployment).await.status.phase, Phase::Running);
            let all = dokploy.deployments(std::slice::from_ref(&deployment.id)).await;
            assert_eq!(all[0].as_ref().unwrap().status.phase, Phase::Running);
        }
    }
}

#[tokio::test]
async fn a_server_that_starts_and_has_not_marked_its_rows_yet_has_not_given_them_up() {
    let (fake, _) = manual(FakeDokploy::builder().concurrency(3).quirk(DokployQuirk::LateRow(0))).await;
    for target in targets(&fake) {
        fake.next_deployment(target.id(), DokployScript::hangs());
        let dokploy = asking(&fake, Duration::from_millis(100), Duration::from_mins(10));
        let deployment = dokploy.deploy(&DeployRequest::new(target)).await.unwrap();
        fake.forget_jobs();
        assert_eq!(once_asked(&fake, &dokploy, &deployment).await.status.phase, Phase::Running);
        for _ in 0..3 {
            let all = dokploy.deployments(std::slice::from_ref(&deployment.id)).await;
            assert_eq!(all[0].as_ref().unwrap().status.phase, Phase::Running);
            assert_eq!(dokploy.deployment(&deployment.id).await.unwrap().status.phase, Phase::Running);
        }
        fake.cancel_rows();
        assert_eq!(dokploy.deployment(&deployment.id).await.unwrap().status.phase, Phase::Cancelled);
    }
}

#[tokio::test]
async fn nothing_is_restarted_before_a_server_that_starts_has_marked_its_rows() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let web = Target::application(fake.application());
    fake.next_deployment(web.id(), DokployScript::hangs());
    let deployment = dokploy.deploy(&DeployRequest::new(web.clone())).await.unwrap();
    fake.forget_jobs();
    let dokploy = asking(&fake, Duration::from_millis(100), Duration::from_secs(1));
    once_asked(&fake, &dokploy, &deployment).await;
    // Another process has read nothing yet.
    let other = asking(&fake, Duration::from_millis(100), Duration::from_secs(1));
    let meanwhile = async {
        let before = reads_of_the_queue(&fake);
        while reads_of_the_queue(&fake) == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!sent(&fake).contains(&"application.reload".to_owned()));
        fake.cancel_rows();
    };
    let (restarted, ()) = futures::join!(other.restart(&web), meanwhile);
    assert_eq!(restarted.unwrap().status.phase, Phase::Succeeded);
}

#[tokio::test]
async fn a_given_up_row_does_not_keep_another_process_from_restarting_the_application() {
    let (fake, _, web) = given_up(|[web, ..]| web).await;
    assert_eq!(deployer(&fake, GRACE).restart(&web).await.unwrap().status.phase, Phase::Succeeded);
}

#[tokio::test]
async fn a_long_build_costs_a_read_of_the_queue_only_now_and_then() {
    let (fake, _) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    for refused in [false, true] {
        let web = Target::application(fake.add_application("api"));
        fake.next_deployment(web.id(), DokployScript::hangs());
        let lost_after = Duration::from_secs(1);
        let dokploy = asking(&fake, lost_after, Duration::ZERO);
        let deployment = dokploy.deploy(&DeployRequest::new(web)).await.unwrap();
        if refused {
            fake.enable(DokployQuirk::QueueListRefused(403));
        }
        let (start, before) = (Instant::now(), reads_of_the_queue(&fake));
        once_asked(&fake, &dokploy, &deployment).await;
        for _ in 0..20 {
            dokploy.deployment(&deployment.id).await.unwrap();
            dokploy.deployments(std::slice::from_ref(&deployment.id)).await;
        }
        let most = if refused { 1 } else { start.elapsed().as_secs() + 1 };
        let reads = reads_of_the_queue(&fake) - before;
        assert!(reads as u64 <= most, "{reads} reads of the queue, which may be refused: {refused}");
        fake.restart();
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
async fn a_given_up_row_counts_as_under_way_where_the_server_shows_no_queue() {
    let (fake, dokploy, web) = given_up(|[web, ..]| web).await;
    fake.enable(DokployQuirk::OldServerWithoutQueueList);
    let run = dokploy.state(&web).await.unwrap();
    assert_eq!((run.busy.is_some(), run.under_way.len()), (true, 1));
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

#[tokio::test]
async fn what_ends_while_the_queue_is_read_is_neither_given_up_nor_cancelled() {
    for before in ["running", "cancelled"] {
        let server = MockServer::builder().start().await;
        let rows = |status: &str| {
            let row = json!({ "deploymentId": "r", "status": status, "createdAt": "2026-01-01T00:00:00Z" });
            Mock::given(path("/api/deployment.all"))
                .respond_with(ResponseTemplate::new(200).set_body_json(json!([row])))
        };
        rows(before).up_to_n_times(1).with_priority(1).mount(&server).await;
        rows("done").mount(&server).await;
        for (read, answer) in [("deployment.queueList", json!([])), ("settings.isCloud", json!(false))] {
            let answer = ResponseTemplate::new(200).set_body_json(answer);
            Mock::given(path(format!("/api/{read}"))).respond_with(answer).expect(1..).mount(&server).await;
        }
        let dokploy = Dokploy::builder().url(server.uri()).token("t").build().unwrap();
        let read = dokploy.deployment(&"dokploy:application:web?row=r".parse().unwrap()).await.unwrap();
        assert_eq!(read.status.phase, Phase::Succeeded, "{before}");
    }
}
