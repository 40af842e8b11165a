//! A marker planted everywhere appears nowhere but on the wire.

use std::{error::Error as _, fmt::Write as _, time::Duration};

use anydeploy_wire::{Auth, Error, HttpBuilder, Method, Operation, object};
use serde::Serialize;

use super::log::Log;
use super::server::{Behaviour, Server};

const MARKER: &str = "planted";
const UPDATE: Operation = Operation::new(Method::Patch, "update-thing", "/things/{id}");

#[derive(Serialize)]
struct Update {
    password: &'static str,
}

#[derive(Debug)]
#[expect(dead_code, reason = "only its Debug is looked at")]
struct Updated {
    password: Option<u8>,
}

object!(Updated: optional { password = "password" });

/// Everything that can be printed of a call, and everything that is traced meanwhile.
async fn printed(server: &Server) -> (String, String) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone());
    let guard = tracing::subscriber::set_default(subscriber.finish());
    let mut text = String::new();
    for auth in [Auth::bearer(MARKER), Auth::scheme("Token", MARKER), Auth::header("x-api-key", MARKER)] {
        writeln!(text, "{auth:?}").unwrap();
        let builder = server.builder().auth(auth).header("x-extra", MARKER).timeout(Duration::from_millis(500));
        print_call(builder, &mut text).await;
    }
    drop(guard);
    let log = log.text();
    assert!(server.requests().iter().all(|request| request.matches(MARKER).count() >= 5));
    (text, log)
}

async fn print_call(builder: HttpBuilder, text: &mut String) {
    writeln!(text, "{builder:?}").unwrap();
    let http = builder.build().unwrap();
    let call = http.request(&UPDATE).path("id", MARKER).query("q", MARKER).body(&Update { password: MARKER });
    writeln!(text, "{http:?} {call:?}").unwrap();
    let read = |answer: anydeploy_wire::RawResponse| {
        writeln!(text, "{answer:?}").unwrap();
        let reply = answer.json::<Updated>()?;
        writeln!(text, "{reply:?}").unwrap();
        Ok::<_, Error>(())
    };
    if let Err(error) = call.send().await.and_then(read) {
        write!(text, "{error} {error:?} {error:#?}").unwrap();
        let mut source = error.source();
        while let Some(cause) = source {
            write!(text, " {cause} {cause:?}").unwrap();
            source = cause.source();
        }
    }
}

#[tokio::test]
async fn no_print_and_no_trace_of_a_call_shows_what_it_carried() {
    let head = format!("set-cookie: session={MARKER}\r\nlocation: /{MARKER}?token={MARKER}\r\n");
    let truncated = format!("HTTP/1.1 200 OK\r\n{head}content-length: 99\r\n\r\n\"{MARKER}");
    for (server, expected) in [
        (
            Server::answering("200 OK", &head, &format!("{{\"password\":\"{MARKER}\"}}")).await,
            "http.response.status_code=200",
        ),
        (Server::answering("200 OK", &head, &format!("[\"{MARKER}\"]")).await, "http.response.status_code=200"),
        (
            Server::answering("200 OK", &head, &format!("{{\"{MARKER}\":{MARKER}")).await,
            "http.response.status_code=200",
        ),
        (Server::answering("200 OK", &head, &format!("<html>{MARKER}</html>")).await, "http.response.status_code=200"),
        (Server::answering("302 Found", &head, MARKER).await, "http.response.status_code=302 error.type=302"),
        (Server::answering("500 Oh", &head, MARKER).await, "http.response.status_code=500 error.type=500"),
        (Server::start(Behaviour::Answer(truncated)).await, "http.response.status_code=200 error.type=\"interrupted\""),
        (Server::start(Behaviour::Answer(MARKER.to_owned())).await, "error.type=\"interrupted\""),
        (Server::start(Behaviour::Hold(String::new())).await, "error.type=\"timeout\""),
    ] {
        let (text, log) = printed(&server).await;
        assert!(!text.contains(MARKER), "{text}");
        assert!(!log.contains(MARKER), "{log}");
        assert!(log.contains(r#"http.request.method="PATCH" url.template="/things/{id}""#), "{log}");
        assert!(log.contains(r#"operation="update-thing""#), "{log}");
        assert!(log.contains(expected), "{expected}: {log}");
    }
}

#[tokio::test]
async fn a_repair_is_traced_by_its_place() {
    let server = Server::answering("200 OK", "", &format!("{{\"password\":\"{MARKER}\"}}")).await;
    let (_, log) = printed(&server).await;
    assert!(log.contains("WARN") && log.contains("/password") && log.contains("Removed"), "{log}");
}

#[tokio::test]
async fn what_a_server_sends_back_of_the_credentials_can_be_taken_out() {
    let server = Server::answering("401 Unauthorized", "", "").await;
    for auth in [Auth::bearer(MARKER), Auth::header("x-api-key", MARKER)] {
        let http =
            server.builder().auth(auth).header("x-extra", "extra secret").header("x-short", "no").build().unwrap();
        let error = http.request(&UPDATE).path("id", "1").send().await.unwrap_err();
        let said = error.without_credentials("no: Bearer planted, planted2, extra secret");
        assert!(said.starts_with("no: ") && !said.contains("planted") && !said.contains("secret"), "{said}");
        assert_eq!(error.without_credentials("no"), "no");
        assert!(!format!("{error:?} {error:#?}").contains(MARKER));
    }
}
