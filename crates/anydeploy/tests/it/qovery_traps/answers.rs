//! The forms of answers: errors, limits, logs.

use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, DeployerExt, ErrorKind, LogOptions, Target};
use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryScript};

use crate::support::qovery::{manual, quick, running, step_to_the_end, unthrottled, web};

#[tokio::test]
async fn the_servers_sentence_is_read_in_each_form_of_error() {
    let forms =
        [None, Some(QoveryQuirk::MessageErrors), Some(QoveryQuirk::LegacyErrors), Some(QoveryQuirk::ProblemJson)];
    for form in forms {
        let builder = form.into_iter().fold(FakeQovery::builder(), anydeploy_fakes::FakeQoveryBuilder::quirk);
        let (fake, qovery) = manual(builder).await;
        let missing = Target::application("00000000-0000-4000-8000-000000000000");
        let error = qovery.service(&missing).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::NotFoundOrForbidden, Some(403)), "{form:?}");
        assert_eq!(error.server_message(), Some("You may not access this service."), "{form:?}");
        // Some day it may say what it means.
        fake.disable(QoveryQuirk::ForbiddenForMissing);
        assert_eq!(qovery.service(&missing).await.unwrap_err().kind(), ErrorKind::NotFound, "{form:?}");
        let error = qovery.deploy(&DeployRequest::new(missing)).await.unwrap_err();
        assert!(error.kind() == ErrorKind::NotFound && error.is_safe_to_repeat(), "{form:?}");
    }
}

#[tokio::test]
async fn a_watch_waits_out_the_rate_limit_until_its_reset() {
    let (fake, _) = running(FakeQovery::builder().rate_limit(20, Duration::from_secs(2))).await;
    let qovery = unthrottled(&fake);
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    while qovery.check().await.is_ok() {}
    let before = fake.requests().len();
    let outcome = qovery.watch(&deployment.id, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    // The one that was refused, and those after the wait; at the usual interval it would have been a hundred.
    let requests = fake.requests().len() - before;
    assert!(requests <= 8, "{requests}");
}

#[tokio::test]
async fn the_log_of_a_deployment_long_ago_is_an_empty_page() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let first = qovery.deploy(&web(&fake)).await.unwrap();
    let first = step_to_the_end(&fake, &qovery, first).await;
    assert!(!qovery.logs_of(&first.id, LogOptions::default()).await.unwrap().lines.is_empty());
    for _ in 0..20 {
        fake.deploy_by_someone_else(&fake.application());
        fake.advance(100);
    }
    let page = qovery.logs_of(&first.id, LogOptions::default()).await.unwrap();
    assert!(page.lines.is_empty(), "{page:?}");
    // Without the name of its execution, Qovery would have sent the newest log.
    assert_eq!(qovery.deployment(&first.id).await.unwrap().status, first.status);
}

#[tokio::test]
async fn a_log_of_more_than_a_thousand_lines_comes_without_its_beginning() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let lines: Vec<String> = (0..1_500).map(|number| format!("line {number}")).collect();
    fake.next_deployment(&fake.application(), QoveryScript::succeeds().log(lines));
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    let over = step_to_the_end(&fake, &qovery, deployment).await;
    let page = qovery.logs_of(&over.id, LogOptions::tail(5_000)).await.unwrap();
    assert_eq!((page.lines.len(), page.truncated), (1_000, true));
    assert!(page.lines.iter().all(|line| line.text != "line 0"));
}
