//! The JSON form of an error, which is also what two errors are compared by.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Error, ErrorKind, Partial, RollbackObstacle};
use crate::json::{VersionOne, millis};
use crate::{Deployment, Platform};

/// The members of an error's JSON form.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Document {
    #[serde(default)]
    v: VersionOne,
    kind: ErrorKind,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    platform: Option<Platform>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server_message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(default = "one")]
    attempts: u32,
    /// Written for other programs, and not read: it follows from the kind.
    #[serde(default)]
    transient: bool,
    /// Absent is `false`, because only what is known not to have been acted on may be repeated.
    #[serde(default)]
    safe_to_repeat: bool,
    #[serde(default)]
    read: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Deployment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partial: Option<Partial>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    obstacle: Option<RollbackObstacle>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
}

const fn one() -> u32 {
    1
}

impl From<&Error> for Document {
    fn from(error: &Error) -> Self {
        let inner = &*error.0;
        Self {
            v: VersionOne,
            kind: inner.kind,
            message: inner.message.to_string(),
            platform: inner.platform.clone(),
            operation: inner.operation.as_deref().map(str::to_owned),
            status: inner.status,
            server_message: inner.server_message.clone(),
            retry_after_ms: inner.retry_after.map(|wait| millis::to_number(wait).unwrap_or(u64::MAX)),
            attempts: inner.attempts,
            transient: error.is_transient(),
            safe_to_repeat: inner.safe_to_repeat,
            read: inner.read,
            advice: Some(error.advice()).filter(|advice| !advice.is_empty()).map(str::to_owned),
            last: inner.last.clone(),
            partial: inner.partial.clone(),
            obstacle: inner.obstacle,
            causes: error.causes(),
        }
    }
}

impl Document {
    fn into_error(self) -> Error {
        let mut error = Error::new(self.kind, self.message)
            .with_retry_after(self.retry_after_ms.map(Duration::from_millis))
            .with_attempts(self.attempts)
            .with_safe_to_repeat(self.safe_to_repeat)
            .with_last(self.last)
            .with_partial(self.partial)
            .with_obstacle(self.obstacle);
        error.0.platform = self.platform;
        error.0.operation = self.operation.map(Into::into);
        error.0.status = self.status;
        error.0.server_message = self.server_message;
        error.0.read = self.read;
        // An absent member is no advice, and not the advice that goes with the kind.
        error.0.advice = Some(self.advice.unwrap_or_default().into());
        error.0.source =
            self.causes.into_iter().rev().fold(None, |source, text| Some(Arc::new(Cause { text, source })));
        error
    }
}

/// A cause that was read back: its sentence, and the cause of that.
#[derive(Debug)]
struct Cause {
    text: String,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl PartialEq for Error {
    /// Errors are equal if their JSON forms are: causes are compared by their sentences, times by milliseconds.
    fn eq(&self, other: &Self) -> bool {
        Document::from(self) == Document::from(other)
    }
}

impl Eq for Error {}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Error {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Document::deserialize(deserializer)?.into_error())
    }
}
