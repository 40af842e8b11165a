//! What is called: a method, an id, and a path template.

use std::{fmt, time::Duration};

/// The HTTP method of an [`Operation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// The method as it stands in a request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    pub(crate) const fn sends_content(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }

    pub(crate) const fn to_http(self) -> reqwest::Method {
        match self {
            Self::Get => reqwest::Method::GET,
            Self::Post => reqwest::Method::POST,
            Self::Put => reqwest::Method::PUT,
            Self::Patch => reqwest::Method::PATCH,
            Self::Delete => reqwest::Method::DELETE,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One operation of an API, as its document names it.
///
/// It appears in errors and traces in place of the filled URL, which would show ids.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::{Method, Operation};
///
/// const START: Operation = Operation::new(Method::Post, "start-application", "/applications/{uuid}/start");
/// assert_eq!(START.to_string(), "start-application (POST /applications/{uuid}/start)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    method: Method,
    id: &'static str,
    path: &'static str,
    accept: Option<&'static str>,
    timeout: Option<Duration>,
    has_no_body: bool,
    beside: Option<&'static str>,
}

impl Operation {
    /// An operation with the id of its document and its path template, such as `/teams/{id}`.
    #[must_use]
    pub const fn new(method: Method, id: &'static str, path: &'static str) -> Self {
        Self { method, id, path, accept: None, timeout: None, has_no_body: false, beside: None }
    }

    /// Accepts one more media type, such as `application/x-yaml`, after `application/json`.
    #[must_use]
    pub const fn accepting(self, media_type: &'static str) -> Self {
        Self { accept: Some(media_type), ..self }
    }

    /// Says that the operation takes no body, so that a call without one names no media type.
    #[must_use]
    pub const fn without_body(self) -> Self {
        Self { has_no_body: true, ..self }
    }

    /// Gives the server more time than the default of 30 s, because it does its work before it answers.
    #[must_use]
    pub const fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Says that the path is not below the base URL, but below what stands before this end of it, such as `/api`.
    #[must_use]
    pub const fn beside(self, end: &'static str) -> Self {
        Self { beside: Some(end), ..self }
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The operation's id in its document.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The path template, beginning with a slash, below the base URL.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The media type that is accepted besides JSON.
    #[must_use]
    pub const fn accept(&self) -> Option<&'static str> {
        self.accept
    }

    /// Whether the operation takes no body.
    #[must_use]
    pub const fn has_no_body(&self) -> bool {
        self.has_no_body
    }

    /// What stands before the path of the operation, for a base URL with this path; `None` if that ends otherwise.
    pub(crate) fn base_path<'a>(&self, base: &'a str) -> Option<&'a str> {
        let base = base.trim_end_matches('/');
        self.beside.map_or(Some(base), |end| base.strip_suffix(end))
    }

    /// The time for a whole call, where the server needs more than the default.
    #[must_use]
    pub const fn timeout(&self) -> Option<Duration> {
        self.timeout
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.id, self.method, self.path)
    }
}
