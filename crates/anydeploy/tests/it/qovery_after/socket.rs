//! Logs that are followed through a socket, whatever happens to that.

use anydeploy::{
    Deployer, DeployerExt, DeploymentId, ErrorKind, FollowEvent, LogLine, LogOptions, Outcome, Qovery, Target,
};
use anydeploy_fakes::{FakeQovery, Pace, QoveryQuirk, QoveryScript, ReceivedRequest};
use futures::StreamExt;

use crate::support::follow::{lines, outcome};
use crate::support::qovery::{deployer, quick, web, worker};

const SOCKET: &str = "/deployment/logs";

fn listener(fake: &FakeQovery) -> Qovery {
    Qovery::builder().url(fake.url()).socket_url(fake.socket_url()).token(fake.token()).build().unwrap()
}

/// A server that advances by a tick with each request, with a deployment of the application that writes so many lines.
async fn writing(count: usize) -> (FakeQovery, Qovery) {
    let fake = FakeQovery::builder().pace(Pace::Requests(1)).start().await;
    let qovery = listener(&fake);
    let steps = (0..count).map(|step| format!("step {step} of a build"));
    fake.next_deployment(&fake.application(), QoveryScript::succeeds().lasting(60).log(steps));
    (fake, qovery)
}

/// The events of a log that is followed to its end; its lines are those that a read brings.
async fn followed(qovery: &Qovery, id: &DeploymentId) -> Vec<FollowEvent> {
    let events: Vec<_> = qovery.follow(id, quick()).collect().await;
    let events: Vec<_> = events.into_iter().map(Result::unwrap).collect();
    let Outcome::Succeeded(deployment) = outcome(&events) else { panic!("{:?}", outcome(&events)) };
    let whole = qovery.logs_of(&deployment.id, LogOptions::tail(1000)).await.unwrap();
    assert_eq!(reported(&events), whole.lines.iter().collect::<Vec<_>>());
    assert!(!events.contains(&FollowEvent::Gap));
    events
}

fn reported(events: &[FollowEvent]) -> Vec<&LogLine> {
    let mut lines = Vec::new();
    for event in events {
        if let FollowEvent::Line(line) = event {
            lines.push(line);
        }
    }
    lines
}

/// What went wrong with the log.
fn troubles(events: &[FollowEvent]) -> Vec<ErrorKind> {
    let mut kinds = Vec::new();
    for event in events {
        if let FollowEvent::LogTrouble { error, .. } = event {
            kinds.push(error.kind());
        }
    }
    kinds
}

/// The requests of a path.
fn of_path(fake: &FakeQovery, path: &str) -> Vec<ReceivedRequest> {
    fake.requests().into_iter().filter(|request| request.path == path).collect()
}

/// The reads of the log of the environment.
fn polls(fake: &FakeQovery) -> usize {
    of_path(fake, &format!("/environment/{}/logs", fake.environment())).len()
}

#[tokio::test]
async fn every_line_comes_once_through_one_socket_and_no_poll_before_the_end() {
    let (fake, qovery) = writing(30).await;
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    let events = followed(&qovery, &deployment.id).await;
    assert_eq!(lines(&events).len(), 32);
    let sockets = of_path(&fake, SOCKET);
    assert_eq!(sockets.len(), 1);
    let authorization = format!("Token {}", fake.token());
    assert_eq!(sockets[0].header("authorization"), Some(&*authorization));
    assert!(!sockets[0].path_and_query().contains(fake.token()), "the token is no part of the address");
    assert_eq!(sockets[0].query_parameter("version"), None, "with a version it is no live log");
    // Two reads that bring nothing are the end; one more is the read of the test.
    assert!(polls(&fake) <= 4, "{}", polls(&fake));
}

#[tokio::test]
async fn a_socket_that_is_cut_is_opened_again_and_repeats_no_line() {
    let (fake, qovery) = writing(20).await;
    fake.enable(QoveryQuirk::SocketCuts);
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    followed(&qovery, &deployment.id).await;
    assert!(of_path(&fake, SOCKET).len() >= 2, "{}", of_path(&fake, SOCKET).len());
}

#[tokio::test]
async fn a_socket_that_refuses_the_token_leads_to_polls_at_once_and_says_why() {
    for (quirk, kind, says) in [
        (QoveryQuirk::SocketsRefuse, ErrorKind::PermissionDenied, "code 1008"),
        (QoveryQuirk::HandshakesRefuse, ErrorKind::Unauthorized, "401"),
    ] {
        let (fake, qovery) = writing(20).await;
        fake.enable(quirk);
        let deployment = qovery.deploy(&web(&fake)).await.unwrap();
        let events = followed(&qovery, &deployment.id).await;
        assert_eq!(troubles(&events), [kind], "{quirk:?}");
        let trouble = events.iter().find(|event| matches!(event, FollowEvent::LogTrouble { .. }));
        let Some(FollowEvent::LogTrouble { error, .. }) = trouble else { unreachable!() };
        assert!(error.to_string().contains(says) && error.advice().contains("polled"), "{error}: {}", error.advice());
        assert_eq!(of_path(&fake, SOCKET).len(), 1, "{quirk:?}");
    }
}

#[tokio::test]
async fn what_a_newer_execution_writes_is_no_line() {
    let fake = FakeQovery::builder().pace(Pace::Manual).start().await;
    let qovery = listener(&fake);
    fake.next_deployment(&fake.application(), QoveryScript::succeeds().log(["ours"]));
    fake.next_deployment(&fake.container(), QoveryScript::succeeds().log(["theirs"]));
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(6);
    let id = qovery.deployment(&deployment.id).await.unwrap().id;
    fake.deploy_by_someone_else(&fake.container());
    fake.advance(60);
    // The whole environment, so that no line is left out because of its service.
    let (environment, execution) = (fake.environment(), id.get("execution").unwrap());
    let whole = Qovery::deployment_id(&Target::environment(&*environment), &environment, execution);
    let events: Vec<_> = qovery.follow(&whole, quick()).collect().await;
    let events: Vec<_> = events.into_iter().map(Result::unwrap).collect();
    let texts = lines(&events);
    assert!(texts.contains(&"ours") && !texts.contains(&"theirs"), "{texts:?}");
    assert_eq!(of_path(&fake, SOCKET).len(), 1);
    assert!(fake.socket_bytes() > 0, "the newer ones came through the socket");
}

#[tokio::test]
async fn the_log_of_a_deployment_that_waits_is_listened_to_once_it_begins() {
    let (fake, qovery) = writing(20).await;
    fake.deploy_by_someone_else(&fake.container());
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    followed(&qovery, &deployment.id).await;
    assert_eq!(of_path(&fake, SOCKET).len(), 1);
    assert!(polls(&fake) <= 4, "{}", polls(&fake));
}

#[tokio::test]
async fn at_another_address_than_qoverys_nothing_is_sent_to_a_socket_that_was_not_named() {
    let (fake, _) = writing(20).await;
    let qovery = deployer(&fake);
    let deployment = qovery.deploy(&worker(&fake)).await.unwrap();
    followed(&qovery, &deployment.id).await;
    assert!(of_path(&fake, SOCKET).is_empty());
    assert!(polls(&fake) > 0);
}
