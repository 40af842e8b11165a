//! One request: its parameters, and sending it.

use std::{any::Any, fmt, time::Instant};

use bytes::Bytes;
use reqwest::{
    Request,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
};
use serde::Serialize;
use tracing::Instrument;

use crate::{
    decode::Read,
    error::Error,
    form::{File, Form},
    http::Http,
    operation::{Method, Operation},
    path,
    query::QueryValue,
    receive::receive,
    response::{RawResponse, Response},
    response_future::{Exchange, ResponseFuture},
    secret::Secret,
    span,
    throttle::Class,
};

impl Http {
    /// Starts a request of an operation; nothing is sent before [`RequestBuilder::send`].
    pub fn request(&self, operation: &Operation) -> RequestBuilder<'_> {
        RequestBuilder {
            http: self,
            operation: *operation,
            path: Vec::new(),
            query: Vec::new(),
            content: None,
            form: None,
            refused: None,
            #[cfg(feature = "websocket")]
            socket_key: None,
        }
    }
}

/// A request as it is built; what is wrong with it is the error of [`send`](Self::send).
///
/// `Debug` shows the operation and no parameter.
#[must_use = "nothing is sent before `send`"]
pub struct RequestBuilder<'a> {
    pub(crate) http: &'a Http,
    pub(crate) operation: Operation,
    path: Vec<(&'a str, String)>,
    query: Vec<(&'a str, String)>,
    content: Option<(&'static str, Bytes)>,
    form: Option<Form>,
    refused: Option<Error>,
    /// The key of the handshake, if the request opens a socket.
    #[cfg(feature = "websocket")]
    pub(crate) socket_key: Option<String>,
}

impl<'a> RequestBuilder<'a> {
    /// Fills `{name}` of the path template.
    ///
    /// The value is percent-encoded and stays one segment.
    /// An empty value, one with a `.` or `..` segment, or one with control characters is refused.
    pub fn path(self, name: &'a str, value: impl fmt::Display) -> Self {
        self.path_text(name, value.to_string())
    }

    fn path_text(mut self, name: &'a str, value: String) -> Self {
        self.path.push((name, value));
        self
    }

    /// Adds a query parameter; `None` adds nothing, a list repeats the name.
    pub fn query(self, name: &'a str, value: &(impl QueryValue + ?Sized)) -> Self {
        self.query_texts(name, &value)
    }

    fn query_texts(mut self, name: &'a str, value: &dyn QueryValue) -> Self {
        value.each(&mut |text| self.query.push((name, text.to_owned())));
        self
    }

    /// Sends this value as JSON.
    ///
    /// Without it a POST, PUT or PATCH sends no byte, still with `Content-Type: application/json`,
    /// because Dokploy answers 415 otherwise; an operation [without body](Operation::without_body) names no type.
    pub fn body(self, value: &(impl Serialize + ?Sized)) -> Self {
        self.body_text(serde_json::to_vec(value))
    }

    fn body_text(mut self, written: serde_json::Result<Vec<u8>>) -> Self {
        match written {
            Ok(body) => return self.content("application/json", body),
            // The reason may quote a value, so it is left out.
            Err(_) => self.refused = Some(Error::argument(self.operation, "the body cannot be written as JSON")),
        }
        self
    }

    /// Sends this content as it is, as the given media type.
    pub fn content(mut self, media_type: &'static str, content: impl Into<Bytes>) -> Self {
        self.content = Some((media_type, content.into()));
        self
    }

    /// Sends a form, `multipart/form-data`, in place of any other content.
    ///
    /// It holds what [`field`](Self::field) and [`files`](Self::files) add to it.
    pub fn form(mut self) -> Self {
        self.form.get_or_insert_with(Form::new);
        self
    }

    /// Adds a field to the form; `None` adds nothing, a list repeats the name.
    pub fn field(mut self, name: &str, value: &(impl QueryValue + ?Sized)) -> Self {
        let form = self.form.get_or_insert_with(Form::new);
        value.each(&mut |text| form.field(name, text));
        self
    }

    /// Adds files to the form, all under one name.
    pub fn files<'f>(mut self, name: &str, files: impl IntoIterator<Item = &'f File>) -> Self {
        let form = self.form.get_or_insert_with(Form::new);
        files.into_iter().for_each(|file| form.file(name, file));
        self
    }

    /// Sends the request and reads a successful response.
    ///
    /// It is sent once: whether to repeat it is for the caller to decide.
    /// It may wait for its [turn](crate::throttle) before.
    /// It has a [span](crate#tracing), in which one event at level `DEBUG` has the operation and the milliseconds until
    /// the response was there.
    ///
    /// # Errors
    ///
    /// Every [`ErrorKind`](crate::ErrorKind) but `InvalidConfiguration`; `Decode` only if the
    /// [caller's own client](crate::HttpBuilder::client) followed a redirect.
    pub async fn send(self) -> Result<RawResponse, Error> {
        let operation = self.operation;
        let span = span::of(self.http, &operation);
        let started = Instant::now();
        let outcome = self.exchange().instrument(span.clone()).await;
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        span::record_end(&span, outcome.as_ref().map(RawResponse::status));
        span.in_scope(|| tracing::debug!(operation = operation.id(), elapsed_ms, "request"));
        outcome.map(|response| response.in_span(span))
    }

    /// Sends the request and reads the response by [`RawResponse::json`].
    pub fn json<T: Read + Send + 'static>(self) -> ResponseFuture<'a, T> {
        self.read_by(RawResponse::json, |response| Box::new(response.json::<T>()))
    }

    /// Sends the request and reads the response by [`RawResponse::text`].
    pub fn text(self) -> ResponseFuture<'a, String> {
        self.read_by(RawResponse::text, |response| Box::new(response.text()))
    }

    /// Sends the request and reads the response by [`RawResponse::text`], as text that is never shown.
    pub fn secret(self) -> ResponseFuture<'a, Secret> {
        self.read_by(RawResponse::secret, |response| Box::new(response.secret()))
    }

    /// Sends the request and reads the response by [`RawResponse::bytes`].
    pub fn bytes(self) -> ResponseFuture<'a, Bytes> {
        self.read_by(RawResponse::bytes, |response| Box::new(response.bytes()))
    }

    /// Sends the request and reads the response by [`RawResponse::empty`].
    pub fn empty(self) -> ResponseFuture<'a, ()> {
        self.read_by(RawResponse::empty, |response| Box::new(response.empty()))
    }

    fn read_by<T: Send + 'static>(
        self,
        read: fn(RawResponse) -> Result<Response<T>, Error>,
        read_as_any: fn(RawResponse) -> Box<dyn Any + Send>,
    ) -> ResponseFuture<'a, T> {
        ResponseFuture::new(self.boxed(), read, read_as_any)
    }

    /// Boxed where it is not generic, so that the state machine is compiled once.
    fn boxed(self) -> Exchange<'a> {
        Box::pin(self.send())
    }

    async fn exchange(self) -> Result<RawResponse, Error> {
        let (http, operation) = (self.http, self.operation);
        let mut request = self.into_request()?;
        let (class, timeout) = (Class::of(operation.method()), http.timeout_of(&operation));
        let permit = http.throttle().enter(class, class.patience(timeout)).await;
        let permit = permit.map_err(|wait| Error::throttled(operation, wait))?;
        *request.timeout_mut() = Some(class.time_left(timeout, permit.waited()));
        let outcome = exchange(http, operation, request).await;
        let (status, headers) = match &outcome {
            Ok(response) => (Some(response.status()), Some(response.headers())),
            Err(error) => (error.status(), error.headers()),
        };
        match (status.zip(headers), &outcome) {
            (Some((status, headers)), _) => permit.answered(status, headers),
            (None, Err(error)) if error.proves_unsent() => permit.not_sent(),
            _ => drop(permit),
        }
        outcome
    }

    fn into_request(self) -> Result<Request, Error> {
        #[cfg(feature = "websocket")]
        let socket_key = self.socket_key;
        let Self { http, operation, path, query, content, form, refused, .. } = self;
        if let Some(error) = refused {
            return Err(error);
        }
        let refuse = |reason| Error::argument(operation, reason);
        let mut url = http.url().clone();
        let base = operation.base_path(url.path());
        let base = base.ok_or_else(|| refuse("the base URL does not end as the operation expects".to_owned()))?;
        let path = path::fill(base, &operation, &path).map_err(refuse)?;
        url.set_path(&path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = Request::new(operation.method().to_http(), url);
        let headers = request.headers_mut();
        headers.clone_from(http.headers());
        headers.insert(ACCEPT, accept(operation)?);
        #[cfg(feature = "websocket")]
        if let Some(key) = &socket_key {
            crate::upgrade::ask_for(headers, key);
        }
        let (media_type, content) = match (form, content) {
            (Some(form), _) => form.finish(),
            (None, Some((media_type, content))) => (media_type.to_owned(), content),
            (None, None) if operation.method().sends_content() => {
                if !operation.has_no_body() {
                    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                }
                // Some proxies answer 411 to a POST that does not say that it is empty.
                headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
                return Ok(request);
            }
            (None, None) => return Ok(request),
        };
        let media_type = HeaderValue::try_from(media_type)
            .map_err(|_| refuse("the media type of the body cannot be a header".to_owned()))?;
        headers.insert(CONTENT_TYPE, media_type);
        *request.body_mut() = Some(content.into());
        Ok(request)
    }
}

async fn exchange(http: &Http, operation: Operation, request: Request) -> Result<RawResponse, Error> {
    // A client of ours follows no redirect, so that no other address answers.
    let url = http.may_resend().then(|| request.url().clone());
    let response = http.client().execute(request).await;
    let response = response.map_err(|error| {
        let error = Error::transport(operation, http.destination(), error);
        // A read changes nothing, however often it is sent.
        if http.may_resend() && operation.method() != Method::Get { error.maybe_sent() } else { error }
    })?;
    #[cfg(feature = "websocket")]
    if crate::upgrade::is_switched(&response) && url.as_ref().is_none_or(|url| url == response.url()) {
        return crate::upgrade::switched(http, operation, response).await;
    }
    receive(http, operation, url.as_ref(), response).await
}

impl fmt::Debug for RequestBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder").field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// JSON comes first: to a caller that accepts something else before it, Coolify sends its framework's
/// errors as web pages, and a 422 as a redirect.
fn accept(operation: Operation) -> Result<HeaderValue, Error> {
    match operation.accept() {
        None => Ok(HeaderValue::from_static("application/json")),
        Some(other) => HeaderValue::try_from(format!("application/json, {other};q=0.9"))
            .map_err(|_| Error::argument(operation, "the accepted media type cannot be a header")),
    }
}
