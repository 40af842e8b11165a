//! Logs that are followed to their end, and the logs of what runs.

use anydeploy::{
    Coolify, DeployRequest, Deployer, DeployerExt, ErrorKind, FollowEvent, LogOptions, Outcome, ServiceLogOptions,
    Target,
};
use anydeploy_fakes::{CoolifyAbility, CoolifyScript, FakeCoolify, Pace};
use futures::StreamExt;

use crate::support::coolify::{deployer, manual, quick};
use crate::support::follow::{lines, outcome};

/// A server that advances by a tick with each request, so that the log grows between any two reads.
async fn stepping() -> (FakeCoolify, Coolify) {
    let fake = FakeCoolify::builder().pace(Pace::Requests(1)).start().await;
    let coolify = deployer(&fake, fake.token());
    (fake, coolify)
}

/// The events of a log that is followed to its end.
async fn followed(coolify: &Coolify, target: &Target) -> Vec<FollowEvent> {
    let deployment = coolify.deploy(&DeployRequest::new(target.clone())).await.unwrap();
    let events: Vec<_> = coolify.follow(&deployment.id, quick()).collect().await;
    events.into_iter().map(Result::unwrap).collect()
}

#[tokio::test]
async fn every_line_comes_once_up_to_those_after_the_final_status() {
    let (fake, coolify) = stepping().await;
    let target = Target::application(fake.application());
    let steps = (0..30).map(|step| format!("step {step}"));
    fake.next_deployment(target.id(), CoolifyScript::succeeds().lasting(20).log(steps));
    let events = followed(&coolify, &target).await;
    let Outcome::Succeeded(deployment) = outcome(&events) else { panic!("{:?}", outcome(&events)) };
    let whole = coolify.logs_of(&deployment.id, LogOptions::tail(1000)).await.unwrap();
    let whole: Vec<_> = whole.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(lines(&events), whole);
    assert!(whole.last().unwrap().starts_with("Gracefully shutting down build container"), "{whole:?}");
    assert!(!events.contains(&FollowEvent::Gap));
}

#[tokio::test]
async fn a_line_says_when_it_was_written_and_by_which_stream() {
    let (fake, coolify) = stepping().await;
    let target = Target::application(fake.application());
    fake.next_deployment(target.id(), CoolifyScript::fails_with("npm ERR! missing script: build"));
    let events = followed(&coolify, &target).await;
    let Outcome::Failed(failure) = outcome(&events) else { panic!("{:?}", outcome(&events)) };
    assert_eq!(failure.reason(), Some("npm ERR! missing script: build"));
    let sources: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            FollowEvent::Line(line) => Some((line.source.as_deref(), line.time.is_some())),
            _ => None,
        })
        .collect();
    assert!(sources.contains(&(Some("stderr"), true)) && sources.contains(&(Some("stdout"), true)), "{sources:?}");
}

#[tokio::test]
async fn a_read_of_the_log_costs_one_request_beside_the_watch() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.next_deployment(&fake.application(), CoolifyScript::hangs().log(["one"]));
    let id = coolify.deploy(&DeployRequest::new(Target::application(fake.application()))).await.unwrap().id;
    fake.advance(20);
    let sent = fake.requests().len();
    assert!(!coolify.logs_of(&id, LogOptions::default()).await.unwrap().lines.is_empty());
    assert_eq!(fake.requests().len() - sent, 1);
}

#[tokio::test]
async fn a_token_that_may_not_read_logs_changes_no_outcome() {
    let (fake, _) = stepping().await;
    let token = fake.add_token(&[CoolifyAbility::Read, CoolifyAbility::Deploy]);
    let coolify = deployer(&fake, &token);
    let events = followed(&coolify, &Target::application(fake.application())).await;
    assert!(matches!(outcome(&events), Outcome::Succeeded(_)));
    let refusals = events.iter().filter(
        |event| matches!(event, FollowEvent::LogTrouble { error, .. } if error.kind() == ErrorKind::PermissionDenied),
    );
    assert_eq!(refusals.count(), 1, "a refusal is final");
}

#[tokio::test]
async fn what_runs_has_a_log_and_what_does_not_run_is_a_conflict() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let application = Target::application(fake.application());
    let targets = [application, Target::service(fake.service()), Target::database(fake.database())];
    for target in &targets {
        fake.set_status(target.id(), "exited");
        let error = coolify.service_logs(target, ServiceLogOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{target}: {error}");
        fake.set_status(target.id(), "running:healthy");
        fake.write_log(target.id(), ["one", "two", "three"]);
        let page = coolify.service_logs(target, ServiceLogOptions::tail(2)).await.unwrap();
        let texts: Vec<_> = page.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!((texts, page.truncated), (vec!["two", "three"], true), "{target}");
        assert!(page.lines.iter().all(|line| line.time.is_some()), "{target}");
    }
}

#[tokio::test]
async fn a_part_is_for_services_alone() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let application = Target::application(fake.application());
    let sent = fake.requests().len();
    let error = coolify.service_logs(&application, ServiceLogOptions::tail(9).of_part("web")).await.unwrap_err();
    assert_eq!((error.kind(), fake.requests().len() - sent), (ErrorKind::InvalidInput, 0));
    let service = Target::service(fake.service());
    fake.set_status(service.id(), "running:healthy");
    let error = coolify.service_logs(&service, ServiceLogOptions::tail(9).of_part("nobody")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

#[tokio::test]
async fn the_log_of_what_runs_is_followed_beyond_a_stop() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let target = Target::application(fake.application());
    fake.set_status(target.id(), "running:healthy");
    fake.write_log(target.id(), ["old", "one"]);
    let mut log = coolify.follow_service(&target, ServiceLogOptions::tail(1));
    let mut next = async || match log.next().await.unwrap().unwrap() {
        FollowEvent::Line(line) => line.text,
        FollowEvent::LogTrouble { error, .. } => error.kind().to_string(),
        FollowEvent::Gap => "gap".to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(next().await, "one");
    fake.set_status(target.id(), "exited");
    assert_eq!(next().await, "conflict");
    fake.set_status(target.id(), "running:healthy");
    fake.write_log(target.id(), ["two"]);
    let mut seen = Vec::new();
    while seen.last().is_none_or(|line| line != "two") {
        seen.push(next().await);
    }
    seen.retain(|line| line != "conflict");
    assert_eq!(seen, ["gap", "two"], "what was written meanwhile is not there");
}
