//! What a test can say of deployments is the same on every platform.

use anydeploy_fakes::{
    CoolifyScript, DokployJobState, DokployQuirk, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, Pace,
    QoveryScript,
};

#[tokio::test]
async fn a_script_may_end_in_a_word_that_no_version_has() {
    let coolify = FakeCoolify::builder().pace(Pace::Manual).start().await;
    coolify.every_deployment(&coolify.application(), CoolifyScript::ends_as("evaporated"));
    coolify.deploy_by_someone_else(&coolify.application());
    assert_eq!(coolify.triggered()[0].status, "in_progress");
    coolify.advance(9);
    assert_eq!(coolify.triggered()[0].status, "evaporated");

    let dokploy = FakeDokploy::builder().pace(Pace::Manual).start().await;
    dokploy.every_deployment(&dokploy.application(), DokployScript::ends_as("evaporated"));
    dokploy.deploy_by_someone_else(&dokploy.application());
    dokploy.advance(9);
    let rows = reqwest::Client::new()
        .get(format!("{}/api/deployment.all?applicationId={}", dokploy.url(), dokploy.application()))
        .header("x-api-key", dokploy.token());
    let rows: serde_json::Value = rows.send().await.unwrap().json().await.unwrap();
    assert_eq!(rows[0]["status"], "evaporated");

    let qovery = FakeQovery::builder().pace(Pace::Manual).start().await;
    qovery.every_deployment(&qovery.application(), QoveryScript::succeeds().ends_as("EVAPORATED"));
    qovery.deploy_by_someone_else(&qovery.application());
    qovery.advance(99);
    assert_eq!(qovery.triggered()[0].state.as_deref(), Some("EVAPORATED"));
}

#[tokio::test]
async fn on_dokploy_a_script_for_every_deployment_comes_after_those_for_the_next() {
    let fake = FakeDokploy::builder().pace(Pace::Manual).start().await;
    let web = fake.application();
    fake.every_deployment(&web, DokployScript::fails_with("no"));
    fake.next_deployment(&web, DokployScript::succeeds());
    for _ in 0..3 {
        fake.deploy_by_someone_else(&web);
        fake.advance(9);
    }
    let states: Vec<DokployJobState> = fake.triggered().iter().map(|deployment| deployment.state).collect();
    assert_eq!(states, [DokployJobState::Done, DokployJobState::Error, DokployJobState::Error]);
}

#[tokio::test]
async fn on_dokploy_a_deployment_that_hangs_blocks_the_queue() {
    let fake = FakeDokploy::builder().pace(Pace::Manual).start().await;
    fake.next_deployment(&fake.application(), DokployScript::hangs());
    fake.deploy_by_someone_else(&fake.application());
    fake.deploy_by_someone_else(&fake.compose());
    fake.advance(100_000);
    let states: Vec<DokployJobState> = fake.triggered().iter().map(|deployment| deployment.state).collect();
    assert_eq!(states, [DokployJobState::Running, DokployJobState::Waiting]);
}

#[tokio::test]
async fn on_dokploy_a_quirk_is_switched_while_the_server_runs() {
    let fake = FakeDokploy::builder().pace(Pace::Manual).start().await;
    let after = |ticks| {
        fake.deploy_by_someone_else(&fake.application());
        fake.advance(ticks);
        fake.triggered().pop().map(|deployment| deployment.state)
    };
    fake.enable(DokployQuirk::LateRow(50));
    assert_eq!(after(40), Some(DokployJobState::Starting));
    fake.advance(60);
    fake.disable(DokployQuirk::LateRow(0));
    assert_eq!(after(0), Some(DokployJobState::Running));
}
