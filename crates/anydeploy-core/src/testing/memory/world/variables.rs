//! The variables of a target in memory.

use super::{World, platform, unknown};
use crate::testing::memory::Write;
use crate::{
    Applied, Change, DesiredVariable, Error, ErrorKind, Method, Partial, PlanEntry, Result, SecretText, Target,
    Variable, VariablePlan, VariableSet, VariableValue,
};

impl World {
    pub(in crate::testing::memory) fn variables(&self, target: &Target) -> Result<VariableSet> {
        let line = self.lines.get(target).ok_or_else(|| unknown(target))?;
        Ok(VariableSet::new(target.clone(), line.variables.clone()))
    }

    /// Writes a plan, variable by variable; what is added and changed comes before what is removed.
    pub(in crate::testing::memory) fn apply(&mut self, plan: &VariablePlan) -> Result<Applied> {
        let target = plan.target();
        if self.variables(target)? != *plan.base() {
            let message = "the variables were changed since the plan was made";
            return Err(Error::new(ErrorKind::Conflict, message).with_platform(platform()));
        }
        let (removed, written): (Vec<_>, Vec<_>) = plan.writes().partition(|entry| entry.change == Change::Remove);
        let mut rows: Vec<Option<Variable>> = plan.base().variables.iter().cloned().map(Some).collect();
        let mut applied = Applied::new();
        let mut not_written = Vec::new();
        for entry in written.into_iter().chain(removed) {
            if !not_written.is_empty() || !self.may_write() {
                not_written.push(entry.key.clone());
                continue;
            }
            self.writes.push(Write::new(target.clone(), Method::ApplyVariables, Some(entry.key.clone())));
            write(&mut rows, plan, entry, &mut applied);
        }
        self.line(target.clone()).variables = rows.into_iter().flatten().collect();
        if not_written.is_empty() {
            return Ok(applied);
        }
        let written: Vec<_> = [applied.written, applied.unverified, applied.removed].concat();
        let kind = if written.is_empty() { ErrorKind::Rejected } else { ErrorKind::Incomplete };
        let error = Error::new(kind, "a variable was refused").with_platform(platform());
        Err(error.with_partial(Some(Partial::new(written, not_written, Vec::new()))))
    }

    /// Whether the next write of a variable is accepted.
    fn may_write(&mut self) -> bool {
        match &mut self.writes_until_refusal {
            None => true,
            Some(0) => {
                self.writes_until_refusal = None;
                false
            }
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    /// Sets the value of a variable, as somebody else.
    pub(in crate::testing::memory) fn change_variable(&mut self, target: Target, key: &str, value: &str) {
        let variables = &mut self.line(target).variables;
        match variables.iter_mut().rfind(|variable| variable.key == key) {
            Some(variable) => variable.value = value.into(),
            None => variables.push(Variable::new(key, value)),
        }
    }
}

/// Writes one entry of a plan into the rows.
fn write(rows: &mut Vec<Option<Variable>>, plan: &VariablePlan, entry: &PlanEntry, applied: &mut Applied) {
    let row = entry.place().and_then(|place| rows.get_mut(place));
    match (row, plan.desired(entry)) {
        (Some(row), Some(wanted)) => {
            let is_hidden = row.as_ref().is_some_and(|row| row.value == VariableValue::Hidden);
            let list = if is_hidden { &mut applied.unverified } else { &mut applied.written };
            list.push(entry.key.clone());
            *row = row.take().map(|row| changed(row, wanted));
        }
        (Some(row), None) => {
            *row = None;
            applied.removed.push(entry.key.clone());
        }
        (None, Some(wanted)) => {
            let added = Variable::new(entry.key.clone(), SecretText::default()).with_scope(entry.scope.clone());
            rows.push(Some(changed(added, wanted)));
            applied.written.push(entry.key.clone());
        }
        (None, None) => {}
    }
}

/// A variable after it was written; a hidden value stays hidden.
fn changed(mut variable: Variable, wanted: &DesiredVariable) -> Variable {
    if variable.value != VariableValue::Hidden {
        variable.value = VariableValue::Known(wanted.value.clone());
    }
    variable.secret = wanted.secret.unwrap_or(variable.secret);
    variable.literal = wanted.literal.or(variable.literal);
    variable.at_build = wanted.at_build.or(variable.at_build);
    variable.comment = wanted.comment.clone().or(variable.comment);
    variable
}
