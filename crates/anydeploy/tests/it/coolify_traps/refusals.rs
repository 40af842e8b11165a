//! What Coolify refuses, to whom, and how it says so.

use std::time::Duration;

use anydeploy::{Deployer, DeployerExt, ErrorKind, HistoryOptions, LogOptions, Phase, Target};
use anydeploy_fakes::{CoolifyAbility, CoolifyQuirk, FakeCoolify};
use anydeploy_fakes::{Fault, FaultPlan, FaultyNetwork, RequestKind};

use crate::support::coolify::{deployer, manual, quick, request, running, unthrottled};

#[tokio::test]
async fn abilities_do_not_imply_one_another() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let writer = deployer(&fake, &fake.add_token(&[CoolifyAbility::Read, CoolifyAbility::Write]));
    let error = writer.deploy(&request(&fake.application())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(error.server_message(), Some("Missing required permissions: deploy"));
    assert!(error.is_safe_to_repeat() && fake.triggered().is_empty());
    let sensitive = deployer(&fake, &fake.add_token(&[CoolifyAbility::Deploy, CoolifyAbility::ReadSensitive]));
    let error = sensitive.service(&Target::application(fake.application())).await.unwrap_err();
    assert!(error.to_string().contains("the ability `read`"), "{error}");
}

#[tokio::test]
async fn a_plain_member_whose_token_may_more_than_read_learns_that_the_role_is_too_low() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let member = deployer(&fake, &fake.add_member_token(&[CoolifyAbility::Deploy, CoolifyAbility::Read]));
    let error = member.deploy(&request(&fake.application())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RoleTooLow);
    assert_eq!(error.server_message(), Some("Missing required team role."));
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn an_expired_token_is_refused_whatever_it_was_allowed() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    fake.revoke_token(fake.token());
    let error = coolify.watch(&deployment.id, quick()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthorized, 1));
}

#[tokio::test]
async fn a_403_that_says_success_is_none() {
    let closed = [
        (CoolifyQuirk::ApiDisabled, ErrorKind::ApiDisabled, "switch the API on"),
        (CoolifyQuirk::AddressNotAllowed, ErrorKind::AddressNotAllowed, "allow list"),
    ];
    for (quirk, kind, words) in closed {
        let (fake, coolify) = manual(FakeCoolify::builder().quirk(quirk)).await;
        let error = coolify.deploy(&request(&fake.application())).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{quirk:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.to_string().contains("give the token"), "{error}");
        let requests = fake.requests();
        assert!(requests.iter().all(|request| request.method.as_str() == "GET"), "nothing is sent after the refusal");
        // Neither can be taken for a token that lacks an ability.
        assert_eq!(coolify.check().await.unwrap_err().kind(), kind, "{quirk:?}");
    }
}

#[tokio::test]
async fn another_teams_deployment_is_unknown_to_a_read_and_forbidden_to_a_cancel() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    let others = deployer(&fake, &fake.add_other_team_token(&[CoolifyAbility::Root]));
    assert_eq!(others.deployment(&deployment.id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(others.cancel_deployment(&deployment.id).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    assert_eq!(coolify.deployment(&deployment.id).await.unwrap().status.phase, Phase::Running);
}

#[tokio::test]
async fn every_request_asks_for_json_first_because_errors_are_web_pages_otherwise() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let target = Target::application(fake.application());
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    coolify.history_of(&target, HistoryOptions::default()).await.unwrap();
    coolify.logs_of(&deployment.id, LogOptions::default()).await.unwrap();
    coolify.service(&target).await.unwrap();
    coolify.services().await.unwrap();
    coolify.cancel_deployment(&deployment.id).await.unwrap();
    for request in fake.requests() {
        let accept = request.header("accept").unwrap();
        assert!(accept.starts_with("application/json"), "{accept} for {}", request.path);
        // A `uuid` in the query would be preferred to the one in the path.
        let named = request.query_parameter("uuid").is_some();
        assert_eq!(named, request.path.ends_with("/deploy"), "{}", request.path);
    }
    let fake = FakeCoolify::builder().rate_limit(1, Duration::from_mins(1)).start().await;
    let coolify = unthrottled(&fake, fake.token());
    coolify.services().await.unwrap();
    let error = coolify.services().await.unwrap_err();
    assert_eq!((error.kind(), error.server_message()), (ErrorKind::RateLimited, Some("Too Many Attempts.")));
}

#[tokio::test]
async fn a_watch_waits_out_the_rate_limit_that_all_tokens_of_a_user_share() {
    let (fake, _) = running(FakeCoolify::builder().rate_limit(10, Duration::from_secs(2))).await;
    let coolify = unthrottled(&fake, fake.token());
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    let colleague = unthrottled(&fake, &fake.add_token(&[CoolifyAbility::Read]));
    while colleague.services().await.is_ok() {}
    let before = fake.requests().len();
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    // The one that was refused, and those after the wait; at the usual interval it would have been a hundred.
    let requests = fake.requests().len() - before;
    assert!(requests <= 3, "{requests}");
}

#[tokio::test]
async fn maintenance_reports_how_long_to_wait() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::Maintenance)).await;
    let error = coolify.service(&Target::application(fake.application())).await.unwrap_err();
    assert_eq!((error.kind(), error.server_message()), (ErrorKind::Unavailable, Some("Service Unavailable")));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_cancel_whose_answer_comes_too_late_is_judged_by_what_it_did() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    // With an unreachable machine the answer takes a minute, and the deployment is cancelled at once.
    for fault in [Fault::SilenceAfter, Fault::ResetAfter, Fault::GatewayTimeout] {
        let application = fake.add_application("web");
        let line = FaultyNetwork::before(&fake.url(), FaultPlan::always(fault).on([RequestKind::Other])).unwrap();
        let builder = anydeploy::Coolify::builder().url(line.url()).token(fake.token());
        let coolify = builder.timeout(Duration::from_secs(2)).build().unwrap();
        let deployment = coolify.deploy(&request(&application)).await.unwrap();
        let cancelled = coolify.cancel_deployment(&deployment.id).await.unwrap();
        assert_eq!(cancelled.status.phase, Phase::Cancelled, "{fault:?}");
        assert_eq!(line.injected().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_cancel_that_never_arrived_is_not_believed() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let line = FaultyNetwork::before(&fake.url(), FaultPlan::always(Fault::ResetBefore).on([RequestKind::Other]));
    let line = line.unwrap();
    let coolify = anydeploy::Coolify::builder().url(line.url()).token(fake.token()).build().unwrap();
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    assert_eq!(coolify.cancel_deployment(&deployment.id).await.unwrap_err().kind(), ErrorKind::NoAnswer);
    assert_eq!(fake.triggered()[0].status, "in_progress");
}

#[tokio::test]
async fn a_token_that_may_deploy_and_not_read_cancels_all_the_same() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let coolify = deployer(&fake, &fake.add_token(&[CoolifyAbility::Deploy]));
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    let cancelled = coolify.cancel_deployment(&deployment.id).await.unwrap();
    assert_eq!((cancelled.status.phase, &*cancelled.status.raw), (Phase::Cancelled, "cancelled-by-user"));
    assert_eq!(fake.triggered()[0].status, "cancelled-by-user");
}
