//! Lines of a deployment's log.

use std::fmt;

use anydeploy_mask::{mask, one_line};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How much of a log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LogOptions {
    /// At most this many lines, counted from the end.
    pub tail: usize,
}

impl Default for LogOptions {
    /// The last 100 lines.
    fn default() -> Self {
        Self { tail: 100 }
    }
}

impl LogOptions {
    /// The last `lines` lines.
    #[must_use]
    pub const fn tail(lines: usize) -> Self {
        Self { tail: lines }
    }
}

/// One line of a log.
///
/// Its text, also in its JSON form, is what the platform sent, secrets and control sequences included: a build may print
/// what it likes.
/// `Debug` masks it by [`mask`](crate::mask).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogLine {
    /// The text without its line break, as it was written.
    pub text: String,
    /// When it was written, where the platform says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

impl LogLine {
    /// A line without a time.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), at: None }
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
    pub fn with_time(mut self, at: Option<DateTime<Utc>>) -> Self {
        self.at = at;
        self
    }
}

impl fmt::Debug for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogLine").field("text", &mask(&self.text)).field("at", &self.at).finish()
    }
}

/// One page of a log, oldest line first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogPage {
    /// The lines.
    pub lines: Vec<LogLine>,
    /// Whether the log has older lines that were left out.
    #[serde(default)]
    pub truncated: bool,
    /// The line that says why the deployment failed, where the adapter finds one by the rules of its platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl LogPage {
    /// The last `options.tail` of these lines.
    #[must_use]
    pub fn last_of(mut lines: Vec<LogLine>, options: LogOptions) -> Self {
        let left_out = lines.len().saturating_sub(options.tail);
        lines.drain(..left_out);
        Self { lines, truncated: left_out > 0, reason: None }
    }

    /// The last `options.tail` of these lines, which come newest first; no more of them are held than are wanted.
    #[must_use]
    pub fn from_newest(lines: impl IntoIterator<Item = LogLine>, options: LogOptions) -> Self {
        let mut lines = lines.into_iter();
        let mut page: Vec<_> = lines.by_ref().take(options.tail).collect();
        page.reverse();
        Self { lines: page, truncated: lines.next().is_some(), reason: None }
    }

    /// The same page, with the line that says why the deployment failed, masked and on one line.
    #[must_use]
    pub fn with_reason(mut self, reason: Option<String>) -> Self {
        self.reason = reason.map(|reason| one_line(&reason)).filter(|reason| !reason.is_empty());
        self
    }

    /// The last `options.tail` lines of a text.
    #[must_use]
    pub fn from_text(text: &str, options: LogOptions) -> Self {
        Self::from_newest(text.lines().rev().map(LogLine::new), options)
    }
}
