//! Reading deployments: rows by service, all rows, the queue, logs.

use serde_json::{Value, json};

use super::failure::Failure;
use super::procedure::{Call, Procedure, Reply};
use super::row::Row;
use super::runtime::printed;
use super::service::{Kind, Service, Target};
use super::state::State;

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::get("deployment.all", |call| all(call, Kind::Application)),
    Procedure::get("deployment.allByCompose", |call| all(call, Kind::Compose)),
    Procedure::get("deployment.allByType", all_by_type).since(0, 22, 0),
    Procedure::get("deployment.allCentralized", |call| Ok(all_centralized(call).into())).since(0, 28, 3),
    Procedure::get("deployment.queueList", queue_list).since(0, 28, 3),
    Procedure::get("deployment.readLogs", read_logs).since(0, 29, 5),
    Procedure::post("deployment.killProcess", kill_process).since(0, 23, 6),
    Procedure::post("deployment.removeDeployment", remove).since(0, 27, 1),
];

/// An owner gets an empty list for a service that does not exist, a member 401.
fn all(call: &mut Call<'_>, kind: Kind) -> Reply {
    let mut check = call.input.check();
    let id = check.filled(kind.id_field());
    check.finish()?;
    call.permit(&id)?;
    Ok(newest_first(call.state, &Target::new(kind, &id)).map(Row::json).collect::<Value>().into())
}

fn queue_list(call: &mut Call<'_>) -> Reply {
    match call.state.quirks.queue_list_refused {
        Some(status) => Err(Failure::of_status(status)),
        None => Ok(call.state.queue_list().into()),
    }
}

fn newest_first<'a>(state: &'a State, target: &'a Target) -> impl Iterator<Item = &'a Row> {
    state.rows.iter().rev().filter(move |row| row.target == *target)
}

fn all_by_type(call: &mut Call<'_>) -> Reply {
    const TYPES: &[&str] =
        &["application", "compose", "server", "schedule", "previewDeployment", "backup", "volumeBackup"];
    let mut check = call.input.check();
    let (id, kind) = (check.filled("id"), check.word("type", TYPES));
    check.finish()?;
    call.permit(&id)?;
    let kind = match kind.as_str() {
        "application" => Kind::Application,
        "compose" => Kind::Compose,
        "previewDeployment" => Kind::Preview,
        _ => return Ok(json!([]).into()),
    };
    let with_rollback = |row: &Row| {
        let mut json = row.json();
        let of_row = |rollback: &&Value| row.rollback.as_deref() == rollback["rollbackId"].as_str();
        json["rollback"] = call.state.rollbacks.iter().find(of_row).cloned().unwrap_or_default();
        json
    };
    Ok(newest_first(call.state, &Target::new(kind, &id)).map(with_rollback).collect::<Value>().into())
}

/// Every row of applications and composes that the caller may see; previews are not among them.
fn all_centralized(call: &Call<'_>) -> Value {
    let visible = |row: &&Row| row.target.kind != Kind::Preview && call.caller.may_use(&row.target.id);
    let mut rows: Vec<&Row> = call.state.rows.iter().rev().filter(visible).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.created));
    let nested = |row: &Row| {
        let mut json = row.json();
        let service = call.state.service(&row.target).map(|service| brief(call.state, service));
        let (application, compose) = match row.target.kind {
            Kind::Compose => (None, service),
            _ => (service, None),
        };
        json["application"] = application.into();
        json["compose"] = compose.into();
        json["server"] = Value::Null;
        json["buildServer"] = Value::Null;
        json
    };
    rows.into_iter().map(nested).collect()
}

/// The service as the central list shows it beside each row.
fn brief(state: &State, service: &Service) -> Value {
    let environment = state.environment(service.text("environmentId")).cloned().unwrap_or_default();
    let project = state.project(environment["projectId"].as_str().unwrap_or_default()).cloned().unwrap_or_default();
    let kind = service.target.kind;
    let mut brief = json!({
        kind.id_field(): service.target.id,
        "name": service.text("name"),
        "appName": service.text("appName"),
        "icon": null,
        "environment": {
            "environmentId": environment["environmentId"],
            "name": environment["name"],
            "project": { "projectId": project["projectId"], "name": project["name"] },
        },
        "server": null,
    });
    if kind == Kind::Application {
        brief["buildServer"] = Value::Null;
    }
    brief
}

/// The row that the input names, if the caller may use its service.
fn row(call: &Call<'_>) -> Result<Row, Failure> {
    let mut check = call.input.check();
    let id = check.filled("deploymentId");
    check.finish()?;
    let row = call.state.rows.iter().find(|row| row.id == id);
    let row = row.ok_or_else(|| Failure::not_found("Deployment not found"))?;
    call.permit(&row.target.id)?;
    Ok(row.clone())
}

fn read_logs(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    check.filled("deploymentId");
    let tail = check.number("tail", 100, 1, 10_000);
    check.finish()?;
    let row = row(call)?;
    let log = call.state.logs.get(&call.state.log_key(&row));
    // A log file that is not there reads as one empty line.
    let tail = usize::try_from(tail).unwrap_or(usize::MAX);
    let half_lines = call.state.quirks.half_lines;
    let text = log.map_or_else(|| "\n".to_owned(), |log| log.read(call.state.tick, tail, half_lines));
    Ok(printed(text)?.into())
}

/// Only schedules have a process id, so that this never works for a deployment.
fn kill_process(call: &mut Call<'_>) -> Reply {
    row(call)?;
    Err(Failure::bad_request("Deployment is not running"))
}

/// Hides the row; the job that made it goes on.
fn remove(call: &mut Call<'_>) -> Reply {
    let row = row(call)?;
    call.state.remove_rows(|other| other.id == row.id);
    Ok(row.json().into())
}
