//! One page of a target's history, and the place where the next one begins.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::json::VersionOne;
use crate::{Deployment, DeploymentId, Error, ErrorKind, Result};

/// The place in a target's history where the next page begins.
///
/// Its text is the deployer's own: store it and pass it back, and read nothing out of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HistoryCursor(String);

impl HistoryCursor {
    /// A cursor with the text that the deployer that makes it reads back.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The error for a cursor that the deployer did not make.
    #[must_use]
    pub fn invalid(&self) -> Error {
        Error::new(ErrorKind::InvalidInput, "the cursor is not one of this deployer's histories")
    }

    /// How many deployments the pages before it held, and the last of them.
    pub(crate) fn place(&self) -> Result<(usize, DeploymentId)> {
        let (shown, last) = self.0.split_once(' ').ok_or_else(|| self.invalid())?;
        let shown = shown.parse().map_err(|_| self.invalid())?;
        let last = last.parse().map_err(|_| self.invalid())?;
        Ok((shown, last))
    }
}

impl fmt::Display for HistoryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One page of a target's deployments, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HistoryPage {
    #[serde(default)]
    v: VersionOne,
    /// The deployments; a page may be shorter than was asked for, and another may follow all the same.
    pub deployments: Vec<Deployment>,
    /// Where the next page begins; `None` if this one is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<HistoryCursor>,
}

impl HistoryPage {
    /// A page, and where the next one begins.
    #[must_use]
    pub const fn new(deployments: Vec<Deployment>, next: Option<HistoryCursor>) -> Self {
        Self { v: VersionOne, deployments, next }
    }

    /// The page that follows a place in a list which begins with the newest deployment; `None` if the list is too short
    /// for that, and is not all there is.
    pub(crate) fn cut(
        listed: Vec<Deployment>,
        is_all: bool,
        place: Option<&(usize, DeploymentId)>,
        limit: usize,
    ) -> Result<Option<Self>> {
        let begin = match place {
            None => 0,
            Some((_, last)) => match listed.iter().position(|deployment| deployment.id == *last) {
                Some(position) => position + 1,
                None if is_all => {
                    let message = "the platform does not list the last deployment of the page before any more";
                    return Err(Error::new(ErrorKind::Conflict, message));
                }
                None => return Ok(None),
            },
        };
        // Deployments that began since the page before moved this one back in the list.
        if !is_all && listed.len() <= begin.saturating_add(limit) {
            return Ok(None);
        }
        let end = listed.len().min(begin.saturating_add(limit));
        let has_more = end < listed.len();
        let deployments = listed.into_iter().take(end).skip(begin).collect::<Vec<_>>();
        let last = deployments.last().filter(|_| has_more);
        let next = last.map(|last| HistoryCursor::new(format!("{end} {}", last.id)));
        Ok(Some(Self::new(deployments, next)))
    }
}
