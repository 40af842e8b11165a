//! The statuses of services and environments.

use serde_json::{Value, json};

use super::action::action_status;
use super::execution::Execution;
use super::kind::{PLURALS, QoveryServiceKind as Kind};
use super::quirk::QoveryQuirk;
use super::reply::{Outcome, Refusal, Reply};
use super::service::Service;
use super::state::{Environment, State};

impl State {
    /// `Status` of a service.
    pub(super) fn status(&self, service: &Service) -> Value {
        let run = self.last_run(service);
        let state = self.service_state(service);
        let environment = self.environment(&service.environment);
        let last = environment.and_then(|environment| self.last_execution(environment));
        let queued: Vec<&str> = environment
            .into_iter()
            .flat_map(|environment| &environment.queue)
            .filter(|request| request.concerns(&service.id))
            .map(|request| request.id.as_str())
            .collect();
        let terraform = service.kind.word() == "TERRAFORM";
        let is_ready = service.kind == Kind::Database && self.quirks.has(QoveryQuirk::ReadyDatabases);
        let mut status = json!({
            "id": service.id,
            "state": if is_ready && state == "DEPLOYED" { "READY" } else { state },
            "service_deployment_status": deployment_status(service),
            "is_part_last_deployment": last.is_some_and(|execution| self.is_part(service, execution)),
            "status_details": {
                "action": run.map_or("UNKNOWN", |(_, run)| run.action.words().action),
                "status": action_status(state),
                "sub_action": run.map_or("NONE", |(_, run)| run.action.sub_action(terraform)),
            },
            "deployment_request_id": queued.first(),
            "deployment_requests_count": queued.len(),
            "steps": {
                "total_duration_sec": run.map(|(execution, _)| execution.elapsed(self.tick)),
                "total_computing_duration_sec": run.map_or(0, |(execution, _)| execution.elapsed(self.tick)),
                "details": [],
            },
        });
        if let Some((execution, _)) = run {
            if !self.quirks.has(QoveryQuirk::OmittedExecutionId) {
                status["execution_id"] = json!(execution.id);
            }
            status["last_deployment_date"] = json!(execution.ended_at.unwrap_or(execution.created_at));
        }
        status
    }

    fn is_part(&self, service: &Service, execution: &Execution) -> bool {
        let marks = self.quirks.has(QoveryQuirk::CheckMarksServices) && execution.pre_check.is_some();
        let planned = || execution.runs.iter().any(|run| run.service == service.id);
        execution.run(&service.id).is_some() || (marks && planned())
    }

    /// `EnvironmentStatus`.
    pub(super) fn environment_status(&self, environment: &Environment) -> Value {
        let last = self.last_execution(environment);
        let dropped = self.quirks.has(QoveryQuirk::DroppedRequestId);
        let kept = last.and_then(|execution| execution.queued_as.as_deref()).filter(|_| !dropped);
        // An id of the form that requests have, and the same for the whole execution.
        let of_all = last.filter(|_| self.quirks.has(QoveryQuirk::RequestIdsOfAll)).and_then(|last| last.id.get(..36));
        let kept = kept.or(of_all);
        json!({
            "id": environment.id,
            "state": self.environment_state(environment),
            "last_deployment_state": last.map_or("READY", |execution| execution.state(self.tick)),
            "last_deployment_id": last.map(|execution| &execution.id),
            "last_deployment_date": last.map(|execution| execution.ended_at.unwrap_or(execution.created_at)),
            "total_deployment_duration_in_seconds": last.map(|execution| execution.elapsed(self.tick)),
            "origin": last.map_or("API", |execution| execution.user.origin),
            "triggered_by": last.map(|execution| &execution.user.name),
            "deployment_status": self.environment_deployment_status(environment),
            "deployment_request_id": kept,
            "metrics": null,
        })
    }

    /// The environment as a `Status`, which is what `deployEnvironment` answers with; that the id is then the
    /// environment's is inferred.
    pub(super) fn environment_as_status(&self, environment: &Environment) -> Value {
        let state = self.environment_state(environment);
        let last = self.last_execution(environment);
        json!({
            "id": environment.id,
            "state": state,
            "service_deployment_status": self.environment_deployment_status(environment),
            "is_part_last_deployment": true,
            "status_details": {
                "action": last.map_or("UNKNOWN", |execution| execution.action.words().action),
                "status": action_status(state),
                "sub_action": "NONE",
            },
            "deployment_request_id": null,
            "deployment_requests_count": environment.queue.len(),
        })
    }

    /// What the environment is, from its services: an error dominates, then whatever moves.
    fn environment_state<'a>(&'a self, environment: &'a Environment) -> &'a str {
        let states: Vec<&str> = self.services_of(&environment.id).map(|service| self.service_state(service)).collect();
        let of = |status: &str| states.iter().copied().find(|state| action_status(state) == status);
        ["ERROR", "CANCELING", "ONGOING", "EXECUTING", "QUEUED", "CANCELED"]
            .iter()
            .find_map(|status| of(status))
            .or_else(|| ["DEPLOYED", "RESTARTED", "STOPPED", "DELETED"].into_iter().find(|word| states.contains(word)))
            .unwrap_or("READY")
    }

    fn environment_deployment_status(&self, environment: &Environment) -> &'static str {
        let all: Vec<&str> = self.services_of(&environment.id).map(deployment_status).collect();
        if all.iter().all(|status| *status == "NEVER_DEPLOYED") {
            "NEVER_DEPLOYED"
        } else if all.iter().all(|status| *status == "UP_TO_DATE") {
            "UP_TO_DATE"
        } else {
            "OUT_OF_DATE"
        }
    }

    /// `EnvironmentStatuses`.
    pub(super) fn environment_statuses(&self, environment: &Environment) -> Value {
        let mut body = self.statuses_by_kind(environment, |_| true);
        body["environment"] = self.environment_status(environment);
        body
    }

    /// Six arrays of `Status`, one a kind.
    fn statuses_by_kind(&self, environment: &Environment, only: impl Fn(&Service) -> bool) -> Value {
        let mut body = json!({});
        for plural in PLURALS {
            let of_kind = self.services_of(&environment.id).filter(|s| s.kind.plural() == plural && only(s));
            body[plural] = of_kind.map(|service| self.status(service)).collect();
        }
        body
    }

    /// The statuses by deployment stage, with the check before the deployment.
    pub(super) fn statuses_with_stages(&self, environment: &Environment) -> Value {
        let last = self.last_execution(environment);
        let pre_check = last.map(|execution| match execution.pre_check {
            Some(_) if execution.is_over(self.tick) => json!({ "status": "ERROR", "total_duration_sec": 2 }),
            _ => json!({ "status": "SUCCESS", "total_duration_sec": 1 }),
        });
        let stages = [(&environment.stage, "DEFAULT", false), (&environment.skipped_stage, "SKIPPED", true)];
        let stages: Vec<Value> = stages
            .into_iter()
            .filter(|(_, _, skipped)| !skipped || self.services_of(&environment.id).any(|s| s.skipped))
            .map(|(id, name, skipped)| {
                let status =
                    if skipped { "SKIPPED" } else { last.map_or("DONE", |e| stage_status(e.state(self.tick))) };
                let mut stage = self.statuses_by_kind(environment, |service| service.skipped == skipped);
                stage["stage"] = json!({ "id": id, "name": name, "description": "", "status": status });
                stage
            })
            .collect();
        let mut body = json!({ "environment": self.environment_status(environment), "stages": stages });
        if let Some(pre_check) = pre_check {
            body["pre_check_stage"] = pre_check;
        }
        body
    }

    /// The status of a request: the environment's word while it waits and afterwards.
    ///
    /// Only declared. By default it still answers once the request has left the queue; with `ForgottenRequests` it does
    /// not.
    pub(super) fn request_status(&self, request: &str) -> Outcome {
        let body = |environment: &str, state: &str| {
            let body = json!({ "deployment_request_id": request, "environment_id": environment, "status": state });
            Ok(Reply::ok(body))
        };
        for environment in &self.environments {
            if let Some(queued) = environment.queue.iter().find(|queued| queued.id == request) {
                return body(&environment.id, queued.action.words().queued);
            }
        }
        let forgotten = self.quirks.has(QoveryQuirk::ForgottenRequests);
        let execution = self.started.get(request).filter(|_| !forgotten).copied().flatten();
        match execution.and_then(|index| self.executions.get(index)) {
            Some(execution) if execution.shows(self.tick) => body(&execution.environment, execution.state(self.tick)),
            Some(execution) => body(&execution.environment, execution.action.words().queued),
            None => Err(Refusal::not_found("No such deployment request.")),
        }
    }
}

/// An action's answer: the status as it was, with the id of the request, null if it started at once.
pub(super) fn answer(mut status: Value, request_id: Option<&str>) -> Value {
    status["deployment_request_id"] = json!(request_id);
    status
}

fn deployment_status(service: &Service) -> &'static str {
    match &service.deployed_version {
        None => "NEVER_DEPLOYED",
        Some(version) if *version == service.version && !service.dirty => "UP_TO_DATE",
        Some(_) => "OUT_OF_DATE",
    }
}

/// `StageStatusEnum` for a state.
pub(super) fn stage_status(state: &str) -> &'static str {
    match action_status(state) {
        "NEVER" | "SUCCESS" => "DONE",
        "ERROR" => "ERROR",
        "CANCELED" => "CANCELED",
        "QUEUED" => "QUEUED",
        _ => "ONGOING",
    }
}
