//! Watching one deployment until it is over.

mod options;
mod outcome;
mod schedule;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, Stream};
use tokio::time::{Instant, sleep_until, timeout_at};

pub use options::WatchOptions;
pub use outcome::{Failure, Loss, Outcome};
use schedule::Schedule;

use crate::{Deployer, Deployment, DeploymentId, Error, ErrorKind, LogOptions, LogPage, Phase, Result};

/// A watch over one deployment: a stream of its changes, and a future of its [`Outcome`].
///
/// It is made by [`DeployerExt::watch`](crate::DeployerExt::watch), does nothing until it is polled, and stops polling
/// when it is dropped; the deployment itself goes on.
///
/// As a stream it yields [`WatchEvent::Changed`] for the first look and for each change of status after it, then
/// exactly one [`WatchEvent::Ended`] or one error, and then ends.
/// Awaited, it yields that outcome or error alone.
///
/// # Errors
/// * [`ErrorKind::TimedOut`] when the deadline passes; [`Error::last`] tells what was seen last, and its source why the
///   last reads failed, if they did.
/// * The error of a read that will not get better, or of the last of too many transient ones in a row.
///
/// It needs a running tokio runtime with its timer.
pub struct Watch {
    events: BoxStream<'static, Result<WatchEvent>>,
}

/// What a [`Watch`] tells.
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchEvent {
    /// The deployment was seen for the first time, or its status or identity changed.
    Changed(Deployment),
    /// The deployment is over.
    Ended(Outcome),
}

impl Watch {
    pub(crate) fn new<D: Deployer>(deployer: D, id: DeploymentId, options: WatchOptions) -> Self {
        Self::of(Observer::new(deployer, id, options))
    }

    /// A watch that has seen something of the deployment already, and tells it if nothing more can be seen.
    pub(crate) fn resume<D: Deployer>(deployer: D, seen: Deployment, options: WatchOptions) -> Self {
        let mut observer = Observer::new(deployer, seen.id.clone(), options);
        observer.last = Some(seen);
        Self::of(observer)
    }

    fn of<D: Deployer>(observer: Observer<D>) -> Self {
        let events = stream::unfold(Some(observer), |observer| async move {
            let mut observer = observer?;
            // What failed is a read of a deployment that was triggered: to trigger it again would deploy twice.
            let event = observer.next().await.map_err(|error| error.with_safe_to_repeat(false));
            let goes_on = matches!(event, Ok(WatchEvent::Changed(_)));
            Some((event, goes_on.then_some(observer)))
        });
        Self { events: events.boxed() }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Stream for Watch {
    type Item = Result<WatchEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_next_unpin(context)
    }
}

impl IntoFuture for Watch {
    type Output = Result<Outcome>;
    type IntoFuture = BoxFuture<'static, Result<Outcome>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            while let Some(event) = self.next().await {
                if let WatchEvent::Ended(outcome) = event? {
                    return Ok(outcome);
                }
            }
            // Reached only if the stream was read to its end before it was awaited.
            Err(Error::new(ErrorKind::InvalidInput, "this watch has told its outcome already"))
        })
    }
}

/// The state of a watch between two looks.
struct Observer<D> {
    deployer: D,
    id: DeploymentId,
    options: WatchOptions,
    schedule: Schedule,
    /// Set at the first look, because a watch may be made long before it is polled.
    deadline: Option<Instant>,
    next_look: Option<Instant>,
    /// The failed reads in a row, and how many attempts they were.
    failures: u32,
    attempts: u32,
    /// The last of them.
    trouble: Option<Error>,
    last: Option<Deployment>,
    /// A terminal status that was told as a change, and whose outcome is still to be told.
    ending: bool,
}

impl<D: Deployer> Observer<D> {
    fn new(deployer: D, id: DeploymentId, options: WatchOptions) -> Self {
        let first = options.first_interval.unwrap_or_else(|| deployer.capabilities().poll_interval);
        let schedule = Schedule::new(first, options.longest_interval);
        Self {
            deployer,
            id,
            options,
            schedule,
            deadline: None,
            next_look: None,
            failures: 0,
            attempts: 0,
            trouble: None,
            last: None,
            ending: false,
        }
    }

    /// Looks until there is something to tell.
    async fn next(&mut self) -> Result<WatchEvent> {
        let deadline = *self.deadline.get_or_insert_with(|| after(self.options.deadline));
        if self.ending
            && let Some(deployment) = self.last.take()
        {
            return Ok(WatchEvent::Ended(self.outcome_of(deployment, deadline).await));
        }
        loop {
            if let Some(next_look) = self.next_look {
                sleep_until(next_look.min(deadline)).await;
                if next_look >= deadline {
                    return Err(self.timed_out());
                }
            }
            match timeout_at(deadline, self.deployer.deployment(&self.id)).await {
                Err(_) => return Err(self.timed_out()),
                Ok(Ok(deployment)) => {
                    (self.failures, self.attempts, self.trouble) = (0, 0, None);
                    self.wait(None);
                    if let Some(event) = self.seen(deployment) {
                        return Ok(event);
                    }
                }
                Ok(Err(error)) if error.kind() == ErrorKind::NotFound => {
                    // Nobody knows what became of it, which is no reason to deploy again blindly.
                    let error = error.with_safe_to_repeat(false);
                    return Ok(WatchEvent::Ended(Outcome::Lost(Loss::new(self.last.take(), error))));
                }
                Ok(Err(error)) => {
                    // A server that says when to come back is not out of order.
                    let paced = error.kind() == ErrorKind::RateLimited && error.retry_after().is_some();
                    self.failures += u32::from(!paced);
                    self.attempts = self.attempts.saturating_add(error.attempts());
                    // A page of a proxy in between is as passing as a refused connection.
                    let passing = error.is_transient() || error.kind() == ErrorKind::Unreadable;
                    if !passing || self.failures > self.options.tolerated_failures {
                        return Err(error.with_attempts(self.attempts).with_last(self.last.take()));
                    }
                    self.wait(error.retry_after());
                    self.trouble = Some(error);
                }
            }
        }
    }

    fn wait(&mut self, retry_after: Option<Duration>) {
        self.next_look = Some(after(self.schedule.next(retry_after)));
    }

    /// Takes note of what was read, and tells it if it is new.
    fn seen(&mut self, deployment: Deployment) -> Option<WatchEvent> {
        // What an adapter learns makes the id more precise; later reads start from the best one.
        self.id = deployment.id.clone();
        let changed = self
            .last
            .as_ref()
            .is_none_or(|last| last.status != deployment.status || last.identity != deployment.identity);
        self.ending = deployment.is_over();
        self.last = Some(deployment.clone());
        (changed || self.ending).then_some(WatchEvent::Changed(deployment))
    }

    async fn outcome_of(&self, deployment: Deployment, deadline: Instant) -> Outcome {
        match deployment.status.phase {
            Phase::Succeeded => Outcome::Succeeded(deployment),
            Phase::Cancelled => Outcome::Cancelled(deployment),
            _ => {
                let mut failure = Failure::new(deployment);
                if self.options.log_tail > 0 && self.deployer.capabilities().logs {
                    // Coolify appends the summary of a failure to the log after the status has become `failed`.
                    if let Some(next_look) = self.next_look {
                        sleep_until(next_look.min(deadline)).await;
                    }
                    match self.log_tail(&failure.deployment.id, deadline).await {
                        Ok(log) => failure.log = Some(log),
                        Err(error) => failure.log_error = Some(error),
                    }
                }
                Outcome::Failed(failure)
            }
        }
    }

    async fn log_tail(&self, id: &DeploymentId, deadline: Instant) -> Result<LogPage> {
        // The outcome is known; reading the log may use a little more time than was left for waiting.
        let until = deadline.max(Instant::now() + Duration::from_secs(10));
        timeout_at(until, self.deployer.logs(id, LogOptions::tail(self.options.log_tail))).await.unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::TimedOut, "the log was not read in time").with_platform(self.deployer.platform()))
        })
    }

    fn timed_out(&mut self) -> Error {
        let last = self.last.take();
        let seen =
            last.as_ref().map_or("nothing was seen of it".to_owned(), |last| format!("last seen: {}", last.status));
        let message = format!("the deployment was not over after {:?}; {seen}", self.options.deadline);
        let error = Error::new(ErrorKind::TimedOut, message).with_platform(self.deployer.platform()).with_last(last);
        match self.trouble.take() {
            Some(trouble) => error.with_source(trouble),
            None => error,
        }
    }
}

/// The moment after a wait; one beyond what the clock can hold is as good as thirty years.
fn after(wait: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(wait).unwrap_or(now + Duration::from_secs(946_080_000))
}
