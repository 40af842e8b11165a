//! Reading deployments and cancelling one.

use serde_json::{Map, Value, json};

use super::body::{self, Place};
use super::deployment::Deployment;
use super::errors::{self, Refusal, Reply};
use super::exchange::Exchange;
use super::quirk::CoolifyQuirk;
use super::resource::Kind;
use crate::response::Response;

/// The row as this caller may see it.
fn row(exchange: &Exchange<'_>, deployment: &Deployment) -> Map<String, Value> {
    let late = exchange.state.has(CoolifyQuirk::LateLogLines);
    let mut row = deployment.body(exchange.now(), late, exchange.sees_secrets());
    if exchange.state.has(CoolifyQuirk::SqlFinishedAt)
        && let Some(Value::String(at)) = row.get_mut("finished_at")
    {
        *at = at.replace('T', " ");
        at.truncate("YYYY-MM-DD HH:MM:SS".len());
    }
    row
}

/// `GET /deployments`: what is queued or in progress, oldest first.
pub(super) fn active(exchange: &Exchange<'_>) -> Response {
    let mut rows: Vec<Value> = Vec::new();
    if exchange.is_home() {
        rows.extend(exchange.state.ledger.active().map(|(_, deployment)| Value::Object(row(exchange, deployment))));
    }
    if rows.len() > 1 && exchange.state.has(CoolifyQuirk::ActiveListAsMap) {
        // Sorting keeps the keys the rows came with from the database, here with the first two swapped.
        rows.swap(0, 1);
        let keyed = (0..).zip(rows).map(|(key, row): (usize, Value)| (key.to_string(), row)).collect();
        return Response::json(200, &Value::Object(keyed));
    }
    Response::json(200, &Value::Array(rows))
}

/// `GET /deployments/{uuid}`: the row and, inside, the whole application.
pub(super) fn one(exchange: &mut Exchange<'_>) -> Reply {
    let found = exchange.state.ledger.find(exchange.path[1]).map(|at| exchange.state.ledger.row(at));
    let application =
        found.and_then(|deployment| exchange.state.position(exchange.caller.team, None, &deployment.application_uuid));
    let application = application.filter(|_| !exchange.state.has(CoolifyQuirk::SingleReadNotFound));
    // Another team's deployment and that of a deleted application are as unknown as a phantom.
    let (Some(deployment), Some(position)) = (found, application) else {
        return errors::refuse(404, "Deployment not found.");
    };
    let mut answer = row(exchange, deployment);
    let application = body::resource(exchange.resource(position), exchange.now(), Place::Deployment, false);
    answer.insert("application".to_owned(), application);
    Ok(Response::json(200, &Value::Object(answer)))
}

/// `GET /deployments/applications/{uuid}`: all of one application, newest first.
pub(super) fn history(exchange: &mut Exchange<'_>) -> Reply {
    let (skip, take) = (number(exchange, "skip", 0, 0)?, number(exchange, "take", 1, 10)?);
    let Some(position) = exchange.state.position(exchange.caller.team, Some(Kind::Application), exchange.path[2])
    else {
        return errors::refuse(404, "Application not found");
    };
    let mut rows: Vec<&Deployment> = exchange.state.ledger.of(exchange.resource(position).id).collect();
    if exchange.state.has(CoolifyQuirk::SecondsUnordered) {
        rows.chunk_by_mut(|one, other| one.created.timestamp() == other.created.timestamp()).for_each(<[_]>::reverse);
    }
    let count = rows.len();
    let page: Vec<Value> =
        rows.into_iter().skip(skip).take(take).map(|deployment| row(exchange, deployment).into()).collect();
    Ok(Response::json(200, &json!({ "count": count, "deployments": page })))
}

/// A whole number among the parameters.
fn number(exchange: &Exchange<'_>, name: &str, least: i64, default: usize) -> Result<usize, Refusal> {
    let Some(value) = exchange.input.get(name) else { return Ok(default) };
    // An empty parameter becomes null, which passes the check and is no number.
    if value.as_str().is_some_and(str::is_empty) {
        return Err(errors::server_error(exchange.request).into());
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let refuse = |text: &str| Err(errors::invalid_parameter(exchange.request, name, text).into());
    let Ok(number) = text.parse::<i64>() else {
        return refuse(&format!("The {name} field must be an integer."));
    };
    if number < least {
        return refuse(&format!("The {name} field must be at least {least}."));
    }
    Ok(usize::try_from(number).unwrap_or(default))
}

/// `POST /deployments/{uuid}/cancel`.
pub(super) fn cancel(exchange: &mut Exchange<'_>) -> Reply {
    let uuid = exchange.path[1];
    let Some(at) = exchange.state.ledger.find(uuid) else {
        return errors::refuse(404, "Deployment not found.");
    };
    // On a read another team's deployment is unknown, here it is forbidden.
    if !exchange.is_home() {
        return errors::refuse(403, "You do not have permission to cancel this deployment.");
    }
    let status = exchange.state.ledger.row(at).status();
    if !status.is_active() {
        let text = format!("Deployment cannot be cancelled. Current status: {}", status.word());
        return errors::refuse(400, &text);
    }
    exchange.state.cancel(at);
    if exchange.state.has(CoolifyQuirk::Cancel500ButDone) {
        // Clients can rely on no more of the sentence than its beginning.
        return errors::refuse(500, "Failed to cancel deployment: Undefined variable");
    }
    let done = json!({
        "message": "Deployment cancelled successfully.",
        "deployment_uuid": uuid,
        "status": exchange.state.ledger.row(at).status().word(),
    });
    Ok(Response::json(200, &done))
}
