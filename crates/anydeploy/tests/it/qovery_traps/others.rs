//! What other people do in the same environment, with other credentials and other actions.

use std::time::Duration;

use anydeploy::config::TokenScheme;
use anydeploy::{Deployer, DeployerExt, ErrorKind, Identity, Outcome, Phase, Qovery};
use anydeploy_fakes::{FakeQovery, Pace, QoveryQuirk, QoveryScript};
use qovery_client::Client;

use crate::support::qovery::{deployer, execution, manual, quick, running, step_to_the_end, web};

fn client(fake: &FakeQovery) -> Client {
    Client::from_http(Client::http_builder(fake.url(), fake.token()).build().unwrap())
}

#[tokio::test]
async fn requests_of_another_user_are_not_merged_with_ours() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let person = Qovery::builder().url(fake.url()).token(fake.bearer()).token_scheme(TokenScheme::Bearer);
    let person = person.build().unwrap();
    fake.deploy_by_someone_else(&fake.application());
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("ours fails"));
    let first = qovery.deploy(&web(&fake)).await.unwrap();
    let second = person.deploy(&web(&fake)).await.unwrap();
    assert_eq!((first.identity, second.identity), (Identity::Exact, Identity::Exact));
    let first = step_to_the_end(&fake, &qovery, first).await;
    let second = step_to_the_end(&fake, &person, second).await;
    assert_eq!((first.status.phase, second.status.phase), (Phase::Failed, Phase::Succeeded));
    assert_ne!(execution(&first), execution(&second));
    assert_eq!(fake.triggered().len(), 3);
}

#[tokio::test]
async fn a_later_action_on_the_service_does_not_change_the_outcome_of_the_deployment() {
    for fails in [false, true] {
        let (fake, qovery) = manual(FakeQovery::builder()).await;
        if fails {
            fake.next_deployment(&fake.application(), QoveryScript::fails_with("no"));
        }
        let first = qovery.deploy(&web(&fake)).await.unwrap();
        fake.advance(100);
        client(&fake).stop_application(&fake.application()).await.unwrap();
        fake.advance(100);
        // The service is `STOPPED`, which is the end of another action.
        let over = qovery.deployment(&first.id).await.unwrap();
        let expected = if fails { Phase::Failed } else { Phase::Succeeded };
        assert_eq!(over.status.phase, expected, "{over:?}");
        assert_eq!(execution(&over), Some(&*fake.triggered()[0].execution_id));
    }
}

#[tokio::test]
async fn a_restart_with_the_same_token_is_not_taken_for_the_deployment() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    fake.next_deployment(&fake.application(), QoveryScript::never_starts());
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    client(&fake).reboot_application(&fake.application()).await.unwrap();
    let outcome = qovery.watch(&deployment.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
    assert_eq!(fake.triggered().len(), 1);
}

/// Deploys the same service with the same token as another process would, some seconds later.
async fn another_job_deploys(fake: &FakeQovery) {
    tokio::time::sleep(Duration::from_millis(3_200)).await;
    deployer(fake).deploy(&web(fake)).await.unwrap();
    fake.advance(100);
    assert_eq!(fake.triggered().last().unwrap().state.as_deref(), Some("DEPLOYED"));
}

fn patient(fake: &FakeQovery) -> Qovery {
    Qovery::builder().url(fake.url()).token(fake.token()).grace(Duration::from_secs(6)).build().unwrap()
}

#[tokio::test]
async fn what_is_deployed_after_our_request_was_cancelled_in_the_queue_is_not_ours() {
    for silent in [false, true] {
        let builder = FakeQovery::builder().pace(Pace::Manual);
        let quirks = [QoveryQuirk::DroppedRequestId, QoveryQuirk::ForgottenRequests];
        let builder = quirks.into_iter().filter(|_| silent).fold(builder, anydeploy_fakes::FakeQoveryBuilder::quirk);
        let fake = builder.start().await;
        let qovery = patient(&fake);
        fake.deploy_by_someone_else(&fake.application());
        let queued = qovery.deploy(&web(&fake)).await.unwrap();
        fake.advance(5);
        let queued = qovery.deployment(&queued.id).await.unwrap();
        client(&fake).cancel_deployment_request(queued.id.get("request").unwrap()).await.unwrap();
        let left = qovery.deployment(&queued.id).await.unwrap();
        assert_eq!((left.identity, execution(&left)), (Identity::Pending, None));
        fake.advance(100);
        another_job_deploys(&fake).await;
        match qovery.deployment(&left.id).await {
            Ok(seen) => assert_eq!((seen.is_over(), execution(&seen)), (false, None), "{seen:?}"),
            Err(error) => assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Undecidable), "{error}"),
        }
    }
}

#[tokio::test]
async fn what_is_deployed_after_our_call_started_nothing_is_not_ours() {
    let fake = FakeQovery::builder().pace(Pace::Manual).start().await;
    let qovery = patient(&fake);
    fake.next_deployment(&fake.application(), QoveryScript::never_starts());
    let accepted = qovery.deploy(&web(&fake)).await.unwrap();
    another_job_deploys(&fake).await;
    match qovery.deployment(&accepted.id).await {
        Ok(seen) => assert_eq!((seen.is_over(), execution(&seen)), (false, None), "{seen:?}"),
        Err(error) => assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Undecidable), "{error}"),
    }
}
