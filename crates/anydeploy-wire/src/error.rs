//! What is known after a request failed.

use std::{error::Error as StdError, fmt, time::Duration, time::SystemTime};

use bytes::Bytes;
use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use crate::{
    connect_error::connect_error,
    operation::{Method, Operation},
    redirect::Redirect,
    retry_after, server_message,
    web_page::{is_web_page, says_html},
};

/// Shorter credentials, in bytes, are not redacted: removing them would garble ordinary text.
const MIN_REDACTED_LENGTH: usize = 6;

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A parameter or the body was refused here; nothing was sent.
    InvalidArgument,
    /// The base URL, a header, or a certificate was refused here; nothing was sent.
    InvalidConfiguration,
    /// The request would have waited for its [budget](crate::throttle) for longer than its timeout allows; nothing was
    /// sent.
    Throttled,
    /// No connection could be made (name, refusal, TLS, connect timeout): no byte of the request was
    /// sent.
    Connect,
    /// The server's certificate was refused: no byte of the request was sent, and another try is
    /// refused too.
    Certificate,
    /// The time for the whole request ran out; the server may have acted on it.
    Timeout,
    /// The connection broke after the request may have been sent; the server may have acted on it.
    Interrupted,
    /// The response to a request that succeeded is longer than the limit.
    TooLarge,
    /// The server answered with a status other than 2xx, redirects included.
    Status,
    /// The server answered 2xx, but the body does not fit the document of the operation; or a client
    /// of the [caller's own](crate::HttpBuilder::client) followed a redirect, whatever the status.
    Decode,
}

impl ErrorKind {
    /// The kind as one word in lower case, as it stands in a trace.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::InvalidConfiguration => "invalid_configuration",
            Self::Throttled => "throttled",
            Self::Connect => "connect",
            Self::Certificate => "certificate",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::TooLarge => "too_large",
            Self::Status => "status",
            Self::Decode => "decode",
        }
    }
}

/// A failed request, or a client that could not be built.
///
/// `Display` is one line with the operation and its path template; neither it nor `Debug` shows a
/// body, the value of a header, a parameter, or the query of a URL.
/// [`status`](Self::status), [`headers`](Self::headers) and [`body`](Self::body) hold in full what
/// the server sent.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    operation: Option<Operation>,
    message: String,
    response: Option<Received>,
    /// The headers that carried credentials.
    sent: Vec<HeaderValue>,
    retry_after: Option<Duration>,
    redirect: Option<Redirect>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What had arrived of a response when the request failed.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Error {
    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The id of the operation, or `build` if an [`Http`](crate::Http) could not be built.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.0.operation.as_ref().map_or("build", Operation::id)
    }

    /// The method of the operation; `None` if an [`Http`](crate::Http) could not be built.
    #[must_use]
    pub fn method(&self) -> Option<Method> {
        self.0.operation.as_ref().map(Operation::method)
    }

    /// What happened, as `Display` says it, without the operation.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where the response redirects to, which is never followed.
    #[must_use]
    pub fn redirect(&self) -> Option<&Redirect> {
        self.0.redirect.as_ref()
    }

    /// Whether the response is a web page, by its content type or its beginning; the platforms' APIs
    /// answer JSON to a caller that asks for it.
    #[must_use]
    pub fn is_web_page(&self) -> bool {
        let Some(response) = &self.0.response else { return false };
        let is_json = || matches!(response.body.trim_ascii_start().first(), Some(b'{' | b'['));
        is_web_page(&response.body) || (says_html(&response.headers) && !response.body.is_empty() && !is_json())
    }

    /// The server's own words: the message of the body and the findings of a failed validation, on one
    /// line of at most 500 characters.
    ///
    /// It is not a part of `Display`.
    /// Secrets that are known by form or place are masked, and so are the credentials of the request;
    /// what else the server repeats from the request stays.
    /// `None` if the response is a success or a web page, or holds no message.
    ///
    /// ```
    /// # use anydeploy_wire::Error;
    /// fn explain(error: &Error) -> String {
    ///     // "… answered 422 Unprocessable Content: Validation failed. is_build_time: This field is not allowed."
    ///     match error.server_message() {
    ///         Some(message) => format!("{error}: {message}"),
    ///         None => error.to_string(),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn server_message(&self) -> Option<String> {
        let response = self.0.response.as_ref().filter(|response| !response.status.is_success())?;
        let message = server_message::read(&response.body).filter(|_| !self.is_web_page())?;
        server_message::shown(&self.without_credentials(&message))
    }

    /// The HTTP status, if the server answered at all.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.response.as_ref().map(|response| response.status.as_u16())
    }

    /// The headers of the response, if there was one.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.response.as_ref().map(|response| &response.headers)
    }

    /// The body of the response, unchanged, if there was one.
    ///
    /// It ends early if it is longer than the limit or broke off, which for another status than
    /// 2xx does not change the kind of the error.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.0.response.as_ref().map(|response| &response.body)
    }

    /// How long the server asks to wait, counted from the arrival of its response; for a request that was
    /// [throttled](ErrorKind::Throttled), how long it would have waited.
    ///
    /// Reads `Retry-After` as seconds or as a date, a date by the server's own clock if the response
    /// has a `Date`; at most one day.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// A text of the server without the credentials of the request, should it have sent them back.
    ///
    /// Covers the token and the values of headers that were added by hand, if the server answered with
    /// another status than 2xx and they are at least 6 bytes long.
    #[must_use]
    pub fn without_credentials(&self, text: &str) -> String {
        let sent = self.0.sent.iter().filter_map(|value| value.to_str().ok());
        // The scheme is no secret.
        let secrets = sent.flat_map(|value| [Some(value), value.split_once(' ').map(|(_, secret)| secret)]).flatten();
        secrets
            .filter(|secret| secret.len() >= MIN_REDACTED_LENGTH)
            .fold(text.to_owned(), |text, secret| text.replace(secret, "[redacted]"))
    }

    pub(crate) fn argument(operation: Operation, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, Some(operation), message.into())
    }

    /// A response that was received and never read, because the runtime is shutting down.
    pub(crate) fn unread(operation: Operation, source: impl StdError + Send + Sync + 'static) -> Self {
        let message = "the response was not read, because the runtime is shutting down";
        Self::new(ErrorKind::Interrupted, Some(operation), message.to_owned()).with_source(source)
    }

    /// A request that was not sent, because it would have waited for so long.
    pub(crate) fn throttled(operation: Operation, wait: Duration) -> Self {
        let message = "not sent, as the rate limit leaves no room for it yet";
        let mut error = Self::new(ErrorKind::Throttled, Some(operation), message.to_owned());
        error.0.retry_after = Some(wait);
        error
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidConfiguration, None, message.into())
    }

    /// A failure of the transport, before or while the response came.
    pub(crate) fn transport(operation: Operation, destination: &str, error: reqwest::Error) -> Self {
        let (kind, message) = if error.is_builder() {
            (ErrorKind::InvalidArgument, "the request could not be written".to_owned())
        } else if error.is_connect() {
            let cause = connect_error(&error);
            let kind = if cause.is_certificate() { ErrorKind::Certificate } else { ErrorKind::Connect };
            (kind, format!("cannot connect to {destination}: {cause}"))
        } else if error.is_timeout() {
            (ErrorKind::Timeout, format!("{destination} did not answer in time"))
        } else if error.is_redirect() {
            // Only a client of the caller's own follows any; the request itself was answered.
            let message =
                "the HTTP client that the caller gave stopped at a redirect; build it with `redirect(Policy::none())`";
            (ErrorKind::Interrupted, message.to_owned())
        } else {
            (ErrorKind::Interrupted, format!("the connection to {destination} broke"))
        };
        Self::new(kind, Some(operation), message).with_source(error.without_url())
    }

    /// The same failure where the request may have been sent before, so that it proves nothing.
    pub(crate) fn maybe_sent(mut self) -> Self {
        if !matches!(self.0.kind, ErrorKind::Timeout | ErrorKind::Interrupted) {
            self.0.kind = ErrorKind::Interrupted;
            self.0.message += "; the HTTP client that the caller gave may have sent the request before";
        }
        self
    }

    /// Whether no byte of the request was sent.
    pub(crate) fn proves_unsent(&self) -> bool {
        use ErrorKind::{Certificate, Connect, InvalidArgument, InvalidConfiguration, Throttled};
        matches!(self.0.kind, InvalidArgument | InvalidConfiguration | Throttled | Connect | Certificate)
    }

    pub(crate) fn new(kind: ErrorKind, operation: Option<Operation>, message: String) -> Self {
        Self(Box::new(Inner {
            kind,
            operation,
            message,
            response: None,
            sent: Vec::new(),
            retry_after: None,
            redirect: None,
            source: None,
        }))
    }

    pub(crate) fn with_response(mut self, response: Received) -> Self {
        self.0.retry_after = retry_after::read(&response.headers, SystemTime::now());
        self.0.response = Some(response);
        self
    }

    pub(crate) fn with_sent(mut self, headers: &HeaderMap) -> Self {
        self.0.sent = headers.values().filter(|value| value.is_sensitive()).cloned().collect();
        self
    }

    pub(crate) fn with_redirect(mut self, redirect: Option<Redirect>) -> Self {
        self.0.redirect = redirect;
        self
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.0.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("operation", &self.operation());
        debug.field("message", &self.0.message);
        if let Some(response) = &self.0.response {
            debug.field("status", &response.status.as_u16());
            debug.field("headers", &response.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>());
            debug.field("body", &format_args!("{} bytes", response.body.len()));
        }
        if let Some(wait) = &self.0.retry_after {
            debug.field("retry_after", wait);
        }
        if let Some(source) = &self.0.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
