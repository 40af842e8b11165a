//! The spans and events, as a subscriber records them.

mod recorder;

use std::time::Duration;

use anydeploy_core::testing::{MemoryDeployer, ScriptedDeployer};
use anydeploy_core::{
    DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, DesiredVariables, Error,
    ErrorKind, Identity, LogOptions, Method, Phase, PlanOptions, Platform, Result, Retry, Target, Tracing,
    WatchOptions, telemetry,
};

use recorder::record;

fn target() -> Target {
    Target::application("web").in_environment("production")
}

fn seen(identity: Identity, phase: Phase) -> Deployment {
    let id = DeploymentId::new(Platform::new("scripted"), target()).with("deployment", "1");
    Deployment::new(id, identity, DeploymentStatus::new(phase, phase.as_str()))
}

/// What is recorded while a request is deployed, with this answer, and the deployment is watched over the next ones.
async fn recorded(answers: impl IntoIterator<Item = Result<Deployment>>) -> Vec<String> {
    let deployer = answers.into_iter().fold(ScriptedDeployer::new(), ScriptedDeployer::answer);
    let (records, guard) = record();
    let request = DeployRequest::new(target());
    if let Ok(deployment) = telemetry::deploy(&request, deployer.deploy(&request)).await {
        let _ = deployer.watch(&deployment.id, WatchOptions::within(Duration::from_mins(1))).await;
    }
    drop(guard);
    records.lines()
}

const BEGINNING: &str = r#"cicd.pipeline.task.type="deploy" deployment.name=application:web@production deployment.environment.name="production""#;

#[tokio::test(start_paused = true)]
async fn a_deployment_and_its_watch_are_a_span_each() {
    let running = || Ok(seen(Identity::Exact, Phase::Running));
    let lines = recorded([running(), running(), Ok(seen(Identity::Exact, Phase::Succeeded))]).await;
    let id = "scripted:application:web@production?deployment=1";
    let expected = [
        format!("span deploy {BEGINNING} deployment.id={id} deployment.status=\"running\""),
        format!(
            "span watch {BEGINNING} cicd.pipeline.result=\"success\" deployment.id={id} deployment.status=\"succeeded\""
        ),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test(start_paused = true)]
async fn every_end_of_a_watch_has_its_result() {
    let cases: [(Result<Deployment>, &str); 6] = [
        (Ok(seen(Identity::Exact, Phase::Failed)), r#"cicd.pipeline.result="failure""#),
        (Ok(seen(Identity::Exact, Phase::Cancelled)), r#"cicd.pipeline.result="cancellation""#),
        (Ok(seen(Identity::Exact, Phase::Superseded)), r#"cicd.pipeline.result="skip""#),
        (Ok(seen(Identity::Exact, Phase::Unknown)), r#"cicd.pipeline.result="error""#),
        (
            Err(Error::new(ErrorKind::Unauthorized, "no")),
            r#"cicd.pipeline.result="error" error.type="credential refused""#,
        ),
        (Err(Error::new(ErrorKind::NotFound, "gone")), r#"cicd.pipeline.result="error""#),
    ];
    for (end, result) in cases {
        // A deployment that goes on is lost in the end.
        let gone = Err(Error::new(ErrorKind::NotFound, "gone"));
        let lines = recorded([Ok(seen(Identity::Exact, Phase::Queued)), end, gone]).await;
        assert!(lines[1].starts_with("span watch ") && lines[1].contains(result), "{result}: {lines:#?}");
    }
    let running = || Ok(seen(Identity::Exact, Phase::Running));
    let lines = recorded((0..40).map(|_| running())).await;
    assert!(lines[1].contains(r#"cicd.pipeline.result="timeout""#), "{lines:#?}");
    assert!(lines[1].contains(r#"error.type="timed out""#), "{lines:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_without_an_id_of_its_own_is_an_event_once() {
    for (identity, word) in [(Identity::Adopted, "adopted"), (Identity::Inferred, "inferred")] {
        let at_once = recorded([Ok(seen(identity, Phase::Running)), Ok(seen(identity, Phase::Succeeded))]).await;
        let event = format!("event INFO {word} deployment.id=scripted:application:web@production?deployment=1");
        assert_eq!(at_once.iter().filter(|line| line.contains(&event)).count(), 2, "one in each span: {at_once:#?}");
        let pending = Ok(seen(Identity::Pending, Phase::Queued));
        let later = [Ok(seen(identity, Phase::Running)), Ok(seen(identity, Phase::Succeeded))];
        let lines = recorded([pending].into_iter().chain(later)).await;
        let events: Vec<_> = lines.iter().filter(|line| line.contains("event")).collect();
        assert_eq!(events, [&format!("watch: {event}")]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_undecidable_end_is_an_event() {
    let undecidable = Error::new(ErrorKind::Undecidable, "the answer was lost").with_server_message("token=hunter2");
    let lines = recorded([Err(undecidable)]).await;
    let expected = [
        format!("span deploy {BEGINNING} error.type=\"outcome of the trigger unknown\""),
        "deploy: event WARN undecidable error.type=\"outcome of the trigger unknown\"".to_owned(),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test(start_paused = true)]
async fn a_retry_is_an_event() {
    let memory = MemoryDeployer::new().with_application("web");
    memory.fail_next(
        Method::Deploy,
        Error::new(ErrorKind::Unreachable, "refused").with_retry_after(Some(Duration::from_secs(30))),
    );
    let (records, guard) = record();
    memory.layered(Retry::new()).deploy(&DeployRequest::new(Target::application("web"))).await.unwrap();
    drop(guard);
    let expected =
        [r#"event INFO retry code.function.name="deploy" error.type="server unreachable" attempt=1 wait_ms=30000"#];
    assert_eq!(records.lines(), expected);
}

#[tokio::test]
async fn the_layer_gives_each_call_a_span() {
    let memory = MemoryDeployer::new().with_target(target());
    let deployer = memory.clone().layered(Tracing::new());
    memory.fail_next(Method::Logs, Error::new(ErrorKind::PermissionDenied, "no").with_server_message("token=hunter2"));
    let (records, guard) = record();
    let id = deployer.deploy(&DeployRequest::new(target())).await.unwrap().id;
    deployer.deployment(&id).await.unwrap();
    deployer.deployments(std::slice::from_ref(&id)).await;
    deployer.logs_of(&id, LogOptions::default()).await.unwrap_err();
    deployer.services().await.unwrap();
    drop(guard);
    let id = "memory:application:web@production?deployment=1";
    let of_target = r#"deployment.name=application:web@production deployment.environment.name="production""#;
    let call = |method: &str| format!("span call otel.name=\"{method}\" code.function.name=\"{method}\"");
    let expected = [
        format!(r#"span deploy {BEGINNING} deployment.id={id} deployment.status="queued""#),
        format!(r#"{} {of_target} deployment.id={id} deployment.status="queued""#, call("deployment")),
        call("deployments"),
        format!(r#"{} {of_target} deployment.id={id} error.type="permission denied""#, call("logs")),
        call("services"),
    ];
    assert_eq!(records.lines(), expected);
}

#[tokio::test]
async fn the_layer_emits_the_events_of_a_trigger() {
    let answers = [
        Ok(seen(Identity::Adopted, Phase::Queued)),
        Ok(seen(Identity::Adopted, Phase::Queued)),
        Err(Error::new(ErrorKind::Undecidable, "the answer was lost")),
    ];
    let deployer = answers.into_iter().fold(ScriptedDeployer::new(), ScriptedDeployer::answer);
    let deployer = deployer.layered(Tracing::new());
    let (records, guard) = record();
    let request = DeployRequest::new(target());
    let id = deployer.deploy(&request).await.unwrap().id;
    deployer.deployment(&id).await.unwrap();
    deployer.deploy(&request).await.unwrap_err();
    drop(guard);
    let events: Vec<_> = records.lines().into_iter().filter(|line| line.contains("event")).collect();
    let expected = [
        format!("deploy: event INFO adopted deployment.id={id}"),
        "deploy: event WARN undecidable error.type=\"outcome of the trigger unknown\"".to_owned(),
    ];
    assert_eq!(events, expected, "a read of an adopted deployment is no event");
}

#[tokio::test(start_paused = true)]
async fn a_call_runs_inside_the_span_of_the_layer() {
    let memory = MemoryDeployer::new().with_target(target());
    memory.fail_next(Method::Deploy, Error::new(ErrorKind::Unreachable, "refused"));
    memory.fail_next(Method::Services, Error::new(ErrorKind::Unreachable, "refused"));
    let deployer = memory.layered(Retry::new()).layered(Tracing::new());
    let (records, guard) = record();
    deployer.deploy(&DeployRequest::new(target())).await.unwrap();
    deployer.services().await.unwrap();
    drop(guard);
    let lines = records.lines();
    let events: Vec<_> = lines.iter().filter_map(|line| line.split_once(": event INFO retry")).collect();
    assert_eq!(events.iter().map(|(span, _)| *span).collect::<Vec<_>>(), ["deploy", "call"], "{lines:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_is_no_deployment_names_its_action() {
    let deployer = ScriptedDeployer::new().answer(Ok(seen(Identity::Exact, Phase::Succeeded)));
    let (records, guard) = record();
    let request = DeployRequest::restart(target());
    telemetry::deploy(&request, deployer.deploy(&request)).await.unwrap();
    drop(guard);
    let lines = records.lines();
    assert!(lines[0].contains("anydeploy.action=\"restart\""), "{lines:#?}");
}

#[tokio::test]
async fn a_write_is_a_call_and_shows_no_value() {
    let deployer = MemoryDeployer::new().with_target(target()).layered(Tracing::new());
    let desired = DesiredVariables::new().set("KEY", "hunter2");
    let plan = deployer.plan_variables(&target(), &desired, PlanOptions::merge()).await.unwrap();
    let (records, guard) = record();
    deployer.apply_variables(&plan).await.unwrap();
    drop(guard);
    let lines = records.lines();
    assert!(lines[0].starts_with("span call ") && lines[0].contains("apply_variables"), "{lines:#?}");
    assert!(!lines.concat().contains("hunter2"), "{lines:#?}");
}
