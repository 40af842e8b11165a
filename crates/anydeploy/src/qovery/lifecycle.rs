//! Starting and stopping: a start is a deployment of the version that was deployed, a stop is a request of its own.

use futures::future::{BoxFuture, FutureExt};
use qovery_client::types::{
    QueuedDeploymentRequestWithStages as Waiting, ServiceDeploymentStatusEnum as DeploymentStatus,
};

use super::place::{check_place, environment_of};
use super::running::{depends_on_skipped, is_all_stopped};
use super::snapshot::{Snapshot, beside_statuses};
use super::starting::{needs_start, services_to_start};
use super::state::{effects_of, is_for, run_state, waits_to_stop};
use super::trigger::{Plan, QoveryPlanner};
use super::unlisted::{Effect, Effects};
use super::{Qovery, ids};
use crate::adapter::{self, Planner, Trigger, Turn, after_write, retry_briefly};
use crate::{
    Ability, DeployRequest, Deployer, DesiredState, Error, ErrorKind, Lifecycle, Platform, RequestOption, Result,
    Revision, RunState, ServiceState, StateChange, Target, TargetKind, platform,
};

impl Lifecycle for Qovery {
    fn start_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        start(self, target).boxed()
    }

    fn stop_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        stop(self, target).boxed()
    }

    fn read_state<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<RunState>> {
        async move {
            let target = &ids::target(target)?;
            let environment = environment_of(&self.api, target).await?;
            Ok(read(self, target, &environment).await?.state)
        }
        .boxed()
    }
}

/// What one read of a state is made of.
struct Seen {
    state: RunState,
    snapshot: Snapshot,
    queue: Vec<Waiting>,
    /// What a request does to the target, a service, that is not listed yet.
    unlisted: Option<Effect>,
}

impl Seen {
    /// The services of an environment that have to be started, without those that are skipped.
    async fn to_start(&self, qovery: &Qovery, environment: &str) -> Result<Vec<Target>> {
        let mut services = services_to_start(environment, &self.snapshot, &self.queue, &qovery.unlisted);
        if !services.is_empty() {
            let skipped = retry_briefly(|| qovery.api.skipped(environment)).await.map_err(beside_statuses)?;
            services.retain(|service| !skipped.contains(service.id()));
        }
        Ok(services)
    }
}

/// Reads the state of a target.
async fn read(qovery: &Qovery, target: &Target, environment: &str) -> Result<Seen> {
    let (mut snapshot, mut queue) = (qovery.api.snapshot(environment).await?, Vec::new());
    if !snapshot.says_that_nothing_waits(target) {
        queue = qovery.api.queue(environment).await?.0;
        // What has left the queue by now is listed in statuses that are read afterwards.
        snapshot = qovery.api.snapshot(environment).await?;
    }
    if *target.kind() != TargetKind::Environment && snapshot.service(target).is_none() {
        check_place(&qovery.api, target, environment, &snapshot).await?;
    }
    let mut state = run_state(target, environment, &snapshot, &queue);
    if *target.kind() == TargetKind::Environment
        && state.state == ServiceState::Running
        && state.busy.is_none()
        && depends_on_skipped(&snapshot)
        && is_all_stopped(&snapshot, &qovery.api.skipped(environment).await.map_err(beside_statuses)?)
    {
        state.state = ServiceState::Stopped;
    }
    let last = snapshot.last();
    if queue.iter().any(|request| is_for(request, target)) {
        // Its execution may show only some time after it has left the queue.
        let effects = Effects::each(effects_of(&queue));
        qovery.unlisted.note(environment, target, effects, last.map(str::to_owned), qovery.timing.row_appears);
    } else if state.busy.is_none() && qovery.unlisted.concerns(environment, target, last) {
        state = state.with_busy(Some("a request that was accepted is not listed yet".to_owned()));
    }
    let unlisted = qovery.unlisted.effect_on(environment, target, snapshot.last());
    Ok(Seen { state, snapshot, queue, unlisted })
}

/// Checks that targets of a kind can be started or stopped.
fn require(qovery: &Qovery, kind: &TargetKind, ability: Ability) -> Result<()> {
    qovery.capabilities().require(&platform::QOVERY, kind, ability).map_err(|error| match kind {
        TargetKind::Terraform => error.with_advice("Qovery has no call that stops a Terraform service"),
        _ => error,
    })
}

async fn stop(qovery: &Qovery, target: &Target) -> Result<StateChange> {
    require(qovery, target.kind(), Ability::Stop)?;
    let nothing_sent = |error: Error| error.with_safe_to_repeat(true);
    let target = &ids::target(target)?;
    let environment = &environment_of(&qovery.api, target).await.map_err(nothing_sent)?;
    let seen = retry_briefly(|| read(qovery, target, environment)).await.map_err(nothing_sent)?;
    let before = seen.state.state;
    let change = StateChange::new(target.clone(), DesiredState::Stopped, before).with_under_way(seen.state.under_way);
    let whole = *target.kind() == TargetKind::Environment;
    // A stop of one service does not stop its environment.
    let waits = !whole && waits_to_stop(target, &seen.queue);
    let is_done = match before {
        ServiceState::Stopped | ServiceState::NeverDeployed if seen.state.busy.is_none() => true,
        // Nothing that may start it waits behind the stop.
        ServiceState::Stopping => change.under_way.is_empty(),
        _ => change.under_way.is_empty() && waits,
    };
    if is_done {
        return Ok(change);
    }
    let was_acted_on = |seen: &Seen| {
        let stops = matches!(seen.state.state, ServiceState::Stopping | ServiceState::Stopped);
        (stops && before != seen.state.state) || (waits_to_stop(target, &seen.queue) && !waits)
    };
    match qovery.api.stop(target).await {
        Ok(()) => {}
        // It may have been stopped since.
        Err(error) if error.kind() == ErrorKind::Conflict => {
            let seen = retry_briefly(|| read(qovery, target, environment)).await.map_err(|_| error.clone())?;
            return match seen.state.state {
                ServiceState::Stopped | ServiceState::Stopping => Ok(change),
                _ => Err(error),
            };
        }
        Err(lost) => {
            let read = async || Ok(was_acted_on(&read(qovery, target, environment).await?));
            after_write(lost, &qovery.timing, read).await?;
        }
    }
    let last = seen.snapshot.last().map(str::to_owned);
    qovery.unlisted.note(environment, target, Effects::all(Effect::Stops), last, qovery.timing.lost_after);
    Ok(change.with_sent(true))
}

async fn start(qovery: &Qovery, target: &Target) -> Result<StateChange> {
    require(qovery, target.kind(), Ability::Start)?;
    let nothing_sent = |error: Error| error.with_safe_to_repeat(true);
    let target = &ids::target(target)?;
    let environment = environment_of(&qovery.api, target).await.map_err(nothing_sent)?;
    let seen = retry_briefly(|| read(qovery, target, &environment)).await.map_err(nothing_sent)?;
    let before = seen.state.state;
    let change =
        StateChange::new(target.clone(), DesiredState::Running, before).with_under_way(seen.state.under_way.clone());
    let whole = *target.kind() == TargetKind::Environment;
    let is_needed = if whole {
        !seen.to_start(qovery, &environment).await.map_err(nothing_sent)?.is_empty()
    } else {
        needs_start(&seen.state, waits_to_stop(target, &seen.queue), seen.unlisted)
    };
    if !is_needed {
        return Ok(change);
    }
    let status = seen.snapshot.service(target).and_then(|status| status.service_deployment_status.as_ref());
    if status == Some(&DeploymentStatus::NeverDeployed) {
        let message = format!("`{target}` was never deployed, so there is nothing to start");
        let error = Error::new(ErrorKind::Conflict, message).with_platform(platform::QOVERY);
        return Err(error.with_advice("deploy it"));
    }
    let request = DeployRequest::new(target.clone().in_environment(environment));
    let deployment = if whole {
        adapter::deploy(StartPlanner(QoveryPlanner(qovery)), &request).await?
    } else {
        let keeps = qovery.capabilities().takes(target.kind(), RequestOption::Deployed);
        let revision = if keeps { Revision::Deployed } else { Revision::Configured };
        adapter::deploy(QoveryPlanner(qovery), &request.with_revision(revision)).await?
    };
    Ok(change.with_sent(true).with_deployment(Some(deployment)))
}

/// Plans the start of an environment: a deployment of what is stopped in it or about to be, each service in the version
/// that was deployed.
#[derive(Clone, Copy, Debug)]
struct StartPlanner<'a>(QoveryPlanner<'a>);

impl Planner for StartPlanner<'_> {
    const PLATFORM: Platform = platform::QOVERY;

    type Plan = Plan;

    async fn plan(&self, request: &DeployRequest) -> Result<(Turn, Plan)> {
        let (turn, plan) = self.0.plan(request).await?;
        let QoveryPlanner(qovery) = self.0;
        let environment = &ids::target(request.target())?;
        let nothing_sent = |error: Error| error.with_safe_to_repeat(true);
        let seen = retry_briefly(|| read(qovery, environment, environment.id())).await.map_err(nothing_sent)?;
        let stopped = seen.to_start(qovery, environment.id()).await.map_err(nothing_sent)?;
        if stopped.is_empty() {
            let message = format!("no service of `{environment}` has to be started any more");
            return Err(Error::new(ErrorKind::Conflict, message).with_platform(platform::QOVERY));
        }
        Ok((turn, plan.for_services(stopped)))
    }

    fn trigger<'a>(&'a self, request: &'a DeployRequest, plan: Plan) -> Box<dyn Trigger + 'a> {
        self.0.trigger(request, plan)
    }
}
