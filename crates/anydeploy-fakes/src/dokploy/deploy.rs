//! What triggers deployments and what is meant to stop them, alike for applications and composes.

use serde_json::json;

use super::failure::Failure;
use super::job::{Order, Stage};
use super::procedure::{Body, Call, Procedure, Reply};
use super::quirk::Release;
use super::row::Status;
use super::script::Ending;
use super::service::Kind::{self, Application, Compose};
use super::service::{Service, Target};
use super::triggered::{DokployJobState, DokployOrigin};

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::post("application.deploy", |call| deploy(call, Application, false)),
    Procedure::post("application.redeploy", |call| deploy(call, Application, true)),
    Procedure::post("application.cancelDeployment", |call| cancel(call, Application)).since(0, 25, 0),
    Procedure::post("application.cleanQueues", |call| clean_queues(call, Application)),
    Procedure::post("application.killBuild", |call| kill_build(call, Application)).since(0, 25, 8),
    Procedure::post("application.clearDeployments", |call| clear_logs(call, Application)).since(0, 27, 1),
    Procedure::post("compose.deploy", |call| deploy(call, Compose, false)),
    Procedure::post("compose.redeploy", |call| deploy(call, Compose, true)),
    Procedure::post("compose.cancelDeployment", |call| cancel(call, Compose)).since(0, 25, 0),
    Procedure::post("compose.cleanQueues", |call| clean_queues(call, Compose)),
    Procedure::post("compose.killBuild", |call| kill_build(call, Compose)).since(0, 25, 8),
    Procedure::post("compose.clearDeployments", |call| clear_logs(call, Compose)).since(0, 27, 1),
];

fn deploy(call: &mut Call<'_>, kind: Kind, redeploy: bool) -> Reply {
    let mut check = call.input.check();
    let id = check.filled(kind.id_field());
    let (title, description) = (check.optional("title"), check.optional("description"));
    check.finish()?;
    let target = Target::new(kind, &id);
    call.service(&target)?;
    if std::mem::take(&mut call.state.refuses_next) {
        return Err(Failure::unauthorized("You don't have access to this service"));
    }
    let (origin, sender) = (DokployOrigin::Api, call.sender.clone());
    let order = Order { target, title, description, redeploy, origin, sender };
    if call.state.quirks.held_trigger {
        call.state.held.push(order);
        return Err(Failure::gateway_timeout());
    }
    if call.state.quirks.webhook_first {
        call.state.deployed_by_webhook(&order.target);
    }
    call.state.down = call.state.quirks.down_after_trigger;
    call.state.enqueue(order);
    if call.state.quirks.cloud {
        return Ok(true.into());
    }
    let release = call.state.quirks.release;
    // An application's deployment answers nothing at all, a compose's something since v0.25.7.
    if kind == Application || release < Release(0, 25, 7) {
        return Ok(Body::Empty);
    }
    let message = if redeploy { "Redeployment queued" } else { "Deployment queued" };
    let mut body = json!({ "success": true, "message": message });
    if release >= Release(0, 26, 4) {
        body["composeId"] = id.into();
    }
    Ok(body.into())
}

fn cancel(call: &mut Call<'_>, kind: Kind) -> Reply {
    let target = call.target(kind)?;
    if !call.state.quirks.cloud {
        return Err(Failure::bad_request("Deployment cancellation only available in cloud version"));
    }
    let state = &mut *call.state;
    let jobs = std::mem::take(&mut state.queue.jobs);
    for job in jobs {
        if job.target == target {
            state.note(job.entry, DokployJobState::Cancelled);
            state.queue.history.push(job);
        } else {
            state.queue.jobs.push(job);
        }
    }
    state.set_status(&target, "idle");
    // Cloud marks the first row it finds, whichever it is, and calls it `done`.
    if let Some(row) = state.rows.iter_mut().find(|row| row.target == target) {
        row.status = Status::Done;
    }
    Ok(json!({ "success": true, "message": "Deployment cancellation requested" }).into())
}

/// An owner may name a service that does not exist: then there is nothing to clean.
fn clean_queues(call: &mut Call<'_>, kind: Kind) -> Reply {
    let mut check = call.input.check();
    let id = check.filled(kind.id_field());
    check.finish()?;
    call.permit(&id)?;
    let target = Target::new(kind, &id);
    call.state.drop_waiting(|job| job.target == target);
    if kind == Application {
        return Ok(Body::Empty);
    }
    Ok(json!({ "success": true, "message": "Queues cleaned successfully" }).into())
}

/// A signal to every build of that kind on the host, other services' too; pulls and clones do not notice it.
fn kill_build(call: &mut Call<'_>, kind: Kind) -> Reply {
    call.target(kind)?;
    let state = &mut *call.state;
    let tick = state.tick;
    let builds = |target: &Target| {
        target.kind == kind && (kind == Compose || state.service(target).is_some_and(Service::clones))
    };
    let killed: Vec<bool> =
        state.queue.jobs.iter().map(|job| job.stage == Stage::Building && builds(&job.target)).collect();
    for (job, _) in state.queue.jobs.iter_mut().zip(killed).filter(|(_, killed)| *killed) {
        job.script.ending = Ending::Error(None);
        job.due = tick;
    }
    Ok(Body::Empty)
}

/// Removes log files only; every row stays.
fn clear_logs(call: &mut Call<'_>, kind: Kind) -> Reply {
    let target = call.target(kind)?;
    let state = &mut *call.state;
    let keys: Vec<String> =
        state.rows.iter().filter(|row| row.target == target).map(|row| state.log_key(row)).collect();
    for key in keys {
        state.logs.remove(&key);
    }
    Ok(true.into())
}
