//! A service of an environment: how it is configured, and what was deployed.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use super::kind::QoveryServiceKind;
use super::script::QoveryScript;

#[derive(Debug)]
pub(super) struct Service {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: QoveryServiceKind,
    pub(super) environment: String,
    pub(super) created_at: DateTime<Utc>,
    /// The commit that was chosen last, or the configured tag, chart version or database version.
    pub(super) version: String,
    /// The commits of its branch, newest first; none if it is not built from git.
    pub(super) commits: Vec<String>,
    /// The commits of the branch with the values of a chart, newest first.
    pub(super) values_commits: Vec<String>,
    pub(super) deployed_version: Option<String>,
    /// Changed since the last deployment.
    pub(super) dirty: bool,
    /// Its deployment stage is marked skipped.
    pub(super) skipped: bool,
    /// The deployment stage that it is in; one begins when those of lower numbers are over.
    pub(super) stage: u32,
    pub(super) scripts: VecDeque<QoveryScript>,
    /// What it does once `scripts` are used up.
    pub(super) usual: QoveryScript,
    /// The hosts that people set up for it, beside Qovery's own.
    pub(super) domains: Vec<String>,
    pub(super) executions: Vec<usize>,
    pub(super) log: Vec<(DateTime<Utc>, String)>,
}
