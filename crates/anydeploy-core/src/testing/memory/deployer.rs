//! The trait on the platform in memory.

use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};

use super::MemoryDeployer;
use super::fault::Fault;
use super::world::{ChangedSetting, World, platform};
use crate::{
    Ability, BatchRead, Cancel, Capabilities, Catalog, Check, DeployRequest, Deployer, Deployment, DeploymentId, Error,
    ErrorKind, Explanation, Group, Health, History, HistoryCursor, HistoryOptions, HistoryPage, Hub, Intent, Lifecycle,
    LogOptions, LogPage, Logs, Method, Permission, Platform, Previews, ReportRead, Result, Rollback, Selections,
    Service, ServiceDomain, ServiceLogOptions, ServiceQuery, Target, TwoPhase, Variables,
};

impl MemoryDeployer {
    fn offers(&self, group: Group) -> bool {
        self.world().groups.contains(&group)
    }

    /// The same as [`act`](Self::act), and the answer takes its time.
    pub(super) async fn call<T>(&self, method: Method, act: impl FnOnce(&mut World) -> Result<T>) -> Result<T> {
        let answer = self.act(method, act);
        self.answer_arrives().await;
        answer
    }

    /// The result of a trigger; a setting that was changed for one that was not made is set back.
    fn unset_unless_sent(&self, changed: Option<ChangedSetting>, sent: Result<Deployment>) -> Result<Deployment> {
        match (sent, changed) {
            (Err(error), Some(changed)) => Err(self.world().unset(changed, error)),
            (sent, _) => sent,
        }
    }

    async fn answer_arrives(&self) {
        let latency = self.world().latency;
        // Without a latency every answer is there at once, also outside of a runtime.
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
    }

    /// Lets the platform receive a call, with whatever is to go wrong with it.
    fn act<T>(&self, method: Method, act: impl FnOnce(&mut World) -> Result<T>) -> Result<T> {
        let mut world = self.world();
        world.calls += 1;
        match world.faults.take(method) {
            Some(Fault::Refused(error)) => Err(error),
            Some(Fault::AnswerLost) => {
                let answer = act(&mut world)?;
                match method {
                    Method::Deploy | Method::Send | Method::DeploySelection if world.capabilities.correlates => {
                        Ok(answer)
                    }
                    // An adapter reads whether a write was acted on before it returns.
                    Method::Start | Method::Stop | Method::ApplyVariables | Method::DeletePreview => Ok(answer),
                    Method::Deploy | Method::Send | Method::DeploySelection => Err(lost(ErrorKind::Undecidable)),
                    _ => Err(lost(ErrorKind::NoAnswer)),
                }
            }
            None => act(&mut world),
        }
    }
}

fn lost(kind: ErrorKind) -> Error {
    Error::new(kind, "the answer was lost").with_platform(platform())
}

fn after_read(world: &mut World) {
    let ticks = world.ticks_per_read;
    world.advance(ticks);
}

#[deny(clippy::missing_trait_methods)]
impl Deployer for MemoryDeployer {
    fn platform(&self) -> Platform {
        platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.world().capabilities.clone()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        async move {
            request.check(&platform(), &self.capabilities())?;
            let changed = self.world().set(request, None)?;
            let sent = self.call(Method::Deploy, |world| world.trigger(request)).await;
            self.unset_unless_sent(changed, sent)
        }
        .boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        async move {
            self.call(Method::Deployment, |world| {
                let deployment = world.find(id)?.to_deployment();
                after_read(world);
                Ok(deployment)
            })
            .await
        }
        .boxed()
    }

    fn deployments<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
        async move {
            let mut answers = Vec::with_capacity(ids.len());
            let first = self.act(Method::Deployments, |world| {
                answers.extend(ids.iter().map(|id| Ok(world.find(id)?.to_deployment())));
                after_read(world);
                Ok(())
            });
            if let Err(error) = first {
                answers.truncate(0);
                answers.extend(ids.iter().skip(1).map(|id| Ok(self.world().find(id)?.to_deployment())));
                if !ids.is_empty() {
                    answers.insert(0, Err(error));
                }
            }
            self.answer_arrives().await;
            answers
        }
        .boxed()
    }

    fn two_phase(&self) -> Option<&dyn TwoPhase> {
        self.offers(Group::TwoPhase).then_some(self as &dyn TwoPhase)
    }

    fn history(&self) -> Option<&dyn History> {
        self.offers(Group::History).then_some(self as &dyn History)
    }

    fn cancel(&self) -> Option<&dyn Cancel> {
        self.offers(Group::Cancel).then_some(self as &dyn Cancel)
    }

    fn logs(&self) -> Option<&dyn Logs> {
        self.offers(Group::Logs).then_some(self as &dyn Logs)
    }

    fn catalog(&self) -> Option<&dyn Catalog> {
        self.offers(Group::Catalog).then_some(self as &dyn Catalog)
    }

    fn lifecycle(&self) -> Option<&dyn Lifecycle> {
        self.offers(Group::Lifecycle).then_some(self as &dyn Lifecycle)
    }

    fn rollback(&self) -> Option<&dyn Rollback> {
        self.offers(Group::Rollback).then_some(self as &dyn Rollback)
    }

    fn variables(&self) -> Option<&dyn Variables> {
        self.offers(Group::Variables).then_some(self as &dyn Variables)
    }

    fn previews(&self) -> Option<&dyn Previews> {
        self.offers(Group::Previews).then_some(self as &dyn Previews)
    }

    fn selections(&self) -> Option<&dyn Selections> {
        self.offers(Group::Selections).then_some(self as &dyn Selections)
    }

    fn health(&self) -> Option<&dyn Health> {
        self.offers(Group::Health).then_some(self as &dyn Health)
    }

    fn hub(&self) -> Option<Hub> {
        let pace = self.world().pace?;
        Hub::shared(&platform(), &format!("{:p}", Arc::as_ptr(&self.world)), pace, || Arc::new(self.clone()))
    }
}

impl BatchRead for MemoryDeployer {
    /// The deployments that are under way, as a platform lists them.
    fn read_batch<'a>(&'a self, ids: &'a [DeploymentId], report: &'a ReportRead<'a>) -> BoxFuture<'a, ()> {
        async move {
            let batch = self.act(Method::Deployments, |world| {
                let under_way = |id| Some(world.find(id).ok()?.to_deployment()).filter(|found| !found.is_over());
                let listed: Vec<_> = ids.iter().map(under_way).collect();
                world.batches += 1;
                after_read(world);
                Ok(listed)
            });
            self.answer_arrives().await;
            match batch {
                Ok(listed) => {
                    let listed = listed.into_iter().enumerate();
                    listed
                        .filter_map(|(index, found)| Some((index, found?)))
                        .for_each(|(index, found)| report(index, Ok(found)));
                }
                Err(error) => (0..ids.len()).for_each(|index| report(index, Err(error.clone()))),
            }
        }
        .boxed()
    }
}

impl TwoPhase for MemoryDeployer {
    fn prepare_trigger<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Intent>> {
        async move {
            request.check(&platform(), &self.capabilities())?;
            self.call(Method::Prepare, |world| world.prepare(request)).await
        }
        .boxed()
    }

    fn send_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        async move {
            intent.expect_platform(&platform())?;
            if !self.world().intents.may_be_sent(intent) {
                return self.recover_trigger(intent).await;
            }
            let changed = self.world().set(intent.request(), Some(intent.baseline()))?;
            let sent = self.call(Method::Send, |world| world.send(intent)).await;
            let sent = self.unset_unless_sent(changed, sent);
            if sent.as_ref().is_err_and(|error| !error.is_safe_to_repeat()) {
                self.world().intents.close(intent);
            }
            sent
        }
        .boxed()
    }

    fn recover_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        async move {
            intent.expect_platform(&platform())?;
            self.call(Method::Recover, |world| world.recover(intent)).await
        }
        .boxed()
    }
}

impl History for MemoryDeployer {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        async move { self.call(Method::History, |world| world.history(target, options.limit)).await }.boxed()
    }

    fn list_page<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
        after: Option<&'a HistoryCursor>,
    ) -> BoxFuture<'a, Result<HistoryPage>> {
        let limit = options.limit.max(1);
        async move { self.call(Method::HistoryPage, |world| world.history_page(target, limit, after)).await }.boxed()
    }
}

impl Cancel for MemoryDeployer {
    fn request_cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        async move { self.call(Method::Cancel, |world| world.cancel(id)).await }.boxed()
    }
}

impl Logs for MemoryDeployer {
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        async move { self.call(Method::Logs, |world| Ok(world.find(id)?.log_page(options))).await }.boxed()
    }

    fn read_service_log<'a>(
        &'a self,
        target: &'a Target,
        options: ServiceLogOptions,
    ) -> BoxFuture<'a, Result<LogPage>> {
        async move { self.call(Method::ServiceLogs, |world| world.service_log(target, &options)).await }.boxed()
    }

    fn explain_deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Explanation>> {
        async move { self.call(Method::Explain, |world| world.explain(id)).await }.boxed()
    }
}

impl Catalog for MemoryDeployer {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        async move { self.call(Method::Service, |world| world.service(target)).await }.boxed()
    }

    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        async move { self.call(Method::Services, |world| Ok(world.services())).await }.boxed()
    }

    fn list_matching<'a>(&'a self, query: &'a ServiceQuery) -> BoxFuture<'a, Result<Vec<Service>>> {
        async move { self.call(Method::FindMatching, |world| query.select(world.services())).await }.boxed()
    }

    fn list_domains<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<ServiceDomain>>> {
        async move {
            self.require(target, Ability::Domains)?;
            self.call(Method::Domains, |world| world.domains(target)).await
        }
        .boxed()
    }

    fn check_credential(&self) -> BoxFuture<'_, Result<Check>> {
        async move {
            self.call(Method::Check, |_| {
                let mut check = Check::new(Permission::Granted);
                check.account = Some("memory".to_owned());
                check.deploy = Permission::Granted;
                check.logs = Permission::Granted;
                Ok(check)
            })
            .await
        }
        .boxed()
    }
}
