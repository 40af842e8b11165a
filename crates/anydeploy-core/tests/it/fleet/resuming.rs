//! Runs that are dropped and resumed, and checkpoints that are refused.

use std::future::poll_fn;
use std::task::Poll;

use anydeploy_core::fleet::{Checkpoint, CheckpointStore, Directive, Lease, MemberResult, MemberStage};
use anydeploy_core::{
    Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Outcome, Phase, Platform, Result, Revision,
    Verdict,
};
use chrono::Utc;
use futures::future::BoxFuture;
use futures::{FutureExt, Stream};

use super::*;

/// The members of the fleets that are interrupted.
const MEMBERS: usize = 5;

/// Polls a run so many times, and drops it; its report if it ended before.
pub(super) async fn interrupt(mut run: FleetRun, polls: usize) -> Option<FleetReport> {
    let mut left = polls;
    loop {
        let event = poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            std::pin::Pin::new(&mut run).poll_next(context)
        });
        if let FleetEvent::Ended(report) = event.await?.unwrap() {
            return Some(report);
        }
    }
}

/// A platform whose answers take time, so that a run is dropped after a trigger and before its answer.
pub(super) fn slow_platform() -> MemoryDeployer {
    let platform = platform(MEMBERS).with_latency(Duration::from_millis(300));
    platform.always(&Target::application("m3"), Script::fails("exit code 1", "boom"));
    platform
}

/// A plan in which something goes wrong, and one member waits for health.
pub(super) fn eventful() -> FleetPlan {
    let mut plan = plan(MEMBERS).with_rest(Rest::GoOn);
    plan.members[1] = plan.members[1].clone().until_healthy();
    plan
}

/// Runs a fleet to its end; one that hangs is a failure, and no test that never ends.
pub(super) async fn end(run: FleetRun) -> FleetReport {
    let ended = tokio::time::timeout(Duration::from_hours(12), run).await;
    ended.unwrap_or_else(|_| panic!("the fleet hangs")).unwrap()
}

pub(super) fn is_right(report: &FleetReport, platform: &MemoryDeployer, case: &str) {
    assert_eq!(letters(report), "+++-+", "{case}: {report}");
    assert_eq!(triggers(platform, MEMBERS), [1; MEMBERS], "{case}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_anywhere_is_resumed_and_deploys_nothing_twice() {
    let mut polls = 0;
    loop {
        let (platform, checkpoint) = (slow_platform(), MemoryCheckpoint::new());
        let fleet = fleet(eventful(), &platform);
        let ended = interrupt(fleet.run(checkpoint.clone()), polls).await;
        let report = end(fleet.run(checkpoint)).await;
        is_right(&report, &platform, &format!("dropped after {polls} polls"));
        if let Some(ended) = ended {
            assert_eq!(ended, report, "a fleet that is over is reported again");
            break;
        }
        polls += 1;
    }
    assert!(polls > 50, "{polls}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_again_and_again_comes_to_its_end() {
    let (platform, checkpoint) = (slow_platform(), MemoryCheckpoint::new());
    let fleet = fleet(eventful(), &platform);
    let mut report = None;
    for _ in 0..50 {
        report = interrupt(fleet.run(checkpoint.clone()), 40).await;
        if report.is_some() {
            break;
        }
    }
    is_right(&report.expect("it comes further each time"), &platform, "every 40 polls");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_run_says_what_was_triggered() {
    let platform = slow_platform();
    let mut run = fleet(eventful(), &platform).run(MemoryCheckpoint::new());
    let control = run.control();
    while !matches!(run.next().await, Some(Ok(FleetEvent::Sent { .. }))) {}
    drop(run);
    let report = control.report();
    let triggered: Vec<_> = report.triggered().map(|member| member.name.as_str()).collect();
    assert_eq!(triggered, ["m0", "m1"], "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_fleet_that_was_stopped_stays_stopped() {
    let (platform, checkpoint) = (platform(4), MemoryCheckpoint::new());
    fails(&platform, "m0");
    let fleet = fleet(plan(4), &platform);
    let report = fleet.run(checkpoint.clone()).await.unwrap();
    assert_eq!(letters(&report), "-+xx");
    let (again, words) = read(fleet.run(checkpoint)).await;
    assert_eq!((again.stopped, report.stopped), (Some(NotBegun::TooManyFailures), Some(NotBegun::TooManyFailures)));
    assert_eq!((letters(&again).as_str(), words.as_slice()), ("-+xx", ["resumed 4 0".to_owned()].as_slice()));
    assert_eq!(platform.triggered().len(), 2);
}

#[tokio::test]
async fn another_plan_is_refused_with_what_differs() {
    let platform = platform(4);
    let mut changed = plan(4);
    changed.members[0].request = changed.members[0].request.clone().with_revision(Revision::ImageTag("2".into()));
    let mut renamed = plan(4);
    renamed.members[1].name = "web".to_owned();
    let mut ordered = plan(4);
    ordered.members.swap(0, 1);
    let table: [(FleetPlan, &[&str]); 4] = [
        (changed, &["the member `m0`: `request.revision` was \"configured\" and is {\"image_tag\":\"2\"}"]),
        (renamed, &["the member `m1` is gone", "the member `web` is new"]),
        (ordered, &["the members are in another order"]),
        (plan(4).with_max_failures(Amount::Percent(10)), &["`max_failures` was 1 and is \"10 %\""]),
    ];
    for (other, expected) in table {
        let checkpoint = MemoryCheckpoint::from(Checkpoint::new(plan(4)));
        let error = fleet(other, &platform).run(checkpoint).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        for expected in expected {
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
    assert!(platform.triggered().is_empty());
}

/// A checkpoint in which the only member is at this stage.
async fn at_stage(plan: &FleetPlan, stage: MemberStage) -> MemoryCheckpoint {
    let checkpoint = MemoryCheckpoint::new();
    checkpoint.begin(plan).await.unwrap();
    checkpoint.record("m0", &stage).await.unwrap();
    checkpoint
}

#[tokio::test(start_paused = true)]
async fn the_deadline_counts_from_the_trigger_also_after_a_restart() {
    let (platform, plan) = (platform(1), plan(1));
    platform.next(&Target::application("m0"), Script::Hangs);
    let id = platform.deploy(&plan.members[0].request).await.unwrap().id;
    let sent_at = Utc::now() - plan.watch.deadline;
    let checkpoint = at_stage(&plan, MemberStage::Sent { id, sent_at, before: None }).await;
    let began = Instant::now();
    let report = end(fleet(plan, &platform).run(checkpoint)).await;
    assert!(report.to_string().contains("not over after"), "{report}");
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_health_before_is_remembered_after_a_restart() {
    let (platform, mut plan) = (platform(1), plan(1));
    // It is stopped, and was so before.
    let before = Some(Box::new(platform.health_of(&Target::application("m0")).await.unwrap()));
    plan.members[0] = plan.members[0].clone().until_healthy();
    let id = DeploymentId::new(Platform::new("memory"), Target::application("m0")).with("deployment", "d1");
    let status = DeploymentStatus::new(Phase::Succeeded, "done");
    let outcome = Box::new(Outcome::Succeeded(Deployment::new(id.clone(), Identity::Exact, status)));
    let stage = MemberStage::Deployed { id, outcome, before };
    let checkpoint = at_stage(&plan, stage).await;
    let report = end(fleet(plan, &platform).run(checkpoint)).await;
    let Some(MemberResult::Ended { rollout, .. }) = report.members[0].result() else { panic!("{report}") };
    assert_eq!(rollout.verdict, Some(Verdict::AsBefore));
}

/// A checkpoint whose records fail after so many.
#[derive(Debug)]
pub(super) struct Full(pub(super) MemoryCheckpoint, pub(super) std::sync::atomic::AtomicUsize);

impl Full {
    fn fill(&self) -> Result<()> {
        use std::sync::atomic::Ordering::Relaxed;
        let full = |_| Error::new(ErrorKind::InvalidConfiguration, "no space is left");
        self.1.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).map(drop).map_err(full)
    }
}

impl CheckpointStore for Full {
    fn lease(&self) -> BoxFuture<'_, Result<Lease>> {
        self.0.lease()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<Checkpoint>>> {
        self.0.load()
    }

    fn begin<'a>(&'a self, plan: &'a FleetPlan) -> BoxFuture<'a, Result<()>> {
        self.0.begin(plan)
    }

    fn record<'a>(&'a self, member: &'a str, stage: &'a MemberStage) -> BoxFuture<'a, Result<()>> {
        if let Err(error) = self.fill() {
            return async { Err(error) }.boxed();
        }
        self.0.record(member, stage)
    }

    fn record_directive(&self, directive: Directive) -> BoxFuture<'_, Result<()>> {
        if let Err(error) = self.fill() {
            return async { Err(error) }.boxed();
        }
        self.0.record_directive(directive)
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_whose_intent_is_not_stored() {
    for records in 0..20 {
        let (platform, checkpoint) = (slow_platform(), MemoryCheckpoint::new());
        let fleet = fleet(eventful(), &platform);
        let error = fleet.run(Full(checkpoint.clone(), records.into())).await.err();
        let Some(error) = error else { return assert!(records > 10, "{records}") };
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
        assert!(platform.triggered().len() <= records, "{records}");
        is_right(&end(fleet.run(checkpoint)).await, &platform, &format!("{records} records"));
    }
}
