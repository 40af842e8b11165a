//! Requests that reach the server after the client has given up.

use std::time::Duration;

use anydeploy_fakes::{Fault, FaultPlan, Injected, RequestKind};

use crate::network::{World, following};

/// A world in which triggers are this late, and a client that gives up soon.
async fn late_by(late: Duration) -> World {
    let plan = FaultPlan::always(Fault::LateDelivery).on([RequestKind::Trigger]).late(late..=late);
    let mut world = following(plan).await;
    world.http = reqwest::Client::builder().timeout(Duration::from_millis(200)).build().unwrap();
    world
}

fn deliveries(injected: &Injected) -> (Fault, u32) {
    (injected.fault, injected.deliveries)
}

#[tokio::test]
async fn a_late_delivery_is_silence_for_the_client_and_reaches_no_server_yet() {
    let world = late_by(Duration::from_hours(1)).await;
    let error = world.deploy().await.unwrap_err();
    assert!(error.is_timeout() && !error.is_connect(), "{error:?}");
    assert_eq!(world.acted(), (0, 0));
    assert_eq!((world.network.held(), deliveries(&world.injected())), (1, (Fault::LateDelivery, 0)));
    assert_eq!(world.read().await.unwrap().status(), 200, "the others go on");
}

#[tokio::test]
async fn a_late_delivery_is_acted_on_and_says_how_late_it_is() {
    let late = Duration::from_millis(3);
    let world = late_by(late).await;
    assert!(world.deploy().await.unwrap_err().is_timeout());
    while world.network.held() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!((world.acted(), deliveries(&world.injected())), ((1, 1), (Fault::LateDelivery, 1)));
    let sender = world.fake.triggered().remove(0).sender;
    assert_eq!((sender.late, sender.twice), (Some(late), None));
}

#[tokio::test]
async fn a_request_in_time_is_not_late() {
    let world = following(FaultPlan::calm()).await;
    assert_eq!(world.deploy().await.unwrap().status(), 200);
    assert_eq!((world.fake.triggered()[0].sender.late, world.network.held()), (None, 0));
}
