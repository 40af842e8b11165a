//! Several services of one environment in one request, and the deployment of each.

use std::sync::{Mutex, PoisonError};

use futures::future::{BoxFuture, FutureExt};

use super::action::Action;
use super::answer::QueueAfter;
use super::baseline::Observed;
use super::body::Body;
use super::pending::Pending;
use super::trigger::{Plan, deployment_of, left, resolve_request, search_once};
use super::{Qovery, ids};
use crate::adapter::{self, Answer, Left, Resolution, Search, Trigger, Turn, concurrently, try_concurrently};
use crate::{
    DeployRequest, Deployer, Deployment, Error, ErrorKind, Result, Selection, SelectionEntry, SelectionReport,
    Selections, Target, Timing, platform,
};

impl Selections for Qovery {
    fn trigger_selection<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<SelectionReport>> {
        trigger_selection(self, selection).boxed()
    }
}

async fn trigger_selection(qovery: &Qovery, selection: &Selection) -> Result<SelectionReport> {
    selection.check(&platform::QOVERY, &qovery.capabilities())?;
    let Selection::Requests(requests) = selection else {
        return Err(Error::unsupported(platform::QOVERY, "a selection of this kind"));
    };
    requests.iter().try_for_each(check)?;
    let nothing_sent = |error: Error| error.with_safe_to_repeat(true);
    let targets: Vec<_> = requests.iter().map(|request| ids::target(request.target())).collect::<Result<_>>()?;
    let named = requests.iter().zip(&targets);
    let resolved = named.map(|(request, target)| resolve_request(&qovery.api, request, target)).collect();
    let resolved = try_concurrently(requests.len(), resolved).await.map_err(nothing_sent)?;
    let environment = same_environment(&targets, &resolved)?;
    let turn = Turn::take(&qovery.api.place(&environment), &Target::environment(&environment)).await;
    let observed = Observed::read(qovery, &environment).await.map_err(nothing_sent)?;
    let mut plans = Vec::with_capacity(requests.len());
    for ((request, target), (_, named)) in requests.iter().zip(&targets).zip(resolved) {
        let baseline = observed.baseline(target, Action::Deploy, request.revision()).await;
        plans.push(Plan::together(target.clone(), environment.clone(), named, baseline.map_err(nothing_sent)?));
    }
    let found = Mutex::new(vec![None; plans.len()]);
    let mut trigger = SelectionTrigger { qovery, environment, plans, found };
    let sent = adapter::deploy_in_turn(&mut trigger, turn).await;
    let found = trigger.found.into_inner().unwrap_or_else(PoisonError::into_inner);
    match sent {
        // Nothing was triggered, or the platform refused all of it.
        Err(error) if error.kind() != ErrorKind::Undecidable => Err(error),
        sent => {
            let missing = || Error::new(ErrorKind::Undecidable, "nothing shows which deployment is this target's");
            let error = sent.err().unwrap_or_else(|| missing().with_platform(platform::QOVERY));
            let entries = targets.into_iter().zip(found).map(|(target, found)| {
                let result = found.ok_or_else(|| error.clone());
                SelectionEntry::new(target, result)
            });
            Ok(SelectionReport::new(entries.collect()))
        }
    }
}

/// Checks that a request can stand beside others.
///
/// A job runs for no event in such a request, and a Terraform service is planned and applied (document of 2026-08-20;
/// Qovery's command line sends any other action alone).
fn check(request: &DeployRequest) -> Result<()> {
    if request.job_event().is_none() && request.terraform_action().is_none() {
        return Ok(());
    }
    let what = "the event of a job or the action of a Terraform service in a request for several targets";
    Err(Error::unsupported(platform::QOVERY, what).with_advice("deploy that target by itself"))
}

/// The environment that holds all of the targets.
fn same_environment<T>(targets: &[Target], resolved: &[(String, T)]) -> Result<String> {
    let mut environments = resolved.iter().map(|(environment, _)| environment);
    let first = environments.next().cloned().unwrap_or_default();
    match targets.iter().skip(1).zip(environments).find(|(_, environment)| **environment != first) {
        None => Ok(first),
        Some((target, environment)) => {
            let message = format!(
                "`{target}` stands in the environment `{environment}`, and the first target of the selection in `{first}`"
            );
            let error = Error::new(ErrorKind::InvalidInput, message).with_platform(platform::QOVERY);
            Err(error.with_advice("send one selection for each environment"))
        }
    }
}

/// One request for several targets, each with a baseline of its own.
struct SelectionTrigger<'a> {
    qovery: &'a Qovery,
    environment: String,
    plans: Vec<Plan>,
    /// The deployments that are known, in the order of the plans.
    found: Mutex<Vec<Option<Deployment>>>,
}

impl SelectionTrigger<'_> {
    /// Keeps what is known of each target; the first deployment stands for all of them where one is asked for.
    fn keep(&self, found: Vec<Option<Deployment>>) -> Option<Deployment> {
        let first = found.iter().flatten().next().cloned();
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
        first
    }

    async fn send(&self, turn: &Turn) -> Answer {
        let body = Body::selected(self.plans.iter().map(Plan::named));
        let (answer, at) = match self.qovery.api.trigger(&self.environment, &body).await {
            Ok(accepted) => accepted,
            Err(error) => return Answer::of_error(error),
        };
        let queue = QueueAfter::default();
        let of_plan = |plan| deployment_of(self.qovery, plan, turn, answer.clone(), at, &queue);
        let each = self.plans.iter().map(of_plan);
        let found = concurrently(self.plans.len(), each.collect()).await.into_iter().map(Some).collect();
        match self.keep(found) {
            Some(first) => Answer::accepted(first),
            None => Answer::Failed(Error::new(ErrorKind::InvalidInput, "a selection names at least one target")),
        }
    }

    /// Searches for the deployment of each target; they have to be parts of one request or execution.
    async fn search_all(&self, search: Search<'_>) -> Result<Resolution> {
        // What an earlier poll found counts only if this one finds it too.
        self.keep(vec![None; self.plans.len()]);
        let each = self.plans.iter().map(|plan| search_once(self.qovery, plan, search));
        let resolutions = try_concurrently(self.plans.len(), each.collect()).await?;
        let found: Vec<_> = resolutions.iter().map(deployment_in).collect();
        let cause = |deployment: &Deployment| {
            Pending::of(&deployment.id).ok().map(|pending| (pending.request, pending.execution))
        };
        let are_one = found.windows(2).all(|pair| match pair {
            [Some(one), Some(other)] => cause(one) == cause(other),
            _ => true,
        });
        if found.iter().all(Option::is_some) {
            if !are_one {
                return Ok(Resolution::Ambiguous("the new deployments of the targets are not those of one request"));
            }
            return Ok(self.keep(found).map_or(Resolution::NotFound, Resolution::likely));
        }
        if found.iter().any(Option::is_some) {
            return Ok(Resolution::Unresolved("a new deployment takes in some of the targets, and not all of them"));
        }
        // What is undecided for one target is so for the request.
        let decides = |resolution: &Resolution| !matches!(resolution, Resolution::NotFound);
        let mut resolutions = resolutions;
        let place = resolutions.iter().position(decides).unwrap_or_default();
        Ok(resolutions.swap_remove(place))
    }
}

fn deployment_in(resolution: &Resolution) -> Option<Deployment> {
    match resolution {
        Resolution::Found(deployment) | Resolution::Likely(deployment) => Some((**deployment).clone()),
        _ => None,
    }
}

impl Trigger for SelectionTrigger<'_> {
    fn timing(&self) -> &Timing {
        &self.qovery.timing
    }

    fn place(&self) -> (String, Target) {
        (self.qovery.api.place(&self.environment), Target::environment(&self.environment))
    }

    fn post<'a>(&'a self, turn: &'a Turn) -> BoxFuture<'a, Answer> {
        self.send(turn).boxed()
    }

    fn search<'a>(&'a mut self, search: Search<'a>) -> BoxFuture<'a, Result<Resolution>> {
        self.search_all(search).boxed()
    }

    fn left(&self, deployment: &Deployment) -> Option<Left> {
        Pending::of(&deployment.id).ok().map(|pending| left(&pending, &self.qovery.timing))
    }
}

#[cfg(test)]
mod tests {
    use anydeploy_fakes::{FakeQovery, Pace};

    use super::*;
    use crate::TargetKind;

    #[tokio::test]
    async fn what_an_earlier_poll_found_counts_only_if_the_last_one_finds_it_too() {
        let fake = FakeQovery::builder().pace(Pace::Manual).start().await;
        let qovery = Qovery::builder().url(fake.url()).token(fake.token()).build().unwrap();
        let (web, worker) = (fake.application(), fake.container());
        let requests = [Target::application(&web), Target::new(TargetKind::Container, &worker)].map(DeployRequest::new);
        let environment = fake.environment();
        let mut turn = Turn::take(&qovery.api.place(&environment), &Target::environment(&environment)).await;
        let observed = Observed::read(&qovery, &environment).await.unwrap();
        let mut plans = Vec::new();
        for request in &requests {
            let (_, named) = resolve_request(&qovery.api, request, request.target()).await.unwrap();
            let baseline = observed.baseline(request.target(), Action::Deploy, request.revision()).await.unwrap();
            plans.push(Plan::together(request.target().clone(), environment.clone(), named, baseline));
        }
        let found = Mutex::new(vec![None; plans.len()]);
        let trigger = SelectionTrigger { qovery: &qovery, environment: environment.clone(), plans, found };
        turn.sent(qovery.timing.trigger_settles);
        let search = || Search::of_own(&turn, qovery.timing.acted_on_within());
        // Behind a deployment, the requests of one token are merged into one.
        fake.deploy_by_someone_else(&fake.add_database("db"));
        fake.deploy_by_another_program(&web);
        fake.deploy_by_another_program(&worker);
        assert!(matches!(trigger.search_all(search()).await, Ok(Resolution::Likely(_))));
        assert!(trigger.found.lock().unwrap().iter().all(Option::is_some));
        fake.advance(100);
        fake.deploy_by_another_program(&web);
        fake.advance(100);
        let resolution = trigger.search_all(search()).await;
        assert!(!matches!(resolution, Ok(Resolution::Likely(_) | Resolution::Found(_))), "{resolution:?}");
        assert!(trigger.found.lock().unwrap().iter().all(Option::is_none));
    }
}
