//! Triggers a deployment, and reads what is known of it right after.

use std::time::Duration;

use futures::future::try_join;
use qovery_client::types::{QueuedDeploymentRequestWithStages as Waiting, Status};
use qovery_client::wire::Response;

use super::action::Action;
use super::error::map_error_of_known;
use super::kind::{Trigger, given_environment, misplaced};
use super::order::{concerns, is_listed};
use super::pending::{
    ACCEPTED_AT, ACTION, ADOPTED, AFTER, EXECUTION, NEXT, REQUEST, RESOLVED, id_of, pending, to_deployment,
    trigger_key, with_execution, with_overlap, with_revision, with_some,
};
use super::resolve::waiting;
use super::revision::{Named, check_deployed, needs_row};
use super::snapshot::{Snapshot, filled};
use super::status::judge_service;
use super::{Qovery, ids};
use crate::clock::Timestamps;
use crate::in_flight::InFlight;
use crate::recovery::retry_briefly;
use crate::{
    DeployRequest, Deployer, Deployment, DeploymentId, Error, ErrorKind, Phase, Result, Target, TargetKind, platform,
};

/// The raw status of a deployment that was accepted and is not listed yet.
pub(super) const ACCEPTED: &str = "accepted";

/// The environment as it was read just before the trigger.
pub(super) struct Baseline {
    environment: String,
    pub(super) snapshot: Snapshot,
    pub(super) queue: Vec<Waiting>,
}

impl Qovery {
    pub(super) async fn trigger(&self, request: &DeployRequest) -> Result<Deployment> {
        request.check(&platform::QOVERY, &self.capabilities())?;
        let action = Action::of(request);
        let target = &ids::target(request.target())?;
        // Nothing is triggered yet, whatever goes wrong.
        let nothing_sent = |error: Error| error.with_safe_to_repeat(true);
        let (environment, named) = self.prepare(request, target).await.map_err(nothing_sent)?;
        let place = format!("{} {environment}", self.client.http().base_url());
        let mut in_flight = InFlight::begin(&place, target, self.grace / 2);
        let baseline = self.baseline(target, environment).await.map_err(nothing_sent)?;
        check_deployed(request.revision(), target, &baseline.snapshot)?;
        let id = with_revision(id_of(target, &baseline.environment), &named.revision);
        let id = if named.resolved { id.with(RESOLVED, "1") } else { id };
        let id = with_some(with_some(id, AFTER, baseline.snapshot.last()), ACTION, action.word());
        let trigger = Trigger::new(target.kind(), action, named)?;
        in_flight.sent();
        let deployed = match trigger.send(self, target.id()).await.map_err(map_error_of_known) {
            Ok(reply) => {
                let id = with_overlap(id, in_flight.overlap());
                Ok(self.accepted(id, &baseline, reply, in_flight.is_concurrent()).await)
            }
            Err(error) if error.is_safe_to_repeat() => Err(error),
            Err(lost) => {
                in_flight.lost();
                self.recover(id, &baseline, &in_flight, lost).await
            }
        };
        match &deployed {
            Ok(deployment) => {
                in_flight.set_key(&trigger_key(&deployment.id));
                if deployment.id.get(REQUEST).is_some() {
                    in_flight.set_waiting();
                }
                if let Some(execution) = deployment.id.get(EXECUTION) {
                    in_flight.set_deployment(execution);
                }
                in_flight.end_pending(may_show_for(deployment.id.get(EXECUTION).is_some(), self.grace));
            }
            // The request may still wait, and be listed only after this call has ended.
            Err(error) if !error.is_safe_to_repeat() => in_flight.end_pending(self.grace),
            Err(_) => in_flight.end(),
        }
        deployed
    }

    /// The environment of the target, and the revision that the request means.
    async fn prepare(&self, request: &DeployRequest, target: &Target) -> Result<(String, Named)> {
        let given = given_environment(target)?;
        let row = match given {
            Some(_) if !needs_row(request) => None,
            _ => Some(retry_briefly(|| self.row(target)).await?),
        };
        let environment = match (given, &row) {
            (Some(environment), Some(row)) if row.environment(target).is_ok_and(|held| held != environment) => {
                return Err(misplaced(target));
            }
            (Some(environment), _) => environment.to_owned(),
            (None, Some(row)) => row.environment(target)?,
            (None, None) => self.environment_of(target).await?,
        };
        let named = self.name(request, target, row.as_ref()).await?;
        Ok((environment, named))
    }

    /// Turns the answer to a trigger into a deployment.
    async fn accepted(
        &self,
        id: DeploymentId,
        baseline: &Baseline,
        reply: Response<Option<Status>>,
        is_concurrent: bool,
    ) -> Deployment {
        let id = Timestamps::of(reply.header("date")).checked(baseline.snapshot.at).write(id, ACCEPTED_AT);
        match reply.into_value() {
            // A request that waits has an id, one that started at once has none (Qovery's web console).
            Some(status) => match filled(status.deployment_request_id.as_deref()) {
                // If two requests were sent at once, Qovery may have merged one into the other.
                Some(request) if is_concurrent => self.queued(id.with(ADOPTED, "1"), request, baseline).await,
                Some(request) => self.queued(id, request, baseline).await,
                None => started(id, &status, &baseline.snapshot),
            },
            None => pending(id, Phase::Queued, ACCEPTED),
        }
    }

    async fn baseline(&self, target: &Target, environment: String) -> Result<Baseline> {
        let reads = try_join(retry_briefly(|| self.snapshot(&environment)), retry_briefly(|| self.queue(&environment)));
        let (snapshot, queue) = reads.await?;
        if *target.kind() == TargetKind::Environment || snapshot.service(target).is_some() {
            return Ok(Baseline { environment, snapshot, queue });
        }
        if let Some(kind) = snapshot.kind_of(target.id()) {
            let message = format!("there is no such {}: `{target}` is of kind `{kind}`", target.kind());
            return Err(Error::new(ErrorKind::NotFound, message).with_platform(platform::QOVERY));
        }
        // In another environment the deployment would never be found again.
        if retry_briefly(|| self.row(target)).await?.environment(target)? != environment {
            return Err(misplaced(target));
        }
        Ok(Baseline { environment, snapshot, queue })
    }

    /// Finds out whether a request waits by itself or was merged into one that waited before.
    async fn queued(&self, id: DeploymentId, request: &str, baseline: &Baseline) -> Deployment {
        let adopted = is_listed(&baseline.queue, request);
        let id = id.with(REQUEST, request);
        let id = if adopted { id.with(ADOPTED, "1") } else { id };
        // The deployment is accepted whatever these reads say; a later read will find out more.
        let environment = &baseline.environment;
        let snapshot = retry_briefly(|| self.snapshot(environment)).await.ok();
        let queue = match retry_briefly(|| self.queue(environment)).await {
            Ok(queue) if is_listed(&queue, request) => return waiting(id, request, &queue, snapshot.as_ref()),
            _ if adopted => return waiting(id, request, &baseline.queue, None),
            Ok(queue) => queue,
            Err(_) => return pending(id, Phase::Queued, ACCEPTED),
        };
        // A request that is not listed, while an older one for the same still waits, has been merged into that one.
        // Ids sort by age, which Qovery's web console relies on.
        let mut older = queue
            .iter()
            .filter(|waiting| concerns(waiting, &id))
            .map(|waiting| waiting.identifier.deployment_request_id.as_str())
            .filter(|older| is_listed(&baseline.queue, older) || *older < request);
        match (older.next(), older.next()) {
            (Some(older), None) => {
                waiting(id.with(REQUEST, older).with(ADOPTED, "1"), older, &queue, snapshot.as_ref())
            }
            _ => pending(id, Phase::Queued, ACCEPTED),
        }
    }
}

/// How long after its trigger a deployment may be missing from the lists, by whether its execution is `known`.
///
/// One that was started is listed some seconds later, and one that waits when it starts.
fn may_show_for(known: bool, grace: Duration) -> Duration {
    if known { grace / 20 } else { grace }
}

/// A deployment that started at once: the environment was free, so that the next execution belongs to it.
fn started(id: DeploymentId, status: &Status, baseline: &Snapshot) -> Deployment {
    let id = id.with(NEXT, "1");
    let known = match id.target().kind() {
        TargetKind::Environment => baseline.last(),
        _ => baseline.service(id.target()).and_then(|status| filled(status.execution_id.as_deref())),
    };
    let new = filled(status.execution_id.as_deref()).filter(|execution| Some(*execution) != known);
    let phase = judge_service(&status.state, status.status_details.as_ref());
    let id = match new {
        // The answer names the execution that it started.
        Some(execution) if matches!(phase, Phase::Queued | Phase::Running) => {
            return to_deployment(with_execution(&id, execution), phase, status.state.as_str());
        }
        // Another execution began and ended between the baseline and the trigger.
        Some(execution) => id.with(AFTER, execution),
        None => id,
    };
    pending(id, Phase::Queued, ACCEPTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_execution_is_hidden_from_others_for_less_long_than_an_accepted_request() {
        let grace = Duration::from_mins(1);
        assert_eq!((may_show_for(true, grace), may_show_for(false, grace)), (Duration::from_secs(3), grace));
    }
}
