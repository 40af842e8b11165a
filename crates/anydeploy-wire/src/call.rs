//! One call: its parameters, and sending it.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;
use reqwest::{
    Request, Url,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
};
use serde::Serialize;

use crate::{Answer, Error, File, Http, Operation, QueryValue, Read, Reply, Secret, answer, form::Form, path};

/// A call that is ready, and how its answer is to be read.
///
/// One future for all operations keeps the clients cheap to compile: their methods need no state
/// machines of their own.
/// `Debug` shows nothing of the call.
#[must_use = "nothing is sent before it is awaited"]
pub struct Pending<'a, T> {
    answer: Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send + 'a>>,
    read: fn(Answer) -> Result<Reply<T>, Error>,
}

impl<T> Future for Pending<'_, T> {
    type Output = Result<Reply<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.answer.as_mut().poll(context) {
            Poll::Ready(Ok(answer)) => Poll::Ready((self.read)(answer)),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T> fmt::Debug for Pending<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

/// A call that is being put together; what is wrong with it is told by [`send`](Self::send).
///
/// `Debug` shows the operation and no parameter.
#[must_use = "nothing is sent before `send`"]
pub struct Call<'a> {
    http: &'a Http,
    operation: Operation,
    path: Vec<(&'a str, String)>,
    query: Vec<(&'a str, String)>,
    content: Option<(&'static str, Bytes)>,
    form: Option<Form>,
    refused: Option<Error>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(http: &'a Http, operation: Operation) -> Self {
        Self { http, operation, path: Vec::new(), query: Vec::new(), content: None, form: None, refused: None }
    }

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

    /// Sends the request and reads a successful answer.
    ///
    /// It is sent once: whether to repeat it is for the caller to decide.
    /// Emits one `tracing` event at level `DEBUG` with operation, method, path template, outcome
    /// and milliseconds.
    ///
    /// # Errors
    ///
    /// Every [`ErrorKind`](crate::ErrorKind) but `InvalidConfiguration` and `Decode`.
    pub async fn send(self) -> Result<Answer, Error> {
        let operation = self.operation;
        let started = Instant::now();
        let outcome = self.exchange().await;
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (status, failure) = match &outcome {
            Ok(answer) => (Some(answer.status()), None),
            Err(error) => (error.status(), Some(error.kind())),
        };
        tracing::debug!(
            operation = operation.id(),
            method = operation.method().as_str(),
            path = operation.path(),
            status,
            failure = failure.map(tracing::field::debug),
            elapsed_ms,
            "call"
        );
        outcome
    }

    /// Sends the request and reads the answer by [`Answer::json`].
    pub fn json<T: Read>(self) -> Pending<'a, T> {
        self.pending(Answer::json)
    }

    /// Sends the request and reads the answer by [`Answer::text`].
    pub fn text(self) -> Pending<'a, String> {
        self.pending(Answer::text)
    }

    /// Sends the request and reads the answer by [`Answer::text`], as text that is never shown.
    pub fn secret(self) -> Pending<'a, Secret> {
        self.pending(|answer| Ok(answer.text()?.map(Secret::from)))
    }

    /// Sends the request and reads the answer by [`Answer::bytes`].
    pub fn bytes(self) -> Pending<'a, Bytes> {
        self.pending(Answer::bytes)
    }

    /// Sends the request and reads the answer by [`Answer::empty`].
    pub fn empty(self) -> Pending<'a, ()> {
        self.pending(Answer::empty)
    }

    fn pending<T>(self, read: fn(Answer) -> Result<Reply<T>, Error>) -> Pending<'a, T> {
        Pending { answer: self.boxed(), read }
    }

    fn boxed(self) -> Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send + 'a>> {
        Box::pin(self.send())
    }

    async fn exchange(self) -> Result<Answer, Error> {
        let (http, operation) = (self.http, self.operation);
        let mut request = self.into_request()?;
        *request.timeout_mut() = Some(http.timeout_of(&operation));
        let response =
            http.client().execute(request).await.map_err(|error| Error::transport(operation, http.origin(), error))?;
        answer::receive(http, operation, response).await
    }

    fn into_request(self) -> Result<Request, Error> {
        let Self { http, operation, path, query, content, form, refused } = self;
        if let Some(error) = refused {
            return Err(error);
        }
        let refuse = |reason| Error::argument(operation, reason);
        let path = path::fill(&operation, &path).map_err(refuse)?;
        let mut url = Url::parse(&format!("{}{path}", http.base_url()))
            .map_err(|_| refuse("the path does not make a URL".to_owned()))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = Request::new(operation.method().to_http(), url);
        let headers = request.headers_mut();
        headers.clone_from(http.headers());
        headers.insert(ACCEPT, accept(operation)?);
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

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// JSON comes first: to anyone who accepts something else before it, Coolify sends its framework's
/// errors as web pages, and a 422 as a redirect.
fn accept(operation: Operation) -> Result<HeaderValue, Error> {
    match operation.accept() {
        None => Ok(HeaderValue::from_static("application/json")),
        Some(other) => HeaderValue::try_from(format!("application/json, {other};q=0.9"))
            .map_err(|_| Error::argument(operation, "the accepted media type cannot be a header")),
    }
}
