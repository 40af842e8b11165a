//! Recovery from a stored intent where another clock, another trigger or an earlier one stands beside it.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    Coolify, DeployRequest, Deployer, DeployerExt, Deployment, ErrorKind, Identity, Intent, Qovery, Result, Target,
    Timing,
};
use anydeploy_fakes::{FakeCoolify, FakeQovery, Fault, FaultPlan, FaultyNetwork, Pace, QoveryScript, RequestKind};
use futures::future::join_all;
use serde_json::Value;

use crate::support::qovery::web;
use crate::support::scene::{LOST_AFTER, Scene};

const HOUR: i64 = 3600;

/// The intent as another process reads it.
fn stored(intent: &Intent) -> Intent {
    serde_json::from_value(serde_json::to_value(intent).unwrap()).unwrap()
}

/// The same, as a process reads it that has not prepared it itself.
fn of_another_process(intent: &Intent) -> Intent {
    Intent::new(intent.platform().clone(), "another", intent.request().clone(), intent.baseline().clone())
}

/// Makes a call whose trigger is acted on, and ends before the answer.
async fn dies_while_it_sends(
    network: &FaultyNetwork,
    call: impl Future<Output = Result<Deployment>> + Send + 'static,
    is_there: impl Fn() -> bool,
) {
    network.follow(FaultPlan::always(Fault::SilenceAfter).on([RequestKind::Trigger]).limit(1));
    let sending = tokio::spawn(call);
    while !is_there() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn what_another_trigger_of_the_program_may_have_started_is_not_recovered_as_ones_own() {
    let mut timing = Timing::scaled_to(LOST_AFTER);
    // The other trigger may appear for longer than a busy machine takes to go on.
    timing.trigger_settles = Duration::from_secs(2);
    let recovered = Scene::all_with(timing).await.map(async |scene| {
        let intent = of_another_process(&scene.deployer.prepare(&scene.request).await.unwrap());
        let (deployer, request) = (Arc::clone(&scene.deployer), scene.request.clone());
        let deploy = async move { deployer.deploy(&request).await };
        dies_while_it_sends(&scene.network, deploy, || !scene.ids().is_empty()).await;
        let error = scene.deployer.recover(&intent).await.unwrap_err();
        // Dokploy stores a correlation tag, which proves that the row is another trigger's.
        let is_tagged = scene.deployer.platform() == anydeploy::platform::DOKPLOY;
        assert_eq!(error.kind(), if is_tagged { ErrorKind::NotTriggered } else { ErrorKind::Undecidable }, "{error}");
    });
    join_all(recovered).await;
}

/// A server of Coolify, the deployer that prepares and sends, and the one of the process that recovers.
async fn coolify() -> (FakeCoolify, FaultyNetwork, [Arc<dyn Deployer>; 2], DeployRequest) {
    let fake = FakeCoolify::builder().pace(Pace::Manual).start().await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    // The fence of the first is so far away that a busy machine does not reach it.
    let deployers = [Duration::from_secs(5), Duration::from_millis(100)].map(|send_within| -> Arc<dyn Deployer> {
        let mut timing = Timing::scaled_to(LOST_AFTER);
        timing.send_within = send_within;
        let builder = Coolify::builder().url(network.url()).token(fake.token()).timeout(Duration::from_secs(1));
        Arc::new(builder.timing(timing).build().unwrap())
    });
    let request = DeployRequest::new(Target::application(fake.application()));
    (fake, network, deployers, request)
}

/// The same intent, as if it had been prepared so many seconds earlier.
fn older(intent: &Intent, baseline: &str, seconds: i64) -> Intent {
    let mut json = serde_json::to_value(intent).unwrap();
    let at = json.pointer_mut(&format!("/baseline/{baseline}/at")).unwrap();
    for clock in ["server", "local"] {
        at[clock] = (at[clock].as_i64().unwrap() - seconds).into();
    }
    of_another_process(&serde_json::from_value(json).unwrap())
}

#[tokio::test]
async fn on_coolify_the_stored_count_distinguishes_a_row_from_one_of_the_same_second() {
    let (fake, network, [coolify, other], request) = coolify().await;
    coolify.deploy(&request).await.unwrap();
    fake.advance(10);
    let absent = of_another_process(&coolify.prepare(&request).await.unwrap());
    let error = other.recover(&absent).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotTriggered, "{error}");
    let intent = stored(&coolify.prepare(&request).await.unwrap());
    let (sender, sent) = (Arc::clone(&coolify), intent.clone());
    dies_while_it_sends(&network, async move { sender.send(&sent).await }, || fake.triggered().len() == 2).await;
    let found = other.recover(&intent).await.unwrap();
    assert_eq!((found.identity, found.id.get("deployment")), (Identity::Inferred, Some(&*fake.triggered()[1].id)));
}

#[tokio::test]
async fn on_coolify_a_trigger_is_not_denied_where_an_old_row_may_have_been_deleted_as_it_was_acted_on() {
    let (fake, network, [coolify, other], request) = coolify().await;
    // Rows older than 60 days are deleted once a day, which leaves the number of rows as it was.
    fake.set_column(request.target().id(), "created_at", "2026-01-22T15:40:24.000000Z");
    fake.deploy_by_someone_else(request.target().id());
    fake.advance(10);
    let intent = coolify.prepare(&request).await.unwrap();
    let (sender, sent) = (Arc::clone(&coolify), stored(&intent));
    dies_while_it_sends(&network, async move { sender.send(&sent).await }, || fake.triggered().len() == 2).await;
    // The clock of the answers is a minute ahead of the one of the rows, so that the new row is no later than the baseline.
    let mut json = serde_json::to_value(older(&intent, "plan/deploy/baseline", -60)).unwrap();
    *json.pointer_mut("/baseline/plan/deploy/baseline/count").unwrap() = 2.into();
    let error = other.recover(&serde_json::from_value(json).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecidable, "{error}");
    assert!(error.to_string().contains("may have deleted"), "{error}");
}

#[tokio::test]
async fn on_coolify_a_row_that_came_an_hour_after_the_stored_baseline_is_not_the_triggers() {
    let (fake, _network, [coolify, other], request) = coolify().await;
    let intent = older(&coolify.prepare(&request).await.unwrap(), "plan/deploy/baseline", HOUR);
    fake.deploy_by_another_program(request.target().id());
    let error = other.recover(&intent).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotTriggered, "{error}");
}

#[tokio::test]
async fn on_coolify_the_times_of_the_process_that_prepared_the_intent_say_which_row_came_too_late() {
    let (fake, _network, [coolify, other], request) = coolify().await;
    // Two minutes for clocks that differ; the rest is more than the one allows for a trigger, and less than the other.
    let intent = older(&coolify.prepare(&request).await.unwrap(), "plan/deploy/baseline", 120 + 4);
    fake.deploy_by_another_program(request.target().id());
    let found = other.recover(&intent).await.unwrap();
    assert_eq!((found.identity, found.id.get("deployment")), (Identity::Inferred, Some(&*fake.triggered()[0].id)));
}

#[tokio::test]
async fn on_coolify_a_lost_trigger_of_production_is_nothing_to_that_of_a_preview() {
    let (fake, network, [coolify, _], production) = coolify().await;
    fake.add_preview(production.target().id(), 7);
    let (sender, request) = (Arc::clone(&coolify), production.clone());
    let deploy = async move { sender.deploy(&request).await };
    dies_while_it_sends(&network, deploy, || fake.triggered().len() == 1).await;
    network.follow(FaultPlan::always(Fault::ResetAfter).on([RequestKind::Trigger]).limit(1));
    let preview = coolify.deploy(&production.with_pull_request(7)).await.unwrap();
    assert_eq!((preview.identity, preview.id.get("deployment")), (Identity::Inferred, Some(&*fake.triggered()[1].id)));
}

#[tokio::test]
async fn an_intent_that_an_earlier_version_stored_is_read() {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/v1")).unwrap();
    let stored: Vec<_> = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let scenes = Scene::all().await;
    join_all(stored.iter().map(async |file| {
        let intent: Intent = serde_json::from_str(file).unwrap();
        let scene = scenes.iter().find(|scene| scene.deployer.platform() == *intent.platform()).unwrap();
        let error = scene.deployer.recover(&intent).await.unwrap_err();
        assert_ne!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }))
    .await;
}

#[tokio::test]
async fn on_coolify_the_start_of_a_service_cannot_be_recovered() {
    let (fake, _network, [coolify, other], _) = coolify().await;
    let request = DeployRequest::new(Target::service(fake.service()));
    let intent = of_another_process(&coolify.prepare(&request).await.unwrap());
    assert_eq!(other.recover(&intent).await.unwrap_err().kind(), ErrorKind::Undecidable);
}

async fn qovery() -> FakeQovery {
    FakeQovery::builder().pace(Pace::Manual).clock_by_ticks(Duration::from_secs(1)).start().await
}

fn process(fake: &FakeQovery) -> Qovery {
    let builder = Qovery::builder().url(fake.url()).token(fake.token()).timeout(Duration::from_millis(300));
    builder.timing(Timing::scaled_to(Duration::from_millis(600))).build().unwrap()
}

async fn recover(fake: &FakeQovery, intent: &Value) -> Result<Deployment> {
    process(fake).recover(&of_another_process(&serde_json::from_value(intent.clone()).unwrap())).await
}

#[tokio::test]
async fn on_qovery_a_request_that_waited_before_may_have_taken_the_trigger_in() {
    let fake = qovery().await;
    fake.next_deployment(&fake.container(), QoveryScript::succeeds().lasting(1800));
    fake.deploy_by_someone_else(&fake.container());
    fake.advance(5);
    fake.deploy_by_another_program(&fake.application());
    let intent = serde_json::to_value(process(&fake).prepare(&web(&fake)).await.unwrap()).unwrap();
    assert_eq!(recover(&fake, &intent).await.unwrap_err().kind(), ErrorKind::Undecidable);
}

#[tokio::test]
async fn on_qovery_two_new_executions_are_undecidable_where_the_clocks_of_two_machines_disagree() {
    let fake = qovery().await;
    let mut intent = serde_json::to_value(process(&fake).prepare(&web(&fake)).await.unwrap()).unwrap();
    fake.deploy_by_another_program(&fake.application());
    fake.advance(3600);
    fake.deploy_by_another_program(&fake.application());
    fake.advance(60);
    assert_eq!(recover(&fake, &intent).await.unwrap_err().kind(), ErrorKind::Undecidable, "by the stored clock alone");
    let local = intent.pointer_mut("/baseline/plan/baseline/at/local").unwrap();
    *local = (local.as_i64().unwrap() - 3660).into();
    assert_eq!(recover(&fake, &intent).await.unwrap().identity, Identity::Inferred, "by two clocks that agree");
}
