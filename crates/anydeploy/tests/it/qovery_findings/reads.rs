//! Reads that fail once, headers, and what is sent beside a body.

use std::collections::BTreeSet;
use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, DeployerExt, ErrorKind, Qovery, Target, TargetKind};
use anydeploy_fakes::{FakeQovery, Fault, FaultPlan, FaultyNetwork, RequestKind};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::qovery::{manual, triggers};

#[tokio::test]
async fn one_failed_read_before_the_trigger_does_not_fail_the_deployment() {
    let (fake, _) = manual(FakeQovery::builder()).await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let qovery = Qovery::builder().url(network.url()).token(fake.token()).build().unwrap();
    let faults = [
        Fault::Status { code: 503, retry_after: None },
        Fault::HtmlPage { code: 502 },
        Fault::ResetBefore,
        Fault::Truncated,
    ];
    let targets = [
        Target::application(fake.application()),
        Target::new(TargetKind::Container, fake.container()).in_environment(fake.environment()),
        Target::new(TargetKind::Database, fake.add_database("db")),
        Target::environment(fake.environment()),
    ];
    let mut expected = 0;
    for fault in faults {
        for target in &targets {
            network.follow(FaultPlan::always(fault).on([RequestKind::Read]).limit(1));
            let deployed = qovery.deploy(&DeployRequest::new(target.clone())).await;
            assert!(deployed.is_ok(), "{target} {fault:?}: {deployed:?}");
            expected += 1;
            assert_eq!(triggers(&fake).len(), expected, "{target} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_reset_of_the_rate_limit_may_count_seconds() {
    let cases = [("30", 30), ("0", 0), ("7200", 3600), ("1787234430", 30)];
    for (reset, seconds) in cases {
        let server = MockServer::builder().start().await;
        let refused = ResponseTemplate::new(429)
            .insert_header("date", "Thu, 20 Aug 2026 14:00:00 GMT")
            .insert_header("x-ratelimit-reset", reset);
        Mock::given(any()).respond_with(refused).mount(&server).await;
        let qovery = Qovery::builder().url(server.uri()).token("t").build().unwrap();
        let error = qovery.check().await.unwrap_err();
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(seconds))));
    }
}

#[tokio::test]
async fn a_kind_that_takes_no_body_is_triggered_without_one() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let targets = [
        (Target::new(TargetKind::Database, fake.add_database("db")), false),
        (Target::environment(fake.environment()), false),
        (Target::application(fake.application()), true),
    ];
    for (target, body) in targets {
        qovery.deploy(&DeployRequest::new(target.clone())).await.unwrap();
        let requests = fake.requests();
        let trigger = requests.iter().rfind(|request| request.method.as_str() == "POST").unwrap();
        assert_eq!(!trigger.body.is_empty(), body, "{target}");
    }
}

#[tokio::test]
async fn a_history_that_one_route_does_not_find_says_nothing_about_the_deployment() {
    let (fake, _) = manual(FakeQovery::builder()).await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let grace = Duration::from_secs(30);
    let qovery = Qovery::builder().url(network.url()).token(fake.token()).grace(grace).build().unwrap();
    let deployment = qovery.deploy(&DeployRequest::new(Target::application(fake.application()))).await.unwrap();
    fake.advance(3);
    let missing = FaultPlan::always(Fault::NotFound)
        .on([RequestKind::Read])
        .not_found("/environment/*/deploymentHistoryV2", r#"{"status":404,"detail":"Not found."}"#);
    network.follow(missing);
    // As long as only the order of executions identifies it, the history is needed.
    let unresolved = deployment.id.clone().without("execution");
    let error = qovery.deployment(&unresolved).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.is_transient());
    assert_eq!(error.operation(), Some("listEnvironmentDeploymentHistoryV2"));
    network.follow(FaultPlan::calm());
    assert!(qovery.deployment(&unresolved).await.is_ok());
}

#[tokio::test]
async fn whichever_read_fails_once_the_deployment_is_made() {
    let (fake, _) = manual(FakeQovery::builder()).await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let qovery = Qovery::builder().url(network.url()).token(fake.token()).build().unwrap();
    let request = DeployRequest::new(Target::application(fake.application()));
    let mut hit = BTreeSet::new();
    for seed in 0..60 {
        // The seed decides which of the reads it is.
        let broken = Fault::Status { code: 503, retry_after: None };
        network.follow(FaultPlan::seeded(seed).faults([broken]).on([RequestKind::Read]).rate(0.25).limit(1));
        let already = network.injected().len();
        let deployed = qovery.deploy(&request).await;
        assert!(deployed.is_ok(), "{seed}: {deployed:?}");
        hit.extend(network.injected().iter().skip(already).map(|one| one.path.clone()));
    }
    for route in ["/commit", "/statuses", "/deploymentQueue"] {
        assert!(hit.iter().any(|path| path.contains(route)), "{route}: {hit:?}");
    }
}
