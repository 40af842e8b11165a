//! Composes: made, read, changed, started and stopped.

use serde_json::{Value, json};

use super::applications::{nested, refresh_token, search};
use super::failure::Failure;
use super::procedure::{Body, Call, Procedure, Reply};
use super::quirk::Quirks;
use super::service::{Kind, Target};
use super::triggered::DokployOperation;

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::post("compose.create", create),
    Procedure::get("compose.one", one),
    Procedure::get("compose.search", |call| search(call, Kind::Compose)).since(0, 28, 3),
    Procedure::post("compose.update", update),
    Procedure::post("compose.saveEnvironment", save_environment),
    Procedure::post("compose.delete", delete),
    Procedure::post("compose.start", start),
    Procedure::post("compose.stop", stop),
    Procedure::post("compose.refreshToken", |call| refresh_token(call, Kind::Compose)),
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
    for column in ["description", "sourceType", "composeType", "composeFile"] {
        if let Some(value) = call.input.fields().get(column) {
            given[column] = value.clone();
        }
    }
    let id = call.state.new_service(Kind::Compose, &name, app_name.as_deref(), given);
    Ok(columns(call, &Target::new(Kind::Compose, &id)))
}

fn columns(call: &Call<'_>, target: &Target) -> Body {
    call.state.service(target).map_or(Body::Empty, |service| Body::Json(Value::Object(service.columns.clone())))
}

fn one(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Compose)?;
    let mut nested = nested(call.state, call.service(&target)?);
    nested["hasGitProviderAccess"] = true.into();
    nested["unauthorizedProvider"] = Value::Null;
    Ok(nested.into())
}

/// Answers the row; an unknown id is no error but an empty body.
fn update(call: &mut Call<'_>) -> Reply {
    const FIXED: &[&str] = &["composeId", "appName", "serverId", "createdAt", "refreshToken"];
    let mut check = call.input.check();
    let id = check.filled("composeId");
    check.finish()?;
    call.owners_only("service")?;
    let target = Target::new(Kind::Compose, &id);
    let fields = call.input.fields().clone();
    let before = call.state.service(&target).map(|service| service.columns.clone()).unwrap_or_default();
    let known = |column: &str| before.contains_key(column) && !FIXED.contains(&column);
    for (column, value) in fields.into_iter().filter(|(column, _)| known(column)) {
        let what = format!("update {column}");
        let effect = call.set_columns(&target, [(column, value)]);
        call.note_write(&target, what, effect);
    }
    Ok(columns(call, &target))
}

fn save_environment(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let id = check.filled("composeId");
    let env = check.nullable("env");
    // Unlike that of an application, the flag stays as it is when it is absent.
    let creates_file = call.input.fields().contains_key("createEnvFile").then(|| check.nullable_flag("createEnvFile"));
    check.finish()?;
    call.permit(&id)?;
    let target = Target::new(Kind::Compose, &id);
    if call.state.service(&target).is_none() {
        return Err(Failure::bad_request("Error adding environment variables"));
    }
    let file = creates_file.map(|creates_file| ("createEnvFile".to_owned(), creates_file.into()));
    let effect = call.set_columns(&target, [("env".to_owned(), env)].into_iter().chain(file));
    call.note_write(&target, "saveEnvironment", effect);
    Ok(true.into())
}

fn delete(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Compose)?;
    call.owners_only("service")?;
    let removed = nested(call.state, call.service(&target)?);
    call.state.delete_service(&target);
    Ok(removed.into())
}

/// A swarm stack is not started at all, and answered as if it were.
fn start(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Compose)?;
    let service = call.service(&target)?;
    let (exists, is_stack) = (service.running.is_some(), service.text("composeType") == "stack");
    if !is_stack {
        let quirks = &call.state.quirks;
        let refused = quirks.refuses(DokployOperation::Start).then_some("docker compose up -d");
        if let Some(failure) = failed(quirks, exists, refused) {
            call.state.set_status(&target, "idle");
            return Err(failure);
        }
    }
    let effect = !is_stack && call.scale(&target, 1);
    call.state.set_status(&target, "done");
    call.note_write(&target, "start", effect);
    Ok(true.into())
}

fn stop(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Compose)?;
    let exists = call.service(&target)?.running.is_some();
    let quirks = &call.state.quirks;
    let refused = quirks.refuses(DokployOperation::Stop).then_some("docker compose stop");
    if let Some(failure) = failed(quirks, exists, refused) {
        call.state.set_status(&target, "error");
        return Err(failure);
    }
    let effect = call.scale(&target, 0);
    call.state.set_status(&target, "idle");
    call.note_write(&target, "stop", effect);
    Ok(true.into())
}

/// How a command fails: without a folder nothing was ever deployed, and the engine may refuse it.
fn failed(quirks: &Quirks, exists: bool, refused: Option<&str>) -> Option<Failure> {
    if !exists {
        return Some(Failure::of_command(quirks, "spawn /bin/sh ENOENT"));
    }
    let command = refused?;
    Some(Failure::of_command(quirks, &format!("Command failed: {command}\nno such network\n")))
}
