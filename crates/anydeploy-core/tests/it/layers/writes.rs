//! What each layer does with a call that changes how a target runs.

use std::time::Duration;

use anydeploy_core::testing::MemoryDeployer;
use anydeploy_core::{
    Ability, Action, AuditResult, CallKind, Capabilities, DeployRequest, Deployer, DeployerExt, DesiredVariables,
    DryRun, Error, ErrorKind, Group, HistoryOptions, Method, PlanOptions, Retry, RetryOptions, ServiceState,
    TargetKind, Timeout, VariablePlan,
};

use futures::FutureExt;

use super::{Recorder, audit, request, web};

fn running() -> MemoryDeployer {
    let memory = MemoryDeployer::new().with_application("web");
    memory.deploy(&request()).now_or_never().unwrap().unwrap();
    memory.advance(3);
    memory
}

async fn plan(deployer: &impl Deployer) -> VariablePlan {
    let desired = DesiredVariables::new().set("LOG", "debug").set("PORT", "8080");
    deployer.plan_variables(&web(), &desired, PlanOptions::merge()).await.unwrap()
}

fn at_once() -> RetryOptions {
    RetryOptions::default().with_backoff(Duration::ZERO, Duration::ZERO)
}

#[tokio::test]
async fn every_call_of_the_groups_that_change_what_runs_passes_through_the_interceptor() {
    let recorder = Recorder::default();
    let deployer = running().layered(recorder.clone());
    deployer.state(&web()).await.unwrap();
    deployer.stop(&web()).await.unwrap();
    deployer.start(&web()).await.unwrap();
    deployer.rollback_targets(&web(), HistoryOptions::default()).await.unwrap();
    deployer.variables_of(&web()).await.unwrap();
    let plan = plan(&deployer).await;
    deployer.apply_variables(&plan).await.unwrap();
    deployer.restart(&web()).await.unwrap();
    let expected = [
        Method::State,
        Method::Stop,
        Method::Start,
        Method::RollbackTargets,
        Method::Variables,
        Method::PlanVariables,
        Method::ApplyVariables,
        Method::Deploy,
    ];
    assert_eq!(*recorder.0.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_layer_hides_a_group_that_the_deployer_inside_lacks() {
    let inner = MemoryDeployer::new().without(Group::Lifecycle).without(Group::Variables).without(Group::Rollback);
    let deployer = inner.layered(Recorder::default());
    assert!(deployer.lifecycle().is_none() && deployer.variables().is_none() && deployer.rollback().is_none());
    for method in [Method::Start, Method::State, Method::ApplyVariables, Method::RollbackTargets] {
        assert!(!deployer.offers(method), "{method}");
    }
    let error = deployer.stop(&web()).await.unwrap_err();
    assert_eq!(error.to_string(), "memory: does not offer stopping a target");
    assert_eq!(deployer.inner().calls(), 0);
}

#[test]
fn a_write_is_made_again_only_if_nothing_was_acted_on_and_the_cause_is_transient() {
    for method in [Method::Start, Method::Stop, Method::ApplyVariables] {
        assert_eq!(method.kind(), CallKind::Write);
    }
    for method in [Method::State, Method::RollbackTargets, Method::Variables, Method::PlanVariables] {
        assert_eq!(method.kind(), CallKind::Read);
    }
    let cases = [
        (ErrorKind::Unreachable, true),
        (ErrorKind::RateLimited, true),
        (ErrorKind::NoAnswer, false),
        (ErrorKind::Unavailable, false),
        (ErrorKind::NotTriggered, false),
        (ErrorKind::Conflict, false),
        (ErrorKind::Incomplete, false),
    ];
    for (kind, again) in cases {
        assert_eq!(Error::new(kind, "x").may_call_again(CallKind::Write), again, "{kind}");
    }
    let read_before = Error::new(ErrorKind::NoAnswer, "the state was not read").with_safe_to_repeat(true);
    assert!(read_before.may_call_again(CallKind::Write));
}

#[tokio::test(start_paused = true)]
async fn a_retry_sends_a_write_again_only_if_it_was_not_acted_on() {
    for (kind, sent) in [(ErrorKind::Unreachable, 1), (ErrorKind::NoAnswer, 0), (ErrorKind::Unavailable, 0)] {
        let memory = running();
        memory.fail_next(Method::Stop, Error::new(kind, "on the way"));
        let result = memory.clone().layered(Retry::new().with_options(at_once())).stop(&web()).await;
        assert_eq!((result.is_ok(), memory.writes().len()), (sent == 1, sent), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_given_up_may_have_been_acted_on() {
    let slow = running().with_latency(Duration::from_secs(10));
    let deployer = slow.clone().layered(Timeout::new(Duration::from_secs(1)));
    let error = deployer.stop(&web()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NoAnswer, false), "{error}");
    assert!(error.to_string().contains("may have been acted on"), "{error}");
    assert_eq!(slow.writes().len(), 1, "the platform acted on it");
    let read = deployer.state(&web()).await.unwrap_err();
    assert_eq!((read.kind(), read.is_safe_to_repeat()), (ErrorKind::NoAnswer, true));
}

#[tokio::test]
async fn a_dry_run_shows_a_plan_and_writes_nothing() {
    let memory = running();
    let deployer = memory.clone().layered(DryRun::new());
    let plan = plan(&deployer).await;
    assert!(!plan.is_empty());
    for error in [
        deployer.apply_variables(&plan).await.unwrap_err(),
        deployer.stop(&web()).await.unwrap_err(),
        deployer.restart(&web()).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::DryRun, true), "{error}");
    }
    assert_eq!((memory.writes().len(), memory.triggered().len()), (0, 1));
}

#[tokio::test]
async fn a_dry_run_refuses_what_a_real_run_refuses() {
    let capabilities = Capabilities::new().with_kind(TargetKind::Application, &[]);
    let deployer = running().with_capabilities(capabilities.clone()).layered(DryRun::new());
    assert_eq!(deployer.stop(&web()).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(deployer.restart(&web()).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let unusable = anydeploy_core::Target::application("..");
    assert_eq!(deployer.stop(&unusable).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    let can_stop = capabilities.with_abilities(TargetKind::Application, &[Ability::Stop]);
    let deployer = running().with_capabilities(can_stop).layered(DryRun::new());
    assert_eq!(deployer.stop(&web()).await.unwrap_err().kind(), ErrorKind::DryRun);
}

#[tokio::test]
async fn an_audit_records_keys_and_never_values() {
    let (audit, records) = audit();
    let deployer = running().layered(audit);
    let plan = plan(&deployer).await;
    deployer.apply_variables(&plan).await.unwrap();
    deployer.stop(&web()).await.unwrap();
    deployer.restart(&web()).await.unwrap();
    let records = records.lock().unwrap();
    let methods: Vec<_> = records.iter().map(|record| record.method).collect();
    let (apply, stop, deploy) = (Method::ApplyVariables, Method::Stop, Method::Deploy);
    assert_eq!(methods, [apply, apply, stop, stop, deploy, deploy], "the plan is a read");
    assert_eq!(records[0].keys, ["LOG", "PORT"]);
    assert_eq!((&records[0].target, records[2].keys.len()), (&Some(web()), 0));
    assert_eq!(records[3].result, Some(AuditResult::Succeeded(None)));
    assert_eq!(records[4].request.as_ref().map(DeployRequest::action), Some(Action::Restart));
    assert!(!format!("{records:?}").contains("debug"));
}

#[tokio::test]
async fn a_trigger_whose_answer_says_that_nothing_was_acted_on_is_sent_again_with_its_action() {
    let memory = running();
    memory.fail_next(Method::Deploy, Error::new(ErrorKind::Unreachable, "connection refused"));
    let deployer = memory.clone().layered(Retry::new().with_options(at_once()));
    let restarted = deployer.restart(&web()).await.unwrap();
    assert_eq!((restarted.action, memory.triggered().len()), (Action::Restart, 2));
    assert_eq!(memory.triggered()[1].request, DeployRequest::restart(web()));
    assert_eq!(deployer.state(&web()).await.unwrap().state, ServiceState::Running);
}
