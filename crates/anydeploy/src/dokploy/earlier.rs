//! The triggers of this process that counted as not acted on, in case one of them is delivered late.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::Dokploy;
use super::operation::Asked;
use super::pending::Pending;
use super::row::to_deployment;
use super::status::of_job;
use crate::adapter::{Turn, retry_read};
use crate::{Adoption, DeployRequest, Deployment, Error, ErrorKind, Identity, Phase, Result, Target, platform};

static EARLIER: Mutex<Vec<Earlier>> = Mutex::new(Vec::new());

/// A trigger whose deployment did not appear.
#[derive(Clone, Debug)]
struct Earlier {
    place: String,
    request: DeployRequest,
    pending: Pending,
    /// Until when a repeat of the request first checks that it was not delivered late.
    until: Instant,
}

/// Remembers a trigger whose deployment did not appear, for a repeat of the same request.
pub(super) fn remember(dokploy: &Dokploy, target: &Target, request: &DeployRequest, pending: Pending) {
    let (place, until) = (dokploy.api.place(target), Instant::now() + dokploy.timing.lost_after);
    earlier().push(Earlier { place, request: request.clone(), pending, until });
}

/// Finds the deployment of an earlier trigger of the same request that counted as not acted on.
///
/// A gateway may deliver such a trigger after it was given up; a repeat of the request must not deploy a second time.
///
/// A trigger that has its `turn` behind others finds the overlap with them, too.
pub(super) async fn find(
    dokploy: &Dokploy,
    target: &Target,
    request: &DeployRequest,
    turn: &Turn,
) -> Result<Option<Deployment>> {
    let place = dokploy.api.place(target);
    let known: Vec<Earlier> = {
        let (now, mut earlier) = (Instant::now(), earlier());
        earlier.retain(|one| one.until > now);
        earlier.iter().filter(|one| one.place == place && one.request == *request).cloned().collect()
    };
    if known.is_empty() {
        return Ok(None);
    }
    // In this order one of the two shows a job at any moment.
    let restarts = dokploy.timing.server_restarts;
    let queue = retry_read(restarts, || dokploy.api.queue(target)).await.map_err(Error::of_read)?;
    let rows = retry_read(restarts, || dokploy.api.rows(target)).await.map_err(Error::of_read)?;
    let found = known.into_iter().find_map(|Earlier { mut pending, .. }| {
        if let Some(row) = pending.tagged(&rows.rows) {
            return Some((to_deployment(target, row, Identity::Exact), pending));
        }
        let queue = queue.as_ref()?;
        let job = queue.tagged(&pending.correlation_tag())?;
        pending.note_job(job, queue, None, None);
        pending.overlaps |= turn.overlap().is_some();
        Some((pending.to_deployment(target, of_job(job)), pending))
    });
    let Some((deployment, found)) = found else { return Ok(None) };
    earlier().retain(|one| one.pending.nonce() != found.nonce());
    let deployment = Asked::of(request).made(deployment);
    // One that waits reads its settings when it starts, and the setting of the request was set back by then.
    let is_fresh = deployment.status.phase == Phase::Queued && request.setting().is_none();
    let is_fresh = is_fresh || request.adoption() == Adoption::Any;
    if is_fresh { Ok(Some(deployment)) } else { Err(delivered_late(deployment)) }
}

/// The error of a request whose earlier try was given up, and then delivered late.
///
/// A deployment that has begun cannot contain what was set since, and one that waits was triggered for another setting.
fn delivered_late(earlier: Deployment) -> Error {
    let message = "an earlier try of the same request was delivered late, and nothing new was triggered";
    Error::new(ErrorKind::AlreadyRunning, message).with_platform(platform::DOKPLOY).with_last(Some(earlier))
}

fn earlier() -> MutexGuard<'static, Vec<Earlier>> {
    // No code panics while it holds the lock, and the list is whole at any moment.
    EARLIER.lock().unwrap_or_else(PoisonError::into_inner)
}
