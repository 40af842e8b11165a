//! Environment variables of projects, environments and services.

use chrono::Utc;
use serde_json::{Value, json};

use super::call::{Call, text};
use super::reply::{Outcome, Refusal, Reply};
use super::state::State;
use super::variable::Variable;

impl State {
    /// Whether something of this scope has this id.
    fn has_parent(&self, scope: &str, id: &str) -> bool {
        match scope {
            "PROJECT" => self.project.id == id,
            "ENVIRONMENT" => self.environment(id).is_some(),
            _ => self.service(id).is_some_and(|service| service.kind.word() == scope),
        }
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

    fn set(&mut self, parent: &str, scope: &str, key: &str, value: &str, secret: bool, description: &str) -> Value {
        let variable = Variable {
            id: self.ids.object(),
            parent: parent.to_owned(),
            scope: scope.to_owned(),
            key: key.to_owned(),
            value: value.to_owned(),
            secret,
            description: description.to_owned(),
            created_at: Utc::now(),
        };
        let body = variable.body();
        self.variables.push(variable);
        self.mark_dirty(parent);
        body
    }

    fn position(&self, parent: &str, key: &str) -> Option<usize> {
        self.variables.iter().position(|variable| variable.parent == parent && variable.key == key)
    }
}

impl Call<'_> {
    /// GET `/variable`: what the parent sees, so also what is declared above it.
    pub(super) fn list_variables(&self) -> Outcome {
        let (Some(parent), Some(scope)) = (self.query("parent_id"), self.query("scope")) else {
            return Err(Refusal::bad_request("parent_id and scope are required."));
        };
        if !self.state.has_parent(&scope, &parent) {
            return Err(Refusal::missing("parent"));
        }
        let lineage = self.state.lineage(&parent);
        let secret = self.query("is_secret").map(|secret| secret == "true");
        let seen = self.state.variables.iter().filter(|variable| {
            lineage.contains(&variable.parent) && secret.is_none_or(|secret| secret == variable.secret)
        });
        Ok(Reply::results(seen.map(Variable::body).collect()))
    }

    /// POST `/variable`.
    pub(super) fn create_variable(&mut self) -> Outcome {
        let body = self.object()?;
        let field = |key: &str| text(&body, key).ok_or_else(|| Refusal::bad_request(format!("{key} is required.")));
        let (key, scope, parent) = (field("key")?, field("variable_scope")?, field("variable_parent_id")?);
        // An empty value is a value.
        let value = body.get("value").and_then(Value::as_str);
        let value = value.ok_or_else(|| Refusal::bad_request("value is required."))?;
        let secret = body.get("is_secret").and_then(Value::as_bool).unwrap_or(false);
        if !self.state.has_parent(scope, parent) {
            return Err(Refusal::missing("parent"));
        }
        if self.state.position(parent, key).is_some() {
            return Err(Refusal::conflict(format!("A variable {key} exists already.")));
        }
        let description = text(&body, "description").unwrap_or_default();
        self.write(parent, format!("set {key}"), true);
        Ok(Reply::created(self.state.set(parent, scope, key, value, secret, description)))
    }

    /// PUT `/variable/{id}`.
    pub(super) fn edit_variable(&mut self, id: &str) -> Outcome {
        let body = self.object()?;
        let key = text(&body, "key").ok_or_else(|| Refusal::bad_request("key is required."))?;
        let Some(variable) = self.state.variables.iter_mut().find(|variable| variable.id == id) else {
            return Err(Refusal::missing("variable"));
        };
        let value = body.get("value").and_then(Value::as_str).unwrap_or(&variable.value).to_owned();
        let effect = variable.key != key || variable.value != value;
        key.clone_into(&mut variable.key);
        variable.value = value;
        let (answer, parent) = (variable.body(), variable.parent.clone());
        self.state.mark_dirty(&parent);
        self.write(&parent, format!("set {key}"), effect);
        Ok(Reply::ok(answer))
    }

    /// DELETE `/variable/{id}`.
    pub(super) fn delete_variable(&mut self, id: &str) -> Outcome {
        let Some(at) = self.state.variables.iter().position(|variable| variable.id == id) else {
            return Err(Refusal::missing("variable"));
        };
        let removed = self.state.variables.remove(at);
        self.state.mark_dirty(&removed.parent);
        self.write(&removed.parent, format!("remove {}", removed.key), true);
        Ok(Reply::empty(204))
    }

    /// POST `/variable/import`: many at once on a service; one that exists stays unless `overwrite` is set.
    pub(super) fn import_variables(&mut self) -> Outcome {
        let (Some(service), Some(kind)) = (self.query("service_id"), self.query("service_type")) else {
            return Err(Refusal::bad_request("service_id and service_type are required."));
        };
        let Some(known) = self.state.service(&service).filter(|known| known.kind.word() == kind) else {
            return Err(Refusal::missing("service"));
        };
        let environment = known.environment.clone();
        let body = self.object()?;
        let overwrite = body.get("overwrite").and_then(Value::as_bool).unwrap_or(false);
        let vars = body.get("vars").and_then(Value::as_array);
        let vars = vars.ok_or_else(|| Refusal::bad_request("vars is required."))?;
        let mut imported = Vec::new();
        for var in vars {
            let field = |key: &str| var.get(key).and_then(Value::as_str);
            let (Some(name), Some(value)) = (field("name"), field("value")) else {
                return Err(Refusal::bad_request("Each variable needs a name and a value."));
            };
            let (scope, parent) = match field("scope") {
                Some("PROJECT") => ("PROJECT", self.state.project.id.clone()),
                Some("ENVIRONMENT") => ("ENVIRONMENT", environment.clone()),
                _ => (kind.as_str(), service.clone()),
            };
            let position = self.state.position(&parent, name);
            self.write(&parent, format!("set {name}"), position.is_none() || overwrite);
            match position {
                Some(_) if !overwrite => continue,
                Some(at) => drop(self.state.variables.remove(at)),
                None => {}
            }
            let secret = var.get("is_secret").and_then(Value::as_bool).unwrap_or(false);
            self.state.set(&parent, scope, name, value, secret, "");
            let mut variable = json!({ "name": name, "scope": scope, "is_secret": secret });
            if !secret {
                variable["value"] = json!(value);
            }
            imported.push(variable);
        }
        Ok(Reply::created(json!({
            "total_variables_to_import": vars.len(),
            "successful_imported_variables": imported,
        })))
    }
}
