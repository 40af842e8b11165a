//! What the engine does after an error: one table from its kind.

use anydeploy_core::{CallKind, Error, ErrorKind};
use restate_sdk::errors::{HandlerError, TerminalError};

/// What follows from an error of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    /// The same read may succeed a little later, so the engine repeats the step.
    reads_again: bool,
    /// A trigger that was provably not acted on is worth another intent.
    sends_anew: bool,
    /// The HTTP status under which the error ends an invocation.
    code: u16,
}

/// Repeated, as reads and as triggers that were not acted on.
const fn again(code: u16) -> Rule {
    Rule { reads_again: true, sends_anew: true, code }
}

/// Not repeated by a read; a trigger is prepared anew.
const fn anew(code: u16) -> Rule {
    Rule { reads_again: false, sends_anew: true, code }
}

/// Never repeated.
const fn never(code: u16) -> Rule {
    Rule { reads_again: false, sends_anew: false, code }
}

/// The rule of each kind.
///
/// A 404 is safe to repeat, and repeating it would hold the key of its target for ever; so being safe is not enough.
const RULES: &[(ErrorKind, Rule)] = &[
    (ErrorKind::InvalidInput, never(400)),
    (ErrorKind::InvalidConfiguration, never(400)),
    (ErrorKind::Unsupported, never(400)),
    (ErrorKind::Unauthorized, never(401)),
    (ErrorKind::UnauthorizedOrRateLimited, never(401)),
    (ErrorKind::PermissionDenied, never(403)),
    (ErrorKind::ApiDisabled, never(403)),
    (ErrorKind::AddressNotAllowed, never(403)),
    (ErrorKind::RoleTooLow, never(403)),
    (ErrorKind::NotFound, never(404)),
    (ErrorKind::NotFoundOrForbidden, never(404)),
    (ErrorKind::Ambiguous, never(409)),
    (ErrorKind::Conflict, never(409)),
    (ErrorKind::AlreadyRunning, again(409)),
    (ErrorKind::RateLimited, again(429)),
    (ErrorKind::QueueFull, again(503)),
    (ErrorKind::Rejected, never(422)),
    (ErrorKind::Unavailable, again(502)),
    (ErrorKind::Unreachable, again(502)),
    (ErrorKind::CertificateRefused, never(502)),
    (ErrorKind::NoAnswer, again(504)),
    (ErrorKind::Unreadable, never(502)),
    (ErrorKind::AnswerTooLarge, never(502)),
    (ErrorKind::NotTriggered, anew(503)),
    // A person decides: whether it was acted on cannot be read.
    (ErrorKind::Undecidable, never(409)),
    // Nothing was sent, and the baseline of a new intent is fresh.
    (ErrorKind::IntentExpired, anew(503)),
    (ErrorKind::TimedOut, never(504)),
    (ErrorKind::Incomplete, never(409)),
    (ErrorKind::DryRun, never(403)),
];

/// The rule of a kind; one that a later release of the core adds is never repeated.
fn rule(kind: ErrorKind) -> Rule {
    RULES.iter().find(|(known, _)| *known == kind).map_or(never(500), |(_, rule)| *rule)
}

/// Whether a trigger that failed so was not acted on, and is worth another intent.
pub(crate) fn sends_anew(error: &Error) -> bool {
    error.is_safe_to_repeat() && rule(error.kind()).sends_anew
}

/// The error of a step that reads: repeated by the engine, or the end of the invocation.
pub(crate) fn of_read(error: &Error) -> HandlerError {
    if rule(error.kind()).reads_again { HandlerError::from(to_text(error)) } else { terminal(error).into() }
}

/// The error of a step that asks for a cancellation: repeated by the engine, or the end of the invocation.
pub(crate) fn of_cancel(error: &Error) -> HandlerError {
    if error.may_call_again(CallKind::Cancel) { HandlerError::from(to_text(error)) } else { terminal(error).into() }
}

/// The error as the end of an invocation.
pub(crate) fn terminal(error: &Error) -> TerminalError {
    TerminalError::new_with_code(rule(error.kind()).code, to_text(error))
}

/// The text under which the engine stores an error: the word of its kind, and its sentence.
fn to_text(error: &Error) -> String {
    let word = serde_json::to_value(error.kind()).ok();
    let word = word.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    format!("{word}: {error}")
}

/// The error that ended an invocation, from the text under which the engine stored it.
///
/// It is [`ErrorKind::Undecidable`] where the engine itself ended the invocation, as a cancel or a kill does: what it had
/// sent by then is not known.
pub(crate) fn from_text(text: &str) -> Error {
    let parsed = text.split_once(": ").and_then(|(word, sentence)| {
        let kind = serde_json::from_value(serde_json::Value::from(word)).ok()?;
        Some(Error::new(kind, sentence.to_owned()))
    });
    parsed.unwrap_or_else(|| {
        let message = format!("the invocation ended before its answer: {text}");
        Error::new(ErrorKind::Undecidable, message).with_advice("settle the target before deploying again")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_rule() {
        let named: Vec<_> = RULES.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(named, ErrorKind::ALL);
    }

    #[test]
    fn the_rules_agree_with_those_of_the_core() {
        for kind in ErrorKind::ALL {
            let (error, rule) = (Error::new(*kind, "x"), rule(*kind));
            assert_eq!(rule.reads_again, error.may_call_again(CallKind::Read), "{kind}");
            // The core calls with the same intent, and here it is a new one.
            let expected = error.may_call_again(CallKind::Trigger) || *kind == ErrorKind::IntentExpired;
            assert_eq!(sends_anew(&error), expected, "{kind}");
        }
    }

    #[test]
    fn an_error_keeps_its_kind_and_sentence_through_the_engine() {
        for kind in ErrorKind::ALL {
            let stored = terminal(&Error::new(*kind, "what happened: twice"));
            let read = from_text(stored.message());
            assert_eq!((read.kind(), read.to_string()), (*kind, "what happened: twice".to_owned()));
            assert!((400..600).contains(&stored.code()), "{kind}");
        }
    }

    #[test]
    fn an_invocation_that_the_engine_ended_leaves_its_trigger_undecided() {
        let error = from_text("cancelled");
        assert_eq!(error.kind(), ErrorKind::Undecidable);
        assert!(!error.is_safe_to_repeat());
    }
}
