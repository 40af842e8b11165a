//! One HTTP request as a fake received it.

use std::borrow::Cow;
use std::time::Instant;

use hyper::header::AsHeaderName;
use hyper::http::request::Parts;
use hyper::{HeaderMap, body::Bytes};
use serde_json::Value;

/// One HTTP request as a fake received it.
///
/// # Examples
///
/// ```
/// use anydeploy_fakes::FakeCoolify;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let coolify = FakeCoolify::start().await;
/// let read = format!("{}/api/v1/deployments?skip=0&take=5", coolify.url());
/// reqwest::Client::new().get(read).bearer_auth(coolify.token()).send().await?;
///
/// let [request] = coolify.requests().try_into().expect("one request");
/// assert_eq!((&*request.method, &*request.path), ("GET", "/api/v1/deployments"));
/// assert_eq!(request.query_parameter("take").as_deref(), Some("5"));
/// assert!(request.header("authorization").is_some_and(|value| value.starts_with("Bearer ")));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// The method, in upper case.
    pub method: String,
    /// The path without the query, percent-encoded as the client sent it.
    pub path: String,
    /// The query without its question mark, percent-encoded as the client sent it.
    pub query: Option<String>,
    /// The body without its framing; empty if there is none.
    pub body: Vec<u8>,
    /// When the body was complete: by the [`Timeline`](crate::Timeline) of the fake if it has one, else by the clock.
    pub received_at: Instant,
    headers: HeaderMap,
}

impl ReceivedRequest {
    pub(crate) fn new(head: Parts, body: &Bytes, received_at: Instant) -> Self {
        let (path, query) = (head.uri.path().to_owned(), head.uri.query().map(str::to_owned));
        let method = head.method.as_str().to_owned();
        Self { method, path, query, body: body.to_vec(), received_at, headers: head.headers }
    }

    /// The first value of a header, whatever the case of its name; `None` if it is absent or not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        text(&self.headers, name)
    }

    /// Every header with its value, names in lower case; a value that is not UTF-8 has replacement characters.
    pub fn headers(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
    }

    /// Every parameter of the query with its value, decoded, in order.
    pub fn query_parameters(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes())
    }

    /// The first value of a parameter of the query, decoded.
    #[must_use]
    pub fn query_parameter(&self, name: &str) -> Option<String> {
        self.query_parameters().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// The path and the query as the client sent them, such as `/api/v1/deploy?uuid=a`.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The body read as JSON.
    ///
    /// # Errors
    /// If it is not JSON, or empty.
    pub fn json(&self) -> serde_json::Result<Value> {
        serde_json::from_slice(&self.body)
    }
}

/// The first value of a header, if it is there and is text.
pub(crate) fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
