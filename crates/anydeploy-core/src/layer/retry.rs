//! The retry layer: each kind of call has its own rule for when it is made again.

mod budget;
mod deployer;
mod event;
mod options;

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::time::sleep;

use budget::Budget;
pub use event::RetryEvent;
pub use options::RetryOptions;

use crate::telemetry;
use crate::{Deployer, Deployment, DeploymentId, Error, ErrorKind, Identity, Method, Phase, Result};

/// A deployer that repeats the calls of another one, where that is safe.
///
/// * **Reads** are repeated while the error [is transient](Error::is_transient).
/// * **Triggers** are sent again only while the error says that nothing was acted on
///   ([`Error::is_safe_to_repeat`]) and that trying again may help (it is transient,
///   [`ErrorKind::NotTriggered`], or an unreadable answer to a read before it); after any other error a trigger is never
///   sent again.
///   [`ErrorKind::AlreadyRunning`] is left to [`deploy_and_wait`](crate::DeployerExt::deploy_and_wait), which polls the
///   earlier deployment instead of the server's patience.
/// * **Cancels** are repeated while the error is transient, because stopping twice stops once.
///   If a repeat then meets a [`ErrorKind::Conflict`], the earlier attempt may have caused it: the deployment is read,
///   and if it is cancelled, or about to be, that is the answer.
///
/// Every wait is a random part of a growing ceiling, and at least what the server asked for.
/// [`RetryOptions`] bounds the time and the attempts; if the server asks for a longer wait than is left, the call ends
/// at once with that error.
/// [`Error::attempts`] counts every attempt.
///
/// Dropping a future of it stops the repeating; nothing goes on behind the caller's back.
/// A [`Watch`](crate::Watch) tolerates transient failures by itself, so one over a `Retry` is patient twice, always
/// within its deadline.
/// It needs a running tokio runtime with its timer.
///
/// ```
/// use anydeploy_core::testing::MemoryDeployer;
/// use anydeploy_core::{DeployRequest, Deployer, Error, ErrorKind, Method, Retry, Target};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> anydeploy_core::Result<()> {
/// let memory = MemoryDeployer::new().with_application("web");
/// memory.fail_next(Method::Deploy, Error::new(ErrorKind::Unreachable, "connection refused"));
///
/// let deployer = Retry::new(memory.clone()).on_retry(|event| eprintln!("{} again: {}", event.method, event.kind));
/// deployer.deploy(&DeployRequest::new(Target::application("web"))).await?;
/// assert_eq!(memory.triggered().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Retry<D> {
    inner: D,
    options: RetryOptions,
    callback: Option<Callback>,
}

type Callback = Arc<dyn Fn(&RetryEvent) + Send + Sync>;

impl<D> Retry<D> {
    /// Repeats the calls of `inner` under the default [`RetryOptions`].
    #[must_use]
    pub fn new(inner: D) -> Self {
        Self { inner, options: RetryOptions::default(), callback: None }
    }

    /// The same layer under other options.
    #[must_use]
    pub fn with_options(mut self, options: RetryOptions) -> Self {
        self.options = options;
        self
    }

    /// The same layer, telling each failed attempt that is followed by another one.
    ///
    /// The callback runs inside the call, before the wait; it should only take note.
    #[must_use]
    pub fn on_retry(mut self, callback: impl Fn(&RetryEvent) + Send + Sync + 'static) -> Self {
        self.callback = Some(Arc::new(callback));
        self
    }

    /// The deployer whose calls are repeated.
    #[must_use]
    pub fn inner(&self) -> &D {
        &self.inner
    }

    /// Takes the layer away.
    #[must_use]
    pub fn into_inner(self) -> D {
        self.inner
    }
}

impl<D: fmt::Debug> fmt::Debug for Retry<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry").field("inner", &self.inner).field("options", &self.options).finish_non_exhaustive()
    }
}

/// Whether a trigger that failed so may be sent again.
fn may_trigger_again(error: &Error) -> bool {
    let may_help = match error.kind() {
        // A deployment takes minutes, so that attempts within seconds meet the same one again.
        ErrorKind::AlreadyRunning => false,
        // A login page before the trigger goes away as a server that restarts comes back.
        ErrorKind::NotTriggered | ErrorKind::Unreadable => true,
        _ => error.is_transient(),
    };
    error.is_safe_to_repeat() && may_help
}

/// The deployment of an earlier try of the same call, which was given up and delivered after that.
///
/// An adapter that knows it by a mark of its own reports it as exact, or as pending while it has no row; one of somebody
/// else's is adopted.
fn own_earlier_try(error: &Error, calls: u32) -> Option<Deployment> {
    let is_repeat = calls > 1 && error.kind() == ErrorKind::AlreadyRunning;
    error.last().filter(|last| is_repeat && matches!(last.identity, Identity::Exact | Identity::Pending)).cloned()
}

impl<D: Deployer> Retry<D> {
    /// Calls until there is an answer, an error that `may_repeat` denies, or nothing is left of the budget.
    async fn repeat<'a, T>(
        &self,
        method: Method,
        budget: &mut Budget<'_>,
        may_repeat: fn(&Error) -> bool,
        call: impl Fn() -> BoxFuture<'a, Result<T>> + Send,
    ) -> Result<T> {
        let mut tried: u32 = 0;
        loop {
            let error = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            budget.count();
            tried = tried.saturating_add(error.attempts());
            let wait = if may_repeat(&error) { budget.wait(&error) } else { None };
            let Some(wait) = wait else { return Err(error.with_attempts(tried)) };
            self.tell(&RetryEvent { method, attempt: budget.calls(), kind: error.kind(), wait });
            sleep(wait).await;
        }
    }

    async fn read<'a, T>(&self, method: Method, call: impl Fn() -> BoxFuture<'a, Result<T>> + Send) -> Result<T> {
        self.repeat(method, &mut Budget::start(&self.options), Error::is_transient, call).await
    }

    async fn cancel_again(&self, id: &DeploymentId) -> Result<Deployment> {
        let mut budget = Budget::start(&self.options);
        let cancel = || self.inner.cancel(id);
        match self.repeat(Method::Cancel, &mut budget, Error::is_transient, cancel).await {
            Err(conflict) if conflict.kind() == ErrorKind::Conflict && budget.calls() > 1 => {
                let read = || self.inner.deployment(id);
                match self.repeat(Method::Deployment, &mut budget, Error::is_transient, read).await {
                    Ok(deployment) if was_cancelled(&deployment) => Ok(deployment),
                    _ => Err(conflict),
                }
            }
            answer => answer,
        }
    }

    /// Reads them all at once, and then again those whose read failed for a transient reason.
    async fn read_by_id(&self, ids: &[DeploymentId]) -> Vec<Result<Deployment>> {
        let mut budget = Budget::start(&self.options);
        let mut answers = self.inner.deployments_by_id(ids).await;
        loop {
            budget.count();
            let mut again = Vec::new();
            let mut event: Option<RetryEvent> = None;
            for (index, (id, answer)) in ids.iter().zip(&answers).enumerate() {
                if let Err(error) = answer
                    && error.is_transient()
                    && let Some(wait) = budget.wait(error)
                {
                    again.push((index, id.clone()));
                    // The longest wait of all serves them all.
                    if event.is_none_or(|event| event.wait < wait) {
                        let (method, attempt) = (Method::DeploymentsById, budget.calls());
                        event = Some(RetryEvent { method, attempt, kind: error.kind(), wait });
                    }
                }
            }
            let Some(event) = event else { return answers };
            self.tell(&event);
            sleep(event.wait).await;
            let (indices, ids): (Vec<usize>, Vec<DeploymentId>) = again.into_iter().unzip();
            for (index, answer) in indices.into_iter().zip(self.inner.deployments_by_id(&ids).await) {
                let before = answers[index].as_ref().err().map_or(0, Error::attempts);
                answers[index] = answer.map_err(|error| {
                    let attempts = error.attempts().saturating_add(before);
                    error.with_attempts(attempts)
                });
            }
        }
    }

    fn tell(&self, event: &RetryEvent) {
        telemetry::retried(event.method, event.attempt, event.kind, event.wait);
        if let Some(callback) = &self.callback {
            callback(event);
        }
    }
}

/// Whether a deployment is, provably, what a cancel that was taken leaves behind.
fn was_cancelled(deployment: &Deployment) -> bool {
    deployment.identity.is_resolved() && matches!(deployment.status.phase, Phase::Cancelled | Phase::Cancelling)
}
