//! Going back to a version that ran before: a deployment of it by its name, as Qovery has no other way.

use std::time::Duration;

use anydeploy::{
    Action, DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, Outcome, Qovery, RanRevision, Revision,
    RollbackObstacle, RollbackTarget, Target, TargetKind,
};
use anydeploy_fakes::{
    FakeQovery, Fault, FaultPlan, FaultyNetwork, QoveryQuirk, QoveryScript, QoveryServiceKind, RequestKind,
};
use serde_json::json;

use crate::support::qovery::{quick, running, stepping, triggers};

async fn deploy(qovery: &Qovery, target: &Target, revision: Option<&Revision>) {
    let request = DeployRequest::new(target.clone()).with_revision(revision.cloned().unwrap_or_default());
    let outcome = qovery.deploy_and_wait(&request, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
}

async fn versions(qovery: &Qovery, target: &Target) -> Vec<RollbackTarget> {
    qovery.rollback_targets(target, HistoryOptions::default()).await.unwrap()
}

/// A service that ran two versions, the older one of which it can go back to.
async fn with_history(kind: QoveryServiceKind) -> (FakeQovery, Qovery, Target, RollbackTarget) {
    with_history_on(running(FakeQovery::builder()).await, kind).await
}

/// The same on a given server.
async fn with_history_on(
    (fake, qovery): (FakeQovery, Qovery),
    kind: QoveryServiceKind,
) -> (FakeQovery, Qovery, Target, RollbackTarget) {
    let id = fake.add_service(&fake.environment(), kind, "service");
    let (target, revisions): (_, Option<[Revision; 2]>) = match kind {
        QoveryServiceKind::Application => (Target::application(id), None),
        QoveryServiceKind::LifecycleJob => (Target::new(TargetKind::Job, id), None),
        QoveryServiceKind::HelmFromGit => (Target::new(TargetKind::Helm, id), None),
        QoveryServiceKind::Helm => {
            let versions = ["1.0", "2.0"].map(|version| Revision::ChartVersion(version.into()));
            (Target::new(TargetKind::Helm, id), Some(versions))
        }
        QoveryServiceKind::CronJob => {
            (Target::new(TargetKind::Job, id), Some(["1.0", "2.0"].map(|tag| Revision::ImageTag(tag.into()))))
        }
        _ => (Target::new(TargetKind::Container, id), Some(["1.0", "2.0"].map(|tag| Revision::ImageTag(tag.into())))),
    };
    for number in 0..2 {
        deploy(&qovery, &target, revisions.as_ref().map(|revisions| &revisions[number])).await;
        if revisions.is_none() && number == 0 {
            fake.push_commit(target.id());
        }
    }
    let mut listed = versions(&qovery, &target).await;
    assert_eq!(listed.iter().map(|one| one.is_current).collect::<Vec<_>>(), [Some(true), Some(false)], "{listed:?}");
    assert_eq!(listed[0].obstacle, Some(RollbackObstacle::IsCurrent));
    let older = listed.pop().unwrap();
    assert_eq!(older.obstacle, None);
    (fake, qovery, target, older)
}

#[tokio::test]
async fn each_kind_goes_back_to_the_version_that_was_listed() {
    let kinds = [
        (QoveryServiceKind::Application, "git_commit_id"),
        (QoveryServiceKind::Container, "image_tag"),
        (QoveryServiceKind::CronJob, "image_tag"),
        (QoveryServiceKind::Helm, "chart_version"),
        (QoveryServiceKind::HelmFromGit, "git_commit_id"),
    ];
    for (kind, member) in kinds {
        let (fake, qovery, target, older) = with_history(kind).await;
        let rollback = qovery.roll_back_to(&older).await.unwrap();
        assert_eq!(rollback.action, Action::Rollback);
        let outcome = qovery.watch(&rollback.id, quick()).await.unwrap();
        let Outcome::Succeeded(over) = outcome else { panic!("{kind:?}: {outcome:?}") };
        assert_eq!((over.action, &over.revision), (Action::Rollback, &older.point.revision), "{kind:?}");
        assert!(over.note.unwrap().contains("settings are those of today"));
        assert_eq!(fake.triggered().pop().unwrap().services[0].version.as_deref(), Some(&*older.point.id));
        let (path, body) = triggers(&fake).pop().unwrap();
        assert_eq!(path, format!("/{}/{}/deploy", target.kind(), target.id()), "{kind:?}");
        assert_eq!(body, Some(json!({ member: older.point.id })), "{kind:?}");
        assert_eq!(versions(&qovery, &target).await[0].point.id, older.point.id);
    }
}

#[tokio::test]
async fn a_git_job_goes_back_to_its_commit() {
    // Its history has the tag of the image that was built, too.
    let (fake, qovery, _, older) = with_history(QoveryServiceKind::LifecycleJob).await;
    assert!(matches!(older.point.revision, RanRevision::Commit(_)), "{older:?}");
    let rollback = qovery.roll_back_to(&older).await.unwrap();
    let (_, body) = triggers(&fake).pop().unwrap();
    assert_eq!(body, Some(json!({ "git_commit_id": older.point.id })));
    assert!(qovery.watch(&rollback.id, quick()).await.unwrap().is_success());
}

#[tokio::test]
async fn a_rollback_that_ran_another_version_is_failed() {
    let server = stepping(FakeQovery::builder()).await;
    let (fake, qovery, target, older) = with_history_on(server, QoveryServiceKind::Container).await;
    // While the environment is busy, the request of another program is merged into the rollback, and its tag wins.
    fake.next_deployment(&fake.application(), QoveryScript::succeeds().lasting(60));
    qovery.deploy(&DeployRequest::new(Target::application(fake.application()))).await.unwrap();
    let rollback = qovery.roll_back_to(&older).await.unwrap();
    let other = Qovery::builder().url(fake.url()).token(fake.token()).build().unwrap();
    let newer = DeployRequest::new(target).with_revision(Revision::ImageTag("3.0".into()));
    other.deploy(&newer).await.unwrap();
    let outcome = qovery.watch(&rollback.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    assert!(outcome.reason().unwrap().contains("3.0"), "{outcome:?}");
}

#[tokio::test]
async fn a_rollback_after_somebody_deployed_is_a_conflict_and_sends_nothing() {
    let (fake, qovery, target, older) = with_history(QoveryServiceKind::Container).await;
    deploy(&qovery, &target, Some(&Revision::ImageTag("3.0".into()))).await;
    let before = triggers(&fake).len();
    let error = qovery.roll_back_to(&older).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Conflict, true), "{error}");
    assert_eq!(triggers(&fake).len(), before);
    // A stop and a restart change no version.
    let [_, _, older] = versions(&qovery, &target).await.try_into().unwrap();
    qovery.watch(&qovery.restart(&target).await.unwrap().id, quick()).await.unwrap();
    qovery.roll_back_to(&older).await.unwrap();
}

#[tokio::test]
async fn a_rollback_whose_answer_is_lost_is_found_and_never_sent_twice() {
    for (fault, sent) in [(Fault::ResetAfter, 1), (Fault::ResetBefore, 0)] {
        let (fake, _, _, older) = with_history(QoveryServiceKind::Container).await;
        let before = triggers(&fake).len();
        let plan = FaultPlan::always(fault).on([RequestKind::Trigger]).limit(1);
        let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
        let grace = Duration::from_millis(1500);
        let qovery = Qovery::builder().url(network.url()).token(fake.token()).grace(grace).build().unwrap();
        let rollback = qovery.roll_back_to(&older).await;
        assert_eq!(triggers(&fake).len() - before, sent);
        match rollback {
            Ok(rollback) => {
                assert_eq!((sent, rollback.action), (1, Action::Rollback));
                let outcome = qovery.watch(&rollback.id, quick()).await.unwrap();
                let Outcome::Succeeded(over) = outcome else { panic!("{outcome:?}") };
                assert_eq!(over.revision, older.point.revision);
            }
            Err(error) => assert_eq!((sent, error.is_safe_to_repeat()), (0, true), "{error}"),
        }
    }
}

#[tokio::test]
async fn a_rollback_beside_a_deployment_that_waits_is_a_conflict() {
    let (fake, qovery, target, older) = with_history(QoveryServiceKind::Container).await;
    fake.next_deployment(&fake.application(), QoveryScript::succeeds().lasting(100));
    fake.deploy_by_someone_else(&fake.application());
    fake.deploy_by_someone_else(target.id());
    let error = qovery.roll_back_to(&older).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
}

#[tokio::test]
async fn a_rollback_with_an_obstacle_sends_nothing() {
    let (fake, qovery, target, _) = with_history(QoveryServiceKind::Container).await;
    fake.enable(QoveryQuirk::OmittedDetails);
    let listed = versions(&qovery, &target).await;
    assert!(listed.iter().all(|one| one.obstacle == Some(RollbackObstacle::NoRevision)), "{listed:?}");
    let before = triggers(&fake).len();
    let error = qovery.roll_back_to(&listed[0]).await.unwrap_err();
    assert_eq!((error.kind(), error.obstacle()), (ErrorKind::Conflict, Some(RollbackObstacle::NoRevision)));
    let error = qovery.deploy(&DeployRequest::rollback(&listed[0])).await.unwrap_err();
    assert_eq!((error.kind(), error.obstacle()), (ErrorKind::Conflict, Some(RollbackObstacle::NoRevision)));
    assert_eq!(triggers(&fake).len(), before);
}

#[tokio::test]
async fn what_has_no_versions_is_refused_before_anything_is_sent() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    for kind in [TargetKind::Terraform, TargetKind::Database, TargetKind::Environment] {
        let target = Target::new(kind.clone(), fake.environment());
        let error = qovery.rollback_targets(&target, HistoryOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{kind}");
        if kind == TargetKind::Terraform {
            assert!(error.to_string().contains("names no commit"), "{error}");
        }
    }
    assert!(fake.requests().is_empty());
}
