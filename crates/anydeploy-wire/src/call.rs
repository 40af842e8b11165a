//! One call: its parameters, and sending it.

use std::{fmt, pin::Pin, time::Instant};

use bytes::Bytes;
use reqwest::{
    Request, Url,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Answer, Error, File, Http, Operation, QueryValue, Reply, Secret, answer, form::Form, path};

/// A call that is ready: nothing is sent before it is awaited.
///
/// A boxed future keeps the generated clients cheap to compile: their methods need no state machine of their own.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<Reply<T>, Error>> + Send + 'a>>;

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
    pub fn path(mut self, name: &'a str, value: impl fmt::Display) -> Self {
        self.path.push((name, value.to_string()));
        self
    }

    /// Adds a query parameter; `None` adds nothing, a list repeats the name.
    pub fn query(mut self, name: &'a str, value: &(impl QueryValue + ?Sized)) -> Self {
        value.each(&mut |text| self.query.push((name, text.to_owned())));
        self
    }

    /// Sends this value as JSON.
    ///
    /// Without it a POST, PUT or PATCH sends no byte, still with `Content-Type: application/json`,
    /// because Dokploy answers 415 otherwise.
    pub fn body(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
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
    #[must_use = "nothing is sent before it is awaited"]
    pub fn json<T: DeserializeOwned>(self) -> Pending<'a, T> {
        Box::pin(async { self.send().await?.json() })
    }

    /// Sends the request and reads the answer by [`Answer::text`].
    #[must_use = "nothing is sent before it is awaited"]
    pub fn text(self) -> Pending<'a, String> {
        Box::pin(async { self.send().await?.text() })
    }

    /// Sends the request and reads the answer by [`Answer::text`], as text that is never shown.
    #[must_use = "nothing is sent before it is awaited"]
    pub fn secret(self) -> Pending<'a, Secret> {
        Box::pin(async { Ok(self.send().await?.text()?.map(Secret::from)) })
    }

    /// Sends the request and reads the answer by [`Answer::bytes`].
    #[must_use = "nothing is sent before it is awaited"]
    pub fn bytes(self) -> Pending<'a, Bytes> {
        Box::pin(async { self.send().await?.bytes() })
    }

    /// Sends the request and reads the answer by [`Answer::empty`].
    #[must_use = "nothing is sent before it is awaited"]
    pub fn empty(self) -> Pending<'a, ()> {
        Box::pin(async { self.send().await?.empty() })
    }

    async fn exchange(self) -> Result<Answer, Error> {
        let (http, operation) = (self.http, self.operation);
        let request = self.into_request()?;
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
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
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
