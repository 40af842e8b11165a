//! Reads a deployment, whatever is known of it.

use super::Qovery;
use super::lists::Lists;
use super::outcome::follow;
use super::pending::Pending;
use super::resolve::{self, resolve};
use crate::adapter::Remembered;
use crate::adapter::throttle::{Class, as_class};
use crate::{Deployment, DeploymentId, Result};

/// Reads a deployment of which so much is known.
pub(super) async fn read(qovery: &Qovery, pending: Pending) -> Result<Deployment> {
    let environment = pending.environment.clone();
    read_by(qovery, pending, &Lists::read(&qovery.api, &environment).await?).await
}

/// Reads it by lists that other deployments of its environment may share.
pub(super) async fn read_by(qovery: &Qovery, pending: Pending, lists: &Lists<'_>) -> Result<Deployment> {
    if pending.is_cancelled {
        return resolve::cancelled(qovery, pending, lists).await;
    }
    let Some(execution) = pending.execution.as_deref() else { return resolve(qovery, pending, lists).await };
    // What is read beside the statuses is the last read of a deployment that is over, and waits behind no tick.
    let read = as_class(Class::Read, follow(qovery, &pending, &lists.snapshot)).await?;
    // It is listed, so that no other trigger takes it for a new one.
    Remembered::of(&qovery.api.place(&pending.environment)).settle(&pending.key(), Some(execution));
    Ok(read)
}

/// What is known of a deployment, and its execution; `None` while it has none.
pub(super) async fn begun(qovery: &Qovery, id: &DeploymentId) -> Result<Option<(Pending, String)>> {
    let mut pending = Pending::of(id)?;
    if pending.execution.is_none() && !pending.is_cancelled {
        let environment = pending.environment.clone();
        let lists = Lists::read(&qovery.api, &environment).await?;
        // Nothing has begun, whether the request waits or was cancelled, so the queue is not read for it.
        if pending.request.is_some() && lists.snapshot.last() == pending.clues.after.as_deref() {
            return Ok(None);
        }
        pending = Pending::of(&read_by(qovery, pending, &lists).await?.id)?;
    }
    let execution = pending.execution.clone();
    Ok(execution.map(|execution| (pending, execution)))
}
