//! Deployers with one fault each, and the case that must catch it.

mod changing;
mod deploying;
mod faults;
mod listing;
mod reading;
mod selecting;
mod two_phase;

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use anydeploy_core::testing::MemoryDeployer;
use anydeploy_core::{
    Ability, Cancel, Capabilities, Catalog, Check, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId,
    Error, ErrorKind, Health, HealthReading, HealthState, History, HistoryCursor, HistoryOptions, HistoryPage, Hub,
    Intent, Lifecycle, LogOptions, LogPage, Logs, Permission, Platform, Previews, RequestOption, Result, Rollback,
    Selections, Service, ServiceQuery, Target, TwoPhase, Variables,
};
use futures::future::{BoxFuture, FutureExt};

pub(crate) use faults::{FAULTS, Fault};

use crate::conformance::harness::TOKEN;

/// A deployer in memory that gets one thing wrong.
#[derive(Clone)]
pub(crate) struct Broken {
    inner: MemoryDeployer,
    fault: Fault,
    /// What this deployer remembers beside the platform.
    own_ids: Arc<Mutex<Vec<DeploymentId>>>,
    busy: Arc<AtomicBool>,
    polls: Arc<AtomicBool>,
    read: Arc<Mutex<Vec<DeploymentId>>>,
}

impl Broken {
    pub(crate) fn new(inner: MemoryDeployer, fault: Fault) -> Self {
        let (own_ids, read) = (Arc::default(), Arc::default());
        Self { inner, fault, own_ids, busy: Arc::default(), polls: Arc::default(), read }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// The answer, unless the fault is to have none.
    fn lacking<T: Send + 'static>(&self) -> Option<BoxFuture<'static, Result<T>>> {
        let refusal = Err(Error::unsupported(self.platform(), "what it offers"));
        self.has(Fault::OffersWhatItLacks).then(|| async { refusal }.boxed())
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            Fault::PrintsItsTokenAtLength if f.alternate() => write!(f, "Broken {{ token: {TOKEN:?} }}"),
            Fault::PrintsItsToken => write!(f, "Broken {{ token: {TOKEN:?} }}"),
            _ => f.write_str("Broken"),
        }
    }
}

#[deny(clippy::missing_trait_methods)]
impl Deployer for Broken {
    fn platform(&self) -> Platform {
        self.inner.platform()
    }

    fn capabilities(&self) -> Capabilities {
        let capabilities = self.inner.capabilities();
        match self.fault {
            Fault::IgnoresOptions | Fault::RefusesAfterTheTrigger => {
                RequestOption::ALL.iter().fold(capabilities, |offered, option| offered.without(*option))
            }
            Fault::RefusesWhatItOffers => {
                let kinds: Vec<_> = capabilities.target_kinds().cloned().collect();
                kinds.into_iter().fold(capabilities, |offered, kind| offered.with_kind(kind, RequestOption::ALL))
            }
            Fault::TakesAnyAction => {
                let kinds: Vec<_> = capabilities.target_kinds().cloned().collect();
                kinds.into_iter().fold(Capabilities::new().with_correlation(), |offered, kind| {
                    let options = capabilities.options(&kind);
                    offered.with_kind(kind.clone(), options).with_abilities(kind, Ability::ALL)
                })
            }
            Fault::TakesAnyTarget => {
                let kinds: Vec<_> = capabilities.target_kinds().cloned().collect();
                kinds.into_iter().fold(Capabilities::new().with_correlation(), |offered, kind| {
                    offered.with_kind(kind.clone(), capabilities.options(&kind))
                })
            }
            _ => capabilities,
        }
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.deploy_badly(request).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.read_badly(id).boxed()
    }

    fn deployments<'a>(&'a self, ids: &'a [DeploymentId]) -> BoxFuture<'a, Vec<Result<Deployment>>> {
        self.batch_badly(ids).boxed()
    }

    fn two_phase(&self) -> Option<&dyn TwoPhase> {
        Some(self)
    }

    fn history(&self) -> Option<&dyn History> {
        Some(self)
    }

    fn cancel(&self) -> Option<&dyn Cancel> {
        Some(self)
    }

    fn logs(&self) -> Option<&dyn Logs> {
        Some(self)
    }

    fn catalog(&self) -> Option<&dyn Catalog> {
        Some(self)
    }

    fn lifecycle(&self) -> Option<&dyn Lifecycle> {
        Some(self)
    }

    fn rollback(&self) -> Option<&dyn Rollback> {
        Some(self)
    }

    fn variables(&self) -> Option<&dyn Variables> {
        Some(self)
    }

    fn previews(&self) -> Option<&dyn Previews> {
        Some(self)
    }

    fn selections(&self) -> Option<&dyn Selections> {
        Some(self)
    }

    fn health(&self) -> Option<&dyn Health> {
        Some(self)
    }

    fn hub(&self) -> Option<Hub> {
        None
    }
}

impl Health for Broken {
    fn read_health<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<HealthReading>> {
        async move {
            let mut reading = self.inner.health_of(target).await?;
            if self.has(Fault::CallsWhatIsStoppedHealthy) {
                reading.health = HealthState::Healthy;
            }
            Ok(reading)
        }
        .boxed()
    }
}

impl TwoPhase for Broken {
    fn prepare_trigger<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Intent>> {
        self.lacking().unwrap_or_else(|| self.prepare_badly(request).boxed())
    }

    fn send_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        self.lacking().unwrap_or_else(|| self.send_intent_badly(intent).boxed())
    }

    fn recover_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        self.lacking().unwrap_or_else(|| self.recover_badly(intent).boxed())
    }
}

impl History for Broken {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        self.lacking().unwrap_or_else(|| self.list_badly(target, options).boxed())
    }

    fn list_page<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
        after: Option<&'a HistoryCursor>,
    ) -> BoxFuture<'a, Result<HistoryPage>> {
        self.page_badly(target, options, after).boxed()
    }
}

impl Cancel for Broken {
    fn request_cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.lacking().unwrap_or_else(|| self.cancel_badly(id).boxed())
    }
}

impl Logs for Broken {
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        self.lacking().unwrap_or_else(|| self.log_badly(id, options).boxed())
    }
}

impl Catalog for Broken {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        self.lacking().unwrap_or_else(|| self.serve_badly(target).boxed())
    }

    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        if self.has(Fault::ListsNothing) {
            return async { Ok(Vec::new()) }.boxed();
        }
        self.lacking().unwrap_or_else(|| self.inner.services())
    }

    fn list_matching<'a>(&'a self, query: &'a ServiceQuery) -> BoxFuture<'a, Result<Vec<Service>>> {
        self.match_badly(query).boxed()
    }

    fn check_credential(&self) -> BoxFuture<'_, Result<Check>> {
        if self.has(Fault::DeniesItsCredential) {
            return async { Ok(Check::new(Permission::Denied)) }.boxed();
        }
        if self.has(Fault::TriggersWhenItChecks) {
            return async {
                for trigger in self.inner.triggered() {
                    self.inner.deploy(&trigger.request).await?;
                }
                self.inner.check().await
            }
            .boxed();
        }
        self.lacking().unwrap_or_else(|| self.inner.check())
    }
}

/// The same error with another kind.
fn as_kind(error: &Error, kind: ErrorKind) -> Error {
    Error::new(kind, error.to_string())
}
