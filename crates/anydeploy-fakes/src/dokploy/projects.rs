//! Projects, each with its environments and what they hold.

use serde_json::{Value, json};

use super::database::DokployDatabase;
use super::environments::services_of;
use super::failure::Failure;
use super::procedure::{Call, Procedure, Reply};
use super::quirk::Release;
use super::service::Kind;
use super::state::State;

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::get("project.all", |call| Ok(all(call).into())),
    Procedure::get("project.one", one),
    Procedure::post("project.create", create),
    Procedure::post("project.update", update),
    Procedure::post("project.remove", remove),
];

impl State {
    pub(super) fn project(&self, id: &str) -> Option<&Value> {
        self.projects.iter().find(|project| project["projectId"] == id)
    }

    fn environments_of(&self, project: &Value) -> impl Iterator<Item = &Value> {
        self.environments.iter().filter(|environment| environment["projectId"] == project["projectId"])
    }
}

/// Newest first; a service is shown by no more than id, name and status, a database to owners by its id alone, and a
/// member sees no others than his.
fn all(call: &Call<'_>) -> Value {
    let mut projects = Vec::new();
    for project in call.state.projects.iter().rev() {
        let mut environments = Vec::new();
        for environment in call.state.environments_of(project) {
            let mut shown = json!({
                "name": environment["name"], "environmentId": environment["environmentId"],
                "isDefault": environment["isDefault"],
            });
            services_of(call, environment, &mut shown, |kind, column| {
                let is_bare = matches!(kind, Kind::Database(_)) && !call.caller.is_member();
                !is_bare && (column == "name" || column == kind.status_field())
            });
            environments.push(shown);
        }
        if call.caller.is_member() && !environments.iter().any(holds_services) {
            continue;
        }
        let mut shown = project.clone();
        if call.state.quirks.release < Release::ENVIRONMENTS {
            hold_services(&mut shown, &environments);
        } else {
            shown["environments"] = environments.into();
            shown["projectTags"] = json!([]);
        }
        projects.push(shown);
    }
    projects.into()
}

/// Puts what the environments hold into the project itself.
fn hold_services(project: &mut Value, environments: &[Value]) {
    for list in ["applications", "compose", "mariadb", "mongo", "mysql", "postgres", "redis"] {
        let lists = environments.iter().filter_map(|environment| environment[list].as_array());
        project[list] = lists.flatten().cloned().collect();
    }
}

fn holds_services(environment: &Value) -> bool {
    let databases = DokployDatabase::ALL.map(DokployDatabase::word);
    ["applications", "compose"].into_iter().chain(databases).any(|list| environment[list] != json!([]))
}

fn one(call: &mut Call<'_>) -> Reply {
    let project = found(call)?;
    let mut environments = Vec::new();
    for environment in call.state.environments_of(&project) {
        let mut shown = environment.clone();
        services_of(call, environment, &mut shown, |kind, column| kind == Kind::Application || column != "icon");
        environments.push(shown);
    }
    if call.caller.is_member() && !environments.iter().any(holds_services) {
        return Err(Failure::unauthorized("You don't have access to this project"));
    }
    let mut project = project;
    project["environments"] = environments.into();
    project["projectTags"] = json!([]);
    Ok(project.into())
}

fn found(call: &Call<'_>) -> Result<Value, Failure> {
    let mut check = call.input.check();
    let id = check.filled("projectId");
    check.finish()?;
    call.state.project(&id).cloned().ok_or_else(|| Failure::not_found("Project not found"))
}

/// Wraps every refusal, also a missing permission, in a 400.
fn create(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let name = check.filled("name");
    let env = check.optional("env").unwrap_or_default();
    check.finish()?;
    if call.caller.is_member() {
        return Err(Failure::bad_request("Error creating the project: unauthorized to access resource \"project\""));
    }
    let description = call.input.fields().get("description").cloned().unwrap_or_default();
    let (project, environment) = call.state.new_project(&name, &description, &env);
    Ok(json!({ "project": project, "environment": environment }).into())
}

fn update(call: &mut Call<'_>) -> Reply {
    let project = found(call)?;
    call.owners_only("project")?;
    let fields = call.input.fields();
    let Some(kept) = call.state.projects.iter_mut().find(|kept| kept["projectId"] == project["projectId"]) else {
        return Err(Failure::not_found("Project not found"));
    };
    for column in ["name", "description", "env"] {
        if let Some(value) = fields.get(column) {
            kept[column] = value.clone();
        }
    }
    Ok(kept.clone().into())
}

/// Takes environments, services and rows with it; what runs in the cluster stays there.
fn remove(call: &mut Call<'_>) -> Reply {
    let project = found(call)?;
    call.owners_only("project")?;
    let environments: Vec<Value> =
        call.state.environments_of(&project).map(|environment| environment["environmentId"].clone()).collect();
    let state = &mut *call.state;
    let removed: Vec<_> = (state.services.iter())
        .filter(|service| environments.iter().any(|id| *id == service.text("environmentId")))
        .map(|service| service.target.clone())
        .collect();
    for target in removed {
        state.delete_service(&target);
    }
    state.environments.retain(|environment| environment["projectId"] != project["projectId"]);
    state.projects.retain(|other| other["projectId"] != project["projectId"]);
    Ok(project.into())
}
