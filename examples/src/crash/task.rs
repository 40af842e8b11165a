//! What a child process is asked for, what it says on the way, and what it leaves behind.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anydeploy::{DeployRequest, Deployment, DeploymentId, Error, ErrorKind, Identity, Outcome, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::scene::Connection;

/// What a child process is asked for.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) platform: String,
    pub(super) connection: Connection,
    pub(super) request: DeployRequest,
    pub(super) role: Role,
    /// Where the intent is stored.
    pub(super) intent: PathBuf,
    /// Where the child leaves its record.
    pub(super) record: PathBuf,
}

/// The part of a child process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Role {
    /// Prepares an intent, stores it, and sends it; at each of these steps the child waits until its parent lets it go on.
    Deploy { waits_at: Vec<Step> },
    /// Recovers the stored intent, deploys anew if that is asked for and nothing was triggered, and waits for the outcome.
    Recover { deploys_anew: bool },
}

/// How far a child has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Step {
    /// Its adapter is made.
    Started,
    /// It has an intent.
    Prepared,
    /// The intent is stored.
    Stored,
    /// The trigger was answered, or its deployment was found.
    Answered,
}

impl Step {
    const ALL: [Self; 4] = [Self::Started, Self::Prepared, Self::Stored, Self::Answered];
}

impl FromStr for Step {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|step| format!("{step:?}") == text).ok_or(())
    }
}

/// What a child learned.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct ChildRecord {
    /// The resolved deployments, each once.
    pub(super) resolved: Vec<(Identity, DeploymentId)>,
    /// The deployments that were over.
    pub(super) over: Vec<DeploymentId>,
    /// The deployments that ran already, so that nothing was started.
    pub(super) earlier: Vec<DeploymentId>,
    /// The errors, in words.
    pub(super) errors: Vec<String>,
    /// What the recovery found, if there was one.
    pub(super) recovered: Option<Result<Deployment>>,
    /// What it ended with: an outcome, or the error that kept it from one.
    pub(super) result: Option<Result<Outcome>>,
}

impl ChildRecord {
    pub(super) fn add(&mut self, answer: &Result<Deployment>) {
        match answer {
            Ok(deployment) => {
                let entry = (deployment.identity, deployment.id.clone());
                if deployment.identity.is_resolved() && !self.resolved.contains(&entry) {
                    self.resolved.push(entry);
                }
                if deployment.is_over() {
                    self.over.push(deployment.id.clone());
                }
            }
            Err(error) => {
                self.errors.push(format!("{error:#}"));
                if error.kind() == ErrorKind::AlreadyRunning {
                    self.earlier.extend(error.last().map(|earlier| earlier.id.clone()));
                }
            }
        }
    }
}

/// Writes a value to a file, which never holds a part of it, however the process ends.
pub(super) fn store<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let beside = path.with_extension("part");
    let text = serde_json::to_string(value).map_err(|error| broken("a value cannot be written", error))?;
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, path)).map_err(|error| broken("a file", error))
}

/// Reads a value back, if it was ever stored.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    match fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| broken("a file cannot be read", error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(broken("a file", error)),
    }
}

/// An error of the proof itself.
pub(super) fn broken(what: &'static str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, what).with_source(error)
}
