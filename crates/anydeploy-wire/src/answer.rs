//! A successful answer, and the ways to read it.

use std::fmt;

use bytes::Bytes;
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap},
};

use crate::{
    DecodeError, Error, ErrorKind, Http, Operation, Read, Redirect, Repair, Repaired,
    decode::{decode_as, is_web_page},
    error::Received,
};

/// A 2xx answer whose body was read whole.
///
/// `Debug` shows the status and the length of the body.
pub struct Answer {
    operation: Operation,
    received: Received,
}

/// What an operation answered.
///
/// `Debug` shows status, value and repairs, and no header's value.
#[derive(Clone)]
pub struct Reply<T> {
    status: StatusCode,
    headers: HeaderMap,
    value: T,
    repairs: Vec<Repair>,
}

impl Answer {
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
    /// Repairs are told by one `tracing` event at level `WARN`, with the places and no value.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) if the body does not fit even so; its source is a
    /// [`DecodeError`].
    pub fn json<T: Read>(self) -> Result<Reply<T>, Error> {
        match decode_as(&self.received.body, self.says_html()) {
            Ok((value, repairs)) => Ok(self.reply(repairs).with(value)),
            Err(error) => Err(self.undecodable(error)),
        }
    }

    /// Reads the body as text, replacing what is not UTF-8.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) if the body is a web page, such as a login form.
    pub fn text(self) -> Result<Reply<String>, Error> {
        if is_web_page(&self.received.body) {
            return Err(self.undecodable(DecodeError::web_page("text")));
        }
        let text = String::from_utf8_lossy(&self.received.body);
        let changed = matches!(text, std::borrow::Cow::Owned(_));
        let repairs = changed.then(|| Repair::new(String::new(), Repaired::Converted));
        let text = text.into_owned();
        Ok(self.reply(repairs.into_iter().collect()).with(text))
    }

    /// Takes the body as it came.
    ///
    /// # Errors
    ///
    /// None today; the signature is that of the other ways to read an answer.
    pub fn bytes(self) -> Result<Reply<Bytes>, Error> {
        let body = self.received.body.clone();
        Ok(self.reply(Vec::new()).with(body))
    }

    /// Drops the body, whatever it is.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) if the body is a web page: a login form with status 200 does
    /// not mean that anything was done.
    pub fn empty(self) -> Result<Reply<()>, Error> {
        if is_web_page(&self.received.body) {
            return Err(self.undecodable(DecodeError::web_page("no content")));
        }
        Ok(self.reply(Vec::new()))
    }

    fn says_html(&self) -> bool {
        let content_type = self.received.headers.get(CONTENT_TYPE);
        content_type.and_then(|value| value.to_str().ok()).is_some_and(|text| text.contains("html"))
    }

    fn reply(self, repairs: Vec<Repair>) -> Reply<()> {
        if !repairs.is_empty() {
            tracing::warn!(operation = self.operation.id(), ?repairs, "the answer was repaired");
        }
        let Received { status, headers, .. } = self.received;
        Reply { status, headers, value: (), repairs }
    }

    fn undecodable(self, error: DecodeError) -> Error {
        Error::new(ErrorKind::Decode, Some(self.operation), "the answer is not what it should be".to_owned())
            .with_answer(self.received)
            .with_source(error)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("operation", &self.operation.id())
            .field("status", &self.status())
            .field("body", &format_args!("{} bytes", self.received.body.len()))
            .finish_non_exhaustive()
    }
}

impl<T> Reply<T> {
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
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        let Self { status, headers, value, repairs } = self;
        Reply { status, headers, value: change(value), repairs }
    }
}

impl Reply<()> {
    fn with<T>(self, value: T) -> Reply<T> {
        Reply { status: self.status, headers: self.headers, value, repairs: self.repairs }
    }
}

impl<T: fmt::Debug> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status())
            .field("value", &self.value)
            .field("repairs", &self.repairs)
            .finish_non_exhaustive()
    }
}

/// Reads a response up to the limit; whatever is not 2xx becomes an error that holds it.
pub(crate) async fn receive(http: &Http, operation: Operation, mut response: Response) -> Result<Answer, Error> {
    let status = response.status();
    let redirect = Redirect::of(&response);
    let (body, end) = read_body(&mut response, http.max_body()).await;
    let received = Received { status, headers: std::mem::take(response.headers_mut()), body };
    if !status.is_success() {
        let mut message = format!("answered {status}");
        if let Some(redirect) = &redirect {
            message = format!("{message}, {redirect}");
        }
        let error = Error::new(ErrorKind::Status, Some(operation), message);
        return Err(error.with_answer(received).with_sent(http.headers()).with_redirect(redirect));
    }
    match end {
        End::Whole => Ok(Answer { operation, received }),
        End::OverLimit => {
            let message = format!("answered {status} with more than {} bytes", http.max_body());
            Err(Error::new(ErrorKind::TooLarge, Some(operation), message).with_answer(received))
        }
        End::Broken(error) => Err(Error::transport(operation, http.origin(), error).with_answer(received)),
    }
}

enum End {
    Whole,
    OverLimit,
    Broken(reqwest::Error),
}

/// Reads chunk by chunk, so that no more than the limit and one chunk is ever held.
async fn read_body(response: &mut Response, limit: usize) -> (Bytes, End) {
    let mut body = Vec::new();
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = limit - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    break End::OverLimit;
                }
            }
            Ok(None) => break End::Whole,
            Err(error) => break End::Broken(error),
        }
    };
    (body.into(), end)
}
