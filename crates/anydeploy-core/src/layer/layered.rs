//! The trait and every group on a deployer with a layer around it.

use futures::future::{BoxFuture, FutureExt, ready};

use super::{Answer, Call, Interceptor, Next, NextBatch};
use crate::{
    Applied, Cancel, Capabilities, Catalog, Check, DeployRequest, Deployer, Deployment, DeploymentId, DesiredVariables,
    Error, Explanation, Health, HealthReading, History, HistoryCursor, HistoryOptions, HistoryPage, Hub, Intent,
    Lifecycle, LogFeed, LogOptions, LogPage, Logs, Method, PlanOptions, Platform, Preview, Previews, Result, Rollback,
    RollbackTarget, RunState, Selection, SelectionReport, Selections, Service, ServiceDomain, ServiceLogOptions,
    ServiceQuery, StateChange, Target, TwoPhase, VariablePlan, VariableSet, Variables,
};

/// A deployer with an [`Interceptor`] around each of its calls; it offers the groups of the deployer inside.
#[derive(Clone, Debug)]
pub struct Layered<D, I> {
    inner: D,
    interceptor: I,
}

impl<D, I> Layered<D, I> {
    /// Puts an interceptor around a deployer.
    #[must_use]
    pub fn new(inner: D, interceptor: I) -> Self {
        Self { inner, interceptor }
    }

    /// The deployer inside.
    #[must_use]
    pub fn inner(&self) -> &D {
        &self.inner
    }

    /// The interceptor.
    #[must_use]
    pub fn interceptor(&self) -> &I {
        &self.interceptor
    }

    /// Takes the layer away.
    #[must_use]
    pub fn into_inner(self) -> D {
        self.inner
    }
}

impl<D: Deployer, I: Interceptor> Layered<D, I> {
    fn call(&self, method: Method) -> Call<'_> {
        Call::new(method, &self.inner)
    }

    /// Makes a call through the interceptor.
    fn through<'a, T: Answer>(
        &'a self,
        call: Call<'a>,
        make: impl Fn() -> BoxFuture<'a, Result<T>> + Send + Sync + 'a,
    ) -> BoxFuture<'a, Result<T>> {
        async move {
            // The interceptor's future ends before this one, so that it borrows from it.
            let make = || -> BoxFuture<'_, Result<T>> { make() };
            self.interceptor.call(call, Next::new(&make)).await
        }
        .boxed()
    }

    /// Makes a call of a group through the interceptor, if the deployer inside offers the group.
    fn grouped<'a, G: ?Sized + Sync, T: Answer>(
        &'a self,
        call: Call<'a>,
        group: Option<&'a G>,
        make: impl Fn(&'a G) -> BoxFuture<'a, Result<T>> + Send + Sync + 'a,
    ) -> BoxFuture<'a, Result<T>> {
        match group {
            Some(group) => self.through(call, move || make(group)),
            None => ready(Err(Error::unsupported(self.platform(), call.method.purpose()))).boxed(),
        }
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> Deployer for Layered<D, I> {
    fn platform(&self) -> Platform {
        self.inner.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.through(self.call(Method::Deploy).for_request(request), || self.inner.deploy(request))
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.through(self.call(Method::Deployment).for_id(id), || self.inner.deployment(id))
    }

    fn deployments<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
        async move {
            let read = |ids: Vec<DeploymentId>| -> BoxFuture<'_, Vec<Result<Deployment>>> {
                async move { self.inner.deployments(&ids).await }.boxed()
            };
            self.interceptor.batch(self.call(Method::Deployments), ids, NextBatch::new(&read)).await
        }
        .boxed()
    }

    fn two_phase(&self) -> Option<&dyn TwoPhase> {
        self.inner.two_phase().map(|_| self as &dyn TwoPhase)
    }

    fn history(&self) -> Option<&dyn History> {
        self.inner.history().map(|_| self as &dyn History)
    }

    fn cancel(&self) -> Option<&dyn Cancel> {
        self.inner.cancel().map(|_| self as &dyn Cancel)
    }

    fn logs(&self) -> Option<&dyn Logs> {
        self.inner.logs().map(|_| self as &dyn Logs)
    }

    fn catalog(&self) -> Option<&dyn Catalog> {
        self.inner.catalog().map(|_| self as &dyn Catalog)
    }

    fn lifecycle(&self) -> Option<&dyn Lifecycle> {
        self.inner.lifecycle().map(|_| self as &dyn Lifecycle)
    }

    fn rollback(&self) -> Option<&dyn Rollback> {
        self.inner.rollback().map(|_| self as &dyn Rollback)
    }

    fn variables(&self) -> Option<&dyn Variables> {
        self.inner.variables().map(|_| self as &dyn Variables)
    }

    fn previews(&self) -> Option<&dyn Previews> {
        self.inner.previews().map(|_| self as &dyn Previews)
    }

    fn selections(&self) -> Option<&dyn Selections> {
        self.inner.selections().map(|_| self as &dyn Selections)
    }

    fn health(&self) -> Option<&dyn Health> {
        self.inner.health().map(|_| self as &dyn Health)
    }

    fn hub(&self) -> Option<Hub> {
        self.inner.hub().filter(|_| !self.interceptor.sees_polls())
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> TwoPhase for Layered<D, I> {
    fn prepare_trigger<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Intent>> {
        let call = self.call(Method::Prepare).for_request(request);
        self.grouped(call, self.inner.two_phase(), move |group| group.prepare_trigger(request))
    }

    fn send_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        let call = self.call(Method::Send).for_request(intent.request());
        self.grouped(call, self.inner.two_phase(), move |group| group.send_trigger(intent))
    }

    fn recover_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        let call = self.call(Method::Recover).for_request(intent.request());
        self.grouped(call, self.inner.two_phase(), move |group| group.recover_trigger(intent))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> History for Layered<D, I> {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        let call = self.call(Method::History).for_target(target);
        self.grouped(call, self.inner.history(), move |group| group.list_deployments(target, options))
    }

    fn list_page<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
        after: Option<&'a HistoryCursor>,
    ) -> BoxFuture<'a, Result<HistoryPage>> {
        let call = self.call(Method::HistoryPage).for_target(target);
        self.grouped(call, self.inner.history(), move |group| group.list_page(target, options, after))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> Cancel for Layered<D, I> {
    fn request_cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        let call = self.call(Method::Cancel).for_id(id);
        self.grouped(call, self.inner.cancel(), move |group| group.request_cancel(id))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> Logs for Layered<D, I> {
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        let call = self.call(Method::Logs).for_id(id);
        self.grouped(call, self.inner.logs(), move |group| group.read_log(id, options))
    }

    /// A feed passes the interceptor by: it is one connection, whose lines are no answers.
    fn open_log(&self, id: &DeploymentId) -> Option<LogFeed> {
        self.inner.logs()?.open_log(id)
    }

    fn read_service_log<'a>(
        &'a self,
        target: &'a Target,
        options: ServiceLogOptions,
    ) -> BoxFuture<'a, Result<LogPage>> {
        let call = self.call(Method::ServiceLogs).for_target(target);
        self.grouped(call, self.inner.logs(), move |group| group.read_service_log(target, options.clone()))
    }

    fn explain_deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Explanation>> {
        let call = self.call(Method::Explain).for_id(id);
        self.grouped(call, self.inner.logs(), move |group| group.explain_deployment(id))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> Catalog for Layered<D, I> {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        let call = self.call(Method::Service).for_target(target);
        self.grouped(call, self.inner.catalog(), move |group| group.read_service(target))
    }

    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        self.grouped(self.call(Method::Services), self.inner.catalog(), |group| group.list_services())
    }

    fn find_service<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Service>> {
        self.grouped(self.call(Method::Find), self.inner.catalog(), move |group| group.find_service(name))
    }

    fn list_matching<'a>(&'a self, query: &'a ServiceQuery) -> BoxFuture<'a, Result<Vec<Service>>> {
        let call = self.call(Method::FindMatching);
        self.grouped(call, self.inner.catalog(), move |group| group.list_matching(query))
    }

    fn list_domains<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<ServiceDomain>>> {
        let call = self.call(Method::Domains).for_target(target);
        self.grouped(call, self.inner.catalog(), move |group| group.list_domains(target))
    }

    fn check_credential(&self) -> BoxFuture<'_, Result<Check>> {
        self.grouped(self.call(Method::Check), self.inner.catalog(), |group| group.check_credential())
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> Lifecycle for Layered<D, I> {
    fn start_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        let call = self.call(Method::Start).for_target(target);
        self.grouped(call, self.inner.lifecycle(), move |group| group.start_target(target))
    }

    fn stop_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        let call = self.call(Method::Stop).for_target(target);
        self.grouped(call, self.inner.lifecycle(), move |group| group.stop_target(target))
    }

    fn read_state<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<RunState>> {
        let call = self.call(Method::State).for_target(target);
        self.grouped(call, self.inner.lifecycle(), move |group| group.read_state(target))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> Rollback for Layered<D, I> {
    fn list_rollback_targets<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<RollbackTarget>>> {
        let call = self.call(Method::RollbackTargets).for_target(target);
        self.grouped(call, self.inner.rollback(), move |group| group.list_rollback_targets(target, options))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> Variables for Layered<D, I> {
    fn read_variables<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<VariableSet>> {
        let call = self.call(Method::Variables).for_target(target);
        self.grouped(call, self.inner.variables(), move |group| group.read_variables(target))
    }

    fn plan_changes<'a>(
        &'a self,
        target: &'a Target,
        desired: &'a DesiredVariables,
        options: PlanOptions,
    ) -> BoxFuture<'a, Result<VariablePlan>> {
        let call = self.call(Method::PlanVariables).for_target(target);
        self.grouped(call, self.inner.variables(), move |group| group.plan_changes(target, desired, options))
    }

    fn apply_plan<'a>(&'a self, plan: &'a VariablePlan) -> BoxFuture<'a, Result<Applied>> {
        let call = self.call(Method::ApplyVariables).for_plan(plan);
        self.grouped(call, self.inner.variables(), move |group| group.apply_plan(plan))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> Previews for Layered<D, I> {
    fn list_previews<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<Preview>>> {
        let call = self.call(Method::Previews).for_target(target);
        self.grouped(call, self.inner.previews(), move |group| group.list_previews(target))
    }

    fn remove_preview<'a>(&'a self, target: &'a Target, pull_request: u64) -> BoxFuture<'a, Result<bool>> {
        let call = self.call(Method::DeletePreview).for_preview(target, pull_request);
        self.grouped(call, self.inner.previews(), move |group| group.remove_preview(target, pull_request))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> Selections for Layered<D, I> {
    fn trigger_selection<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<SelectionReport>> {
        let call = self.call(Method::DeploySelection).for_selection(selection);
        self.grouped(call, self.inner.selections(), move |group| group.trigger_selection(selection))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<D: Deployer, I: Interceptor> Health for Layered<D, I> {
    fn read_health<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<HealthReading>> {
        let call = self.call(Method::Health).for_target(target);
        self.grouped(call, self.inner.health(), move |group| group.read_health(target))
    }
}
