//! Applications: made, read, changed, started and stopped.

use serde_json::{Value, json};

use super::failure::Failure;
use super::procedure::{Body, Call, Procedure, Reply};
use super::row::Row;
use super::service::{Kind, Service, Target};
use super::state::State;

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::post("application.create", create),
    Procedure::get("application.one", one),
    Procedure::get("application.search", |call| search(call, Kind::Application)).since(0, 28, 3),
    Procedure::post("application.update", update),
    Procedure::post("application.saveEnvironment", save_environment),
    Procedure::post("application.saveDockerProvider", save_docker_provider),
    Procedure::post("application.saveGitProvider", save_git_provider).since(0, 25, 5),
    Procedure::post("application.delete", delete),
    Procedure::post("application.start", start),
    Procedure::post("application.stop", stop),
    Procedure::post("application.reload", reload),
    Procedure::post("application.markRunning", mark_running),
    Procedure::post("application.refreshToken", |call| refresh_token(call, Kind::Application)),
];

fn create(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let (name, environment) = (check.filled("name"), check.text("environmentId"));
    let app_name = check.optional("appName");
    check.finish()?;
    call.owners_only("service")?;
    if call.state.environment(&environment).is_none() {
        return Err(Failure::not_found("Environment not found"));
    }
    let mut given = json!({ "environmentId": environment });
    for column in ["description", "sourceType"] {
        if let Some(value) = call.input.fields().get(column) {
            given[column] = value.clone();
        }
    }
    let id = call.state.new_service(Kind::Application, &name, app_name.as_deref(), given);
    let made = call.state.target(&id).and_then(|target| call.state.service(&target));
    Ok(made.map_or(Value::Null, |service| Value::Object(service.columns.clone())).into())
}

fn one(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Application)?;
    let mut nested = nested(call.state, call.service(&target)?);
    nested["hasGitProviderAccess"] = true.into();
    nested["unauthorizedProvider"] = Value::Null;
    Ok(nested.into())
}

/// The row with everything that belongs to it; secrets in clear, the deployments in no promised order.
pub(super) fn nested(state: &State, service: &Service) -> Value {
    let mut nested = service.columns.clone();
    let mut environment = state.environment(service.text("environmentId")).cloned().unwrap_or_default();
    let project = environment["projectId"].as_str().and_then(|id| state.project(id)).cloned();
    environment["project"] = project.unwrap_or_default();
    nested.insert("environment".into(), environment);
    let deployments: Value = state.rows.iter().filter(|row| row.target == service.target).map(Row::json).collect();
    nested.insert("deployments".into(), deployments);
    let lists: &[&str] = match service.target.kind {
        Kind::Compose => &["domains", "mounts", "backups"],
        _ => &["domains", "mounts", "redirects", "security", "ports"],
    };
    nested.extend(lists.iter().map(|list| ((*list).to_owned(), json!([]))));
    nested.extend(["gitlab", "github", "bitbucket", "gitea", "server"].map(|one| (one.to_owned(), Value::Null)));
    if service.target.kind == Kind::Application {
        nested.insert("previewDeployments".into(), state.previews_of(&service.target.id));
        let registries = ["registry", "buildRegistry", "rollbackRegistry"];
        nested.extend(registries.map(|one| (one.to_owned(), Value::Null)));
    }
    Value::Object(nested)
}

pub(super) fn search(call: &mut Call<'_>, kind: Kind) -> Reply {
    let mut check = call.input.check();
    let (limit, offset) = (check.number("limit", 20, 1, 100), check.number("offset", 0, 0, u64::MAX));
    let (wanted, name) = (check.optional("q"), check.optional("name"));
    check.finish()?;
    let contains = |service: &Service, column: &str, word: &Option<String>| {
        word.as_ref().is_none_or(|word| service.text(column).to_lowercase().contains(&word.to_lowercase()))
    };
    let found: Vec<&Service> = (call.state.services.iter().rev())
        .filter(|service| service.target.kind == kind && call.caller.may_use(&service.target.id))
        .filter(|service| contains(service, "name", &wanted) || contains(service, "appName", &wanted))
        .filter(|service| contains(service, "name", &name))
        .collect();
    let columns = [
        kind.id_field(),
        "name",
        "appName",
        "description",
        "environmentId",
        kind.status_field(),
        "sourceType",
        "createdAt",
    ];
    let item = |service: &&Service| -> Value {
        columns
            .iter()
            .map(|column| ((*column).to_owned(), service.columns[*column].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let page = |number| usize::try_from(number).unwrap_or(usize::MAX);
    let items: Vec<Value> = found.iter().skip(page(offset)).take(page(limit)).map(item).collect();
    Ok(json!({ "items": items, "total": found.len() }).into())
}

fn update(call: &mut Call<'_>) -> Reply {
    const FIXED: &[&str] = &["applicationId", "appName", "serverId", "createdAt", "refreshToken"];
    let mut check = call.input.check();
    let id = check.filled("applicationId");
    check.finish()?;
    call.permit(&id)?;
    let target = Target::new(Kind::Application, &id);
    let fields = call.input.fields();
    let Some(service) = call.state.service_mut(&target) else {
        return Err(Failure::bad_request("Error updating application"));
    };
    let known = |(column, _): &(&String, &Value)| {
        service.columns.contains_key(column.as_str()) && !FIXED.contains(&column.as_str())
    };
    let changes: Vec<_> = fields.iter().filter(known).map(|(column, value)| (column.clone(), value.clone())).collect();
    if changes.is_empty() {
        return Err(Failure::internal("No values to set"));
    }
    service.columns.extend(changes);
    Ok(true.into())
}

fn save_environment(call: &mut Call<'_>) -> Reply {
    save(call, &["env", "buildArgs", "buildSecrets"], None)?;
    let target = call.target(Kind::Application)?;
    if let (Some(file), Some(service)) = (call.input.fields().get("createEnvFile"), call.state.service_mut(&target)) {
        service.set("createEnvFile", file.clone());
    }
    Ok(true.into())
}

fn save_docker_provider(call: &mut Call<'_>) -> Reply {
    save(call, &["dockerImage", "username", "password", "registryUrl"], Some("docker"))
}

fn save_git_provider(call: &mut Call<'_>) -> Reply {
    save(call, &["customGitBuildPath", "customGitUrl", "customGitBranch"], Some("git"))
}

/// Replaces columns as a whole: each must be named, null erases. A new source makes the application `idle`.
fn save(call: &mut Call<'_>, columns: &[&str], source: Option<&str>) -> Reply {
    let mut check = call.input.check();
    check.filled("applicationId");
    let values: Vec<Value> = columns.iter().map(|column| check.nullable(column)).collect();
    check.finish()?;
    let target = call.target(Kind::Application)?;
    if let Some(service) = call.state.service_mut(&target) {
        for (column, value) in columns.iter().zip(values) {
            service.set(column, value);
        }
        if let Some(source) = source {
            service.set("sourceType", source);
            service.set_status("idle");
        }
    }
    Ok(true.into())
}

fn delete(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Application)?;
    call.owners_only("service")?;
    let removed = nested(call.state, call.service(&target)?);
    call.state.delete_service(&target);
    Ok(removed.into())
}

/// Answers the application as it was before, and fails if there is nothing to start.
fn start(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Application)?;
    let service = call.service(&target)?;
    let before = nested(call.state, service);
    if !service.exists {
        let name = service.text("appName");
        return Err(Failure::internal(format!(
            "Command execution failed: Command failed: docker service scale {name}=1 \n\
             {name}: Error response from daemon: service {name} not found\n",
        )));
    }
    call.state.set_status(&target, "done");
    Ok(before.into())
}

/// Answers the application as it was before, also if there was nothing to stop.
fn stop(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Application)?;
    let before = nested(call.state, call.service(&target)?);
    call.state.set_status(&target, "idle");
    Ok(before.into())
}

fn reload(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    check.filled("applicationId");
    check.text("appName");
    check.finish()?;
    let target = call.target(Kind::Application)?;
    call.state.set_status(&target, "done");
    Ok(true.into())
}

fn mark_running(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Application)?;
    call.state.set_status(&target, "running");
    Ok(Body::Empty)
}

pub(super) fn refresh_token(call: &mut Call<'_>, kind: Kind) -> Reply {
    let target = call.target(kind)?;
    let token = call.state.new_id();
    if let Some(service) = call.state.service_mut(&target) {
        service.set("refreshToken", token);
    }
    Ok(true.into())
}
