//! From a failed exchange to an error a caller can act on; each platform adds its dialect.

mod speaker;

use std::time::Duration;

use anydeploy_wire::{self as wire, ErrorKind as WireKind};
use serde_json::Value;

use anydeploy_core::mask;
pub use speaker::is_of_gateway;
use speaker::{Speaker, speaker};

use crate::{Error, ErrorKind, LogLine, Platform};

/// What a server answered instead of success.
#[derive(Debug)]
#[non_exhaustive]
pub struct FailedAnswer<'a> {
    /// The status.
    pub status: u16,
    /// The body, if it is JSON.
    pub json: Option<Value>,
    /// The body as text, if it is neither a web page nor JSON.
    pub text: Option<&'a str>,
    body: &'a [u8],
    error: &'a wire::Error,
}

impl FailedAnswer<'_> {
    /// A header of the answer, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.error.headers()?.get(name)?.to_str().ok()
    }

    /// The body, without white space around it.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.trim_ascii()
    }

    fn is_web_page(&self) -> bool {
        self.error.is_web_page()
    }

    /// How long the server asks to wait in the usual header.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.error.retry_after()
    }

    /// The first of these members of the body that is a text.
    #[must_use]
    pub fn member(&self, names: &[&str]) -> Option<&str> {
        let json = self.json.as_ref()?;
        names.iter().find_map(|name| json.get(name)?.as_str())
    }
}

/// How a platform refuses, by which its answers are distinguished from those of something in front of it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an adapter states all of it")]
pub struct Dialect {
    /// The platform.
    pub platform: Platform,
    /// Whether an answer with a JSON object has the form of the platform's refusals.
    pub is_refusal: fn(&FailedAnswer<'_>) -> bool,
    /// Whether an answer that is neither a JSON object nor a web page may be the platform's.
    pub is_plain_refusal: fn(&FailedAnswer<'_>) -> bool,
    /// What a refusal of the platform means.
    pub classify: fn(&FailedAnswer<'_>) -> Classification,
}

/// The kind of error that a failed answer means on its platform, with what it says.
#[derive(Debug)]
#[non_exhaustive]
pub struct Classification {
    /// The kind.
    pub kind: ErrorKind,
    /// What happened, in our words; `None` takes the words of the kind.
    pub message: Option<&'static str>,
    /// The server's own sentence.
    pub sentence: Option<String>,
    /// How long the server asks to wait, if it says so elsewhere than in `Retry-After`.
    pub retry_after: Option<Duration>,
}

impl Classification {
    /// A classification of this kind, with what happened in our words (by default those of the kind), and the server's own
    /// sentence.
    #[must_use]
    pub fn new(kind: ErrorKind, message: Option<&'static str>, sentence: Option<String>) -> Self {
        Self { kind, message, sentence, retry_after: None }
    }

    /// The classification that a status usually has.
    #[must_use]
    pub fn of_status(status: u16, sentence: Option<String>) -> Self {
        let kind = match status {
            401 => ErrorKind::Unauthorized,
            403 => ErrorKind::PermissionDenied,
            404 => ErrorKind::NotFound,
            405 | 501 => ErrorKind::Unsupported,
            409 => ErrorKind::Conflict,
            429 => ErrorKind::RateLimited,
            408 | 500.. => ErrorKind::Unavailable,
            _ => ErrorKind::Rejected,
        };
        Self { kind, message: None, sentence, retry_after: None }
    }

    /// The classification of an answer that lacks the form in which the platform refuses: something in front of it answers.
    ///
    /// It is [`ErrorKind::Unreadable`], so that it says nothing about token, id or permission.
    /// A status that never says anything about them (408, 429, 5xx) keeps its usual meaning.
    #[must_use]
    pub fn of_foreign(status: u16) -> Self {
        match status {
            408 | 429 | 500.. => Self::of_status(status, None),
            _ => Self::new(ErrorKind::Unreadable, Speaker::Other.reason(), None),
        }
    }
}

/// Turns a failed exchange into an error.
///
/// An answer that is not the platform's never becomes a statement about token, id or permission.
/// Web pages, redirects, plain text, and what the usual gateways answer are recognised here.
/// The [`Dialect`] of the platform decides about the rest.
/// The error of an operation that only reads is one of a read, which is safe to repeat and does not mention a trigger.
#[must_use]
pub fn translate(dialect: &Dialect, error: wire::Error) -> Error {
    let message = || error.message().to_owned();
    let translated = match error.kind() {
        WireKind::Status => refused(dialect, &error),
        WireKind::InvalidArgument => Error::new(ErrorKind::InvalidInput, message()),
        WireKind::InvalidConfiguration => Error::new(ErrorKind::InvalidConfiguration, message()),
        WireKind::Connect => Error::new(ErrorKind::Unreachable, message()),
        WireKind::Certificate => Error::new(ErrorKind::CertificateRefused, message()),
        WireKind::Interrupted => {
            Error::new(ErrorKind::NoAnswer, format!("{} before the answer was complete", message()))
        }
        WireKind::TooLarge => Error::new(ErrorKind::AnswerTooLarge, message()),
        WireKind::Decode if error.is_web_page() => Error::new(ErrorKind::Unreadable, PAGE),
        WireKind::Decode => Error::new(ErrorKind::Unreadable, message()),
        _ => Error::new(ErrorKind::NoAnswer, message()),
    };
    let translated = match error.status() {
        Some(status) => translated.with_status(status),
        None => translated,
    };
    // All three platforms act on POST, PUT, PATCH and DELETE alone, and this crate triggers by POST alone.
    let translated = if error.method() == Some(wire::Method::Get) { translated.of_read() } else { translated };
    translated.with_platform(dialect.platform.clone()).with_operation(error.operation().to_owned()).with_source(error)
}

/// The message of a success that is a web page.
const PAGE: &str = "something in front of the platform answers, with a web page";

fn refused(dialect: &Dialect, error: &wire::Error) -> Error {
    let status = error.status().unwrap_or_default();
    let body = error.body().map(|body| &**body).unwrap_or_default();
    // A web page or JSON, whole or cut off, may hold anything.
    let is_sentence = |text: &&str| !text.is_empty() && !text.starts_with(['<', '{', '[', '"']);
    let text = std::str::from_utf8(body).ok().map(str::trim).filter(is_sentence).filter(|_| !error.is_web_page());
    let json = serde_json::from_slice(body).ok().filter(Value::is_object);
    let answer = FailedAnswer { status, json, text, body, error };
    if let Some(redirect) = error.redirect() {
        // Redirects are never followed, so that a token never travels to another origin.
        let message = format!("the answer is a redirect, {redirect}");
        // The platforms redirect within themselves where a path is wrong; anything else is done in front of them.
        let kind = match redirect.kind() {
            wire::RedirectKind::SameHost => ErrorKind::Rejected,
            _ => ErrorKind::Unreadable,
        };
        return Error::new(kind, message).with_advice("");
    }
    let speaker = speaker(dialect, &answer);
    if let Some(reason) = speaker.reason() {
        let foreign = Error::new(ErrorKind::Unreadable, reason).with_retry_after(error.retry_after());
        return match speaker {
            Speaker::Challenge => foreign.with_advice("let calls of the API pass the challenge"),
            Speaker::Broken => foreign.with_advice("try again later"),
            _ => foreign,
        };
    }
    let classified = (dialect.classify)(&answer);
    let message = classified.message.unwrap_or(classified.kind.as_str());
    let translated =
        Error::new(classified.kind, message).with_retry_after(classified.retry_after.or_else(|| error.retry_after()));
    match classified.sentence {
        Some(sentence) => translated.with_server_message(&error.without_credentials(&sentence)),
        None => translated,
    }
}

/// A line of a log without control sequences and secrets, for the reason of a failure.
///
/// A control sequence that is not well formed may swallow the first letter of a secret's name, so that secrets are removed
/// first.
#[must_use]
pub fn plain(line: &str) -> String {
    LogLine::new(mask(line)).plain()
}

/// The error of a trigger that cannot be recovered: undecidable, unless it was provably not acted on.
#[must_use]
pub fn trigger_failed(error: Error) -> Error {
    if error.is_safe_to_repeat() {
        return error;
    }
    after_loss(ErrorKind::Undecidable, "nothing shows whether it was acted on", error)
}

/// The error of a trigger whose answer is lost, with what is known of it.
#[must_use]
pub fn after_loss(kind: ErrorKind, known: &str, lost: Error) -> Error {
    let message = format!("the answer to the trigger is lost ({}), and {known}", lost.kind());
    about(Error::new(kind, message), lost)
}

/// The error of a trigger that was accepted by an answer without the deployment, with what is known of it.
pub(crate) fn after_acceptance(kind: ErrorKind, known: &str, unnamed: Error) -> Error {
    let message = format!("the trigger was accepted, the answer names no deployment, and {known}");
    about(Error::new(kind, message), unnamed)
}

/// The error with what the answer says that it is about.
fn about(mut error: Error, answer: Error) -> Error {
    if let Some(platform) = answer.platform() {
        error = error.with_platform(platform.clone());
    }
    if let Some(operation) = answer.operation() {
        error = error.with_operation(operation.to_owned());
    }
    if let Some(status) = answer.status() {
        error = error.with_status(status);
    }
    if let Some(sentence) = answer.server_message() {
        error = error.with_server_message(sentence);
    }
    error.with_retry_after(answer.retry_after()).with_source(answer)
}
