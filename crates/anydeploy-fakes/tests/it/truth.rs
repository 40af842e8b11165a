//! Every platform's fake records its deployments and their ends in the same way.

use std::time::{Duration, Instant};

use anydeploy_fakes::{
    CoolifyScript, DokployOrigin, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, Pace, QoveryScript,
};

/// When the first deployment of each ended: on Coolify, Dokploy and Qovery.
fn ends(coolify: &FakeCoolify, dokploy: &FakeDokploy, qovery: &FakeQovery) -> [Option<Instant>; 3] {
    [coolify.triggered()[0].ended_at, dokploy.triggered()[0].ended_at, qovery.triggered()[0].ended_at]
}

async fn one_of_each(pace: Pace) -> (FakeCoolify, FakeDokploy, FakeQovery) {
    let coolify = FakeCoolify::builder().pace(pace).start().await;
    let dokploy = FakeDokploy::builder().pace(pace).start().await;
    let qovery = FakeQovery::builder().pace(pace).start().await;
    coolify.deploy_by_someone_else(&coolify.application());
    dokploy.deploy_by_someone_else(&dokploy.application());
    qovery.deploy_by_someone_else(&qovery.application());
    (coolify, dokploy, qovery)
}

#[tokio::test]
async fn a_deployment_ends_when_the_test_advances_to_its_end() {
    let (coolify, dokploy, qovery) = one_of_each(Pace::Manual).await;
    assert_eq!(ends(&coolify, &dokploy, &qovery), [None; 3]);
    let before = Instant::now();
    coolify.advance(20);
    dokploy.advance(20);
    qovery.advance(20);
    let after = Instant::now();
    qovery.advance(20);
    for end in ends(&coolify, &dokploy, &qovery) {
        assert!(end.is_some_and(|end| before <= end && end <= after), "{before:?} {end:?} {after:?}");
    }
}

#[tokio::test]
async fn by_the_clock_a_deployment_ends_when_its_ticks_are_over_whenever_it_is_read() {
    let started = Instant::now();
    let (coolify, dokploy, qovery) = one_of_each(Pace::Every(Duration::from_millis(2))).await;
    let all_over = Duration::from_millis(300);
    tokio::time::sleep(all_over).await;
    let first = ends(&coolify, &dokploy, &qovery);
    for end in first {
        assert!(end.is_some_and(|end| end > started && end + all_over / 2 < Instant::now()), "{started:?} {end:?}");
    }
    assert_eq!(ends(&coolify, &dokploy, &qovery), first);
}

#[tokio::test]
async fn on_qovery_each_service_of_an_execution_has_its_own_end() {
    let fake = FakeQovery::builder().pace(Pace::Manual).start().await;
    let (web, worker) = (fake.application(), fake.container());
    fake.deploy_by_another_program(&web);
    // These two wait and merge.
    fake.next_deployment(&web, QoveryScript::succeeds().lasting(4));
    fake.next_deployment(&worker, QoveryScript::succeeds().lasting(9));
    fake.deploy_by_another_program(&web);
    fake.deploy_by_another_program(&worker);
    (0..60).for_each(|_| fake.advance(1));
    let merged = fake.triggered().remove(1);
    let [first, second] = merged.services.try_into().unwrap();
    assert_eq!(merged.senders.len(), 2);
    assert!(first.ended_at < second.ended_at);
    assert_eq!(second.ended_at, merged.ended_at);
}

#[tokio::test]
async fn on_qovery_a_failed_check_ends_the_execution_and_touches_no_service() {
    let fake = FakeQovery::builder().pace(Pace::Manual).start().await;
    fake.next_deployment(&fake.application(), QoveryScript::fails_pre_check("no credentials"));
    fake.deploy_by_someone_else(&fake.application());
    fake.advance(20);
    let failed = fake.triggered().remove(0);
    assert!(failed.ended_at.is_some() && failed.services[0].ended_at.is_none());
}

#[tokio::test]
async fn a_deployment_that_the_server_gives_up_has_an_end() {
    let fake = FakeDokploy::builder().pace(Pace::Manual).start().await;
    let web = fake.application();
    fake.next_deployment(&web, DokployScript::never_starts());
    fake.next_deployment(&web, DokployScript::hangs());
    (0..3).for_each(|_| fake.deploy_by_someone_else(&web));
    fake.advance(9);
    let ended = || fake.triggered().iter().map(|one| one.ended_at.is_some()).collect::<Vec<_>>();
    assert_eq!(ended(), [true, false, false]);
    fake.clean_queues(&web);
    assert_eq!(ended(), [true, false, true]);
    fake.restart();
    assert_eq!(ended(), [true, true, true]);
}

#[tokio::test]
async fn another_program_with_the_same_token_cannot_be_distinguished_from_a_caller() {
    let coolify = FakeCoolify::builder().pace(Pace::Manual).start().await;
    coolify.deploy_by_another_program(&coolify.application());
    let history = format!("{}/api/v1/deployments/applications/{}", coolify.url(), coolify.application());
    let rows = reqwest::Client::new().get(history).bearer_auth(coolify.token());
    let rows: serde_json::Value = rows.send().await.unwrap().json().await.unwrap();
    assert_eq!(rows["deployments"][0]["is_api"], true);

    let qovery = FakeQovery::builder().pace(Pace::Manual).start().await;
    qovery.deploy_by_another_program(&qovery.application());
    assert_eq!(qovery.triggered()[0].triggered_by, "fake-api-token");
    assert_eq!(qovery.triggered()[0].senders[0].call, None);

    let dokploy = FakeDokploy::builder().pace(Pace::Manual).start().await;
    dokploy.deploy_by_another_program(&dokploy.application(), Some("[other:1]"));
    let [deployment] = dokploy.triggered().try_into().unwrap();
    assert_eq!((deployment.origin, deployment.description.as_deref()), (DokployOrigin::Api, Some("[other:1]")));
}

#[tokio::test]
#[should_panic(expected = "this fake has no application `shop`")]
async fn on_coolify_scripting_an_unknown_application_panics() {
    FakeCoolify::start().await.next_deployment("shop", CoolifyScript::succeeds());
}

#[tokio::test]
#[should_panic(expected = "this fake has no service `shop`")]
async fn on_dokploy_scripting_an_unknown_service_panics() {
    FakeDokploy::start().await.next_deployment("shop", DokployScript::succeeds());
}

#[tokio::test]
#[should_panic(expected = "this fake has no service `shop`")]
async fn on_qovery_scripting_an_unknown_service_panics() {
    FakeQovery::start().await.next_deployment("shop", QoveryScript::succeeds());
}
