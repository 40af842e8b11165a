//! What a plan decides, seen from outside.

use std::time::Duration;

use anydeploy_fakes::{FakeQovery, Fault, FaultPlan, Injected, RequestKind};
use reqwest::Method;

use crate::network::following;

/// One caller that reads, deploys and cancels in turn, under a plan with every fault but outages.
async fn run(seed: u64) -> Vec<(RequestKind, u64, Fault, u32)> {
    // How many connections an outage refuses is a matter of timing.
    let faults = Fault::ALL.into_iter().filter(|fault| *fault != Fault::Outage);
    // Whether a late delivery has come by the end would be one as well.
    let never = Duration::from_hours(1);
    let plan = FaultPlan::seeded(seed).rate(0.5).faults(faults).drip(Duration::ZERO).padding(100).late(never..=never);
    let mut world = following(plan).await;
    world.http = reqwest::Client::builder().timeout(Duration::from_millis(200)).build().unwrap();
    for _ in 0..20 {
        // What the client makes of a fault is another test's matter.
        drop(world.deploy().await);
        drop(world.read().await);
        drop(world.call(Method::POST, "/deployments/nope/cancel").await);
    }
    assert_eq!(world.network.exchanges(), 60);
    let summary = |injected: Injected| (injected.kind, injected.number, injected.fault, injected.deliveries);
    world.network.injected().into_iter().map(summary).collect()
}

#[tokio::test]
async fn one_caller_meets_the_same_faults_in_every_run_of_a_seed() {
    let first = run(11).await;
    assert!((15..45).contains(&first.len()), "{}", first.len());
    assert_eq!(run(11).await, first);
    assert_ne!(run(12).await, first);
}

#[tokio::test]
async fn a_plan_may_spare_everything_but_triggers() {
    let world = following(FaultPlan::always(Fault::HtmlPage { code: 502 }).on([RequestKind::Trigger]).limit(1)).await;
    assert_eq!(world.read().await.unwrap().status(), 200);
    assert_eq!(world.deploy().await.unwrap().status(), 502);
    assert_eq!(world.deploy().await.unwrap().status(), 200);
    assert_eq!((world.injected().number, world.network.exchanges()), (1, 3));
}

#[tokio::test]
async fn a_plan_may_spare_everything_but_reads() {
    let world = following(FaultPlan::always(Fault::HtmlPage { code: 502 }).on([RequestKind::Read])).await;
    assert_eq!(world.deploy().await.unwrap().status(), 200);
    assert_eq!(world.read().await.unwrap().status(), 502);
}

#[tokio::test]
async fn another_plan_is_followed_from_the_next_exchange_on() {
    let world = following(FaultPlan::always(Fault::HtmlPage { code: 502 })).await;
    assert_eq!(world.read().await.unwrap().status(), 502);
    world.network.follow(FaultPlan::calm());
    assert_eq!(world.read().await.unwrap().status(), 200);
    assert_eq!((world.injected().kind, world.network.exchanges()), (RequestKind::Read, 2));
}

#[tokio::test]
async fn a_fake_without_recording_answers_and_keeps_nothing() {
    let fake = FakeQovery::builder().without_recording().start().await;
    let http = reqwest::Client::new();
    let status = http.get(format!("{}/environment/{}/status", fake.url(), fake.environment()));
    let token = format!("Token {}", fake.token());
    assert_eq!(status.header("authorization", token).send().await.unwrap().status(), 200);
    assert!(fake.requests().is_empty());
}
