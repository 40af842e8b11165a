//! The variables that a caller wants a target to have.

use super::set::VariableScope;
use super::value::SecretText;

/// One variable that a target is to have; an attribute that is `None` stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DesiredVariable {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: SecretText,
    /// Who is to get it; the running target by default.
    pub scope: VariableScope,
    /// Whether the platform is to hide its value from people.
    pub secret: Option<bool>,
    /// Whether the platform is to take its value as it stands, where it would otherwise expand references in it.
    pub literal: Option<bool>,
    /// Whether the build is to see it too.
    pub at_build: Option<bool>,
    /// What people are to read about it.
    pub comment: Option<String>,
}

impl DesiredVariable {
    /// A variable of the running target.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl Into<SecretText>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            scope: VariableScope::Runtime,
            secret: None,
            literal: None,
            at_build: None,
            comment: None,
        }
    }

    /// The same variable in this scope.
    #[must_use]
    pub fn with_scope(mut self, scope: VariableScope) -> Self {
        self.scope = scope;
        self
    }

    /// The same variable, whose value the platform is to hide from people or not.
    #[must_use]
    pub const fn with_secret(mut self, secret: bool) -> Self {
        self.secret = Some(secret);
        self
    }

    /// The same variable, whose value the platform is to take as it stands or not.
    #[must_use]
    pub const fn with_literal(mut self, literal: bool) -> Self {
        self.literal = Some(literal);
        self
    }

    /// The same variable, which the build is to see or not.
    #[must_use]
    pub const fn with_at_build(mut self, at_build: bool) -> Self {
        self.at_build = Some(at_build);
        self
    }

    /// The same variable with a comment.
    #[must_use]
    pub fn with_comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// Whether it goes by this key in this scope.
    pub(super) fn is(&self, key: &str, scope: &VariableScope) -> bool {
        self.key == key && self.scope == *scope
    }
}

/// The variables that a target is to have.
///
/// ```
/// use anydeploy_core::{DesiredVariables, VariableScope};
///
/// let desired = DesiredVariables::from_dotenv("LOG=debug\nGREETING=\"good morning\"\n")?.set("PORT", "8080");
/// let keys: Vec<_> = desired.iter().map(|variable| &*variable.key).collect();
/// assert_eq!(keys, ["LOG", "GREETING", "PORT"]);
/// assert!(desired.in_scope(&VariableScope::Build).iter().all(|variable| variable.scope == VariableScope::Build));
/// # Ok::<(), anydeploy_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DesiredVariables(Vec<DesiredVariable>);

impl DesiredVariables {
    /// No variables.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Sets a variable of the running target; one with this key is replaced.
    #[must_use]
    pub fn set(self, key: impl Into<String>, value: impl Into<SecretText>) -> Self {
        self.with(DesiredVariable::new(key, value))
    }

    /// Adds a variable; one with the same key and scope is replaced.
    #[must_use]
    pub fn with(mut self, variable: DesiredVariable) -> Self {
        match self.0.iter_mut().find(|known| known.is(&variable.key, &variable.scope)) {
            Some(known) => *known = variable,
            None => self.0.push(variable),
        }
        self
    }

    /// The same variables, all in this scope.
    #[must_use]
    pub fn in_scope(mut self, scope: &VariableScope) -> Self {
        self.0.iter_mut().for_each(|variable| variable.scope = scope.clone());
        self
    }

    /// The variables in the order in which they were added.
    pub fn iter(&self) -> std::slice::Iter<'_, DesiredVariable> {
        self.0.iter()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The variable of this key in this scope.
    #[must_use]
    pub fn get(&self, key: &str, scope: &VariableScope) -> Option<&DesiredVariable> {
        self.0.iter().find(|variable| variable.is(key, scope))
    }
}

impl<'a> IntoIterator for &'a DesiredVariables {
    type Item = &'a DesiredVariable;
    type IntoIter = std::slice::Iter<'a, DesiredVariable>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Extend<DesiredVariable> for DesiredVariables {
    /// Adds variables; of equal keys in one scope the last is kept.
    fn extend<T: IntoIterator<Item = DesiredVariable>>(&mut self, variables: T) {
        *self = variables.into_iter().fold(std::mem::take(self), Self::with);
    }
}

impl FromIterator<DesiredVariable> for DesiredVariables {
    fn from_iter<T: IntoIterator<Item = DesiredVariable>>(variables: T) -> Self {
        variables.into_iter().fold(Self::new(), Self::with)
    }
}
