//! What the containers print: `readLogs` of applications, compose stacks and databases.

use serde_json::json;

use super::containers::{container_name, wanted};
use super::database::DokployDatabase::{self, Libsql, Mariadb, Mongo, Mysql, Postgres, Redis};
use super::failure::Failure;
use super::procedure::{Call, Procedure, Reply};
use super::service::{Kind, Service};

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::get("application.readLogs", |call| of_service(call, Kind::Application)).since(0, 29, 0),
    Procedure::get("compose.readLogs", of_compose).since(0, 29, 0),
    Procedure::get("postgres.readLogs", |call| of_database(call, Postgres)).since(0, 29, 0),
    Procedure::get("mysql.readLogs", |call| of_database(call, Mysql)).since(0, 29, 0),
    Procedure::get("mariadb.readLogs", |call| of_database(call, Mariadb)).since(0, 29, 0),
    Procedure::get("mongo.readLogs", |call| of_database(call, Mongo)).since(0, 29, 0),
    Procedure::get("redis.readLogs", |call| of_database(call, Redis)).since(0, 29, 0),
    Procedure::get("libsql.readLogs", |call| of_database(call, Libsql)).since(0, 29, 0),
];

/// The most bytes that a command may print; more is a failure of it.
const MAX_OUTPUT: usize = 1024 * 1024;

/// What a command has printed, unless that is too much.
pub(super) fn printed(text: String) -> Result<String, Failure> {
    if text.len() > MAX_OUTPUT {
        return Err(Failure::internal("Command execution failed: stdout maxBuffer length exceeded"));
    }
    Ok(text)
}

fn of_database(call: &mut Call<'_>, engine: DokployDatabase) -> Reply {
    of_service(call, Kind::Database(engine))
}

/// The log of the first container that runs, or of the service, whose stopped tasks the engine still knows.
fn of_service(call: &mut Call<'_>, kind: Kind) -> Reply {
    let tail = tail(call)?;
    let target = call.target(kind)?;
    let service = call.service(&target)?;
    let name = service.text("appName");
    if call.state.quirks.engine_down || call.state.quirks.unreachable {
        let said = format!("Command failed: docker ps -q --filter \"name=^{name}\" | head -1\n");
        return Err(Failure::of_command(&call.state.quirks, &said));
    }
    if service.running.is_none() {
        return Err(Failure::internal(format!("No container or service found for: {name}")));
    }
    Ok(json!(printed(stamped(&service.tasks.log, tail))?).into())
}

/// The log of the container that the input names, whichever service it belongs to; what the engine says is its text.
fn of_compose(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    check.filled("composeId");
    let container = check.filled("containerId");
    check.finish()?;
    let tail = tail(call)?;
    call.target(Kind::Compose)?;
    let named = |service: &&Service| wanted(service).into_iter().any(|task| container_name(service, task) == container);
    let Some(service) = call.state.services.iter().find(named).filter(|_| !call.state.quirks.engine_down) else {
        let said = format!("Error response from daemon: No such container: {container}\n");
        return Ok(json!(said).into());
    };
    Ok(json!(printed(stamped(&service.tasks.log, tail))?).into())
}

fn tail(call: &Call<'_>) -> Result<usize, Failure> {
    let mut check = call.input.check();
    let tail = check.number("tail", 100, 1, 10_000);
    check.finish()?;
    Ok(usize::try_from(tail).unwrap_or(usize::MAX))
}

/// The last lines, each behind the time at which it was printed.
fn stamped(lines: &[String], tail: usize) -> String {
    let first = lines.len().saturating_sub(tail);
    let stamp = |index: usize| format!("2026-11-29T11:{:02}:{:02}.859000000Z", index / 60 % 60, index % 60);
    let lines: Vec<String> =
        lines.iter().enumerate().skip(first).map(|(index, line)| format!("{} {line}\n", stamp(index))).collect();
    lines.concat()
}
