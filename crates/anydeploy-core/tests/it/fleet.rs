//! Fleets on platforms in memory, with a clock that moves by itself.

use std::time::Duration;

use anydeploy_core::fleet::{
    Amount, Concurrency, Fleet, FleetEvent, FleetPlan, FleetReport, FleetRun, Member, MemoryCheckpoint, NextWave,
    NotBegun, Rest, Standing, Waves,
};
use anydeploy_core::testing::{MemoryDeployer, Script};
use anydeploy_core::{DeployRequest, Deployer, DeployerExt, Target};
use futures::StreamExt;
use tokio::time::Instant;

mod directives;
mod faults;
mod journal;
mod json;
mod leases;
mod mistakes;
mod resuming;

/// The names of so many members, which are also the ids of their targets.
fn names(members: usize) -> Vec<String> {
    (0..members).map(|index| format!("m{index}")).collect()
}

/// A platform with these targets, on which each read of a deployment moves the clock.
fn platform(members: usize) -> MemoryDeployer {
    names(members).into_iter().fold(MemoryDeployer::new(), MemoryDeployer::with_application).with_ticks_per_read(1)
}

/// One member for each target, in waves of two.
fn plan(members: usize) -> FleetPlan {
    let member = |name: String| Member::new(&*name, "memory", DeployRequest::new(Target::application(&*name)));
    FleetPlan::new(names(members).into_iter().map(member)).with_waves(Waves::Limit(Amount::Count(2)))
}

fn fleet(plan: FleetPlan, platform: &MemoryDeployer) -> Fleet {
    Fleet::new(plan).with_deployer("memory", platform.clone())
}

/// One letter a member, as in the table of decisions.
fn letters(report: &FleetReport) -> String {
    let letter = |standing| match standing {
        Standing::Waiting => '.',
        Standing::Deploying => 'd',
        Standing::Settling => 'h',
        Standing::Succeeded => '+',
        Standing::Failed => '-',
        Standing::NotBegun(_) => 'x',
        _ => '?',
    };
    report.members.iter().map(|member| letter(member.at.standing())).collect()
}

fn fails(platform: &MemoryDeployer, name: &str) {
    platform.next(&Target::application(name), Script::fails("exit code 1", "boom"));
}

/// How often each target was triggered.
fn triggers(platform: &MemoryDeployer, members: usize) -> Vec<usize> {
    let triggered = platform.triggered();
    let of = |name: String| triggered.iter().filter(|trigger| trigger.request.target().id() == name).count();
    names(members).into_iter().map(of).collect()
}

/// Reads a run to its end: its report, and its events as short words.
async fn read(mut run: FleetRun) -> (FleetReport, Vec<String>) {
    let mut words = Vec::new();
    loop {
        let word = match run.next().await.unwrap().unwrap() {
            FleetEvent::WaveBegan { wave, members } => format!("wave {wave} of {members}"),
            FleetEvent::WaveWaits { wave } => format!("wave {wave} waits"),
            FleetEvent::Sent { member, .. } => format!("sent {member}"),
            FleetEvent::Settling { member } => format!("settling {member}"),
            FleetEvent::CancelAsked { member, error: None } => format!("cancel {member}"),
            FleetEvent::Done { member, result } => format!("done {member}: {result}"),
            FleetEvent::Stopped { cancels, .. } => format!("stopped {cancels}"),
            FleetEvent::Resumed { done, under_way } => format!("resumed {done} {under_way}"),
            FleetEvent::Ended(report) => return (report, words),
            _ => continue,
        };
        words.push(word);
    }
}

/// Where a word stands among the events.
fn at(words: &[String], word: &str) -> usize {
    words.iter().position(|other| other == word).unwrap_or_else(|| panic!("{word} is not in {words:?}"))
}

#[tokio::test(start_paused = true)]
async fn each_member_is_deployed_once_wave_by_wave() {
    let platform = platform(5);
    let (report, words) = read(fleet(plan(5), &platform).run(MemoryCheckpoint::new())).await;
    assert!(report.is_success(), "{report}");
    assert_eq!(triggers(&platform, 5), [1; 5]);
    assert_eq!(report.members.iter().map(|member| member.wave).collect::<Vec<_>>(), [0, 0, 1, 1, 2]);
    let second = at(&words, "wave 1 of 2");
    assert!(at(&words, "done m0: succeeded").max(at(&words, "done m1: succeeded")) < second, "{words:?}");
    assert!(at(&words, "sent m2").min(at(&words, "sent m3")) > second, "{words:?}");
    assert!(at(&words, "wave 2 of 1") > at(&words, "done m3: succeeded").max(at(&words, "done m2: succeeded")));
}

#[tokio::test(start_paused = true)]
async fn failures_stop_the_rest_as_the_plan_says() {
    let base = || plan(6);
    let table: [(FleetPlan, &[usize], &str, &[usize]); 5] = [
        (base(), &[1], "+-xxxx", &[1, 1, 0, 0, 0, 0]),
        (base().with_max_failures(Amount::Count(2)), &[1, 2], "+--+xx", &[1, 1, 1, 1, 0, 0]),
        (base().with_max_failures(Amount::Percent(50)), &[1, 2], "+--+++", &[1; 6]),
        (base().with_rest(Rest::GoOn), &[0, 1, 2], "---+++", &[1; 6]),
        (base().with_rest(Rest::CancelRunning), &[0], "-+xxxx", &[1, 1, 0, 0, 0, 0]),
    ];
    for (plan, failing, expected, triggered) in table {
        let platform = platform(6);
        for index in failing {
            fails(&platform, &format!("m{index}"));
        }
        let case = format!("{:?} {:?}", plan.max_failures, plan.rest);
        let (report, _) = read(fleet(plan, &platform).run(MemoryCheckpoint::new())).await;
        assert_eq!(letters(&report), expected, "{case}: {report}");
        assert_eq!(triggers(&platform, 6), triggered, "{case}");
        assert!(!report.is_success());
        assert_eq!(report.stopped.is_some(), expected.contains('x'), "{case}");
        assert_eq!(report.member(&format!("m{}", failing[0])).unwrap().at.to_string(), "failed: exit code 1");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_is_cancelled_if_the_plan_says_so() {
    let platform = platform(4);
    platform.next(&Target::application("m0"), Script::Hangs);
    fails(&platform, "m1");
    let plan = plan(4).with_rest(Rest::CancelRunning);
    let (report, words) = read(fleet(plan, &platform).run(MemoryCheckpoint::new())).await;
    assert_eq!(report.member("m0").unwrap().at.to_string(), "cancelled");
    assert_eq!(letters(&report), "--xx");
    assert!(at(&words, "stopped true") < at(&words, "cancel m0"), "{words:?}");
    assert_eq!(report.stopped, Some(NotBegun::TooManyFailures));
}

#[tokio::test(start_paused = true)]
async fn a_caller_stops_or_cancels_and_learns_what_was_triggered() {
    for cancels in [false, true] {
        let platform = platform(4);
        if cancels {
            platform.always(&Target::application("m1"), Script::Hangs);
        }
        let mut run = fleet(plan(4), &platform).run(MemoryCheckpoint::new());
        let control = run.control();
        while control.report().triggered().count() < 2 {
            run.next().await.unwrap().unwrap();
        }
        if cancels {
            control.cancel();
        } else {
            control.stop();
        }
        let (report, _) = read(run).await;
        let triggered: Vec<_> = report.triggered().map(|member| member.name.as_str()).collect();
        assert_eq!(triggered, ["m0", "m1"]);
        assert_eq!(letters(&report).get(2..), Some("xx"), "{report}");
        let why = if cancels { NotBegun::Cancelled } else { NotBegun::Stopped };
        assert_eq!(report.stopped, Some(why));
        assert_eq!(report.member("m1").unwrap().at.to_string(), if cancels { "cancelled" } else { "succeeded" });
        assert_eq!(control.report(), report);
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_members_are_under_way_than_the_limits_allow() {
    let platform = platform(9);
    let mut plan = plan(9).with_waves(Waves::Together).with_concurrency(Concurrency::total(4).with_profile("other", 1));
    for index in [1, 2, 5, 8] {
        plan.members[index].profile = "other".to_owned();
    }
    let profiles: Vec<_> = plan.members.iter().map(|member| member.profile.clone()).collect();
    let mut run = fleet(plan, &platform).with_deployer("other", platform.clone()).run(MemoryCheckpoint::new());
    let control = run.control();
    let (mut most, mut most_of_other) = (0, 0);
    while let Some(event) = run.next().await {
        event.unwrap();
        let report = control.report();
        let under_way = report.members.iter().enumerate().filter(|(_, member)| member.at.standing().is_under_way());
        let (all, other) = under_way
            .fold((0, 0), |(all, other), (index, _)| (all + 1, other + usize::from(profiles[index] == "other")));
        (most, most_of_other) = (most.max(all), most_of_other.max(other));
    }
    assert_eq!((most, most_of_other), (4, 1));
    assert!(control.report().is_success());
}

#[tokio::test(start_paused = true)]
async fn a_wave_waits_for_health_or_only_for_the_deployments() {
    for (next_wave, waits) in [(NextWave::Healthy, true), (NextWave::Over, false)] {
        let platform = platform(3);
        let mut plan = plan(3).with_waves(Waves::Limit(Amount::Count(1))).with_next_wave(next_wave);
        plan.members[0] = plan.members[0].clone().until_healthy();
        let (report, words) = read(fleet(plan, &platform).run(MemoryCheckpoint::new())).await;
        assert!(report.is_success(), "{report}");
        assert!(at(&words, "settling m0") < at(&words, "wave 1 of 1"), "{words:?}");
        let healthy = at(&words, "done m0: succeeded; healthy");
        assert_eq!(healthy < at(&words, "wave 1 of 1"), waits, "{words:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_that_does_not_become_healthy_is_a_failure() {
    let platform = platform(2);
    let mut plan = plan(2).with_waves(Waves::Limit(Amount::Count(1)));
    plan.members[0] = plan.members[0].clone().until_healthy();
    let target = Target::application("m0");
    // It runs before, so that it is not degraded as before.
    platform.deploy(&DeployRequest::new(target.clone())).await.unwrap();
    platform.advance(5);
    let mut run = fleet(plan, &platform).run(MemoryCheckpoint::new());
    while let Some(event) = run.next().await {
        if let FleetEvent::Settling { .. } = event.unwrap() {
            // Somebody else stops it while it settles.
            platform.stop(&target).await.unwrap();
            break;
        }
    }
    let (report, _) = read(run).await;
    assert_eq!(letters(&report), "-x", "{report}");
    assert!(report.member("m0").unwrap().at.to_string().starts_with("succeeded; unhealthy"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_gate_waits_for_the_caller_and_a_pause_for_the_clock() {
    let platform = platform(4);
    let began = Instant::now();
    let mut run =
        fleet(plan(4).with_gate().with_pause(Duration::from_mins(10)), &platform).run(MemoryCheckpoint::new());
    let control = run.control();
    while let Some(event) = run.next().await {
        match event.unwrap() {
            FleetEvent::WaveWaits { wave } => {
                assert_eq!((wave, platform.triggered().len()), (1, 2));
                assert!(began.elapsed() >= Duration::from_mins(10));
                control.go(wave);
            }
            FleetEvent::WaveBegan { wave: 1, .. } => break,
            _ => {}
        }
    }
    let (report, _) = read(run).await;
    assert!(report.is_success(), "{report}");
    // A stop ends a fleet that waits at a gate.
    let mut run = fleet(plan(4).with_gate(), &platform).run(MemoryCheckpoint::new());
    let control = run.control();
    while let Some(event) = run.next().await {
        if let FleetEvent::WaveWaits { .. } = event.unwrap() {
            control.stop();
        }
    }
    assert_eq!(letters(&control.report()), "++xx");
}
