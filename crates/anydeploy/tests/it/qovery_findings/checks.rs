//! A check before the deployment that fails, and what `check` reports of a token.

use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, Outcome, Permission, Phase, Qovery, Target, TargetKind,
    VersionSupport,
};
use anydeploy_fakes::{FakeQovery, Fault, FaultPlan, FaultyNetwork, QoveryQuirk, QoveryScript, RequestKind};
use futures::future::join_all;
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::qovery::{execution, manual, quick, running, step_to_the_end, web, worker};

#[tokio::test]
async fn a_failed_check_before_the_deployment_fails_each_kind_with_its_reason() {
    join_all([false, true].map(async |marks| {
        let builder = FakeQovery::builder();
        let builder = if marks { builder.quirk(QoveryQuirk::CheckMarksServices) } else { builder };
        let (fake, qovery) = running(builder).await;
        let targets = [
            Target::application(fake.application()),
            Target::new(TargetKind::Container, fake.container()),
            Target::new(TargetKind::Job, fake.add_job("cron")),
            Target::new(TargetKind::Helm, fake.add_helm("chart")),
            Target::new(TargetKind::Terraform, fake.add_terraform("bucket")),
            Target::new(TargetKind::Database, fake.add_database("db")),
        ];
        for target in targets {
            fake.already_deployed(target.id());
            fake.next_deployment(target.id(), QoveryScript::fails_pre_check("no credentials for the cluster"));
            let outcome = qovery.deploy_and_wait(&DeployRequest::new(target.clone()), quick()).await.unwrap();
            assert!(matches!(outcome, Outcome::Failed(_)), "{target}: {outcome:?}");
            assert_eq!(outcome.reason(), Some("no credentials for the cluster"), "{target}");
            let truth = fake.triggered().pop().unwrap().execution_id;
            assert_eq!(outcome.deployment().unwrap().id.get("execution"), Some(&*truth));
        }
    }))
    .await;
}

#[tokio::test]
async fn a_failed_check_of_a_whole_environment_has_its_reason() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::fails_pre_check("the repository is too large"));
    let request = DeployRequest::new(Target::environment(fake.environment()));
    let outcome = qovery.deploy_and_wait(&request, quick()).await.unwrap();
    assert_eq!(outcome.reason(), Some("the repository is too large"), "{outcome:?}");
}

#[tokio::test]
async fn a_check_that_failed_for_another_trigger_of_this_program_is_nobodys() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    fake.next_deployment(&fake.application(), QoveryScript::never_starts());
    fake.next_deployment(&fake.application(), QoveryScript::fails_pre_check("no credentials"));
    let first = qovery.deploy(&web(&fake)).await.unwrap();
    let second = qovery.deploy(&web(&fake)).await.unwrap();
    for deployment in [first, second] {
        match qovery.watch(&deployment.id, quick()).await {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Undecidable, "{error}"),
            Ok(outcome) => assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}"),
        }
    }
}

#[tokio::test]
async fn a_deployment_after_a_failed_check_is_its_own() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.container(), QoveryScript::fails_pre_check("no credentials"));
    let failed = qovery.deploy(&worker(&fake)).await.unwrap();
    fake.advance(20);
    // The first one does not show as over to the second caller's reads before it starts.
    let good = qovery.deploy(&web(&fake)).await.unwrap();
    let good = step_to_the_end(&fake, &qovery, good).await;
    assert_eq!((good.identity, good.status.raw.as_str()), (Identity::Inferred, "DEPLOYED"));
    let failed = qovery.watch(&failed.id, quick()).await.unwrap();
    assert_eq!(failed.reason(), Some("no credentials"));
}

#[tokio::test]
async fn a_failed_check_of_a_request_that_was_not_seen_to_wait_is_known_by_the_status_of_the_request() {
    let (fake, qovery) = manual(FakeQovery::builder().quirk(QoveryQuirk::DroppedRequestId)).await;
    fake.next_deployment(&fake.container(), QoveryScript::succeeds());
    fake.next_deployment(&fake.application(), QoveryScript::fails_pre_check("no credentials"));
    fake.deploy_by_someone_else(&fake.container());
    let queued = qovery.deploy(&web(&fake)).await.unwrap();
    assert!(queued.id.get("request").is_some() && queued.id.get("next").is_none(), "{queued:?}");
    fake.advance(60);
    // Another user's deployment has begun, so that the environment does not report the check any more.
    fake.deploy_by_someone_else(&fake.container());
    fake.advance(60);
    let outcome = qovery.watch(&queued.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
}

/// A deployer whose triggers meet a fault on their way.
fn behind(fake: &FakeQovery, fault: Fault, timeout: Duration) -> (FaultyNetwork, Qovery) {
    let plan = FaultPlan::always(fault).on([RequestKind::Trigger]).limit(1);
    let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
    let builder = Qovery::builder().url(network.url()).token(fake.token());
    (network, builder.timeout(timeout).grace(Duration::from_millis(600)).build().unwrap())
}

#[tokio::test]
async fn a_lost_trigger_whose_check_failed_has_failed_with_its_reason() {
    let (fake, _) = running(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    fake.next_deployment(&fake.application(), QoveryScript::fails_pre_check("no credentials"));
    let (_network, qovery) = behind(&fake, Fault::ResetAfter, Duration::from_secs(5));
    let found = qovery.deploy(&web(&fake)).await.unwrap();
    let truth = fake.triggered().pop().unwrap().execution_id;
    assert_eq!((found.identity, execution(&found)), (Identity::Inferred, Some(&*truth)), "{found:?}");
    assert_eq!((found.status.phase, found.reason.as_deref()), (Phase::Failed, Some("no credentials")));
}

#[tokio::test]
async fn a_lost_trigger_beside_a_failed_check_of_an_earlier_one_is_safe_to_repeat() {
    let (fake, _) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.container(), QoveryScript::fails_pre_check("no credentials"));
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let qovery = Qovery::builder().url(network.url()).token(fake.token()).grace(Duration::from_millis(600));
    let qovery = qovery.build().unwrap();
    let accepted = qovery.deploy(&worker(&fake)).await.unwrap();
    network.follow(FaultPlan::always(Fault::ResetBefore).on([RequestKind::Trigger]).limit(1));
    let lost = async { qovery.deploy(&web(&fake)).await };
    let shows = async {
        while network.injected().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // It was not listed when the baseline of the second trigger was read.
        fake.advance(100);
    };
    let (lost, ()) = tokio::join!(lost, shows);
    let error = lost.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotTriggered, true), "{error}");
    assert!(error.to_string().contains("which changes nothing"), "{error}");
    assert_eq!(qovery.watch(&accepted.id, quick()).await.unwrap().reason(), Some("no credentials"));
    assert!(qovery.deploy(&web(&fake)).await.is_ok(), "nothing but this one was deployed");
    assert_eq!(fake.triggered().len(), 2);
}

#[tokio::test]
async fn a_lost_trigger_is_never_called_absent_while_an_execution_is_missing_in_the_history() {
    let (fake, _) = running(FakeQovery::builder().quirk(QoveryQuirk::LateHistory)).await;
    let (_network, qovery) = behind(&fake, Fault::ResetAfter, Duration::from_secs(5));
    match qovery.deploy(&web(&fake)).await {
        Ok(found) => assert_eq!(execution(&found), Some(&*fake.triggered()[0].execution_id)),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Undecidable, "{error}"),
    }
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn a_lost_trigger_is_never_called_absent_because_two_clocks_of_the_server_differ() {
    let (fake, _) = running(FakeQovery::builder()).await;
    let plan = FaultPlan::always(Fault::ResetAfter).on([RequestKind::Trigger]).limit(1);
    let network = FaultyNetwork::before(&fake.url(), plan.clock_ahead(Duration::from_secs(2))).unwrap();
    let builder = Qovery::builder().url(network.url()).token(fake.token()).grace(Duration::from_secs(6));
    let error = builder.build().unwrap().deploy(&web(&fake)).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
}

#[tokio::test]
async fn a_lost_trigger_of_an_environment_is_not_answered_by_the_deployment_of_one_service() {
    let (fake, _) = running(FakeQovery::builder()).await;
    let (network, qovery) = behind(&fake, Fault::SilenceBefore, Duration::from_millis(500));
    let whole = DeployRequest::new(Target::environment(fake.environment()));
    let other = async {
        while network.injected().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        fake.deploy_by_another_program(&fake.application());
    };
    let (lost, ()) = tokio::join!(qovery.deploy(&whole), other);
    let error = lost.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
}

#[tokio::test]
async fn a_failed_check_is_of_the_later_trigger_if_the_earlier_one_never_started() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::never_starts());
    fake.next_deployment(&fake.container(), QoveryScript::fails_pre_check("no credentials"));
    let first = qovery.deploy(&web(&fake)).await.unwrap();
    let second = qovery.deploy(&worker(&fake)).await.unwrap();
    let (first, second) = tokio::join!(qovery.watch(&first.id, quick()), qovery.watch(&second.id, quick()));
    assert!(matches!(&first, Ok(Outcome::Lost(_))), "{first:?}");
    assert_eq!(second.unwrap().reason(), Some("no credentials"));
}

/// What `check` says of organizations with these restrictions.
async fn checked(restrictions: &[Option<&str>]) -> anydeploy::Check {
    let server = MockServer::builder().start().await;
    let organization =
        |restriction: Option<&str>| json!({"id": "o", "name": "org", "billing_deployment_restriction": restriction});
    let body = json!({ "results": restrictions.iter().copied().map(organization).collect::<Vec<_>>() });
    Mock::given(path("/organization"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    let qovery = Qovery::builder().url(server.uri()).token("t").timeout(Duration::from_secs(5)).build().unwrap();
    qovery.check().await.unwrap()
}

#[tokio::test]
async fn an_organization_without_a_credit_card_may_deploy_on_demo_clusters() {
    let cases: [(&[Option<&str>], Permission); 7] = [
        (&[None], Permission::Untested),
        (&[Some("")], Permission::Untested),
        (&[Some("NO_CREDIT_CARD")], Permission::Untested),
        (&[Some("UNPAID_BILL")], Permission::Denied),
        (&[Some("UNPAID_BILL"), Some("NO_CREDIT_CARD")], Permission::Untested),
        (&[Some("UNPAID_BILL"), Some("NEW_WORD")], Permission::Denied),
        (&[], Permission::Untested),
    ];
    for (restrictions, deploy) in cases {
        let check = checked(restrictions).await;
        assert_eq!(check.deploy, deploy, "{restrictions:?}");
        assert_eq!((check.server_version, check.version_support), (None, VersionSupport::Unknown));
    }
}
