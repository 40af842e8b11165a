//! One page of a log.

use anydeploy_mask::one_line;
use serde::{Deserialize, Serialize};

use super::{LogLine, LogOptions};

/// One page of a log, oldest line first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogPage {
    /// The lines.
    pub lines: Vec<LogLine>,
    /// Whether the log has older lines that were left out.
    #[serde(default)]
    pub truncated: bool,
    /// Whether the last line may go on: the log ends without a line break.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
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
        Self { lines, truncated: left_out > 0, ..Self::default() }
    }

    /// The last `options.tail` of these lines, which come newest first; no more of them are held than are wanted.
    #[must_use]
    pub fn from_newest(lines: impl IntoIterator<Item = LogLine>, options: LogOptions) -> Self {
        let mut lines = lines.into_iter();
        let mut page: Vec<_> = lines.by_ref().take(options.tail).collect();
        page.reverse();
        Self { lines: page, truncated: lines.next().is_some(), ..Self::default() }
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
        let page = Self::from_newest(text.lines().rev().map(LogLine::new), options);
        Self { unfinished: !text.is_empty() && !text.ends_with('\n'), ..page }
    }
}
