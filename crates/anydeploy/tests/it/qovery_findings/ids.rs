//! Ids in capitals, ids that are no UUID, ids of another kind, ids made by hand.

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, LogOptions, Qovery, Target, TargetKind,
};
use anydeploy_fakes::{FakeQovery, QoveryScript, QoveryServiceKind};

use crate::support::qovery::{execution, manual, quick, running, step_to_the_end, triggers, web};

#[tokio::test]
async fn an_id_in_capitals_is_deployed_followed_and_listed_like_any_other() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let capitals = |id: &str| id.to_ascii_uppercase();
    let lifecycle = fake.add_service(&fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
    let targets = [
        Target::application(capitals(&fake.application())),
        Target::new(TargetKind::Container, capitals(&fake.container())).in_environment(capitals(&fake.environment())),
        Target::new(TargetKind::Job, capitals(&lifecycle)),
        Target::environment(capitals(&fake.environment())),
    ];
    for target in targets {
        let outcome = qovery.deploy_and_wait(&DeployRequest::new(target.clone()), quick()).await.unwrap();
        assert!(outcome.is_success(), "{target}: {outcome:?}");
        assert_ne!(qovery.service(&target).await.unwrap().raw_state, "", "{target}");
        assert!(!qovery.history_of(&target, HistoryOptions::default()).await.unwrap().is_empty(), "{target}");
        // An id that was written down in capitals is the same one.
        let id = outcome.deployment().unwrap().id.clone();
        let environment = id.get("environment").unwrap().to_ascii_uppercase();
        let loud = Qovery::deployment_id(&target, &environment, &id.get("execution").unwrap().to_ascii_uppercase());
        assert!(qovery.deployment(&loud).await.unwrap().is_over(), "{target}");
        assert!(!qovery.logs_of(&loud, LogOptions::default()).await.unwrap().lines.is_empty(), "{target}");
    }
}

#[tokio::test]
async fn an_id_that_is_no_uuid_is_refused_before_anything_is_sent() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = Target::application("web");
    let placed = Target::application(fake.application()).in_environment("production");
    for target in [&target, &placed] {
        let errors = [
            qovery.deploy(&DeployRequest::new(target.clone())).await.unwrap_err(),
            qovery.service(target).await.unwrap_err(),
            qovery.history_of(target, HistoryOptions::default()).await.unwrap_err(),
            qovery.deployment(&Qovery::deployment_id(target, &fake.environment(), "e-1")).await.unwrap_err(),
            qovery.cancel_deployment(&Qovery::deployment_id(target, &fake.environment(), "e-1")).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::InvalidInput, true), "{error}");
        }
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_target_of_the_wrong_kind_is_not_found_before_anything_is_triggered() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let lifecycle = fake.add_service(&fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
    let all = [
        (TargetKind::Application, fake.application()),
        (TargetKind::Container, fake.container()),
        (TargetKind::Job, lifecycle),
        (TargetKind::Helm, fake.add_helm("chart")),
        (TargetKind::Terraform, fake.add_terraform("bucket")),
        (TargetKind::Database, fake.add_database("db")),
        (TargetKind::Environment, fake.environment()),
    ];
    for (kind, _) in &all {
        for (other, id) in all.iter().filter(|(other, _)| other != kind) {
            let bare = Target::new(kind.clone(), id);
            let placed = bare.clone().in_environment(fake.environment());
            let targets = if *kind == TargetKind::Environment { vec![bare] } else { vec![bare, placed] };
            for target in targets {
                let error = qovery.deploy(&DeployRequest::new(target.clone())).await.unwrap_err();
                let kinds = [ErrorKind::NotFound, ErrorKind::NotFoundOrForbidden];
                assert!(kinds.contains(&error.kind()), "{target} is a {other}: {error}");
                assert!(error.is_safe_to_repeat());
            }
        }
    }
    assert!(triggers(&fake).is_empty());
}

#[tokio::test]
async fn a_deployment_that_something_else_started_is_followed_by_an_id_made_by_hand() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("no"));
    fake.deploy_by_someone_else(&fake.application());
    fake.advance(4);
    let started = fake.triggered()[0].execution_id.clone();
    let target = Target::application(fake.application());
    let id = Qovery::deployment_id(&target, &fake.environment(), &started);
    let seen = qovery.deployment(&id).await.unwrap();
    let over = step_to_the_end(&fake, &qovery, seen).await;
    assert_eq!((over.status.raw.as_str(), execution(&over)), ("BUILD_ERROR", Some(&*started)));
    assert_eq!(web(&fake).target(), &target);
}
