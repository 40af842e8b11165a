//! Restarting, which leaves no row, and redeploying.

use anydeploy::{Action, DeployRequest, ErrorKind, Identity, Outcome, Phase};
use anydeploy_fakes::{DokployJobState, DokployOperation, DokployQuirk, DokployScript};

use super::*;
use crate::support::dokploy::{paced, quick, ticks};

fn reloads(fake: &FakeDokploy) -> usize {
    fake.triggered().iter().filter(|truth| truth.operation == DokployOperation::Reload).count()
}

#[tokio::test]
async fn a_restart_leaves_no_row_and_its_answer_is_its_end() {
    let (fake, dokploy, web) = deployed().await;
    let deployment = dokploy.restart(&web).await.unwrap();
    assert_eq!((deployment.identity, deployment.action), (Identity::Exact, Action::Restart));
    assert_eq!((deployment.status.phase, deployment.status.raw.as_str()), (Phase::Succeeded, "done"));
    assert!(deployment.note.as_deref().unwrap().contains("as they are now"), "{deployment:?}");
    assert_eq!((sent(&fake), fake.builds(web.id())), (vec!["application.reload".to_owned()], 0));
    // A later deployment that fails changes nothing about it.
    fake.next_deployment(web.id(), DokployScript::fails_with("no such image"));
    fake.deploy_by_someone_else(web.id());
    fake.advance(10);
    let requests = fake.requests().len();
    assert_eq!(dokploy.deployment(&deployment.id).await.unwrap(), deployment);
    assert_eq!(dokploy.deployments(std::slice::from_ref(&deployment.id)).await[0].as_ref().unwrap(), &deployment);
    assert_eq!(fake.requests().len(), requests, "the id holds the end");
}

#[tokio::test]
async fn a_restart_is_watched_like_any_other_trigger() {
    let (fake, dokploy, web) = deployed().await;
    let outcome = dokploy.deploy_and_wait(&DeployRequest::restart(web), quick()).await.unwrap();
    let Outcome::Succeeded(deployment) = outcome else { panic!("{outcome:?}") };
    assert_eq!((deployment.action, reloads(&fake)), (Action::Restart, 1));
}

#[tokio::test]
async fn a_restart_of_a_stopped_application_says_that_it_starts_it() {
    let (fake, dokploy, web) = deployed().await;
    dokploy.stop(&web).await.unwrap();
    let deployment = dokploy.restart(&web).await.unwrap();
    assert!(deployment.note.as_deref().unwrap().contains("was started"), "{deployment:?}");
    assert_eq!(fake.replicas(web.id()), 1);
}

#[tokio::test]
async fn a_restart_that_failed_is_failed() {
    let (fake, dokploy, web) = deployed().await;
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Reload));
    let outcome = dokploy.deploy_and_wait(&DeployRequest::restart(web), quick()).await.unwrap();
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.deployment.reason.as_deref(), Some("Error reloading application"));
    assert_eq!(reloads(&fake), 1);
}

#[tokio::test]
async fn a_restart_beside_a_deployment_is_a_conflict_and_sends_nothing() {
    let (fake, dokploy, web) = deployed().await;
    fake.deploy_by_someone_else(web.id());
    // At first only the queue shows it, then its row as well.
    for _ in 0..2 {
        let error = dokploy.restart(&web).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(error.is_safe_to_repeat());
        fake.advance(2);
    }
    assert!(sent(&fake).is_empty());
}

#[tokio::test]
async fn a_lost_restart_that_shows_in_the_status_is_inferred() {
    let (fake, dokploy, web) = deployed().await;
    dokploy.stop(&web).await.unwrap();
    let (_network, lossy) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
    let deployment = lossy.restart(&web).await.unwrap();
    assert_eq!((deployment.identity, deployment.status.phase), (Identity::Inferred, Phase::Succeeded));
    assert_eq!(dokploy.deployment(&deployment.id).await.unwrap(), deployment);
    assert_eq!(reloads(&fake), 1);
}

#[tokio::test]
async fn a_lost_restart_that_does_not_show_is_undecidable_and_not_sent_again() {
    for (fault, acted_on) in [(Fault::ResetAfter, 1), (Fault::ResetBefore, 0)] {
        let (fake, _, web) = deployed().await;
        let (_network, lossy) = behind(&fake, fault, RequestKind::Trigger);
        let error = lossy.restart(&web).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecidable, "{error:?}");
        assert!(error.to_string().contains("keeps no record of a restart"), "{error}");
        assert_eq!(reloads(&fake), acted_on);
    }
}

#[tokio::test]
async fn a_lost_restart_beside_a_deployment_of_others_is_undecidable() {
    let (fake, dokploy, web) = deployed().await;
    dokploy.stop(&web).await.unwrap();
    let intent = dokploy.prepare(&DeployRequest::restart(web.clone())).await.unwrap();
    fake.deploy_by_someone_else(web.id());
    fake.advance(10);
    let (_network, lossy) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    // The status changed, and the new row says whose work that is.
    let error = lossy.send(&intent).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecidable, "{error:?}");
    assert_eq!(reloads(&fake), 0);
}

#[tokio::test]
async fn a_compose_stack_is_not_restarted_and_nothing_is_sent() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let error = dokploy.restart(&Target::new(TargetKind::Compose, fake.compose())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("redeploy it, or stop and start it"), "{error}");
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_restart_takes_no_reason_because_nothing_keeps_it() {
    let (fake, dokploy, web) = deployed().await;
    let error = dokploy.deploy(&DeployRequest::restart(web).with_reason("why")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(sent(&fake).is_empty());
}

#[tokio::test]
async fn a_redeployment_from_git_is_exact_by_its_tag_to_the_end() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let site = Target::application(fake.add_git_application("site"));
    fake.deploy_by_someone_else(site.id());
    ticks(&fake, 10).await;
    fake.next_deployment(&fake.compose(), DokployScript::succeeds());
    fake.deploy_by_someone_else(&fake.compose());
    fake.advance(1);
    let waiting = dokploy.redeploy(&site).await.unwrap();
    assert_eq!((waiting.identity, waiting.action), (Identity::Pending, Action::Redeploy));
    ticks(&fake, 20).await;
    let deployment = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!((deployment.identity, deployment.status.phase), (Identity::Exact, Phase::Succeeded));
    assert_eq!(deployment.action, Action::Redeploy);
    assert_eq!(dokploy.deployment(&deployment.id).await.unwrap().action, Action::Redeploy);
    let truth = fake.triggered().pop().unwrap();
    assert_eq!((truth.operation, truth.state), (DokployOperation::Redeploy, DokployJobState::Done));
    assert_eq!(truth.deployment_id.as_deref(), deployment.id.get("row"));
}

#[tokio::test]
async fn a_lost_redeployment_is_found_by_its_tag_and_sent_once() {
    let (fake, _) = paced(FakeDokploy::builder()).await;
    for target in [Target::application(fake.application()), Target::new(TargetKind::Compose, fake.compose())] {
        let (_network, lossy) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
        let deployment = lossy.redeploy(&target).await.unwrap();
        assert_eq!(deployment.action, Action::Redeploy);
        assert!(lossy.watch(&deployment.id, quick()).await.unwrap().is_success());
    }
    assert_eq!(fake.triggered().len(), 2);
}
