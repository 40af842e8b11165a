//! Orders of the caller's, which hold also for a run that resumes the fleet.

use anydeploy_core::fleet::{CheckpointStore, Directive, Triggered};
use anydeploy_core::{Error, ErrorKind, Method, Phase};

use tokio::time::timeout;

use super::resuming::Full;
use super::*;

/// A fleet of one wave whose members are all watched, and one of them goes on for ever.
async fn all_under_way(platform: &MemoryDeployer, store: impl CheckpointStore) -> FleetRun {
    platform.always(&Target::application("m1"), Script::Hangs);
    let mut run = fleet(plan(2), platform).run(store);
    // Until nothing more is heard for a while, so that no member has a step before it.
    while let Ok(event) = timeout(Duration::from_secs(1), run.next()).await {
        event.unwrap().unwrap();
    }
    assert_eq!(triggers(platform, 2), [1; 2]);
    run
}

/// Reads a run until the directive is in force.
async fn stopped(run: &mut FleetRun) {
    while !matches!(run.next().await.unwrap().unwrap(), FleetEvent::Stopped { .. }) {}
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_holds_for_a_later_run_also_if_no_member_waits() {
    let (platform, checkpoint) = (platform(2), MemoryCheckpoint::new());
    for _ in 0..2 {
        platform.fail_next(Method::Cancel, Error::new(ErrorKind::PermissionDenied, "staged"));
    }
    let mut run = all_under_way(&platform, checkpoint.clone()).await;
    run.control().cancel();
    stopped(&mut run).await;
    drop(run);
    assert_eq!(checkpoint.checkpoint().unwrap().directive, Directive::Cancel(NotBegun::Cancelled));
    let (report, words) = read(fleet(plan(2), &platform).run(checkpoint.clone())).await;
    assert_eq!(report.member("m1").unwrap().at.to_string(), "cancelled", "{words:?}");
    assert_eq!(report.stopped, Some(NotBegun::Cancelled));
    assert!(at(&words, "stopped true") < at(&words, "cancel m1"), "{words:?}");
    assert_eq!(triggers(&platform, 2), [1; 2]);
    assert_eq!(fleet(plan(2), &platform).run(checkpoint).await.unwrap(), report, "a fleet that is over says why");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_cancelled_whose_order_is_not_stored() {
    let (platform, checkpoint) = (platform(2), MemoryCheckpoint::new());
    platform.always(&Target::application("m0"), Script::Hangs);
    // Two intents and two deployments are stored, and the directive is not.
    let mut run = all_under_way(&platform, Full(checkpoint.clone(), 4.into())).await;
    run.control().cancel();
    let error = loop {
        match run.next().await.unwrap() {
            Ok(event) => assert!(!matches!(event, FleetEvent::CancelAsked { .. } | FleetEvent::Stopped { .. })),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
    for member in checkpoint.checkpoint().unwrap().members.values() {
        let Triggered::Yes(id) = member.triggered() else { panic!("{member}") };
        assert_eq!(platform.deployment(&id).await.unwrap().status.phase, Phase::Running);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_holds_for_a_member_whose_trigger_was_not_sent() {
    let (platform, checkpoint) = (platform(1), MemoryCheckpoint::new());
    platform.fail_next(Method::Send, Error::new(ErrorKind::RateLimited, "staged"));
    let mut run = fleet(plan(1), &platform).run(checkpoint.clone());
    // Its intent is stored, its trigger was refused and is sent again later, and no member waits to begin.
    while !matches!(run.next().await.unwrap().unwrap(), FleetEvent::Trouble { .. }) {}
    run.control().stop();
    stopped(&mut run).await;
    drop(run);
    assert_eq!(checkpoint.checkpoint().unwrap().members["m0"].triggered(), Triggered::Unknown);
    let report = fleet(plan(1), &platform).run(checkpoint).await.unwrap();
    assert_eq!((letters(&report).as_str(), report.stopped), ("x", Some(NotBegun::Stopped)), "{report}");
    assert!(platform.triggered().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_the_reads_holds_the_trigger_back() {
    let platform = platform(1).with_latency(Duration::from_millis(300));
    let mut run = fleet(plan(1), &platform).run(MemoryCheckpoint::new());
    // Its intent is being prepared, and no member waits.
    while timeout(Duration::from_millis(100), run.next()).await.is_ok() {}
    run.control().stop();
    let (report, _) = read(run).await;
    assert_eq!((letters(&report).as_str(), report.stopped), ("x", Some(NotBegun::Stopped)), "{report}");
    assert!(platform.triggered().is_empty());
}
