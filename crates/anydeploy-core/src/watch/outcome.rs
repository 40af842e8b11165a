//! How a deployment ended.

use std::fmt;

use crate::{Deployment, Error, LogPage};

/// How a deployment ended.
///
/// There is no outcome for a deadline that passed: that is the error [`ErrorKind::TimedOut`](crate::ErrorKind::TimedOut).
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The platform says it went well.
    Succeeded(Deployment),
    /// The platform says it failed.
    Failed(Failure),
    /// Someone or the platform stopped it.
    Cancelled(Deployment),
    /// The platform does not know it, or not any more, so nobody can tell how it ended.
    Lost(Loss),
}

/// A deployment that the platform does not know any more.
#[derive(Debug)]
#[non_exhaustive]
pub struct Loss {
    /// What was seen of it last; `None` if it was never seen.
    pub last: Option<Deployment>,
    /// What the platform, or its adapter, said when it was looked for.
    pub error: Error,
}

impl Loss {
    /// A loss, from the error that told of it.
    #[must_use]
    pub fn new(last: Option<Deployment>, error: Error) -> Self {
        Self { last, error }
    }
}

/// A deployment that failed, and the end of its log.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The deployment.
    pub deployment: Deployment,
    /// The end of its log; `None` if none was asked for or it could not be read.
    pub log: Option<LogPage>,
    /// Why the log could not be read.
    pub log_error: Option<Error>,
}

impl Failure {
    /// A failure without a log.
    #[must_use]
    pub fn new(deployment: Deployment) -> Self {
        Self { deployment, log: None, log_error: None }
    }

    /// Why it failed, as far as can be told; see [`Outcome::reason`].
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        let from_log = || self.log.as_ref().and_then(|log| log.reason.as_deref().or_else(|| complaint(log)));
        self.deployment.reason.as_deref().or_else(from_log)
    }
}

impl Outcome {
    /// Whether the deployment went well; the only outcome a release may go on from.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Succeeded(_))
    }

    /// The deployment as it was seen last.
    #[must_use]
    pub fn deployment(&self) -> Option<&Deployment> {
        match self {
            Self::Succeeded(deployment) | Self::Cancelled(deployment) => Some(deployment),
            Self::Failed(failure) => Some(&failure.deployment),
            Self::Lost(loss) => loss.last.as_ref(),
        }
    }

    /// Why it failed, as far as can be told: the platform's own reason, or else the last line of the log that speaks of
    /// an error, or else its last line.
    ///
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

/// The line of a log that most likely says what went wrong.
fn complaint(log: &LogPage) -> Option<&str> {
    // The last line of Dokploy's logs only points to the lines before it.
    let tells = |text: &&str| !text.is_empty() && !text.to_ascii_lowercase().contains("check the logs");
    let mut lines = log.lines.iter().rev().map(|line| line.text.trim()).filter(tells);
    let speaks_of_error = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["error", "err!", "failed:", "fatal:", "denied"].iter().any(|word| text.contains(word))
    };
    lines.clone().find(|text| speaks_of_error(text)).or_else(|| lines.next())
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Succeeded(_) => f.write_str("succeeded"),
            Self::Failed(_) => match self.reason() {
                Some(reason) => write!(f, "failed: {reason}"),
                None => f.write_str("failed"),
            },
            Self::Cancelled(_) => f.write_str("cancelled"),
            Self::Lost(loss) => write!(f, "lost: {}", loss.error),
        }
    }
}
