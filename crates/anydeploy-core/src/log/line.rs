//! One line of a log.

use std::fmt;

use anydeploy_mask::mask;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One line of a log.
///
/// Its text, also in its JSON form, is what the platform sent, secrets and control sequences included: a build may print
/// what it likes.
/// `Debug` masks it by [`mask`](crate::mask).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogLine {
    /// The text without its line break, as it was written.
    pub text: String,
    /// When it was written, where the platform says so.
    #[serde(rename = "at", default, skip_serializing_if = "Option::is_none")]
    pub time: Option<DateTime<Utc>>,
    /// How grave it is, where the platform says so; never a guess from its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<LogLevel>,
    /// The step of the deployment that wrote it, in the platform's own word, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What wrote it, in the platform's own word: a stream such as `stderr`, a service or a container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl LogLine {
    /// A line of which only the text is known.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), time: None, level: None, step: None, source: None }
    }

    /// The text as a terminal would show it at the end: without control sequences, and of a progress line that overwrites
    /// itself the last state.
    ///
    /// ```
    /// use anydeploy_core::LogLine;
    ///
    /// assert_eq!(LogLine::new("Progress 0 %\rProgress 1 %\x1b[K").plain(), "Progress 1 %");
    /// ```
    #[must_use]
    pub fn plain(&self) -> String {
        anydeploy_mask::plain(&self.text)
    }

    /// The same line with its time.
    #[must_use]
    pub fn with_time(mut self, time: Option<DateTime<Utc>>) -> Self {
        self.time = time;
        self
    }

    /// The same line with its level.
    #[must_use]
    pub fn with_level(mut self, level: Option<LogLevel>) -> Self {
        self.level = level;
        self
    }

    /// The same line with the step that wrote it; an empty word is none.
    #[must_use]
    pub fn with_step(mut self, step: Option<impl Into<String>>) -> Self {
        self.step = step.map(Into::into).filter(|step| !step.is_empty());
        self
    }

    /// The same line with what wrote it; an empty word is none.
    #[must_use]
    pub fn with_source(mut self, source: Option<impl Into<String>>) -> Self {
        self.source = source.map(Into::into).filter(|source| !source.is_empty());
        self
    }
}

impl fmt::Debug for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, time, level, step, source } = self;
        let mut line = f.debug_struct("LogLine");
        line.field("text", &mask(text)).field("time", time).field("level", level);
        line.field("step", step).field("source", source).finish()
    }
}

/// How grave a line of a log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogLevel {
    /// Of use to those who look for a fault.
    Debug,
    /// What happens.
    Info,
    /// Something is odd, and the work goes on.
    Warning,
    /// Something failed.
    Error,
}

impl LogLevel {
    /// The level in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
