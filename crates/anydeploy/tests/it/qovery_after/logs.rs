//! Logs that are followed to their end, and the logs of what runs.

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, DeploymentId, ErrorKind, FollowEvent, LogLevel, LogLine, LogOptions, Outcome,
    Qovery, ServiceLogOptions, Target, TargetKind, WatchEvent,
};
use anydeploy_fakes::{FakeQovery, Pace, QoveryScript};
use futures::StreamExt;

use crate::support::qovery::{deployer, manual, quick, web, worker};

/// A server that advances by a tick with each request, so that the log grows between any two reads.
async fn stepping() -> (FakeQovery, Qovery) {
    let fake = FakeQovery::builder().pace(Pace::Requests(1)).start().await;
    let qovery = deployer(&fake);
    (fake, qovery)
}

/// The events of a log that is followed to its end.
async fn followed(qovery: &Qovery, id: &DeploymentId) -> Vec<FollowEvent> {
    let events: Vec<_> = qovery.follow(id, quick()).collect().await;
    events.into_iter().map(Result::unwrap).collect()
}

fn lines(events: &[FollowEvent]) -> Vec<&LogLine> {
    let mut lines = Vec::new();
    for event in events {
        if let FollowEvent::Line(line) = event {
            lines.push(line);
        }
    }
    lines
}

fn texts<'a>(lines: impl IntoIterator<Item = &'a LogLine>) -> Vec<&'a str> {
    lines.into_iter().map(|line| line.text.as_str()).collect()
}

fn outcome(events: &[FollowEvent]) -> &Outcome {
    match events.last() {
        Some(FollowEvent::Watch(WatchEvent::Ended(outcome))) => outcome,
        other => panic!("the last event is {other:?}"),
    }
}

#[tokio::test]
async fn every_line_comes_once_up_to_the_last_one_of_the_engine() {
    let (fake, qovery) = stepping().await;
    let steps = (0..30).map(|step| format!("step {step}"));
    fake.next_deployment(&fake.application(), QoveryScript::succeeds().lasting(40).log(steps));
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    let events = followed(&qovery, &deployment.id).await;
    let Outcome::Succeeded(deployment) = outcome(&events) else { panic!("{:?}", outcome(&events)) };
    let whole = qovery.logs_of(&deployment.id, LogOptions::tail(1000)).await.unwrap();
    assert_eq!(texts(lines(&events)), texts(&whole.lines));
    assert_eq!(whole.lines.last().unwrap().step.as_deref(), Some("Terminated"));
    assert!(whole.lines.len() == 32 && !whole.truncated && !events.contains(&FollowEvent::Gap));
}

#[tokio::test]
async fn a_line_says_when_at_which_level_in_which_step_and_by_whom_it_was_written() {
    let (fake, qovery) = stepping().await;
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("npm ERR! missing script: build"));
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    let events = followed(&qovery, &deployment.id).await;
    let Outcome::Failed(failure) = outcome(&events) else { panic!("{:?}", outcome(&events)) };
    assert_eq!(failure.reason(), Some("npm ERR! missing script: build"));
    let lines = lines(&events);
    assert!(lines.iter().all(|line| line.time.is_some() && line.source.as_deref() == Some("web")), "{lines:?}");
    let of = |line: &LogLine| (line.level, line.step.clone());
    assert_eq!(of(lines[0]), (Some(LogLevel::Info), Some("Deploy".to_owned())));
    assert_eq!(of(lines.last().unwrap()), (Some(LogLevel::Error), Some("BuiltError".to_owned())));
}

#[tokio::test]
async fn a_log_longer_than_what_qovery_sends_is_followed_whole_and_read_late_it_has_a_gap() {
    let (fake, qovery) = stepping().await;
    let steps = (0..1500).map(|step| format!("step {step}"));
    fake.next_deployment(&fake.application(), QoveryScript::succeeds().lasting(100).log(steps));
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    let events = followed(&qovery, &deployment.id).await;
    assert!(!events.contains(&FollowEvent::Gap));
    assert_eq!(lines(&events).len(), 1502);
    let Outcome::Succeeded(deployment) = outcome(&events) else { panic!("{:?}", outcome(&events)) };
    let late = followed(&qovery, &deployment.id).await;
    assert_eq!((late.iter().filter(|event| **event == FollowEvent::Gap).count(), lines(&late).len()), (1, 1000));
    let page = qovery.logs_of(&deployment.id, LogOptions::tail(10_000)).await.unwrap();
    assert!(page.truncated, "older lines cannot be had");
}

#[tokio::test]
async fn a_read_of_the_log_costs_one_request_beside_the_watch_while_it_waits_and_while_it_runs() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.add_database("db"));
    fake.advance(4);
    fake.next_deployment(&fake.application(), QoveryScript::hangs().log(["one"]));
    let id = qovery.deploy(&web(&fake)).await.unwrap().id;
    let read = async |id: &DeploymentId| {
        let sent = fake.requests().len();
        let page = qovery.logs_of(id, LogOptions::default()).await.unwrap();
        (page.lines.len(), fake.requests().len() - sent)
    };
    assert_eq!(read(&id).await, (0, 1), "it waits behind another one");
    fake.advance(8);
    assert_eq!(read(&id).await, (0, 1), "it has begun, and does not show");
    fake.advance(8);
    // The watch finds the execution, and the log is read by what it found.
    let id = qovery.deployment(&id).await.unwrap().id;
    assert_eq!(read(&id).await, (2, 1));
}

#[tokio::test]
async fn a_deployment_that_is_cancelled_while_it_waits_has_no_lines() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.add_database("db"));
    fake.advance(4);
    let id = qovery.deploy(&web(&fake)).await.unwrap().id;
    qovery.cancel_deployment(&id).await.unwrap();
    assert!(qovery.logs_of(&id, LogOptions::default()).await.unwrap().lines.is_empty());
}

#[tokio::test]
async fn what_an_application_or_a_container_wrote_can_be_read() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    for target in [web(&fake), worker(&fake)].iter().map(DeployRequest::target) {
        fake.write_log(target.id(), ["one", "two", "three"]);
        let page = qovery.service_logs(target, ServiceLogOptions::tail(2)).await.unwrap();
        assert_eq!((texts(&page.lines), page.truncated), (vec!["two", "three"], true), "{target}");
        assert!(page.lines.iter().all(|line| line.time.is_some() && line.source.is_some()), "{target}");
        fake.write_log(target.id(), (0..1500).map(|line| line.to_string()));
        let page = qovery.service_logs(target, ServiceLogOptions::tail(10_000)).await.unwrap();
        assert_eq!((page.lines.len(), page.truncated), (1000, true), "older lines cannot be had");
    }
}

#[tokio::test]
async fn no_other_kind_has_a_log_of_what_runs_and_none_has_parts() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let web = Target::application(fake.application());
    let others = [TargetKind::Job, TargetKind::Helm, TargetKind::Terraform, TargetKind::Database];
    let others = others.map(|kind| Target::new(kind, fake.application()));
    let sent = fake.requests().len();
    for target in others.iter().chain([&Target::environment(fake.environment())]) {
        let error = qovery.service_logs(target, ServiceLogOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    let error = qovery.service_logs(&web, ServiceLogOptions::tail(9).of_part("web-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert_eq!(fake.requests().len(), sent, "all of these are refused before anything is sent");
    let nobody = Target::application("00000000-0000-4000-8000-00000000dead");
    let error = qovery.service_logs(&nobody, ServiceLogOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFoundOrForbidden, "{error}");
}

#[tokio::test]
async fn the_log_of_what_runs_is_followed() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let target = Target::application(fake.application());
    fake.write_log(target.id(), ["old", "one"]);
    let mut log = qovery.follow_service(&target, ServiceLogOptions::tail(1));
    let mut next = async || match log.next().await.unwrap().unwrap() {
        FollowEvent::Line(line) => line.text,
        other => panic!("{other:?}"),
    };
    assert_eq!(next().await, "one");
    fake.write_log(target.id(), ["two", "two"]);
    assert_eq!((next().await, next().await), ("two".to_owned(), "two".to_owned()));
}
