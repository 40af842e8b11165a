//! A successful response, and the ways to read it.

use std::fmt;

use bytes::Bytes;
use reqwest::{StatusCode, header::HeaderMap};
use tracing::Span;

use crate::{
    decode::{DecodeError, Read, Repair, Repaired, Required, Slot, decode_into},
    error::{Error, ErrorKind, Received},
    operation::Operation,
    secret::Secret,
    span,
    web_page::{is_web_page, says_html},
};

/// A 2xx response whose body was read whole, and not yet as a type.
///
/// `Debug` shows the status and the length of the body.
pub struct RawResponse {
    operation: Operation,
    received: Received,
    span: Span,
    /// The connection, if the response switched it to another protocol.
    #[cfg(feature = "websocket")]
    upgraded: Option<reqwest::Upgraded>,
}

/// A successful response whose body was read as a `T`.
///
/// `Debug` shows status, value and repairs, and no header's value.
#[derive(Clone)]
pub struct Response<T> {
    status: StatusCode,
    headers: HeaderMap,
    value: T,
    repairs: Vec<Repair>,
}

impl RawResponse {
    pub(crate) fn new(operation: Operation, received: Received) -> Self {
        Self {
            operation,
            received,
            span: Span::none(),
            #[cfg(feature = "websocket")]
            upgraded: None,
        }
    }

    /// The same response, which is read inside this span.
    pub(crate) fn in_span(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// The same response, which switched this connection to another protocol.
    #[cfg(feature = "websocket")]
    pub(crate) fn with_upgraded(self, connection: reqwest::Upgraded) -> Self {
        Self { upgraded: Some(connection), ..self }
    }

    /// The connection that was switched to another protocol, or the failure of a response that switched none.
    #[cfg(feature = "websocket")]
    pub(crate) fn into_upgraded(mut self) -> Result<(HeaderMap, reqwest::Upgraded), Error> {
        match self.upgraded.take() {
            Some(connection) => Ok((self.received.headers, connection)),
            None => Err(self.undecodable(DecodeError::no_socket())),
        }
    }

    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    /// The HTTP status, one of 2xx.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.received.status.as_u16()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.received.headers
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.received.body
    }

    /// Reads the body as JSON, with the repairs of [`decode`](crate::decode).
    ///
    /// Repairs are one `tracing` event at level `WARN`, with the places and no value.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) if the body does not fit even after the repairs; its source is a
    /// [`DecodeError`].
    pub fn json<T: Read>(self) -> Result<Response<T>, Error> {
        let (operation, mut slot) = (self.operation, Required(None));
        let response = self.fill(&mut slot)?;
        match slot.0 {
            Some(value) => Ok(response.with(value)),
            None => Err(undecodable(operation)),
        }
    }

    /// Reads the body as JSON into a slot: all of [`json`](Self::json) that is the same for every type.
    fn fill(self, slot: &mut dyn Slot) -> Result<Response<()>, Error> {
        match decode_into(&self.received.body, says_html(&self.received.headers), slot) {
            Ok(repairs) => Ok(self.response(repairs)),
            Err(error) => Err(self.undecodable(error)),
        }
    }

    /// Reads the body as text, replacing what is not UTF-8.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) if the body is a web page, such as a login form.
    pub fn text(self) -> Result<Response<String>, Error> {
        if is_web_page(&self.received.body) {
            return Err(self.undecodable(DecodeError::web_page("text")));
        }
        let text = String::from_utf8_lossy(&self.received.body);
        let changed = matches!(text, std::borrow::Cow::Owned(_));
        let repairs = changed.then(|| Repair::new(String::new(), Repaired::Converted));
        let text = text.into_owned();
        Ok(self.response(repairs.into_iter().collect()).with(text))
    }

    /// The same as text that is never shown.
    pub(crate) fn secret(self) -> Result<Response<Secret>, Error> {
        Ok(self.text()?.map(Secret::from))
    }

    /// Takes the body as it came.
    ///
    /// # Errors
    ///
    /// None today; the signature is that of the other ways to read a response.
    pub fn bytes(self) -> Result<Response<Bytes>, Error> {
        let body = self.received.body.clone();
        Ok(self.response(Vec::new()).with(body))
    }

    /// Drops the body, whatever it is.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) if the body is a web page: a login form with status 200 does
    /// not mean that anything was done.
    pub fn empty(self) -> Result<Response<()>, Error> {
        if is_web_page(&self.received.body) {
            return Err(self.undecodable(DecodeError::web_page("no content")));
        }
        Ok(self.response(Vec::new()))
    }

    fn response(self, repairs: Vec<Repair>) -> Response<()> {
        if !repairs.is_empty() {
            self.span.in_scope(|| {
                tracing::warn!(operation = self.operation.id(), ?repairs, "the response was repaired");
            });
        }
        let Received { status, headers, .. } = self.received;
        Response { status, headers, value: (), repairs }
    }

    fn undecodable(self, error: DecodeError) -> Error {
        span::record_error(&self.span, ErrorKind::Decode);
        undecodable(self.operation).with_response(self.received).with_source(error)
    }
}

fn undecodable(operation: Operation) -> Error {
    Error::new(ErrorKind::Decode, Some(operation), "the response is not what it should be".to_owned())
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("operation", &self.operation.id())
            .field("status", &self.status())
            .field("body", &format_args!("{} bytes", self.received.body.len()))
            .finish_non_exhaustive()
    }
}

impl<T> Response<T> {
    /// The HTTP status, one of 2xx.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header's value, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value itself.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// What had to be changed in the body to make it fit.
    #[must_use]
    pub fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// Changes the value and keeps the rest.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        let Self { status, headers, value, repairs } = self;
        Response { status, headers, value: change(value), repairs }
    }
}

impl Response<()> {
    fn with<T>(self, value: T) -> Response<T> {
        Response { status: self.status, headers: self.headers, value, repairs: self.repairs }
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status())
            .field("value", &self.value)
            .field("repairs", &self.repairs)
            .finish_non_exhaustive()
    }
}
