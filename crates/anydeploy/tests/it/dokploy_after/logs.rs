//! Logs that are followed to their end, and the logs of what runs.

use std::time::Duration;

use anydeploy::{
    Deployer, DeployerExt, Dokploy, ErrorKind, FollowEvent, LogOptions, Outcome, ServiceLogOptions, Target,
};
use anydeploy_fakes::{DokployKey, DokployQuirk, DokployScript, FakeDokploy, Pace};
use futures::StreamExt;
use serde_json::json;

use super::{deploy_all, deployed, fresh};
use crate::dokploy_traps::others::post;
use crate::support::dokploy::{deployer, quick, request, ticks};
use crate::support::follow::{lines, outcome};
use crate::support::polled::Polled;

/// A server that advances by a tick with each request, so that the log grows between any two reads, which are polls.
async fn stepping() -> (FakeDokploy, Polled<Dokploy>) {
    let fake = FakeDokploy::builder().pace(Pace::Requests(1)).start().await;
    let dokploy = deployer(&fake, Duration::from_secs(3));
    (fake, Polled(dokploy))
}

/// The events of a log that is followed to its end.
async fn followed(fake: &FakeDokploy, dokploy: &Polled<Dokploy>) -> Vec<FollowEvent> {
    let deployment = dokploy.deploy(&request(&fake.application())).await.unwrap();
    let events: Vec<_> = dokploy.follow(&deployment.id, quick()).collect().await;
    events.into_iter().map(Result::unwrap).collect()
}

#[tokio::test]
async fn every_line_comes_once_and_none_before_it_is_complete() {
    let (fake, dokploy) = stepping().await;
    fake.enable(DokployQuirk::HalfLines);
    let steps = (0..12).map(|step| format!("step {step} of a build with a long line"));
    fake.next_deployment(&fake.application(), DokployScript::succeeds().lasting(60).log(steps));
    let events = followed(&fake, &dokploy).await;
    let Outcome::Succeeded(deployment) = outcome(&events) else { panic!("{:?}", outcome(&events)) };
    let whole = dokploy.logs_of(&deployment.id, LogOptions::tail(1000)).await.unwrap();
    let whole: Vec<_> = whole.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!((lines(&events), whole.len()), (whole.clone(), 13));
    assert!(!events.contains(&FollowEvent::Gap));
}

#[tokio::test]
async fn a_line_that_is_being_written_is_unfinished() {
    let (fake, dokploy, targets) = fresh().await;
    fake.enable(DokployQuirk::HalfLines);
    fake.next_deployment(targets[0].id(), DokployScript::succeeds().lasting(20).log(["Pulling nginx:1", "pulled"]));
    let deployment = dokploy.deploy(&request(targets[0].id())).await.unwrap();
    ticks(&fake, 2).await;
    let page = dokploy.logs_of(&deployment.id, LogOptions::default()).await.unwrap();
    let texts: Vec<_> = page.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!((texts, page.unfinished), (vec!["Initializing deployment", "Pulling"], true));
    ticks(&fake, 40).await;
    let page = dokploy.logs_of(&deployment.id, LogOptions::default()).await.unwrap();
    assert_eq!((page.lines.len(), page.unfinished), (3, false));
}

#[tokio::test]
async fn one_request_reads_the_log_of_a_deployment_whose_row_is_known() {
    let (fake, dokploy, targets) = fresh().await;
    let deployment = dokploy.deploy(&request(targets[0].id())).await.unwrap();
    ticks(&fake, 10).await;
    let over = dokploy.deployment(&deployment.id).await.unwrap();
    let sent = fake.requests().len();
    dokploy.logs_of(&over.id, LogOptions::default()).await.unwrap();
    assert_eq!(fake.requests().len() - sent, 1);
}

#[tokio::test]
async fn a_log_of_a_failure_is_streamed_before_the_outcome_with_its_reason() {
    let (fake, dokploy) = stepping().await;
    fake.next_deployment(&fake.application(), DokployScript::fails_with("no such image"));
    let events = followed(&fake, &dokploy).await;
    let Outcome::Failed(failure) = outcome(&events) else { panic!("{:?}", outcome(&events)) };
    assert_eq!(failure.reason(), Some("no such image"));
    assert!(lines(&events).contains(&"no such image"), "{events:?}");
}

#[tokio::test]
async fn a_log_above_1_mib_is_500_and_is_read_in_a_shorter_page() {
    let (fake, dokploy) = stepping().await;
    let steps = (0..10_500).map(|step| format!("{step:0111}"));
    fake.next_deployment(&fake.application(), DokployScript::succeeds().log(steps));
    let events = followed(&fake, &dokploy).await;
    let Outcome::Succeeded(deployment) = outcome(&events) else { panic!("{:?}", outcome(&events)) };
    assert!(!events.iter().any(|event| matches!(event, FollowEvent::LogTrouble { .. })), "it is no trouble");
    assert!(events.contains(&FollowEvent::Gap), "what cannot be had is named");
    assert!(lines(&events).last().unwrap().ends_with("10499"));
    let page = dokploy.logs_of(&deployment.id, LogOptions::tail(10_000)).await.unwrap();
    assert_eq!((page.lines.len(), page.truncated), (5_000, true));
}

#[tokio::test]
async fn what_was_deployed_has_a_log_and_what_was_not_is_a_conflict() {
    let (fake, dokploy, targets) = fresh().await;
    for target in &targets {
        let error = dokploy.service_logs(target, ServiceLogOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{target}: {error}");
        assert!(!error.is_transient());
    }
    deploy_all(&fake, &targets);
    for target in &targets {
        fake.write_log(target.id(), ["one", "two", "three"]);
        let page = dokploy.service_logs(target, ServiceLogOptions::tail(2)).await.unwrap();
        let texts: Vec<_> = page.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!((texts, page.truncated), (vec!["two", "three"], true), "{target}");
        assert!(page.lines.iter().all(|line| line.time.is_some()), "{target}");
        // Docker compose keeps the container that it stops, and its log, and the swarm its stopped tasks.
        dokploy.stop(target).await.unwrap();
        let page = dokploy.service_logs(target, ServiceLogOptions::tail(2)).await.unwrap();
        assert_eq!(page.lines.len(), 2, "{target}");
    }
}

#[tokio::test]
async fn an_engine_that_does_not_answer_is_not_taken_for_a_service_that_does_not_run() {
    let (fake, dokploy, targets) = deployed().await;
    let web = &targets[0];
    fake.enable(DokployQuirk::NoContainers);
    let error = dokploy.service_logs(web, ServiceLogOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
}

#[tokio::test]
async fn a_compose_stack_asks_for_a_container_of_its_own() {
    let (fake, dokploy, [_, compose, _]) = deployed().await;
    fake.add_part(compose.id(), "worker");
    let other = fake.add_compose("other");
    let targets = [compose.clone(), Target::new(compose.kind().clone(), &other)];
    deploy_all(&fake, &targets);
    fake.write_log(compose.id(), ["one"]);
    let error = dokploy.service_logs(&compose, ServiceLogOptions::default()).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Ambiguous && error.to_string().contains("-worker-1`"), "{error}");
    let page = dokploy.service_logs(&compose, ServiceLogOptions::default().of_part("worker")).await.unwrap();
    assert_eq!(page.lines[0].text, "one");
    // The server gives out the log of any container to every key that may read one stack.
    let container = fake.requests().last().unwrap().query.clone().unwrap();
    assert!(container.contains("-worker-1"), "{container}");
    let sent = fake.requests().len();
    let error = dokploy.service_logs(&compose, ServiceLogOptions::default().of_part("other-web-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert!(!fake.requests()[sent..].iter().any(|request| request.path.ends_with("readLogs")));
}

#[tokio::test]
async fn a_part_of_a_stack_of_the_swarm_is_a_task() {
    let (fake, dokploy, [_, compose, _]) = fresh().await;
    post(&fake, "/api/compose.update", json!({ "composeId": compose.id(), "composeType": "stack" })).await;
    deploy_all(&fake, std::slice::from_ref(&compose));
    fake.write_log(compose.id(), ["one"]);
    for options in [ServiceLogOptions::default(), ServiceLogOptions::default().of_part("web")] {
        assert_eq!(dokploy.service_logs(&compose, options).await.unwrap().lines[0].text, "one");
    }
}

#[tokio::test]
async fn a_part_is_for_compose_stacks_alone() {
    let (fake, dokploy, [application, _, database]) = deployed().await;
    let sent = fake.requests().len();
    for target in [application, database] {
        let error = dokploy.service_logs(&target, ServiceLogOptions::default().of_part("web")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    assert_eq!(fake.requests().len(), sent);
}

#[tokio::test]
async fn a_member_reads_the_log_of_a_service_that_was_given_to_them_alone() {
    let (fake, _, [application, compose, _]) = deployed().await;
    fake.write_log(application.id(), ["one"]);
    let key = fake.add_key(DokployKey::member().with_access_to(application.id()));
    let member = Dokploy::builder().url(fake.url()).token(key).build().unwrap();
    assert_eq!(member.service_logs(&application, ServiceLogOptions::default()).await.unwrap().lines.len(), 1);
    let error = member.service_logs(&compose, ServiceLogOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
}

#[tokio::test]
async fn the_log_of_what_runs_is_followed_beyond_a_stop() {
    let (fake, dokploy, [application, ..]) = deployed().await;
    fake.write_log(application.id(), ["old", "one"]);
    let mut log = dokploy.follow_service(&application, ServiceLogOptions::tail(1));
    let mut next = async || match log.next().await.unwrap().unwrap() {
        FollowEvent::Line(line) => line.text,
        FollowEvent::LogTrouble { error, .. } => error.kind().to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(next().await, "one");
    dokploy.stop(&application).await.unwrap();
    fake.write_log(application.id(), ["old", "one", "bye"]);
    assert_eq!(next().await, "bye");
    dokploy.start(&application).await.unwrap();
    fake.write_log(application.id(), ["old", "one", "bye", "two"]);
    assert_eq!(next().await, "two");
}
