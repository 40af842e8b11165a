//! Applications: made, read, changed, started and stopped.

use serde_json::{Value, json};

use super::failure::Failure;
use super::procedure::{Body, Call, Procedure, Reply};
use super::quirk::{Quirks, Release};
use super::row::Row;
use super::service::{Kind, Service, Target};
use super::state::{REMOTE, State};
use super::triggered::{DokployJobState, DokployOperation};

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
    if state.quirks.remote {
        nested.insert("serverId".into(), REMOTE.into());
    }
    if !matches!(service.target.kind, Kind::Database(_)) {
        let deployments: Value = state.rows.iter().filter(|row| row.target == service.target).map(Row::json).collect();
        nested.insert("deployments".into(), deployments);
    }
    let lists: &[&str] = match service.target.kind {
        Kind::Compose => &["domains", "mounts", "backups"],
        Kind::Database(_) => &["mounts", "backups"],
        _ => &["domains", "mounts", "redirects", "security", "ports"],
    };
    nested.extend(lists.iter().map(|list| ((*list).to_owned(), json!([]))));
    if let Some(domains) = nested.get_mut("domains") {
        *domains = state.domains_of(&service.target).into();
    }
    let beside: &[&str] = match service.target.kind {
        Kind::Database(_) => &["server"],
        _ => &["gitlab", "github", "bitbucket", "gitea", "server"],
    };
    nested.extend(beside.iter().map(|one| ((*one).to_owned(), Value::Null)));
    if service.target.kind == Kind::Application {
        for (column, since) in [("buildSecrets", Release::BUILD_SECRETS), ("createEnvFile", Release::ENV_FILE)] {
            if state.quirks.release < since {
                nested.remove(column);
            }
        }
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
    // The right to create services is needed, also for a service that the member may use.
    call.owners_only("service")?;
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
    for (column, value) in changes {
        let what = format!("update {column}");
        let effect = call.set_columns(&target, [(column, value)]);
        call.note_write(&target, what, effect);
    }
    Ok(true.into())
}

/// Replaces all four: null erases a text, and switches `createEnvFile` off.
fn save_environment(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    check.filled("applicationId");
    let mut columns =
        ["env", "buildArgs", "buildSecrets"].map(|column| (column.to_owned(), check.nullable(column))).to_vec();
    columns.push(("createEnvFile".to_owned(), check.nullable_flag("createEnvFile").into()));
    check.finish()?;
    let target = call.target(Kind::Application)?;
    let effect = call.set_columns(&target, columns);
    call.note_write(&target, "saveEnvironment", effect);
    Ok(true.into())
}

fn save_docker_provider(call: &mut Call<'_>) -> Reply {
    save(call, &["dockerImage", "username", "password", "registryUrl"], "docker")
}

fn save_git_provider(call: &mut Call<'_>) -> Reply {
    save(call, &["customGitBuildPath", "customGitUrl", "customGitBranch"], "git")
}

/// Replaces the source as a whole: each column must be named, null erases. The application is `idle` afterwards.
fn save(call: &mut Call<'_>, columns: &[&str], source: &str) -> Reply {
    let mut check = call.input.check();
    check.filled("applicationId");
    let values: Vec<Value> = columns.iter().map(|column| check.nullable(column)).collect();
    check.finish()?;
    call.owners_only("service")?;
    let target = call.target(Kind::Application)?;
    if let Some(service) = call.state.service_mut(&target) {
        for (column, value) in columns.iter().zip(values) {
            service.set(column, value);
        }
        service.set("sourceType", source);
        service.set_status("idle");
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

/// Scales to one replica, also where more are configured or run; fails if there is nothing to start.
fn start(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Application)?;
    let service = call.service(&target)?;
    let before = nested(call.state, service);
    if let Some(failure) = scale_failed(service, &call.state.quirks, DokployOperation::Start) {
        return Err(failure);
    }
    let effect = call.scale(&target, 1);
    call.state.set_status(&target, "done");
    call.note_write(&target, "start", effect);
    Ok(before.into())
}

/// How the engine fails to scale a service up: there is none before the first deployment, and it may refuse.
pub(super) fn scale_failed(service: &Service, quirks: &Quirks, operation: DokployOperation) -> Option<Failure> {
    let name = service.text("appName");
    let reason = match &service.running {
        None => format!("service {name} not found"),
        Some(_) if quirks.refuses(operation) => "no suitable node (insufficient resources on 1 node)".to_owned(),
        Some(_) => return None,
    };
    let said =
        format!("Command failed: docker service scale {name}=1 \n{name}: Error response from daemon: {reason}\n");
    Some(Failure::of_command(quirks, &said))
}

/// Answers the application as it was before; what the engine says is swallowed, also that there is nothing to stop.
fn stop(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Application)?;
    let before = nested(call.state, call.service(&target)?);
    let effect = !call.state.quirks.refuses(DokployOperation::Stop) && call.scale(&target, 0);
    call.state.set_status(&target, "idle");
    call.note_write(&target, "stop", effect);
    Ok(before.into())
}

/// Applies the settings within the request: it makes the service if there is none, and starts it if it was stopped.
fn reload(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    check.filled("applicationId");
    check.text("appName");
    check.finish()?;
    let target = call.target(Kind::Application)?;
    let settings = call.state.settings_of(call.service(&target)?);
    let (operation, sender) = (DokployOperation::Reload, call.sender.clone());
    let Some(settings) = settings.ok().filter(|_| !call.state.quirks.refuses(operation)) else {
        call.state.set_status(&target, "error");
        call.state.note_operation(&target, operation, sender, DokployJobState::Error);
        return Err(Failure::internal("Error reloading application"));
    };
    call.state.apply(&target, settings);
    call.state.set_status(&target, "done");
    call.state.note_operation(&target, operation, sender, DokployJobState::Done);
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
