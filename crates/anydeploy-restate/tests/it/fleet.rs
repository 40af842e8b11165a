//! Fleets on a real server: waves, gates, orders from outside, and workers that die.

use std::collections::BTreeMap;
use std::time::Duration;

use anydeploy::fleet::{
    Amount, Concurrency, FleetPlan, FleetReport, Member, MemberResult, NotBegun, Rest, Standing, Triggered, Waves,
};
use anydeploy::{DeployRequest, ErrorKind, Healthy, Target};
use anydeploy_fakes::CoolifyScript;
use anydeploy_restate::{FleetHandle, FleetProgress};
use tokio::time::{sleep, timeout};

use crate::harness::halt::Point;
use crate::scene::{PROFILE, Scene, halting, watch_options};

/// How long a fleet may take.
const LONGEST: Duration = Duration::from_mins(2);

/// A member for each name, with an application of its own.
fn members(scene: &Scene, names: &[&str]) -> Vec<(Member, String)> {
    let member = |name: &&str| {
        let id = scene.coolify.add_application(name);
        let request = DeployRequest::new(Target::application(&*id)).with_no_cache(true);
        (Member::new(*name, PROFILE, request), id)
    };
    names.iter().map(member).collect()
}

/// A plan of waves of two, with short intervals.
fn plan(members: impl IntoIterator<Item = Member>) -> FleetPlan {
    FleetPlan::new(members).with_waves(Waves::Limit(Amount::Count(2))).with_watch(watch_options())
}

/// How often each application was triggered.
fn triggered(scene: &Scene) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for triggered in scene.coolify.triggered() {
        *times.entry(triggered.target).or_default() += 1;
    }
    times
}

fn standings(report: &FleetReport) -> Vec<Standing> {
    report.members.iter().map(|member| member.at.standing()).collect()
}

/// Waits until the progress of a run is as it is asked for.
async fn until(fleet: &FleetHandle, wanted: impl Fn(&FleetProgress) -> bool) -> FleetProgress {
    let reads = async {
        loop {
            match fleet.progress().await.unwrap() {
                Some(progress) if wanted(&progress) => break progress,
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
    };
    timeout(LONGEST, reads).await.expect("the fleet comes so far")
}

#[tokio::test]
async fn a_wave_that_fails_stops_the_rest_and_a_killed_worker_triggers_nothing_twice() {
    let Some(mut scene) = Scene::start(halting(Point::AfterPost, false)).await else { return };
    let (members, ids): (Vec<_>, Vec<_>) = members(&scene, &["a", "b", "c", "d", "e", "f"]).into_iter().unzip();
    scene.coolify.every_deployment(&ids[3], CoolifyScript::fails_with("the build failed"));
    let (fleet, plan) = (scene.client.fleet("release-1"), plan(members));
    let run = tokio::spawn(async move { fleet.run(&plan).await });
    scene.worker.halts_at(Point::AfterPost).await;
    scene.replace_worker().await;
    let report = timeout(LONGEST, run).await.expect("the fleet ends").unwrap().unwrap();
    let (well, rest) = (Standing::Succeeded, Standing::NotBegun(NotBegun::TooManyFailures));
    assert_eq!(standings(&report), [well, well, well, Standing::Failed, rest, rest], "{report}");
    assert_eq!(report.stopped, Some(NotBegun::TooManyFailures));
    assert!(report.to_string().contains("the build failed"), "{report}");
    assert!(triggered(&scene).values().all(|times| *times == 1), "{:?}", triggered(&scene));
    assert_eq!(scene.posts(), 4);
}

#[tokio::test]
async fn a_gate_waits_to_be_opened_and_a_stop_begins_nothing_more() {
    let Some(mut scene) = Scene::start(|task| task).await else { return };
    let members = members(&scene, &["a", "b", "c", "d", "e", "f"]).into_iter().map(|(member, _)| member);
    let plan = plan(members).with_gate().with_pause(Duration::from_millis(100));
    let fleet = scene.client.fleet("release-1");
    assert!(fleet.begin(&plan).await.unwrap());
    assert_eq!(until(&fleet, |progress| progress.waits_at == Some(1)).await.done(), 2);
    // What waits needs no process.
    scene.replace_worker().await;
    fleet.go(1).await.unwrap();
    assert_eq!(until(&fleet, |progress| progress.waits_at == Some(2)).await.done(), 4);
    fleet.stop().await.unwrap();
    let report = fleet.report().await.unwrap();
    let rest = Standing::NotBegun(NotBegun::Stopped);
    assert_eq!(standings(&report)[3..], [Standing::Succeeded, rest, rest]);
    assert_eq!(report.stopped, Some(NotBegun::Stopped));
    assert_eq!(scene.posts(), 4);
}

#[tokio::test]
async fn a_fleet_that_is_cancelled_cancels_what_runs() {
    let Some(scene) = Scene::start(|task| task).await else { return };
    let (members, ids): (Vec<_>, Vec<_>) = members(&scene, &["a", "b", "c"]).into_iter().unzip();
    for id in &ids {
        scene.coolify.every_deployment(id, CoolifyScript::hangs());
    }
    let fleet = scene.client.fleet("release-1");
    fleet.begin(&plan(members)).await.unwrap();
    while scene.posts() < 2 {
        sleep(Duration::from_millis(20)).await;
    }
    fleet.cancel().await.unwrap();
    let report = timeout(LONGEST, fleet.report()).await.expect("the fleet ends").unwrap();
    let rest = Standing::NotBegun(NotBegun::Cancelled);
    assert_eq!(standings(&report), [Standing::Failed, Standing::Failed, rest], "{report}");
    assert!(report.to_string().contains("cancelled"), "{report}");
    assert_eq!(scene.posts(), 2);
}

#[tokio::test]
async fn failures_cancel_what_runs_if_the_plan_says_so() {
    let Some(scene) = Scene::start(|task| task).await else { return };
    let (members, ids): (Vec<_>, Vec<_>) = members(&scene, &["a", "b"]).into_iter().unzip();
    scene.coolify.every_deployment(&ids[0], CoolifyScript::hangs());
    scene.coolify.every_deployment(&ids[1], CoolifyScript::fails_with("the build failed"));
    let plan = plan(members).with_rest(Rest::CancelRunning);
    let report = timeout(LONGEST, scene.client.fleet("release-1").run(&plan)).await.expect("the fleet ends").unwrap();
    let text = report.to_string();
    assert!(text.contains("cancelled") && text.contains("the build failed"), "{text}");
    assert_eq!(report.stopped, Some(NotBegun::TooManyFailures));
}

#[tokio::test]
async fn another_plan_under_the_same_name_is_refused_with_the_difference() {
    let Some(scene) = Scene::start(|task| task).await else { return };
    let members: Vec<_> = members(&scene, &["a", "b"]).into_iter().map(|(member, _)| member).collect();
    let (fleet, begun) = (scene.client.fleet("release-1"), plan(members));
    let report = fleet.run(&begun).await.unwrap();
    assert!(report.is_success(), "{report}");
    assert_eq!(fleet.run(&begun).await.unwrap(), report, "the same plan has the same report");
    assert!(!fleet.begin(&begun).await.unwrap());
    let error = fleet.run(&begun.clone().with_max_failures(Amount::Count(2))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("`max_failures` was 1 and is 2"), "{error}");
    assert_eq!(scene.posts(), 2);
}

#[tokio::test]
async fn a_plan_with_mistakes_sends_nothing() {
    let Some(scene) = Scene::start(|task| task).await else { return };
    let mut members: Vec<_> = members(&scene, &["a", "b"]).into_iter().map(|(member, _)| member).collect();
    members[1].profile = "elsewhere".to_owned();
    let plan = plan(members).with_concurrency(Concurrency::total(0));
    let error = scene.client.fleet("release-1").run(&plan).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    for mistake in ["there is no deployer `elsewhere`", "`concurrency.total`"] {
        assert!(error.to_string().contains(mistake), "{error}");
    }
    assert_eq!(scene.posts(), 0);
    let error = scene.client.fleet("never-begun").report().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

#[tokio::test]
async fn a_member_waits_until_it_is_healthy_and_another_that_cannot_be_triggered_is_a_result() {
    let Some(mut scene) = Scene::start(halting(Point::Watching, false)).await else { return };
    let (mut members, _): (Vec<_>, Vec<_>) = members(&scene, &["a", "b"]).into_iter().unzip();
    members[0] = members[0].clone().until_healthy();
    members[1].request = DeployRequest::new(Target::application("no-such-application"));
    let settle = Duration::from_millis(300);
    let plan = plan(members)
        .with_healthy(Healthy::default().with_settle(settle).with_degraded_grace(settle))
        .with_max_failures(Amount::Count(2));
    let fleet = scene.client.fleet("release-1");
    fleet.begin(&plan).await.unwrap();
    scene.worker.halts_at(Point::Watching).await;
    scene.replace_worker().await;
    let report = timeout(LONGEST, fleet.report()).await.expect("the fleet ends").unwrap();
    let verdict = |name: &str| match report.member(name).and_then(|member| member.result()) {
        Some(MemberResult::Ended { rollout, .. }) => rollout.verdict.clone(),
        _ => None,
    };
    assert!(verdict("a").is_some(), "{report}");
    let refused = report.member("b").and_then(|member| member.result()).unwrap();
    assert!(matches!(refused, MemberResult::Failed { triggered: Triggered::No, .. }), "{report}");
    assert_eq!(scene.posts(), 1);
}
