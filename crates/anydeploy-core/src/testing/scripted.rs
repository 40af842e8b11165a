//! A deployer that answers from a list and records what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::{BoxFuture, FutureExt, ready};

use crate::{
    Capabilities, DeployRequest, Deployer, Deployment, DeploymentId, Error, ErrorKind, LogOptions, LogPage, Platform,
    Result, TargetKind,
};

/// A call that a [`ScriptedDeployer`] received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// [`Deployer::deploy`].
    Deploy(DeployRequest),
    /// [`Deployer::deployment`].
    Deployment(DeploymentId),
    /// [`Deployer::logs`].
    Logs(DeploymentId),
}

/// A deployer that answers from a list and records what it was asked.
///
/// Clones share the list and the record.
/// A call for which no answer is left gets an [`ErrorKind::Unavailable`] error.
///
/// ```
/// use anydeploy_core::testing::ScriptedDeployer;
/// use anydeploy_core::{Deployment, DeploymentId, DeploymentStatus, Identity, Phase, Platform, Target};
///
/// let id = DeploymentId::new(Platform::from("scripted"), Target::application("web")).with("deployment", "1");
/// let over = Deployment::new(id, Identity::Exact, DeploymentStatus::new(Phase::Succeeded, "finished"));
/// let deployer = ScriptedDeployer::new().answer(Ok(over));
/// assert!(deployer.calls().is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScriptedDeployer {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    deployments: VecDeque<Result<Deployment>>,
    logs: VecDeque<Result<LogPage>>,
    calls: Vec<Call>,
}

impl ScriptedDeployer {
    /// A deployer without answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer for the next `deploy` or `deployment`.
    #[must_use]
    pub fn answer(self, answer: Result<Deployment>) -> Self {
        self.state().deployments.push_back(answer);
        self
    }

    /// Adds an answer for the next `logs`.
    #[must_use]
    pub fn answer_logs(self, answer: Result<LogPage>) -> Self {
        self.state().logs.push_back(answer);
        self
    }

    /// The calls received so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic in another test thread leaves the lists usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take<T>(answer: Option<Result<T>>) -> Result<T> {
        answer.unwrap_or_else(|| Err(Error::new(ErrorKind::Unavailable, "the script has no answer left")))
    }
}

impl Deployer for ScriptedDeployer {
    fn platform(&self) -> Platform {
        Platform::from("scripted")
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::new(&[TargetKind::Application]);
        capabilities.logs = true;
        capabilities
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        let mut state = self.state();
        state.calls.push(Call::Deploy(request.clone()));
        ready(Self::take(state.deployments.pop_front())).boxed()
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        let mut state = self.state();
        state.calls.push(Call::Deployment(id.clone()));
        ready(Self::take(state.deployments.pop_front())).boxed()
    }

    fn logs<'a>(&'a self, id: &'a DeploymentId, _options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        let mut state = self.state();
        state.calls.push(Call::Logs(id.clone()));
        ready(Self::take(state.logs.pop_front())).boxed()
    }
}
