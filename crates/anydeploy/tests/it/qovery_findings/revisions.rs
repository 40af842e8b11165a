//! The revision that is asked for is the one that runs, and the one that ran is read.

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, Outcome, Phase, RanRevision, Revision, Target,
    TargetKind,
};
use anydeploy_fakes::{FakeQovery, Fault, FaultPlan, FaultyNetwork, QoveryQuirk, QoveryServiceKind, RequestKind};
use serde_json::{Value, json};

use crate::support::qovery::{deployer, manual, quick, running, step_to_the_end, triggers, web, worker};

const COMMIT: &str = "0123456789012345678901234567890123456789";

fn of(kind: TargetKind, id: &str) -> Target {
    Target::new(kind, id)
}

#[tokio::test]
async fn each_kind_is_deployed_with_what_is_configured_or_named() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let add = |kind, name| fake.add_service(&fake.environment(), kind, name);
    let lifecycle = add(QoveryServiceKind::LifecycleJob, "migrate");
    let chart = add(QoveryServiceKind::HelmFromGit, "own-chart");
    let (cron, helm, terraform) = (fake.add_job("cron"), fake.add_helm("chart"), fake.add_terraform("bucket"));
    let commit = |commit: &str| Some(json!({ "git_commit_id": commit }));
    let named = || Revision::Commit(COMMIT.into());
    let head = |service: &str| fake.push_commit(service);
    let values = fake.push_values_commit(&chart);
    let (web_head, job_head, chart_head, terraform_head) =
        (head(&fake.application()), head(&lifecycle), head(&chart), head(&terraform));
    fake.configure(&fake.container(), "3.1.4");
    fake.configure(&helm, "7.0.0");
    let cases: Vec<(Target, Revision, Option<Value>, RanRevision)> = vec![
        (
            Target::application(fake.application()),
            Revision::Configured,
            commit(&web_head),
            RanRevision::Commit(web_head),
        ),
        (Target::application(fake.application()), named(), commit(COMMIT), RanRevision::Commit(COMMIT.into())),
        (
            of(TargetKind::Container, &fake.container()),
            Revision::Configured,
            Some(json!({"image_tag": "3.1.4"})),
            RanRevision::ImageTag("3.1.4".into()),
        ),
        (
            of(TargetKind::Container, &fake.container()),
            Revision::ImageTag("2.0.0".into()),
            Some(json!({"image_tag": "2.0.0"})),
            RanRevision::ImageTag("2.0.0".into()),
        ),
        (
            of(TargetKind::Job, &cron),
            Revision::Configured,
            Some(json!({"image_tag": "1.0.0"})),
            RanRevision::ImageTag("1.0.0".into()),
        ),
        (of(TargetKind::Job, &lifecycle), Revision::Configured, commit(&job_head), RanRevision::Commit(job_head)),
        (of(TargetKind::Job, &lifecycle), named(), commit(COMMIT), RanRevision::Commit(COMMIT.into())),
        (
            of(TargetKind::Helm, &helm),
            Revision::Configured,
            Some(json!({"chart_version": "7.0.0"})),
            RanRevision::ChartVersion("7.0.0".into()),
        ),
        (
            of(TargetKind::Helm, &helm),
            Revision::ChartVersion("7.0.1".into()),
            Some(json!({"chart_version": "7.0.1"})),
            RanRevision::ChartVersion("7.0.1".into()),
        ),
        (
            of(TargetKind::Helm, &chart),
            Revision::Configured,
            Some(json!({"git_commit_id": chart_head, "values_override_git_commit_id": values})),
            RanRevision::Commit(chart_head.clone()),
        ),
        (
            of(TargetKind::Terraform, &terraform),
            Revision::Configured,
            commit(&terraform_head),
            RanRevision::Commit(terraform_head),
        ),
        (of(TargetKind::Database, &fake.add_database("db")), Revision::Configured, None, RanRevision::Unverified),
        (Target::environment(fake.environment()), Revision::Configured, None, RanRevision::Unverified),
    ];
    for (target, revision, body, ran) in cases {
        let request = DeployRequest::new(target.clone()).with_revision(revision);
        let outcome = qovery.deploy_and_wait(&request, quick()).await.unwrap();
        assert!(outcome.is_success(), "{target}: {outcome:?}");
        let (path, sent) = triggers(&fake).pop().unwrap();
        assert_eq!((path, sent), (format!("/{}/{}/deploy", target.kind(), target.id()), body), "{target}");
        let deployment = outcome.deployment().unwrap();
        assert_eq!(deployment.revision, ran, "{target}");
        if let RanRevision::Commit(commit) = ran {
            assert_eq!(deployment.commit, Some(commit), "{target}");
        }
    }
}

#[tokio::test]
async fn configured_is_the_head_of_the_branch_and_deployed_is_the_commit_that_runs() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let first = qovery.deploy_and_wait(&web(&fake), quick()).await.unwrap();
    let before = first.deployment().unwrap().commit.clone().unwrap();
    let pushed = fake.push_commit(&fake.application());

    let again = web(&fake).with_revision(Revision::Deployed);
    let outcome = qovery.deploy_and_wait(&again, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::Commit(before));
    assert_eq!(triggers(&fake).pop().unwrap().1, Some(json!({})));

    let newest = qovery.deploy_and_wait(&web(&fake), quick()).await.unwrap();
    assert_eq!(newest.deployment().unwrap().revision, RanRevision::Commit(pushed.clone()));
    assert_eq!(fake.triggered().last().unwrap().services[0].version, Some(pushed));
}

#[tokio::test]
async fn deployed_is_the_tag_or_chart_that_ran_even_if_another_one_is_configured() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let helm = fake.add_helm("chart");
    let targets = [of(TargetKind::Container, &fake.container()), of(TargetKind::Helm, &helm)];
    for target in targets {
        qovery.deploy_and_wait(&DeployRequest::new(target.clone()), quick()).await.unwrap();
        fake.configure(target.id(), "9.9.9");
        let again = DeployRequest::new(target.clone()).with_revision(Revision::Deployed);
        let outcome = qovery.deploy_and_wait(&again, quick()).await.unwrap();
        assert!(outcome.is_success(), "{outcome:?}");
        let ran = fake.triggered().last().unwrap().services[0].version.clone();
        assert_eq!(ran.as_deref(), Some("1.0.0"), "{target}");
    }
}

#[tokio::test]
async fn what_was_never_deployed_cannot_be_deployed_once_more() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let lifecycle = fake.add_service(&fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
    let targets = [
        Target::application(fake.application()),
        of(TargetKind::Container, &fake.container()),
        of(TargetKind::Job, &lifecycle),
        of(TargetKind::Helm, &fake.add_helm("chart")),
        of(TargetKind::Terraform, &fake.add_terraform("bucket")),
    ];
    for target in targets {
        let request = DeployRequest::new(target.clone()).with_revision(Revision::Deployed);
        let error = qovery.deploy(&request).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Conflict, true), "{target}: {error}");
    }
    for target in [of(TargetKind::Database, &fake.add_database("db")), Target::environment(fake.environment())] {
        let request = DeployRequest::new(target).with_revision(Revision::Deployed);
        assert_eq!(qovery.deploy(&request).await.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    assert!(triggers(&fake).is_empty());
}

#[tokio::test]
async fn a_commit_list_that_fails_once_is_read_again_and_one_that_fails_for_good_triggers_nothing() {
    let (fake, _) = running(FakeQovery::builder()).await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let qovery = anydeploy::Qovery::builder().url(network.url()).token(fake.token()).build().unwrap();
    let broken = Fault::Status { code: 503, retry_after: None };
    network.follow(FaultPlan::always(broken).on([RequestKind::Read]).limit(2));
    assert!(qovery.deploy(&web(&fake)).await.is_ok());
    assert_eq!(triggers(&fake).len(), 1);

    network.follow(FaultPlan::always(broken).on([RequestKind::Read]));
    let error = qovery.deploy(&web(&fake)).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unavailable, true), "{error}");
    assert_eq!(triggers(&fake).len(), 1);
}

#[tokio::test]
async fn a_revision_that_the_source_does_not_have_is_refused_before_the_trigger() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let lifecycle = fake.add_service(&fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
    let from_git = fake.add_service(&fake.environment(), QoveryServiceKind::HelmFromGit, "own");
    let (cron, helm) = (fake.add_job("cron"), fake.add_helm("chart"));
    let commit = || Revision::Commit(COMMIT.into());
    let cases = [
        (of(TargetKind::Job, &cron), commit()),
        (of(TargetKind::Job, &lifecycle), Revision::ImageTag("1".into())),
        (of(TargetKind::Helm, &helm), commit()),
        (of(TargetKind::Helm, &from_git), Revision::ChartVersion("1".into())),
    ];
    for (target, revision) in cases {
        let request = DeployRequest::new(target.clone()).with_revision(revision.clone());
        let error = qovery.deploy(&request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{target} {revision:?}: {error}");
    }
    let values = DeployRequest::new(of(TargetKind::Helm, &helm)).with_values_commit(COMMIT);
    assert_eq!(qovery.deploy(&values).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert!(triggers(&fake).is_empty());
}

#[tokio::test]
async fn a_history_without_a_version_leaves_the_revision_unverified_or_the_service_reports_it() {
    let (fake, qovery) = running(FakeQovery::builder().quirk(QoveryQuirk::OmittedDetails)).await;
    let outcome = qovery.deploy_and_wait(&worker(&fake), quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::Unverified, "a configured tag need not have run");

    let head = fake.push_commit(&fake.application());
    let outcome = qovery.deploy_and_wait(&web(&fake), quick()).await.unwrap();
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::Commit(head));
}

#[tokio::test]
async fn a_merged_request_whose_configured_commit_lost_fails_with_the_commit_that_ran() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.container());
    let first = qovery.deploy(&web(&fake)).await.unwrap();
    let pushed = fake.push_commit(&fake.application());
    let second = qovery.deploy(&web(&fake)).await.unwrap();
    let first = step_to_the_end(&fake, &qovery, first).await;
    let second = step_to_the_end(&fake, &qovery, second).await;
    assert_eq!(first.status.phase, Phase::Failed);
    assert!(first.reason.clone().unwrap().contains(&pushed), "{first:?}");
    assert_eq!((second.status.phase, second.revision), (Phase::Succeeded, RanRevision::Commit(pushed)));
    // What ran is still known to another process, from the id alone.
    let elsewhere = deployer(&fake).deployment(&first.id.to_string().parse().unwrap()).await.unwrap();
    assert_eq!(elsewhere.status.phase, Phase::Failed);
}

#[tokio::test]
async fn the_history_reports_the_revision_of_each_deployment() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    for tag in ["1.1.0", "1.2.0"] {
        let request = worker(&fake).with_revision(Revision::ImageTag(tag.into()));
        assert!(matches!(qovery.deploy_and_wait(&request, quick()).await.unwrap(), Outcome::Succeeded(_)));
    }
    let target = of(TargetKind::Container, &fake.container());
    let history = qovery.history_of(&target, HistoryOptions::default()).await.unwrap();
    let ran: Vec<_> = history.into_iter().map(|deployment| deployment.revision).collect();
    assert_eq!(ran, [RanRevision::ImageTag("1.2.0".into()), RanRevision::ImageTag("1.1.0".into())]);
}

#[tokio::test]
async fn a_commit_that_only_the_service_reports_is_compared_with_the_one_that_was_asked_for() {
    let (fake, qovery) = manual(FakeQovery::builder().quirk(QoveryQuirk::OmittedDetails)).await;
    fake.deploy_by_someone_else(&fake.container());
    let first = qovery.deploy(&web(&fake)).await.unwrap();
    let pushed = fake.push_commit(&fake.application());
    qovery.deploy(&web(&fake)).await.unwrap();
    let first = step_to_the_end(&fake, &qovery, first).await;
    assert_eq!(first.status.phase, Phase::Failed, "{first:?}");
    assert!(first.reason.clone().unwrap().contains(&pushed), "{first:?}");
}

#[tokio::test]
async fn a_merged_request_is_no_success_while_the_history_that_says_which_revision_won_is_missing() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let behind = anydeploy::Qovery::builder().url(network.url()).token(fake.token()).build().unwrap();
    fake.deploy_by_someone_else(&fake.container());
    let tag = |tag: &str| worker(&fake).with_revision(Revision::ImageTag(tag.into()));
    let lost = qovery.deploy(&tag("1.1.0")).await.unwrap();
    qovery.deploy(&tag("1.2.0")).await.unwrap();
    let lost = step_to_the_end(&fake, &qovery, lost).await;
    let missing = FaultPlan::always(Fault::NotFound)
        .on([RequestKind::Read])
        .not_found("/environment/*/deploymentHistoryV2", r#"{"status":404,"detail":"Not found."}"#);
    network.follow(missing);
    let error = behind.deployment(&lost.id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    network.follow(FaultPlan::calm());
    assert_eq!(behind.deployment(&lost.id).await.unwrap().status.phase, Phase::Failed);
}

/// Qovery's document says that an environment is deployed with the newest commits, and its clients call that a redeployment.
#[tokio::test]
async fn no_revision_is_claimed_for_an_environment_whichever_commits_it_deploys() {
    for quirk in [None, Some(QoveryQuirk::EnvironmentKeepsCommits)] {
        let builder = FakeQovery::builder();
        let (fake, qovery) = running(quirk.map_or(builder.clone(), |quirk| builder.quirk(quirk))).await;
        let web = fake.application();
        fake.already_deployed(&web);
        let head = fake.push_commit(&web);
        let request = DeployRequest::new(Target::environment(fake.environment()));
        let outcome = qovery.deploy_and_wait(&request, quick()).await.unwrap();
        assert!(outcome.is_success(), "{quirk:?}: {outcome:?}");
        let deployment = outcome.deployment().unwrap();
        assert_eq!((&deployment.revision, &deployment.commit), (&RanRevision::Unverified, &None), "{quirk:?}");
        assert!(deployment.note.as_deref().unwrap().contains("newest commits"), "{quirk:?}: {deployment:?}");
        let triggered = fake.triggered().pop().unwrap();
        let of_web = triggered.services.iter().find(|one| one.service == web).unwrap();
        assert_eq!(of_web.version.as_ref() == Some(&head), quirk.is_none(), "{triggered:?}");
    }
}
