//! The containers that the engine runs, as the server lists them.

use serde_json::{Value, json};

use super::procedure::{Call, Procedure, Reply};
use super::service::{Kind, Service};

pub(super) const PROCEDURES: &[Procedure] = &[Procedure::get("docker.getContainers", containers)];

/// The containers of the whole host; a failure of the command is an empty list.
fn containers(call: &mut Call<'_>) -> Reply {
    call.owners_only("docker")?;
    if call.state.quirks.engine_down {
        return Ok(json!([]).into());
    }
    let listed: Vec<Value> = call.state.services.iter().flat_map(of_service).collect();
    if listed.is_empty() {
        // Without any output, the server makes one element of the empty line.
        let nothing = json!({
            "containerId": "No container id", "name": "No container name", "image": "No image", "ports": "No ports",
            "state": "No state", "status": "No status",
        });
        return Ok(json!([nothing]).into());
    }
    Ok(listed.into())
}

/// One container for each replica, named after the service, its slot and its task.
fn of_service(service: &Service) -> Vec<Value> {
    let Some(running) = service.running.as_ref().filter(|_| service.target.kind == Kind::Application) else {
        return Vec::new();
    };
    let container = |slot: u64| {
        let name = format!("{}.{slot}.task{slot}", service.text("appName"));
        json!({
            "containerId": format!("container{slot}"), "name": name, "image": running.image, "ports": "",
            "state": "running", "status": "Up 5 seconds",
        })
    };
    (1..=running.replicas).map(container).collect()
}
