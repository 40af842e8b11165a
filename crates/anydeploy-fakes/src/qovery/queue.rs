//! The queue of an environment, as a whole and as one service sees it.

use serde_json::{Value, json};

use super::objects::ICON;
use super::reply::{Outcome, Refusal, Reply};
use super::request::Request;
use super::state::{Environment, State};

impl State {
    /// The queued requests of an environment; they carry no date, only ids that sort by age.
    pub(super) fn environment_queue(&self, environment: &Environment) -> Reply {
        Reply::results(environment.queue.iter().map(|request| self.queued(environment, request)).collect())
    }

    fn queued(&self, environment: &Environment, request: &Request) -> Value {
        let services: Vec<Value> = request
            .services
            .iter()
            .filter_map(|(id, _)| self.service(id))
            .map(|service| {
                let mut entry = json!({
                    "identifier": {
                        "service_id": service.id,
                        "service_type": service.kind.word(),
                        "name": service.name,
                    },
                    "status": "QUEUED",
                    "icon_uri": ICON,
                });
                if let Some(job_type) = service.kind.job_type() {
                    entry["details"] = json!({ "job_type": job_type });
                }
                entry
            })
            .collect();
        json!({
            "identifier": { "deployment_request_id": request.id, "environment_id": environment.id },
            "auditing_data": { "triggered_by": request.user.name, "origin": request.user.origin },
            "trigger_action": request.action.trigger(),
            "stages": [{ "name": "DEFAULT", "status": "QUEUED", "services": services }],
        })
    }

    /// The queued requests that concern one service.
    pub(super) fn service_queue(&self, id: &str) -> Outcome {
        let Some((service, environment)) =
            self.service(id).and_then(|service| Some((service, self.environment(&service.environment)?)))
        else {
            return Err(Refusal::missing("service"));
        };
        let requests = environment.queue.iter().filter(|request| request.concerns(id));
        let results = requests.map(|request| {
            json!({
                "identifier": {
                    "deployment_request_id": request.id,
                    "service_id": service.id,
                    "service_type": service.kind.word(),
                    "name": service.name,
                },
                "auditing_data": { "triggered_by": request.user.name, "origin": request.user.origin },
                "status_details": {
                    "action": request.action.words().action,
                    "status": "QUEUED",
                    "sub_action": request.action.sub_action(service.kind.word() == "TERRAFORM"),
                },
                "icon_uri": ICON,
            })
        });
        Ok(Reply::results(results.collect()))
    }
}
