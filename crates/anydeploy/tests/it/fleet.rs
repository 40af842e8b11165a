//! Fleets over the three fakes: results, stops, gates, limits, and runs that are dropped in the middle and resumed.

#[cfg(feature = "fleet-yaml")]
mod file;
mod platforms;

use std::time::Duration;

use anydeploy::fleet::{
    Amount, CheckpointStore, Concurrency, Fleet, FleetEvent, FleetPlan, FleetReport, FleetRun, Member,
    MemoryCheckpoint, Rest, Standing, Waves,
};
use anydeploy::{DeployRequest, ErrorKind, Timing, WatchOptions};
use anydeploy_fakes::{Fault, FaultPlan, RequestKind};
use futures::StreamExt;

use crate::support::scene::{LOST_AFTER, Scene};
use platforms::{NAMES, Platforms};

fn quick() -> WatchOptions {
    WatchOptions::within(Duration::from_mins(1)).with_intervals(Duration::from_millis(30), Duration::from_millis(100))
}

/// A plan with one member for each service, whose names begin with the platform's.
fn plan(platforms: &Platforms, wave: usize) -> FleetPlan {
    let member =
        |(profile, name, target): (&'static str, String, _)| Member::new(name, profile, DeployRequest::new(target));
    FleetPlan::new(platforms.services().into_iter().map(member))
        .with_waves(Waves::Limit(Amount::Count(wave)))
        .with_watch(quick())
}

fn fleet(plan: FleetPlan, platforms: &Platforms) -> Fleet {
    NAMES.iter().fold(Fleet::new(plan), |fleet, name| fleet.with_deployer(*name, platforms.deployer(name)))
}

/// How each member stands, with one letter: it succeeded, failed, or was not begun.
fn letters(report: &FleetReport) -> String {
    let letter = |standing| match standing {
        Standing::Succeeded => '+',
        Standing::Failed => '-',
        Standing::NotBegun(_) => 'x',
        _ => '?',
    };
    report.members.iter().map(|member| letter(member.at.standing())).collect()
}

#[tokio::test]
async fn each_member_has_its_result_and_a_failure_stops_the_waves_after_it() {
    let platforms = Platforms::start(3, &[4]).await;
    let report = fleet(plan(&platforms, 3), &platforms).run(MemoryCheckpoint::new()).await.unwrap();
    assert_eq!(letters(&report), "++++-+xxx", "{report}");
    assert!(report.members[4].at.to_string().contains("the build failed"), "{report}");
    assert_eq!(platforms.triggers(), [1, 1, 1, 1, 1, 1, 0, 0, 0]);
}

#[tokio::test]
async fn failures_that_are_only_reported_stop_nothing() {
    let platforms = Platforms::start(2, &[0, 4]).await;
    let plan = plan(&platforms, 3).with_rest(Rest::GoOn);
    let report = fleet(plan, &platforms).run(MemoryCheckpoint::new()).await.unwrap();
    assert_eq!(letters(&report), "-+++-+", "{report}");
    assert_eq!(platforms.triggers(), [1; 6]);
}

#[tokio::test]
async fn a_gate_holds_the_second_wave_back() {
    let platforms = Platforms::start(2, &[]).await;
    let mut run = fleet(plan(&platforms, 3).with_gate(), &platforms).run(MemoryCheckpoint::new());
    let control = run.control();
    let mut waited = false;
    while let Some(event) = run.next().await {
        if let FleetEvent::WaveWaits { wave } = event.unwrap() {
            assert_eq!(platforms.triggers(), [1, 1, 1, 0, 0, 0]);
            waited = true;
            control.go(wave);
        }
    }
    assert!(waited && control.report().is_success(), "{}", control.report());
}

#[tokio::test]
async fn a_platform_has_no_more_deployments_than_its_limit() {
    let platforms = Platforms::start(4, &[]).await;
    let limits = Concurrency::total(5).with_profile("dokploy", 1);
    let plan = plan(&platforms, 12).with_waves(Waves::Together).with_concurrency(limits);
    let mut run = fleet(plan, &platforms).run(MemoryCheckpoint::new());
    let (mut most, mut most_of_dokploy) = (0, 0);
    let mut success = false;
    while let Some(event) = run.next().await {
        let under_way = platforms.under_way();
        most = most.max(under_way.iter().sum());
        most_of_dokploy = most_of_dokploy.max(under_way[1]);
        if let FleetEvent::Ended(report) = event.unwrap() {
            success = report.is_success();
        }
    }
    assert!(success);
    assert_eq!(most_of_dokploy, 1, "as the fake counts them");
    assert!((2..=5).contains(&most), "{most}");
}

#[tokio::test]
async fn another_plan_is_refused_before_anything_is_sent() {
    let platforms = Platforms::start(1, &[]).await;
    let checkpoint = MemoryCheckpoint::new();
    checkpoint.begin(&plan(&platforms, 3)).await.unwrap();
    let mut other = plan(&platforms, 3);
    other.members[0].request = other.members[0].request.clone().with_no_cache(true);
    let error = fleet(other, &platforms).run(checkpoint).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let expected = "the member `coolify-0`: `request.no_cache` was false and is true";
    assert!(error.to_string().contains(expected), "{error}");
    assert_eq!(platforms.requests(), 0);
}

/// Reads so many events, and drops the run; whether it ended before.
async fn events(mut run: FleetRun, many: usize) -> bool {
    for _ in 0..many {
        match run.next().await {
            Some(event) => assert!(event.is_ok(), "{event:?}"),
            None => return true,
        }
    }
    false
}

#[tokio::test]
async fn a_run_that_is_dropped_after_any_event_is_resumed() {
    // Each point of a member is passed by one of its platforms.
    for many in (1..).step_by(4) {
        let (platforms, checkpoint) = (Platforms::start(1, &[]).await, MemoryCheckpoint::new());
        let fleet = fleet(plan(&platforms, 2), &platforms);
        let ended = events(fleet.run(checkpoint.clone()), many).await;
        let report = fleet.run(checkpoint).await.unwrap();
        assert_eq!(letters(&report), "+++", "after {many} events: {report}");
        assert_eq!(platforms.triggers(), [1; 3], "after {many} events");
        if ended {
            break;
        }
    }
}

#[tokio::test]
async fn a_run_that_is_dropped_between_a_trigger_and_its_answer_finds_the_deployment() {
    let mut timing = Timing::scaled_to(LOST_AFTER);
    timing.send_within = Duration::from_secs(5);
    for scene in Scene::all_with(timing).await {
        let profile = scene.deployer.platform().to_string();
        let plan = FleetPlan::new([Member::new("one", &*profile, scene.request.clone())]).with_watch(quick());
        let fleet = Fleet::new(plan).with_deployer(&*profile, scene.deployer.clone());
        let checkpoint = MemoryCheckpoint::new();
        // The server acts on the trigger, and nothing is heard of it.
        scene.network.follow(FaultPlan::always(Fault::SilenceAfter).on([RequestKind::Trigger]).limit(1));
        let run = fleet.run(checkpoint.clone());
        let control = run.control();
        let running = tokio::spawn(async move { run.await });
        while scene.ids().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        assert_eq!(control.report().triggered().count(), 1, "{profile}: it may have been triggered");
        let report = fleet.run(checkpoint).await.unwrap();
        assert_eq!(letters(&report), "+", "{profile}: {report}");
        assert_eq!(scene.ids().len(), 1, "{profile}");
    }
}
