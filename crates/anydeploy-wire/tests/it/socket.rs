//! The handshake of a WebSocket, and what comes through one.

use std::time::Duration;

use anydeploy_wire::{Auth, Error, ErrorKind, Http, HttpBuilder, Method, Operation, Socket, SocketMessage};
use futures::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::server::{Behaviour, Server};

const LISTEN: Operation = Operation::new(Method::Get, "listen", "/listen").beside("/api");

async fn open(builder: HttpBuilder) -> Result<Socket, Error> {
    builder.build()?.request(&LISTEN).query("path", "/a b").socket().await
}

/// The answer that accepts any key as if it were this one, and then these frames.
fn switching(accepts: &str, frames: &str) -> Behaviour {
    let head = "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n";
    Behaviour::Hold(format!("{head}sec-websocket-accept: {accepts}\r\n\r\n{frames}"))
}

#[tokio::test]
async fn the_handshake_has_the_credentials_as_a_header_and_lies_beside_the_base_url() {
    let server = Server::answering("200 OK", "", "{}").await;
    open(server.builder().auth(Auth::header("x-api-key", "planted"))).await.unwrap_err();
    let request = server.requests()[0].to_ascii_lowercase();
    assert!(request.starts_with("get /listen?path=%2fa+b http/1.1\r\n"), "{request}");
    for header in ["x-api-key: planted", "connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13"] {
        assert!(request.contains(&format!("\r\n{header}\r\n")), "{request}");
    }
}

#[tokio::test]
async fn a_base_url_with_another_end_is_refused_before_anything_is_sent() {
    let server = Server::answering("200 OK", "", "{}").await;
    let error = open(Http::builder(server.origin())).await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::InvalidArgument, 0));
}

#[tokio::test]
async fn whatever_answers_and_switches_nothing_is_the_error_that_it_would_be_of_a_request() {
    let redirect = Server::answering("302 Found", "location: https://login.example/\r\n", "").await;
    let error = open(redirect.builder()).await.unwrap_err();
    assert_eq!((error.kind(), error.redirect().is_some()), (ErrorKind::Status, true));
    let page = Server::answering("200 OK", "content-type: text/html\r\n", "<!DOCTYPE html>").await;
    let error = open(page.builder()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_web_page()), (ErrorKind::Decode, true));
    let refused = Server::answering("429 Too Many Requests", "retry-after: 7\r\n", "{}").await;
    let error = open(refused.builder()).await.unwrap_err();
    assert_eq!((error.status(), error.retry_after()), (Some(429), Some(Duration::from_secs(7))));
}

#[tokio::test]
async fn a_handshake_goes_through_the_proxy_that_is_set() {
    let (server, proxy) =
        (Server::answering("200 OK", "", "").await, Server::answering("502 Bad Gateway", "", "").await);
    let error = open(server.builder().proxy(proxy.origin())).await.unwrap_err();
    assert_eq!((error.status(), proxy.requests().len(), server.requests().len()), (Some(502), 1, 0));
}

#[tokio::test]
async fn a_handshake_that_is_not_answered_ends_with_the_time_of_a_request() {
    let server = Server::start(Behaviour::Hold(String::new())).await;
    let error = open(server.builder().timeout(Duration::from_millis(50))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn what_switches_without_the_proof_of_the_key_is_no_socket() {
    let server = Server::start(switching("bm90IHRoZSBwcm9vZg==", "")).await;
    assert_eq!(open(server.builder()).await.unwrap_err().kind(), ErrorKind::Decode);
}

/// What a socket brings to which a server sends these messages before it drops the connection.
async fn brought(messages: Vec<Message>) -> Vec<Result<SocketMessage, ErrorKind>> {
    brought_below(usize::MAX, messages).await
}

/// The same where a body has at most so many bytes.
async fn brought_below(limit: usize, messages: Vec<Message>) -> Vec<Result<SocketMessage, ErrorKind>> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        for message in messages {
            socket.send(message).await.unwrap();
        }
    });
    let mut socket = open(Http::builder(format!("http://{address}/api")).max_body(limit)).await.unwrap();
    let mut brought = Vec::new();
    loop {
        let next = socket.next().await.map_err(|error| error.kind());
        let is_last = !matches!(next, Ok(SocketMessage::Text(_)));
        brought.push(next);
        if is_last {
            return brought;
        }
    }
}

fn text(text: &str) -> SocketMessage {
    SocketMessage::Text(text.to_owned())
}

#[tokio::test]
async fn texts_come_in_order_and_pings_are_none() {
    let close = CloseFrame { code: 4003.into(), reason: "Not authorized".into() };
    let sent = vec![Message::text("a\nb"), Message::Ping("x".into()), Message::text("é"), Message::Close(Some(close))];
    let closed = SocketMessage::Closed { code: Some(4003), reason: "Not authorized".to_owned() };
    assert_eq!(brought(sent).await, [Ok(text("a\nb")), Ok(text("é")), Ok(closed)]);
    let closed = SocketMessage::Closed { code: None, reason: String::new() };
    assert_eq!(brought(vec![Message::Close(None)]).await, [Ok(closed)]);
}

#[tokio::test]
async fn a_connection_that_ends_without_a_close_is_broken() {
    assert_eq!(brought(vec![Message::text("a")]).await, [Ok(text("a")), Err(ErrorKind::Interrupted)]);
}

/// A socket to a server that reads nothing, so that no ping is answered.
async fn deaf() -> Socket {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        std::future::pending::<()>().await;
        drop(socket);
    });
    open(Http::builder(format!("http://{address}/api"))).await.unwrap()
}

#[tokio::test]
async fn a_socket_that_answers_no_ping_is_broken() {
    let mut socket = deaf().await;
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    assert_eq!(socket.next().await.unwrap_err().kind(), ErrorKind::Interrupted);
    assert!((59..=60).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_ping_has_its_time_also_if_the_socket_was_not_read_for_long() {
    let mut socket = deaf().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(90)).await;
    let began = tokio::time::Instant::now();
    assert_eq!(socket.next().await.unwrap_err().kind(), ErrorKind::Interrupted);
    assert!((29..=30).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_silent_socket_that_answers_its_pings_stays_open() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        // Reading is what answers a ping.
        for _ in 0..3 {
            assert!(matches!(socket.next().await, Some(Ok(Message::Ping(_)))));
            socket.flush().await.unwrap();
        }
        socket.send(Message::text("at last")).await.unwrap();
    });
    let mut socket = open(Http::builder(format!("http://{address}/api"))).await.unwrap();
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    assert_eq!(socket.next().await.map_err(|error| error.kind()), Ok(text("at last")));
    assert!((89..=91).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_is_no_text_or_too_long_is_an_error() {
    assert_eq!(brought(vec![Message::binary(vec![1])]).await, [Err(ErrorKind::Decode)]);
    let long = Message::text("x".repeat(4 * 1024 * 1024 + 1));
    assert_eq!(brought(vec![long]).await, [Err(ErrorKind::TooLarge)]);
}

#[tokio::test]
async fn a_message_above_the_limit_of_a_body_is_too_large() {
    let sent = || vec![Message::text("x".repeat(100)), Message::Close(None)];
    let closed = SocketMessage::Closed { code: None, reason: String::new() };
    assert_eq!(brought_below(100, sent()).await, [Ok(text(&"x".repeat(100))), Ok(closed)]);
    assert_eq!(brought_below(99, sent()).await, [Err(ErrorKind::TooLarge)]);
}
