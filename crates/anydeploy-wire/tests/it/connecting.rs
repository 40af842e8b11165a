//! Failures below HTTP: which kind they are decides whether repeating is safe.

use std::time::{Duration, Instant};

use anydeploy_wire::{Error, ErrorKind, Http, HttpBuilder, Operation};
use tokio::net::TcpListener;

use super::server::{Behaviour, Closed, READ, START, Server};

async fn fail(builder: HttpBuilder) -> Error {
    builder.build().unwrap().request(&START).path("id", "1").send().await.unwrap_err()
}

#[tokio::test]
async fn a_refused_connection_is_connect() {
    let closed = Closed::new();
    let address = closed.address();
    let error = fail(Http::builder(format!("http://{address}"))).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Connect, None));
    assert_eq!(
        error.to_string(),
        format!(
            "start-thing (POST /things/{{id}}/start): cannot connect to http://{address}: nothing listens on that port"
        )
    );
}

#[tokio::test]
async fn a_failed_tls_handshake_is_connect() {
    let server = Server::start(Behaviour::Reset).await;
    let error = fail(Http::builder(format!("https://{}", server.address()))).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn a_tls_handshake_without_an_answer_is_connect_after_the_connect_timeout() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", server.local_addr().unwrap());
    let started = Instant::now();
    let error = fail(Http::builder(url).connect_timeout(Duration::from_millis(200))).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_reset_before_any_answer_is_interrupted() {
    let server = Server::start(Behaviour::Reset).await;
    let error = fail(server.builder()).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Interrupted, None));
}

#[tokio::test]
async fn a_close_before_any_answer_is_interrupted_and_not_sent_again() {
    let server = Server::start(Behaviour::Answer(String::new())).await;
    let error = fail(server.builder()).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Interrupted, None));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn something_other_than_http_is_interrupted() {
    let server = Server::start(Behaviour::Answer("SSH-2.0-OpenSSH_9.6\r\n".to_owned())).await;
    assert_eq!(fail(server.builder()).await.kind(), ErrorKind::Interrupted);
}

#[tokio::test]
async fn no_answer_is_timeout() {
    let server = Server::start(Behaviour::Hold(String::new())).await;
    let error = fail(server.builder().timeout(Duration::from_millis(200))).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, None));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_that_drips_is_timeout_with_its_status() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n".to_owned();
    let server = Server::start(Behaviour::Endless(head, " ")).await;
    let error = fail(server.builder().timeout(Duration::from_millis(300))).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, Some(200)));
}

#[tokio::test]
async fn a_truncated_success_is_interrupted_with_its_status_and_what_came() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":".to_owned();
    let server = Server::start(Behaviour::Answer(answer)).await;
    let error = fail(server.builder()).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Interrupted, Some(200)));
    assert_eq!(error.body().unwrap(), "{\"a\":");
}

#[tokio::test]
async fn a_truncated_failure_is_still_its_status() {
    let answer = "HTTP/1.1 422 Unprocessable Content\r\ncontent-length: 100\r\n\r\n{\"mess".to_owned();
    let server = Server::start(Behaviour::Answer(answer)).await;
    let error = fail(server.builder()).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Status, Some(422)));
    assert_eq!(error.body().unwrap(), "{\"mess");
}

#[tokio::test]
async fn one_client_serves_many_calls() {
    let server = Server::answering("200 OK", "", "7").await;
    let http = server.http();
    for _ in 0..3 {
        let reply = http.clone().request(&READ).path("id", "1").send().await.unwrap();
        assert_eq!(*reply.json::<u8>().unwrap().value(), 7);
    }
    assert_eq!(server.requests().len(), 3);
}

/// Calls an operation of a server that answers after so many seconds, on a clock of its own.
fn call_late(seconds: u64, operation: Operation, timeout: Option<u64>) -> Result<u16, ErrorKind> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7".to_owned();
        let server = Server::start(Behaviour::Late(Duration::from_secs(seconds), answer)).await;
        let builder = server.builder();
        let builder = match timeout {
            Some(seconds) => builder.timeout(Duration::from_secs(seconds)),
            None => builder,
        };
        let sent = builder.build().unwrap().request(&operation).path("id", "1").send().await;
        sent.map(|answer| answer.status()).map_err(|error| error.kind())
    })
}

#[test]
fn an_operation_that_blocks_outlives_the_default_timeout() {
    let slow = START.with_timeout(Duration::from_mins(2));
    assert_eq!(call_late(45, START, None), Err(ErrorKind::Timeout));
    assert_eq!(call_late(45, slow, None), Ok(200));
    assert_eq!(call_late(121, slow, None), Err(ErrorKind::Timeout));
}

#[test]
fn a_timeout_that_is_longer_or_less_than_the_default_is_not_overruled_by_the_operation() {
    let slow = START.with_timeout(Duration::from_mins(2));
    assert_eq!(call_late(150, slow, Some(200)), Ok(200));
    assert_eq!(call_late(100, slow, Some(60)), Ok(200));
    assert_eq!(call_late(25, slow, Some(20)), Err(ErrorKind::Timeout));
}
