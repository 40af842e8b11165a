//! The actions on several services of an environment in one call.

use serde_json::Value;

use super::action::Action;
use super::call::{Call, Object, text};
use super::kind::QoveryServiceKind as Kind;
use super::quirk::QoveryQuirk;
use super::reply::{Outcome, Refusal, Reply};
use super::request::Wanted;
use super::statuses::answer;
use super::version;

/// The lists of plain ids in the bodies of stop, delete and uninstall.
const IDS: [(&str, &str); 6] = [
    ("application_ids", "application"),
    ("container_ids", "container"),
    ("database_ids", "database"),
    ("job_ids", "job"),
    ("helm_ids", "helm"),
    ("terraform_ids", "terraform"),
];

impl Call<'_> {
    /// POST `/environment/{id}/service/{verb}`.
    pub(super) fn act_on_services(&mut self, environment: &str, verb: &str) -> Outcome {
        if self.state.environment(environment).is_none() {
            return Err(Refusal::missing("environment"));
        }
        let body = self.object()?;
        let (action, services) = match verb {
            "deploy" => (Action::Deploy, self.versioned(environment, &body)?),
            // Declared: a restart takes applications, containers and databases only.
            "restart-service" => (Action::Restart, self.plain(environment, &body, &IDS[..3])?),
            "stop" => (Action::Stop, self.plain(environment, &body, &IDS)?),
            "delete" => (Action::Delete, self.plain(environment, &body, &IDS)?),
            "uninstall" => {
                let mut services = self.plain(environment, &body, &IDS)?;
                services.retain(|(id, _)| !self.is_absent(id));
                (Action::Uninstall, services)
            }
            _ => return Err(Refusal::no_route()),
        };
        if verb == "delete" && self.flag("skipReconcile") {
            for (id, _) in services {
                self.state.remove_service(&id);
            }
            return Ok(Reply::empty(200));
        }
        let stopped: Vec<_> = services.iter().filter(|_| action == Action::Stop).collect();
        let stopped: Vec<_> = stopped.into_iter().map(|(id, _)| (id.clone(), self.runs(id))).collect();
        let request_id = if services.is_empty() { None } else { self.submit(environment, action, services)? };
        for (id, effect) in stopped {
            self.write(&id, "stop", effect);
        }
        let environment = self.state.environment(environment).ok_or_else(|| Refusal::missing("environment"))?;
        Ok(match verb {
            "deploy" => Reply::accepted(answer(self.state.environment_status(environment), request_id.as_deref())),
            "restart-service" => {
                Reply::accepted(answer(self.state.environment_as_status(environment), request_id.as_deref()))
            }
            // No body, so nothing to correlate with.
            _ => Reply::empty(200),
        })
    }

    /// The services of a `DeployAllRequest`, each with its version.
    ///
    /// The key is `application_id` for applications, `id` for the others, and databases are bare ids.
    fn versioned(&self, environment: &str, body: &Object) -> Result<Vec<Wanted>, Refusal> {
        let kinds = [Kind::Application, Kind::Container, Kind::Database, Kind::CronJob, Kind::Helm, Kind::Terraform];
        let mut services = Vec::new();
        for kind in kinds {
            for entry in list(body, kind.plural())? {
                let none = Object::new();
                let (id, fields) = match entry {
                    Value::String(id) if kind == Kind::Database => (Some(id.as_str()), &none),
                    Value::Object(fields) if kind == Kind::Application => (text(fields, "application_id"), fields),
                    Value::Object(fields) if kind != Kind::Database => (text(fields, "id"), fields),
                    _ => (None, &none),
                };
                let id = id.ok_or_else(|| Refusal::bad_request(format!("{} needs ids.", kind.plural())))?;
                let kind = self.kind_of(environment, kind.path(), id)?;
                let version = version::version(kind, fields)?;
                let first = self.state.service(id).is_some_and(|service| service.deployed_version.is_none());
                if first && version.is_none() && kind != Kind::Database && self.needs_version() {
                    return Err(Refusal::bad_request("A first deployment needs a version."));
                }
                services.push((id.to_owned(), version));
            }
        }
        Ok(services)
    }

    fn needs_version(&self) -> bool {
        self.state.quirks.has(QoveryQuirk::FirstVersionNeeded)
    }

    fn plain(&self, environment: &str, body: &Object, keys: &[(&str, &str)]) -> Result<Vec<Wanted>, Refusal> {
        let mut services = Vec::new();
        for (key, path) in keys {
            for entry in list(body, key)? {
                let id = entry.as_str().ok_or_else(|| Refusal::bad_request(format!("{key} needs ids.")))?;
                self.kind_of(environment, path, id)?;
                services.push((id.to_owned(), None));
            }
        }
        Ok(services)
    }

    /// The kind of a service that a body names; one that is not there makes the body wrong.
    fn kind_of(&self, environment: &str, path: &str, id: &str) -> Result<Kind, Refusal> {
        let service = self.state.service(id).filter(|s| s.kind.path() == path && s.environment == environment);
        // The Terraform provider treats a 400 whose text contains "exist" as not found.
        service.map(|s| s.kind).ok_or_else(|| Refusal::bad_request(format!("The {path} {id} does not exist.")))
    }
}

fn list<'a>(body: &'a Object, key: &str) -> Result<&'a [Value], Refusal> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(Refusal::bad_request(format!("{key} must be a list."))),
    }
}
