//! What the server hands to the container engine, and how it scales what is there.

use super::containers::is_swarm;
use super::engine::Running;
use super::procedure::Call;
use super::service::{Kind, Service, Target};
use super::state::State;
use super::triggered::{DokployJobState, DokployOperation, DokployOrigin, DokployTriggered};
use crate::sender::Sender;

impl State {
    /// What a deployment or a reload hands to the engine: the settings of this moment.
    ///
    /// An error is the line of the log about a variable that cannot be resolved.
    pub(super) fn settings_of(&self, service: &Service) -> Result<Running, String> {
        let image = match (service.target.kind, service.text("sourceType")) {
            (Kind::Application, "docker") | (Kind::Database(_), _) => service.text("dockerImage").to_owned(),
            // The revision of a build is not known here.
            _ => format!("{}:latest", service.text("appName")),
        };
        let replicas = service.columns.get("replicas").and_then(serde_json::Value::as_u64).unwrap_or(1);
        Ok(Running { image, replicas, variables: self.variables_of(service)? })
    }

    /// Hands settings to the engine, which starts the service if it was stopped.
    pub(super) fn apply(&mut self, target: &Target, settings: Running) {
        let has_node = !self.quirks.no_node;
        if let Some(service) = self.service_mut(target) {
            service.tasks.replace(settings.replicas, has_node);
            service.running = Some(settings);
        }
    }

    /// Records an operation that leaves no row.
    pub(super) fn note_operation(
        &mut self,
        target: &Target,
        operation: DokployOperation,
        sender: Sender,
        state: DokployJobState,
    ) {
        self.ledger.push(DokployTriggered {
            deployment_id: None,
            target: target.id.clone(),
            title: None,
            description: None,
            operation,
            origin: DokployOrigin::Api,
            sender,
            state,
            ended_at: state.is_over().then(|| self.ticker.began(self.tick)),
        });
    }
}

impl Call<'_> {
    /// Changes how many replicas run, and returns whether that is another number.
    pub(super) fn scale(&mut self, target: &Target, replicas: u64) -> bool {
        let Some(service) = self.state.service_mut(target) else { return false };
        let is_swarm = is_swarm(service);
        let Some(running) = service.running.as_mut() else { return false };
        if is_swarm {
            service.tasks.scale(replicas);
        } else {
            // Docker compose keeps the containers that it stops.
            service.tasks.say(if replicas > 0 { "Running" } else { "Exited" }, "");
        }
        std::mem::replace(&mut running.replicas, replicas) != replicas
    }
}
