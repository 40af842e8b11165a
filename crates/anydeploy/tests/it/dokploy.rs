//! The Dokploy adapter against a fake server that behaves as a recorded one.

use std::time::Duration;

use crate::support::dokploy::{manual, nonce, paced, quick, request, row, ticks};
use anydeploy::dokploy::DokployConfig;
use anydeploy::{
    DeployRequest, Deployer, DeployerExt, DeploymentId, Dokploy, ErrorKind, HistoryOptions, Identity, LogOptions,
    Method, Outcome, Permission, Phase, Revision, ServiceState, Target, TargetKind,
};
use anydeploy_fakes::{
    DokployKey, DokployOperation, DokployOrigin, DokployQuirk, DokployScript, FakeDokploy, FakeDokployBuilder,
};

fn with_key(fake: &FakeDokploy, key: DokployKey) -> Dokploy {
    Dokploy::builder().url(fake.url()).token(fake.add_key(key)).build().unwrap()
}

fn triggers(fake: &FakeDokploy) -> usize {
    let requests = fake.requests();
    requests.iter().filter(|request| request.method.as_str() == "POST").count()
}

#[tokio::test]
async fn a_deployment_is_triggered_once_and_watched_to_its_end() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let deployment = dokploy.deploy(&request(&fake.application()).with_reason("release 1.4.2")).await.unwrap();
    let outcome = dokploy.watch(&deployment.id, quick()).await.unwrap();
    let Outcome::Succeeded(deployment) = outcome else { panic!("{outcome:?}") };
    assert_eq!(deployment.identity, Identity::Exact);
    assert_eq!(deployment.title.as_deref(), Some("release 1.4.2"));
    assert!(deployment.created_at < deployment.finished_at);
    let truth = &fake.triggered()[0];
    assert_eq!(Some(row(&deployment)), truth.deployment_id.as_deref());
    assert_eq!((truth.origin, truth.operation), (DokployOrigin::Api, DokployOperation::Deploy));
    assert_eq!(triggers(&fake), 1);
}

#[tokio::test]
async fn an_id_resumes_a_watch_in_another_process() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    fake.deploy_by_someone_else(&fake.compose());
    let text = dokploy.deploy(&request(&fake.application())).await.unwrap().id.to_string();
    let elsewhere = Dokploy::builder().url(fake.url()).token(fake.token()).build().unwrap();
    let id: DeploymentId = text.parse().unwrap();
    assert!(elsewhere.watch(&id, quick()).await.unwrap().is_success());
}

#[tokio::test]
async fn without_a_reason_the_server_chooses_the_title() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let outcome = dokploy.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
    assert_eq!(outcome.deployment().unwrap().title.as_deref(), Some("Manual deployment"));
    assert_eq!(fake.triggered()[0].title, None);
}

#[tokio::test]
async fn every_form_of_acceptance_is_one() {
    // An application answers nothing, a compose stack an object, and the cloud `true`.
    for (quirk, target) in [
        (None, TargetKind::Application),
        (None, TargetKind::Compose),
        (Some(DokployQuirk::Cloud), TargetKind::Application),
        (Some(DokployQuirk::Cloud), TargetKind::Compose),
        (Some(DokployQuirk::OldServerIgnoresTitle), TargetKind::Compose),
    ] {
        let builder = FakeDokploy::builder();
        let (fake, dokploy) = paced(quirk.into_iter().fold(builder, FakeDokployBuilder::quirk)).await;
        let id = if target == TargetKind::Compose { fake.compose() } else { fake.application() };
        let request = DeployRequest::new(Target::new(target, id));
        assert!(dokploy.deploy_and_wait(&request, quick()).await.unwrap().is_success(), "{quirk:?}");
    }
}

#[tokio::test]
async fn a_failure_has_its_reason_in_the_log() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    fake.next_deployment(&fake.application(), DokployScript::fails_with("no such image").log(["pulling"]));
    let outcome = dokploy.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
    let Outcome::Failed(failure) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.deployment.reason, None);
    let log: Vec<_> = failure.log.as_ref().unwrap().lines.iter().map(|line| line.text.as_str()).collect();
    assert!(log.contains(&"no such image"), "{log:?}");
}

#[tokio::test]
async fn the_end_of_a_log_says_whether_there_is_more() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    fake.next_deployment(&fake.application(), DokployScript::succeeds().log(["a", "b", "c"]));
    let deployment = dokploy.deploy(&request(&fake.application())).await.unwrap();
    // There is nothing to read before there is a row.
    assert!(dokploy.logs_of(&deployment.id, LogOptions::default()).await.unwrap().lines.is_empty());
    ticks(&fake, 10).await;
    let page = dokploy.logs_of(&deployment.id, LogOptions::tail(2)).await.unwrap();
    assert_eq!((page.lines.len(), page.truncated), (2, true));
    assert_eq!(page.lines[1].text, "c");
    let page = dokploy.logs_of(&deployment.id, LogOptions::tail(100)).await.unwrap();
    assert_eq!((page.lines.len(), page.truncated), (4, false));
    let none = dokploy.logs_of(&deployment.id, LogOptions::tail(0)).await.unwrap();
    assert_eq!((none.lines.len(), none.truncated), (0, true));
}

#[tokio::test]
async fn the_history_is_newest_first_and_its_ids_can_be_read() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    for _ in 0..13 {
        fake.deploy_by_someone_else(&fake.application());
        ticks(&fake, 6).await;
    }
    let target = Target::application(fake.application());
    let history = dokploy.history_of(&target, HistoryOptions::newest(50)).await.unwrap();
    assert_eq!(history.len(), 11, "the server keeps no more");
    assert_eq!(Some(row(&history[0])), fake.triggered()[12].deployment_id.as_deref());
    assert!(history.iter().all(|deployment| deployment.identity == Identity::Exact));
    assert_eq!(dokploy.deployment(&history[10].id).await.unwrap(), history[10]);
    assert_eq!(dokploy.history_of(&target, HistoryOptions::newest(2)).await.unwrap(), history[..2]);
}

#[tokio::test]
async fn services_of_every_project_are_listed_and_read() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    fake.deploy_by_someone_else(&fake.compose());
    ticks(&fake, 10).await;
    let services = dokploy.services().await.unwrap();
    let found: Vec<_> = services.iter().map(|one| (one.target.clone(), one.name.as_str(), one.state)).collect();
    let web = Target::application(fake.application());
    let stack = Target::compose(fake.compose());
    assert_eq!(found, [(web.clone(), "web", ServiceState::Stopped), (stack.clone(), "stack", ServiceState::Running)]);
    let one = dokploy.service(&web).await.unwrap();
    assert_eq!((one.name.as_str(), one.raw_state.as_str()), ("web", "idle"));
    assert_eq!(dokploy.service(&stack).await.unwrap().raw_state, "done");
    let unknown = dokploy.service(&Target::application("unknown")).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_check_reports_what_the_role_may_do_and_triggers_nothing() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let check = dokploy.check().await.unwrap();
    assert_eq!(check.server_version.as_deref(), Some("v0.30.2"));
    assert_eq!(check.account.as_deref(), Some("owner@example.test"));
    assert_eq!([check.read, check.deploy, check.logs], [Permission::Granted; 3]);
    let member = with_key(&fake, DokployKey::member()).check().await.unwrap();
    assert_eq!([member.read, member.deploy, member.logs], [Permission::Denied; 3]);
    let member = with_key(&fake, DokployKey::member().with_access_to(fake.compose()));
    assert_eq!(member.check().await.unwrap().deploy, Permission::Granted);
    assert_eq!(triggers(&fake), 0);
}

#[tokio::test]
async fn what_dokploy_cannot_do_is_refused_before_anything_is_sent() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let application = || request(&fake.application());
    let cases = [
        (application().with_revision(Revision::ImageTag("1.4.2".into())), ErrorKind::Unsupported),
        (application().with_revision(Revision::Commit("abc".into())), ErrorKind::Unsupported),
        (application().with_no_cache(true), ErrorKind::Unsupported),
        (DeployRequest::redeploy(Target::application("x")).with_pull_request(7), ErrorKind::Unsupported),
        (DeployRequest::new(Target::service("x")), ErrorKind::Unsupported),
        (DeployRequest::new(Target::application("a/../b")), ErrorKind::InvalidInput),
        // A row with U+0000 can never be inserted, and the deployment would vanish.
        (application().with_reason("a\0b"), ErrorKind::InvalidInput),
    ];
    for (request, kind) in cases {
        assert_eq!(dokploy.deploy(&request).await.unwrap_err().kind(), kind, "{request:?}");
    }
    let advice = dokploy.deploy(&application().with_revision(Revision::ImageTag("1".into()))).await.unwrap_err();
    assert!(advice.to_string().contains("set it with the request"), "{advice}");
    let id = DeploymentId::new(anydeploy::platform::DOKPLOY, Target::service("x")).with("row", "r");
    assert_eq!(dokploy.deployment(&id).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(!dokploy.offers(Method::Cancel));
    let id = DeploymentId::new(anydeploy::platform::DOKPLOY, Target::application("x")).with("row", "r");
    assert_eq!(dokploy.cancel_deployment(&id).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn an_id_that_is_not_one_of_ours_is_refused() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    for text in ["coolify:application:x?deployment=1", "dokploy:application:x", "dokploy:application:x?nonce=1&after=y"]
    {
        let id: DeploymentId = text.parse().unwrap();
        assert_eq!(dokploy.deployment(&id).await.unwrap_err().kind(), ErrorKind::InvalidInput, "{text}");
        assert_eq!(dokploy.logs_of(&id, LogOptions::default()).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    let far = format!("dokploy:application:x?nonce=n&since={0}&after={0}&active={0}&ahead={1}", i64::MIN, usize::MAX);
    let lost = dokploy.deployment(&far.parse().unwrap()).await.unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::NotFound);
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn an_exhausted_key_is_distinguished_from_a_missing_permission() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    let target = Target::application(fake.application());
    // Each request is charged twice, so that an odd budget ends within one, with another answer than later ones.
    let exhausted = with_key(&fake, DokployKey::owner().with_rate_limit(3, 1000));
    exhausted.service(&target).await.unwrap();
    for _ in 0..2 {
        let error = exhausted.service(&target).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnauthorizedOrRateLimited, "{error}");
        assert!(!error.is_transient(), "every try counts");
    }
    let stranger = with_key(&fake, DokployKey::member().with_access_to(fake.compose()));
    let error = stranger.deploy(&request(&fake.application())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(error.server_message(), Some("You don't have access to this service"));
    assert!(error.is_safe_to_repeat());
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_key_that_runs_out_right_after_the_trigger_leaves_a_deployment_to_resume() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    // Three requests of two units each: the rows of before, the application without rows, and the trigger.
    let poor = with_key(&fake, DokployKey::owner().with_remaining(6));
    let deployment = poor.deploy(&request(&fake.application())).await.unwrap();
    assert_eq!((deployment.identity, deployment.status.raw.as_str()), (Identity::Pending, "accepted"));
    let error = poor.watch(&deployment.id, quick()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnauthorizedOrRateLimited);
    ticks(&fake, 10).await;
    let rich = with_key(&fake, DokployKey::owner());
    assert_eq!(rich.deployment(&deployment.id).await.unwrap().status.phase, Phase::Succeeded);
}

#[tokio::test]
async fn once_its_row_is_known_a_poll_is_one_request() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let deployment = dokploy.deploy(&request(&fake.application())).await.unwrap();
    let before = fake.requests().len();
    assert!(before >= 4, "the rows of before, the application, the trigger, the row");
    dokploy.deployment(&deployment.id).await.unwrap();
    assert_eq!(fake.requests().len() - before, 1);
}

#[tokio::test]
async fn the_environment_is_read_under_its_customary_names() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    for (url, token) in [("DOKPLOY_URL", "DOKPLOY_API_KEY"), ("DOKPLOY_ENDPOINT", "DOKPLOY_AUTH_TOKEN")] {
        let lookup = |name: &str| match name {
            name if name == url => Some(format!("{}/api", fake.url())),
            name if name == token => Some(fake.token().to_owned()),
            _ => None,
        };
        let dokploy = DokployConfig::from_variables(lookup).unwrap().connect().unwrap();
        assert_eq!(dokploy.services().await.unwrap().len(), 2);
    }
    let error = DokployConfig::from_variables(|_| None).unwrap_err();
    assert!(error.to_string().contains("DOKPLOY_URL"), "{error}");
    let scheme = anydeploy::config::TokenScheme::Bearer;
    let error = Dokploy::builder().url(fake.url()).token("t").token_scheme(scheme).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
}

#[tokio::test]
async fn the_correlation_tag_is_new_for_each_deployment() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    fake.deploy_by_someone_else(&fake.compose());
    let first = dokploy.deploy(&request(&fake.application())).await.unwrap();
    let second = dokploy.deploy(&request(&fake.application())).await.unwrap();
    assert_ne!(nonce(&first.id), nonce(&second.id));
    assert!(Duration::ZERO < dokploy.capabilities().poll_interval);
}
