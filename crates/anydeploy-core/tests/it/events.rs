//! What a platform reports by itself: it wakes watches and ends none.

use std::time::Duration;

use anydeploy_core::testing::{MemoryDeployer, Script};
use anydeploy_core::{
    DeployRequest, Deployer, DeployerExt, Deployment, DeploymentEvent, EventKind, Outcome, Pace, Result, Target,
    WatchEvent, WatchOptions,
};
use futures::StreamExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

/// A watch that would poll once an hour.
fn seldom() -> WatchOptions {
    WatchOptions::default().with_intervals(Duration::from_hours(1), Duration::from_hours(1))
}

fn succeeded(memory: &MemoryDeployer) -> DeploymentEvent {
    DeploymentEvent::new(memory.platform(), EventKind::Succeeded, "deployment_success")
}

async fn deployed(memory: &MemoryDeployer, name: &str) -> Deployment {
    let target = Target::application(name);
    memory.always(&target, Script::Succeeds);
    memory.deploy(&DeployRequest::new(target)).await.unwrap()
}

/// Watches of the deployments of fifty applications, each of which was read once.
async fn fifty_watches(memory: &MemoryDeployer) -> Vec<JoinHandle<Result<Outcome>>> {
    let mut watches = Vec::new();
    for number in 0..50 {
        let deployment = deployed(memory, &format!("app-{number}")).await;
        watches.push(tokio::spawn(IntoFuture::into_future(memory.watch(&deployment.id, seldom()))));
    }
    sleep(5 * SECOND).await;
    watches
}

#[tokio::test(start_paused = true)]
async fn an_event_makes_a_watch_read_at_once() {
    let memory = MemoryDeployer::new().with_hub(Pace::new(3, 2 * SECOND));
    let deployment = deployed(&memory, "web").await;
    let began = Instant::now();
    let watch = tokio::spawn(IntoFuture::into_future(memory.watch(&deployment.id, seldom())));
    sleep(SECOND).await;
    memory.advance(9);
    let mut event = succeeded(&memory);
    event.target = Some(Target::application("web"));
    assert!(memory.wake(&event));
    assert!(watch.await.unwrap().unwrap().is_success());
    assert!(began.elapsed() < 2 * SECOND, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_forged_success_ends_nothing() {
    let memory = MemoryDeployer::new().with_hub(Pace::new(3, 2 * SECOND));
    let deployment = deployed(&memory, "web").await;
    let mut watch = memory.watch(&deployment.id, seldom());
    let first = watch.next().await.unwrap().unwrap();
    assert!(matches!(first, WatchEvent::Changed(deployment) if !deployment.status.phase.is_terminal()));
    let calls = memory.calls();
    let watch = tokio::spawn(async move { watch.next().await });
    for _ in 0..100 {
        memory.wake(&succeeded(&memory));
        sleep(SECOND / 10).await;
    }
    assert!(!watch.is_finished());
    assert!((1..=6).contains(&(memory.calls() - calls)), "{}", memory.calls() - calls);
    watch.abort();
}

#[tokio::test(start_paused = true)]
async fn an_event_of_another_target_or_platform_wakes_nobody() {
    let memory = MemoryDeployer::new().with_hub(Pace::new(3, 2 * SECOND));
    let deployment = deployed(&memory, "web").await;
    let mut watch = memory.watch(&deployment.id, seldom());
    watch.next().await.unwrap().unwrap();
    let mut event = succeeded(&memory);
    event.target = Some(Target::application("shop"));
    assert!(!memory.wake(&event));
    let other = DeploymentEvent::new("elsewhere".parse().unwrap(), EventKind::Succeeded, "success");
    assert!(!memory.wake(&other));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_names_nothing_costs_one_batch() {
    let memory = MemoryDeployer::new().with_hub(Pace::new(3, 60 * SECOND));
    let watches = fifty_watches(&memory).await;
    let (calls, batches) = (memory.calls(), memory.batches());
    assert!(memory.wake(&succeeded(&memory)));
    sleep(5 * SECOND).await;
    assert_eq!(memory.batches() - batches, 1);
    assert_eq!(memory.calls() - calls, 1, "no watch reads alone");
    watches.iter().for_each(JoinHandle::abort);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_names_one_of_many_targets_costs_one_read() {
    let memory = MemoryDeployer::new().with_hub(Pace::new(3, 60 * SECOND));
    let watches = fifty_watches(&memory).await;
    let (calls, batches) = (memory.calls(), memory.batches());
    let mut event = succeeded(&memory);
    event.target = Some(Target::application("app-7"));
    assert!(memory.wake(&event));
    sleep(5 * SECOND).await;
    assert_eq!((memory.calls() - calls, memory.batches() - batches), (1, 0));
    watches.iter().for_each(JoinHandle::abort);
}

#[test]
fn the_form_of_an_event_is_read_again() {
    let mut event = DeploymentEvent::new("alpha".parse().unwrap(), EventKind::Failed, "deployment_failed");
    event.service = Some("shop".to_owned());
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<DeploymentEvent>(&text).unwrap(), event);
}
