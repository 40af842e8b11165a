//! Finding the deployment of a trigger whose answer was lost.

use futures::future::try_join;
use qovery_client::types::{DeploymentHistoryEnvironmentV2 as Past, StateEnum};

use super::Qovery;
use super::deploy::Before;
use super::order::{concerns, fitting, is_alone, is_listed, is_others, names, second};
use super::status::judge_past;
use super::trail::{ADOPTED, ENVIRONMENT, FIRST, INFERRED, REQUEST, SINCE, settled, told};
use crate::in_flight::InFlight;
use crate::recovery::{Resolution, recover_with, retry_briefly};
use crate::{Deployment, DeploymentId, Error, Phase, Result};

impl Qovery {
    /// Looks for a request or an execution that was not there before and has to do with the target.
    ///
    /// Qovery writes no mark of the caller into either, so that this is no proof: the identity is
    /// [`Identity::Inferred`](crate::Identity::Inferred), and only if no other trigger of this process may be behind it.
    pub(super) async fn recover(
        &self,
        id: DeploymentId,
        before: &Before,
        in_flight: &InFlight,
        lost: Error,
    ) -> Result<Deployment> {
        let id = id.with(INFERRED, "1");
        recover_with(lost, self.grace / 2, || self.resolve_lost(id.clone(), before, in_flight)).await
    }

    async fn resolve_lost(&self, id: DeploymentId, before: &Before, in_flight: &InFlight) -> Result<Resolution> {
        if before.queue.iter().any(|waiting| concerns(waiting, &id)) {
            return Ok(Resolution::Ambiguous("it may have been merged into a request that waited before"));
        }
        let environment = id.require(ENVIRONMENT)?.to_owned();
        let queue = retry_briefly(|| self.queue(&environment)).await?;
        // A request that leaves the queue between the two reads shows as an execution then.
        let (look, past) =
            try_join(retry_briefly(|| self.look(&environment)), retry_briefly(|| self.past(&environment))).await?;
        let started = before.look.at.checked(look.at);
        let id = started.write(id, SINCE);
        let mut requests = queue
            .iter()
            .filter(|waiting| concerns(waiting, &id) && !is_others(waiting, self.scheme))
            .map(|waiting| waiting.identifier.deployment_request_id.as_str());
        let Some(mut executions) = fitting(&past, &id, self.scheme) else {
            return Ok(Resolution::Ambiguous("the history does not reach back to the moment before"));
        };
        // An execution may start some seconds before it shows. If it waited, it may have taken this one in.
        let earlier = |entry: &Past, than: i64| second(entry).is_some_and(|second| second < than);
        executions.retain(|entry| !before.queue.is_empty() || !earlier(entry, started.server.saturating_sub(1)));
        if executions.iter().any(|entry| earlier(entry, started.server)) {
            return Ok(Resolution::Ambiguous("a deployment that was asked for before showed only since"));
        }
        // One whose check failed lists no service, and may be for any service of the environment.
        let (named, nameless): (Vec<_>, Vec<_>) = executions.into_iter().partition(|entry| names(entry, id.target()));
        let mut named = named.into_iter().map(|entry| entry.identifier.execution_id.as_str());
        let found = match (requests.next(), named.next()) {
            (None, None) => match nameless.as_slice() {
                [] => return Ok(Resolution::NotFound),
                [own] if !in_flight.has_neighbour() && judge_past(own) == Phase::Failed => {
                    self.follow(settled(&id, &own.identifier.execution_id), &look).await?
                }
                some => return self.weigh(&environment, some).await,
            },
            (Some(request), None) if requests.next().is_none() => {
                // It was accepted no later than this.
                let id = look.at.checked(before.look.at).write(id, SINCE).with(REQUEST, request);
                // What waited for other services before has taken this one in.
                let id = if is_listed(&before.queue, request) { id.with(ADOPTED, "1") } else { id };
                let id = if is_alone(&queue, request, &id) { id.with(FIRST, "1") } else { id };
                told(id, Phase::Queued, StateEnum::Queued.as_str())
            }
            (None, Some(execution)) if named.next().is_none() => self.follow(settled(&id, execution), &look).await?,
            _ => {
                return Ok(Resolution::Ambiguous(
                    "Qovery does not tell whose the deployments are that were asked for since",
                ));
            }
        };
        if in_flight.has_overlap() {
            return Ok(Resolution::Ambiguous("another trigger of this program for the same target was under way"));
        }
        Ok(Resolution::likely(found))
    }

    /// What executions prove that name no service, and may be of other services of the environment.
    ///
    /// `ERROR` in the check before a deployment means that nothing was changed (console 720181b), so that doing it again is
    /// no second deployment.
    async fn weigh(&self, environment: &str, nameless: &[&Past]) -> Result<Resolution> {
        for entry in nameless {
            let execution = &entry.identifier.execution_id;
            if judge_past(entry) != Phase::Failed || self.why_check_failed(environment, execution).await.is_none() {
                return Ok(Resolution::Unresolved(
                    "a deployment that failed before it came to any service was asked for since",
                ));
            }
        }
        Ok(Resolution::NoEffect(
            "it was not acted on, or failed in the check before the deployment, which changes nothing",
        ))
    }
}
