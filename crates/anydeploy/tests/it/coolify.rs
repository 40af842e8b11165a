//! The Coolify adapter against a fake server that behaves as a recorded one.

use std::time::Duration;

use anydeploy::coolify::CoolifyConfig;
use anydeploy::{
    Adoption, Coolify, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, ErrorKind, HistoryOptions,
    Identity, LogOptions, Outcome, Permission, Phase, Revision, ServiceState, Target, TargetKind, WatchOptions,
};
use anydeploy_fakes::{CoolifyAbility, CoolifyQuirk, CoolifyScript, FakeCoolify, Pace};

use crate::support::closed::Closed;

fn deployer(fake: &FakeCoolify, token: &str) -> Coolify {
    let grace = Duration::from_secs(3);
    Coolify::builder().url(fake.url()).token(token).grace(grace).build().unwrap()
}

fn quick() -> WatchOptions {
    WatchOptions::within(Duration::from_secs(20)).with_intervals(Duration::from_millis(5), Duration::from_millis(20))
}

async fn manual() -> (FakeCoolify, Coolify) {
    let fake = FakeCoolify::builder().pace(Pace::Manual).start().await;
    let coolify = deployer(&fake, fake.token());
    (fake, coolify)
}

async fn running() -> (FakeCoolify, Coolify) {
    let fake = FakeCoolify::builder().pace(Pace::Every(Duration::from_millis(5))).start().await;
    let coolify = deployer(&fake, fake.token());
    (fake, coolify)
}

fn application(fake: &FakeCoolify) -> DeployRequest {
    DeployRequest::new(Target::application(fake.application()))
}

fn uuid(deployment: &Deployment) -> &str {
    deployment.id.get("deployment").unwrap()
}

#[tokio::test]
async fn a_deployment_is_exact_and_watched_to_its_end() {
    let (fake, coolify) = running().await;
    let deployment = coolify.deploy(&application(&fake)).await.unwrap();
    assert_eq!(deployment.identity, Identity::Exact);
    assert_eq!(uuid(&deployment), fake.triggered()[0].id);
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn an_id_resumes_a_watch_in_another_process() {
    let (fake, coolify) = running().await;
    let text = coolify.deploy(&application(&fake)).await.unwrap().id.to_string();
    let elsewhere = deployer(&fake, fake.token());
    let id: DeploymentId = text.parse().unwrap();
    assert!(elsewhere.watch(&id, quick()).await.unwrap().is_success());
}

#[tokio::test]
async fn a_failure_comes_with_its_late_log_lines() {
    let (fake, coolify) = running().await;
    let script = CoolifyScript::fails_with("npm ERR! missing script: build").log(["npm run build"]);
    fake.next_deployment(&fake.application(), script);
    let outcome = coolify.deploy_and_wait(&application(&fake), quick()).await.unwrap();
    let Outcome::Failed(failure) = &outcome else { panic!("{outcome:?}") };
    let log: Vec<_> = failure.log.as_ref().unwrap().lines.iter().map(|line| line.text.as_str()).collect();
    assert!(log.iter().any(|line| line.contains("missing script")), "{log:?}");
    assert!(log.contains(&"npm run build"), "{log:?}");
}

#[tokio::test]
async fn a_phantom_id_for_a_duplicate_commit_leads_to_the_running_deployment() {
    let (fake, coolify) = manual().await;
    let first = coolify.deploy(&application(&fake)).await.unwrap();
    let second = coolify.deploy(&application(&fake).with_adoption(Adoption::Any)).await.unwrap();
    assert_eq!(second.identity, Identity::Adopted);
    assert_eq!(uuid(&second), uuid(&first));
    assert_eq!(fake.triggered().len(), 1);
    // A program that resumes from the text still learns that it was adopted.
    assert_eq!(coolify.deployment(&second.id).await.unwrap().identity, Identity::Adopted);
}

#[tokio::test]
async fn a_phantom_id_leads_to_the_deployment_of_the_same_pull_request() {
    let (fake, coolify) = manual().await;
    fake.add_preview(&fake.application(), 7);
    let production = coolify.deploy(&application(&fake)).await.unwrap();
    let preview = coolify.deploy(&application(&fake).with_pull_request(7)).await.unwrap();
    let again = application(&fake).with_pull_request(7).with_adoption(Adoption::Any);
    let again = coolify.deploy(&again).await.unwrap();
    assert_ne!(uuid(&production), uuid(&preview));
    assert_eq!((again.identity, uuid(&again)), (Identity::Adopted, uuid(&preview)));
}

#[tokio::test]
async fn no_cache_is_force_and_starts_a_second_deployment() {
    let (fake, coolify) = manual().await;
    coolify.deploy(&application(&fake)).await.unwrap();
    let forced = coolify.deploy(&application(&fake).with_no_cache(true)).await.unwrap();
    assert_eq!((forced.identity, forced.status.phase), (Identity::Exact, Phase::Queued));
    assert!(fake.triggered()[1].forced);
}

#[tokio::test]
async fn force_is_never_sent_as_false() {
    let (fake, coolify) = manual().await;
    fake.enable(CoolifyQuirk::LegacyGetDeploy);
    coolify.deploy(&application(&fake)).await.unwrap();
    assert!(!fake.triggered()[0].forced);
    let requests = fake.requests();
    let trigger = requests.iter().find(|request| request.path.ends_with("/deploy")).unwrap();
    assert_eq!(trigger.method.as_str(), "POST");
    assert!(!trigger.query.as_deref().unwrap().contains("force"), "{trigger:?}");
    assert!(trigger.body.is_empty());
}

#[tokio::test]
async fn a_refusal_inside_a_200_is_an_error_with_the_servers_sentence() {
    let (fake, coolify) = manual().await;
    let error = coolify.deploy(&application(&fake).with_pull_request(404)).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(200)));
    assert!(error.server_message().unwrap().contains("Pull request 404 not found"), "{error}");
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn an_unknown_application_is_not_found() {
    let (fake, coolify) = manual().await;
    let error = coolify.deploy(&DeployRequest::new(Target::application("nosuchthing"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.server_message(), Some("Application not found"));
    assert!(fake.requests().iter().all(|request| request.method.as_str() == "GET"), "nothing was triggered");
}

#[tokio::test]
async fn a_full_queue_is_distinguished_from_a_rate_limit() {
    let (fake, coolify) = manual().await;
    fake.fill_queue();
    let error = coolify.deploy(&application(&fake)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QueueFull);
    assert_eq!(error.retry_after(), Some(Duration::from_mins(1)));
    assert!(error.is_safe_to_repeat());

    let fake = FakeCoolify::builder().rate_limit(1, Duration::from_mins(1)).start().await;
    let coolify = crate::support::coolify::unthrottled(&fake, fake.token());
    coolify.services().await.unwrap();
    let error = coolify.deploy(&application(&fake)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.retry_after().is_some());
}

#[tokio::test]
async fn a_deploy_only_token_learns_before_waiting_that_it_may_not_read() {
    let (fake, _) = manual().await;
    let coolify = deployer(&fake, &fake.add_token(&[CoolifyAbility::Deploy]));
    let deployment = coolify.deploy(&application(&fake)).await.unwrap();
    assert_eq!(deployment.identity, Identity::Pending);
    let error = coolify.watch(&deployment.id, quick()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::PermissionDenied, 1));
    assert!(error.to_string().contains("`read`"), "{error}");
}

#[tokio::test]
async fn logs_without_the_sensitive_ability_are_refused_by_name() {
    let (fake, _) = running().await;
    let coolify = deployer(&fake, &fake.add_token(&[CoolifyAbility::Deploy, CoolifyAbility::Read]));
    fake.next_deployment(&fake.application(), CoolifyScript::fails_with("boom"));
    let outcome = coolify.deploy_and_wait(&application(&fake), quick()).await.unwrap();
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    let error = failure.log_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(error.to_string().contains("read:sensitive"), "{error}");
}

#[tokio::test]
async fn a_log_that_is_null_is_an_empty_page() {
    let (fake, coolify) = manual().await;
    let deployment = coolify.deploy(&application(&fake)).await.unwrap();
    let waiting = coolify.deploy(&application(&fake).with_no_cache(true)).await.unwrap();
    assert!(coolify.logs_of(&waiting.id, LogOptions::default()).await.unwrap().lines.is_empty());
    fake.advance(10);
    assert!(!coolify.logs_of(&deployment.id, LogOptions::tail(1)).await.unwrap().lines.is_empty());
}

#[tokio::test]
async fn cancelled_by_user_with_hyphens_is_cancelled_and_not_success() {
    let (fake, coolify) = manual().await;
    let deployment = coolify.deploy(&application(&fake)).await.unwrap();
    let cancelled = coolify.cancel_deployment(&deployment.id).await.unwrap();
    assert_eq!((cancelled.status.phase, &*cancelled.status.raw), (Phase::Cancelled, "cancelled-by-user"));
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Cancelled(_)), "{outcome:?}");

    let error = coolify.cancel_deployment(&deployment.id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_cancel_that_answers_500_but_took_effect_is_believed() {
    let (fake, coolify) = manual().await;
    fake.enable(CoolifyQuirk::Cancel500ButDone);
    let deployment = coolify.deploy(&application(&fake)).await.unwrap();
    assert_eq!(coolify.cancel_deployment(&deployment.id).await.unwrap().status.phase, Phase::Cancelled);
}

#[tokio::test]
async fn a_restart_of_the_server_turns_running_deployments_into_failures() {
    let (fake, coolify) = manual().await;
    let deployment = coolify.deploy(&application(&fake)).await.unwrap();
    fake.restart();
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_deployment_of_a_deleted_application_is_lost() {
    let (fake, coolify) = manual().await;
    let deployment = coolify.deploy(&application(&fake)).await.unwrap();
    fake.delete_application(&fake.application());
    fake.advance(1_000);
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
}

#[tokio::test]
async fn the_history_is_newest_first_and_limited() {
    let (fake, coolify) = manual().await;
    for _ in 0..3 {
        coolify.deploy(&application(&fake).with_no_cache(true)).await.unwrap();
    }
    let target = Target::application(fake.application());
    let history = coolify.history_of(&target, HistoryOptions::newest(2)).await.unwrap();
    let newest: Vec<_> = fake.triggered().iter().rev().take(2).map(|truth| truth.id.clone()).collect();
    assert_eq!(history.iter().map(uuid).collect::<Vec<_>>(), newest);
    assert!(history[0].url.as_deref().unwrap().starts_with(&fake.url()));
}

#[tokio::test]
async fn services_and_databases_are_followed_by_how_they_run() {
    let (fake, coolify) = running().await;
    for target in [Target::service(fake.service()), Target::database(fake.database())] {
        let deployment = coolify.deploy(&DeployRequest::new(target.clone())).await.unwrap();
        assert_eq!(deployment.identity, Identity::Inferred, "{target}");
        let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
        assert!(outcome.is_success(), "{target}: {outcome:?}");
        assert_eq!(coolify.service(&target).await.unwrap().state, ServiceState::Running);
    }
}

#[tokio::test]
async fn every_kind_of_resource_is_listed() {
    let (fake, coolify) = manual().await;
    let services = coolify.services().await.unwrap();
    for target in
        [Target::application(fake.application()), Target::service(fake.service()), Target::database(fake.database())]
    {
        let listed = services.iter().find(|service| service.target == target).expect("it is listed");
        let read = coolify.service(&target).await.unwrap();
        assert_eq!((&listed.name, listed.state), (&read.name, read.state));
    }
}

#[tokio::test]
async fn a_check_reports_what_each_token_may_do_and_deploys_nothing() {
    let (fake, coolify) = manual().await;
    let check = coolify.check().await.unwrap();
    assert_eq!((check.read, check.deploy), (Permission::Granted, Permission::Granted));
    assert_eq!(check.server_version.as_deref(), Some("4.3.11"));
    assert!(check.account.is_some());

    let reader = deployer(&fake, &fake.add_token(&[CoolifyAbility::Read]));
    assert_eq!(reader.check().await.unwrap().deploy, Permission::Denied);
    let trigger = deployer(&fake, &fake.add_token(&[CoolifyAbility::Deploy]));
    let check = trigger.check().await.unwrap();
    assert_eq!((check.read, check.deploy), (Permission::Denied, Permission::Granted));
    let stranger = deployer(&fake, "1|wrong");
    assert_eq!(stranger.check().await.unwrap_err().kind(), ErrorKind::Unauthorized);
    assert!(fake.triggered().is_empty() && fake.starts().is_empty());
}

#[tokio::test]
async fn what_the_platform_lacks_is_refused_before_anything_is_sent() {
    let (fake, coolify) = manual().await;
    let target = || Target::application(fake.application());
    let refused = [
        DeployRequest::new(target()).with_revision(Revision::Commit("abc".into())).with_pull_request(7),
        DeployRequest::new(target()).with_revision(Revision::Deployed).with_no_cache(true),
        DeployRequest::new(Target::database(fake.database())).with_revision(Revision::Commit("abc".into())),
        DeployRequest::new(target()).with_revision(Revision::ImageTag("1.0".into())),
        DeployRequest::new(target()).with_reason("why"),
        DeployRequest::new(Target::service(fake.service())).with_no_cache(true),
        DeployRequest::new(Target::new(TargetKind::Helm, "h")),
    ];
    for request in refused {
        assert_eq!(coolify.deploy(&request).await.unwrap_err().kind(), ErrorKind::Unsupported, "{request:?}");
    }
    for id in ["", "..", "a/b", "a,b"] {
        let error = coolify.deploy(&DeployRequest::new(Target::application(id))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{id:?}");
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn while_a_proxy_answers_for_the_server_nothing_is_triggered() {
    let (fake, coolify) = manual().await;
    fake.enable(CoolifyQuirk::BadGateway);
    let error = coolify.deploy(&application(&fake)).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unavailable, true));
    assert!(!error.to_string().contains('<'), "{error}");
    assert!(fake.requests().iter().all(|request| request.method.as_str() == "GET"));
}

#[tokio::test]
async fn a_switched_off_api_says_so() {
    let (fake, coolify) = manual().await;
    fake.enable(CoolifyQuirk::ApiDisabled);
    let error = coolify.deploy(&application(&fake)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ApiDisabled);
    assert!(error.to_string().contains("switched off"), "{error}");
}

#[tokio::test]
async fn no_server_at_the_address_is_unreachable_and_safe_to_repeat() {
    let closed = Closed::new();
    let address = closed.address();
    let coolify = Coolify::builder().url(format!("http://{address}")).token("1|t").build().unwrap();
    let error = coolify.deploy(&DeployRequest::new(Target::application("a"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.is_safe_to_repeat());
}

#[test]
fn both_names_of_the_environment_are_read_and_no_value_is_printed() {
    let read = |pairs: &'static [(&str, &str)]| {
        CoolifyConfig::from_variables(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    };
    let config = read(&[("COOLIFY_BASE_URL", "https://c.example"), ("COOLIFY_ACCESS_TOKEN", "1|marker")]).unwrap();
    assert!(!format!("{config:?}").contains("marker"));
    config.connect().unwrap();
    let error = read(&[("COOLIFY_URL", "https://c.example"), ("COOLIFY_TOKEN", " ")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
    assert!(error.to_string().contains("COOLIFY_TOKEN"), "{error}");
}

#[test]
fn a_token_never_goes_over_plain_http_to_another_machine_unless_allowed() {
    let builder = || Coolify::builder().url("http://coolify.example.com").token("1|marker");
    let error = builder().build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
    assert!(!format!("{error:?} {error:#}").contains("marker"));
    builder().allow_plain_http(true).build().unwrap();
}
