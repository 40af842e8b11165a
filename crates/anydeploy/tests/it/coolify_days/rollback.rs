//! Going back to a version that ran before.

use anydeploy::{
    Action, Coolify, DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, Identity, Phase, RanRevision,
    RollbackObstacle, RollbackPoint, RollbackTarget, Target,
};
use anydeploy_fakes::{CoolifyScript, FakeCoolify, Fault, RequestKind};

use super::{behind, stepping};
use crate::support::coolify::{manual, quick, uuid};

const OLD: &str = "1111111111111111111111111111111111111111";
const BAD: &str = "2222222222222222222222222222222222222222";
const NEW: &str = "3333333333333333333333333333333333333333";

/// An application of which `OLD` was deployed, then `BAD` with a failure, then `NEW`.
fn deployed(fake: &FakeCoolify) -> Target {
    let shop = fake.add_git_application("shop");
    fake.next_deployment(&shop, CoolifyScript::succeeds());
    fake.next_deployment(&shop, CoolifyScript::fails_with("exit code 1"));
    for commit in [OLD, BAD, NEW] {
        fake.push(&shop, "main", commit);
        fake.deploy_by_someone_else(&shop);
        fake.advance(10);
    }
    Target::application(shop)
}

async fn versions(coolify: &Coolify, target: &Target) -> Vec<RollbackTarget> {
    coolify.rollback_targets(target, HistoryOptions::default()).await.unwrap()
}

/// The version that can be gone back to.
async fn usable(coolify: &Coolify, target: &Target) -> RollbackTarget {
    versions(coolify, target).await.into_iter().find(|version| version.obstacle.is_none()).unwrap()
}

fn posts(fake: &FakeCoolify) -> usize {
    fake.requests().iter().filter(|request| request.method == "POST").count()
}

#[tokio::test]
async fn each_version_is_usable_or_says_why_not() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    let listed = versions(&coolify, &shop).await;
    let seen: Vec<_> = listed
        .iter()
        .map(|version| (&*version.point.id, version.obstacle, version.is_current, version.builds))
        .collect();
    let expected = [
        (NEW, Some(RollbackObstacle::IsCurrent), Some(true), Some(false)),
        (BAD, Some(RollbackObstacle::Failed), Some(false), Some(true)),
        (OLD, None, Some(false), Some(false)),
    ];
    assert_eq!(seen, expected);
    assert_eq!(listed[2].point.newest.as_deref(), Some(&*fake.triggered()[2].id));
    assert_eq!(listed[2].deployment.as_ref().unwrap().get("deployment"), Some(&*fake.triggered()[0].id));
    let two = coolify.rollback_targets(&shop, HistoryOptions::newest(2)).await.unwrap();
    assert_eq!(two, listed[..2]);
    // A machine that has none, or cannot be reached, says nothing of what has to be built.
    fake.prune_images(shop.id());
    assert_eq!(versions(&coolify, &shop).await[2].builds, None);
}

#[tokio::test]
async fn a_rollback_runs_the_version_that_was_listed_and_builds_nothing() {
    let (fake, coolify) = stepping(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    let version = usable(&coolify, &shop).await;
    let rollback = coolify.roll_back_to(&version).await.unwrap();
    assert_eq!((rollback.identity, rollback.action), (Identity::Exact, Action::Rollback));
    let outcome = coolify.watch(&rollback.id, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::Commit(OLD.to_owned()));
    let last = fake.triggered().remove(3);
    assert!(last.rollback && last.commit == OLD && !last.built, "{last:?}");
    let listed = versions(&coolify, &shop).await;
    assert_eq!((&*listed[0].point.id, listed[0].obstacle), (OLD, Some(RollbackObstacle::IsCurrent)));
}

#[tokio::test]
async fn a_rollback_after_somebody_deployed_is_a_conflict_and_nothing_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    let version = usable(&coolify, &shop).await;
    fake.deploy_by_someone_else(shop.id());
    let error = coolify.roll_back_to(&version).await.unwrap_err();
    assert_eq!((error.kind(), posts(&fake)), (ErrorKind::Conflict, 0), "{error}");
}

#[tokio::test]
async fn a_preview_that_was_deployed_meanwhile_is_no_conflict() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    let version = usable(&coolify, &shop).await;
    fake.add_preview(shop.id(), 7);
    coolify.deploy(&DeployRequest::new(shop.clone()).with_pull_request(7)).await.unwrap();
    assert_eq!(coolify.roll_back_to(&version).await.unwrap().identity, Identity::Exact);
}

#[tokio::test]
async fn a_version_with_an_obstacle_is_refused_and_nothing_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    for version in versions(&coolify, &shop).await.iter().filter(|version| version.obstacle.is_some()) {
        let error = coolify.roll_back_to(version).await.unwrap_err();
        assert_eq!(error.obstacle(), version.obstacle, "{error}");
        // A request without the check of the list is checked as well.
        let error = coolify.deploy(&DeployRequest::rollback(version)).await.unwrap_err();
        assert_eq!((error.kind(), error.obstacle()), (ErrorKind::Conflict, version.obstacle), "{error}");
    }
    assert_eq!(posts(&fake), 0);
}

#[tokio::test]
async fn a_rollback_to_a_name_is_refused() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    for name in ["main", "v1.2.3", &OLD[..6]] {
        let point = RollbackPoint::new(name, RanRevision::Unverified);
        let request = DeployRequest::rollback(&RollbackTarget::new(shop.clone(), point));
        let error = coolify.deploy(&request).await.unwrap_err();
        assert_eq!((error.kind(), posts(&fake)), (ErrorKind::InvalidInput, 0), "{name} {error}");
    }
}

#[tokio::test]
async fn a_rollback_of_an_image_application_is_refused_with_the_reason() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    let error = coolify.rollback_targets(&web, HistoryOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("set its image tag"), "{error}");
    let version = RollbackTarget::new(web, RollbackPoint::new(OLD, RanRevision::Commit(OLD.to_owned())));
    let error = coolify.roll_back_to(&version).await.unwrap_err();
    assert_eq!((error.kind(), posts(&fake)), (ErrorKind::Unsupported, 0), "{error}");
}

#[tokio::test]
async fn what_has_no_versions_is_refused_before_anything_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for target in [Target::service(fake.service()), Target::database(fake.database())] {
        let error = coolify.rollback_targets(&target, HistoryOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_rollback_waits_behind_what_runs_and_is_never_merged() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    fake.next_deployment(shop.id(), CoolifyScript::succeeds().lasting(100));
    fake.deploy_by_someone_else(shop.id());
    let rollback = coolify.roll_back_to(&usable(&coolify, &shop).await).await.unwrap();
    assert_eq!((rollback.identity, rollback.status.phase), (Identity::Exact, Phase::Queued));
    assert_eq!(fake.triggered().len(), 5);
}

#[tokio::test]
async fn a_lost_rollback_is_found_by_its_commit() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (_network, coolify) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
    let shop = deployed(&fake);
    let rollback = coolify.roll_back_to(&usable(&coolify, &shop).await).await.unwrap();
    assert_eq!((rollback.identity, uuid(&rollback)), (Identity::Inferred, &*fake.triggered()[3].id));
    assert_eq!((fake.triggered().len(), rollback.action), (4, Action::Rollback));
}

#[tokio::test]
async fn a_rollback_on_a_full_queue_is_queue_full() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    let version = usable(&coolify, &shop).await;
    fake.fill_queue();
    let error = coolify.roll_back_to(&version).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::QueueFull, true), "{error}");
}
