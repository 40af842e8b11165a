//! The one error of this crate: what happened, on which platform and operation, and what to do next.

mod document;
mod kind;
mod obstacle;
mod partial;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use kind::ErrorKind;
pub use obstacle::RollbackObstacle;
pub use partial::Partial;

use anydeploy_mask::one_line;

use crate::{CallKind, Deployment, Platform};

/// How many characters of a server's own sentence are kept.
const MAX_SERVER_MESSAGE: usize = 300;

/// A failure, with everything a caller needs to decide what to do.
///
/// It is one pointer wide.
/// `Display` is one line without the source; `{:#}` appends the chain of sources.
/// What to do next is a part of it if the error is of a platform; an error that a program makes itself has no advice
/// unless it is given by [`with_advice`](Self::with_advice).
/// It never holds a credential.
///
/// It is a value: it can be cloned, compared and stored.
/// Its [JSON form](crate#json) has all its parts; the sources become sentences, and an error that was read back has these
/// as its sources.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    platform: Option<Platform>,
    operation: Option<Cow<'static, str>>,
    status: Option<u16>,
    server_message: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    safe_to_repeat: bool,
    read: bool,
    advice: Option<Cow<'static, str>>,
    last: Option<Deployment>,
    partial: Option<Partial>,
    obstacle: Option<RollbackObstacle>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of a kind, with a message that says what happened in lower case and without a full stop.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            platform: None,
            operation: None,
            status: None,
            server_message: None,
            retry_after: None,
            attempts: 1,
            safe_to_repeat: kind.is_safe_to_repeat(),
            read: false,
            advice: None,
            last: None,
            partial: None,
            obstacle: None,
            source: None,
        }))
    }

    /// An [`ErrorKind::Unsupported`] error: `platform` does not offer `what`.
    #[must_use]
    pub fn unsupported(platform: Platform, what: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Unsupported, format!("does not offer {what}")).with_platform(platform)
    }

    /// The same error, on this platform.
    #[must_use]
    pub fn with_platform(mut self, platform: Platform) -> Self {
        self.0.platform = Some(platform);
        self
    }

    /// The same error, in this operation of the platform's API.
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation = Some(operation.into());
        self
    }

    /// The same error, with the HTTP status of the answer.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// The same error, with the server's own sentence; its secrets are masked by [`mask`](crate::mask), and it is cut to
    /// 300 characters on one line without control sequences.
    #[must_use]
    pub fn with_server_message(mut self, message: &str) -> Self {
        let mut line = one_line(message);
        if let Some((end, _)) = line.char_indices().nth(MAX_SERVER_MESSAGE) {
            line.truncate(end);
            line.push('…');
        }
        self.0.server_message = (!line.is_empty()).then_some(line);
        self
    }

    /// The same error, with the time the server asked to wait.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// The same error, after this many attempts.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The same error, where the adapter knows better than the kind whether the request was acted on.
    #[must_use]
    pub fn with_safe_to_repeat(mut self, safe: bool) -> Self {
        self.0.safe_to_repeat = safe;
        self
    }

    /// The same error, of a request that only reads: it never speaks of a trigger, and is safe to repeat.
    #[must_use]
    pub fn of_read(mut self) -> Self {
        (self.0.read, self.0.safe_to_repeat) = (true, true);
        self
    }

    /// The same error, with what to do next in place of the advice that goes with its kind; empty is none.
    #[must_use]
    pub fn with_advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// The same error, with the deployment as it was read last.
    #[must_use]
    pub fn with_last(mut self, last: Option<Deployment>) -> Self {
        self.0.last = last;
        self
    }

    /// The same error, with what was written before it and what was not.
    #[must_use]
    pub fn with_partial(mut self, partial: Option<Partial>) -> Self {
        self.0.partial = partial;
        self
    }

    /// The same error, with why a target cannot go back to a version.
    #[must_use]
    pub fn with_obstacle(mut self, obstacle: Option<RollbackObstacle>) -> Self {
        self.0.obstacle = obstacle;
        self
    }

    /// The same error, whose message goes on with another sentence: what was done about it, in lower case and without a
    /// full stop.
    #[must_use]
    pub fn with_remark(mut self, remark: &str) -> Self {
        if !remark.is_empty() {
            self.0.message = format!("{}; {remark}", self.0.message).into();
        }
        self
    }

    /// The same error, with its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The platform, unless the error arose before one was known.
    #[must_use]
    pub fn platform(&self) -> Option<&Platform> {
        self.0.platform.as_ref()
    }

    /// The operation of the platform's API, under the platform's own name.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The HTTP status, if an answer came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// What the server said, in its own words.
    #[must_use]
    pub fn server_message(&self) -> Option<&str> {
        self.0.server_message.as_deref()
    }

    /// How long the server asked to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many times the request was sent or tried; 1 if it was not retried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The deployment as it was read last, before the call ended with this error.
    #[must_use]
    pub fn last(&self) -> Option<&Deployment> {
        self.0.last.as_ref()
    }

    /// What was written before the call ended with this error, and what was not; `None` if nothing was.
    #[must_use]
    pub fn partial(&self) -> Option<&Partial> {
        self.0.partial.as_ref()
    }

    /// Why the target cannot go back to the version that was asked for.
    #[must_use]
    pub fn obstacle(&self) -> Option<RollbackObstacle> {
        self.0.obstacle
    }

    /// What to do next, as the last part of `Display`; empty where the message says it, or nothing is known.
    #[must_use]
    pub fn advice(&self) -> &str {
        match &self.0.advice {
            Some(advice) => advice,
            None if self.0.platform.is_some() => self.0.kind.advice(self.0.safe_to_repeat, self.0.read),
            None => "",
        }
    }

    /// Whether the same *read* may well succeed a little later.
    ///
    /// # Troubleshooting
    /// `true` for rate limits, full queues, server failures and broken connections.
    /// It says nothing about repeating a trigger: ask [`is_safe_to_repeat`](Self::is_safe_to_repeat).
    /// If it stays `true` for minutes, check the server's own health and every proxy in front of it.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.0.kind.is_transient()
    }

    /// Whether it is open if the request was acted on.
    ///
    /// # Troubleshooting
    /// `true` for a trigger whose answer was lost and whose deployment was not found, or cannot be identified.
    /// Read the target's [`history`](crate::DeployerExt::history_of) before you deploy again.
    /// A failed read is never ambiguous.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        !self.0.safe_to_repeat && self.0.kind.is_ambiguous()
    }

    /// Whether a program, or an engine that runs steps again, may make the same call again.
    ///
    /// A read may be made again if it [is transient](Self::is_transient).
    /// A trigger may be sent again only if it was provably not acted on ([`is_safe_to_repeat`](Self::is_safe_to_repeat))
    /// and sending it again may help: the cause is transient, or it is [`ErrorKind::NotTriggered`].
    /// Stopping twice stops once, so a cancel follows the rule of reads.
    /// A write may be made again only if it was provably not acted on, and the cause is transient.
    #[must_use]
    pub fn may_call_again(&self, call: CallKind) -> bool {
        match call {
            CallKind::Read | CallKind::Cancel => self.is_transient(),
            CallKind::Write => self.is_safe_to_repeat() && self.is_transient(),
            CallKind::Trigger => {
                self.is_safe_to_repeat() && (self.is_transient() || self.kind() == ErrorKind::NotTriggered)
            }
        }
    }

    /// Whether the request was provably not acted on, so that sending it again cannot do it twice.
    ///
    /// # Troubleshooting
    /// `false` after a lost answer, a server failure or an unreadable answer to a trigger.
    /// Then read the target's [`history`](crate::DeployerExt::history_of) before deploying again.
    #[must_use]
    pub fn is_safe_to_repeat(&self) -> bool {
        self.0.safe_to_repeat
    }
}

impl Error {
    /// The sentences of its sources, each on one line with its secrets masked, outermost first.
    fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        let mut said = one_line(&self.0.message);
        let mut source = self.source();
        while let Some(error) = source {
            source = error.source();
            // What its cause called for is not what this error calls for.
            let (cause, sentence) = match error.downcast_ref::<Self>() {
                Some(error) => (Event { error, outer: Some(self) }.to_string(), Some(one_line(&error.0.message))),
                None => (without_operation(&error.to_string(), self.operation()).to_owned(), None),
            };
            let cause = one_line(&cause);
            // The cause that gave an error its message need not say it again.
            if sentence.is_some() || cause != said {
                said = sentence.unwrap_or_else(|| cause.clone());
                causes.push(cause);
            }
        }
        causes
    }
}

/// What happened, without what to do next, and without the operation and platform that `outer` names already.
struct Event<'a> {
    error: &'a Error,
    outer: Option<&'a Error>,
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.error.0;
        let named = self.outer.map(|outer| &*outer.0);
        if let Some(platform) = &inner.platform
            && named.is_none_or(|named| named.platform.as_ref() != Some(platform))
        {
            write!(f, "{platform}: ")?;
        }
        f.write_str(&inner.message)?;
        let operation = inner.operation.as_ref();
        let operation =
            operation.filter(|operation| named.is_none_or(|named| named.operation.as_ref() != Some(*operation)));
        match (operation, inner.status) {
            (Some(operation), Some(status)) => write!(f, " ({operation}, HTTP {status})")?,
            (Some(operation), None) => write!(f, " ({operation})")?,
            (None, Some(status)) => write!(f, " (HTTP {status})")?,
            (None, None) => {}
        }
        if let Some(message) = &inner.server_message {
            write!(f, ": \"{message}\"")?;
        }
        if let Some(wait) = inner.retry_after {
            write!(f, "; the server asks to wait {} s", wait.as_secs())?;
        }
        if inner.attempts > 1 {
            write!(f, "; after {} attempts", inner.attempts)?;
        }
        if let Some(partial) = &inner.partial {
            write!(f, "{partial}")?;
        }
        Ok(())
    }
}

/// A cause without the operation that it begins with, which the error has named already.
fn without_operation<'a>(cause: &'a str, operation: Option<&str>) -> &'a str {
    let rest = operation.and_then(|operation| cause.strip_prefix(operation));
    rest.filter(|rest| rest.starts_with([' ', ':']))
        .and_then(|rest| rest.split_once(": "))
        .map_or(cause, |(_, cause)| cause)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Event { error: self, outer: None }.fmt(f)?;
        match self.advice() {
            "" => {}
            advice => write!(f, "; {advice}")?,
        }
        if let Some(last) = &self.0.last {
            write!(f, "; its id is {}", last.id)?;
        }
        if f.alternate() {
            for cause in self.causes() {
                write!(f, ": {cause}")?;
            }
        }
        Ok(())
    }
}

/// What a `main` that returns this error prints: the line of `{:#}`; `{:#?}` shows the parts.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return write!(f, "{self:#}");
        }
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("platform", &inner.platform)
            .field("operation", &inner.operation)
            .field("message", &inner.message)
            .field("status", &inner.status)
            .field("server_message", &inner.server_message)
            .field("retry_after", &inner.retry_after)
            .field("attempts", &inner.attempts)
            .field("safe_to_repeat", &inner.safe_to_repeat)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
