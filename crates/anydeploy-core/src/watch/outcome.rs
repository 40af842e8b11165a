//! How a deployment ended.

mod document;

use std::fmt;
use std::sync::OnceLock;

use anydeploy_mask::one_line;

use serde::{Deserialize, Serialize};

use crate::{Deployment, Error, LogLine, LogPage};

/// How a deployment ended.
///
/// There is no outcome for a deadline that passed: that is the error [`ErrorKind::TimedOut`](crate::ErrorKind::TimedOut).
///
/// In its [JSON form](crate#json) the member `outcome` is the variant in lower case; a word that this version does not
/// know is refused, and never read as a success.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The platform says it went well.
    Succeeded(Deployment),
    /// The platform says it failed.
    Failed(Failure),
    /// Someone or the platform stopped it.
    Cancelled(Deployment),
    /// The platform says that a newer deployment took its place before it was over.
    Superseded(Deployment),
    /// The platform does not know it, or not any more, so how it ended is unknown.
    Lost(Loss),
}

/// A deployment that the platform does not know any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Loss {
    /// The deployment as it was read last; `None` if it was never read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Deployment>,
    /// What the platform, or its adapter, answered to the last read.
    pub error: Error,
}

impl Loss {
    /// A loss, from the error of the last read.
    #[must_use]
    pub fn new(last: Option<Deployment>, error: Error) -> Self {
        Self { last, error }
    }
}

/// A deployment that failed, and the end of its log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// The deployment.
    pub deployment: Deployment,
    /// The end of its log; `None` if none was asked for or it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogPage>,
    /// Why the log could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_error: Option<Error>,
    /// What [`reason`](Self::reason) returns, from its first call on.
    #[serde(skip)]
    reason: OnceLock<String>,
}

impl Failure {
    /// A failure without a log.
    #[must_use]
    pub fn new(deployment: Deployment) -> Self {
        Self { deployment, log: None, log_error: None, reason: OnceLock::new() }
    }

    /// Why it failed, as far as is known; see [`Outcome::reason`].
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        let from_log = || self.log.as_ref().and_then(|log| log.reason.clone().or_else(|| last_error_line(log)));
        // The fields are public, so that what stands in them may not have been masked.
        let reason = self.deployment.reason.clone().or_else(from_log).map(|reason| one_line(&reason))?;
        let shown = self.reason.get_or_init(|| reason);
        (!shown.is_empty()).then_some(shown)
    }
}

impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        // Whether the reason was asked for makes no difference.
        self.deployment == other.deployment && self.log == other.log && self.log_error == other.log_error
    }
}

impl Eq for Failure {}

impl Outcome {
    /// Whether the deployment went well; the only outcome a release may go on from.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Succeeded(_))
    }

    /// The deployment as it was read last.
    #[must_use]
    pub fn deployment(&self) -> Option<&Deployment> {
        match self {
            Self::Succeeded(deployment) | Self::Cancelled(deployment) | Self::Superseded(deployment) => {
                Some(deployment)
            }
            Self::Failed(failure) => Some(&failure.deployment),
            Self::Lost(loss) => loss.last.as_ref(),
        }
    }

    /// Why it failed, as far as is known: the platform's own reason, or else the last line of the log that speaks of
    /// an error; `None` if neither is there.
    ///
    /// It is one line without control sequences, and its secrets are masked by [`mask`](crate::mask).
    /// It is for people to read; decide by the variant.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Failed(failure) => failure.reason(),
            _ => None,
        }
    }

    /// The end of the log of a deployment that failed.
    #[must_use]
    pub fn log(&self) -> Option<&LogPage> {
        match self {
            Self::Failed(failure) => failure.log.as_ref(),
            _ => None,
        }
    }
}

/// Words of a line that says what went wrong.
const ERRORS: [&str; 5] = ["error", "err!", "failed:", "fatal:", "denied"];

/// Words that count only if no line of the log has one of [`ERRORS`].
const HINTS: [&str; 15] = [
    "fail",
    "fatal",
    "panic",
    "exception",
    "traceback",
    "not found",
    "cannot",
    "could not",
    "unable to",
    "refused",
    "no such",
    "killed",
    "timed out",
    "exit code",
    "unhealthy",
];

/// Phrases that contain one of these words and report that nothing went wrong.
const NO_ERRORS: [&str; 6] = [" 0 errors", " no errors", "without error", " 0 failed", " no failure", "exit code 0"];

/// The last line of a log that names an error; `None` if no line does.
fn last_error_line(log: &LogPage) -> Option<String> {
    let last_with = |words: &[&str]| {
        log.lines.iter().rev().map(LogLine::plain).find(|line| {
            let line = format!(" {}", line.to_ascii_lowercase());
            let line = NO_ERRORS.iter().fold(line, |line, words| line.replace(words, ""));
            // A last line may only point to the lines before it.
            !line.contains("check the logs") && words.iter().any(|word| line.contains(word))
        })
    };
    last_with(&ERRORS).or_else(|| last_with(&HINTS))
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Succeeded(_) => f.write_str("succeeded"),
            Self::Failed(failure) => {
                f.write_str("failed")?;
                if let Some(reason) = failure.reason() {
                    write!(f, ": {reason}")?;
                }
                match &failure.log_error {
                    Some(error) => write!(f, "; its log could not be read: {error}"),
                    None => Ok(()),
                }
            }
            Self::Cancelled(_) => f.write_str("cancelled"),
            Self::Superseded(_) => f.write_str("superseded"),
            Self::Lost(loss) => write!(f, "lost: {}", loss.error),
        }
    }
}
