//! How the platform in memory behaves.

mod changes;

use std::collections::BTreeMap;

use anydeploy_core::testing::{MemoryDeployer, Script};
use anydeploy_core::{
    DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, Error, ErrorKind, HistoryOptions, Intent,
    LogOptions, Method, Outcome, Phase, RanRevision, Revision, ServiceState, Target, WatchOptions,
};
use futures::FutureExt;
use proptest::prelude::*;

fn web() -> Target {
    Target::application("web")
}

fn platform(scripts: impl IntoIterator<Item = Script>) -> MemoryDeployer {
    let deployer = MemoryDeployer::new().with_application("web");
    scripts.into_iter().for_each(|script| deployer.next(&web(), script));
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
fn only_advance_moves_the_clock() {
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
async fn each_script_has_its_outcome() {
    let scripts = [
        (Script::Succeeds, "succeeded"),
        (Script::fails("exit code 1", "boom"), "failed: exit code 1"),
        (Script::Cancelled, "cancelled"),
        (Script::Vanishes, "lost: "),
    ];
    for (script, expected) in scripts {
        let deployer = platform([script]).with_ticks_per_read(1);
        let outcome = deployer.deploy_and_wait(&DeployRequest::new(web()), WatchOptions::default()).await.unwrap();
        assert!(outcome.to_string().starts_with(expected), "{outcome}");
    }
    for script in [Script::Hangs, Script::Unknown("PONDERING".to_owned())] {
        let deployer = platform([script]).with_ticks_per_read(1);
        let error = deployer.deploy_and_wait(&DeployRequest::new(web()), WatchOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_has_the_log_that_was_written_for_it() {
    let deployer = platform([Script::fails("exit code 1", "npm install\nnpm ERR!")]).with_ticks_per_read(1);
    let outcome = deployer.deploy_and_wait(&DeployRequest::new(web()), WatchOptions::default()).await.unwrap();
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    let lines: Vec<_> = failure.log.unwrap().lines.into_iter().map(|line| line.text).collect();
    assert_eq!(lines, ["queued", "running", "npm install", "npm ERR!", "failed"]);
}

#[test]
fn what_waits_is_cancelled_at_once_and_what_runs_within_a_tick() {
    let deployer = platform([Script::Hangs, Script::Hangs, Script::Succeeds]);
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
fn deployments_decide_the_state_of_their_service() {
    let deployer = platform([Script::Succeeds, Script::Cancelled, Script::fails("no", "")]);
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
fn a_triggered_deployment_holds_what_was_asked_for() {
    let deployer = platform([]);
    let request = DeployRequest::new(web()).with_revision(Revision::Commit("a1b2c3".into())).with_reason("1.4.2");
    let deployment = deployer.deploy(&request).now_or_never().unwrap().unwrap();
    assert_eq!((deployment.commit.as_deref(), deployment.title.as_deref()), (Some("a1b2c3"), Some("1.4.2")));
    let triggered = deployer.triggered();
    assert_eq!((&triggered[0].id, &triggered[0].request, triggered.len()), (&deployment.id, &request, 1));
}

#[test]
fn fail_next_fails_one_call_before_it_is_acted_on() {
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
fn a_lost_answer_is_undecidable_only_without_correlation() {
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
fn an_intent_is_sent_once_and_recovered_by_any_client() {
    let deployer = platform([]);
    let prepare = || deployer.prepare(&DeployRequest::new(web())).now_or_never().unwrap().unwrap();
    let send = |intent: &Intent| deployer.send(intent).now_or_never().unwrap();
    let recover = |intent: &Intent| deployer.clone().recover(intent).now_or_never().unwrap();
    let (first, second) = (prepare(), prepare());
    let started = send(&first).unwrap();
    assert_eq!((&send(&first).unwrap().id, &recover(&first).unwrap().id), (&started.id, &started.id));
    let nothing = recover(&second).unwrap_err();
    assert_eq!((nothing.kind(), nothing.is_safe_to_repeat()), (ErrorKind::NotTriggered, true));
    assert_eq!(send(&second).unwrap_err().kind(), ErrorKind::NotTriggered, "what was recovered is sent no more");
    assert_eq!(deployer.triggered().len(), 1);
    let moon = DeployRequest::new(Target::application("moon"));
    assert_eq!(deployer.prepare(&moon).now_or_never().unwrap().unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn an_intent_is_sent_again_only_if_it_was_provably_not_acted_on() {
    let deployer = platform([]);
    let prepare = || deployer.prepare(&DeployRequest::new(web())).now_or_never().unwrap().unwrap();
    let send = |intent: &Intent| deployer.send(intent).now_or_never().unwrap();
    for (kind, again) in [(ErrorKind::QueueFull, Ok(())), (ErrorKind::NoAnswer, Err(ErrorKind::NotTriggered))] {
        let intent = prepare();
        deployer.fail_next(Method::Send, Error::new(kind, "no"));
        assert_eq!(send(&intent).unwrap_err().kind(), kind);
        assert_eq!(send(&intent).map(drop).map_err(|error| error.kind()), again);
    }
    let mut capabilities = deployer.capabilities();
    capabilities.correlates = false;
    let deployer = deployer.clone().with_capabilities(capabilities);
    let intent = prepare();
    deployer.lose_next_answer(Method::Send);
    assert_eq!(send(&intent).unwrap_err().kind(), ErrorKind::Undecidable);
    let recovered = deployer.recover(&intent).now_or_never().unwrap();
    assert_eq!(recovered.unwrap_err().kind(), ErrorKind::Undecidable);
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
    let deployer = platform([Script::fails("no", "log")]);
    let id = deploy(&deployer);
    deployer.advance(9);
    assert_eq!(read(&deployer, &id).unwrap().revision, RanRevision::Unverified);
}

#[tokio::test(start_paused = true)]
async fn a_success_with_another_revision_is_a_failure() {
    let commit = |text: &str| text.repeat(10);
    let ran = RanRevision::Commit(commit("beef"));
    let deployer = platform([Script::Runs(ran.clone()), Script::Runs(ran.clone())]).with_ticks_per_read(1);
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
    let deployer = platform([Script::fails("exit code 1", "npm install\nnpm ERR!\n"), Script::Succeeds]);
    let ids = [deploy(&deployer), deploy(&deployer)];
    deployer.advance(19);
    let reasons = ids.map(|id| deployer.logs_of(&id, LogOptions::tail(1)).now_or_never().unwrap().unwrap().reason);
    assert_eq!(reasons, [Some("npm ERR!".to_owned()), None]);
}

/// Something a test may do to the platform.
#[derive(Clone, Debug)]
enum Step {
    Deploy(Script),
    Cancel(usize),
    Advance(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let script = prop_oneof![
        Just(Script::Succeeds),
        Just(Script::fails("no", "log")),
        Just(Script::Cancelled),
        Just(Script::Hangs),
        Just(Script::Unknown("WHO_KNOWS".to_owned())),
        Just(Script::Vanishes),
    ];
    let step = prop_oneof![
        script.prop_map(Step::Deploy),
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
                Step::Deploy(script) => {
                    deployer.next(&web(), script);
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
