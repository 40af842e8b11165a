//! Cancelling: a request that waits by itself, a running deployment with everything that is deployed along.

use futures::future::{BoxFuture, FutureExt};
use qovery_client::types::{JobTypeEnum, StateEnum};

use super::Qovery;
use super::api::Api;
use super::outcome::shows;
use super::pending::Pending;
use super::read::read;
use super::snapshot::{Snapshot, kind_of};
use super::status::judge_service;
use crate::adapter::{Timestamps, may_be_transient, retry_briefly};
use crate::{Cancel, Deployment, DeploymentId, Error, ErrorKind, Phase, Result, Target, TargetKind, platform};

impl Cancel for Qovery {
    fn request_cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        cancel(self, id).boxed()
    }
}

async fn cancel(qovery: &Qovery, id: &DeploymentId) -> Result<Deployment> {
    let (seen, pending) = read_again(qovery, Pending::of(id)?).await?;
    if seen.is_over() {
        return Err(conflict("the deployment is over already"));
    }
    let request = match (&pending.execution, &pending.request) {
        (Some(_), _) => return cancel_execution(qovery, pending).await,
        (None, Some(request)) if pending.is_cancelled || pending.clues.left_queue_at.is_none() => request,
        _ => return Err(conflict("the deployment is accepted and is not listed yet, so it cannot be cancelled now")),
    };
    let (others, waited_at) = others_in(qovery, request, &pending).await;
    let asked = qovery.api.cancel_request(request).await;
    match &asked {
        // It may have left the queue after it was read.
        Err(error) if !is_of_nothing_that_waits(error) => return Err(error.clone()),
        _ => {}
    }
    let mut pending = pending;
    if asked.is_ok() {
        pending.is_cancelled = true;
        pending.clues.left_queue_at = Some(waited_at);
    }
    let (seen, pending) = match (read_again(qovery, pending.clone()).await, &asked) {
        (Ok(read), _) => read,
        // It was asked to, whatever can be read of it now.
        (Err(_), Ok(())) => (pending.to_deployment(Phase::Cancelling, StateEnum::Canceling.as_str()), pending),
        (Err(error), Err(_)) => return Err(error),
    };
    if pending.execution.is_some() && !seen.is_over() {
        return cancel_execution(qovery, pending).await;
    }
    asked?;
    let reason = (!others.is_empty()).then(|| format!("its request was for others too: also {}", others.join(", ")));
    Ok(seen.with_reason(reason))
}

/// An answer that says that the request does not wait.
fn is_of_nothing_that_waits(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound | ErrorKind::NotFoundOrForbidden)
}

/// The other services of a request that waits, which are cancelled along, as far as they can be read, and when they were:
/// requests of one user wait as one (documentation 4e9636b).
async fn others_in(qovery: &Qovery, request: &str, pending: &Pending) -> (Vec<String>, Timestamps) {
    let Ok((rows, at)) = retry_briefly(|| qovery.api.queue(&pending.environment)).await else {
        return (Vec::new(), Timestamps::of(None));
    };
    let row = rows.iter().filter(|row| row.identifier.deployment_request_id == request);
    let services = row.flat_map(|row| &row.stages).flat_map(|stage| &stage.services).map(|part| &part.identifier);
    // An environment is all of its services.
    let is_whole = *pending.target.kind() == TargetKind::Environment;
    let others = services.filter(|service| !is_whole && service.service_id != pending.target.id());
    let name = |kind, id: &str| Target::new(kind_of(kind), id).to_string();
    (others.map(|other| name(other.service_type.as_ref(), &other.service_id)).collect(), at)
}

/// Reads a deployment, and what is known of it then.
async fn read_again(qovery: &Qovery, pending: Pending) -> Result<(Deployment, Pending)> {
    let seen = read(qovery, pending).await?;
    let pending = Pending::of(&seen.id)?;
    Ok((seen, pending))
}

/// Cancels what the environment is doing, once it is read again that it is this execution.
async fn cancel_execution(qovery: &Qovery, pending: Pending) -> Result<Deployment> {
    let environment = &*pending.environment;
    let snapshot = retry_briefly(|| qovery.api.snapshot(environment)).await?;
    if snapshot.last() != pending.execution.as_deref() {
        return Err(conflict("a newer deployment of the environment has begun, and would be cancelled instead"));
    }
    let running = running(&snapshot, &pending);
    let force = runs_lifecycle_job(&qovery.api, environment, &running).await?;
    qovery.api.cancel_environment(environment, force).await?;
    let own = pending.target.id().to_owned();
    let cancelled = read(qovery, pending).await?;
    let others: Vec<String> = running.iter().filter(|target| target.id() != own).map(Target::to_string).collect();
    if others.is_empty() || cancelled.status.phase == Phase::Failed {
        return Ok(cancelled);
    }
    let reason = format!("cancelling stops the whole deployment of the environment: also {}", others.join(", "));
    Ok(cancelled.with_reason(Some(reason)))
}

/// Whether a lifecycle job is among these services: while one runs, only force ends its deployment, while a cron job
/// is never forced (console 720181b; engine 59fa717, `deploy_job/job.rs`).
async fn runs_lifecycle_job(api: &Api, environment: &str, running: &[Target]) -> Result<bool> {
    let is_running = |id: &str| running.iter().any(|one| *one.kind() == TargetKind::Job && one.id() == id);
    if !running.iter().any(|target| *target.kind() == TargetKind::Job) {
        return Ok(false);
    }
    let jobs = match retry_briefly(|| api.jobs(environment)).await {
        Ok(jobs) => jobs,
        Err(error) if may_be_transient(&error) => return Err(error),
        // A cancel that is not forced stops nothing that it should not.
        Err(_) => return Ok(false),
    };
    Ok(jobs.iter().any(|job| is_running(&job.id) && job.job_type == Some(JobTypeEnum::Lifecycle)))
}

/// The services that the execution has not done with.
fn running(snapshot: &Snapshot, pending: &Pending) -> Vec<Target> {
    let execution = pending.execution.as_deref();
    snapshot.targets(&|_, status| {
        let phase = judge_service(&status.state, status.status_details.as_ref(), pending.action);
        shows(status, execution, true) && !phase.is_terminal()
    })
}

fn conflict(message: &'static str) -> Error {
    Error::new(ErrorKind::Conflict, message).with_platform(platform::QOVERY)
}
