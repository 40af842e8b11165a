//! Fleets on platforms in memory, with a clock that moves by itself.

use std::time::Duration;

use anydeploy_core::fleet::{
    Amount, CheckpointFile, CheckpointStore, Concurrency, Fleet, FleetEvent, FleetPlan, FleetReport, Member, MemberResult,
    MemberStage, MemoryCheckpoint, NextWave, NotBegun, Rest, Standing, Triggered, Waves,
};
use anydeploy_core::testing::{MemoryDeployer, Script};
use anydeploy_core::{DeployRequest, Error, ErrorKind, Group, Healthy, Method, Target};
use futures::StreamExt;

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

#[tokio::test(start_paused = true)]
async fn each_member_is_deployed_once_wave_by_wave() {
    let platform = platform(5);
    let mut run = fleet(plan(5), &platform).run(MemoryCheckpoint::new());
    let (mut waves, mut seen, mut report) = (Vec::new(), Vec::new(), None);
    while let Some(event) = run.next().await {
        match event.unwrap() {
            FleetEvent::WaveBegan { wave, members } => waves.push((wave, members, platform.triggered().len())),
            FleetEvent::Sent { member, .. } => seen.push(format!("sent {member}")),
            FleetEvent::Done { member, result } => seen.push(format!("done {member} {result}")),
            FleetEvent::Ended(end) => report = Some(end),
            _ => {}
        }
    }
    let report = report.unwrap();
    assert_eq!(waves, [(0, 2, 0), (1, 2, 2), (2, 1, 4)]);
    assert_eq!(seen.len(), 10, "{seen:?}");
    assert!(report.is_success(), "{report}");
    assert_eq!(triggers(&platform, 5), [1; 5]);
    assert_eq!(report.members.iter().map(|member| member.wave).collect::<Vec<_>>(), [0, 0, 1, 1, 2]);
}
