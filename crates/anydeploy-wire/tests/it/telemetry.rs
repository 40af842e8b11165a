//! The span of a request, as a subscriber records it.

use anydeploy_wire::{Auth, ErrorKind, Http, object};
use tracing_subscriber::fmt::format::FmtSpan;

use super::log::Log;
use super::server::{Behaviour, READ, START, Server};

#[derive(Debug)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct Thing {
    name: Option<String>,
}

object!(Thing: optional { name = "name" });

/// What is recorded of each span that ends while a call is made; of the address, only its name.
async fn spans(server: &Server, call: impl AsyncFnOnce(Http)) -> Vec<String> {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_span_events(FmtSpan::CLOSE).without_time().with_target(false);
    let guard = tracing::subscriber::set_default(subscriber.with_writer(log.clone()).finish());
    let http = server.builder().auth(Auth::bearer("planted")).build().unwrap();
    call(http).await;
    drop(guard);
    let port = format!("server.port={}", server.address().port());
    log.text().lines().map(|line| line.trim().replace(&port, "server.port=PORT")).collect()
}

/// The fields that are known before the request is sent.
const READS: &str = r#"otel.name=GET /things/{id} otel.kind="client" http.request.method="GET" url.template="/things/{id}" server.address="127.0.0.1" server.port=PORT"#;
const STARTS: &str = r#"otel.name=POST /things/{id}/start otel.kind="client" http.request.method="POST" url.template="/things/{id}/start" server.address="127.0.0.1" server.port=PORT"#;

#[tokio::test]
async fn a_request_is_a_span_with_the_names_of_opentelemetry() {
    let server = Server::answering("201 Created", "", "{}").await;
    let lines = spans(&server, async |http| {
        http.request(&START).path("id", "planted-id").query("q", "planted").json::<Thing>().await.unwrap();
    });
    assert_eq!(lines.await, [format!("INFO http{{{STARTS} http.response.status_code=201}}: close")]);
}

#[tokio::test]
async fn a_request_is_a_child_of_the_span_around_it() {
    let server = Server::answering("200 OK", "", "{}").await;
    let lines = spans(&server, async |http| {
        let outer = tracing::info_span!("deploy");
        let request = http.request(&READ).path("id", "1").json::<Thing>();
        tracing::Instrument::instrument(request, outer).await.unwrap();
    });
    assert_eq!(lines.await[0], format!("INFO deploy:http{{{READS} http.response.status_code=200}}: close"));
}

#[tokio::test]
async fn a_failed_request_has_the_status_or_a_word_as_its_error() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_owned();
    for (server, kind, expected) in [
        (
            Server::answering("404 Not Found", "", "planted").await,
            ErrorKind::Status,
            "http.response.status_code=404 error.type=404",
        ),
        (
            Server::answering("200 OK", "", "planted").await,
            ErrorKind::Decode,
            "http.response.status_code=200 error.type=\"decode\"",
        ),
        (
            Server::start(Behaviour::Answer(cut)).await,
            ErrorKind::Interrupted,
            "http.response.status_code=200 error.type=\"interrupted\"",
        ),
        (
            Server::start(Behaviour::Late(Http::DEFAULT_TIMEOUT * 2, String::new())).await,
            ErrorKind::Timeout,
            "error.type=\"timeout\"",
        ),
        (Server::start(Behaviour::Reset).await, ErrorKind::Interrupted, "error.type=\"interrupted\""),
    ] {
        let lines = spans(&server, async |http| {
            let error = http.request(&READ).path("id", "1").json::<Thing>().await.unwrap_err();
            assert_eq!(error.kind(), kind);
        });
        assert_eq!(lines.await, [format!("INFO http{{{READS} {expected}}}: close")]);
    }
}

#[tokio::test]
async fn a_refused_parameter_is_an_error_before_anything_is_sent() {
    let server = Server::answering("200 OK", "", "{}").await;
    let lines = spans(&server, async |http| {
        http.request(&READ).path("id", "..").json::<Thing>().await.unwrap_err();
    });
    assert_eq!(lines.await, [format!("INFO http{{{READS} error.type=\"invalid_argument\"}}: close")]);
    assert!(server.requests().is_empty());
}
