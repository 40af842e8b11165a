//! Adapters with one mistake each, as programs around these platforms really make them.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    Capabilities, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind,
    HistoryOptions, Identity, Logs, Phase, Platform, Result,
};
use futures::future::{BoxFuture, FutureExt};
use tokio::time::timeout;

/// How long they wait for an answer: less than an adapter needs that searches for its deployment meanwhile.
const TIMEOUT: Duration = Duration::from_millis(30);

/// What an adapter does wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mistake {
    /// When no answer comes in time, it sends the trigger again.
    SendsAgain,
    /// When no answer comes in time, it says that nothing was done.
    TakesSilenceForRefusal,
    /// When no answer comes in time, its error does not say that the trigger may have been acted on.
    HidesWhatIsOpen,
    /// It takes the newest deployment of the target for the one that it started.
    TakesTheNewest,
    /// It reports every deployment that is identified as succeeded.
    TakesProgressForSuccess,
    /// It deploys whatever it is asked for.
    DeploysInstead,
}

/// An adapter with a mistake.
#[derive(Debug)]
pub(crate) struct FaultyAdapter {
    pub(crate) inner: Arc<dyn Deployer>,
    pub(crate) mistake: Mistake,
}

impl FaultyAdapter {
    async fn trigger(&self, request: &DeployRequest) -> Result<Deployment> {
        let gives_up = |kind| Err(Error::new(kind, "no answer came").with_platform(self.inner.platform()));
        match self.mistake {
            Mistake::SendsAgain => match timeout(TIMEOUT, self.inner.deploy(request)).await {
                Ok(answer) => answer,
                Err(_) => self.inner.deploy(request).await,
            },
            Mistake::TakesSilenceForRefusal => {
                let answer = timeout(TIMEOUT, self.inner.deploy(request)).await;
                answer.unwrap_or_else(|_| gives_up(ErrorKind::Rejected))
            }
            Mistake::HidesWhatIsOpen => {
                let answer = timeout(TIMEOUT, self.inner.deploy(request)).await;
                answer.unwrap_or_else(|_| gives_up(ErrorKind::NoAnswer))
            }
            Mistake::TakesTheNewest => {
                let started = self.inner.deploy(request).await?;
                let history = self.inner.history_of(request.target(), HistoryOptions::newest(1)).await;
                let mut newest = history.unwrap_or_default().pop().unwrap_or(started);
                newest.identity = Identity::Exact;
                Ok(newest)
            }
            Mistake::TakesProgressForSuccess => self.inner.deploy(request).await,
            Mistake::DeploysInstead => self.inner.deploy(&DeployRequest::new(request.target().clone())).await,
        }
    }

    async fn read(&self, id: &DeploymentId) -> Result<Deployment> {
        let mut deployment = self.inner.deployment(id).await?;
        if matches!(self.mistake, Mistake::TakesProgressForSuccess) && deployment.identity.is_resolved() {
            deployment.status = DeploymentStatus::new(Phase::Succeeded, "succeeded");
        }
        Ok(deployment)
    }
}

/// What a call does not use keeps its default.
impl Deployer for FaultyAdapter {
    fn platform(&self) -> Platform {
        self.inner.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.trigger(request).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.read(id).boxed()
    }

    fn logs(&self) -> Option<&dyn Logs> {
        self.inner.logs()
    }
}
