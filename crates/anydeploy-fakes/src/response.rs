//! The answer of a fake to one request.

use hyper::body::Bytes;
use hyper::http;
use serde_json::Value;

/// A status, headers, each of which comes once, and a body.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Response {
    /// An answer without a body.
    pub(crate) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// An answer with a JSON body.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status).with_content("application/json", body.to_string())
    }

    /// Gives a header this value, in place of the one that it had.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name, value.into()));
        self
    }

    /// Gives it a body, without saying of which type.
    pub(crate) fn with_body(self, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Gives it a body of this type.
    pub(crate) fn with_content(self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.with_header("content-type", content_type).with_body(body)
    }
}

impl TryFrom<Response> for http::Response<Bytes> {
    type Error = http::Error;

    fn try_from(response: Response) -> http::Result<Self> {
        let mut builder = http::Response::builder().status(response.status);
        for (name, value) in response.headers {
            builder = builder.header(name, value);
        }
        builder.body(response.body)
    }
}
