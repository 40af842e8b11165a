//! The socket under every fake: one wiremock server that hands each request to the platform's state.

use std::fmt;
use std::sync::Arc;

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::clock::Clock;

/// What a fake platform does with one request.
pub(crate) trait Answer: Send + Sync + 'static {
    fn answer(&self, request: &Request) -> ResponseTemplate;
}

/// Whether a server keeps the requests that it receives.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Recording {
    #[default]
    On,
    Off,
}

/// A running fake server on a free port of the loopback address; it stops when dropped.
pub(crate) struct Server(MockServer);

impl Server {
    pub(crate) async fn start<A: Answer>(platform: Arc<A>, recording: Recording, clock: Clock) -> Self {
        let server = match recording {
            Recording::On => MockServer::start().await,
            Recording::Off => MockServer::builder().disable_request_recording().start().await,
        };
        Mock::given(any()).respond_with(Handler(platform, clock)).mount(&server).await;
        Self(server)
    }

    /// Scheme, host and port, without a trailing slash.
    pub(crate) fn origin(&self) -> String {
        self.0.uri()
    }

    /// Every request received so far, oldest first; none without recording.
    pub(crate) async fn requests(&self) -> Vec<Request> {
        self.0.received_requests().await.unwrap_or_default()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.0.uri()).finish()
    }
}

struct Handler<A>(Arc<A>, Clock);

impl<A: Answer> Respond for Handler<A> {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let answer = self.0.answer(request);
        match self.1.date() {
            Some(date) => answer.insert_header("date", date),
            None => answer,
        }
    }
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, body: &serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}
