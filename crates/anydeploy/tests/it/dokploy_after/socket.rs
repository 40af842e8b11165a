//! Logs that are followed through a socket, whatever happens to that.

use std::time::Duration;

use anydeploy::{Deployer, DeployerExt, Dokploy, FollowEvent, LogOptions, Outcome, Target};
use anydeploy_fakes::{DokployQuirk, DokployScript, FakeDokploy, FaultPlan, FaultyNetwork, Pace, ReceivedRequest};
use futures::StreamExt;

use super::fresh;
use crate::support::dokploy::{deployer, quick, request, ticks};
use crate::support::follow::{lines, outcome};

const LISTEN: &str = "/listen-deployment";

/// A server that advances by a tick with each request, with a deployment that writes these lines.
async fn writing(count: usize, text: &str) -> (FakeDokploy, Dokploy, Vec<String>) {
    let fake = FakeDokploy::builder().pace(Pace::Requests(1)).start().await;
    let dokploy = deployer(&fake, Duration::from_secs(3));
    let steps: Vec<_> = (0..count).map(|step| format!("step {step} {text}")).collect();
    fake.next_deployment(&fake.application(), DokployScript::succeeds().lasting(60).log(steps.clone()));
    let written = [vec!["Initializing deployment".to_owned()], steps].concat();
    (fake, dokploy, written)
}

async fn followed(fake: &FakeDokploy, dokploy: &Dokploy) -> Vec<FollowEvent> {
    let deployment = dokploy.deploy(&request(&fake.application())).await.unwrap();
    let events: Vec<_> = dokploy.follow(&deployment.id, quick()).collect().await;
    let events: Vec<_> = events.into_iter().map(Result::unwrap).collect();
    assert!(matches!(outcome(&events), Outcome::Succeeded(_)), "{:?}", outcome(&events));
    assert!(!events.contains(&FollowEvent::Gap));
    events
}

/// The requests of a path, such as those that open a socket.
fn of_path(fake: &FakeDokploy, path: &str) -> Vec<ReceivedRequest> {
    fake.requests().into_iter().filter(|request| request.path == path).collect()
}

#[tokio::test]
async fn every_line_comes_once_through_one_socket_and_no_poll_before_the_end() {
    let (fake, dokploy, written) = writing(12, "of a build").await;
    fake.enable(DokployQuirk::HalfLines);
    assert_eq!(lines(&followed(&fake, &dokploy).await), written);
    let sockets = of_path(&fake, LISTEN);
    assert_eq!(sockets.len(), 1);
    assert_eq!(sockets[0].header("x-api-key"), Some(fake.token()));
    assert!(!sockets[0].path_and_query().contains(fake.token()), "the key is no part of the address");
    // The socket has no end: two reads that bring nothing are it, and each asks for no more than a socket may have missed.
    let polls = of_path(&fake, "/api/deployment.readLogs");
    assert!(polls.len() <= 3, "{}", polls.len());
    let tails: Vec<usize> = polls.iter().map(|poll| poll.query_parameter("tail").unwrap().parse().unwrap()).collect();
    assert!(tails.iter().all(|tail| *tail <= 201), "{tails:?}");
}

#[tokio::test]
async fn a_socket_that_is_cut_is_opened_again_and_repeats_no_line() {
    let (fake, dokploy, written) = writing(20, "is one of two lines that are alike").await;
    fake.enable(DokployQuirk::SocketCut(100));
    assert_eq!(lines(&followed(&fake, &dokploy).await), written);
    assert!(of_path(&fake, LISTEN).len() >= 2, "{}", of_path(&fake, LISTEN).len());
}

#[tokio::test]
async fn a_character_that_a_chunk_cuts_in_two_makes_no_line_new() {
    let (fake, dokploy, written) = writing(12, "ok ✅ café").await;
    fake.enable(DokployQuirk::SocketChunk(5));
    fake.enable(DokployQuirk::SocketCut(120));
    let events = followed(&fake, &dokploy).await;
    let ascii = |line: &str| line.chars().filter(char::is_ascii).collect::<String>();
    let reported: Vec<_> = lines(&events).into_iter().map(ascii).collect();
    assert_eq!(reported, written.iter().map(|line| ascii(line)).collect::<Vec<_>>());
}

/// The texts of the lines that come until there is one with this text.
async fn until(
    log: &mut (impl futures::Stream<Item = anydeploy::Result<FollowEvent>> + Unpin),
    last: &str,
) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.last().is_none_or(|text| text != last) {
        match log.next().await.unwrap().unwrap() {
            FollowEvent::Line(line) => texts.push(line.text),
            FollowEvent::Gap | FollowEvent::LogTrouble { .. } => panic!("neither is there anything amiss"),
            _ => {}
        }
    }
    texts
}

#[tokio::test]
async fn of_a_log_that_is_written_anew_the_new_lines_come_and_no_other_twice() {
    log_is_written_anew(&fresh().await).await;
}

#[tokio::test]
async fn what_tail_says_on_a_remote_server_is_no_line_of_the_log() {
    let server = fresh().await;
    server.0.enable(DokployQuirk::RemoteServer);
    log_is_written_anew(&server).await;
}

async fn log_is_written_anew((fake, dokploy, targets): &(FakeDokploy, Dokploy, [Target; 3])) {
    let steps = ["one", "two", "three"];
    fake.next_deployment(targets[0].id(), DokployScript::succeeds().lasting(20).log(steps));
    let deployment = dokploy.deploy(&request(targets[0].id())).await.unwrap();
    ticks(fake, 8).await;
    let mut log = dokploy.follow(&deployment.id, quick());
    assert_eq!(until(&mut log, "one").await, ["Initializing deployment", "one"]);
    fake.rewrite_log(targets[0].id(), |lines| [vec!["first of all".to_owned()], lines].concat());
    assert_eq!(until(&mut log, "first of all").await, ["first of all"]);
    // What is left of a truncated file is what comes.
    fake.rewrite_log(targets[0].id(), |_| Vec::new());
    ticks(fake, 40).await;
    assert_eq!(until(&mut log, "three").await, ["two", "three"]);
    assert!(of_path(fake, LISTEN).len() >= 2);
}

#[tokio::test]
async fn a_log_whose_file_is_missing_is_polled_after_three_sockets_and_what_tail_says_is_no_line() {
    let (fake, dokploy, targets) = fresh().await;
    fake.next_deployment(targets[0].id(), DokployScript::succeeds().lasting(20).log(["one"]));
    let deployment = dokploy.deploy(&request(targets[0].id())).await.unwrap();
    ticks(&fake, 40).await;
    let over = dokploy.deployment(&deployment.id).await.unwrap();
    fake.remove_log(targets[0].id());
    let events: Vec<_> = dokploy.follow(&over.id, quick()).collect().await;
    let events: Vec<_> = events.into_iter().map(Result::unwrap).collect();
    assert!(lines(&events).is_empty(), "{events:?}");
    assert!(matches!(outcome(&events), Outcome::Succeeded(_)));
    assert!(of_path(&fake, LISTEN).len() <= 3);
}

#[tokio::test]
async fn behind_a_proxy_that_lets_no_socket_through_the_log_is_polled() {
    let (fake, _, written) = writing(12, "of a build").await;
    // It hands on one answer a connection, so that a socket ends as soon as it is open.
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::seeded(1).rate(0.0)).unwrap();
    let dokploy = Dokploy::builder().url(network.url()).token(fake.token()).build().unwrap();
    let events = followed(&fake, &dokploy).await;
    assert_eq!(lines(&events), written);
    assert_eq!(of_path(&fake, LISTEN).len(), 3);
}

#[tokio::test]
async fn a_long_log_goes_over_the_wire_once() {
    let (fake, dokploy, written) = writing(20_000, "of a build whose log is far longer than a page of a poll").await;
    let events = followed(&fake, &dokploy).await;
    assert_eq!(lines(&events).len(), written.len());
    let bytes: usize = written.iter().map(|line| line.len() + 1).sum();
    assert_eq!(fake.socket_bytes(), bytes);
    let page = LogOptions::tail(201).tail;
    for poll in of_path(&fake, "/api/deployment.readLogs") {
        assert!(poll.query_parameter("tail").unwrap().parse::<usize>().unwrap() <= page);
    }
}
