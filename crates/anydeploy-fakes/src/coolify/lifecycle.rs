//! Starting, stopping, restarting and rolling back: the routes that answer before anything has happened.

use serde_json::{Value, json};

use super::deployment::{Order, Status, Task};
use super::errors::{self, Refusal, Reply};
use super::exchange::{Exchange, Wrong};
use super::input;
use super::queue::Placed;
use super::quirk::CoolifyQuirk;
use super::resource::{ContainerPolls, Kind, Resource};
use crate::response::Response;

const SKIPPED: &str = "Deployment already queued for this commit.";

pub(super) fn start(exchange: &mut Exchange<'_>) -> Reply {
    let position = exchange.position()?;
    let (now, kind) = (exchange.now(), exchange.kind());
    if kind == Kind::Application {
        let order = Order {
            force: exchange.input.flag("force"),
            at_once: exchange.input.flag("instant_deploy"),
            ..Order::by_api(Task::Deploy, exchange.request)
        };
        return queued(exchange, position, order, "Deployment request queued.");
    }
    // One that starts, or runs in part, may be started again.
    if exchange.resource(position).is_running(now) {
        return errors::refuse(400, &format!("{} is already running.", kind.noun()));
    }
    begin(exchange, position, "start", Resource::start);
    Ok(exchange.requested("starting"))
}

pub(super) fn stop(exchange: &mut Exchange<'_>) -> Reply {
    let (now, kind) = (exchange.now(), exchange.kind());
    let position = exchange.position()?;
    let stopped = exchange.resource(position).is_stopped(now);
    // Only an application may be stopped twice.
    if kind != Kind::Application && stopped {
        return errors::refuse(400, &format!("{} is already stopped.", kind.noun()));
    }
    // The job that stops the containers ends at once on a machine that is not functional.
    let effect = !stopped && !exchange.state.has(CoolifyQuirk::ServerNotFunctional);
    if effect {
        exchange.resource_mut(position).stop(now);
    }
    if effect && kind == Kind::Application {
        exchange.state.stop_meets_deployments(position);
    }
    exchange.wrote(position, "stop", effect);
    Ok(exchange.requested("stopping"))
}

pub(super) fn restart(exchange: &mut Exchange<'_>) -> Reply {
    let position = exchange.position()?;
    let kind = exchange.kind();
    if kind == Kind::Application {
        return queued(exchange, position, Order::by_api(Task::Restart, exchange.request), "Restart request queued.");
    }
    // A service whose images are pulled first is not stopped before.
    let is_pulled = kind == Kind::Service && exchange.input.flag("latest");
    begin(exchange, position, "restart", if is_pulled { Resource::start } else { Resource::restart });
    Ok(exchange.requested("restarting"))
}

/// Begins the start or restart of a service or database: a job, which does nothing on a machine that is not functional.
pub(super) fn begin(
    exchange: &mut Exchange<'_>,
    position: usize,
    what: &'static str,
    begin: fn(&mut Resource, u64, ContainerPolls),
) {
    let effect = !exchange.state.has(CoolifyQuirk::ServerNotFunctional);
    if effect {
        let (now, polls) = (exchange.now(), exchange.state.settings.container_polls);
        begin(exchange.resource_mut(position), now, polls);
        let uuid = exchange.resource(position).uuid.clone();
        exchange.state.starts.push(uuid);
    }
    exchange.wrote(position, what, effect);
}

/// Puts an application into the queue; the message alone means that nothing was stored.
fn queued(exchange: &mut Exchange<'_>, position: usize, order: Order, text: &str) -> Reply {
    let id = match exchange.state.place(position, order) {
        Placed::Stored(id) => id,
        Placed::Skipped { .. } => return Ok(errors::message(200, SKIPPED)),
        // These routes do not check whether the queue is full.
        Placed::Full if exchange.state.has(CoolifyQuirk::DeadIdOnFullQueue) => exchange.state.fresh_id(),
        Placed::Full => return Err(errors::queue_full().into()),
    };
    Ok(Response::json(200, &json!({ "message": text, "deployment_uuid": id })))
}

/// `POST /applications/{uuid}/rollback` with the commit or tag to go back to.
pub(super) fn rollback(exchange: &mut Exchange<'_>) -> Reply {
    let position = exchange.position()?;
    let order = Order::by_api(Task::Rollback(commit(exchange)?), exchange.request);
    match exchange.state.place(position, order) {
        Placed::Stored(id) => {
            Ok(Response::json(200, &json!({ "message": "Rollback deployment queued.", "deployment_uuid": id })))
        }
        Placed::Skipped { .. } => Ok(errors::message(200, SKIPPED)),
        // Here a full queue is 400, not 429.
        Placed::Full => errors::refuse(400, errors::QUEUE_FULL),
    }
}

/// The only field a rollback takes.
fn commit(exchange: &Exchange<'_>) -> Result<String, Refusal> {
    let fields = input::required_object(exchange.request)?;
    let (mut wrong, mut commit) = (Wrong::default(), String::new());
    match fields.get("commit") {
        Some(Value::String(text)) => commit.clone_from(text),
        None | Some(Value::Null) => wrong.field("commit", "This field is required."),
        Some(_) => wrong.field("commit", "The commit field must be a string."),
    }
    for field in fields.keys().filter(|field| *field != "commit") {
        wrong.field(field, "This field is not allowed.");
    }
    wrong.check()?;
    Ok(commit)
}

/// `GET /applications/{uuid}/rollback-images`: what successful deployments left on the machine.
pub(super) fn rollback_images(exchange: &mut Exchange<'_>) -> Reply {
    let position = exchange.position()?;
    let (now, mut seen) = (exchange.now(), Vec::new());
    let mut images: Vec<Value> = Vec::new();
    let rows = exchange.state.ledger.of(exchange.resource(position).id);
    for row in rows.filter(|row| row.status() == Status::Finished && row.order.pull_request == 0) {
        let tag = row.commit(now);
        let application = exchange.resource(position);
        let is_gone = !application.from_image && !application.repository.has_image(tag);
        if tag == "HEAD" || is_gone || seen.contains(&tag) {
            continue;
        }
        let created = row.ended.as_ref().map(|(_, at, _)| at.format("%Y-%m-%d %H:%M:%S +0000 UTC").to_string());
        images.push(json!({ "tag": tag, "created_at": created, "is_current": seen.is_empty() }));
        seen.push(tag);
    }
    // A machine that cannot be reached yields an empty list, not an error.
    if exchange.state.has(CoolifyQuirk::ServerUnreachable) {
        return Ok(Response::json(200, &json!({ "current": null, "images": [] })));
    }
    Ok(Response::json(200, &json!({ "current": seen.first(), "images": images })))
}
