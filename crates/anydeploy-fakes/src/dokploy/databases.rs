//! Databases: six engines with the same procedures, which answer when they are over and leave no row.

use serde_json::{Value, json};

use super::applications::{nested, scale_failed};
use super::database::DokployDatabase::{self, Libsql, Mariadb, Mongo, Mysql, Postgres, Redis};
use super::failure::Failure;
use super::job::Slow;
use super::procedure::{Call, Procedure, Reply};
use super::script::Ending;
use super::service::{Kind, Target};
use super::state::State;
use super::triggered::{DokployJobState, DokployOperation};
use crate::sender::Sender;

macro_rules! procedures {
    ($($word:literal $engine:ident)*) => {
        &[$(
            Procedure::get(concat!($word, ".one"), |call| one(call, $engine)),
            Procedure::post(concat!($word, ".deploy"), |call| deploy(call, $engine)),
            Procedure::post(concat!($word, ".reload"), |call| reload(call, $engine)),
            Procedure::post(concat!($word, ".start"), |call| start(call, $engine)),
            Procedure::post(concat!($word, ".stop"), |call| stop(call, $engine)),
            Procedure::post(concat!($word, ".saveEnvironment"), |call| save_environment(call, $engine)),
            Procedure::post(concat!($word, ".changeStatus"), |call| change_status(call, $engine)),
        )*]
    };
}

pub(super) const PROCEDURES: &[Procedure] = procedures! {
    "postgres" Postgres "mysql" Mysql "mariadb" Mariadb "mongo" Mongo "redis" Redis "libsql" Libsql
};

impl State {
    /// Begins the deployment of a database; `None` as long as it goes on.
    ///
    /// The settings are pulled and applied within the request, so that it leaves neither a row nor a job.
    pub(super) fn deploy_database(&mut self, target: &Target, sender: Sender) -> Option<Result<(), String>> {
        let service = self.service_mut(target)?;
        let script = service.scripts.pop_front().unwrap_or_else(|| service.usual.clone());
        let service = self.service(target)?;
        let refusal = "(HTTP code 500) server error - rpc error: code = Unknown desc = no suitable node (insufficient \
                       resources on 1 node) ";
        let settings = match script.ending {
            Ending::Error(reason) => Err(reason.unwrap_or_default()),
            _ if self.quirks.refuses(DokployOperation::Deploy) => Err(refusal.to_owned()),
            _ => self.settings_of(service),
        };
        let (entry, due) = (self.ledger.len(), self.tick.saturating_add(script.ticks));
        self.note_operation(target, DokployOperation::Deploy, sender, DokployJobState::Running);
        self.set_status(target, "running");
        let slow = Slow { target: target.clone(), due, settings, entry };
        if script.ticks > 0 {
            self.slow.push(slow);
            return None;
        }
        Some(self.end_deployment(slow))
    }

    /// Ends what is due.
    pub(super) fn end_slow_deployments(&mut self) {
        let (due, slow) = std::mem::take(&mut self.slow).into_iter().partition(|slow| slow.due <= self.tick);
        self.slow = slow;
        let due: Vec<Slow> = due;
        for slow in due {
            let _ = self.end_deployment(slow);
        }
    }

    fn end_deployment(&mut self, slow: Slow) -> Result<(), String> {
        let Slow { target, settings, entry, .. } = slow;
        match settings {
            Ok(settings) => {
                // It starts what was stopped meanwhile.
                self.apply(&target, settings);
                self.set_status(&target, "done");
                self.note(entry, DokployJobState::Done);
                Ok(())
            }
            Err(reason) => {
                self.set_status(&target, "error");
                self.note(entry, DokployJobState::Error);
                Err(reason)
            }
        }
    }
}

fn one(call: &mut Call<'_>, engine: DokployDatabase) -> Reply {
    let target = call.target(Kind::Database(engine))?;
    Ok(nested(call.state, call.service(&target)?).into())
}

/// Answers the database as it was before; what is slow is answered by the gateway.
fn deploy(call: &mut Call<'_>, engine: DokployDatabase) -> Reply {
    let target = call.target(Kind::Database(engine))?;
    let before = nested(call.state, call.service(&target)?);
    if std::mem::take(&mut call.state.refuses_next) {
        return Err(Failure::unauthorized("You don't have access to this service"));
    }
    let sender = call.sender.clone();
    match call.state.deploy_database(&target, sender) {
        None => Err(Failure::gateway_timeout()),
        Some(Ok(())) => Ok(before.into()),
        // The two sentences stand without a space between them.
        Some(Err(reason)) => Err(Failure::internal(format!("Error on deploy {}Error: {reason}", engine.word()))),
    }
}

/// Scales to none and back to one, and applies no settings; what refuses the first half is swallowed.
fn reload(call: &mut Call<'_>, engine: DokployDatabase) -> Reply {
    let mut check = call.input.check();
    check.filled(engine.id_field());
    // Any text passes.
    check.nullable("appName");
    check.finish()?;
    let target = call.target(Kind::Database(engine))?;
    let (operation, sender) = (DokployOperation::Reload, call.sender.clone());
    if !call.state.quirks.refuses(DokployOperation::Stop) {
        call.scale(&target, 0);
    }
    call.state.set_status(&target, "idle");
    let started = scale_up(call, &target, operation);
    let state = if started.is_ok() { DokployJobState::Done } else { DokployJobState::Error };
    call.state.note_operation(&target, operation, sender, state);
    started?;
    Ok(true.into())
}

/// Answers the database as it was before.
fn start(call: &mut Call<'_>, engine: DokployDatabase) -> Reply {
    let target = call.target(Kind::Database(engine))?;
    let before = nested(call.state, call.service(&target)?);
    let effect = scale_up(call, &target, DokployOperation::Start)?;
    call.note_write(&target, "start", effect);
    Ok(before.into())
}

/// Scales to one and sets the status, unless the engine refuses that.
fn scale_up(call: &mut Call<'_>, target: &Target, operation: DokployOperation) -> Result<bool, Failure> {
    if let Some(failure) = scale_failed(call.service(target)?, &call.state.quirks, operation) {
        return Err(failure);
    }
    let effect = call.scale(target, 1);
    call.state.set_status(target, "done");
    Ok(effect)
}

/// Answers the database as it was before; what the engine says is swallowed, also that there is nothing to stop.
fn stop(call: &mut Call<'_>, engine: DokployDatabase) -> Reply {
    let target = call.target(Kind::Database(engine))?;
    let before = nested(call.state, call.service(&target)?);
    let effect = !call.state.quirks.refuses(DokployOperation::Stop) && call.scale(&target, 0);
    call.state.set_status(&target, "idle");
    call.note_write(&target, "stop", effect);
    Ok(before.into())
}

fn save_environment(call: &mut Call<'_>, engine: DokployDatabase) -> Reply {
    let mut check = call.input.check();
    let id = check.filled(engine.id_field());
    let env = check.nullable("env");
    check.finish()?;
    call.permit(&id)?;
    let target = Target::new(Kind::Database(engine), &id);
    if call.state.service(&target).is_none() {
        return Err(Failure::bad_request("Error adding environment variables"));
    }
    let effect = call.set_columns(&target, [("env".to_owned(), env)]);
    call.note_write(&target, "saveEnvironment", effect);
    Ok(true.into())
}

/// Touches no container, whatever the word.
fn change_status(call: &mut Call<'_>, engine: DokployDatabase) -> Reply {
    let mut check = call.input.check();
    check.filled(engine.id_field());
    let word = check.word("applicationStatus", &["idle", "running", "done", "error"]);
    check.finish()?;
    let target = call.target(Kind::Database(engine))?;
    let before = nested(call.state, call.service(&target)?);
    call.state.set_status(&target, &word);
    Ok(before.into())
}

/// What a fresh database has.
pub(super) fn fresh(engine: DokployDatabase) -> Value {
    json!({
        "description": null, "dockerImage": format!("{}:1", engine.word()), "command": null, "env": null,
        "applicationStatus": "idle", "replicas": 1, "serverId": null, "externalPort": null, "databasePassword": "fake",
    })
}
