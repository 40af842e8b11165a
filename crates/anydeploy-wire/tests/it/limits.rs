//! The cap on bodies holds while they are read.

use anydeploy_wire::{ErrorKind, Response};

use super::server::{Behaviour, READ, Server};

const CHUNKED: &str = "transfer-encoding: chunked\r\n\r\n";
const CHUNK: &str = "10\r\n0123456789abcdef\r\n";

#[tokio::test]
async fn an_endless_success_is_too_large() {
    let server = Server::start(Behaviour::Endless(format!("HTTP/1.1 200 OK\r\n{CHUNKED}"), CHUNK)).await;
    let http = server.builder().max_body(100).build().unwrap();
    let error = http.request(&READ).path("id", "1").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::TooLarge, Some(200)));
    assert_eq!(error.body().unwrap().len(), 100);
    assert!(error.to_string().ends_with("answered 200 OK with more than 100 bytes"), "{error}");
}

#[tokio::test]
async fn an_endless_failure_is_its_status_with_a_capped_body() {
    let head = format!("HTTP/1.1 502 Bad Gateway\r\n{CHUNKED}");
    let server = Server::start(Behaviour::Endless(head, CHUNK)).await;
    let http = server.builder().max_body(100).build().unwrap();
    let error = http.request(&READ).path("id", "1").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Status, Some(502)));
    assert_eq!(error.body().unwrap().len(), 100);
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_passes() {
    let server = Server::answering("200 OK", "", "\"12345678\"").await;
    for (limit, passes) in [(10, true), (9, false), (0, false)] {
        let http = server.builder().max_body(limit).build().unwrap();
        let outcome = http.request(&READ).path("id", "1").send().await;
        assert_eq!(outcome.map_err(|error| error.kind()).is_ok(), passes, "{limit}");
    }
}

#[tokio::test]
async fn a_body_in_chunks_that_has_exactly_the_limit_passes() {
    let answer = format!("HTTP/1.1 200 OK\r\n{CHUNKED}5\r\n\"1234\r\n5\r\n5678\"\r\n0\r\n\r\n");
    let server = Server::start(Behaviour::Answer(answer)).await;
    for (limit, outcome) in [(10, Ok("12345678".to_owned())), (9, Err(ErrorKind::TooLarge))] {
        let http = server.builder().max_body(limit).build().unwrap();
        let read = http.request(&READ).path("id", "1").json::<String>().await;
        assert_eq!(read.map(Response::into_value).map_err(|error| error.kind()), outcome, "{limit}");
    }
}

#[tokio::test]
async fn an_empty_body_passes_a_limit_of_nothing() {
    let server = Server::answering("204 No Content", "", "").await;
    let http = server.builder().max_body(0).build().unwrap();
    http.request(&READ).path("id", "1").send().await.unwrap().empty().unwrap();
}
