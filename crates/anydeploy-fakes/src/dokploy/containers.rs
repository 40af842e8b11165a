//! What the engine runs, as the server lists it: the tasks of services, and containers.

use serde_json::{Value, json};

use super::procedure::{Body, Call, Procedure, Reply};
use super::quirk::Release;
use super::service::{Kind, Service};
use super::tasks::Task;

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::get("docker.getContainers", containers),
    Procedure::get("docker.getServiceContainersByAppName", |call| tasks(call, false)),
    Procedure::get("docker.getStackContainersByAppName", |call| tasks(call, true)),
    Procedure::get("docker.getContainersByAppNameMatch", by_name),
    Procedure::get("docker.getConfig", inspect),
];

/// The containers of the whole host, also those that ended; a failure of the command is an empty list.
fn containers(call: &mut Call<'_>) -> Reply {
    call.owners_only("docker")?;
    if call.state.quirks.engine_down {
        return Ok(json!([]).into());
    }
    let crashes = call.state.quirks.crash_loop;
    let container = |service: &Service, task: &Task| {
        let has_ended = !task.is_wanted || crashes && is_swarm(service);
        let (state, status) = if has_ended {
            ("exited".to_owned(), "Exited (1) 2 seconds ago".to_owned())
        } else {
            (docker_state(task), status(service, task))
        };
        json!({
            "containerId": container_id(task), "name": container_name(service, task),
            "image": service.running.as_ref().map_or("", |running| &running.image), "ports": "",
            "state": state, "status": status,
        })
    };
    let of_service = |service: &Service| -> Vec<Value> {
        service.tasks.listed.iter().filter(|task| has_container(task)).map(|task| container(service, task)).collect()
    };
    // The panel leaves out its own containers by their names, and with them all that are called alike.
    let is_shown = |service: &&Service| !service.text("appName").contains("dokploy");
    let listed: Vec<Value> = call.state.services.iter().filter(is_shown).flat_map(of_service).collect();
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

/// All tasks of a service, also those that ended; the id that it shows is that of the task.
fn tasks(call: &mut Call<'_>, is_stack: bool) -> Reply {
    let app_name = app_name(call)?;
    call.owners_only("docker")?;
    let services = call.state.services.iter().filter(|service| service.text("appName") == app_name);
    let listed: Vec<Value> = services
        .filter(|service| is_swarm(service) && (service.target.kind == Kind::Compose) == is_stack)
        .flat_map(|service| service.tasks.listed.iter().map(move |task| (service, task)))
        .map(|(service, task)| {
            let desired = if task.is_wanted { "running" } else { "shutdown" };
            let mut listed = json!({
                "containerId": task.id, "name": task_name(service, task), "state": desired, "node": "node1",
            });
            if call.state.quirks.release >= Release::TASK_STATES {
                listed["currentState"] = format!("{} 5 seconds ago", task.current).into();
                listed["error"] = task.error.as_str().into();
            }
            listed
        })
        .collect();
    // The engine knows no such service, which is a failure like any other.
    Ok(if call.state.quirks.engine_down { json!([]) } else { listed.into() }.into())
}

/// Containers by the name of what they belong to, which the server does not compare with what the caller may see.
fn by_name(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let (app_name, kind) = (check.filled("appName"), check.optional("appType"));
    check.finish()?;
    if call.state.quirks.engine_down {
        return Ok(json!([]).into());
    }
    let is_asked = |service: &&Service| match kind.as_deref() {
        Some("docker-compose") => service.target.kind == Kind::Compose && service.text("appName") == app_name,
        Some(_) => is_swarm(service) && service.text("appName") == app_name,
        None => service.text("appName").starts_with(&app_name),
    };
    let is_stack = kind.as_deref() == Some("stack");
    let container = |service: &Service, task: &Task| {
        let name = container_name(service, task);
        if is_stack {
            let (state, status) = (task.current.to_lowercase(), format!("{} 5 seconds ago", task.current));
            return json!({ "containerId": "", "name": name, "node": "node1", "state": state, "status": status });
        }
        let (state, status) = (docker_state(task), status(service, task));
        json!({ "containerId": container_id(task), "name": name, "state": state, "status": status })
    };
    let of_service = |service| wanted(service).into_iter().map(move |task| container(service, task));
    let listed: Vec<Value> = call.state.services.iter().filter(is_asked).flat_map(of_service).collect();
    if listed.is_empty() {
        let nothing = json!({
            "containerId": "No container id", "name": "No container name", "state": "No state", "status": "No status",
        });
        return Ok(json!([nothing]).into());
    }
    Ok(listed.into())
}

/// `docker inspect`, with the variables of the container; a failure is an empty body.
fn inspect(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let id = check.filled("containerId");
    check.finish()?;
    call.owners_only("docker")?;
    let of_service = |service| wanted(service).into_iter().map(move |task| (service, task));
    let found = call.state.services.iter().flat_map(of_service).find(|(_, task)| container_id(task) == id);
    let Some((service, task)) = found.filter(|_| !call.state.quirks.engine_down) else { return Ok(Body::Empty) };
    Ok(json!({
        "Id": id, "Name": format!("/{}", container_name(service, task)), "RestartCount": task.restarts,
        "State": { "Status": docker_state(task), "Health": { "Status": service.tasks.check } },
        "Config": { "Env": ["PASSWORD=secret"] },
    })
    .into())
}

fn app_name(call: &Call<'_>) -> Result<String, super::failure::Failure> {
    let mut check = call.input.check();
    let app_name = check.filled("appName");
    check.finish()?;
    Ok(app_name)
}

/// Whether it runs as a service of the swarm; a compose stack does so on request only.
pub(super) fn is_swarm(service: &Service) -> bool {
    service.target.kind != Kind::Compose || service.text("composeType") == "stack"
}

/// The tasks that have a container.
pub(super) fn wanted(service: &Service) -> Vec<&Task> {
    service.tasks.wanted().filter(|task| has_container(task)).collect()
}

fn has_container(task: &Task) -> bool {
    task.current != "Pending"
}

fn task_name(service: &Service, task: &Task) -> String {
    let app_name = service.text("appName");
    match &*task.part {
        "" => format!("{app_name}.{}", task.slot),
        part => format!("{app_name}_{part}.{}", task.slot),
    }
}

/// A container of the swarm is named after its task, one of docker compose after its service and number.
pub(super) fn container_name(service: &Service, task: &Task) -> String {
    if is_swarm(service) {
        return format!("{}.{}", task_name(service, task), task.id);
    }
    format!("{}-{}-{}", service.text("appName"), task.part, task.slot)
}

fn container_id(task: &Task) -> String {
    format!("c{}", task.id)
}

/// The state of a container, which is written like that of its task unless a test says otherwise.
fn docker_state(task: &Task) -> String {
    if task.current == "Starting" { "created".to_owned() } else { task.current.to_lowercase() }
}

fn status(service: &Service, task: &Task) -> String {
    match (&*docker_state(task), &service.tasks.check) {
        ("running", None) => "Up 5 seconds".to_owned(),
        ("running", Some(check)) if check == "starting" => "Up 5 seconds (health: starting)".to_owned(),
        ("running", Some(check)) => format!("Up 5 seconds ({check})"),
        ("exited", _) => "Exited (1) 5 seconds ago".to_owned(),
        ("restarting", _) => "Restarting (1) 5 seconds ago".to_owned(),
        (_, _) => "Created".to_owned(),
    }
}
