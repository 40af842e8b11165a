//! What the containers print: `GET …/logs`, which is not the log of a deployment.

use chrono::{Duration, SecondsFormat};
use serde_json::json;

use super::errors::{self, Reply};
use super::exchange::Exchange;
use super::quirk::CoolifyQuirk;
use super::resource::Kind;
use crate::response::Response;

const DEFAULT_LINES: usize = 100;
const MAX_LINES: usize = 10_000;

pub(super) fn logs(exchange: &mut Exchange<'_>) -> Reply {
    let resource = exchange.resource(exchange.position()?);
    if resource.kind == Kind::Service {
        // The only container of a fake service has the service's name.
        match exchange.input.text("sub_service_name") {
            None => return errors::refuse(400, "Sub service name is required."),
            Some(name) if name != resource.name => return errors::refuse(404, "Container not found."),
            Some(_) => {}
        }
    }
    if exchange.state.has(CoolifyQuirk::ServerUnreachable) {
        return Ok(errors::server_error(exchange.request));
    }
    if !resource.is_running(exchange.now()) {
        let what = if resource.kind == Kind::Service { "Container" } else { resource.kind.noun() };
        return errors::refuse(400, &format!("{what} is not running."));
    }
    let log = &resource.runtime_log;
    let begin = resource.started.unwrap_or(resource.created);
    let stamped = exchange.input.flag("show_timestamps");
    let lines: Vec<String> = (0..)
        .zip(log)
        .skip(log.len().saturating_sub(wanted(exchange)))
        .map(|(index, line)| {
            let at = (begin + Duration::seconds(index)).to_rfc3339_opts(SecondsFormat::Nanos, true);
            if stamped { format!("{at} {line}") } else { line.clone() }
        })
        .collect();
    Ok(Response::json(200, &json!({ "logs": lines.join("\n") })))
}

/// Anything but a positive number counts as 100, without an error.
fn wanted(exchange: &Exchange<'_>) -> usize {
    let asked = exchange.input.count("lines").and_then(|lines| usize::try_from(lines).ok());
    asked.filter(|lines| *lines > 0).unwrap_or(DEFAULT_LINES).min(MAX_LINES)
}
