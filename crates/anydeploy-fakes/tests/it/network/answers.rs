//! Answers of a server that acted: slow, cut short, too long, given up on, or the second of two.

use std::time::{Duration, Instant};

use anydeploy_fakes::{FakeDokploy, Fault, FaultPlan, FaultyNetwork, Pace};
use reqwest::Method;
use serde_json::Value;

use crate::network::{following, with};

#[tokio::test]
async fn a_slow_answer_comes_whole_in_the_end() {
    let world = following(FaultPlan::always(Fault::SlowDrip).drip(Duration::from_millis(300))).await;
    let began = Instant::now();
    let answer: Value = world.deploy().await.unwrap().json().await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(300), "{:?}", began.elapsed());
    assert_eq!(answer["deployments"][0]["deployment_uuid"], world.fake.triggered()[0].id.as_str());
    assert_eq!(world.acted(), (1, 1));
}

#[tokio::test]
async fn a_slow_answer_is_too_slow_for_an_impatient_client() {
    let mut world = following(FaultPlan::always(Fault::SlowDrip).drip(Duration::from_mins(1))).await;
    world.http = reqwest::Client::builder().timeout(Duration::from_millis(300)).build().unwrap();
    let error = match world.deploy().await {
        Ok(answer) => answer.bytes().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(world.acted(), (1, 1));
}

#[tokio::test]
async fn a_truncated_answer_begins_well_and_breaks_off() {
    let world = with(Fault::Truncated).await;
    let mut answer = world.deploy().await.unwrap();
    assert_eq!(answer.status(), 200);
    let promised = answer.content_length().unwrap();
    let mut came = 0;
    let error = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => came += chunk.len() as u64,
            Ok(None) => panic!("the body is whole"),
            Err(error) => break error,
        }
    };
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(came, promised / 2);
    assert_eq!(world.acted(), (1, 1));
}

#[tokio::test]
async fn an_answer_without_a_body_is_cut_in_its_head() {
    let world = with(Fault::Truncated).await;
    let error = world.call(Method::HEAD, "/version").await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert_eq!(world.acted(), (0, 1));
}

#[tokio::test]
async fn an_oversized_answer_is_the_answer_and_far_too_much_after_it() {
    let world = following(FaultPlan::always(Fault::Oversized).padding(3_000_000)).await;
    let body = world.deploy().await.unwrap().bytes().await.unwrap();
    let answer: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(answer["deployments"][0]["deployment_uuid"], world.fake.triggered()[0].id.as_str());
    assert!(body.len() > 3_000_000);
    assert_eq!(world.acted(), (1, 1));
}

#[tokio::test]
async fn a_client_that_stops_reading_an_oversized_answer_leaves_other_exchanges_alone() {
    let world = following(FaultPlan::always(Fault::Oversized).limit(1).padding(u64::MAX / 2)).await;
    let mut answer = world.deploy().await.unwrap();
    assert!(answer.chunk().await.unwrap().is_some());
    drop(answer);
    assert_eq!(world.read().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_gateway_may_give_up_on_a_server_that_acts() {
    let world = with(Fault::GatewayTimeout).await;
    let answer = world.deploy().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (504, &"text/html; charset=utf-8".parse().unwrap())
    );
    assert_eq!(world.acted(), (1, 1));
}

#[tokio::test]
async fn a_duplicate_reaches_the_server_twice_and_the_client_once() {
    let world = with(Fault::Duplicate).await;
    let answer: Value = world.deploy().await.unwrap().json().await.unwrap();
    assert_eq!(world.acted().1, 2);
    assert_eq!((world.injected().deliveries, world.network.exchanges()), (2, 1));
    let triggered: Vec<String> = world.fake.triggered().into_iter().map(|deployment| deployment.id).collect();
    // The fake merges the second with the first, as Coolify does, and promises an id that it never stores.
    assert_eq!(triggered.len(), 1);
    assert_ne!(answer["deployments"][0]["deployment_uuid"], triggered[0].as_str());
}

#[tokio::test]
async fn a_duplicate_deploys_twice_where_the_server_merges_nothing() {
    let dokploy = FakeDokploy::builder().pace(Pace::Manual).start().await;
    let network = FaultyNetwork::before(&dokploy.url(), FaultPlan::always(Fault::Duplicate)).unwrap();
    let deploy = reqwest::Client::new()
        .post(format!("{}/api/application.deploy", network.url()))
        .header("x-api-key", dokploy.token())
        .json(&serde_json::json!({ "applicationId": dokploy.application() }));
    assert_eq!(deploy.send().await.unwrap().status(), 200);
    dokploy.advance(100);
    assert_eq!(dokploy.triggered().len(), 2);
    assert_eq!((network.injected()[0].deliveries, network.exchanges()), (2, 1));
}
