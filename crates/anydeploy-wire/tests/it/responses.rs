//! Answers: which are successes, how each is read, and what a failure keeps.

use std::time::Duration;

use anydeploy_wire::{Auth, DecodeError, Error, ErrorKind, RawResponse, object};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use super::log::Log;
use super::server::{READ, Server};

async fn answer(response: ResponseTemplate) -> Result<RawResponse, Error> {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(response).mount(&server).await;
    let http = anydeploy_wire::Http::builder(server.uri()).build().unwrap();
    http.request(&READ).path("id", "1").send().await
}

async fn page() -> RawResponse {
    let page = "\n<!DOCTYPE html><title>planted</title>";
    answer(ResponseTemplate::new(200).set_body_raw(page, "text/html; charset=utf-8")).await.unwrap()
}

fn reason(error: &Error) -> String {
    let source = std::error::Error::source(error).unwrap();
    source.downcast_ref::<DecodeError>().unwrap().to_string()
}

#[tokio::test]
async fn every_2xx_is_a_success() {
    for status in [200, 201, 202, 206, 299] {
        let answer = answer(ResponseTemplate::new(status).set_body_string("[1,2]")).await.unwrap();
        let reply = answer.json::<Vec<u8>>().unwrap();
        assert_eq!((reply.status(), reply.value()), (status, &vec![1, 2]));
        assert_eq!(reply.repairs(), []);
    }
}

#[tokio::test]
async fn an_empty_204_is_null_for_json_and_fine_for_the_others() {
    let empty = || answer(ResponseTemplate::new(204));
    assert_eq!(empty().await.unwrap().json::<Option<u8>>().unwrap().into_value(), None);
    assert_eq!(empty().await.unwrap().text().unwrap().value(), "");
    assert!(empty().await.unwrap().bytes().unwrap().value().is_empty());
    assert_eq!(empty().await.unwrap().empty().unwrap().status(), 204);
    let error = empty().await.unwrap().json::<Vec<u8>>().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(204)));
    assert_eq!(reason(&error), "expected a list; the body is empty");
}

#[tokio::test]
async fn no_content_expected_tolerates_any() {
    for body in ["{\"message\": \"ok\"}", "true", "OK", "{"] {
        let reply = answer(ResponseTemplate::new(202).set_body_string(body)).await.unwrap().empty().unwrap();
        assert_eq!(reply.status(), 202);
    }
}

#[tokio::test]
async fn text_is_taken_as_it_came() {
    let reply = answer(ResponseTemplate::new(200).set_body_string("4.0.0-beta.420")).await.unwrap();
    assert_eq!(reply.text().unwrap().value(), "4.0.0-beta.420");
    let reply = answer(ResponseTemplate::new(200).set_body_bytes(b"a\xffb")).await.unwrap().text().unwrap();
    assert_eq!((reply.value().as_str(), reply.repairs().len()), ("a\u{fffd}b", 1));
}

#[tokio::test]
async fn a_web_page_is_never_an_answer() {
    for error in [
        page().await.json::<Option<u8>>().unwrap_err(),
        page().await.text().unwrap_err(),
        page().await.empty().unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)));
        assert!(reason(&error).contains("a web page came"), "{error:?}");
        assert!(error.body().unwrap().ends_with(b"</title>"));
        assert!(!format!("{error} {error:?} {}", reason(&error)).contains("planted"));
    }
    assert!(page().await.bytes().is_ok());
}

#[tokio::test]
async fn json_that_calls_itself_html_is_read() {
    let response = ResponseTemplate::new(200).set_body_raw("{\"a\":1}", "text/html");
    let reply = answer(response).await.unwrap().json::<serde_json::Value>().unwrap();
    assert_eq!(reply.value()["a"], 1);
}

#[tokio::test]
async fn a_failure_keeps_status_headers_and_body() {
    let body = "{\"message\": \"planted\", \"errors\": {\"a\": [1]}}";
    let response = ResponseTemplate::new(422).insert_header("x-request-id", "r1").set_body_string(body);
    let error = answer(response).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.operation()), (ErrorKind::Status, Some(422), "read-thing"));
    assert_eq!(error.headers().unwrap()["x-request-id"], "r1");
    assert_eq!(error.body().unwrap(), body);
    assert_eq!(error.retry_after(), None);
    assert_eq!(error.to_string(), "read-thing (GET /things/{id}): answered 422 Unprocessable Entity");
}

#[tokio::test]
async fn the_servers_own_words_are_there_for_who_asks_and_masked() {
    let body = serde_json::json!({
        "message": "Validation failed.",
        "errors": { "is_build_time": ["This field is not allowed."], "env": "token=hunter2 for planted-token" },
    });
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(422).set_body_json(body)).mount(&server).await;
    let http = anydeploy_wire::Http::builder(server.uri()).auth(Auth::bearer("planted-token")).build().unwrap();
    let error = http.request(&READ).path("id", "1").send().await.unwrap_err();
    assert_eq!(
        error.server_message().as_deref(),
        Some("Validation failed. env: token=[redacted] for [redacted]; is_build_time: This field is not allowed.")
    );
    assert!(!format!("{error} {error:?}").contains("Validation"), "it is opt-in");
    assert_eq!(error.method(), Some(anydeploy_wire::Method::Get));
    let page = ResponseTemplate::new(403).set_body_raw("Just a moment <b>", "text/html");
    assert_eq!(answer(page).await.unwrap_err().server_message(), None);
}

#[tokio::test]
async fn a_web_page_is_known_by_its_type_or_its_beginning() {
    for (body, kind, is_page) in [
        ("<!DOCTYPE html><p>", "text/plain", true),
        ("\u{feff}<html>", "application/json", true),
        ("<center><h1>403</h1>", "application/octet-stream", true),
        ("Just a moment", "text/html; charset=UTF-8", true),
        ("{\"message\":\"x\"}", "text/html", false),
        ("404 page not found", "text/plain", false),
        ("", "text/html", false),
    ] {
        let error = answer(ResponseTemplate::new(403).set_body_raw(body, kind)).await.unwrap_err();
        assert_eq!(error.is_web_page(), is_page, "{body} {kind}");
    }
}

#[tokio::test]
async fn retry_after_is_read_from_any_failure() {
    let error = answer(ResponseTemplate::new(429).insert_header("retry-after", "7")).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let response = ResponseTemplate::new(503)
        .insert_header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
        .insert_header("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT");
    assert_eq!(answer(response).await.unwrap_err().retry_after(), Some(Duration::from_mins(1)));
}

#[tokio::test]
async fn a_reply_hands_on_its_headers_and_maps() {
    let response = ResponseTemplate::new(200).insert_header("x-total", "3").set_body_string("\"7\"");
    let reply = answer(response).await.unwrap().json::<u8>().unwrap().map(u32::from);
    assert_eq!((reply.header("X-Total"), reply.header("x-none")), (Some("3"), None));
    assert_eq!(reply.repairs().len(), 1);
    assert_eq!(reply.into_value(), 7);
}

#[tokio::test]
async fn a_redirect_is_an_error_and_its_target_sees_nothing() {
    for status in [301, 302, 303, 307, 308] {
        for auth in [Auth::bearer("planted"), Auth::header("x-api-key", "planted")] {
            let target = Server::answering("200 OK", "", "true").await;
            let location = format!("location: {}/planted/1?token=planted\r\n", target.url());
            let server = Server::answering(&format!("{status} Moved"), &location, "").await;
            let http = server.builder().auth(auth).build().unwrap();
            let error = http.request(&READ).path("id", "1").send().await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (ErrorKind::Status, Some(status)));
            assert!(error.to_string().contains(&format!("points to http://{} and", target.address())), "{error}");
            assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
            assert_eq!(server.requests().len(), 1);
            assert_eq!(target.requests(), Vec::<String>::new());
        }
    }
}

/// A value whose repairs are logged on the thread on which it is read.
#[derive(Debug)]
#[expect(dead_code, reason = "only where it is read matters")]
struct Repaired {
    wrong: Option<bool>,
    long: Option<String>,
}

object!(Repaired: optional { wrong = "wrong", long = "long" });

#[tokio::test]
async fn a_long_body_is_read_on_another_thread_under_the_same_subscriber() {
    let mut threads = Vec::new();
    for length in [10, 1024 * 1024] {
        let body = serde_json::json!({"wrong": [], "long": "x".repeat(length)}).to_string();
        let server = Server::answering("200 OK", "", &body).await;
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt().with_thread_ids(true).without_time().with_ansi(false);
        let guard = tracing::subscriber::set_default(subscriber.with_writer(log.clone()).finish());
        let value = server.http().request(&READ).path("id", "1").json::<Repaired>().await.unwrap();
        drop(guard);
        assert_eq!(value.repairs().len(), 1);
        let text = log.text();
        let line = text.lines().find(|line| line.contains("the response was repaired")).unwrap();
        let (_, thread) = line.split_once("ThreadId(").unwrap();
        threads.push(thread.split(')').next().unwrap().to_owned());
    }
    assert_ne!(threads[0], threads[1]);
}
