//! The Qovery adapter against a fake server: triggers, words, logs, cancelling, lists, credentials.

use std::collections::HashMap;
use std::time::Duration;

use crate::support::qovery::{
    deployer, execution, manual, ours, quick, running, step_to_the_end, unthrottled, web, worker,
};
use anydeploy::config::TokenScheme;
use anydeploy::qovery::QoveryConfig;
use anydeploy::{
    DeployRequest, Deployer, DeployerExt, DeploymentId, ErrorKind, HistoryOptions, Identity, LogOptions, Outcome,
    Permission, Phase, Qovery, Revision, ServiceState, Target, TargetKind, platform,
};
use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryScript, QoveryServiceKind};

#[tokio::test]
async fn a_revision_that_a_kind_does_not_take_is_refused_before_anything_is_sent() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let (commit, tag) = (Revision::Commit("abc".into()), Revision::ImageTag("1".into()));
    let cases = [
        (TargetKind::Application, &tag),
        (TargetKind::Container, &commit),
        (TargetKind::Helm, &tag),
        (TargetKind::Terraform, &tag),
        (TargetKind::Database, &tag),
        (TargetKind::Database, &commit),
        (TargetKind::Environment, &commit),
        (TargetKind::Compose, &Revision::Configured),
    ];
    for (kind, revision) in cases {
        let request = DeployRequest::new(Target::new(kind.clone(), "x")).with_revision(revision.clone());
        assert_eq!(qovery.deploy(&request).await.unwrap_err().kind(), ErrorKind::Unsupported, "{kind} {revision:?}");
    }
    for request in [web(&fake).with_no_cache(true), web(&fake).with_reason("x"), web(&fake).with_pull_request(1)] {
        assert_eq!(qovery.deploy(&request).await.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_given_environment_saves_a_read_and_a_wrong_one_is_refused() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let inside = Target::application(fake.application()).in_environment(fake.environment());
    qovery.deploy(&DeployRequest::new(inside)).await.unwrap();
    let read = format!("/application/{}", fake.application());
    assert!(fake.requests().iter().all(|request| request.path != read));
    let outside = Target::application(fake.application()).in_environment(fake.add_environment("staging"));
    let error = qovery.deploy(&DeployRequest::new(outside)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn what_does_not_exist_or_may_not_be_seen_is_one_kind_of_error() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let missing = Target::application("00000000-0000-4000-8000-000000000000");
    let deploy = qovery.deploy(&DeployRequest::new(missing.clone())).await.unwrap_err();
    let in_environment = missing.clone().in_environment(fake.environment());
    let placed = qovery.deploy(&DeployRequest::new(in_environment)).await.unwrap_err();
    let service = qovery.service(&missing).await.unwrap_err();
    for error in [deploy, placed, service] {
        assert_eq!((error.kind(), error.status()), (ErrorKind::NotFoundOrForbidden, Some(403)), "{error}");
        assert!(error.is_safe_to_repeat());
    }
}

#[tokio::test]
async fn a_deployment_that_was_cancelled_is_not_a_success() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::cancelled());
    let outcome = qovery.deploy_and_wait(&web(&fake), quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Cancelled(_)), "{outcome:?}");
}

#[tokio::test]
async fn odd_and_unknown_words_never_end_in_success() {
    for word in ["RECAP", "READY", "UNAVAILABLE", "RESTARTED", "STOPPED", "DELETED", "FINISHED", "VERIFYING"] {
        let (fake, qovery) = running(FakeQovery::builder()).await;
        fake.next_deployment(&fake.application(), QoveryScript::succeeds().ends_as(word));
        let mut options = quick();
        options.deadline = Duration::from_millis(500);
        match qovery.deploy_and_wait(&web(&fake), options).await {
            Ok(outcome) => assert!(matches!(outcome, Outcome::Failed(_)), "{word}: {outcome:?}"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::TimedOut, "{word}"),
        }
    }
}

#[tokio::test]
async fn words_in_passing_do_not_end_a_watch() {
    for word in ["UNAVAILABLE", "READY", "RECAP_PENDING", "WAITING_FOR_APPROVAL", "VERIFYING"] {
        let (fake, qovery) = running(FakeQovery::builder()).await;
        fake.next_deployment(&fake.application(), QoveryScript::succeeds().passing_through(word).lasting(20));
        let outcome = qovery.deploy_and_wait(&web(&fake), quick()).await.unwrap();
        assert!(outcome.is_success(), "{word}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_failed_check_before_the_deployment_fails_the_environment() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    fake.next_deployment(&fake.application(), QoveryScript::fails_pre_check("the cluster is full"));
    let whole = DeployRequest::new(Target::environment(fake.environment()));
    let outcome = qovery.deploy_and_wait(&whole, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_service_is_not_blamed_for_another_one_in_the_same_execution() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.add_database("db"));
    fake.next_deployment(&fake.container(), QoveryScript::fails_with("no such image").lasting(4));
    let good = qovery.deploy(&web(&fake)).await.unwrap();
    let bad = qovery.deploy(&worker(&fake)).await.unwrap();
    let good = step_to_the_end(&fake, &qovery, good).await;
    let bad = step_to_the_end(&fake, &qovery, bad).await;
    assert_eq!((good.status.phase, bad.status.phase), (Phase::Succeeded, Phase::Failed));
    assert_eq!(execution(&good), execution(&bad));
    assert_eq!(ours(&fake).len(), 1);
}

#[tokio::test]
async fn a_failure_comes_with_the_log_of_its_service_alone() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.next_deployment(&fake.container(), QoveryScript::succeeds().log(["pulling the worker"]));
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("npm: not found").log(["npm ci"]));
    let deployment = qovery.deploy(&DeployRequest::new(Target::environment(fake.environment()))).await.unwrap();
    let whole = qovery.watch(&deployment.id, quick()).await.unwrap();
    let texts = |page: &anydeploy::LogPage| page.lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
    let all = texts(whole.log().unwrap());
    assert!(all.iter().any(|line| line == "pulling the worker") && all.iter().any(|line| line == "npm ci"), "{all:?}");
    let mut history =
        qovery.history_of(&Target::application(fake.application()), HistoryOptions::default()).await.unwrap();
    let alone = history.remove(0);
    let log = qovery.logs_of(&alone.id, LogOptions::default()).await.unwrap();
    assert!(!texts(&log).iter().any(|line| line.contains("worker")), "{log:?}");
    assert_eq!(texts(&log).last().map(String::as_str), Some("npm: not found"));
    assert!(log.lines.iter().all(|line| line.time.is_some()));
    let tail = qovery.logs_of(&alone.id, LogOptions::tail(1)).await.unwrap();
    assert_eq!((tail.lines.len(), tail.truncated), (1, true));
}

#[tokio::test]
async fn a_request_that_waits_has_no_log_yet() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.application());
    let queued = qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(5);
    assert!(qovery.logs_of(&queued.id, LogOptions::default()).await.unwrap().lines.is_empty());
}

#[tokio::test]
async fn a_waiting_request_is_cancelled_by_itself() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.application());
    let queued = qovery.deploy(&web(&fake)).await.unwrap();
    let asked = qovery.cancel_deployment(&queued.id).await.unwrap();
    assert_eq!((asked.status.phase, asked.identity), (Phase::Cancelling, Identity::Exact), "it may have begun");
    let outcome = qovery.watch(&asked.id, quick()).await.unwrap();
    let Outcome::Cancelled(cancelled) = outcome else { panic!("{outcome:?}") };
    assert_eq!(cancelled.identity, Identity::Exact);
    // The id says when it was asked for, so that a caller who stored it comes to the same end, as does one of an earlier
    // version, which had no such time.
    let bare = DeploymentId::new(platform::QOVERY, asked.id.target().clone());
    let earlier = ["environment", "request", "cancelled"].map(|key| (key, asked.id.get(key).unwrap()));
    for id in [asked.id.clone(), earlier.into_iter().fold(bare, |id, (key, text)| id.with(key, text))] {
        assert_eq!(qovery.deployment(&id).await.unwrap().status.phase, Phase::Cancelled, "{id}");
    }
    fake.advance(100);
    assert_eq!(fake.triggered().len(), 1);
    assert_eq!(fake.triggered()[0].state.as_deref(), Some("DEPLOYED"), "the other one goes on");
    assert_eq!(qovery.cancel_deployment(&cancelled.id).await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_running_deployment_is_cancelled_with_its_environment() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let lifecycle = fake.add_service(&fake.environment(), QoveryServiceKind::LifecycleJob, "migrate");
    for target in [Target::application(fake.application()), Target::new(TargetKind::Job, lifecycle)] {
        fake.next_deployment(target.id(), QoveryScript::hangs());
        let deployment = qovery.deploy(&DeployRequest::new(target.clone())).await.unwrap();
        assert_eq!(
            qovery.cancel_deployment(&deployment.id).await.unwrap_err().kind(),
            ErrorKind::Conflict,
            "it does not show"
        );
        fake.advance(4);
        let cancelling = qovery.cancel_deployment(&deployment.id).await.unwrap();
        assert_eq!(cancelling.status.phase, Phase::Cancelling, "{target}");
        let over = step_to_the_end(&fake, &qovery, cancelling).await;
        assert_eq!(over.status.phase, Phase::Cancelled);
        assert_eq!(qovery.cancel_deployment(&over.id).await.unwrap_err().kind(), ErrorKind::Conflict);
    }
}

#[tokio::test]
async fn history_lists_deployments_and_no_other_actions() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    for script in [QoveryScript::succeeds(), QoveryScript::fails_with("no")] {
        fake.next_deployment(&fake.application(), script);
        let deployment = qovery.deploy(&web(&fake)).await.unwrap();
        step_to_the_end(&fake, &qovery, deployment).await;
    }
    assert_eq!(stop(&fake).await, 202);
    fake.advance(100);
    for target in [Target::application(fake.application()), Target::environment(fake.environment())] {
        let history = qovery.history_of(&target, HistoryOptions::default()).await.unwrap();
        let phases: Vec<_> = history.iter().map(|deployment| deployment.status.phase).collect();
        assert_eq!(phases, [Phase::Failed, Phase::Succeeded], "{target}");
        assert!(history.iter().all(|deployment| deployment.created_at.is_some() && deployment.finished_at.is_some()));
        for deployment in &history {
            let read = qovery.deployment(&deployment.id).await.unwrap();
            assert_eq!((read.status.phase, read.identity), (deployment.status.phase, Identity::Exact));
        }
        assert_eq!(qovery.history_of(&target, HistoryOptions::newest(1)).await.unwrap().len(), 1);
    }
}

/// Stops the application as a user of another tool would.
async fn stop(fake: &FakeQovery) -> u16 {
    use qovery_client::Client;
    let http = Client::http_builder(fake.url(), fake.token()).build().unwrap();
    Client::from_http(http).stop_application(&fake.application()).await.unwrap().status()
}

#[tokio::test]
async fn services_report_how_they_run_and_where() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    let terraform = fake.add_terraform("bucket");
    let service = qovery.service(&Target::application(fake.application())).await.unwrap();
    assert_eq!(
        (service.name.as_str(), service.state, service.raw_state.as_str()),
        ("web", ServiceState::Running, "DEPLOYED")
    );
    assert_eq!(service.urls, ["https://web.apps.example.com"]);
    // There is no call for the status of a Terraform service alone.
    let bucket = qovery.service(&Target::new(TargetKind::Terraform, &terraform)).await.unwrap();
    assert_eq!(bucket.state, ServiceState::NeverDeployed);
    let environment = qovery.service(&Target::environment(fake.environment())).await.unwrap();
    assert_eq!((environment.name.as_str(), environment.state), ("production", ServiceState::Running));

    let all = qovery.services().await.unwrap();
    let targets: Vec<String> = all.iter().map(|service| service.target.to_string()).collect();
    let inside = |kind: &str, id: &str| format!("{kind}:{id}@{}", fake.environment());
    assert_eq!(
        targets,
        [
            format!("environment:{}", fake.environment()),
            inside("application", &fake.application()),
            inside("container", &fake.container()),
            inside("terraform", &terraform),
        ]
    );
    assert_eq!(all[1].state, ServiceState::Running);
    assert!(qovery.deploy(&DeployRequest::new(all[1].target.clone())).await.is_ok());
}

#[tokio::test]
async fn a_check_names_the_organization_and_changes_nothing() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let check = qovery.check().await.unwrap();
    assert_eq!((check.account.as_deref(), check.read), (Some("Fake organization"), Permission::Granted));
    assert_eq!((check.deploy, check.logs), (Permission::Untested, Permission::Untested));
    assert!(fake.requests().iter().all(|request| request.method.as_str() == "GET"));
}

#[tokio::test]
async fn a_used_up_rate_limit_reports_when_it_resets() {
    let plain = || FakeQovery::builder().rate_limit(1, Duration::from_mins(2));
    for builder in [plain(), plain().quirk(QoveryQuirk::RetryAfter)] {
        let fake = builder.start().await;
        let qovery = unthrottled(&fake);
        qovery.check().await.unwrap();
        let error = qovery.check().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        // The reset is rounded up to a second and the date down.
        assert!((100..=121).contains(&error.retry_after().unwrap().as_secs()), "{error}");
    }
}

#[tokio::test]
async fn an_api_token_and_a_jwt_go_by_different_schemes() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    qovery.check().await.unwrap();
    let jwt = || Qovery::builder().url(fake.url()).token(fake.bearer());
    // Its form decides which it is.
    jwt().build().unwrap().check().await.unwrap();
    jwt().token_scheme(TokenScheme::Bearer).build().unwrap().check().await.unwrap();
    let wrong = jwt().token_scheme(TokenScheme::Token).build().unwrap().check().await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Unauthorized);
}

#[test]
fn the_environment_variables_of_qoverys_own_tools_come_first() {
    let read = |variables: &[(&str, &str)]| {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        QoveryConfig::from_variables(|name| variables.get(name).map(|value| (*value).to_owned()))
    };
    let config = read(&[("QOVERY_API_TOKEN", "b"), ("QOVERY_CLI_ACCESS_TOKEN", "a")]).unwrap();
    assert_eq!(config.url, None);
    assert!(format!("{:?}", config.connect().unwrap()).contains("https://api.qovery.com"));
    let config = read(&[("QOVERY_API_URL", "https://q.example"), ("Q_CLI_ACCESS_TOKEN", "a")]).unwrap();
    assert!(format!("{:?}", config.connect().unwrap()).contains("https://q.example"));
    let config = read(&[("QOVERY_TOKEN_SCHEME", "bearer"), ("QOVERY_TOKEN", "eyJa.b.c")]).unwrap();
    assert!(config.connect().is_ok());
    let error = read(&[]).unwrap_err().to_string();
    assert!(error.contains("QOVERY_CLI_ACCESS_TOKEN, Q_CLI_ACCESS_TOKEN, QOVERY_API_TOKEN"), "{error}");
}

#[tokio::test]
async fn ids_of_other_platforms_and_broken_ids_are_refused() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    for id in ["coolify:application:a?deployment=b", "qovery:application:a", "qovery:application:a?environment=.."] {
        let error = qovery.deployment(&id.parse().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{id}");
    }
    assert!(fake.requests().is_empty());
    assert_eq!(deployer(&fake).platform(), anydeploy::platform::QOVERY);
}
