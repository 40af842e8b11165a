//! What older servers do otherwise.

use anydeploy::{Coolify, Deployer, DeployerExt, ErrorKind, Identity, Permission};
use anydeploy_fakes::{CoolifyQuirk, FakeCoolify, Fault, FaultPlan, FaultyNetwork, RequestKind};

use crate::support::coolify::{manual, request, uuid};

#[tokio::test]
async fn parameters_go_into_the_query_and_a_pull_request_by_its_older_name() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::QueryAndPrOnly)).await;
    fake.add_preview(&fake.application(), 7);
    coolify.deploy(&request(&fake.application()).with_pull_request(7)).await.unwrap();
    // Under its newer name the number would be passed over, and production deployed.
    assert_eq!(fake.triggered()[0].pull_request, 7);
}

#[tokio::test]
async fn a_server_that_deploys_on_get_alone_is_unsupported_and_left_alone() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::GetOnlyDeploy)).await;
    let error = coolify.deploy(&request(&fake.application())).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Unsupported, Some(404)));
    assert!(error.to_string().contains("version is too old"), "{error}");
    assert!(error.is_safe_to_repeat() && fake.triggered().is_empty());
}

#[tokio::test]
async fn a_server_without_the_team_route_is_checked_all_the_same() {
    let (_fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::NoTeamRoute)).await;
    let check = coolify.check().await.unwrap();
    assert_eq!((check.read, check.deploy, check.account), (Permission::Granted, Permission::Granted, None));
}

#[tokio::test]
async fn a_version_is_neither_json_nor_three_numbers() {
    let (_fake, coolify) = manual(FakeCoolify::builder().version("4.4-rc.1")).await;
    assert_eq!(coolify.check().await.unwrap().server_version.as_deref(), Some("4.4-rc.1"));
}

#[tokio::test]
async fn a_moment_in_the_form_of_sql_is_the_same_moment() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    fake.advance(10);
    let new = coolify.deployment(&deployment.id).await.unwrap();
    fake.enable(CoolifyQuirk::SqlFinishedAt);
    let old = coolify.deployment(&deployment.id).await.unwrap();
    assert!(new.finished_at.is_some());
    assert_eq!(old.finished_at, new.finished_at);
}

#[tokio::test]
async fn an_earlier_deployment_of_the_same_second_is_not_taken_for_the_own() {
    let (fake, _) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::SecondsUnordered)).await;
    let plan = FaultPlan::always(Fault::ResetAfter).on([RequestKind::Trigger]).limit(1);
    let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
    let coolify = Coolify::builder().url(network.url()).token(fake.token()).build().unwrap();
    fake.deploy_by_another_program(&fake.application());
    fake.advance(20);
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    assert_eq!((deployment.identity, uuid(&deployment)), (Identity::Inferred, &*fake.triggered()[1].id));
}
