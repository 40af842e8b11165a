//! Composes: made, read, changed, started and stopped.

use serde_json::{Value, json};

use super::applications::{nested, refresh_token, search};
use super::failure::Failure;
use super::procedure::{Body, Call, Procedure, Reply};
use super::service::{Kind, Target};

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::post("compose.create", create),
    Procedure::get("compose.one", one),
    Procedure::get("compose.search", |call| search(call, Kind::Compose)).since(0, 28, 3),
    Procedure::post("compose.update", update),
    Procedure::post("compose.saveEnvironment", save_environment),
    Procedure::post("compose.delete", delete),
    Procedure::post("compose.start", |call| set_status(call, "done")),
    Procedure::post("compose.stop", |call| set_status(call, "idle")),
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
    call.permit(&id)?;
    let target = Target::new(Kind::Compose, &id);
    let changes = call.input.fields().clone();
    if let Some(service) = call.state.service_mut(&target) {
        for (column, value) in changes {
            if service.columns.contains_key(&column) && !FIXED.contains(&column.as_str()) {
                service.columns.insert(column, value);
            }
        }
    }
    Ok(columns(call, &target))
}

fn save_environment(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let id = check.filled("composeId");
    let env = check.nullable("env");
    check.finish()?;
    call.permit(&id)?;
    let Some(service) = call.state.service_mut(&Target::new(Kind::Compose, &id)) else {
        return Err(Failure::bad_request("Error adding environment variables"));
    };
    service.set("env", env);
    Ok(true.into())
}

fn delete(call: &mut Call<'_>) -> Reply {
    let target = call.target(Kind::Compose)?;
    call.owners_only("service")?;
    let removed = nested(call.state, call.service(&target)?);
    call.state.delete_service(&target);
    Ok(removed.into())
}

fn set_status(call: &mut Call<'_>, status: &str) -> Reply {
    let target = call.target(Kind::Compose)?;
    call.state.set_status(&target, status);
    Ok(true.into())
}
