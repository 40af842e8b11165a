//! The pure comparison of present with desired variables.

use std::collections::BTreeSet;

use super::{Change, PlanEntry, PlanMode, PlanOptions, VariablePlan};
use crate::variables::desired::{DesiredVariable, DesiredVariables};
use crate::variables::set::{Origin, Variable, VariableScope, VariableSet, VariableValue};
use crate::{Error, ErrorKind, Result};

impl VariableSet {
    /// Compares these variables with the desired ones; pure, so that an adapter can do it with what it has read.
    ///
    /// * A variable is identified by its key and its scope; one that the target only inherits is not its own, so a
    ///   desired one of that key is added to the target.
    /// * A known value that is equal, with equal attributes, is kept; an attribute that is `None` stays as it is, and one
    ///   that the platform does not have, such as [`Variable::literal`], is not compared.
    /// * [`PlanMode::Exact`] removes what users set in the scopes that the desired variables name, or in
    ///   [`VariableScope::Runtime`] if they name none.
    /// * Of a key that stands twice in one scope the last one takes effect; [`PlanMode::Exact`] removes the others.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if no variable is desired and [`PlanOptions::allow_empty`] is not set, if one is desired
    /// twice, or if a key or value can stand on no platform.
    /// [`ErrorKind::Ambiguous`] if a key stands twice and [`PlanMode::Merge`] would change it.
    pub fn plan(self, desired: &DesiredVariables, options: PlanOptions) -> Result<VariablePlan> {
        check(desired, options)?;
        let mut entries = Vec::with_capacity(self.variables.len());
        for (place, variable) in self.variables.iter().enumerate() {
            entries.push(PlanEntry {
                key: variable.key.clone(),
                scope: variable.scope.clone(),
                change: self.change_of(place, variable, desired, options)?,
                warning: None,
                place: Some(place),
            });
        }
        let added = desired.iter().filter(|wanted| self.get(&wanted.key, &wanted.scope).is_none());
        entries.extend(added.map(|wanted| PlanEntry {
            key: wanted.key.clone(),
            scope: wanted.scope.clone(),
            change: Change::Add,
            warning: None,
            place: None,
        }));
        Ok(VariablePlan { base: self, desired: desired.clone(), entries })
    }

    /// What happens to a present variable.
    fn change_of(
        &self,
        place: usize,
        variable: &Variable,
        desired: &DesiredVariables,
        options: PlanOptions,
    ) -> Result<Change> {
        let untouched = if variable.origin == Origin::User { Change::Keep } else { Change::Protected };
        if !variable.is_own() {
            return Ok(untouched);
        }
        let removed = match (options.mode, &variable.origin) {
            (PlanMode::Exact, Origin::User) if is_in_scopes(&variable.scope, desired) => Change::Remove,
            _ => untouched,
        };
        let Some(wanted) = desired.get(&variable.key, &variable.scope) else { return Ok(removed) };
        if self.is_overridden(place, variable) {
            return Ok(removed);
        }
        let change = compare(variable, wanted);
        if change.writes() && options.mode == PlanMode::Merge && self.stands_twice(variable) {
            let message = format!("the variable `{}` stands twice in the scope `{}`", variable.key, variable.scope);
            let error = Error::new(ErrorKind::Ambiguous, message);
            return Err(error.with_advice("remove one of them, or plan an exact set"));
        }
        Ok(change)
    }

    /// Whether a later variable of the same identity takes effect in its place.
    fn is_overridden(&self, place: usize, variable: &Variable) -> bool {
        self.own(variable).any(|(other, _)| other > place)
    }

    fn stands_twice(&self, variable: &Variable) -> bool {
        self.own(variable).nth(1).is_some()
    }

    /// The target's own variables of the same identity, with their places.
    fn own<'a>(&'a self, variable: &'a Variable) -> impl Iterator<Item = (usize, &'a Variable)> {
        let all = self.variables.iter().enumerate();
        all.filter(|(_, other)| other.is_own() && other.is(&variable.key, &variable.scope))
    }
}

/// Whether an exact plan of these variables covers a scope.
fn is_in_scopes(scope: &VariableScope, desired: &DesiredVariables) -> bool {
    if desired.is_empty() {
        return *scope == VariableScope::Runtime;
    }
    desired.iter().any(|wanted| wanted.scope == *scope)
}

/// What has to be done so that a variable becomes the one that is wanted.
fn compare(present: &Variable, wanted: &DesiredVariable) -> Change {
    let is_other = |wanted: Option<bool>, present: Option<bool>| wanted.zip(present).is_some_and(|(a, b)| a != b);
    let differs = wanted.secret.is_some_and(|secret| secret != present.secret)
        || is_other(wanted.literal, present.literal)
        || is_other(wanted.at_build, present.at_build)
        // An empty comment is none.
        || wanted.comment.as_deref().is_some_and(|comment| present.comment.as_deref().unwrap_or_default() != comment);
    match &present.value {
        VariableValue::Known(value) if *value == wanted.value && !differs => Change::Keep,
        VariableValue::Known(_) => Change::Change,
        VariableValue::Hidden => Change::Rewrite,
    }
}

/// Checks what no platform takes.
fn check(desired: &DesiredVariables, options: PlanOptions) -> Result<()> {
    if desired.is_empty() && !options.allow_empty {
        let error = Error::new(ErrorKind::InvalidInput, "no variable is desired");
        return Err(error.with_advice("if that is meant, set `PlanOptions::allow_empty`"));
    }
    let mut known = BTreeSet::new();
    for wanted in desired {
        let (key, scope) = (&wanted.key, &wanted.scope);
        if key.is_empty() || key.chars().any(|letter| letter == '=' || letter.is_whitespace() || letter.is_control()) {
            let message = "the key of a variable is empty, or holds `=`, white space or a control character";
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        if wanted.value.expose().contains('\0') {
            return Err(Error::new(ErrorKind::InvalidInput, format!("the value of `{key}` holds a NUL")));
        }
        if !known.insert((key, scope)) {
            let message = format!("the variable `{key}` is desired twice in the scope `{scope}`");
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
    }
    Ok(())
}
