//! Environment variables of projects, environments and services: reading them, and writing one at a time.

mod import;

use serde_json::Value;

use super::call::{Call, Object, text};
use super::reply::{Outcome, Refusal, Reply};
use super::state::State;
use super::variable::Variable;

impl State {
    /// The scope of what has this id.
    pub(super) fn scope_of(&self, id: &str) -> Option<&'static str> {
        if self.project.id == id {
            return Some("PROJECT");
        }
        let environment = self.environment(id).map(|_| "ENVIRONMENT");
        environment.or_else(|| Some(self.service(id)?.kind.word()).filter(|word| *word != "DATABASE"))
    }

    /// A parent and everything above it.
    fn lineage(&self, id: &str) -> Vec<String> {
        let mut ids = vec![id.to_owned()];
        ids.extend(self.service(id).map(|service| service.environment.clone()));
        if self.project.id != id {
            ids.push(self.project.id.clone());
        }
        ids
    }

    /// A changed variable makes what runs out of date.
    fn mark_dirty(&mut self, parent: &str) {
        let all = self.project.id == parent;
        for service in &mut self.services {
            service.dirty |= all || service.id == parent || service.environment == parent;
        }
    }

    pub(super) fn add_variable(&mut self, variable: Variable) -> Value {
        let parent = variable.parent.clone();
        let of = variable.of.as_deref().and_then(|of| self.variables.iter().find(|known| known.id == of));
        let body = variable.body(of);
        self.variables.push(variable);
        self.mark_dirty(&parent);
        body
    }

    /// The variable of this key that stands in a parent itself.
    pub(super) fn own_variable(&mut self, parent: &str, key: &str) -> Option<&mut Variable> {
        self.variables.iter_mut().find(|variable| variable.parent == parent && variable.key == key)
    }

    /// The variable of this key that stands nearest above a parent.
    fn variable_above(&self, parent: &str, key: &str) -> Option<&Variable> {
        let mut above = self.lineage(parent).into_iter().skip(1);
        above.find_map(|id| self.variables.iter().find(|one| one.parent == id && one.key == key))
    }
}

impl Call<'_> {
    /// GET `/variable`: what the parent sees, so also what is declared above it.
    pub(super) fn list_variables(&self) -> Outcome {
        let (Some(parent), Some(scope)) = (self.query("parent_id"), self.query("scope")) else {
            return Err(Refusal::bad_request("parent_id and scope are required."));
        };
        if self.state.scope_of(&parent) != Some(&*scope) {
            return Err(Refusal::missing("parent"));
        }
        let lineage = self.state.lineage(&parent);
        let secret = self.query("is_secret").map(|secret| secret == "true");
        let all = &self.state.variables;
        let seen = all.iter().filter(|variable| {
            lineage.contains(&variable.parent) && secret.is_none_or(|secret| secret == variable.secret)
        });
        let of = |variable: &Variable| all.iter().find(|known| variable.of.as_ref() == Some(&known.id));
        Ok(Reply::results(seen.map(|variable| variable.body(of(variable))).collect()))
    }

    /// POST `/variable`.
    pub(super) fn create_variable(&mut self) -> Outcome {
        let body = self.object()?;
        let (key, scope) = (required(&body, "key")?, required(&body, "variable_scope")?);
        let (parent, value) = (required(&body, "variable_parent_id")?, value(&body)?);
        let secret = body.get("is_secret").and_then(Value::as_bool).unwrap_or(false);
        if self.state.scope_of(parent) != Some(scope) {
            return Err(Refusal::missing("parent"));
        }
        check_key(key)?;
        // That a key of a higher scope is refused too is the stricter reading of the 409 that the console expects.
        if self.state.own_variable(parent, key).is_some() || self.state.variable_above(parent, key).is_some() {
            return Err(Refusal::conflict(format!("A variable {key} exists already.")));
        }
        let mut variable = Variable::new(self.state.ids.object(), parent, scope, key, value);
        variable.secret = secret;
        describe(&mut variable, &body);
        variable.mount_path = text(&body, "mount_path").map(str::to_owned);
        variable.kind = if variable.mount_path.is_some() { "FILE" } else { "VALUE" };
        self.write(parent, format!("set {key}"), true);
        Ok(Reply::created(self.state.add_variable(variable)))
    }

    /// POST `/variable/{id}/override` and `/variable/{id}/alias`, both in a scope below that of the variable.
    ///
    /// An override or alias is overridden by no client: the web console offers it of neither (011072b,
    /// `variable-list.tsx`), so that it is refused here.
    pub(super) fn derive_variable(&mut self, id: &str, verb: &str) -> Outcome {
        let body = self.object()?;
        let of = self.state.variables.iter().find(|variable| variable.id == id).cloned();
        let of = of.ok_or_else(|| Refusal::missing("variable"))?;
        let (scope, parent) = match verb {
            "override" => (required(&body, "override_scope")?, required(&body, "override_parent_id")?),
            "alias" => (required(&body, "alias_scope")?, required(&body, "alias_parent_id")?),
            _ => return Err(Refusal::no_route()),
        };
        if self.state.scope_of(parent) != Some(scope) {
            return Err(Refusal::missing("parent"));
        }
        let is_below = self.state.lineage(parent).iter().skip(1).any(|above| *above == of.parent);
        let (kind, key, value) = match verb {
            "override" if matches!(of.kind, "OVERRIDE" | "ALIAS") => {
                return Err(Refusal::bad_request("There is no override of an override or an alias."));
            }
            "override" if !is_below => return Err(Refusal::bad_request("An override stands below its variable.")),
            "override" => ("OVERRIDE", of.key.as_str(), value(&body)?),
            _ if of.kind == "ALIAS" => return Err(Refusal::bad_request("There is no alias of an alias.")),
            _ => ("ALIAS", required(&body, "key")?, of.value.as_str()),
        };
        if self.state.own_variable(parent, key).is_some() {
            return Err(Refusal::conflict(format!("A variable {key} exists already.")));
        }
        let mut variable = Variable::new(self.state.ids.object(), parent, scope, key, value);
        (variable.kind, variable.secret, variable.of) = (kind, of.secret, Some(of.id.clone()));
        variable.mount_path = of.mount_path.filter(|_| kind == "OVERRIDE");
        describe(&mut variable, &body);
        self.write(parent, format!("set {key}"), true);
        Ok(Reply::created(self.state.add_variable(variable)))
    }

    /// PUT `/variable/{id}`: scope, secrecy and mount path stay, and so do the key of an override and the value of an alias.
    ///
    /// The description and the switch of a file are gone if they are left out: no client shows what the server does then,
    /// and this is the harsher reading.
    pub(super) fn edit_variable(&mut self, id: &str) -> Outcome {
        let body = self.object()?;
        let key = required(&body, "key")?;
        let Some(variable) = self.state.variables.iter_mut().find(|variable| variable.id == id) else {
            return Err(Refusal::missing("variable"));
        };
        let value = body.get("value").and_then(Value::as_str).unwrap_or(&variable.value).to_owned();
        let keeps = match variable.kind {
            "BUILT_IN" => false,
            "OVERRIDE" => variable.key == key,
            "ALIAS" => variable.value == value,
            _ => true,
        };
        if !keeps {
            return Err(Refusal::bad_request("This variable cannot be edited so."));
        }
        let effect = variable.key != key || variable.value != value;
        key.clone_into(&mut variable.key);
        variable.value = value;
        describe(variable, &body);
        let (answer, parent) = (variable.body(None), variable.parent.clone());
        self.state.mark_dirty(&parent);
        self.write(&parent, format!("set {key}"), effect);
        Ok(Reply::ok(answer))
    }

    /// DELETE `/variable/{id}`: its overrides and aliases go with it (declared).
    pub(super) fn delete_variable(&mut self, id: &str) -> Outcome {
        let Some(at) = self.state.variables.iter().position(|variable| variable.id == id) else {
            return Err(Refusal::missing("variable"));
        };
        if self.state.variables[at].kind == "BUILT_IN" {
            return Err(Refusal::bad_request("A built-in variable cannot be deleted."));
        }
        let removed = self.state.variables.remove(at);
        self.state.variables.retain(|variable| variable.of.as_ref() != Some(&removed.id));
        self.state.mark_dirty(&removed.parent);
        self.write(&removed.parent, format!("remove {}", removed.key), true);
        Ok(Reply::empty(204))
    }
}

/// Sets the description of a variable, and whether a file has the values of other variables put into it.
fn describe(variable: &mut Variable, body: &Object) {
    text(body, "description").unwrap_or_default().clone_into(&mut variable.description);
    variable.interpolates = body.get("enable_interpolation_in_file").and_then(Value::as_bool);
}

fn required<'a>(body: &'a Object, key: &str) -> Result<&'a str, Refusal> {
    text(body, key).ok_or_else(|| Refusal::bad_request(format!("{key} is required.")))
}

/// The value of a variable; an empty one is one.
fn value(body: &Object) -> Result<&str, Refusal> {
    body.get("value").and_then(Value::as_str).ok_or_else(|| Refusal::bad_request("value is required."))
}

/// Documented: letters, digits and `_`, a letter at the beginning, and no name of Qovery's own.
fn check_key(key: &str) -> Result<(), Refusal> {
    let begins = key.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let fits = key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if begins && fits && !key.to_ascii_uppercase().starts_with("QOVERY_") {
        return Ok(());
    }
    Err(Refusal::bad_request(format!("The name {key} cannot be used.")))
}
