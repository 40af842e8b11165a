//! What one request for several targets came to: a result for each of them.

use anydeploy_mask::one_line;
use serde::{Deserialize, Serialize};

use crate::json::VersionOne;
use crate::{Deployment, Error, Result, Target};

/// What one request for several targets came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SelectionReport {
    #[serde(default)]
    v: VersionOne,
    /// Each target with its own result, in the order of the requests, or of the targets of a tag.
    pub entries: Vec<SelectionEntry>,
    /// What the platform says that it did besides, such as starting a service that has no deployments; masked, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

impl SelectionReport {
    /// A report of these targets.
    #[must_use]
    pub const fn new(entries: Vec<SelectionEntry>) -> Self {
        Self { v: VersionOne, entries, also: Vec::new() }
    }

    /// The same report, with what the platform says that it did besides; secrets are masked.
    #[must_use]
    pub fn with_also(mut self, also: impl IntoIterator<Item = String>) -> Self {
        self.also = also.into_iter().map(|line| one_line(&line)).filter(|line| !line.is_empty()).collect();
        self
    }

    /// The deployments that were triggered.
    pub fn deployments(&self) -> impl Iterator<Item = &Deployment> {
        self.entries.iter().filter_map(|entry| entry.result.as_ref().ok())
    }
}

/// One target of a [`SelectionReport`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Document", try_from = "Document")]
#[non_exhaustive]
pub struct SelectionEntry {
    /// The target.
    pub target: Target,
    /// Its deployment, with the same promises as the answer of [`deploy`](crate::Deployer::deploy), or why it has none.
    pub result: Result<Deployment>,
}

impl SelectionEntry {
    /// A target with its result.
    #[must_use]
    pub const fn new(target: Target, result: Result<Deployment>) -> Self {
        Self { target, result }
    }
}

/// The JSON form of an entry, which has either a deployment or an error.
#[derive(Serialize, Deserialize)]
struct Document {
    target: Target,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deployment: Option<Deployment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Error>,
}

impl From<SelectionEntry> for Document {
    fn from(SelectionEntry { target, result }: SelectionEntry) -> Self {
        let (deployment, error) = match result {
            Ok(deployment) => (Some(deployment), None),
            Err(error) => (None, Some(error)),
        };
        Self { target, deployment, error }
    }
}

impl TryFrom<Document> for SelectionEntry {
    type Error = &'static str;

    fn try_from(Document { target, deployment, error }: Document) -> std::result::Result<Self, &'static str> {
        match (deployment, error) {
            (Some(deployment), None) => Ok(Self::new(target, Ok(deployment))),
            (None, Some(error)) => Ok(Self::new(target, Err(error))),
            _ => Err("an entry of a report has either a deployment or an error"),
        }
    }
}
