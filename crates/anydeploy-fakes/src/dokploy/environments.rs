//! Environments, and the services they hold.

use serde_json::Value;

use super::database::DokployDatabase;
use super::failure::Failure;
use super::procedure::{Body, Call, Procedure, Reply};
use super::service::Kind;
use super::state::State;

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::get("environment.one", one).since(0, 25, 0),
    Procedure::get("environment.byProjectId", by_project).since(0, 25, 0),
    Procedure::post("environment.create", create).since(0, 25, 0),
    Procedure::post("environment.update", update).since(0, 25, 0),
    Procedure::post("environment.remove", remove).since(0, 25, 0),
];

impl State {
    pub(super) fn environment(&self, id: &str) -> Option<&Value> {
        self.environments.iter().find(|environment| environment["environmentId"] == id)
    }
}

/// Adds to `shown` what the environment holds, each service by its id and those of its columns that the list shows.
pub(super) fn services_of(
    call: &Call<'_>,
    environment: &Value,
    shown: &mut Value,
    wanted: impl Fn(Kind, &str) -> bool,
) {
    let databases = DokployDatabase::ALL.map(|engine| (engine.word(), Kind::Database(engine)));
    for (list, kind) in [("applications", Kind::Application), ("compose", Kind::Compose)].into_iter().chain(databases) {
        let mut services = Vec::new();
        for service in &call.state.services {
            let here = environment["environmentId"] == service.text("environmentId");
            if !here || service.target.kind != kind || !call.caller.may_use(&service.target.id) {
                continue;
            }
            let mut summary = service.summary();
            if let Some(summary) = summary.as_object_mut() {
                summary.retain(|column, _| column == kind.id_field() || wanted(kind, column));
            }
            services.push(summary);
        }
        shown[list] = services.into();
    }
}

fn found(call: &Call<'_>) -> Result<Value, Failure> {
    let mut check = call.input.check();
    let id = check.filled("environmentId");
    check.finish()?;
    call.state.environment(&id).cloned().ok_or_else(|| Failure::not_found("Environment not found"))
}

fn with_project(call: &Call<'_>, environment: &Value) -> Value {
    let id = environment["projectId"].as_str().unwrap_or_default();
    let mut shown = environment.clone();
    shown["project"] = call.state.project(id).cloned().unwrap_or_default();
    if let Some(shown) = shown.as_object_mut() {
        shown.remove("createdAt");
    }
    shown
}

fn one(call: &mut Call<'_>) -> Reply {
    let environment = found(call)?;
    let mut shown = with_project(call, &environment);
    services_of(call, &environment, &mut shown, |_, column| column != "appName");
    Ok(shown.into())
}

fn by_project(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let id = check.filled("projectId");
    check.finish()?;
    let mut list = Vec::new();
    for environment in call.state.environments.iter().filter(|environment| environment["projectId"] == id.as_str()) {
        let mut shown = with_project(call, environment);
        services_of(call, environment, &mut shown, |_, _| true);
        if let Some(shown) = shown.as_object_mut() {
            shown.retain(|column, _| column != "projectId" && column != "env");
        }
        list.push(shown);
    }
    Ok(Value::from(list).into())
}

fn create(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let (name, project) = (check.filled("name"), check.text("projectId"));
    let description = check.optional("description");
    check.finish()?;
    call.owners_only("environment")?;
    if name == "production" {
        return Err(Failure::bad_request("You cannot create a environment with the name 'production'"));
    }
    if call.state.project(&project).is_none() {
        // What the real server says ends in its SQL and the values.
        return Err(Failure::bad_request("Error creating the environment: Failed query: insert into \"environment\""));
    }
    Ok(call.state.new_environment(&name, &description.into(), &project, false).into())
}

/// Every refusal is a 400, also an unknown id.
fn update(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let id = check.filled("environmentId");
    check.optional("name");
    check.optional("description");
    check.optional("env");
    check.finish()?;
    call.owners_only("environment")?;
    let fields = call.input.fields();
    let kept = call.state.environments.iter_mut().find(|kept| kept["environmentId"] == id.as_str());
    let Some(kept) = kept else {
        return Err(Failure::bad_request("Error updating the environment: Environment not found"));
    };
    for column in ["name", "description", "env"] {
        if let Some(value) = fields.get(column) {
            kept[column] = value.clone();
        }
    }
    Ok(kept.clone().into())
}

fn remove(call: &mut Call<'_>) -> Reply {
    let environment = found(call)?;
    call.owners_only("environment")?;
    let id = environment["environmentId"].as_str().unwrap_or_default();
    if call.state.services.iter().any(|service| service.text("environmentId") == id) {
        return Err(Failure::bad_request(
            "Cannot delete environment: it has active services. Delete all services first.",
        ));
    }
    if environment["isDefault"] == true {
        return Err(Failure::bad_request("You cannot delete the default environment"));
    }
    call.state.environments.retain(|kept| kept["environmentId"] != id);
    Ok(Body::Json(environment))
}
