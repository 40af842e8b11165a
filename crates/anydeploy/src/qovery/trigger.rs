//! A trigger on Qovery: what is read before it, how it is sent, and how its deployment is searched for.

use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};

use super::accepted::Accepted;
use super::action::{Action, advice};
use super::answer::{QueueAfter, accepted};
use super::api::Api;
use super::baseline::{Baseline, baseline};
use super::body::{Body, Named};
use super::outcome::follow;
use super::pending::{Clues, Pending};
use super::place::{environment_of, given_environment, misplaced};
use super::revision::{name, needs_row};
use super::row::row;
use super::search::{Finding, poll, weigh};
use super::unlisted::{Effect, Effects};
use super::{Qovery, ids, versions};
use crate::adapter::{Answer, Left, Planner, Resolution, Search, Timestamps, Trigger, Turn, retry_briefly};
use crate::{DeployRequest, Deployer, Deployment, Error, ErrorKind, Platform, Result, Target, Timing, platform};

/// What is sent, and what was read before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    target: Target,
    environment: String,
    action: Action,
    named: Named,
    baseline: Baseline,
    /// The services of an environment that are deployed, and no other; empty for every trigger but a start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    services: Vec<Target>,
    /// It is one of several in one request; such a plan is never stored.
    #[serde(skip)]
    is_together: bool,
}

impl Plan {
    /// The plan of one target among several in one request.
    pub(super) fn together(target: Target, environment: String, named: Named, baseline: Baseline) -> Self {
        let (action, services) = (Action::Deploy, Vec::new());
        Self { target, environment, action, named, baseline, services, is_together: true }
    }

    /// The target, and what its trigger names.
    pub(super) fn named(&self) -> (&Target, &Named) {
        (&self.target, &self.named)
    }

    /// The same plan for these services of the environment alone, which keep the version that was deployed.
    pub(super) fn for_services(self, services: Vec<Target>) -> Self {
        Self { services, ..self }
    }

    /// What the trigger does to the services of its target, once it is known to have begun, or before.
    fn effects(&self, began: bool) -> Effects {
        // A restart takes only what runs, and whether a redeployment or an event of a job starts anything is not documented.
        let starts = began && matches!(self.action, Action::Deploy | Action::Rollback);
        let effect = if starts { Effect::Starts } else { Effect::Other };
        match &*self.services {
            [] => Effects::all(effect),
            services => Effects::each(services.iter().map(|service| (service.id().to_owned(), effect))),
        }
    }

    /// What is known of the deployment before the trigger is answered.
    fn pending(&self) -> Pending {
        Pending {
            action: self.action,
            revision: self.named.revision.clone(),
            is_revision_read: self.named.resolved,
            is_together: self.is_together || !self.services.is_empty(),
            clues: Clues { after: self.baseline.last.clone(), ..Clues::default() },
            ..Pending::new(self.target.clone(), &*self.environment)
        }
    }
}

/// Plans the triggers of one deployer.
#[derive(Clone, Copy, Debug)]
pub(super) struct QoveryPlanner<'a>(pub(super) &'a Qovery);

impl Planner for QoveryPlanner<'_> {
    const PLATFORM: Platform = platform::QOVERY;

    type Plan = Plan;

    async fn plan(&self, request: &DeployRequest) -> Result<(Turn, Plan)> {
        let check = request.check(&platform::QOVERY, &self.0.capabilities());
        check.map_err(|error| match advice(request.target().kind(), request.action()) {
            Some(advice) if error.kind() == ErrorKind::Unsupported => error.with_advice(advice),
            _ => error,
        })?;
        let (target, action) = (ids::target(request.target())?, Action::of(request));
        // Nothing is triggered yet, whatever goes wrong.
        let nothing_sent = |error: Error| error.with_safe_to_repeat(true);
        let (environment, named) = resolve_request(&self.0.api, request, &target).await.map_err(nothing_sent)?;
        let turn = Turn::take(&self.0.api.place(&environment), &target).await;
        let baseline = baseline(self.0, &target, &environment, action, request.revision());
        let baseline = baseline.await.map_err(nothing_sent)?;
        if let Some(point) = request.rollback_point() {
            if baseline.queue.concerns() {
                let error = Error::new(ErrorKind::Conflict, "a deployment of the target waits in the queue");
                return Err(error.with_platform(platform::QOVERY));
            }
            versions::check(&self.0.api, &target, &environment, point).await.map_err(nothing_sent)?;
        }
        Ok((turn, Plan { target, environment, action, named, baseline, services: Vec::new(), is_together: false }))
    }

    fn trigger<'a>(&'a self, _: &'a DeployRequest, plan: Plan) -> Box<dyn Trigger + 'a> {
        Box::new(QoveryTrigger { qovery: self.0, plan })
    }
}

/// The trigger of one request.
struct QoveryTrigger<'a> {
    qovery: &'a Qovery,
    plan: Plan,
}

impl Trigger for QoveryTrigger<'_> {
    fn timing(&self) -> &Timing {
        &self.qovery.timing
    }

    fn place(&self) -> (String, Target) {
        (self.qovery.api.place(&self.plan.environment), self.plan.target.clone())
    }

    fn post<'a>(&'a self, turn: &'a Turn) -> BoxFuture<'a, Answer> {
        post(self.qovery, &self.plan, turn).boxed()
    }

    fn search<'a>(&'a mut self, search: Search<'a>) -> BoxFuture<'a, Result<Resolution>> {
        search_once(self.qovery, &self.plan, search).boxed()
    }

    fn left(&self, deployment: &Deployment) -> Option<Left> {
        Pending::of(&deployment.id).ok().map(|pending| left(&pending, &self.qovery.timing))
    }
}

async fn post(qovery: &Qovery, plan: &Plan, turn: &Turn) -> Answer {
    let body = match Body::new(plan.target.kind(), plan.action, &plan.named) {
        _ if !plan.services.is_empty() => Body::services(&plan.services),
        Ok(body) => body,
        Err(error) => return Answer::Failed(error),
    };
    match qovery.api.trigger(plan.target.id(), &body).await {
        Ok((answer, at)) => {
            let queue = QueueAfter::default();
            Answer::accepted(deployment_of(qovery, plan, turn, answer, at, &queue).await)
        }
        Err(error) => Answer::of_error(error),
    }
}

/// The deployment of a target, by the answer to its trigger.
pub(super) fn deployment_of<'a>(
    qovery: &'a Qovery,
    plan: &'a Plan,
    turn: &'a Turn,
    answer: Option<Accepted>,
    at: Timestamps,
    queue: &'a QueueAfter,
) -> BoxFuture<'a, Deployment> {
    async move {
        let note = |began: bool| {
            let (last, lost_after) = (plan.baseline.last.clone(), qovery.timing.lost_after);
            qovery.unlisted.note(&plan.environment, &plan.target, plan.effects(began), last, lost_after);
        };
        note(false);
        let mut pending = plan.pending();
        pending.clues.overlap = turn.overlap();
        let deployment = accepted(qovery, pending, &plan.baseline, answer, at, queue).await;
        if Pending::of(&deployment.id).is_ok_and(|known| known.request.is_none() && known.clues.is_next) {
            note(true);
        }
        deployment
    }
    .boxed()
}

/// Searches for a new request or execution that concerns the target.
///
/// Qovery stores no correlation tag in either, so that finding one is no proof: the identity is
/// [`Identity::Inferred`](crate::Identity::Inferred), and only if no earlier trigger of this process may have caused it.
pub(super) fn search_once<'a>(
    qovery: &'a Qovery,
    plan: &'a Plan,
    search: Search<'a>,
) -> BoxFuture<'a, Result<Resolution>> {
    async move {
        let (pending, baseline, turn) = (plan.pending().inferred(), &plan.baseline, search.turn);
        if baseline.queue.concerns() {
            return Ok(Resolution::Ambiguous("it may have been merged into a request that waited before"));
        }
        let poll = poll(qovery, &pending, baseline, search).await?;
        let found = match poll.find(&pending, baseline, turn.has_neighbour(), qovery.scheme, &qovery.timing) {
            Ok(Finding::Execution(_) | Finding::Request(_)) if turn.overlap().is_some() => {
                let why = "an earlier trigger of this program for the same target may have started it";
                return Ok(Resolution::Ambiguous(why));
            }
            Ok(Finding::Execution(execution)) => {
                follow(qovery, &poll.with_execution(pending, execution), &poll.snapshot).await?
            }
            Ok(Finding::Request(request)) => poll.with_request(pending, request, baseline),
            Ok(Finding::Nameless(executions)) => return weigh(&qovery.api, &pending, &executions).await,
            Err(resolution) => return Ok(resolution),
        };
        Ok(Resolution::likely(found))
    }
    .boxed()
}

/// The environment of the target, and the revision that the request means.
pub(super) fn resolve_request<'a>(
    api: &'a Api,
    request: &'a DeployRequest,
    target: &'a Target,
) -> BoxFuture<'a, Result<(String, Named)>> {
    async move {
        let given = given_environment(target)?;
        let row = match given {
            Some(_) if !needs_row(request) => None,
            _ => Some(retry_briefly(|| row(api, target)).await?),
        };
        let environment = match (given, &row) {
            (Some(environment), Some(row)) if row.environment(target).is_ok_and(|held| held != environment) => {
                return Err(misplaced(target));
            }
            (Some(environment), _) => environment.to_owned(),
            (None, Some(row)) => row.environment(target)?,
            (None, None) => environment_of(api, target).await?,
        };
        let named = name(api, request, target, row.as_ref()).await?;
        Ok((environment, named))
    }
    .boxed()
}

/// What a trigger leaves behind: an execution that started is listed some seconds later, a request that waits when its
/// execution starts.
pub(super) fn left(pending: &Pending, timing: &Timing) -> Left {
    let appears_within = if pending.execution.is_some() { timing.state_refreshes } else { timing.lost_after };
    Left::new(appears_within)
        .with_key(pending.key())
        .with_waits(pending.request.is_some())
        .with_deployment(pending.execution.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::stored_intents;
    use crate::platform;

    #[test]
    fn a_known_execution_is_hidden_from_others_for_less_long_than_an_accepted_request() {
        let (pending, timing) = (Pending::new(Target::application("a"), "e"), Timing::DEFAULT);
        let known = left(&pending.clone().with_execution("e1"), &timing);
        assert_eq!((known.appears_within, known.deployment.as_deref()), (timing.state_refreshes, Some("e1")));
        let waits = left(&Pending { request: Some("r".into()), ..pending }, &timing);
        assert_eq!((waits.appears_within, waits.waits, waits.deployment), (timing.lost_after, true, None));
    }

    #[test]
    fn a_plan_that_an_earlier_version_stored_is_read_and_written_alike() {
        for (file, intent) in stored_intents(&platform::QOVERY) {
            let stored = &intent.baseline()["plan"];
            let plan = Plan::deserialize(stored).unwrap();
            assert_eq!(&serde_json::to_value(&plan).unwrap(), stored, "{file}");
        }
    }
}
