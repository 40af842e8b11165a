//! Following a log: what is reported, when it ends, and what never changes the outcome.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anydeploy_core::testing::{Call, ScriptedDeployer};
use anydeploy_core::{
    Capabilities, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind,
    FollowEvent, FollowOptions, Identity, LogFeed, LogLine, LogOptions, LogPage, Logs, Outcome, Phase, Platform,
    Result, ServiceLogOptions, Target, WatchEvent, WatchOptions,
};
use futures::future::BoxFuture;
use futures::{StreamExt, stream};
use tokio::time::Instant;

use crate::watch::{id, script, seen};

fn page(text: &str) -> LogPage {
    LogPage::from_text(text, LogOptions::tail(1000))
}

/// What a stream reported, each event as one word or line.
async fn reported(deployer: impl Deployer + Clone, options: impl Into<FollowOptions>) -> Vec<String> {
    let events: Vec<_> = deployer.follow(&id(), options).collect().await;
    events.into_iter().map(|event| word(event.as_ref())).collect()
}

/// The lines and the last event: when a status is read between two reads of a log is left to chance.
fn lines_and_end(reported: &[String]) -> Vec<&str> {
    let last = reported.len() - 1;
    let is_kept = |(index, event): &(usize, &String)| *index == last || !event.starts_with('(');
    reported.iter().enumerate().filter(is_kept).map(|(_, event)| event.as_str()).collect()
}

fn word(event: Result<&FollowEvent, &Error>) -> String {
    match event {
        Ok(FollowEvent::Line(line)) => line.text.clone(),
        Ok(FollowEvent::Gap) => "(gap)".to_owned(),
        Ok(FollowEvent::LogTrouble { error, in_a_row }) => format!("({} {in_a_row})", error.kind()),
        Ok(FollowEvent::Watch(WatchEvent::Changed(deployment))) => format!("({})", deployment.status.raw),
        Ok(FollowEvent::Watch(WatchEvent::Ended(outcome))) => format!("({outcome})"),
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("({})", error.kind()),
    }
}

#[tokio::test(start_paused = true)]
async fn lines_come_once_and_the_outcome_after_the_last_one() {
    let deployer =
        script(&[(Phase::Running, "in_progress"), (Phase::Running, "in_progress"), (Phase::Succeeded, "finished")]);
    let pages = ["one\n", "one\ntwo\n", "one\ntwo\n", "one\ntwo\nthree\n", "one\ntwo\nthree\n", "one\ntwo\nthree\n"];
    let deployer = pages.iter().fold(deployer, |deployer, text| deployer.answer_logs(Ok(page(text))));
    let reported = reported(deployer.clone(), WatchOptions::default()).await;
    assert_eq!(lines_and_end(&reported), ["one", "two", "three", "(succeeded)"]);
    let reads = deployer.calls().iter().filter(|call| matches!(call, Call::Logs(_))).count();
    assert_eq!(reads, 6, "it ends with the second read that brings nothing");
}

#[tokio::test(start_paused = true)]
async fn only_reads_in_a_row_that_bring_nothing_end_it() {
    let deployer = script(&[(Phase::Succeeded, "finished")]);
    let pages = ["one\n", "one\n", "one\ntwo\n", "one\ntwo\n", "one\ntwo\nthree\n", "one\ntwo\nthree\n"];
    let pages = pages.into_iter().chain(["one\ntwo\nthree\n"; 3]);
    let deployer = pages.fold(deployer, |deployer, text| deployer.answer_logs(Ok(page(text))));
    let reported = reported(deployer, WatchOptions::default()).await;
    assert_eq!(reported, ["(finished)", "one", "two", "three", "(succeeded)"]);
}

#[tokio::test(start_paused = true)]
async fn it_ends_within_two_polls_after_the_end_and_the_last_line() {
    let deployer = script(&[(Phase::Succeeded, "finished")]);
    let deployer = (0..9).fold(deployer, |deployer, _| deployer.answer_logs(Ok(page("all\n"))));
    let began = Instant::now();
    assert_eq!(reported(deployer.clone(), WatchOptions::default()).await, ["(finished)", "all", "(succeeded)"]);
    assert_eq!(deployer.calls().iter().filter(|call| matches!(call, Call::Logs(_))).count(), 3);
    assert!(began.elapsed() <= Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_log_is_read_once_a_poll_of_the_watch_however_much_comes() {
    let polls = vec![(Phase::Running, "in_progress"); 8].into_iter().chain([(Phase::Succeeded, "finished")]);
    let deployer = script(&polls.collect::<Vec<_>>());
    let text = |lines: usize| (0..lines).map(|line| line.to_string()).collect::<Vec<_>>().join("\n") + "\n";
    let deployer = (1..200).fold(deployer, |deployer, lines| deployer.answer_logs(Ok(page(&text(lines.min(90))))));
    let reported = reported(deployer.clone(), WatchOptions::default()).await;
    assert_eq!(reported.last().map(String::as_str), Some("(succeeded)"));
    let calls = deployer.calls();
    let is_read = |call: &Call| matches!(call, Call::Logs(_));
    let is_poll = |call: &Call| matches!(call, Call::Deployment(_));
    let end = calls.iter().rposition(is_poll).unwrap();
    assert_eq!(calls[..end].iter().filter(|call| is_poll(call)).count(), 8);
    assert_eq!(calls[..end].iter().filter(|call| is_read(call)).count(), 8, "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn the_log_is_read_once_the_deployment_has_begun_and_by_the_id_that_it_has_by_then() {
    let begun = id().with("execution", "7");
    let later = |phase, raw: &str| Deployment::new(begun.clone(), Identity::Exact, DeploymentStatus::new(phase, raw));
    let deployer = script(&[(Phase::Queued, "queued")])
        .answer(Ok(later(Phase::Running, "in_progress")))
        .answer(Ok(later(Phase::Succeeded, "finished")));
    let deployer = (0..9).fold(deployer, |deployer, _| deployer.answer_logs(Ok(page("one\n"))));
    reported(deployer.clone(), WatchOptions::default()).await;
    let calls = deployer.calls();
    let reads: Vec<_> =
        calls.iter().filter_map(|call| if let Call::Logs(id) = call { Some(id) } else { None }).collect();
    assert!(reads.len() >= 3 && reads.iter().all(|id| **id == begun), "{reads:?}");
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_read_changes_no_outcome() {
    for (kind, reads) in [(ErrorKind::PermissionDenied, 1..=1), (ErrorKind::Unavailable, 4..=9)] {
        let deployer = script(&[(Phase::Running, "in_progress"), (Phase::Failed, "failed")]);
        let deployer = (0..9).fold(deployer, |deployer, _| deployer.answer_logs(Err(Error::new(kind, "no"))));
        let events = reported(deployer.clone(), WatchOptions::default().with_log_tail(0)).await;
        assert_eq!(events.last().map(String::as_str), Some("(failed)"), "{events:?}");
        assert!(reads.contains(&events.iter().filter(|event| event.contains(kind.as_str())).count()), "{events:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_watch_comes_after_the_lines_that_were_written() {
    let deployer = script(&[(Phase::Running, "in_progress"); 100]);
    let deployer = (0..200).fold(deployer, |deployer, _| deployer.answer_logs(Ok(page("one\n"))));
    let reported = reported(deployer, WatchOptions::within(Duration::from_secs(30))).await;
    assert_eq!(reported, ["(in_progress)", "one", "(timed out)"]);
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_written_in_part_comes_when_it_is_whole() {
    let deployer = script(&[(Phase::Running, "in_progress"), (Phase::Succeeded, "finished")]);
    let pages = ["one\ntw", "one\ntwo\nth", "one\ntwo\nth", "one\ntwo\nth", "one\ntwo\nth"];
    let deployer = pages.iter().fold(deployer, |deployer, text| deployer.answer_logs(Ok(page(text))));
    let reported = reported(deployer, WatchOptions::default()).await;
    assert_eq!(lines_and_end(&reported), ["one", "two", "th", "(succeeded)"]);
}

#[tokio::test(start_paused = true)]
async fn with_a_tail_the_older_lines_are_left_out_and_no_gap_is_named() {
    let deployer = script(&[(Phase::Succeeded, "finished")]);
    let last = |text: &str| LogPage::from_text(text, LogOptions::tail(2));
    let pages = [last("a\nb\nc\n"), last("a\nb\nc\n"), last("a\nb\nc\n")];
    let deployer = pages.into_iter().fold(deployer, |deployer, page| deployer.answer_logs(Ok(page)));
    let options = FollowOptions::default().with_tail(2);
    assert_eq!(reported(deployer, options).await, ["(finished)", "b", "c", "(succeeded)"]);
}

#[tokio::test(start_paused = true)]
async fn the_log_of_a_service_goes_on_while_the_service_does_not_run() {
    let not_running = Error::new(ErrorKind::Conflict, "Application is not running.");
    let deployer = ScriptedDeployer::new()
        .answer_service_logs(Ok(page("one\n")))
        .answer_service_logs(Err(not_running))
        .answer_service_logs(Ok(page("one\ntwo\n")))
        .answer_service_logs(Err(Error::new(ErrorKind::NotFound, "gone")));
    let events: Vec<_> = deployer.follow_service(id().target(), ServiceLogOptions::tail(10)).collect().await;
    let reported: Vec<_> = events.iter().map(|event| word(event.as_ref())).collect();
    assert_eq!(reported, ["one", "(conflict 1)", "two", "(not found)"]);
}

/// The connections of a socket, each as what it brings; one that ends with `None` stays open.
type Connections = Arc<Mutex<VecDeque<Vec<Option<Result<Vec<LogLine>>>>>>>;

/// A deployer whose log comes through a socket.
#[derive(Clone, Debug)]
struct Fed {
    inner: ScriptedDeployer,
    connections: Connections,
}

impl Deployer for Fed {
    fn platform(&self) -> Platform {
        self.inner.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.deploy(request)
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.deployment(id)
    }

    fn logs(&self) -> Option<&dyn Logs> {
        Some(self)
    }
}

impl Logs for Fed {
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        self.inner.logs().unwrap().read_log(id, options)
    }

    fn open_log(&self, _id: &DeploymentId) -> Option<LogFeed> {
        let items = self.connections.lock().unwrap().pop_front()?;
        let stays_open = matches!(items.last(), Some(None));
        let brings = stream::iter(items.into_iter().flatten());
        Some(if stays_open { brings.chain(stream::pending()).boxed() } else { brings.boxed() })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is an entry of what a connection brings")]
fn lines(texts: &[&str]) -> Option<Result<Vec<LogLine>>> {
    Some(Ok(texts.iter().map(|text| LogLine::new(*text)).collect()))
}

fn fed(connections: impl Into<VecDeque<Vec<Option<Result<Vec<LogLine>>>>>>, polls: usize, last: &str) -> Fed {
    let mut inner = ScriptedDeployer::new();
    for _ in 1..polls {
        inner = inner.answer(Ok(seen(Phase::Running, "in_progress")));
    }
    inner = inner.answer(Ok(seen(Phase::Succeeded, "finished")));
    inner = (0..40).fold(inner, |inner, _| inner.answer_logs(Ok(page(last))));
    Fed { inner, connections: Arc::new(Mutex::new(connections.into())) }
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_begins_again_repeats_no_line() {
    let broken = || Some(Err(Error::new(ErrorKind::NoAnswer, "reset")));
    let first = vec![lines(&["one", "two", "two"]), broken()];
    // The character that was cut in two comes whole now.
    let second = vec![lines(&["one", "two"]), lines(&["two", "caf\u{fffd}\u{fffd}"])];
    let third = vec![lines(&["one", "two", "two", "café", "five"]), None];
    let deployer = fed([first, second, third], 12, "one\ntwo\ntwo\ncafé\nfive\nlast");
    let reported = reported(deployer, WatchOptions::default()).await;
    let expected = [
        "(in_progress)",
        "one",
        "two",
        "two",
        "(no answer 1)",
        "caf\u{fffd}\u{fffd}",
        "five",
        "(finished)",
        "last",
        "(succeeded)",
    ];
    assert_eq!(reported, expected);
}

#[tokio::test(start_paused = true)]
async fn a_line_that_came_once_more_after_a_socket_began_otherwise_is_new() {
    let broken = Some(Err(Error::new(ErrorKind::NoAnswer, "reset")));
    let first = vec![lines(&["one", "two"]), broken];
    let second = vec![lines(&["one", "other", "two", "one"]), None];
    let deployer = fed([first, second], 12, "one\nother\ntwo\none\n");
    let reported = reported(deployer, WatchOptions::default()).await;
    let expected = ["(in_progress)", "one", "two", "(no answer 1)", "other", "one", "(finished)", "(succeeded)"];
    assert_eq!(reported, expected);
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_brings_lines_is_opened_again_however_often_it_breaks() {
    let texts = ["one", "two", "three", "four", "five"];
    let until = |count: usize| lines(&texts[..count]);
    let broken = || Some(Err(Error::new(ErrorKind::NoAnswer, "reset")));
    let mut connections: Vec<_> = (1..5).map(|count| vec![until(count), broken()]).collect();
    connections.push(vec![until(5), None]);
    let deployer = fed(connections, 40, &texts.join("\n"));
    let reported = reported(deployer.clone(), WatchOptions::default()).await;
    let lines: Vec<_> = reported.iter().filter(|event| !event.starts_with('(')).collect();
    assert_eq!(
        (lines, deployer.connections.lock().unwrap().len()),
        (texts.map(str::to_owned).iter().collect(), 0),
        "{reported:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_never_brings_a_line_is_given_up_for_polls() {
    let refused = || vec![Some(Err(Error::new(ErrorKind::Unreachable, "refused")))];
    let deployer = fed([refused(), refused(), refused(), refused()], 20, "one\n");
    let reported = reported(deployer.clone(), WatchOptions::default()).await;
    assert_eq!(reported.iter().filter(|event| event.starts_with("(server unreachable")).count(), 3, "{reported:?}");
    assert_eq!(reported.iter().filter(|event| *event == "one").count(), 1, "{reported:?}");
    assert_eq!(reported.last().map(String::as_str), Some("(succeeded)"));
    assert_eq!(deployer.connections.lock().unwrap().len(), 1, "the fourth is not opened");
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_brings_nothing_new_is_given_up_for_polls() {
    let again = || vec![lines(&["one"])];
    let deployer = fed([again(), again(), again(), again(), again()], 40, "one\ntwo\n");
    let reported = reported(deployer.clone(), WatchOptions::default()).await;
    assert_eq!(reported, ["(in_progress)", "one", "two", "(finished)", "(succeeded)"]);
    assert_eq!(deployer.connections.lock().unwrap().len(), 2, "the fourth is not opened");
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_waits_is_opened_by_the_id_that_the_watch_finds() {
    let begun = id().with("execution", "7");
    let running = Deployment::new(begun, Identity::Exact, DeploymentStatus::new(Phase::Running, "in_progress"));
    let mut deployer = fed([vec![None], vec![lines(&["one"]), None]], 1, "one\n");
    let inner = script(&[(Phase::Queued, "queued")]).answer(Ok(running.clone())).answer(Ok(running));
    let inner = inner.answer(Ok(seen(Phase::Succeeded, "finished")));
    deployer.inner = (0..9).fold(inner, |inner, _| inner.answer_logs(Ok(page("one\n"))));
    let reported = reported(deployer, WatchOptions::default()).await;
    assert_eq!(reported, ["(queued)", "(in_progress)", "one", "(finished)", "(succeeded)"]);
}

#[tokio::test(start_paused = true)]
async fn with_a_tail_no_socket_is_opened_because_it_would_bring_the_older_lines() {
    let mut deployer = fed([vec![lines(&["a", "b", "c"]), None]], 3, "");
    let inner = script(&[(Phase::Running, "in_progress"), (Phase::Succeeded, "finished")]);
    let last = || LogPage::from_text("a\nb\nc\n", LogOptions::tail(2));
    deployer.inner = (0..9).fold(inner, |inner, _| inner.answer_logs(Ok(last())));
    let reported = reported(deployer.clone(), FollowOptions::default().with_tail(2)).await;
    assert_eq!(lines_and_end(&reported), ["b", "c", "(succeeded)"]);
    assert_eq!(deployer.connections.lock().unwrap().len(), 1, "none is opened");
}

#[tokio::test(start_paused = true)]
async fn the_lines_alone_end_with_the_log() {
    let deployer = fed([vec![lines(&["one"]), None]], 3, "one\n");
    let lines: Vec<_> = deployer.follow(&id(), WatchOptions::default()).lines().collect().await;
    assert_eq!(lines.into_iter().map(|line| line.unwrap().text).collect::<Vec<_>>(), ["one"]);
}

#[tokio::test(start_paused = true)]
async fn a_deployer_without_logs_says_so_and_watches_on() {
    let outcome = Outcome::Succeeded(seen(Phase::Succeeded, "finished"));
    let deployer = NoLogs(script(&[(Phase::Succeeded, "finished")]));
    let events: Vec<_> = deployer.follow(&id(), WatchOptions::default()).collect().await;
    assert_eq!(word(events[0].as_ref()), "(unsupported 1)");
    assert_eq!(events.last(), Some(&Ok(FollowEvent::Watch(WatchEvent::Ended(outcome)))));
}

/// A deployer that gives out no logs.
#[derive(Clone, Debug)]
struct NoLogs(ScriptedDeployer);

impl Deployer for NoLogs {
    fn platform(&self) -> Platform {
        self.0.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.0.deploy(request)
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.0.deployment(id)
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_log_that_is_not_offered_is_refused_by_name() {
    let target = Target::application("web");
    let error = NoLogs(ScriptedDeployer::new()).service_logs(&target, ServiceLogOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.platform().map(Platform::as_str), Some("scripted"));
}
