//! Recovers the deployment of a trigger whose answer was lost.

use qovery_client::types::{
    DeploymentHistoryEnvironmentV2 as Past, QueuedDeploymentRequestWithStages as Waiting, StateEnum,
};

use super::Qovery;
use super::deploy::Baseline;
use super::order::{allowed_seconds, concerns, fitting, is_alone, is_listed, is_others, names, second};
use super::pending::{ACCEPTED_AT, ADOPTED, ENVIRONMENT, FIRST, INFERRED, REQUEST, to_deployment, with_execution};
use super::status::judge_past;
use crate::in_flight::InFlight;
use crate::recovery::{Resolution, recover_with, retry_briefly};
use crate::{Deployment, DeploymentId, Error, Phase, Result, TargetKind};

impl Qovery {
    /// Polls for a new request or execution that concerns the target.
    ///
    /// Qovery stores no correlation tag in either, so that finding one is no proof: the identity is
    /// [`Identity::Inferred`](crate::Identity::Inferred), and only if no concurrent trigger of this process may have
    /// caused it.
    pub(super) async fn recover(
        &self,
        id: DeploymentId,
        baseline: &Baseline,
        in_flight: &InFlight,
        lost: Error,
    ) -> Result<Deployment> {
        let id = id.with(INFERRED, "1");
        recover_with(lost, self.grace / 2, || self.resolve_lost(id.clone(), baseline, in_flight)).await
    }

    async fn resolve_lost(&self, id: DeploymentId, baseline: &Baseline, in_flight: &InFlight) -> Result<Resolution> {
        if baseline.queue.iter().any(|waiting| concerns(waiting, &id)) {
            return Ok(Resolution::Ambiguous("it may have been merged into a request that waited before"));
        }
        let environment = id.require(ENVIRONMENT)?.to_owned();
        let queue = retry_briefly(|| self.queue(&environment)).await?;
        // A request that leaves the queue between the two reads is listed as an execution then.
        let snapshot = retry_briefly(|| self.snapshot(&environment)).await?;
        // Read after the statuses, so that it lists whatever they name, unless it is late.
        let past = retry_briefly(|| self.past(&environment)).await?;
        let started = baseline.snapshot.at.checked(snapshot.at);
        let id = started.write(id, ACCEPTED_AT);
        let mut requests = queue
            .iter()
            .filter(|waiting| concerns(waiting, &id) && !is_others(waiting, self.scheme))
            .map(|waiting| waiting.identifier.deployment_request_id.as_str());
        let Some(mut executions) = fitting(&past, &id, self.scheme) else {
            return Ok(Resolution::Ambiguous("the history does not reach back to the state before the trigger"));
        };
        if snapshot.last().is_some_and(|last| Some(last) != baseline.snapshot.last() && !is_in(&past, last)) {
            return Ok(Resolution::Unresolved("the history does not list an execution that the statuses name"));
        }
        // An execution may start some seconds before it is listed. If it waited, this request may be merged into it. The
        // clock behind the dates of answers need not be the one behind the dates of executions.
        let earlier = |entry: &Past, than: i64| second(entry).is_some_and(|second| second < than);
        let long_before = started.server.saturating_sub(allowed_seconds(self.grace));
        executions.retain(|entry| !baseline.queue.is_empty() || !earlier(entry, long_before));
        if executions.iter().any(|entry| earlier(entry, started.server)) {
            return Ok(Resolution::Ambiguous("a deployment that was asked for earlier was listed only afterwards"));
        }
        // A whole environment is deployed with all of its services.
        let whole = *id.target().kind() == TargetKind::Environment && snapshot.services() > 1;
        if whole && (executions.iter().any(|entry| is_of_one(entry)) || queue.iter().any(waits_for_one)) {
            return Ok(Resolution::Unresolved("a new deployment is for one service of the environment"));
        }
        // One whose check failed lists no service, and may be for any service of the environment.
        let (named, nameless): (Vec<_>, Vec<_>) = executions.into_iter().partition(|entry| names(entry, id.target()));
        let mut named = named.into_iter().map(|entry| entry.identifier.execution_id.as_str());
        let found = match (requests.next(), named.next()) {
            (None, None) => match nameless.as_slice() {
                [] => return Ok(Resolution::NotFound),
                [own] if !in_flight.has_neighbour() && judge_past(own) == Phase::Failed => {
                    self.follow(with_execution(&id, &own.identifier.execution_id), &snapshot).await?
                }
                some => return self.weigh(&id, some).await,
            },
            (Some(request), None) if requests.next().is_none() => {
                // It was accepted no later than this.
                let id = snapshot.at.checked(baseline.snapshot.at).write(id, ACCEPTED_AT).with(REQUEST, request);
                // A request that waited for other services was merged with this one.
                let id = if is_listed(&baseline.queue, request) { id.with(ADOPTED, "1") } else { id };
                let id = if is_alone(&queue, request, &id) { id.with(FIRST, "1") } else { id };
                to_deployment(id, Phase::Queued, StateEnum::Queued.as_str())
            }
            (None, Some(execution)) if named.next().is_none() => {
                self.follow(with_execution(&id, execution), &snapshot).await?
            }
            _ => {
                return Ok(Resolution::Ambiguous("Qovery does not report who asked for the deployments that are new"));
            }
        };
        if in_flight.has_overlap() {
            return Ok(Resolution::Ambiguous("a concurrent trigger of this program was for the same target"));
        }
        Ok(Resolution::likely(found))
    }

    /// What executions prove that list no service, and may be for other services of the environment.
    ///
    /// `ERROR` in the check before a deployment means that nothing was changed (console 720181b), so that a repeat is
    /// no second deployment.
    async fn weigh(&self, id: &DeploymentId, nameless: &[&Past]) -> Result<Resolution> {
        let environment = id.require(ENVIRONMENT)?;
        for entry in nameless {
            let execution = &entry.identifier.execution_id;
            let failed = judge_past(entry) == Phase::Failed
                && retry_briefly(|| self.check_failed(environment, execution, id.target().id())).await?;
            if !failed {
                return Ok(Resolution::Unresolved("a new deployment lists no service, and may be this one"));
            }
        }
        Ok(Resolution::NoEffect(
            "it was not acted on, or failed in the check before the deployment, which changes nothing",
        ))
    }
}

fn is_in(past: &[Past], execution: &str) -> bool {
    past.iter().any(|entry| entry.identifier.execution_id == execution)
}

fn is_of_one(entry: &Past) -> bool {
    entry.stages.iter().map(|stage| stage.services.len()).sum::<usize>() == 1
}

fn waits_for_one(waiting: &Waiting) -> bool {
    waiting.stages.iter().map(|stage| stage.services.len()).sum::<usize>() == 1
}
