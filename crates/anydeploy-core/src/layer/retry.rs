//! The retry layer: each kind of call has its own rule for when it is made again.

mod event;
mod options;

use std::fmt;
use std::sync::Arc;

use tokio::time::sleep;

pub use event::RetryEvent;
pub use options::RetryOptions;

use super::{Answer, Call, Interceptor, Next, NextBatch};
use crate::{
    Backoff, CallKind, Deployment, DeploymentId, Error, ErrorKind, Identity, Method, Phase, Result, telemetry,
};

/// Makes calls again, where that is safe.
///
/// * **Reads** are repeated while the error [is transient](Error::is_transient).
/// * **Triggers** are sent again only while the error says that nothing was acted on
///   ([`Error::is_safe_to_repeat`]) and that trying again may help (it is transient,
///   [`ErrorKind::NotTriggered`], or an unreadable answer to a read before it); after any other error a trigger is never
///   sent again.
///   [`ErrorKind::AlreadyRunning`] is left to [`deploy_and_wait`](crate::DeployerExt::deploy_and_wait), which waits
///   until the earlier deployment is over: attempts within seconds would meet it again.
/// * **Writes** are made again only while the error says that nothing was acted on and is transient.
/// * **Cancels** are repeated while the error is transient, because stopping twice stops once.
///   If a repeat then meets a [`ErrorKind::Conflict`], the earlier attempt may have caused it: the deployment is read,
///   and if it is cancelled, or about to be, that is the answer.
///
/// Every wait is a random part of a growing ceiling, and at least what the server asked for.
/// [`RetryOptions`] bounds the time and the attempts; if the server asks for a longer wait than is left, the call ends
/// at once with that error.
/// [`Error::attempts`] counts every attempt.
///
/// Dropping the future of a call ends its attempts; nothing runs in the background.
/// A [`Watch`](crate::Watch) tolerates transient failures by itself, so a watch over a `Retry` repeats on both levels,
/// always within its deadline.
/// It needs a running tokio runtime with its timer.
///
/// ```
/// use anydeploy_core::testing::MemoryDeployer;
/// use anydeploy_core::{DeployRequest, Deployer, DeployerExt, Error, ErrorKind, Method, Retry, Target};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> anydeploy_core::Result<()> {
/// let memory = MemoryDeployer::new().with_application("web");
/// memory.fail_next(Method::Deploy, Error::new(ErrorKind::Unreachable, "connection refused"));
///
/// let retry = Retry::new().on_retry(|event| eprintln!("{} again: {}", event.method, event.kind));
/// let deployer = memory.clone().layered(retry);
/// deployer.deploy(&DeployRequest::new(Target::application("web"))).await?;
/// assert_eq!(memory.triggered().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Retry {
    options: RetryOptions,
    callback: Option<Callback>,
}

type Callback = Arc<dyn Fn(&RetryEvent) + Send + Sync>;

impl Retry {
    /// Makes calls again under the default [`RetryOptions`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same under other options.
    #[must_use]
    pub fn with_options(mut self, options: RetryOptions) -> Self {
        self.options = options;
        self
    }

    /// The same, with a callback for each failed attempt that is followed by another one.
    ///
    /// The callback runs inside the call, before the wait; it must not block.
    #[must_use]
    pub fn on_retry(mut self, callback: impl Fn(&RetryEvent) + Send + Sync + 'static) -> Self {
        self.callback = Some(Arc::new(callback));
        self
    }
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Whether a trigger that failed so may be sent again.
fn may_trigger_again(error: &Error) -> bool {
    match error.kind() {
        // A deployment takes minutes, so that attempts within seconds meet the same one again.
        ErrorKind::AlreadyRunning => false,
        // A login page before the trigger goes away as a server that restarts comes back.
        ErrorKind::Unreadable => error.is_safe_to_repeat(),
        _ => error.may_call_again(CallKind::Trigger),
    }
}

/// Whether an intent whose trigger failed so may be sent again: one whose loss was decided has expired meanwhile.
fn may_send_again(error: &Error) -> bool {
    error.kind() != ErrorKind::NotTriggered && may_trigger_again(error)
}

/// Whether a write that failed so may be made again.
fn may_write_again(error: &Error) -> bool {
    error.may_call_again(CallKind::Write)
}

/// The deployment of an earlier attempt of the same call, which was given up and delivered late.
///
/// An adapter that recognises it by a correlation tag reports it as exact, or as pending while it has no row; a deployment
/// of another call is adopted.
fn late_deployment(error: &Error, calls: u32) -> Option<Deployment> {
    let is_repeat = calls > 1 && error.kind() == ErrorKind::AlreadyRunning;
    error.last().filter(|last| is_repeat && matches!(last.identity, Identity::Exact | Identity::Pending)).cloned()
}

impl Interceptor for Retry {
    async fn call<T: Answer>(&self, call: Call<'_>, next: Next<'_, T>) -> Result<T> {
        let mut backoff = self.options.backoff();
        let may_repeat = match call.kind() {
            CallKind::Trigger if call.method == Method::Send => may_send_again,
            CallKind::Trigger => may_trigger_again,
            CallKind::Write => may_write_again,
            CallKind::Read | CallKind::Cancel => Error::is_transient,
        };
        let answer = self.repeat(call.method, &mut backoff, may_repeat, &next).await;
        match (answer, call.kind()) {
            (Err(error), CallKind::Trigger) => late_deployment(&error, backoff.attempts()).and_then(T::of).ok_or(error),
            (Err(error), CallKind::Cancel) if error.kind() == ErrorKind::Conflict && backoff.attempts() > 1 => {
                let cancelled = self.cancelled_before(call, &mut backoff).await;
                cancelled.and_then(T::of).ok_or(error)
            }
            (answer, _) => answer,
        }
    }

    /// Reads all of them in one call, and then again those whose read failed for a transient reason.
    async fn batch(&self, call: Call<'_>, ids: &[DeploymentId], next: NextBatch<'_>) -> Vec<Result<Deployment>> {
        let mut backoff = self.options.backoff();
        let mut answers = next.call(ids.to_vec()).await;
        loop {
            let mut again = Vec::new();
            let mut longest: Option<&Error> = None;
            for (index, (id, answer)) in ids.iter().zip(&answers).enumerate() {
                if let Err(error) = answer
                    && error.is_transient()
                    && backoff.allows(error.retry_after())
                {
                    again.push((index, id.clone()));
                    // One wait serves all of them, so it is the longest that was asked for.
                    if longest.is_none_or(|known| known.retry_after() < error.retry_after()) {
                        longest = Some(error);
                    }
                }
            }
            let Some(error) = longest else { return answers };
            let Some(wait) = backoff.next(error.retry_after()) else { return answers };
            let event = RetryEvent { method: call.method, attempt: backoff.attempts(), kind: error.kind(), wait };
            self.report(&event);
            sleep(event.wait).await;
            let (indices, ids): (Vec<usize>, Vec<DeploymentId>) = again.into_iter().unzip();
            for (index, answer) in indices.into_iter().zip(next.call(ids).await) {
                let before = answers[index].as_ref().err().map_or(0, Error::attempts);
                answers[index] = answer.map_err(|error| {
                    let attempts = error.attempts().saturating_add(before);
                    error.with_attempts(attempts)
                });
            }
        }
    }
}

impl Retry {
    /// Calls until there is an answer, an error that `may_repeat` denies, or nothing is left of the budget.
    async fn repeat<T>(
        &self,
        method: Method,
        backoff: &mut Backoff,
        may_repeat: fn(&Error) -> bool,
        next: &Next<'_, T>,
    ) -> Result<T> {
        let mut tried: u32 = 0;
        loop {
            let error = match next.call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            tried = tried.saturating_add(error.attempts());
            let wait = backoff.next(error.retry_after()).filter(|_| may_repeat(&error));
            let Some(wait) = wait else { return Err(error.with_attempts(tried)) };
            self.report(&RetryEvent { method, attempt: backoff.attempts(), kind: error.kind(), wait });
            sleep(wait).await;
        }
    }

    /// The deployment, if an earlier attempt to cancel it caused the conflict.
    async fn cancelled_before(&self, call: Call<'_>, backoff: &mut Backoff) -> Option<Deployment> {
        let id = call.id?;
        let read = || call.deployer.deployment(id);
        let read = self.repeat(Method::Deployment, backoff, Error::is_transient, &Next::new(&read)).await;
        read.ok().filter(was_cancelled)
    }

    fn report(&self, event: &RetryEvent) {
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
