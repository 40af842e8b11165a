//! Many variables of a service in one call.

use serde_json::{Value, json};

use super::check_key;
use crate::qovery::call::Call;
use crate::qovery::reply::{Outcome, Refusal, Reply};
use crate::qovery::variable::Variable;

impl Call<'_> {
    /// POST `/variable/import`: one that exists stays unless `overwrite` is set, and one whose key stands above becomes an
    /// override.
    ///
    /// Fewer than were sent may be taken, without a reason (document of 2026-08-20, line 26186).
    pub(in crate::qovery) fn import_variables(&mut self) -> Outcome {
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
        let most = self.state.next_import.take().unwrap_or(usize::MAX);
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
            let is_there = self.state.own_variable(&parent, name).is_some();
            if imported.len() >= most || check_key(name).is_err() || (is_there && !overwrite) {
                continue;
            }
            let secret = var.get("is_secret").and_then(Value::as_bool).unwrap_or(false);
            let mut variable = Variable::new(self.state.ids.object(), &parent, scope, name, value);
            variable.secret = secret;
            if let Some(above) = self.state.variable_above(&parent, name) {
                (variable.kind, variable.of) = ("OVERRIDE", Some(above.id.clone()));
            }
            self.state.variables.retain(|known| known.parent != parent || known.key != name);
            self.state.add_variable(variable);
            self.write(&parent, format!("set {name}"), true);
            let mut taken = json!({ "name": name, "scope": scope, "is_secret": secret });
            if !secret {
                taken["value"] = json!(value);
            }
            imported.push(taken);
        }
        Ok(Reply::created(json!({
            "total_variables_to_import": vars.len(),
            "successful_imported_variables": imported,
        })))
    }
}
