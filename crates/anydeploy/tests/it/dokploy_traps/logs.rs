//! Logs that are not where they should be.

use anydeploy::{Deployer, DeployerExt, ErrorKind, LogOptions, Outcome};
use anydeploy_fakes::{DokployQuirk, DokployScript, FakeDokploy};
use serde_json::json;

use crate::dokploy_traps::others::post;
use crate::support::dokploy::{manual, paced, quick, request, ticks};

#[tokio::test]
async fn a_log_file_that_was_deleted_is_an_empty_page_while_its_row_stays() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let deployment = dokploy.deploy(&request(&fake.application())).await.unwrap();
    ticks(&fake, 10).await;
    let over = dokploy.deployment(&deployment.id).await.unwrap();
    assert!(!dokploy.logs_of(&over.id, LogOptions::default()).await.unwrap().lines.is_empty());
    post(&fake, "/api/application.clearDeployments", json!({ "applicationId": fake.application() })).await;
    let page = dokploy.logs_of(&over.id, LogOptions::default()).await.unwrap();
    assert!(page.lines.is_empty() && !page.truncated, "{page:?}");
    assert_eq!(dokploy.deployment(&over.id).await.unwrap(), over);
}

#[tokio::test]
async fn a_server_that_shows_no_logs_still_reports_a_failure() {
    let builder = FakeDokploy::builder().quirk(DokployQuirk::OldServerWithoutQueueList);
    let (fake, dokploy) = paced(builder).await;
    fake.next_deployment(&fake.application(), DokployScript::fails_with("no such image"));
    let outcome = dokploy.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
    let Outcome::Failed(failure) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.log_error.as_ref().map(anydeploy::Error::kind), Some(ErrorKind::Unsupported));
    assert!(failure.log.is_none());
}
