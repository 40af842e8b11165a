//! Adapters that are spoilt in one way each, as programs around these platforms are found to be.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    Capabilities, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind,
    HistoryOptions, Identity, Logs, Phase, Platform, Result,
};
use futures::future::{BoxFuture, FutureExt};
use tokio::time::timeout;

/// How long the spoilt ones wait for an answer: less than an adapter needs that looks for its deployment meanwhile.
const PATIENCE: Duration = Duration::from_millis(30);

/// What an adapter does wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Habit {
    /// When no answer comes in time, it sends the trigger again.
    Insists,
    /// When no answer comes in time, it says that nothing was done.
    Denies,
    /// When no answer comes in time, it says that, and not what it means.
    Shrugs,
    /// It takes the newest deployment of the target for the one that it started.
    TakesTheNewest,
    /// It takes what goes on for what went well.
    Hopes,
}

/// An adapter with a bad habit.
#[derive(Debug)]
pub(crate) struct Spoilt {
    pub(crate) inner: Arc<dyn Deployer>,
    pub(crate) habit: Habit,
}

impl Spoilt {
    async fn trigger(&self, request: &DeployRequest) -> Result<Deployment> {
        let gives_up = |kind| Err(Error::new(kind, "no answer came").with_platform(self.inner.platform()));
        match self.habit {
            Habit::Insists => match timeout(PATIENCE, self.inner.deploy(request)).await {
                Ok(answer) => answer,
                Err(_) => self.inner.deploy(request).await,
            },
            Habit::Denies => {
                let answer = timeout(PATIENCE, self.inner.deploy(request)).await;
                answer.unwrap_or_else(|_| gives_up(ErrorKind::Rejected))
            }
            Habit::Shrugs => {
                let answer = timeout(PATIENCE, self.inner.deploy(request)).await;
                answer.unwrap_or_else(|_| gives_up(ErrorKind::NoAnswer))
            }
            Habit::TakesTheNewest => {
                let started = self.inner.deploy(request).await?;
                let history = self.inner.history_of(request.target(), HistoryOptions::newest(1)).await;
                let mut newest = history.unwrap_or_default().pop().unwrap_or(started);
                newest.identity = Identity::Exact;
                Ok(newest)
            }
            Habit::Hopes => self.inner.deploy(request).await,
        }
    }

    async fn look(&self, id: &DeploymentId) -> Result<Deployment> {
        let mut deployment = self.inner.deployment(id).await?;
        if matches!(self.habit, Habit::Hopes) && deployment.identity.is_resolved() {
            deployment.status = DeploymentStatus::new(Phase::Succeeded, "succeeded");
        }
        Ok(deployment)
    }
}

/// What a call does not use keeps its default.
impl Deployer for Spoilt {
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
        self.look(id).boxed()
    }

    fn logs(&self) -> Option<&dyn Logs> {
        self.inner.logs()
    }
}
