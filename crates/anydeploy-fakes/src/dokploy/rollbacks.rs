//! Rollbacks: images kept from deployments that succeeded.

use serde_json::json;

use super::applications::nested;
use super::failure::Failure;
use super::procedure::{Body, Call, Procedure, Reply};
use super::row::{Row, stamp};
use super::state::State;

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::post("rollback.rollback", roll_back).since(0, 23, 0),
    Procedure::post("rollback.delete", delete).since(0, 23, 0),
];

impl State {
    /// Keeps the image of a deployment that succeeded, if its application asks for that and says where.
    pub(super) fn keep_rollback(&mut self, row: &Row) {
        let Some(service) = self.service(&row.target) else { return };
        if !service.flag("rollbackActive") || service.text("rollbackRegistryId").is_empty() {
            return;
        }
        let context = nested(self, service);
        let version = self.rollbacks.len() + 1;
        let image = format!("{}:v{version}", service.text("appName"));
        let id = self.new_id();
        self.rollbacks.push(json!({
            "rollbackId": id, "deploymentId": row.id, "version": version, "image": image,
            "createdAt": stamp(self.wall), "fullContext": context,
        }));
        if let Some(row) = self.row_mut(&row.id) {
            row.rollback = Some(id);
        }
    }
}

/// Whatever goes wrong is one 400; a rollback that works makes no row and changes no status.
fn roll_back(call: &mut Call<'_>) -> Reply {
    let (_, row) = found(call)?.ok_or_else(refused)?;
    call.permit(&row.target.id).map_err(|_| refused())?;
    Ok(Body::Empty)
}

fn refused() -> Failure {
    Failure::bad_request("Error input: Rolling back")
}

fn delete(call: &mut Call<'_>) -> Reply {
    let (place, row) = found(call)?.ok_or_else(|| Failure::bad_request("Rollback not found"))?;
    call.permit(&row.target.id)?;
    let mut removed = call.state.rollbacks.remove(place);
    if let Some(row) = call.state.row_mut(&row.id) {
        row.rollback = None;
    }
    removed["deployment"] = row.json();
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
