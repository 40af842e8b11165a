//! The actions on one service and on a whole environment.

use serde_json::{Value, json};

use super::action::Action;
use super::call::{Call, text};
use super::kind::QoveryServiceKind as Kind;
use super::quirk::QoveryQuirk;
use super::reply::{Outcome, Refusal, Reply};
use super::request::Wanted;
use super::statuses::answer;
use super::version;

impl Call<'_> {
    /// POST `/{type}/{id}/{verb}`.
    pub(super) fn act_on_service(&mut self, path: &str, id: &str, verb: &str) -> Outcome {
        let service = self.state.service_at(path, id)?;
        let (kind, environment) = (service.kind, service.environment.clone());
        if !kind.has(verb) {
            return Err(Refusal::no_route());
        }
        match verb {
            "deploy" => self.deploy(id, kind, &environment),
            "redeploy" => {
                let action = version::forced(kind, self.query("forceEvent").as_deref())?;
                let redeploys = |action| if action == Action::Deploy { self.redeployment() } else { action };
                self.run_action(id, &environment, action.map(redeploys), None)
            }
            "restart-service" => {
                // Documented: it works only on a service that is deployed. That the refusal is a 409 is inferred.
                if !matches!(self.state_of(id), "DEPLOYED" | "RESTARTED" | "RESTART_ERROR") && self.is_idle(id) {
                    return Err(Refusal::conflict("The service is not deployed."));
                }
                self.run_action(id, &environment, Some(Action::Restart), None)
            }
            "stop" => {
                if self.state_of(id) == "STOPPED" && self.is_idle(id) {
                    return Err(Refusal::conflict("The service is already stopped."));
                }
                let effect = self.runs(id);
                let accepted = self.run_action(id, &environment, Some(Action::Stop), None)?;
                self.write(id, "stop", effect);
                Ok(accepted)
            }
            "uninstall" => {
                self.object()?;
                if self.is_absent(id) {
                    // Nothing is deployed, so nothing is triggered.
                    return Ok(Reply::empty(204));
                }
                self.run_action(id, &environment, Some(Action::Uninstall), None)
            }
            "clone" => self.clone_service(id, kind),
            "cleanFailedJob" => Ok(Reply::ok(json!({ "clean_kubernetes_jobs": [] }))),
            _ => Err(Refusal::no_route()),
        }
    }

    fn deploy(&mut self, id: &str, kind: Kind, environment: &str) -> Outcome {
        // A database has no version to choose and its deploy no body.
        let body = if kind == Kind::Database { json!({}) } else { Value::Object(self.object()?) };
        let body = body.as_object().cloned().unwrap_or_default();
        let wanted = version::version(kind, &body)?;
        let action = if kind == Kind::Terraform {
            Some(version::terraform_action(&body)?)
        } else {
            version::forced(kind, self.query("forceEvent").as_deref())?
        };
        self.run_action(id, environment, action, wanted)
    }

    /// Submits an action on one service; without an action nothing is triggered and the answer is the same.
    fn run_action(&mut self, id: &str, environment: &str, action: Option<Action>, wanted: Option<String>) -> Outcome {
        let request_id = match action {
            Some(action) => self.submit(environment, action, vec![(id.to_owned(), wanted)])?,
            None => None,
        };
        let service = self.state.service(id).ok_or_else(|| Refusal::missing("service"))?;
        Ok(Reply::accepted(answer(self.state.status(service), request_id.as_deref())))
    }

    pub(super) fn state_of(&self, id: &str) -> &str {
        self.state.service(id).map_or("READY", |service| self.state.service_state(service))
    }

    /// Whether neither a running nor a queued action may still change the service.
    fn is_idle(&self, id: &str) -> bool {
        let environment = self.state.service(id).and_then(|service| self.state.environment(&service.environment));
        environment.is_some_and(|environment| {
            let running = environment.running.and_then(|index| self.state.executions.get(index));
            running.is_none_or(|execution| execution.run(id).is_none())
                && !environment.queue.iter().any(|request| request.concerns(id))
        })
    }

    /// Whether a stop of the service changes anything.
    pub(super) fn runs(&self, id: &str) -> bool {
        !matches!(self.state_of(id), "READY" | "STOPPED" | "DELETED") || !self.is_idle(id)
    }

    /// What a redeployment is listed as.
    fn redeployment(&self) -> Action {
        if self.state.quirks.has(QoveryQuirk::RedeployIsRestart) { Action::Restart } else { Action::Deploy }
    }

    /// Whether the cluster holds nothing of the service, nor soon will.
    pub(super) fn is_absent(&self, id: &str) -> bool {
        matches!(self.state_of(id), "READY" | "DELETED") && self.is_idle(id)
    }

    fn clone_service(&mut self, id: &str, kind: Kind) -> Outcome {
        let body = self.object()?;
        let name = text(&body, "name").ok_or_else(|| Refusal::bad_request("name is required."))?;
        let target = text(&body, "environment_id").unwrap_or_default();
        if self.state.environment(target).is_none() {
            return Err(Refusal::bad_request("The environment does not exist."));
        }
        let version = self.state.service(id).map(|service| service.version.clone());
        let copy = self.state.add_service(target, kind, name);
        if let (Some(service), Some(version)) = (self.state.service_mut(&copy), version) {
            service.version = version;
        }
        let service = self.state.service(&copy).ok_or_else(|| Refusal::missing("service"))?;
        Ok(Reply::accepted(self.state.service_body(service)))
    }

    /// DELETE `/{type}/{id}`: queued like any action, though the answer has no body that says so.
    pub(super) fn delete_service(&mut self, path: &str, id: &str) -> Outcome {
        let environment = self.state.service_at(path, id)?.environment.clone();
        if self.flag("skipReconcile") {
            self.state.remove_service(id);
        } else {
            let resources = path == Kind::Terraform.path() && self.flag("resources_only");
            let action = if resources { Action::DeleteResources } else { Action::Delete };
            self.submit(&environment, action, vec![(id.to_owned(), None)])?;
        }
        Ok(Reply::empty(204))
    }

    /// POST `/environment/{id}/{verb}`.
    pub(super) fn act_on_environment(&mut self, id: &str, verb: &str) -> Outcome {
        let environment = self.state.environment(id).ok_or_else(|| Refusal::missing("environment"))?;
        // Documented: what stands in a skipped stage is left out, except by deletions.
        let services = |skipped: bool| -> Vec<Wanted> {
            let of = self.state.services_of(&environment.id).filter(|service| skipped || !service.skipped);
            of.map(|service| (service.id.clone(), None)).collect()
        };
        // Declared: the services go to their latest version.
        let newest = |services: Vec<Wanted>| -> Vec<Wanted> {
            let keeps = self.state.quirks.has(QoveryQuirk::EnvironmentKeepsCommits);
            let head = |id: &str| self.state.service(id).and_then(|service| service.commits.first().cloned());
            services.into_iter().map(|(id, _)| (id.clone(), head(&id).filter(|_| !keeps))).collect()
        };
        let deployed = |services: Vec<Wanted>| services.into_iter().filter(|(id, _)| !self.is_absent(id)).collect();
        let (action, services): (_, Vec<Wanted>) = match verb {
            "deploy" => (Action::Deploy, newest(services(false))),
            "redeploy" => (self.redeployment(), services(false)),
            // There is nothing to stop on a terraform service.
            "stop" => {
                let stoppable = |(id, _): &Wanted| self.state.service(id).is_some_and(|s| s.kind.has("stop"));
                (Action::Stop, services(false).into_iter().filter(stoppable).collect())
            }
            "uninstall" => (Action::Uninstall, deployed(services(true))),
            "cancelDeployment" => return self.cancel_environment(id),
            "clone" => return self.clone_environment(id),
            "cleanFailedJobs" => {
                let ids = self.object()?.remove("job_ids").unwrap_or_else(|| json!([]));
                return Ok(Reply::ok(json!({ "clean_job_ids": ids, "clean_kubernetes_jobs": [] })));
            }
            _ => return Err(Refusal::no_route()),
        };
        let effect = services.iter().any(|(id, _)| self.runs(id));
        let request_id = if services.is_empty() { None } else { self.submit(id, action, services)? };
        if action == Action::Stop {
            self.write(id, "stop", effect);
        }
        let environment = self.state.environment(id).ok_or_else(|| Refusal::missing("environment"))?;
        Ok(Reply::accepted(match verb {
            // Declared `Status`, and the CLI depends on it.
            "deploy" => answer(self.state.environment_as_status(environment), request_id.as_deref()),
            "uninstall" => json!({}),
            _ if request_id.is_none() && self.state.quirks.has(QoveryQuirk::KeptRequestId) => {
                self.state.environment_status(environment)
            }
            _ => answer(self.state.environment_status(environment), request_id.as_deref()),
        }))
    }

    fn cancel_environment(&mut self, id: &str) -> Outcome {
        let body = self.optional_object()?;
        let force = body.get("force_cancel").and_then(Value::as_bool).unwrap_or(false);
        if !self.state.cancel_running(id, force) {
            return Err(Refusal::conflict("Nothing is being deployed, or it was cancelled already."));
        }
        let environment = self.state.environment(id).ok_or_else(|| Refusal::missing("environment"))?;
        Ok(Reply::accepted(self.state.environment_status(environment)))
    }

    fn clone_environment(&mut self, id: &str) -> Outcome {
        let body = self.object()?;
        let name = text(&body, "name").ok_or_else(|| Refusal::bad_request("name is required."))?;
        let source = self.state.environment(id).ok_or_else(|| Refusal::missing("environment"))?;
        let mode = text(&body, "mode").unwrap_or(&source.mode).to_owned();
        let services: Vec<(Kind, String)> = self.state.services_of(id).map(|s| (s.kind, s.name.clone())).collect();
        let copy = self.state.add_environment(name, &mode);
        for (kind, name) in services {
            self.state.add_service(&copy, kind, &name);
        }
        let environment = self.state.environment(&copy).ok_or_else(|| Refusal::missing("environment"))?;
        Ok(Reply::accepted(self.state.environment_body(environment)))
    }

    /// DELETE `/environment/{id}`: the environment goes once its services are gone.
    pub(super) fn delete_environment(&mut self, id: &str) -> Outcome {
        if self.state.environment(id).is_none() {
            return Err(Refusal::missing("environment"));
        }
        if self.flag("skipReconcile") {
            self.state.services.retain(|service| service.environment != id);
            self.state.environments.retain(|environment| environment.id != id);
            return Ok(Reply::empty(204));
        }
        let services = self.state.services_of(id).map(|service| (service.id.clone(), None)).collect();
        let mut request = self.request(id, Action::Delete, services);
        request.removes_environment = true;
        self.state.submit(request)?;
        Ok(Reply::empty(204))
    }

    /// POST `/deploymentQueue/{id}/cancelDeployment`: takes back what still waits.
    pub(super) fn cancel_request(&mut self, id: &str) -> Outcome {
        self.optional_object()?;
        if self.state.quirks.has(QoveryQuirk::LateCancel) || self.state.cancel_queued(id) {
            return Ok(Reply::empty(202));
        }
        // Inferred from the declared codes: 409 is said to mean "already cancelled", 404 is declared too.
        match self.state.started.get(id) {
            Some(_) => Err(Refusal::conflict("The request does not wait any more.")),
            None => Err(Refusal::not_found("No such deployment request.")),
        }
    }
}
