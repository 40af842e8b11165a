//! Rollbacks: images kept from deployments, and going back to one of them.

use serde_json::json;

use super::applications::nested;
use super::engine::Running;
use super::failure::Failure;
use super::procedure::{Body, Call, Procedure, Reply};
use super::row::{Row, Status, stamp};
use super::service::Kind;
use super::state::State;
use super::triggered::{DokployJobState, DokployOperation};

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::post("rollback.rollback", roll_back).since(0, 23, 0),
    Procedure::post("rollback.delete", delete).since(0, 23, 0),
];

impl State {
    /// Names an image to keep of a deployment that begins, if its application asks for that and says where.
    ///
    /// The server does so before it builds, so that a deployment which fails has one too.
    pub(super) fn keep_image(&mut self, row: &mut Row) {
        let Some(service) = self.service(&row.target) else { return };
        let keeps = service.flag("rollbackActive") && !service.text("rollbackRegistryId").is_empty();
        if row.target.kind != Kind::Application || !keeps {
            return;
        }
        let (context, app_name) = (nested(self, service), service.text("appName").to_owned());
        // One counter for the whole server.
        self.kept_images += 1;
        let (version, id) = (self.kept_images, self.new_id());
        self.rollbacks.push(json!({
            "rollbackId": id, "deploymentId": row.id, "version": version, "image": format!("{app_name}:v{version}"),
            "createdAt": stamp(self.wall), "fullContext": context,
        }));
        row.rollback = Some(id);
    }
}

/// Applies a kept image: no row, no job, and neither the settings nor the status change.
///
/// Whatever goes wrong is one 400; the image of a deployment that failed was never pushed, and is answered like any other.
fn roll_back(call: &mut Call<'_>) -> Reply {
    let (place, row) = found(call)?.ok_or_else(refused)?;
    call.permit(&row.target.id).map_err(|_| refused())?;
    let (state, sender) = (&mut *call.state, call.sender.clone());
    if state.quirks.refuses(DokployOperation::Rollback) {
        state.note_operation(&row.target, DokployOperation::Rollback, sender, DokployJobState::Error);
        return Err(refused());
    }
    let rollback = &state.rollbacks[place];
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let replicas = rollback["fullContext"]["replicas"].as_u64().unwrap_or(1);
    let variables = super::env::parse(rollback["fullContext"]["env"].as_str().unwrap_or_default());
    let settings = Running { image: text(&rollback["image"]), replicas, variables };
    if row.status == Status::Done {
        state.apply(&row.target, settings);
    }
    state.note_operation(&row.target, DokployOperation::Rollback, sender, DokployJobState::Done);
    Ok(Body::Empty)
}

fn refused() -> Failure {
    Failure::bad_request("Error input: Rolling back")
}

/// Takes the row of the deployment along, because the two refer to each other.
fn delete(call: &mut Call<'_>) -> Reply {
    let (place, row) = found(call)?.ok_or_else(|| Failure::bad_request("Rollback not found"))?;
    call.permit(&row.target.id).map_err(|_| Failure::bad_request("You don't have access to this service"))?;
    let mut removed = call.state.rollbacks[place].clone();
    removed["deployment"] = row.json();
    call.state.remove_rows(|other| other.id == row.id);
    call.note_write(&row.target, "delete rollback", true);
    Ok(removed.into())
}

/// The rollback that the input names, and the row it belongs to.
fn found(call: &Call<'_>) -> Result<Option<(usize, Row)>, Failure> {
    let mut check = call.input.check();
    let id = check.filled("rollbackId");
    check.finish()?;
    let place = call.state.rollbacks.iter().position(|rollback| rollback["rollbackId"] == id.as_str());
    let row = call.state.rows.iter().find(|row| row.rollback.as_deref() == Some(&id));
    Ok(place.zip(row.cloned()))
}
