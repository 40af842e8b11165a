//! Waiting until a target runs or is stopped.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::observer::seconds;
use super::options::{WatchOptions, after};
use super::polls::{Next, Polls};
use crate::{
    Deployer, Deployment, DeploymentId, DesiredState, Error, ErrorKind, Lifecycle, Method, Result, RunState,
    ServiceState, Target,
};

/// What to do after an error of a wait, which changes nothing.
const AWAIT_AGAIN: &str = "what was asked for goes on; await the state again";

/// Polls the state of a target until it is the desired one and nothing is under way.
pub(crate) async fn await_state<D: Deployer + ?Sized>(
    deployer: &D,
    target: &Target,
    desired: DesiredState,
    options: WatchOptions,
) -> Result<RunState> {
    let Some(lifecycle) = deployer.lifecycle() else {
        return Err(Error::unsupported(deployer.platform(), Method::State.purpose()));
    };
    let began = Instant::now();
    let mut wait =
        StateWait { deployer, lifecycle, target, desired, polls: Polls::default(), last: None, undone_by: None };
    let ended = wait.run(options).await;
    ended.map_err(|end| wait.error(end, began))
}

/// One wait, and what it has read.
struct StateWait<'a, D: ?Sized> {
    deployer: &'a D,
    lifecycle: &'a dyn Lifecycle,
    target: &'a Target,
    desired: DesiredState,
    polls: Polls,
    /// The state as it was read last, and when.
    last: Option<(RunState, Instant)>,
    /// The deployment that was under way when the target was last read as stopped or stopping.
    ///
    /// Without such a reading, a target that runs may be one whose stop is not acted on yet, or does not show yet.
    undone_by: Option<DeploymentId>,
}

/// Why a wait ended without the desired state.
enum End {
    Deadline,
    Poll(Error),
    StartedAgain(Option<Box<Deployment>>),
}

impl<D: Deployer + ?Sized> StateWait<'_, D> {
    async fn run(&mut self, options: WatchOptions) -> Result<RunState, End> {
        let mut intervals = options.intervals(self.deployer);
        let deadline = options.ends_at();
        loop {
            let poll_began = Instant::now();
            // A poll that has begun gets time for its answer even after the deadline.
            let limit = deadline.max(after(options.min_poll_time));
            let at_least = match timeout_at(limit, self.lifecycle.read_state(self.target)).await {
                Err(_) => {
                    self.polls.unanswered(poll_began);
                    return Err(End::Deadline);
                }
                Ok(Ok(state)) => {
                    self.polls.succeeded();
                    if state.has_reached(self.desired) {
                        return Ok(state);
                    }
                    if self.is_started_again(&state) {
                        return Err(End::StartedAgain(self.deployment_that_started_it(limit).await.map(Box::new)));
                    }
                    self.record(state);
                    None
                }
                Ok(Err(error)) => match self.polls.failed(error, poll_began, &options) {
                    Next::Poll { at_least, .. } => at_least,
                    Next::End(error) | Next::Lost(error) => return Err(End::Poll(error)),
                },
            };
            let next_poll = after(intervals.pause(at_least));
            if next_poll >= deadline {
                sleep_until(deadline).await;
                return Err(End::Deadline);
            }
            sleep_until(next_poll).await;
        }
    }

    /// Whether a target that was to be stopped runs for good, after a deployment was under way while it was stopped.
    fn is_started_again(&self, state: &RunState) -> bool {
        self.desired == DesiredState::Stopped && self.undone_by.is_some() && state.has_reached(DesiredState::Running)
    }

    fn record(&mut self, state: RunState) {
        let shows_a_stop = DesiredState::Stopped.is_met_by(state.state) || state.state == ServiceState::Stopping;
        if let Some(id) = state.under_way.last().filter(|_| shows_a_stop) {
            self.undone_by = Some(id.clone());
        }
        self.last = Some((state, Instant::now()));
    }

    /// The deployment that was under way, if it can be read in time; the conflict stands without it.
    async fn deployment_that_started_it(&self, limit: Instant) -> Option<Deployment> {
        let id = self.undone_by.as_ref()?;
        timeout_at(limit, self.deployer.deployment(id)).await.ok()?.ok()
    }

    /// The error of a wait; it is one of reads, which is always safe to make again.
    fn error(&mut self, end: End, began: Instant) -> Error {
        let platform = self.deployer.platform();
        match end {
            End::Poll(error) if error.is_transient() => error.of_read().with_advice(AWAIT_AGAIN),
            End::Poll(error) => error.of_read(),
            End::StartedAgain(deployment) => {
                Error::new(ErrorKind::Conflict, "a deployment that was under way has started it again")
                    .with_platform(platform)
                    .with_last(deployment.map(|deployment| *deployment))
                    .with_advice("stop it again, once nothing is under way")
            }
            End::Deadline => {
                let error = Error::new(ErrorKind::TimedOut, self.out_of_time(began)).with_platform(platform);
                let error = error.of_read().with_advice(AWAIT_AGAIN);
                match self.polls.failure.take().or_else(|| self.polls.missing.take()) {
                    Some(failure) => error.with_source(failure),
                    None => error,
                }
            }
        }
    }

    /// What is known at the deadline.
    fn out_of_time(&self, began: Instant) -> String {
        let waited = seconds(began.elapsed());
        let desired = self.desired;
        let last = self.last.as_ref().map(|(state, read_at)| {
            let age: Duration = read_at.elapsed();
            format!("{} ago it was {state}", seconds(age))
        });
        match (self.polls.first_failed_at, last) {
            (None, Some(last)) => format!("the target was not {desired} after {waited}; {last}"),
            (None, None) => format!("the target was not {desired} after {waited}"),
            (Some(failing), last) => {
                let failing = seconds(failing.elapsed());
                let last = last.unwrap_or_else(|| "nothing was read of it".to_owned());
                format!(
                    "whether the target is {desired} is not known after {waited}: reads have failed for {failing}; {last}"
                )
            }
        }
    }
}
