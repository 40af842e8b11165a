//! Runs that are dropped and resumed, and checkpoints that are refused.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use anydeploy_core::fleet::{Checkpoint, CheckpointFile, CheckpointStore, MemberStage};
use anydeploy_core::{Error, ErrorKind, Result, Revision};
use futures::future::BoxFuture;
use futures::{FutureExt, Stream};

use super::*;

/// The members of the fleets that are interrupted.
const MEMBERS: usize = 5;

/// Polls a run so many times, and drops it; its report if it ended before.
async fn interrupt(mut run: FleetRun, polls: usize) -> Option<FleetReport> {
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
fn slow_platform() -> MemoryDeployer {
    let platform = platform(MEMBERS).with_latency(Duration::from_millis(300));
    platform.always(&Target::application("m3"), Script::fails("exit code 1", "boom"));
    platform
}

/// A plan in which something goes wrong, and one member waits for health.
fn eventful() -> FleetPlan {
    let mut plan = plan(MEMBERS).with_rest(Rest::GoOn);
    plan.members[1] = plan.members[1].clone().until_healthy();
    plan
}

fn is_right(report: &FleetReport, platform: &MemoryDeployer, case: &str) {
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
        let report = fleet.run(checkpoint).await.unwrap();
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

/// A checkpoint whose records fail after so many.
#[derive(Debug)]
struct Full(MemoryCheckpoint, std::sync::atomic::AtomicUsize);

impl CheckpointStore for Full {
    fn load(&self) -> BoxFuture<'_, Result<Option<Checkpoint>>> {
        self.0.load()
    }

    fn begin<'a>(&'a self, plan: &'a FleetPlan) -> BoxFuture<'a, Result<()>> {
        self.0.begin(plan)
    }

    fn record<'a>(&'a self, member: &'a str, stage: &'a MemberStage) -> BoxFuture<'a, Result<()>> {
        use std::sync::atomic::Ordering::Relaxed;
        if self.1.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err() {
            return async { Err(Error::new(ErrorKind::InvalidConfiguration, "no space is left")) }.boxed();
        }
        self.0.record(member, stage)
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
        is_right(&fleet.run(checkpoint).await.unwrap(), &platform, &format!("{records} records"));
    }
}

/// A file that is removed at the end.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("anydeploy-fleet-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_journal_is_read_wherever_it_was_torn() {
    let scratch = Scratch::new("torn");
    let whole = {
        let platform = slow_platform();
        fleet(eventful(), &platform).run(CheckpointFile::new(&scratch.0)).await.unwrap();
        std::fs::read(&scratch.0).unwrap()
    };
    let lines: Vec<usize> =
        whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    assert!(lines.len() > 15, "{}", lines.len());
    for end in lines.iter().flat_map(|end| [*end, end - 1, end - 7]) {
        std::fs::write(&scratch.0, &whole[..end]).unwrap();
        let file = CheckpointFile::new(&scratch.0);
        let checkpoint = file.load().await.unwrap();
        let is_begun = end >= lines[0];
        assert_eq!(checkpoint.is_some(), is_begun, "{end}");
        if let Some(checkpoint) = checkpoint {
            assert_eq!(checkpoint.plan, eventful());
            file.record("m0", &MemberStage::Waiting).await.unwrap();
            let again = file.load().await.unwrap().unwrap();
            assert_eq!(again.members.get("m0"), Some(&MemberStage::Waiting), "a line follows the last whole one");
        }
    }
    let later = String::from_utf8(whole).unwrap().replacen("{\"v\":1", "{\"v\":2", 1);
    for unreadable in ["{\"v\":1}\n{}\n", &later] {
        std::fs::write(&scratch.0, unreadable).unwrap();
        let error = CheckpointFile::new(&scratch.0).load().await.unwrap_err();
        assert!(error.to_string().contains("line 1 of the checkpoint"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_survives_the_drop_of_a_run_at_every_fifth_poll() {
    let scratch = Scratch::new("file");
    for polls in (0..).step_by(5) {
        let _ = std::fs::remove_file(&scratch.0);
        let platform = slow_platform();
        let fleet = fleet(eventful(), &platform);
        let store = Arc::new(CheckpointFile::new(&scratch.0));
        let ended = interrupt(fleet.run(Arc::clone(&store)), polls).await;
        let report = fleet.run(store).await.unwrap();
        is_right(&report, &platform, &format!("dropped after {polls} polls"));
        if ended.is_some() {
            break;
        }
    }
}

#[tokio::test]
async fn a_file_serves_one_run_at_a_time() {
    let scratch = Scratch::new("lock");
    let first = CheckpointFile::new(&scratch.0);
    assert_eq!(first.load().await.unwrap(), None);
    let error = CheckpointFile::new(&scratch.0).load().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    drop(first);
    assert_eq!(CheckpointFile::new(&scratch.0).load().await.unwrap(), None);
}
