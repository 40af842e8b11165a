//! What has to be written so that a target has the variables that are wanted.

mod compare;

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::desired::{DesiredVariable, DesiredVariables};
use super::set::{Variable, VariableScope, VariableSet};
use crate::Target;

/// What a plan does with variables that are not among the desired ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanMode {
    /// They stay.
    #[default]
    Merge,
    /// Those that a user set are removed, in the scopes that the desired ones name.
    Exact,
}

/// How the variables of a target are compared with the desired ones.
///
/// By default it merges, and refuses an empty set of desired variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PlanOptions {
    /// What happens to the others.
    pub mode: PlanMode,
    /// Whether no desired variable at all is a plan; otherwise it is an error, because an empty file is more often a
    /// mistake than a wish to remove everything.
    pub allow_empty: bool,
}

impl PlanOptions {
    /// The others stay.
    #[must_use]
    pub const fn merge() -> Self {
        Self { mode: PlanMode::Merge, allow_empty: false }
    }

    /// The others that a user set are removed.
    #[must_use]
    pub const fn exact() -> Self {
        Self { mode: PlanMode::Exact, allow_empty: false }
    }

    /// Allows an empty set of desired variables, or not.
    #[must_use]
    pub const fn with_allow_empty(mut self, allow: bool) -> Self {
        self.allow_empty = allow;
        self
    }
}

/// What a plan does with one variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// The target gets it.
    Add,
    /// It gets another value or another attribute.
    Change,
    /// It is written, because its present value is hidden and may be another one.
    Rewrite,
    /// It is removed.
    Remove,
    /// It stays as it is.
    Keep,
    /// It stays, because the platform made it or it stands above the target.
    Protected,
}

impl Change {
    /// Whether something is written or removed.
    #[must_use]
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Keep | Self::Protected)
    }

    /// The word in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Rewrite => "rewrite",
            Self::Remove => "remove",
            Self::Keep => "keep",
            Self::Protected => "protected",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a plan does with one variable, without its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlanEntry {
    /// The name of the variable.
    pub key: String,
    /// Who gets it.
    pub scope: VariableScope,
    /// What happens to it.
    pub change: Change,
    /// What the platform makes of it otherwise than a reader expects, in one sentence without the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    #[serde(skip)]
    place: Option<usize>,
}

impl PlanEntry {
    /// Its place among the present variables of [`VariablePlan::base`]; `None` if it is new.
    #[must_use]
    pub const fn place(&self) -> Option<usize> {
        self.place
    }
}

/// What has to be written so that a target has the desired variables.
///
/// It holds the state that it was made from and the values, so it lives in memory only: its JSON form is for display, with
/// keys and kinds of change, never with values, and cannot be read back.
#[derive(Clone, Debug, PartialEq)]
pub struct VariablePlan {
    base: VariableSet,
    desired: DesiredVariables,
    entries: Vec<PlanEntry>,
}

impl VariablePlan {
    /// The target.
    #[must_use]
    pub const fn target(&self) -> &Target {
        &self.base.target
    }

    /// What happens to each variable: the present ones in their order, then the new ones in the order in which they are
    /// desired.
    #[must_use]
    pub fn entries(&self) -> &[PlanEntry] {
        &self.entries
    }

    /// The entries that write or remove something.
    pub fn writes(&self) -> impl Iterator<Item = &PlanEntry> {
        self.entries.iter().filter(|entry| entry.change.writes())
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes().next().is_none()
    }

    /// The variables from which it was made.
    #[must_use]
    pub const fn base(&self) -> &VariableSet {
        &self.base
    }

    /// The present variable that an entry is about; `None` if it is new.
    #[must_use]
    pub fn present(&self, entry: &PlanEntry) -> Option<&Variable> {
        self.base.variables.get(entry.place?)
    }

    /// What is written for an entry; `None` if it removes or keeps what is there.
    #[must_use]
    pub fn desired(&self, entry: &PlanEntry) -> Option<&DesiredVariable> {
        let writes = matches!(entry.change, Change::Add | Change::Change | Change::Rewrite);
        self.desired.get(&entry.key, &entry.scope).filter(|_| writes)
    }

    /// The same plan, with a warning about each entry that writes a variable for which `warn` has one; for adapters.
    #[must_use]
    pub fn with_warnings(mut self, warn: impl Fn(&PlanEntry, Option<&DesiredVariable>) -> Option<String>) -> Self {
        let warnings: Vec<_> = self.entries.iter().map(|entry| warn(entry, self.desired(entry))).collect();
        for (entry, warning) in self.entries.iter_mut().zip(warnings) {
            if entry.change.writes() && warning.is_some() {
                entry.warning = warning;
            }
        }
        self
    }
}

impl Serialize for VariablePlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut plan = serializer.serialize_struct("VariablePlan", 3)?;
        plan.serialize_field("v", &1)?;
        plan.serialize_field("target", self.target())?;
        plan.serialize_field("entries", &self.entries)?;
        plan.end()
    }
}
