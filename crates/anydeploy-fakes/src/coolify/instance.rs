//! The instance around the resources: machine, team, version, health, and the switch of the API.

use serde_json::{Value, json};

use super::body;
use super::deployment::stamp;
use super::errors::{self, HTML, Reply};
use super::exchange::Exchange;
use super::quirk::CoolifyQuirk;
use crate::response::Response;

/// A bare version, as HTML.
pub(super) fn version(exchange: &Exchange<'_>) -> Response {
    Response::new(200).with_content(HTML, exchange.state.settings.version.clone())
}

pub(super) fn health() -> Response {
    Response::new(200).with_content(HTML, "OK")
}

/// `POST /enable` and `POST /disable`, for the root team alone.
pub(super) fn switch(exchange: &mut Exchange<'_>) -> Reply {
    let enable = exchange.path == ["enable"];
    if !exchange.is_home() {
        let what = if enable { "enable" } else { "disable" };
        return errors::refuse(403, &format!("You are not allowed to {what} the API."));
    }
    let quirks = &mut exchange.state.quirks;
    if enable {
        quirks.remove(&CoolifyQuirk::ApiDisabled);
        return Ok(errors::message(200, "API enabled."));
    }
    quirks.insert(CoolifyQuirk::ApiDisabled);
    Ok(errors::message(200, "API disabled."))
}

pub(super) fn servers(exchange: &Exchange<'_>) -> Response {
    let secrets = exchange.sees_secrets();
    exchange.list(|_| vec![body::server_in_list(secrets)])
}

pub(super) fn server(exchange: &mut Exchange<'_>) -> Reply {
    let body = body::server(exchange.sees_secrets());
    if !exchange.is_home() || body["uuid"] != exchange.path[1] {
        return errors::refuse(404, "Server not found.");
    }
    Ok(Response::json(200, &body))
}

pub(super) fn server_resources(exchange: &Exchange<'_>) -> Response {
    let now = exchange.now();
    exchange.list(|state| {
        let rows = state.resources.iter().map(|resource| {
            json!({
                "id": resource.id, "uuid": resource.uuid, "name": resource.name, "type": body::inventory_type(resource.kind),
                "created_at": stamp(resource.created), "updated_at": stamp(resource.created),
                "status": resource.status(now),
            })
        });
        rows.collect()
    })
}

/// The team of the token; the fake's other team has a number of its own.
fn own_team(exchange: &Exchange<'_>) -> Value {
    let mut team = body::team();
    team["id"] = exchange.caller.team.into();
    if !exchange.is_home() {
        team["name"] = "Other team".into();
    }
    team
}

pub(super) fn team(exchange: &Exchange<'_>) -> Response {
    Response::json(200, &own_team(exchange))
}

pub(super) fn teams(exchange: &Exchange<'_>) -> Response {
    Response::json(200, &json!([own_team(exchange)]))
}

pub(super) fn members() -> Response {
    Response::json(200, &json!([body::member()]))
}
