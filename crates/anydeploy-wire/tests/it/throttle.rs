//! The throttle in the way of requests, through real sockets; its decisions are tested where they are made.

use std::time::Duration;

use anydeploy_wire::throttle::{Budget, Class, as_class};
use anydeploy_wire::{Auth, ErrorKind, Http, Operation};
use tokio::time::{Instant, resume, sleep};

use super::server::{Behaviour, Closed, READ, START, Server};

const MINUTE: Duration = Duration::from_mins(1);

/// One request in this time.
fn one_in(per: Duration) -> Budget {
    Budget::new(1, per).with_headroom(0)
}

fn with(server: &Server, budget: Budget) -> Http {
    server.builder().budget(budget).build().unwrap()
}

async fn send(http: &Http, operation: &Operation) -> Result<u16, anydeploy_wire::Error> {
    http.request(operation).path("id", "1").send().await.map(|response| response.status())
}

#[tokio::test]
async fn a_request_that_would_wait_for_too_long_is_not_sent() {
    let server = Server::answering("200 OK", "", "").await;
    let http = with(&server, one_in(MINUTE));
    send(&http, &READ).await.unwrap();
    for operation in [READ, START] {
        let error = send(&http, &operation).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Throttled, None));
        let wait = error.retry_after().unwrap();
        assert!(wait > MINUTE / 2 && wait <= MINUTE, "{wait:?}");
        assert!(error.to_string().contains("not sent"), "{error}");
    }
    assert_eq!(server.requests().len(), 1);
    let traffic = http.traffic();
    assert_eq!((traffic.requests(), traffic.reads.not_sent, traffic.triggers.not_sent), (1, 1, 1));
}

#[tokio::test]
async fn connections_with_one_credential_share_their_budget_and_others_do_not() {
    let server = Server::answering("200 OK", "", "").await;
    let with = |token: &str| server.builder().auth(Auth::bearer(token)).budget(one_in(MINUTE)).build().unwrap();
    let (first, same, other) = (with("one"), with("one"), with("other"));
    send(&first, &READ).await.unwrap();
    assert_eq!(send(&same, &READ).await.unwrap_err().kind(), ErrorKind::Throttled);
    send(&other, &READ).await.unwrap();
    assert_eq!((first.traffic(), first.traffic().requests(), other.traffic().requests()), (same.traffic(), 1, 1));
}

#[tokio::test]
async fn a_trigger_waits_and_is_answered_within_its_timeout_and_a_read_is_given_its_wait() {
    let wait = Duration::from_secs(10);
    for (operation, whole) in [(START, Http::DEFAULT_TIMEOUT), (READ, wait + Http::DEFAULT_TIMEOUT)] {
        // It pauses the clock as soon as it has the request, and its answer comes too late.
        let server = Server::start(Behaviour::Late(Duration::from_hours(1), String::new())).await;
        let http = with(&server, one_in(wait));
        assert_eq!(send(&http, &READ).await.unwrap_err().kind(), ErrorKind::Timeout);
        let began = Instant::now();
        let sent = async {
            sleep(wait).await;
            // A connection is made in real time.
            resume();
            std::future::pending::<()>().await;
        };
        let error = tokio::select! {
            biased;
            outcome = send(&http, &operation) => outcome.unwrap_err(),
            () = sent => unreachable!(),
        };
        assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Timeout, 2));
        let elapsed = began.elapsed();
        assert!(elapsed >= whole && elapsed < whole + Duration::from_secs(1), "{operation}: {elapsed:?}");
        resume();
    }
}

#[tokio::test]
async fn a_refusal_holds_back_all_who_have_the_credential() {
    let refused = "retry-after: 50\r\nx-ratelimit-limit: 200\r\nx-ratelimit-remaining: 0\r\n";
    for budget in [Budget::assumed(200, MINUTE), Budget::unknown()] {
        let server = Server::answering("429 Too Many Requests", refused, "").await;
        let (http, other) = (with(&server, budget), with(&server, budget));
        let error = send(&http, &READ).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Status, Some(Duration::from_secs(50))));
        let error = send(&other, &READ).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled, "{budget:?}");
        assert_eq!((server.requests().len(), http.traffic().reads.refused), (1, 1));
    }
}

#[tokio::test]
async fn what_is_no_refusal_by_the_limit_holds_nobody_back() {
    // Coolify's answer of a full queue.
    let full = "retry-after: 50\r\nx-ratelimit-limit: 200\r\nx-ratelimit-remaining: 150\r\n";
    let server = Server::answering("429 Too Many Requests", full, "").await;
    let unlimited = Server::answering("429 Too Many Requests", "retry-after: 50\r\n", "").await;
    for http in [with(&server, Budget::assumed(200, MINUTE)), with(&unlimited, Budget::unlimited())] {
        for _ in 0..2 {
            assert_eq!(send(&http, &START).await.unwrap_err().status(), Some(429));
        }
    }
}

#[tokio::test]
async fn the_answers_correct_what_was_assumed() {
    let server = Server::answering("200 OK", "x-ratelimit-limit: 3\r\n", "").await;
    let http = with(&server, Budget::assumed(200, MINUTE).with_headroom(0));
    for _ in 0..3 {
        send(&http, &READ).await.unwrap();
    }
    assert_eq!(send(&http, &READ).await.unwrap_err().kind(), ErrorKind::Throttled);
}

#[tokio::test]
async fn what_others_have_used_up_is_not_asked_for() {
    let server = Server::answering("200 OK", "x-ratelimit-limit: 200\r\nx-ratelimit-remaining: 40\r\n", "").await;
    let http = with(&server, Budget::assumed(200, MINUTE));
    send(&http, &READ).await.unwrap();
    assert_eq!(send(&http, &READ).await.unwrap_err().kind(), ErrorKind::Throttled, "the rest is the headroom");
    send(&http, &START).await.unwrap();
}

#[tokio::test]
async fn a_request_that_never_left_costs_nothing() {
    let closed = Closed::new();
    let dead = format!("http://{}", closed.address());
    let http = Http::builder(dead).budget(one_in(MINUTE)).build().unwrap();
    for _ in 0..3 {
        assert_eq!(send(&http, &START).await.unwrap_err().kind(), ErrorKind::Connect);
    }
}

#[tokio::test]
async fn a_request_is_of_the_class_in_which_it_is_awaited() {
    let server = Server::answering("200 OK", "", "").await;
    let http = with(&server, Budget::unknown());
    let read = http.request(&READ).path("id", "1").empty();
    as_class(Class::Tick, read).await.unwrap();
    send(&http, &READ).await.unwrap();
    send(&http, &START).await.unwrap();
    let traffic = http.traffic();
    assert_eq!([traffic.ticks, traffic.reads, traffic.triggers].map(|class| class.requests), [1, 1, 1]);
}
