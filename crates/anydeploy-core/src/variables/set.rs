//! The variables that a target has.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::value::SecretText;
use crate::Target;

/// The variables that a target has, in the platform's order.
///
/// Its JSON form is for display: it has no values, and cannot be read back.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VariableSet {
    /// The target.
    pub target: Target,
    /// The variables.
    pub variables: Vec<Variable>,
    #[serde(skip)]
    text: Option<SecretText>,
}

impl VariableSet {
    /// The variables of a target.
    #[must_use]
    pub const fn new(target: Target, variables: Vec<Variable>) -> Self {
        Self { target, variables, text: None }
    }

    /// The same variables, with the one text in which the platform stores them.
    #[must_use]
    pub fn with_text(mut self, text: SecretText) -> Self {
        self.text = Some(text);
        self
    }

    /// The one text in which the platform stores them; `None` where it stores each by itself.
    #[must_use]
    pub const fn text(&self) -> Option<&SecretText> {
        self.text.as_ref()
    }

    /// The variable that takes effect under a key in a scope: the last of those that the target itself has.
    #[must_use]
    pub fn get(&self, key: &str, scope: &VariableScope) -> Option<&Variable> {
        self.variables.iter().rfind(|variable| variable.is_own() && variable.is(key, scope))
    }
}

/// One variable of a target; its key and its scope together are its identity.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Variable {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: VariableValue,
    /// Who gets it.
    pub scope: VariableScope,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether the platform hides its value from people.
    pub secret: bool,
    /// Whether the platform takes its value as it stands; `None` where the platform has no such switch on a variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub literal: Option<bool>,
    /// Whether the build sees it too; `None` where the platform has no such switch on a variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_build: Option<bool>,
    /// What people noted about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The platform's own id and switches, which an adapter needs to change it without changing more; no value.
    #[serde(skip)]
    pub details: Value,
}

impl Variable {
    /// A variable that a user set for the running target.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl Into<VariableValue>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            scope: VariableScope::Runtime,
            origin: Origin::User,
            secret: false,
            literal: None,
            at_build: None,
            comment: None,
            details: Value::Null,
        }
    }

    /// The same variable in this scope.
    #[must_use]
    pub fn with_scope(mut self, scope: VariableScope) -> Self {
        self.scope = scope;
        self
    }

    /// The same variable from this origin.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// The same variable, whose value the platform hides from people or not.
    #[must_use]
    pub const fn with_secret(mut self, secret: bool) -> Self {
        self.secret = secret;
        self
    }

    /// The same variable, whose value the platform takes as it stands or not.
    #[must_use]
    pub const fn with_literal(mut self, literal: Option<bool>) -> Self {
        self.literal = literal;
        self
    }

    /// The same variable, which the build sees or not.
    #[must_use]
    pub const fn with_at_build(mut self, at_build: Option<bool>) -> Self {
        self.at_build = at_build;
        self
    }

    /// The same variable with a comment.
    #[must_use]
    pub fn with_comment(mut self, comment: Option<String>) -> Self {
        self.comment = comment;
        self
    }

    /// The same variable, with what an adapter needs to change it.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    /// Whether it goes by this key in this scope.
    pub(super) fn is(&self, key: &str, scope: &VariableScope) -> bool {
        self.key == key && self.scope == *scope
    }

    /// Whether the target itself has it.
    pub(super) const fn is_own(&self) -> bool {
        !matches!(self.origin, Origin::Inherited(_))
    }
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VariableValue {
    /// This text.
    Known(SecretText),
    /// The credential may not read it, or nobody may.
    Hidden,
}

impl From<&str> for VariableValue {
    fn from(value: &str) -> Self {
        Self::Known(value.into())
    }
}

impl From<SecretText> for VariableValue {
    fn from(value: SecretText) -> Self {
        Self::Known(value)
    }
}

/// Who gets a variable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum VariableScope {
    /// The containers of the target.
    #[default]
    Runtime,
    /// The build alone.
    Build,
    /// The previews of pull requests.
    Preview,
    /// A scope that only this platform has, by its own word.
    Other(String),
}

impl VariableScope {
    /// The scope in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Runtime => "runtime",
            Self::Build => "build",
            Self::Preview => "preview",
            Self::Other(scope) => scope,
        }
    }
}

impl fmt::Display for VariableScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for VariableScope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Where a variable comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// A user set it on the target.
    #[default]
    User,
    /// The platform made it; a plan never removes it.
    Platform,
    /// It stands above the target, at this place, such as `project`; a plan never changes it.
    Inherited(String),
}
