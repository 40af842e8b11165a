//! Connections that are refused, reset, or open and silent.

use std::io::ErrorKind::{ConnectionRefused, ConnectionReset};
use std::time::{Duration, Instant};

use anydeploy_fakes::{Fault, FaultPlan, RequestKind};

use crate::network::{following, is, with};

#[tokio::test]
async fn a_refused_connection_and_a_lost_one_are_different_errors() {
    let world = following(FaultPlan::calm()).await;
    world.network.refuse_connections().unwrap();
    let error = world.deploy().await.unwrap_err();
    assert!(error.is_connect() && is(&error, ConnectionRefused), "{error:?}");
    assert_eq!((world.acted(), world.network.exchanges()), ((0, 0), 0));
    world.network.accept_connections().unwrap();
    assert_eq!(world.deploy().await.unwrap().status(), 200);
    assert_eq!(world.fake.triggered().len(), 1);
}

#[tokio::test]
async fn an_outage_resets_one_connection_and_refuses_the_next_until_it_is_over() {
    let plan = FaultPlan::always(Fault::Outage).limit(1).outage(Duration::from_millis(300));
    let world = following(plan).await;
    let error = world.deploy().await.unwrap_err();
    assert!(!error.is_connect() && is(&error, ConnectionReset), "{error:?}");
    let error = world.deploy().await.unwrap_err();
    assert!(error.is_connect() && is(&error, ConnectionRefused), "{error:?}");
    assert_eq!(world.acted(), (0, 0));
    assert_eq!((world.injected().fault, world.injected().deliveries), (Fault::Outage, 0));

    let began = Instant::now();
    while world.read().await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(5), "the outage does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn overlapping_outages_end_with_the_last() {
    let world = following(FaultPlan::always(Fault::Outage).outage(Duration::from_millis(200))).await;
    let (first, second) = tokio::join!(world.read(), world.read());
    assert!(first.is_err() && second.is_err());
    world.network.follow(FaultPlan::calm());
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(world.read().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_reset_before_leaves_the_server_untouched() {
    let world = with(Fault::ResetBefore).await;
    let error = world.deploy().await.unwrap_err();
    assert!(!error.is_connect() && is(&error, ConnectionReset), "{error:?}");
    assert_eq!(world.acted(), (0, 0));
    assert_eq!((world.injected().kind, world.injected().number), (RequestKind::Trigger, 1));
}

#[tokio::test]
async fn a_reset_after_is_the_same_error_and_the_deployment_is_queued() {
    let world = with(Fault::ResetAfter).await;
    let error = world.deploy().await.unwrap_err();
    assert!(!error.is_connect() && is(&error, ConnectionReset), "{error:?}");
    assert_eq!(world.acted(), (1, 1));
    let injected = world.injected();
    let path = format!("/api/v1/deploy?uuid={}", world.fake.application());
    assert_eq!((injected.method.as_str(), injected.path), ("POST", path));
}

#[tokio::test]
async fn silence_lasts_until_the_client_gives_up() {
    for (fault, acted) in [(Fault::SilenceBefore, (0, 0)), (Fault::SilenceAfter, (1, 1))] {
        let mut world = with(fault).await;
        world.http = reqwest::Client::builder().timeout(Duration::from_millis(300)).build().unwrap();
        let error = world.deploy().await.unwrap_err();
        assert!(error.is_timeout() && !error.is_connect(), "{error:?}");
        assert_eq!(world.acted(), acted, "{fault:?}");
        assert_eq!(world.injected().fault, fault);
    }
}

#[tokio::test]
async fn a_dropped_network_refuses_connections_and_ends_open_ones() {
    let world = with(Fault::SilenceBefore).await;
    let url = world.network.url();
    let waiting = tokio::spawn(world.http.get(&url).send());
    while world.network.injected().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(world.network);
    let error = waiting.await.unwrap().unwrap_err();
    assert!(!error.is_timeout(), "{error:?}");
    assert!(world.http.get(&url).send().await.unwrap_err().is_connect());
}
