//! What is refused, by whom, and what is advised then.

use anydeploy::{Coolify, DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, Target, VersionSupport};
use anydeploy_fakes::{CoolifyQuirk, FakeCoolify, Fault, FaultPlan, FaultyNetwork, RequestKind};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::coolify::{manual, request, uuid};

#[tokio::test]
async fn pull_request_beyond_the_range_of_the_column_is_refused_before_anything_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for number in [2_147_483_648, u64::from(u32::MAX), u64::MAX] {
        let error = coolify.deploy(&request(&fake.application()).with_pull_request(number)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{number}");
    }
    assert!(fake.requests().is_empty());
    let error = coolify.deploy(&request(&fake.application()).with_pull_request(2_147_483_647)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "the largest is asked for");
}

#[tokio::test]
async fn deployment_that_something_else_started_is_read_by_its_own_id() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.deploy_by_someone_else(&fake.application());
    let theirs = fake.triggered()[0].id.clone();
    let id = Coolify::deployment_id(&Target::application(fake.application()), &theirs);
    assert_eq!(uuid(&coolify.deployment(&id).await.unwrap()), theirs);
}

#[tokio::test]
async fn refusal_of_a_policy_is_about_the_role_and_not_about_the_token() {
    let server = MockServer::builder().start().await;
    let body = json!({ "message": "You are not authorized to perform this action.", "error": "Unauthorized" });
    let answer = ResponseTemplate::new(403).set_body_json(body);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let coolify = Coolify::builder().url(server.uri()).token("1|t").build().unwrap();
    let error = coolify.deploy(&request("web")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::RoleTooLow, true));
    assert!(server.received_requests().await.unwrap().iter().all(|request| request.method.as_str() == "GET"));
}

#[tokio::test]
async fn services_and_databases_are_not_started_either_while_the_api_is_off() {
    for (quirk, kind) in [
        (CoolifyQuirk::ApiDisabled, ErrorKind::ApiDisabled),
        (CoolifyQuirk::AddressNotAllowed, ErrorKind::AddressNotAllowed),
    ] {
        let (fake, coolify) = manual(FakeCoolify::builder().quirk(quirk)).await;
        for target in [Target::service(fake.service()), Target::database(fake.database())] {
            assert_eq!(coolify.deploy(&DeployRequest::new(target)).await.unwrap_err().kind(), kind);
        }
        assert!(fake.requests().iter().all(|request| request.method.as_str() == "GET"));
    }
}

#[tokio::test]
async fn undecidable_start_of_a_service_does_not_point_to_deployments() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let plan = FaultPlan::always(Fault::ResetAfter).on([RequestKind::Trigger]).limit(1);
    let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
    let coolify = Coolify::builder().url(network.url()).token(fake.token()).build().unwrap();
    let error = coolify.deploy(&DeployRequest::new(Target::service(fake.service()))).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false));
    assert!(!error.to_string().contains("the target's deployments"), "{error}");
    assert_eq!(fake.starts().len(), 1);
}

#[tokio::test]
async fn deployment_of_a_preview_is_distinguished_from_one_of_production() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.add_preview(&fake.application(), 7);
    let production = coolify.deploy(&request(&fake.application())).await.unwrap();
    let preview = coolify.deploy(&request(&fake.application()).with_pull_request(7)).await.unwrap();
    assert_eq!((production.pull_request, preview.pull_request), (None, Some(7)));
    let read = coolify.deployment(&preview.id).await.unwrap();
    assert_eq!(read.pull_request, Some(7));
    assert!(read.url.unwrap().starts_with(&fake.url()));
    let history =
        coolify.history_of(&Target::application(fake.application()), HistoryOptions::default()).await.unwrap();
    assert_eq!(history.iter().map(|row| row.pull_request).collect::<Vec<_>>(), [Some(7), None]);
}

#[tokio::test]
async fn check_says_how_the_version_compares_with_the_observed_one() {
    let versions = [
        ("4.3.11", VersionSupport::Observed),
        ("4.0.0-beta.467", VersionSupport::Older),
        ("4.4-rc.1", VersionSupport::Newer),
        ("nightly", VersionSupport::Unknown),
    ];
    for (version, support) in versions {
        let (_fake, coolify) = manual(FakeCoolify::builder().version(version)).await;
        assert_eq!(coolify.check().await.unwrap().version_support, support, "{version}");
    }
}
