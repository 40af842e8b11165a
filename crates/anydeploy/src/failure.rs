//! From a failed exchange to an error a caller can act on; each platform adds its dialect.

mod mask;

use std::time::Duration;

use anydeploy_wire::{self as wire, ErrorKind as WireKind};
use serde_json::Value;

use mask::beginning;
pub(crate) use mask::mask;

use crate::{Error, ErrorKind, Platform};

/// What a server answered instead of success.
#[derive(Debug)]
pub(crate) struct Refusal<'a> {
    pub(crate) status: u16,
    /// The body, if it is JSON.
    pub(crate) json: Option<Value>,
    /// The body as text, if it is neither a web page nor JSON.
    pub(crate) text: Option<&'a str>,
    error: &'a wire::Error,
}

impl Refusal<'_> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.error.headers()?.get(name)?.to_str().ok()
    }

    /// How long the server asks to wait in the usual header.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.error.retry_after()
    }

    /// The first of these members of the body that is a text.
    pub(crate) fn member(&self, names: &[&str]) -> Option<&str> {
        let json = self.json.as_ref()?;
        names.iter().find_map(|name| json.get(name)?.as_str())
    }
}

/// What a platform means by a refusal.
#[derive(Debug)]
pub(crate) struct Meaning {
    pub(crate) kind: ErrorKind,
    /// What happened, in our words; `None` takes the words of the kind.
    pub(crate) message: Option<&'static str>,
    /// The server's own sentence.
    pub(crate) sentence: Option<String>,
    pub(crate) retry_after: Option<Duration>,
}

impl Meaning {
    /// The usual meaning of a status.
    pub(crate) fn of_status(status: u16, sentence: Option<String>) -> Self {
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
}

/// Turns a failed exchange into an error; `meaning` knows what the platform means by a refusal.
pub(crate) fn translate(
    platform: Platform,
    error: wire::Error,
    meaning: impl FnOnce(&Refusal<'_>) -> Meaning,
) -> Error {
    let translated = match error.kind() {
        WireKind::Status => refused(&error, meaning),
        WireKind::InvalidArgument => Error::new(ErrorKind::InvalidInput, error.to_string()),
        WireKind::InvalidConfiguration => Error::new(ErrorKind::InvalidConfiguration, error.to_string()),
        WireKind::Connect => Error::new(ErrorKind::Unreachable, "no connection could be made"),
        WireKind::Timeout => Error::new(ErrorKind::NoAnswer, "no answer came in time"),
        WireKind::Interrupted => Error::new(ErrorKind::NoAnswer, "the connection broke before the answer was complete"),
        WireKind::TooLarge => Error::new(ErrorKind::AnswerTooLarge, error.to_string()),
        WireKind::Decode => Error::new(ErrorKind::Unreadable, error.to_string()),
        _ => Error::new(ErrorKind::NoAnswer, error.to_string()),
    };
    let translated = match error.status() {
        Some(status) => translated.with_status(status),
        None => translated,
    };
    translated.with_platform(platform).with_operation(error.operation().to_owned()).with_source(error)
}

fn refused(error: &wire::Error, meaning: impl FnOnce(&Refusal<'_>) -> Meaning) -> Error {
    let status = error.status().unwrap_or_default();
    let body = error.body().map(|body| &**body).unwrap_or_default();
    // A web page or JSON, whole or cut off, may hold anything.
    let is_sentence = |text: &&str| !text.is_empty() && !text.starts_with(['<', '{', '[', '"']);
    let text = std::str::from_utf8(body).ok().map(str::trim).filter(is_sentence);
    let refusal = Refusal { status, json: serde_json::from_slice(body).ok().filter(Value::is_object), text, error };
    if (300..400).contains(&status) {
        // Redirects are never followed, so that a token never travels to another origin.
        return Error::new(ErrorKind::Rejected, "the server sends callers elsewhere; set that address as the URL");
    }
    // A proxy without a server behind it says 404 too, in its own words; the platforms say it in JSON.
    if status == 404 && refusal.json.is_none() && !body.is_empty() {
        return Error::new(ErrorKind::Unreadable, "somebody other than the platform says that there is no such thing");
    }
    let meaning = meaning(&refusal);
    let message = meaning.message.unwrap_or(meaning.kind.as_str());
    let translated =
        Error::new(meaning.kind, message).with_retry_after(meaning.retry_after.or_else(|| error.retry_after()));
    match meaning.sentence {
        Some(sentence) => translated.with_server_message(&mask(&error.without_credentials(beginning(&sentence)))),
        None => translated,
    }
}

/// The error of a trigger that nothing can look for: unless it was provably not acted on, that cannot be told.
pub(crate) fn trigger_failed(error: Error) -> Error {
    if error.is_safe_to_repeat() {
        return error;
    }
    after_loss(ErrorKind::Undecidable, "whether it was acted on cannot be told", error)
}

/// The error of a trigger whose answer is lost, with what is known of it since.
pub(crate) fn after_loss(kind: ErrorKind, known: &str, lost: Error) -> Error {
    let mut error = Error::new(kind, format!("the answer to the trigger is lost ({}), and {known}", lost.kind()));
    if let Some(platform) = lost.platform() {
        error = error.with_platform(platform.clone());
    }
    if let Some(operation) = lost.operation() {
        error = error.with_operation(operation.to_owned());
    }
    if let Some(status) = lost.status() {
        error = error.with_status(status);
    }
    if let Some(sentence) = lost.server_message() {
        error = error.with_server_message(sentence);
    }
    error.with_retry_after(lost.retry_after()).with_source(lost)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_beginning_is_short_and_ends_with_a_whole_word(word in r"\S{1,12}", space in "[ \n]", times in 0..3000_usize) {
            let words = format!("{word}{space}").repeat(times);
            let start = beginning(&words);
            prop_assert!(start.chars().count() <= 4096 && words.starts_with(start));
            prop_assert!(start.len() == words.len() || start.chars().count() + word.chars().count() >= 4096);
            prop_assert!(start.is_empty() || start.trim_end().ends_with(&word));
            let long = "x".repeat(times + 4097);
            prop_assert_eq!(beginning(&long), "");
        }
    }
}
