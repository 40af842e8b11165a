//! A WebSocket that a request opens.
//!
//! The handshake is a request like any other: with its credentials, limits, proxy and TLS, and without redirects.
//! Only what comes after it is not HTTP any more.

use std::fmt;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use reqwest::{Upgraded, header::SEC_WEBSOCKET_ACCEPT};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};

use tokio::time::{Instant, timeout_at};

use crate::{
    error::{Error, ErrorKind},
    operation::Operation,
    request::RequestBuilder,
};

/// The longest message that is read, in bytes, unless the limit of a body is less.
///
/// A server that sends a log sends it in the chunks in which it reads it, which are far shorter.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// How long a socket may be silent before it is pinged, and again before it counts as broken; proxies cut what is idle for a
/// minute.
const SILENCE: Duration = Duration::from_secs(30);

/// A WebSocket of text messages; it is closed when it is dropped.
///
/// One that is silent is kept alive by pings as long as [`next`](Self::next) is polled.
///
/// `Debug` shows the operation that opened it.
pub struct Socket {
    stream: WebSocketStream<Upgraded>,
    operation: Operation,
    destination: String,
    /// When anything came last, and when it was pinged since.
    heard_at: Instant,
    pinged_at: Option<Instant>,
}

/// What a [`Socket`] brings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SocketMessage {
    /// A text.
    Text(String),
    /// The server closed the socket, or the connection ended; nothing comes after it.
    Closed {
        /// The server's code for the reason, if it gave one.
        code: Option<u16>,
        /// The reason in the server's words, which may be empty.
        reason: String,
    },
}

impl RequestBuilder<'_> {
    /// Sends the request as the handshake of a WebSocket, and returns the open socket.
    ///
    /// The time of a request is that of the handshake; the socket itself has no end.
    /// Waiting for its turn, the span and the event are those of [`send`](Self::send).
    ///
    /// # Errors
    /// Those of [`send`](Self::send); any answer but the switch is one of them: a redirect or another status is
    /// [`Status`](ErrorKind::Status), and a success that switches nothing, such as a web page, [`Decode`](ErrorKind::Decode).
    pub async fn socket(mut self) -> Result<Socket, Error> {
        let key = generate_key();
        let (http, operation) = (self.http, self.operation);
        let accepted = derive_accept_key(key.as_bytes());
        self.socket_key = Some(key);
        let (headers, connection) = self.send().await?.into_upgraded()?;
        if headers.get(SEC_WEBSOCKET_ACCEPT).is_none_or(|accept| accept.as_bytes() != accepted.as_bytes()) {
            let message = "what switched the connection does not speak WebSocket".to_owned();
            return Err(Error::new(ErrorKind::Decode, Some(operation), message));
        }
        let limit = http.max_body().min(MAX_MESSAGE);
        let config = WebSocketConfig::default().max_message_size(Some(limit)).max_frame_size(Some(limit));
        let stream = WebSocketStream::from_raw_socket(connection, Role::Client, Some(config)).await;
        let destination = http.destination().to_owned();
        Ok(Socket { stream, operation, destination, heard_at: Instant::now(), pinged_at: None })
    }
}

impl Socket {
    /// The next message.
    ///
    /// Dropping the future loses none.
    ///
    /// # Errors
    /// [`Interrupted`](ErrorKind::Interrupted) if the connection broke or a ping had no answer for 30 seconds, [`TooLarge`](ErrorKind::TooLarge) above the limit of
    /// 4 MiB or of a body, [`Decode`](ErrorKind::Decode) if what came is no text.
    pub async fn next(&mut self) -> Result<SocketMessage, Error> {
        loop {
            // Who was not read for long has the time for an answer all the same.
            let silent_since = self.pinged_at.unwrap_or(self.heard_at);
            let Ok(message) = timeout_at(silent_since + SILENCE, self.stream.next()).await else {
                if self.pinged_at.is_some() {
                    return Err(self.error(ErrorKind::Interrupted, "did not answer a ping"));
                }
                let sent = self.stream.send(Message::Ping(tungstenite::Bytes::new())).await;
                sent.map_err(|error| self.broken(error))?;
                self.pinged_at = Some(Instant::now());
                continue;
            };
            (self.heard_at, self.pinged_at) = (Instant::now(), None);
            return match message {
                Some(Ok(Message::Text(text))) => Ok(SocketMessage::Text(text.as_str().to_owned())),
                Some(Ok(Message::Close(frame))) => Ok(match frame {
                    Some(frame) => {
                        SocketMessage::Closed { code: Some(frame.code.into()), reason: frame.reason.to_string() }
                    }
                    None => SocketMessage::Closed { code: None, reason: String::new() },
                }),
                None | Some(Err(tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed)) => {
                    Ok(SocketMessage::Closed { code: None, reason: String::new() })
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Ok(Message::Binary(_))) => Err(self.error(ErrorKind::Decode, "sent a message that is no text")),
                Some(Err(error)) => Err(self.broken(error)),
            };
        }
    }

    fn broken(&self, error: tungstenite::Error) -> Error {
        let (kind, message) = match &error {
            tungstenite::Error::Capacity(_) => (ErrorKind::TooLarge, "sent a message above the limit"),
            tungstenite::Error::Utf8(_) => (ErrorKind::Decode, "sent a message that is no text"),
            _ => (ErrorKind::Interrupted, "broke the connection"),
        };
        self.error(kind, message).with_source(error)
    }

    fn error(&self, kind: ErrorKind, message: &str) -> Error {
        Error::new(kind, Some(self.operation), format!("{} {message}", self.destination))
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("operation", &self.operation.id()).finish_non_exhaustive()
    }
}
