//! What is known after a call failed.

use std::{error::Error as StdError, fmt, time::Duration, time::SystemTime};

use bytes::Bytes;
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};

use crate::{Method, Operation, Redirect, decode::is_web_page, retry_after, sentence, transport};

/// A shorter credential is no secret worth the words that its removal would maim, in bytes.
const SHORTEST: usize = 6;

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A parameter or the body was refused here; nothing was sent.
    InvalidArgument,
    /// The base URL, a header, or a certificate was refused here; nothing was sent.
    InvalidConfiguration,
    /// No connection came about (name, refusal, TLS, connect timeout): no byte of the request was
    /// sent.
    Connect,
    /// The server's certificate was refused: no byte of the request was sent, and the next try ends
    /// alike.
    Certificate,
    /// The time for the whole call ran out; the server may have acted on the request.
    Timeout,
    /// The connection broke after the request may have been sent; the server may have acted on it.
    Interrupted,
    /// The answer to a request that succeeded is longer than the limit.
    TooLarge,
    /// The server answered with a status other than 2xx, redirects included.
    Status,
    /// The server answered 2xx, but with something other than its document says.
    Decode,
}

/// A failed call, or a client that could not be built.
///
/// `Display` is one line with the operation and its path template; neither it nor `Debug` shows a
/// body, the value of a header, a parameter, or the query of a URL.
/// What the server sent is there in full, for whoever asks: [`status`](Self::status),
/// [`headers`](Self::headers), [`body`](Self::body).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    operation: Option<Operation>,
    message: String,
    answer: Option<Received>,
    /// The headers that carried the credentials.
    sent: Vec<HeaderValue>,
    retry_after: Option<Duration>,
    redirect: Option<Redirect>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What had arrived of an answer when the call failed.
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

    /// Where the answer redirects to, which is never followed.
    #[must_use]
    pub fn redirect(&self) -> Option<&Redirect> {
        self.0.redirect.as_ref()
    }

    /// Whether the answer is a web page, by its content type or its beginning; the platforms' APIs
    /// answer JSON to a caller that asks for it.
    #[must_use]
    pub fn is_web_page(&self) -> bool {
        let Some(answer) = &self.0.answer else { return false };
        let says_html = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let says_html = says_html.is_some_and(|text| text.to_ascii_lowercase().contains("html"));
        let is_json = || matches!(answer.body.trim_ascii_start().first(), Some(b'{' | b'['));
        is_web_page(&answer.body) || (says_html && !answer.body.is_empty() && !is_json())
    }

    /// The server's own words, for who wants to show them: the sentence of the body with the
    /// complaints of a failed validation, on one line of at most 500 characters.
    ///
    /// It is not a part of `Display`.
    /// Secrets that are known by form or place are masked, and so are the credentials of the call;
    /// what else the server repeats from the request stays.
    /// `None` if the answer was a success, or holds no sentence, or is a web page.
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
        let answer = self.0.answer.as_ref().filter(|answer| !answer.status.is_success())?;
        let sentence = sentence::of(&answer.body).filter(|_| !self.is_web_page())?;
        sentence::shown(&self.without_credentials(&sentence))
    }

    /// The HTTP status, if the server answered at all.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.answer.as_ref().map(|answer| answer.status.as_u16())
    }

    /// The headers of the answer, if there was one.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The body of the answer, unchanged, if there was an answer.
    ///
    /// It ends early if it is longer than the limit or broke off, which for another status than
    /// 2xx does not change the kind of the error.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.0.answer.as_ref().map(|answer| &answer.body)
    }

    /// How long the server asks to wait, counted from the arrival of its answer.
    ///
    /// Reads `Retry-After` as seconds or as a date, a date by the server's own clock where it is
    /// told; at most one day.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// A text of the server's without the credentials of the call, should it have sent them back.
    ///
    /// Covers the token and the values of headers that were added by hand, if the server answered with
    /// another status than 2xx and they are at least 6 bytes long.
    #[must_use]
    pub fn without_credentials(&self, text: &str) -> String {
        let sent = self.0.sent.iter().filter_map(|value| value.to_str().ok());
        // The scheme is no secret.
        let secrets = sent.flat_map(|value| [Some(value), value.split_once(' ').map(|(_, secret)| secret)]).flatten();
        secrets
            .filter(|secret| secret.len() >= SHORTEST)
            .fold(text.to_owned(), |text, secret| text.replace(secret, "[redacted]"))
    }

    pub(crate) fn argument(operation: Operation, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, Some(operation), message.into())
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidConfiguration, None, message.into())
    }

    /// A failure of the transport, before or while the answer came.
    pub(crate) fn transport(operation: Operation, origin: &str, error: reqwest::Error) -> Self {
        let (kind, message) = if error.is_builder() {
            (ErrorKind::InvalidArgument, "the request could not be written".to_owned())
        } else if error.is_connect() {
            let cause = transport::cause(&error);
            let kind = if cause.is_certificate() { ErrorKind::Certificate } else { ErrorKind::Connect };
            (kind, format!("cannot connect to {origin}: {cause}"))
        } else if error.is_timeout() {
            (ErrorKind::Timeout, format!("{origin} did not answer in time"))
        } else {
            (ErrorKind::Interrupted, format!("the connection to {origin} broke"))
        };
        Self::new(kind, Some(operation), message).with_source(error.without_url())
    }

    pub(crate) fn new(kind: ErrorKind, operation: Option<Operation>, message: String) -> Self {
        Self(Box::new(Inner {
            kind,
            operation,
            message,
            answer: None,
            sent: Vec::new(),
            retry_after: None,
            redirect: None,
            source: None,
        }))
    }

    pub(crate) fn with_answer(mut self, answer: Received) -> Self {
        self.0.retry_after = retry_after::read(&answer.headers, SystemTime::now());
        self.0.answer = Some(answer);
        self
    }

    pub(crate) fn with_sent(mut self, headers: &HeaderMap) -> Self {
        self.0.sent = headers.values().cloned().collect();
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
        if let Some(answer) = &self.0.answer {
            debug.field("status", &answer.status.as_u16());
            debug.field("headers", &answer.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>());
            debug.field("body", &format_args!("{} bytes", answer.body.len()));
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
