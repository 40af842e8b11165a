//! Waiting and flat calls, on top of any deployer.

mod history_stream;
mod waiting;

pub(crate) use waiting::wait_for_earlier;

use futures::future::{BoxFuture, FutureExt, TryFutureExt, ready};
use futures::stream::BoxStream;

use crate::watch::{await_health, await_state};
use crate::{
    Applied, Check, DeployRequest, Deployer, Deployment, DeploymentEvent, DeploymentId, DesiredState, DesiredVariables,
    Error, Explanation, Follow, FollowOptions, Group, HealthReading, Healthy, HistoryCursor, HistoryOptions,
    HistoryPage, Intent, Interceptor, Layered, LogOptions, LogPage, Method, Outcome, PlanOptions, Preview, Result,
    RollbackTarget, Rollout, RunState, Selection, SelectionReport, Service, ServiceDomain, ServiceLogOptions,
    ServiceQuery, StateChange, Target, VariablePlan, VariableSet, Verdict, Watch, WatchOptions,
};

/// What every [`Deployer`] has besides: waiting for deployments, and one flat call for each method of a group.
///
/// A call of a group that the deployer does not offer ends in [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), and nothing is sent;
/// [`offers`](Self::offers) says so beforehand.
/// A watch owns a clone of the deployer, so that it borrows nothing: hold the deployer in an `Arc`.
pub trait DeployerExt: Deployer {
    /// Whether the deployer has the group that a method belongs to.
    fn offers(&self, method: Method) -> bool {
        match method.group() {
            None => true,
            Some(Group::TwoPhase) => self.two_phase().is_some(),
            Some(Group::History) => self.history().is_some(),
            Some(Group::Cancel) => self.cancel().is_some(),
            Some(Group::Logs) => self.logs().is_some(),
            Some(Group::Catalog) => self.catalog().is_some(),
            Some(Group::Lifecycle) => self.lifecycle().is_some(),
            Some(Group::Rollback) => self.rollback().is_some(),
            Some(Group::Variables) => self.variables().is_some(),
            Some(Group::Previews) => self.previews().is_some(),
            Some(Group::Selections) => self.selections().is_some(),
            Some(Group::Health) => self.health().is_some(),
        }
    }

    /// Reads what identifies the deployment of a request later, so that after a crash [`recover`](Self::recover) can find it.
    ///
    /// Store the intent before you [`send`](Self::send) it.
    ///
    /// # Errors
    /// Those of [`TwoPhase::prepare_trigger`](crate::TwoPhase::prepare_trigger), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn prepare<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Intent>> {
        call(self, Method::Prepare, self.two_phase(), |group| group.prepare_trigger(request))
    }

    /// Sends the trigger of an intent, at most once.
    ///
    /// # Errors
    /// Those of [`TwoPhase::send_trigger`](crate::TwoPhase::send_trigger), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn send<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        call(self, Method::Send, self.two_phase(), |group| group.send_trigger(intent))
    }

    /// Searches for the deployment of an intent that an earlier process may have sent; triggers nothing.
    ///
    /// # Errors
    /// Those of [`TwoPhase::recover_trigger`](crate::TwoPhase::recover_trigger), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn recover<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        call(self, Method::Recover, self.two_phase(), |group| group.recover_trigger(intent))
    }

    /// Lists the target's deployments, newest first.
    ///
    /// # Errors
    /// Those of [`History::list_deployments`](crate::History::list_deployments), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn history_of<'a>(&'a self, target: &'a Target, options: HistoryOptions) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        call(self, Method::History, self.history(), |group| group.list_deployments(target, options))
    }

    /// Reads one page of the target's deployments, newest first: the newest ones, or those that follow another page.
    ///
    /// # Errors
    /// Those of [`History::list_page`](crate::History::list_page), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn history_page<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
        after: Option<&'a HistoryCursor>,
    ) -> BoxFuture<'a, Result<HistoryPage>> {
        call(self, Method::HistoryPage, self.history(), |group| group.list_page(target, options, after))
    }

    /// All deployments of a target, newest first, read page by page as the stream is polled.
    ///
    /// No deployment comes twice; those that begin after the first page was read do not come at all.
    /// The stream ends after an error, which is one of [`history_page`](Self::history_page).
    fn history_stream(&self, target: &Target, options: HistoryOptions) -> BoxStream<'static, Result<Deployment>>
    where
        Self: Clone + Sized,
    {
        history_stream::stream(self.clone(), target.clone(), options)
    }

    /// Asks the platform to stop a deployment, and returns its state after the request.
    ///
    /// # Errors
    /// Those of [`Cancel::request_cancel`](crate::Cancel::request_cancel), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn cancel_deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        call(self, Method::Cancel, self.cancel(), |group| group.request_cancel(id))
    }

    /// Reads the end of a deployment's log.
    ///
    /// # Errors
    /// Those of [`Logs::read_log`](crate::Logs::read_log), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn logs_of<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        call(self, Method::Logs, self.logs(), |group| group.read_log(id, options))
    }

    /// Follows the log of a deployment, and watches it, until it is over and its last line has come.
    ///
    /// [`Follow::lines`] is the lines alone.
    /// Dropping the stream stops reading and cancels nothing.
    fn follow(&self, id: &DeploymentId, options: impl Into<FollowOptions>) -> Follow
    where
        Self: Clone + Sized,
    {
        Follow::new(self.clone(), id.clone(), options.into())
    }

    /// Reads the end of the log of what runs.
    ///
    /// # Errors
    /// Those of [`Logs::read_service_log`](crate::Logs::read_service_log), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn service_logs<'a>(&'a self, target: &'a Target, options: ServiceLogOptions) -> BoxFuture<'a, Result<LogPage>> {
        let platform = self.platform();
        let page = call(self, Method::ServiceLogs, self.logs(), |group| group.read_service_log(target, options));
        page.map_err(|error| error.with_platform(platform)).boxed()
    }

    /// Follows the log of what runs, from its last [`tail`](ServiceLogOptions::tail) lines on; the stream has no end.
    fn follow_service(&self, target: &Target, options: ServiceLogOptions) -> Follow
    where
        Self: Clone + Sized,
    {
        Follow::of_service(self.clone(), target.clone(), options)
    }

    /// Reads what a deployment did, stage by stage, with the time and the error of each step.
    ///
    /// # Errors
    /// Those of [`Logs::explain_deployment`](crate::Logs::explain_deployment), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn explain<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Explanation>> {
        let platform = self.platform();
        let explanation = call(self, Method::Explain, self.logs(), |group| group.explain_deployment(id));
        explanation.map_err(|error| error.with_platform(platform)).boxed()
    }

    /// Reads the health of a target.
    ///
    /// # Errors
    /// Those of [`Health::read_health`](crate::Health::read_health), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn health_of<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<HealthReading>> {
        call(self, Method::Health, self.health(), |group| group.read_health(target))
    }

    /// Reads the health of a target until it is decided whether it works after a deployment.
    ///
    /// A verdict comes within [`Healthy::settle`], [`Healthy::degraded_grace`] and two polls of the first reading.
    /// It tolerates failed polls as a [`Watch`] does; a word that is not known is never healthy.
    ///
    /// # Errors
    /// * [`ErrorKind::TimedOut`](crate::ErrorKind::TimedOut) at the deadline of the options, with the last reading in its message.
    /// * The error of a poll that will not get better, or of the last of too many transient ones in a row.
    /// * [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the deployer reads no health.
    fn await_health<'a>(
        &'a self,
        target: &'a Target,
        healthy: Healthy,
        options: WatchOptions,
    ) -> BoxFuture<'a, Result<Verdict>> {
        await_health(self, target, healthy, options).boxed()
    }

    /// Deploys, waits until the deployment is over, and then until it is decided whether its target is healthy.
    ///
    /// The health is read before the deployment, unless `healthy` has [a reading](Healthy::before) already, so that what was
    /// degraded before is not held against it.
    /// The deadline of the options holds for the deployment and for the health, each.
    ///
    /// # Errors
    /// Those of [`deploy_and_wait`](Self::deploy_and_wait); one of [`await_health`](Self::await_health) holds the
    /// deployment as [`Error::last`].
    fn deploy_until_healthy<'a>(
        &'a self,
        request: &'a DeployRequest,
        healthy: Healthy,
        options: WatchOptions,
    ) -> BoxFuture<'a, Result<Rollout>>
    where
        Self: Clone + Sized,
    {
        waiting::deploy_until_healthy(self, request, healthy, options).boxed()
    }

    /// Reads what a target is and how it runs.
    ///
    /// # Errors
    /// Those of [`Catalog::read_service`](crate::Catalog::read_service), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        call(self, Method::Service, self.catalog(), |group| group.read_service(target))
    }

    /// Lists everything the token can see that can be deployed.
    ///
    /// # Errors
    /// Those of [`Catalog::list_services`](crate::Catalog::list_services), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        call(self, Method::Services, self.catalog(), |group| group.list_services())
    }

    /// Finds the one service that goes by a name.
    ///
    /// # Errors
    /// Those of [`Catalog::find_service`](crate::Catalog::find_service), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn find<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Service>> {
        let platform = self.platform();
        let found = call(self, Method::Find, self.catalog(), |group| group.find_service(name));
        found.map_err(|error| error.with_platform(platform)).boxed()
    }

    /// Finds the one service that a query means.
    ///
    /// # Errors
    /// Those of [`find_matching`](Self::find_matching).
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if none matches, with the nearest names among those that match but for the name.
    /// [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous) with the candidates if several match: none is chosen.
    fn find_one<'a>(&'a self, query: &'a ServiceQuery) -> BoxFuture<'a, Result<Service>> {
        async move {
            let found = self.find_matching(query).await?;
            let others = match &query.name {
                Some(_) if found.is_empty() => {
                    let unnamed = ServiceQuery { name: None, ..query.clone() };
                    self.find_matching(&unnamed).await?
                }
                _ => Vec::new(),
            };
            query.one_of(found, &others).map_err(|error| error.with_platform(self.platform()))
        }
        .boxed()
    }

    /// Lists the services that a query means.
    ///
    /// # Errors
    /// Those of [`Catalog::list_matching`](crate::Catalog::list_matching), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn find_matching<'a>(&'a self, query: &'a ServiceQuery) -> BoxFuture<'a, Result<Vec<Service>>> {
        let platform = self.platform();
        let found = call(self, Method::FindMatching, self.catalog(), |group| group.list_matching(query));
        found.map_err(|error| error.with_platform(platform)).boxed()
    }

    /// Lists the domains that lead to a target.
    ///
    /// # Errors
    /// Those of [`Catalog::list_domains`](crate::Catalog::list_domains), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn domains<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<ServiceDomain>>> {
        call(self, Method::Domains, self.catalog(), |group| group.list_domains(target))
    }

    /// Finds out whether the credential works and what it may do, without changing anything.
    ///
    /// # Errors
    /// Those of [`Catalog::check_credential`](crate::Catalog::check_credential), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn check(&self) -> BoxFuture<'_, Result<Check>> {
        call(self, Method::Check, self.catalog(), |group| group.check_credential())
    }

    /// Starts the containers of what is deployed anew: [`DeployRequest::restart`].
    ///
    /// # Errors
    /// Those of [`deploy`](Deployer::deploy).
    fn restart<'a>(&'a self, target: &Target) -> BoxFuture<'a, Result<Deployment>> {
        deploy(self, DeployRequest::restart(target.clone()))
    }

    /// Does what the platform calls a redeployment: [`DeployRequest::redeploy`].
    ///
    /// # Errors
    /// Those of [`deploy`](Deployer::deploy).
    fn redeploy<'a>(&'a self, target: &Target) -> BoxFuture<'a, Result<Deployment>> {
        deploy(self, DeployRequest::redeploy(target.clone()))
    }

    /// Goes back to a version of a target: [`DeployRequest::rollback`].
    ///
    /// # Errors
    /// Those of [`deploy`](Deployer::deploy).
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if the version has an [obstacle](RollbackTarget::obstacle), or if somebody deployed the
    /// target since it was listed: nothing was triggered.
    fn roll_back_to<'a>(&'a self, version: &RollbackTarget) -> BoxFuture<'a, Result<Deployment>> {
        match version.check() {
            Ok(()) => deploy(self, DeployRequest::rollback(version)),
            Err(error) => ready(Err(error.with_platform(self.platform()))).boxed(),
        }
    }

    /// Lists the versions that a target ran, newest first, each usable or with the reason why not.
    ///
    /// # Errors
    /// Those of [`Rollback::list_rollback_targets`](crate::Rollback::list_rollback_targets), and
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn rollback_targets<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<RollbackTarget>>> {
        call(self, Method::RollbackTargets, self.rollback(), |group| group.list_rollback_targets(target, options))
    }

    /// Starts a target that does not run; returns when the platform has accepted it.
    ///
    /// # Errors
    /// Those of [`Lifecycle::start_target`](crate::Lifecycle::start_target), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn start<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        call(self, Method::Start, self.lifecycle(), |group| group.start_target(target))
    }

    /// Stops a target; returns when the platform has accepted it.
    ///
    /// # Errors
    /// Those of [`Lifecycle::stop_target`](crate::Lifecycle::stop_target), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn stop<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        call(self, Method::Stop, self.lifecycle(), |group| group.stop_target(target))
    }

    /// Reads how a target runs, and whether something is under way that makes the state no result yet.
    ///
    /// # Errors
    /// Those of [`Lifecycle::read_state`](crate::Lifecycle::read_state), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn state<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<RunState>> {
        call(self, Method::State, self.lifecycle(), |group| group.read_state(target))
    }

    /// Waits until a target runs or is stopped, and nothing is under way that may change it.
    ///
    /// It polls as a [`Watch`] does, and tolerates failed polls as a watch does; a word that is not known never ends it.
    /// Nothing is changed, so that waiting again is always safe.
    ///
    /// # Errors
    /// * [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if [`DesiredState::Stopped`] is awaited, the target was read as stopped or stopping
    ///   while a deployment was under way, and it runs once nothing is; [`Error::last`] is that deployment, if it was read.
    ///   A target that only goes on running is waited for: its stop may not be acted on yet, or not show yet.
    /// * [`ErrorKind::TimedOut`](crate::ErrorKind::TimedOut) at the deadline, with the last state in its message.
    /// * The error of a poll that will not get better, or of the last of too many transient ones in a row.
    /// * [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the deployer reads no states.
    fn await_state<'a>(
        &'a self,
        target: &'a Target,
        desired: DesiredState,
        options: WatchOptions,
    ) -> BoxFuture<'a, Result<RunState>> {
        await_state(self, target, desired, options).boxed()
    }

    /// Reads every variable that the platform lists for a target.
    ///
    /// # Errors
    /// Those of [`Variables::read_variables`](crate::Variables::read_variables), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn variables_of<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<VariableSet>> {
        call(self, Method::Variables, self.variables(), |group| group.read_variables(target))
    }

    /// Reads the variables of a target and compares them with the desired ones; nothing is written.
    ///
    /// # Errors
    /// Those of [`Variables::plan_changes`](crate::Variables::plan_changes), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn plan_variables<'a>(
        &'a self,
        target: &'a Target,
        desired: &'a DesiredVariables,
        options: PlanOptions,
    ) -> BoxFuture<'a, Result<VariablePlan>> {
        call(self, Method::PlanVariables, self.variables(), |group| group.plan_changes(target, desired, options))
    }

    /// Writes what a plan contains, each variable once, and reads it back.
    ///
    /// # Errors
    /// Those of [`Variables::apply_plan`](crate::Variables::apply_plan), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn apply_variables<'a>(&'a self, plan: &'a VariablePlan) -> BoxFuture<'a, Result<Applied>> {
        call(self, Method::ApplyVariables, self.variables(), |group| group.apply_plan(plan))
    }

    /// Lists the previews of a target's pull requests, the one with the highest number first.
    ///
    /// # Errors
    /// Those of [`Previews::list_previews`](crate::Previews::list_previews), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn previews_of<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<Preview>>> {
        call(self, Method::Previews, self.previews(), |group| group.list_previews(target))
    }

    /// Deletes the preview of a pull request; the answer is false if there is none, or none any more.
    ///
    /// # Errors
    /// Those of [`Previews::remove_preview`](crate::Previews::remove_preview), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn delete_preview<'a>(&'a self, target: &'a Target, pull_request: u64) -> BoxFuture<'a, Result<bool>> {
        call(self, Method::DeletePreview, self.previews(), |group| group.remove_preview(target, pull_request))
    }

    /// Triggers one deployment of each target that a selection names, by one request, and says which each is.
    ///
    /// # Errors
    /// Those of [`Selections::trigger_selection`](crate::Selections::trigger_selection), and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn deploy_selection<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<SelectionReport>> {
        call(self, Method::DeploySelection, self.selections(), |group| group.trigger_selection(selection))
    }

    /// Puts an interceptor around every call.
    ///
    /// The interceptor that is added last is the outermost.
    fn layered<I: Interceptor>(self, interceptor: I) -> Layered<Self, I>
    where
        Self: Sized,
    {
        Layered::new(self, interceptor)
    }

    /// Watches a deployment until it is over or the deadline passes.
    ///
    /// The result is a stream of changes, and a future of the outcome; nothing is sent before it is polled.
    /// Dropping it stops polling and cancels nothing.
    fn watch(&self, id: &DeploymentId, options: WatchOptions) -> Watch
    where
        Self: Clone + Sized,
    {
        Watch::new(self.clone(), id.clone(), options)
    }

    /// Makes the watches of this account that an event concerns read the platform now; whether any does.
    ///
    /// It ends no watch: a forged event changes nothing but the moment of a read, and events that come faster than the
    /// hub polls are ignored.
    fn wake(&self, event: &DeploymentEvent) -> bool {
        self.hub().is_some_and(|hub| hub.wake(event))
    }

    /// Deploys, and waits until the deployment is over.
    ///
    /// The deadline counts from the moment [`deploy`](Deployer::deploy) returned the deployment, or the error that an earlier
    /// one [is running already](crate::ErrorKind::AlreadyRunning); the time that the first trigger takes does not count.
    /// In the second case the call waits until that one is over, however it ends, and triggers again; the time between
    /// two triggers grows like that between two polls.
    ///
    /// # Cancel safety
    /// Dropping the future cancels nothing.
    /// If it is dropped before the platform has answered, a deployment may have been started whose id is unknown.
    /// So put no timeout of your own around it; after one, read the target's deployments before you deploy again.
    ///
    /// # Errors
    /// Those of [`deploy`](Deployer::deploy) and those of [`Watch`].
    /// [`ErrorKind::AlreadyRunning`](crate::ErrorKind::AlreadyRunning) if the earlier deployment was not over at the deadline; nothing was triggered then.
    /// An error of a poll of the earlier deployment is [safe to repeat](Error::is_safe_to_repeat) for the same reason.
    /// Once the platform has accepted the deployment, an error holds the last state that was read of it
    /// ([`Error::last`](crate::Error::last)), so that its id is not lost, and never says that it is safe to repeat; its
    /// [advice](crate::Error::advice) is to watch that id again, because the deployment goes on without the caller.
    fn deploy_and_wait<'a>(
        &'a self,
        request: &'a DeployRequest,
        options: WatchOptions,
    ) -> BoxFuture<'a, Result<Outcome>>
    where
        Self: Clone + Sized,
    {
        waiting::deploy_and_wait(self, request, options).boxed()
    }
}

impl<T: Deployer + ?Sized> DeployerExt for T {}

/// Deploys a request that the call itself made.
fn deploy<D: Deployer + ?Sized>(deployer: &D, request: DeployRequest) -> BoxFuture<'_, Result<Deployment>> {
    async move { deployer.deploy(&request).await }.boxed()
}

/// Calls a method of a group, if there is one.
fn call<'a, D: Deployer + ?Sized, G: ?Sized, T: Send + 'a>(
    deployer: &D,
    method: Method,
    group: Option<&'a G>,
    call: impl FnOnce(&'a G) -> BoxFuture<'a, Result<T>>,
) -> BoxFuture<'a, Result<T>> {
    match group {
        Some(group) => call(group),
        None => ready(Err(Error::unsupported(deployer.platform(), method.purpose()))).boxed(),
    }
}
