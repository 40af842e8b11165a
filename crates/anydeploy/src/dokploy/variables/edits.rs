//! From a plan of variables to the texts that are saved, and what a later read shows of it.

use super::dialect::is_of_key;
use super::text::{Edit, edited};
use super::texts::{Column, Texts, place_of};
use crate::{
    Change, DesiredVariable, DesiredVariables, Error, ErrorKind, PlanEntry, Result, TargetKind, VariablePlan,
    VariableScope, VariableValue, platform,
};

/// The most bytes of a text: a request of more than 1 MiB is refused, whatever else it holds (0.30.2).
const MAX_TEXT: usize = 1_000_000;

/// The desired variables as far as Dokploy keeps them: it has no comment on a variable, and hides none but those of the
/// build.
pub(super) fn kept(desired: &DesiredVariables) -> DesiredVariables {
    let keep = |mut variable: DesiredVariable| {
        variable.comment = None;
        if variable.scope == VariableScope::Runtime {
            variable.secret = None;
        }
        variable
    };
    desired.iter().cloned().map(keep).collect()
}

/// Checks what the texts of a kind of target cannot hold.
pub(super) fn check(kind: &TargetKind, desired: &DesiredVariables) -> Result<()> {
    for variable in desired {
        let (key, scope) = (&variable.key, &variable.scope);
        let has_scope = match scope {
            VariableScope::Runtime => true,
            VariableScope::Build => *kind == TargetKind::Application,
            _ => false,
        };
        if !has_scope {
            let what = format!("variables in the scope `{scope}` of a target of kind `{kind}`");
            return Err(Error::unsupported(platform::DOKPLOY, what));
        }
        if !key.chars().all(is_of_key) {
            let message =
                format!("the server reads no variable `{key}`: a key has letters of ASCII, digits, `_`, `.`, `-`");
            return Err(invalid(message));
        }
    }
    Ok(())
}

/// The texts after a plan, which the server reads as the plan means them.
pub(super) fn apply(texts: &Texts, plan: &VariablePlan) -> Result<Texts> {
    let mut changed = texts.clone();
    for column in Column::ALL {
        let mut edits = Vec::new();
        for entry in plan.writes() {
            let (place, edit) = edit(plan, entry)?;
            if place == column {
                edits.push((entry, edit));
            }
        }
        if edits.is_empty() {
            continue;
        }
        let only: Vec<_> = edits.iter().map(|(_, edit)| edit.clone()).collect();
        let text = edited(texts.get(column), &only).map_err(|number| {
            let key = &edits[number].0.key;
            invalid(format!(
                "the server would read another value than the one of `{key}`, in whatever quotes it stands"
            ))
        })?;
        if text.len() > MAX_TEXT {
            return Err(invalid(format!(
                "the variables take more than {MAX_TEXT} bytes, which Dokploy does not accept"
            )));
        }
        changed.set(column, text);
    }
    Ok(changed)
}

/// The text that an entry of a plan changes, and how.
fn edit(plan: &VariablePlan, entry: &PlanEntry) -> Result<(Column, Edit)> {
    let present = plan.present(entry).and_then(|present| Some((place_of(&present.details)?, present.secret)));
    let desired = plan.desired(entry);
    Ok(match (entry.change, present, desired) {
        (Change::Remove, Some(((column, place), _)), _) => (column, Edit::Remove { place }),
        (_, Some((_, secret)), Some(desired)) if desired.secret.is_some_and(|wanted| wanted != secret) => {
            let message = format!("`{}` stands among the other variables of the build", entry.key);
            return Err(invalid(message).with_advice("remove it there first, then add it"));
        }
        (_, Some(((column, place), _)), Some(desired)) => {
            (column, Edit::Set { place, value: desired.value.expose().to_owned() })
        }
        (_, None, Some(desired)) => {
            let column = match desired.scope {
                VariableScope::Runtime => Column::Env,
                _ if desired.secret == Some(true) => Column::BuildSecrets,
                _ => Column::BuildArgs,
            };
            (column, Edit::Add { key: entry.key.clone(), value: desired.value.expose().to_owned() })
        }
        _ => return Err(invalid(format!("the plan does not say where `{}` stands", entry.key))),
    })
}

/// The column in which a variable stands, or is added.
pub(super) fn column_of(plan: &VariablePlan, entry: &PlanEntry) -> Option<Column> {
    edit(plan, entry).ok().map(|(column, _)| column)
}

/// The keys of a plan that are as it wants them in these texts, and those that are not.
pub(super) fn sorted(plan: &VariablePlan, texts: &Texts) -> (Vec<String>, Vec<String>) {
    let now = texts.to_set(plan.target());
    let is_met = |entry: &PlanEntry| {
        let value = now.get(&entry.key, &entry.scope).map(|variable| &variable.value);
        match plan.desired(entry) {
            Some(desired) => value == Some(&VariableValue::Known(desired.value.clone())),
            None => {
                value.is_none() || plan.writes().any(|other| is_same(other, entry) && other.change != Change::Remove)
            }
        }
    };
    let (met, unmet): (Vec<_>, Vec<_>) = plan.writes().partition(|entry| is_met(entry));
    (keys(&met), keys(&unmet))
}

fn is_same(one: &PlanEntry, other: &PlanEntry) -> bool {
    one.key == other.key && one.scope == other.scope
}

/// The keys of entries, each once.
pub(super) fn keys(entries: &[&PlanEntry]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for entry in entries {
        if !keys.contains(&entry.key) {
            keys.push(entry.key.clone());
        }
    }
    keys
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidInput, message).with_platform(platform::DOKPLOY)
}
