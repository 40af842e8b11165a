//! The sockets of a fake: the connection is switched, and brings what the platform has for it.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::time::sleep;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use crate::request::ReceivedRequest;
use crate::response::Response;

/// How often a socket asks its platform for news.
const PAUSE: Duration = Duration::from_millis(1);

/// What one socket brings.
pub(crate) trait Script: Send {
    /// What comes by now, in order; nothing comes after an end.
    fn news(&mut self) -> Vec<Frame>;
}

/// What a server does with an open socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    /// It is closed with a code and a reason, or without any.
    Close(Option<(u16, &'static str)>),
    /// The connection ends without a word, as a proxy ends one that is idle.
    Cut,
}

/// The key of a request that asks for a socket.
pub(crate) fn key(request: &ReceivedRequest) -> Option<&str> {
    let asks = request.header("upgrade").is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"));
    request.header("sec-websocket-key").filter(|_| asks)
}

/// The answer that switches the connection.
pub(crate) fn switching(key: &str) -> Response {
    Response::new(101)
        .with_header("connection", "Upgrade")
        .with_header("upgrade", "websocket")
        .with_header("sec-websocket-accept", derive_accept_key(key.as_bytes()))
}

/// Brings what the script has until one side ends the connection.
pub(crate) async fn run(connection: OnUpgrade, mut script: Box<dyn Script>) {
    let Ok(connection) = connection.await else { return };
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(connection), Role::Server, None).await;
    let (mut sink, mut stream) = socket.split();
    let bring = async {
        loop {
            for frame in script.news() {
                let message = match frame {
                    Frame::Text(text) => Message::text(text),
                    Frame::Cut => return,
                    Frame::Close(reason) => {
                        let reason =
                            reason.map(|(code, reason)| CloseFrame { code: code.into(), reason: reason.into() });
                        // The other side may have gone.
                        drop(sink.send(Message::Close(reason)).await);
                        return;
                    }
                };
                if sink.send(message).await.is_err() {
                    return;
                }
            }
            sleep(PAUSE).await;
        }
    };
    // Reading answers pings, and notices the end.
    let read = async { while let Some(Ok(_)) = stream.next().await {} };
    tokio::select! {
        () = bring => {}
        () = read => {}
    }
}
