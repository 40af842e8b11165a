//! How the platform in memory behaves.

use std::collections::BTreeMap;

use anydeploy_core::testing::{Course, MemoryDeployer};
use anydeploy_core::{
    DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, Error, ErrorKind, HistoryOptions, LogOptions,
    Method, Outcome, Phase, RanRevision, Revision, ServiceState, Target, WatchOptions,
};
use futures::FutureExt;
use proptest::prelude::*;

fn web() -> Target {
    Target::application("web")
}

fn platform(courses: impl IntoIterator<Item = Course>) -> MemoryDeployer {
    let deployer = MemoryDeployer::new().with_application("web");
    courses.into_iter().for_each(|course| deployer.next(&web(), course));
    deployer
}

/// Every answer of the platform in memory is there at once.
fn deploy(deployer: &MemoryDeployer) -> DeploymentId {
    deployer.deploy(&DeployRequest::new(web())).now_or_never().unwrap().unwrap().id
}

fn read(deployer: &MemoryDeployer, id: &DeploymentId) -> Result<Deployment, Error> {
    deployer.deployment(id).now_or_never().unwrap()
}

fn phase(deployer: &MemoryDeployer, id: &DeploymentId) -> Phase {
    read(deployer, id).unwrap().status.phase
}

#[test]
fn time_moves_only_when_it_is_told_to() {
    let deployer = platform([]);
    let id = deploy(&deployer);
    let phases: Vec<_> = (0..5)
        .map(|_| {
            assert_eq!(phase(&deployer, &id), phase(&deployer, &id));
            let phase = phase(&deployer, &id);
            deployer.advance(1);
            phase
        })
        .collect();
    assert_eq!(phases, [Phase::Queued, Phase::Running, Phase::Running, Phase::Succeeded, Phase::Succeeded]);
    assert_eq!(deployer.now(), 5);
    deployer.advance(u64::MAX);
    assert_eq!(deployer.now(), u64::MAX);
}

#[test]
fn a_target_deploys_one_after_the_other_and_targets_do_not_wait_for_each_other() {
    let deployer = platform([]).with_application("api");
    let (first, second) = (deploy(&deployer), deploy(&deployer));
    let api = DeployRequest::new(Target::application("api"));
    let other = deployer.deploy(&api).now_or_never().unwrap().unwrap().id;
    deployer.advance(1);
    let phases = [&first, &second, &other].map(|id| phase(&deployer, id));
    assert_eq!(phases, [Phase::Running, Phase::Queued, Phase::Running]);
    deployer.advance(2);
    let phases = [&first, &second, &other].map(|id| phase(&deployer, id));
    assert_eq!(phases, [Phase::Succeeded, Phase::Running, Phase::Succeeded]);
}

#[tokio::test(start_paused = true)]
async fn each_course_has_its_outcome() {
    let courses = [
        (Course::Succeeds, "succeeded"),
        (Course::fails("exit code 1", "boom"), "failed: exit code 1"),
        (Course::Cancelled, "cancelled"),
        (Course::Vanishes, "lost: "),
    ];
    for (course, told) in courses {
        let deployer = platform([course]).with_ticks_per_read(1);
        let outcome = deployer.deploy_and_wait(&DeployRequest::new(web()), WatchOptions::default()).await.unwrap();
        assert!(outcome.to_string().starts_with(told), "{outcome}");
    }
    for course in [Course::Hangs, Course::Unknown("PONDERING".to_owned())] {
        let deployer = platform([course]).with_ticks_per_read(1);
        let error = deployer.deploy_and_wait(&DeployRequest::new(web()), WatchOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_has_the_log_that_was_written_for_it() {
    let deployer = platform([Course::fails("exit code 1", "npm install\nnpm ERR!")]).with_ticks_per_read(1);
    let outcome = deployer.deploy_and_wait(&DeployRequest::new(web()), WatchOptions::default()).await.unwrap();
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    let lines: Vec<_> = failure.log.unwrap().lines.into_iter().map(|line| line.text).collect();
    assert_eq!(lines, ["queued", "running", "npm install", "npm ERR!", "failed"]);
}

#[test]
fn what_waits_is_cancelled_at_once_and_what_runs_within_a_tick() {
    let deployer = platform([Course::Hangs, Course::Hangs, Course::Succeeds]);
    let (first, second, third) = (deploy(&deployer), deploy(&deployer), deploy(&deployer));
    deployer.advance(9);
    let cancel = |id| deployer.cancel_deployment(id).now_or_never().unwrap();
    assert_eq!(cancel(&second).unwrap().status.phase, Phase::Cancelled);
    assert_eq!(cancel(&first).unwrap().status.phase, Phase::Cancelling);
    assert_eq!(cancel(&first).unwrap().status.phase, Phase::Cancelling);
    deployer.advance(1);
    assert_eq!(phase(&deployer, &first), Phase::Cancelled);
    assert_eq!(cancel(&first).unwrap_err().kind(), ErrorKind::Conflict);
    deployer.advance(2);
    assert_eq!(phase(&deployer, &third), Phase::Succeeded);
}

#[test]
fn a_service_is_what_its_deployments_left_behind() {
    let deployer = platform([Course::Succeeds, Course::Cancelled, Course::fails("no", "")]);
    let state = || deployer.service(&web()).now_or_never().unwrap().unwrap().state;
    assert_eq!(state(), ServiceState::NeverDeployed);
    for after in [ServiceState::Running, ServiceState::Running, ServiceState::Failed] {
        deploy(&deployer);
        deployer.advance(1);
        assert_eq!(state(), ServiceState::Starting);
        deployer.advance(9);
        assert_eq!(state(), after);
    }
}

#[test]
fn what_was_triggered_is_told_with_what_was_asked_for() {
    let deployer = platform([]);
    let request = DeployRequest::new(web()).with_revision(Revision::Commit("a1b2c3".into())).with_reason("1.4.2");
    let told = deployer.deploy(&request).now_or_never().unwrap().unwrap();
    assert_eq!((told.commit.as_deref(), told.title.as_deref()), (Some("a1b2c3"), Some("1.4.2")));
    let triggered = deployer.triggered();
    assert_eq!((&triggered[0].id, &triggered[0].request, triggered.len()), (&told.id, &request, 1));
}

#[test]
fn an_error_on_order_comes_once_and_before_anything_is_acted_on() {
    let deployer = platform([]);
    deployer.fail_next(Method::Deploy, Error::new(ErrorKind::QueueFull, "full"));
    let error = deployer.deploy(&DeployRequest::new(web())).now_or_never().unwrap().unwrap_err();
    assert_eq!((error.kind(), deployer.triggered().len()), (ErrorKind::QueueFull, 0));
    let ids = [deploy(&deployer), deploy(&deployer)];
    deployer.fail_next(Method::Deployments, Error::new(ErrorKind::NoAnswer, "slow"));
    let answers = deployer.deployments(&ids).now_or_never().unwrap();
    assert_eq!(answers[0].as_ref().unwrap_err().kind(), ErrorKind::NoAnswer);
    assert_eq!(answers[1].as_ref().unwrap().id, ids[1]);
}

#[test]
fn a_lost_answer_hides_a_trigger_only_where_it_cannot_be_looked_for() {
    let deployer = platform([]);
    deployer.lose_next_answer(Method::Deploy);
    deploy(&deployer);
    let mut capabilities = deployer.capabilities();
    capabilities.correlates = false;
    let deployer = deployer.with_capabilities(capabilities);
    deployer.lose_next_answer(Method::Deploy);
    let error = deployer.deploy(&DeployRequest::new(web())).now_or_never().unwrap().unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false));
    assert_eq!(deployer.triggered().len(), 2);
}

#[test]
fn the_revision_that_ran_is_what_was_asked_for_once_it_has_succeeded() {
    let cases = [
        (Revision::Commit("a1b2c3d".into()), RanRevision::Commit("a1b2c3d".into())),
        (Revision::ImageTag("1.4.2".into()), RanRevision::ImageTag("1.4.2".into())),
        (Revision::Configured, RanRevision::Unverified),
    ];
    for (asked, ran) in cases {
        let deployer = platform([]);
        let request = DeployRequest::new(web()).with_revision(asked).with_pull_request(7);
        let id = deployer.deploy(&request).now_or_never().unwrap().unwrap().id;
        assert_eq!(read(&deployer, &id).unwrap().revision, RanRevision::Unverified, "nothing has run yet");
        deployer.advance(9);
        let over = read(&deployer, &id).unwrap();
        assert_eq!((over.status.phase, over.revision, over.pull_request), (Phase::Succeeded, ran, Some(7)));
    }
    let deployer = platform([Course::fails("no", "log")]);
    let id = deploy(&deployer);
    deployer.advance(9);
    assert_eq!(read(&deployer, &id).unwrap().revision, RanRevision::Unverified);
}

#[tokio::test(start_paused = true)]
async fn a_success_with_another_revision_is_a_failure() {
    let commit = |text: &str| text.repeat(10);
    let ran = RanRevision::Commit(commit("beef"));
    let deployer = platform([Course::Runs(ran.clone()), Course::Runs(ran.clone())]).with_ticks_per_read(1);
    let asked = DeployRequest::new(web()).with_revision(Revision::Commit(commit("cafe")));
    let outcome = deployer.deploy_and_wait(&asked, WatchOptions::default()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    assert!(outcome.reason().unwrap().contains(&commit("beef")), "{outcome}");
    let configured = DeployRequest::new(web());
    let outcome = deployer.deploy_and_wait(&configured, WatchOptions::default()).await.unwrap();
    assert!(outcome.is_success());
    assert_eq!(outcome.deployment().unwrap().revision, ran);
}

#[test]
fn the_log_of_a_failure_has_its_reason() {
    let deployer = platform([Course::fails("exit code 1", "npm install\nnpm ERR!\n"), Course::Succeeds]);
    let ids = [deploy(&deployer), deploy(&deployer)];
    deployer.advance(19);
    let reasons = ids.map(|id| deployer.logs_of(&id, LogOptions::tail(1)).now_or_never().unwrap().unwrap().reason);
    assert_eq!(reasons, [Some("npm ERR!".to_owned()), None]);
}

/// Something a test may do to the platform.
#[derive(Clone, Debug)]
enum Step {
    Deploy(Course),
    Cancel(usize),
    Advance(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let course = prop_oneof![
        Just(Course::Succeeds),
        Just(Course::fails("no", "log")),
        Just(Course::Cancelled),
        Just(Course::Hangs),
        Just(Course::Unknown("WHO_KNOWS".to_owned())),
        Just(Course::Vanishes),
    ];
    let step = prop_oneof![
        course.prop_map(Step::Deploy),
        (0..12_usize).prop_map(Step::Cancel),
        (0..4_u64).prop_map(Step::Advance),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    #[test]
    fn what_is_over_stays_over_and_one_at_a_time_is_under_way(steps in steps()) {
        let deployer = platform([]);
        let mut over: BTreeMap<DeploymentId, Phase> = BTreeMap::new();
        let mut ids = Vec::new();
        for step in steps {
            match step {
                Step::Deploy(course) => {
                    deployer.next(&web(), course);
                    ids.push(deploy(&deployer));
                }
                Step::Cancel(index) => {
                    if let Some(id) = ids.get(index) {
                        let _ = deployer.cancel_deployment(id).now_or_never().unwrap();
                    }
                }
                Step::Advance(ticks) => deployer.advance(ticks),
            }
            for (id, phase) in &over {
                prop_assert_eq!(read(&deployer, id).unwrap().status.phase, *phase);
            }
            let history = deployer.history_of(&web(), HistoryOptions::newest(100)).now_or_never().unwrap().unwrap();
            let under_way = |d: &&Deployment| !d.is_over() && d.status.phase != Phase::Queued;
            prop_assert!(history.iter().filter(under_way).count() <= 1, "{:?}", history);
            prop_assert!(history.is_sorted_by(|newer, older| newer.created_at >= older.created_at));
            let ended = history.into_iter().filter(Deployment::is_over);
            over.extend(ended.map(|deployment| (deployment.id, deployment.status.phase)));
        }
        let triggered: Vec<_> = deployer.triggered().into_iter().map(|trigger| trigger.id).collect();
        prop_assert_eq!(&triggered, &ids);
        for id in over.keys() {
            let log = deployer.logs_of(id, LogOptions::tail(1)).now_or_never().unwrap().unwrap();
            prop_assert_eq!(&log.lines[0].text, over[id].as_str());
        }
    }
}
