//! Going back to an image that was kept.

use anydeploy::{
    Action, ErrorKind, HistoryOptions, Identity, Outcome, Phase, RanRevision, RollbackObstacle, RollbackTarget,
};
use anydeploy_fakes::{DokployKey, DokployOperation, DokployQuirk, DokployScript};

use super::*;
use crate::dokploy_traps::others::answered;
use crate::support::dokploy::quick;

/// A server with an application that keeps images, and that was deployed three times: the second one failed.
async fn with_versions() -> (FakeDokploy, Dokploy, Target) {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    let keep = json!({ "rollbackActive": true, "rollbackRegistryId": "fake-registry" });
    set(&fake, "/api/application.update", "applicationId", web.id(), keep).await;
    for script in [DokployScript::succeeds(), DokployScript::fails_with("no such image"), DokployScript::succeeds()] {
        fake.next_deployment(web.id(), script);
        fake.deploy_by_someone_else(web.id());
        fake.advance(10);
    }
    (fake, dokploy, web)
}

async fn versions(dokploy: &Dokploy, web: &Target) -> Vec<RollbackTarget> {
    dokploy.rollback_targets(web, HistoryOptions::default()).await.unwrap()
}

fn rollbacks(fake: &FakeDokploy) -> usize {
    sent(fake).iter().filter(|procedure| *procedure == "rollback.rollback").count()
}

#[tokio::test]
async fn a_rollback_id_on_a_failed_row_is_an_obstacle() {
    let (fake, dokploy, web) = with_versions().await;
    let versions = versions(&dokploy, &web).await;
    let shown: Vec<_> = versions.iter().map(|version| (version.point.revision.clone(), version.obstacle)).collect();
    let tag = |tag: &str| RanRevision::ImageTag(tag.to_owned());
    assert_eq!(shown, [(tag("v3"), None), (tag("v2"), Some(RollbackObstacle::Failed)), (tag("v1"), None)]);
    assert!(versions.iter().all(|version| version.builds == Some(false)));
    // The settings' own image runs, whichever version it was.
    assert_eq!(versions[0].is_current, Some(false));
    let error = dokploy.roll_back_to(&versions[1]).await.unwrap_err();
    assert_eq!((error.kind(), error.obstacle()), (ErrorKind::Conflict, Some(RollbackObstacle::Failed)));
    // Nor does a request that was made without looking at the obstacle.
    let error = dokploy.deploy(&anydeploy::DeployRequest::rollback(&versions[1])).await.unwrap_err();
    assert_eq!(error.obstacle(), Some(RollbackObstacle::Failed));
    assert_eq!(rollbacks(&fake), 0);
}

#[tokio::test]
async fn a_rollback_runs_the_version_that_was_listed_and_says_that_the_settings_stay() {
    let (fake, dokploy, web) = with_versions().await;
    let version = versions(&dokploy, &web).await.pop().unwrap();
    let deployment = dokploy.roll_back_to(&version).await.unwrap();
    assert_eq!((deployment.identity, deployment.action), (Identity::Exact, Action::Rollback));
    assert_eq!(deployment.status.phase, Phase::Running, "the engine took it, and nothing says that it runs");
    let outcome = dokploy.watch(&deployment.id, quick()).await.unwrap();
    let Outcome::Succeeded(ended) = outcome else { panic!("{outcome:?}") };
    assert_eq!(ended.revision, RanRevision::ImageTag("v1".into()));
    assert!(ended.note.as_deref().unwrap().contains("the settings still name"), "{ended:?}");
    assert!(fake.running_image(web.id()).unwrap().ends_with(":v1"));
    assert_eq!(rollbacks(&fake), 1);
    let again = versions(&dokploy, &web).await.pop().unwrap();
    assert_eq!((again.is_current, again.obstacle), (Some(true), Some(RollbackObstacle::IsCurrent)));
    // What runs later is no part of its end.
    fake.deploy_by_someone_else(web.id());
    fake.advance(10);
    assert_eq!(dokploy.deployment(&ended.id).await.unwrap(), ended);
}

#[tokio::test]
async fn a_rollback_whose_image_does_not_come_up_goes_on_and_fails_in_the_end() {
    let (fake, _, web) = with_versions().await;
    let grace = Duration::from_millis(60);
    let dokploy = deployer(&fake, grace);
    let version = versions(&dokploy, &web).await.pop().unwrap();
    let deployment = dokploy.roll_back_to(&version).await.unwrap();
    // The engine goes back by itself to what ran before.
    fake.deploy_by_someone_else(web.id());
    fake.advance(10);
    let running = dokploy.deployment(&deployment.id).await.unwrap();
    assert_eq!(running.status.phase, Phase::Running, "{running:?}");
    let long_ago = deployment.id.clone().with("since", "1000.1000");
    let failed = dokploy.deployment(&long_ago).await.unwrap();
    assert_eq!((failed.status.phase, failed.status.raw.as_str()), (Phase::Failed, "not running"));
}

#[tokio::test]
async fn without_containers_to_read_a_rollback_is_no_success() {
    let (fake, dokploy, web) = with_versions().await;
    let version = versions(&dokploy, &web).await.pop().unwrap();
    fake.enable(DokployQuirk::NoContainers);
    let deployment = dokploy.roll_back_to(&version).await.unwrap();
    assert_eq!(dokploy.deployment(&deployment.id).await.unwrap().status.phase, Phase::Unknown);
}

#[tokio::test]
async fn a_rollback_to_an_image_that_crashes_again_and_again_is_no_success() {
    let (fake, dokploy, web) = with_versions().await;
    let version = versions(&dokploy, &web).await.pop().unwrap();
    let deployment = dokploy.roll_back_to(&version).await.unwrap();
    // Each poll reads a task that runs, between two lists in which all of its containers have exited.
    fake.enable(DokployQuirk::CrashLoop);
    for _ in 0..3 {
        let read = dokploy.deployment(&deployment.id).await.unwrap();
        assert_eq!((read.status.phase, read.status.raw.as_str()), (Phase::Unknown, "no container"), "{read:?}");
    }
    fake.disable(DokployQuirk::CrashLoop);
    let read = dokploy.deployment(&deployment.id).await.unwrap();
    assert_eq!((read.status.phase, read.status.raw.as_str()), (Phase::Succeeded, "running"), "{read:?}");
}

#[tokio::test]
async fn a_member_gets_a_success_whose_revision_is_unverified() {
    let (fake, _, web) = with_versions().await;
    let key = fake.add_key(DokployKey::member().with_access_to(web.id()));
    let member = Dokploy::builder().url(fake.url()).token(key).grace(GRACE).build().unwrap();
    let version = versions(&member, &web).await.pop().unwrap();
    assert_eq!(version.is_current, None);
    let deployment = member.roll_back_to(&version).await.unwrap();
    let outcome = member.watch(&deployment.id, quick()).await.unwrap();
    let Outcome::Succeeded(ended) = outcome else { panic!("{outcome:?}") };
    assert_eq!((ended.revision, ended.status.raw.as_str()), (RanRevision::Unverified, "applied"));
}

#[tokio::test]
async fn a_rollback_after_somebody_deployed_or_beside_a_deployment_is_a_conflict() {
    let (fake, dokploy, web) = with_versions().await;
    let version = versions(&dokploy, &web).await.pop().unwrap();
    fake.deploy_by_someone_else(web.id());
    for expected in ["under way", "since the versions were listed"] {
        let error = dokploy.roll_back_to(&version).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.is_safe_to_repeat() && error.to_string().contains(expected), "{error}");
        fake.advance(10);
    }
    assert_eq!(rollbacks(&fake), 0);
}

#[tokio::test]
async fn a_rollback_refused_by_the_platform_is_rejected_and_not_repeated() {
    let (fake, dokploy, web) = with_versions().await;
    let version = versions(&dokploy, &web).await.pop().unwrap();
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Rollback));
    let error = dokploy.roll_back_to(&version).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Rejected, false));
    assert!(error.to_string().contains("answers all alike"), "{error}");
    assert_eq!(rollbacks(&fake), 1);
}

#[tokio::test]
async fn a_version_that_was_not_kept_or_is_gone_is_an_obstacle() {
    let (fake, dokploy, web) = deployed().await;
    let version = versions(&dokploy, &web).await.pop().unwrap();
    assert_eq!(version.obstacle, Some(RollbackObstacle::NotKept));
    let error = dokploy.deploy(&anydeploy::DeployRequest::rollback(&version)).await.unwrap_err();
    assert_eq!(error.obstacle(), Some(RollbackObstacle::NotKept));
    assert!(error.to_string().contains("rollbackActive"), "{error}");
    let mut gone = version.clone();
    gone.point.id = "never0000000000000000".into();
    let error = dokploy.deploy(&anydeploy::DeployRequest::rollback(&gone)).await.unwrap_err();
    assert_eq!(error.obstacle(), Some(RollbackObstacle::ImageGone));
    assert_eq!(rollbacks(&fake), 0);
}

#[tokio::test]
async fn a_lost_rollback_is_found_by_the_image_that_runs() {
    let (fake, dokploy, web) = with_versions().await;
    let version = versions(&dokploy, &web).await.pop().unwrap();
    let (_network, lossy) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
    let deployment = lossy.roll_back_to(&version).await.unwrap();
    assert_eq!((deployment.identity, deployment.status.phase), (Identity::Inferred, Phase::Succeeded));
    assert_eq!(deployment.revision, RanRevision::ImageTag("v1".into()));
    assert_eq!(rollbacks(&fake), 1);
}

#[tokio::test]
async fn a_lost_rollback_that_does_not_show_is_undecidable_and_not_sent_again() {
    let (fake, dokploy, web) = with_versions().await;
    let version = versions(&dokploy, &web).await.pop().unwrap();
    let (_network, lossy) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    let error = lossy.roll_back_to(&version).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecidable, "{error:?}");
    assert_eq!(rollbacks(&fake), 0);
}

#[tokio::test]
async fn a_lost_rollback_to_the_image_that_ran_already_is_undecidable() {
    let (fake, dokploy, web) = with_versions().await;
    let version = versions(&dokploy, &web).await.pop().unwrap();
    dokploy.roll_back_to(&version).await.unwrap();
    // Before the trigger nothing shows what runs, afterwards the containers run what they ran all along.
    fake.enable(DokployQuirk::NoContainers);
    let (network, lossy) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    let meanwhile = async {
        while network.injected().is_empty() {
            tokio::task::yield_now().await;
        }
        fake.disable(DokployQuirk::NoContainers);
    };
    let (result, ()) = futures::join!(lossy.roll_back_to(&version), meanwhile);
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error:?}");
    assert!(fake.running_image(web.id()).unwrap().ends_with(":v1"));
    assert_eq!(rollbacks(&fake), 1, "the second one never arrived");
}

#[tokio::test]
async fn the_adapter_never_deletes_a_rollback() {
    let (fake, dokploy, web) = with_versions().await;
    let version = versions(&dokploy, &web).await.pop().unwrap();
    dokploy.roll_back_to(&version).await.unwrap();
    // `rollback.delete` and `deployment.removeDeployment` take a row of the history along.
    assert!(fake.requests().iter().all(|request| !request.path.contains("elete") && !request.path.contains("remove")));
}

#[tokio::test]
async fn a_compose_stack_has_no_versions_and_nothing_is_sent() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let stack = Target::new(TargetKind::Compose, fake.compose());
    let error = dokploy.rollback_targets(&stack, HistoryOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_rollback_of_what_the_server_does_not_list_is_applied_and_unverified() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let first = get(&fake, format!("/api/application.one?applicationId={}", fake.application())).await;
    let docs = json!({ "name": "docs", "appName": "dokploy-docs", "environmentId": first["environmentId"] });
    let docs = answered(&fake, "/api/application.create", docs).await;
    let docs = Target::application(docs["applicationId"].as_str().unwrap());
    let settings = json!({
        "rollbackActive": true, "rollbackRegistryId": "fake-registry", "sourceType": "docker", "dockerImage": "web:1",
    });
    set(&fake, "/api/application.update", "applicationId", docs.id(), settings).await;
    for _ in 0..2 {
        fake.deploy_by_someone_else(docs.id());
        fake.advance(10);
    }
    let version = versions(&dokploy, &docs).await.pop().unwrap();
    let deployment = dokploy.roll_back_to(&version).await.unwrap();
    let outcome = dokploy.watch(&deployment.id, quick()).await.unwrap();
    let Outcome::Succeeded(ended) = outcome else { panic!("{outcome:?}") };
    assert_eq!((ended.status.raw.as_str(), &ended.revision), ("not listed", &RanRevision::Unverified));
    assert!(ended.note.as_deref().unwrap().contains("does not list its containers"), "{ended:?}");
    assert_eq!(dokploy.deployment(&ended.id).await.unwrap(), ended);
}
