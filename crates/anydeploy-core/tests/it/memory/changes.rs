//! How the platform in memory starts, stops, restarts, goes back and keeps variables.

use anydeploy_core::testing::{MemoryDeployer, Script};
use anydeploy_core::{
    Action, DeployRequest, Deployer, DeployerExt, DesiredState, DesiredVariables, Error, ErrorKind, HistoryOptions,
    Method, Phase, PlanOptions, RanRevision, Result, Revision, RollbackObstacle, ServiceState, Setting, Variable,
};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{deploy, platform, read, web};

fn now<T>(answer: BoxFuture<'_, Result<T>>) -> Result<T> {
    answer.now_or_never().unwrap()
}

/// A target that runs this commit.
fn running(commit: &str) -> MemoryDeployer {
    let memory = platform([]);
    deploy_commit(&memory, commit);
    memory
}

fn deploy_commit(memory: &MemoryDeployer, commit: &str) {
    let request = DeployRequest::new(web()).with_revision(Revision::Commit(commit.repeat(40)));
    now(memory.deploy(&request)).unwrap();
    memory.advance(4);
}

fn commit(letter: &str) -> RanRevision {
    RanRevision::Commit(letter.repeat(40))
}

fn state(memory: &MemoryDeployer) -> ServiceState {
    now(memory.state(&web())).unwrap().state
}

#[test]
fn a_target_is_stopped_and_started_with_the_next_tick_and_only_once() {
    let memory = running("a");
    let stop = now(memory.stop(&web())).unwrap();
    assert_eq!((stop.sent, stop.desired, stop.before), (true, DesiredState::Stopped, ServiceState::Running));
    assert_eq!(state(&memory), ServiceState::Stopping);
    assert!(!now(memory.stop(&web())).unwrap().sent);
    memory.advance(1);
    assert_eq!(state(&memory), ServiceState::Stopped);
    assert!(now(memory.start(&web())).unwrap().sent && !now(memory.start(&web())).unwrap().sent);
    memory.advance(1);
    assert_eq!((state(&memory), memory.triggered().len()), (ServiceState::Running, 1));
    let methods: Vec<_> = memory.writes().into_iter().map(|write| write.method).collect();
    assert_eq!(methods, [Method::Stop, Method::Start]);
}

#[test]
fn a_deployment_that_is_under_way_starts_a_stopped_target_again() {
    let memory = running("a");
    let id = deploy(&memory);
    memory.advance(1);
    let stop = now(memory.stop(&web())).unwrap();
    assert_eq!((stop.sent, stop.under_way), (true, vec![id.clone()]));
    memory.advance(1);
    let seen = now(memory.state(&web())).unwrap();
    assert_eq!((seen.state, seen.under_way), (ServiceState::Stopped, vec![id]));
    assert!(seen.busy.is_some() && !now(memory.state(&web())).unwrap().has_reached(DesiredState::Stopped));
    memory.advance(3);
    assert!(now(memory.state(&web())).unwrap().has_reached(DesiredState::Running));
}

#[test]
fn what_was_never_deployed_is_neither_started_nor_restarted() {
    let memory = platform([]);
    assert_eq!(now(memory.start(&web())).unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(now(memory.restart(&web())).unwrap_err().kind(), ErrorKind::Conflict);
    assert!(!now(memory.stop(&web())).unwrap().sent);
    assert_eq!((memory.writes().len(), memory.triggered().len()), (0, 0));
}

#[test]
fn a_restart_runs_the_same_revision_and_builds_nothing() {
    let memory = running("a");
    let restart = now(memory.restart(&web())).unwrap();
    memory.advance(2);
    let over = read(&memory, &restart.id).unwrap();
    assert_eq!((over.status.phase, over.action, &over.revision), (Phase::Succeeded, Action::Restart, &commit("a")));
    assert_eq!((over.note, memory.builds(&web())), (None, 1));
}

#[test]
fn a_restart_that_ships_another_revision_says_so() {
    let memory = running("a");
    memory.next(&web(), Script::Runs(commit("b")));
    let restart = now(memory.restart(&web())).unwrap();
    memory.advance(2);
    let over = read(&memory, &restart.id).unwrap();
    assert_eq!((over.status.phase, over.revision), (Phase::Succeeded, commit("b")));
    let note = over.note.unwrap();
    assert!(note.starts_with("the restart shipped commit bbbb") && note.ends_with("aaaa ran before"), "{note}");
}

#[test]
fn a_rollback_runs_the_version_that_was_listed_and_builds_nothing() {
    let memory = running("a");
    deploy_commit(&memory, "b");
    memory.next(&web(), Script::fails("exit code 1", ""));
    deploy_commit(&memory, "c");
    let versions = now(memory.rollback_targets(&web(), HistoryOptions::default())).unwrap();
    let seen: Vec<_> = versions.iter().map(|version| (version.is_current, version.obstacle)).collect();
    let (failed, current) = (Some(RollbackObstacle::Failed), Some(RollbackObstacle::IsCurrent));
    assert_eq!(seen, [(Some(false), failed), (Some(true), current), (Some(false), None)]);
    let back = now(memory.roll_back_to(&versions[2])).unwrap();
    memory.advance(2);
    let over = read(&memory, &back.id).unwrap();
    assert_eq!((over.status.phase, over.action, over.revision), (Phase::Succeeded, Action::Rollback, commit("a")));
    assert_eq!(memory.builds(&web()), 3);
    let versions = now(memory.rollback_targets(&web(), HistoryOptions::default())).unwrap();
    assert_eq!(
        versions.iter().map(|version| version.is_current).collect::<Vec<_>>(),
        [Some(false), Some(false), Some(true)]
    );
}

#[test]
fn a_rollback_is_refused_where_it_cannot_be_what_was_listed() {
    let memory = running("a");
    deploy_commit(&memory, "b");
    let versions = now(memory.rollback_targets(&web(), HistoryOptions::default())).unwrap();
    let current = now(memory.deploy(&DeployRequest::rollback(&versions[0]))).unwrap_err();
    assert_eq!((current.kind(), current.obstacle()), (ErrorKind::Conflict, Some(RollbackObstacle::IsCurrent)));
    deploy_commit(&memory, "c");
    let changed = now(memory.roll_back_to(&versions[1])).unwrap_err();
    assert_eq!((changed.kind(), changed.obstacle()), (ErrorKind::Conflict, None), "{changed}");
    assert_eq!(memory.triggered().len(), 3);
}

#[test]
fn a_setting_stays_after_the_deployment_and_is_set_back_if_there_is_none() {
    let memory = running("a");
    let tag = |tag: &str| Setting::ImageTag(tag.to_owned());
    memory.change_setting(&web(), tag("1.27"));
    let request = DeployRequest::new(web()).with_setting(tag("1.28"));
    memory.fail_next(Method::Deploy, Error::new(ErrorKind::QueueFull, "the queue is full"));
    let full = now(memory.deploy(&request)).unwrap_err();
    assert!(full.to_string().contains("the queue is full; the image tag was set back to `1.27`"), "{full}");
    assert_eq!((memory.settings(&web()), memory.writes().len()), (vec![tag("1.27")], 2));
    memory.fail_next(Method::Deploy, Error::new(ErrorKind::Undecidable, "the answer was lost"));
    let lost = now(memory.deploy(&request)).unwrap_err();
    assert_eq!(lost.partial().unwrap().written, ["image tag"]);
    assert_eq!(memory.settings(&web()), [tag("1.28")]);
    let id = now(memory.deploy(&request)).unwrap().id;
    memory.advance(4);
    assert_eq!(read(&memory, &id).unwrap().revision, RanRevision::ImageTag("1.28".into()));
    assert_eq!((memory.settings(&web()), memory.writes().len()), (vec![tag("1.28")], 3), "it was set already");
}

#[test]
fn a_setting_that_somebody_else_changed_is_a_conflict() {
    let memory = running("a");
    let tag = |tag: &str| Setting::ImageTag(tag.to_owned());
    memory.change_setting(&web(), tag("1.27"));
    let request = DeployRequest::new(web()).with_setting(tag("1.28"));
    let intent = now(memory.prepare(&request)).unwrap();
    memory.change_setting(&web(), tag("1.29"));
    assert_eq!(now(memory.send(&intent)).unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!((memory.settings(&web()), memory.writes().len(), memory.triggered().len()), (vec![tag("1.29")], 0, 1));
}

#[test]
fn a_refused_variable_leaves_the_others_as_they_were_written() {
    let memory = platform([]).with_variable(&web(), Variable::new("OLD", "1"));
    let desired = DesiredVariables::new().set("A", "1").set("B", "2").set("C", "3");
    let plan = now(memory.plan_variables(&web(), &desired, PlanOptions::exact())).unwrap();
    memory.refuse_variable_after(2);
    let error = now(memory.apply_variables(&plan)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    let partial = error.partial().unwrap();
    assert_eq!(
        (&*partial.written, &*partial.not_written),
        (&["A".into(), "B".into()][..], &["C".into(), "OLD".into()][..])
    );
    let keys: Vec<_> = now(memory.variables_of(&web())).unwrap().variables.into_iter().map(|row| row.key).collect();
    assert_eq!(keys, ["OLD", "A", "B"]);
    memory.refuse_variable_after(0);
    let plan = now(memory.plan_variables(&web(), &desired, PlanOptions::exact())).unwrap();
    let error = now(memory.apply_variables(&plan)).unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Rejected, true));
    now(memory.apply_variables(&plan)).unwrap();
}
