//! A process that ended while it deployed, and another one that recovers from its intent, at once or an hour later.

use std::time::Duration;

use anydeploy::{Deployer, DeployerExt, Deployment, ErrorKind, Identity, Intent, Phase, Qovery, Result, Timing};
use anydeploy_fakes::{FakeQovery, FakeQoveryBuilder, Pace, QoveryScript};
use qovery_client::Client;
use qovery_client::types::DeployRequest as Body;
use serde_json::Value;

use crate::support::qovery::{execution, ours, step_to_the_end, web};

/// An hour by the server's clock, in ticks of a second.
const HOUR: u64 = 3600;

/// A server whose clock goes by ticks of a second.
async fn server(builder: FakeQoveryBuilder) -> FakeQovery {
    builder.pace(Pace::Manual).clock_by_ticks(Duration::from_secs(1)).start().await
}

/// A deployer as each process has one.
fn process(fake: &FakeQovery) -> Qovery {
    let timing = Timing::scaled_to(Duration::from_millis(600));
    let builder = Qovery::builder().url(fake.url()).token(fake.token()).timeout(Duration::from_millis(300));
    builder.timing(timing).build().unwrap()
}

/// What a process does that prepares a trigger, stores its intent, and ends after it was sent, if it is.
async fn dies(fake: &FakeQovery, is_sent: bool) -> Value {
    let intent = process(fake).prepare(&web(fake)).await.unwrap();
    if is_sent {
        let client = Client::from_http(Client::http_builder(fake.url(), fake.token()).build().unwrap());
        client.deploy_application(&fake.application(), &Body { git_commit_id: None }).await.unwrap();
    }
    let mut stored = serde_json::to_value(&intent).unwrap();
    // This process must not know it for its own, which it has not sent.
    stored["id"] = format!("{} of another process", intent.id()).into();
    stored
}

/// Lets time pass for the server, and for the machine that wrote the intent.
fn passes(fake: &FakeQovery, intent: &mut Value, ticks: u64) {
    fake.advance(ticks);
    let local = &mut intent["baseline"]["plan"]["baseline"]["at"]["local"];
    *local = (local.as_i64().unwrap() - i64::try_from(ticks).unwrap()).into();
}

async fn recover(fake: &FakeQovery, intent: &Value) -> Result<Deployment> {
    let intent: Intent = serde_json::from_value(intent.clone()).unwrap();
    process(fake).recover(&intent).await
}

#[tokio::test]
async fn an_hour_later_and_after_ten_more_deployments_the_execution_of_the_trigger_is_found() {
    for (is_sent, others) in [(true, 0), (true, 10), (false, 0), (false, 10)] {
        let fake = server(FakeQovery::builder()).await;
        fake.already_deployed(&fake.application());
        fake.next_deployment(&fake.application(), QoveryScript::fails_with("the first of them fails"));
        let mut intent = dies(&fake, is_sent).await;
        passes(&fake, &mut intent, HOUR);
        for _ in 0..others {
            fake.deploy_by_another_program(&fake.application());
            passes(&fake, &mut intent, 60);
        }
        match recover(&fake, &intent).await {
            Ok(found) if is_sent => {
                assert_eq!((found.identity, found.status.phase), (Identity::Inferred, Phase::Failed), "{found:?}");
                assert_eq!(execution(&found), Some(&*ours(&fake)[0].execution_id));
            }
            Err(error) if !is_sent => assert_eq!(error.kind(), ErrorKind::NotTriggered, "{others} others: {error}"),
            other => panic!("sent: {is_sent}, {others} others: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_trigger_that_waited_longer_than_it_could_be_acted_on_is_found() {
    let fake = server(FakeQovery::builder()).await;
    fake.next_deployment(&fake.container(), QoveryScript::succeeds().lasting(1800));
    fake.deploy_by_someone_else(&fake.container());
    fake.advance(5);
    let mut intent = dies(&fake, true).await;
    passes(&fake, &mut intent, 600);
    let waits = recover(&fake, &intent).await.unwrap();
    assert_eq!((waits.status.phase, execution(&waits)), (Phase::Queued, None));
    let over = step_to_the_end_by_minutes(&fake, waits).await;
    assert_eq!(execution(&over), Some(&*ours(&fake)[0].execution_id));
    passes(&fake, &mut intent, 2 * HOUR);
    let found = recover(&fake, &intent).await.unwrap();
    assert_eq!((execution(&found), found.status.phase), (execution(&over), Phase::Succeeded));
}

async fn step_to_the_end_by_minutes(fake: &FakeQovery, mut deployment: Deployment) -> Deployment {
    while deployment.status.phase == Phase::Queued {
        fake.advance(60);
        deployment = process(fake).deployment(&deployment.id).await.unwrap();
    }
    step_to_the_end(fake, &process(fake), deployment).await
}

#[tokio::test]
async fn what_another_program_deploys_in_the_gap_is_never_exact() {
    for is_sent in [true, false] {
        let fake = server(FakeQovery::builder()).await;
        let mut intent = dies(&fake, false).await;
        fake.deploy_by_another_program(&fake.application());
        if is_sent {
            passes(&fake, &mut intent, 20);
            fake.deploy_by_another_program(&fake.application());
        }
        passes(&fake, &mut intent, 30);
        match recover(&fake, &intent).await {
            Ok(found) => assert_eq!((found.identity, is_sent), (Identity::Inferred, false), "{found:?}"),
            Err(error) => assert_eq!((error.kind(), is_sent), (ErrorKind::Undecidable, true), "{error}"),
        }
    }
}
