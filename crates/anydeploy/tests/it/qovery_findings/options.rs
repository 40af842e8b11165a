//! Events of jobs, actions on Terraform services, the values of charts.

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, Deployment, ErrorKind, HistoryOptions, JobEvent, Outcome, Phase, Revision,
    Target, TargetKind, TerraformAction,
};
use anydeploy_fakes::{FakeQovery, QoveryScript, QoveryServiceKind};
use serde_json::json;

use crate::support::qovery::{execution, manual, quick, running, triggers};

#[tokio::test]
async fn a_job_runs_for_the_event_that_is_named() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let lifecycle = fake.add_service(&fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
    let cron = fake.add_job("cron");
    let cases = [
        (&lifecycle, JobEvent::Start, "START"),
        (&lifecycle, JobEvent::Delete, "DELETE"),
        (&cron, JobEvent::Cron, "CRON"),
    ];
    for (job, event, word) in cases {
        let request = DeployRequest::new(Target::new(TargetKind::Job, job)).with_job_event(event);
        let outcome = qovery.deploy_and_wait(&request, quick()).await.unwrap();
        assert!(outcome.is_success(), "{event:?}: {outcome:?}");
        let (path, _) = triggers(&fake).pop().unwrap();
        assert_eq!(path, format!("/job/{job}/deploy?forceEvent={word}"));
    }
}

#[tokio::test]
async fn an_event_that_the_job_lacks_is_refused_as_nothing_would_start() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let lifecycle = fake.add_service(&fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
    let cron = fake.add_job("cron");
    let cases = [(&lifecycle, JobEvent::Stop), (&lifecycle, JobEvent::Cron), (&cron, JobEvent::Start)];
    for (job, event) in cases {
        let request = DeployRequest::new(Target::new(TargetKind::Job, job)).with_job_event(event);
        let error = qovery.deploy(&request).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::InvalidInput, true), "{event:?}");
    }
    assert!(triggers(&fake).is_empty());
}

#[tokio::test]
async fn an_end_of_an_event_that_is_not_known_is_no_success() {
    for word in ["STOPPED", "DELETED", "READY", "COMPLETED"] {
        let (fake, qovery) = running(FakeQovery::builder()).await;
        let job = fake.add_service(&fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
        fake.next_deployment(&job, QoveryScript::succeeds().ends_as(word));
        let request = DeployRequest::new(Target::new(TargetKind::Job, job)).with_job_event(JobEvent::Delete);
        let mut options = quick();
        options.deadline = std::time::Duration::from_millis(500);
        match qovery.deploy_and_wait(&request, options).await {
            Ok(outcome) => assert!(matches!(outcome, Outcome::Failed(_)), "{word}: {outcome:?}"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::TimedOut, "{word}"),
        }
    }
}

#[tokio::test]
async fn a_terraform_service_is_planned_unlocked_and_migrated() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let bucket = fake.add_terraform("bucket");
    let target = Target::new(TargetKind::Terraform, &bucket);
    let cases = [
        (TerraformAction::Plan, "PLAN", "DEPLOY_DRY_RUN"),
        (TerraformAction::ForceUnlock, "FORCE_UNLOCK", "TERRAFORM_FORCE_UNLOCK"),
        (TerraformAction::MigrateState, "MIGRATE_STATE", "TERRAFORM_MIGRATE_STATE"),
    ];
    for (action, word, listed) in cases {
        let head = fake.push_commit(&bucket);
        let request = DeployRequest::new(target.clone()).with_terraform_action(action);
        let outcome = qovery.deploy_and_wait(&request, quick()).await.unwrap();
        assert!(outcome.is_success(), "{action:?}: {outcome:?}");
        assert_eq!(fake.triggered().last().unwrap().action, listed);
        let (_, body) = triggers(&fake).pop().unwrap();
        // An unlock and a migration are about the state of what was deployed.
        let expected = match action {
            TerraformAction::Plan => json!({"action": word, "git_commit_id": head}),
            _ => json!({"action": word}),
        };
        assert_eq!(body, Some(expected));
        // Another process knows from the id what was asked for.
        let id = outcome.deployment().unwrap().id.to_string();
        assert_eq!(qovery.deployment(&id.parse().unwrap()).await.unwrap().status.phase, Phase::Succeeded, "{id}");
    }
}

#[tokio::test]
async fn an_unlock_needs_no_list_of_commits_and_takes_the_commit_that_is_named() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let bucket = fake.add_terraform("bucket");
    let unlock = DeployRequest::new(Target::new(TargetKind::Terraform, &bucket).in_environment(fake.environment()))
        .with_terraform_action(TerraformAction::ForceUnlock);
    assert!(qovery.deploy_and_wait(&unlock, quick()).await.unwrap().is_success());
    assert!(!fake.requests().iter().any(|one| one.path.ends_with("/commit")));
    let commit = fake.push_commit(&bucket);
    let named = unlock.with_revision(Revision::Commit(commit.clone()));
    assert!(qovery.deploy_and_wait(&named, quick()).await.unwrap().is_success());
    let (_, body) = triggers(&fake).pop().unwrap();
    assert_eq!(body, Some(json!({"action": "FORCE_UNLOCK", "git_commit_id": commit})));
}

#[tokio::test]
async fn a_plan_that_failed_is_distinguished_from_a_deployment_beside_it() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let target = Target::new(TargetKind::Terraform, fake.add_terraform("bucket"));
    fake.next_deployment(target.id(), QoveryScript::fails_with("no such provider"));
    let request = DeployRequest::new(target.clone()).with_terraform_action(TerraformAction::Plan);
    let outcome = qovery.deploy_and_wait(&request, quick()).await.unwrap();
    assert_eq!(outcome.reason(), Some("no such provider"), "{outcome:?}");
    assert!(qovery.deploy_and_wait(&DeployRequest::new(target), quick()).await.unwrap().is_success());
}

#[tokio::test]
async fn the_values_of_a_chart_are_taken_from_the_commit_that_is_named() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let chart = fake.add_service(&fake.environment(), QoveryServiceKind::HelmFromGit, "own-chart");
    let head = fake.push_commit(&chart);
    let values = "7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b";
    let request = DeployRequest::new(Target::new(TargetKind::Helm, chart)).with_values_commit(values);
    assert!(qovery.deploy_and_wait(&request, quick()).await.unwrap().is_success());
    let (_, body) = triggers(&fake).pop().unwrap();
    assert_eq!(body, Some(json!({"git_commit_id": head, "values_override_git_commit_id": values})));
}

#[tokio::test]
async fn what_a_kind_cannot_do_is_refused_before_anything_is_sent() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let kinds = [
        TargetKind::Application,
        TargetKind::Container,
        TargetKind::Job,
        TargetKind::Helm,
        TargetKind::Terraform,
        TargetKind::Database,
        TargetKind::Environment,
    ];
    for kind in kinds {
        let request = || DeployRequest::new(Target::new(kind.clone(), fake.application()));
        let cases = [
            (request().with_job_event(JobEvent::Start), TargetKind::Job),
            (request().with_terraform_action(TerraformAction::Plan), TargetKind::Terraform),
            (request().with_revision(Revision::ChartVersion("1".into())), TargetKind::Helm),
            (request().with_values_commit("abcdefg"), TargetKind::Helm),
        ];
        for (request, _) in cases.into_iter().filter(|(_, only)| *only != kind) {
            let error = qovery.deploy(&request).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{request:?}");
        }
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_plan_an_unlock_and_a_migration_are_no_deployments_in_the_history() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let target = Target::new(TargetKind::Terraform, fake.add_terraform("bucket"));
    let deploy = || DeployRequest::new(target.clone());
    let deployed = qovery.deploy_and_wait(&deploy(), quick()).await.unwrap();
    for action in [TerraformAction::Plan, TerraformAction::ForceUnlock, TerraformAction::MigrateState] {
        let outcome = qovery.deploy_and_wait(&deploy().with_terraform_action(action), quick()).await.unwrap();
        assert!(outcome.is_success(), "{action:?}: {outcome:?}");
    }
    let listed = qovery.history_of(&target, HistoryOptions::default()).await.unwrap();
    let [one] = &*listed else { panic!("{listed:?}") };
    let execution = |deployment: &Deployment| execution(deployment).map(str::to_owned);
    assert_eq!(execution(one), execution(deployed.deployment().unwrap()));
    let read = qovery.deployment(&one.id).await.unwrap();
    assert_eq!((read.status.phase, one.status.phase), (Phase::Succeeded, Phase::Succeeded));
}
