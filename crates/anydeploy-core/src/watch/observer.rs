//! The state of a watch between two polls.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::options::after;
use super::polls::{Next, Polls};
use super::schedule::Schedule;
use super::{Failure, Loss, Outcome, WatchEvent, WatchOptions};
use crate::{
    Deployer, DeployerExt, Deployment, DeploymentId, Error, ErrorKind, LogOptions, LogPage, Method, Phase, Result,
};

/// How long a failure waits at most before its log is read.
const LOG_SETTLES: Duration = Duration::from_secs(5);

/// How long a failure may take to be reported with its log, beyond the deadline.
const LOG_TIME: Duration = Duration::from_secs(10);

/// The state of a watch between two polls.
pub(super) struct Observer<D> {
    deployer: D,
    id: DeploymentId,
    options: WatchOptions,
    schedule: Schedule,
    /// Set at the first poll, because a watch may be made long before it is awaited.
    deadline: Option<Instant>,
    began: Option<Instant>,
    next_poll: Option<Instant>,
    polls: Polls,
    last: Option<Deployment>,
    /// When `last` was read.
    read_at: Option<Instant>,
    /// A terminal status was reported as a change, and its outcome comes next.
    ending: bool,
}

impl<D: Deployer> Observer<D> {
    pub(super) fn new(deployer: D, id: DeploymentId, options: WatchOptions) -> Self {
        let schedule = Schedule::of(&options, &deployer);
        Self {
            deployer,
            id,
            options,
            schedule,
            deadline: None,
            began: None,
            next_poll: None,
            polls: Polls::default(),
            last: None,
            read_at: None,
            ending: false,
        }
    }

    /// The same observer, which knows this state already.
    pub(super) fn knowing(mut self, known: Deployment, deadline: Option<Instant>) -> Self {
        (self.last, self.read_at, self.deadline) = (Some(known), Some(Instant::now()), deadline);
        self
    }

    /// Polls until there is something to report.
    pub(super) async fn next(&mut self) -> Result<WatchEvent> {
        self.began.get_or_insert_with(Instant::now);
        let deadline = *self.deadline.get_or_insert_with(|| self.options.ends_at());
        if self.ending
            && let Some(deployment) = self.last.take()
        {
            return Ok(WatchEvent::Ended(self.outcome_of(deployment, deadline).await));
        }
        loop {
            if let Some(next_poll) = self.next_poll {
                sleep_until(next_poll.min(deadline)).await;
                if next_poll >= deadline {
                    return self.out_of_time();
                }
            }
            let began = Instant::now();
            // A poll that has begun is worth its answer, also where no time is left: a watch that is resumed after its
            // deadline reports a deployment that is over as over.
            let limit = deadline.max(after(self.options.min_poll_time));
            match timeout_at(limit, self.deployer.deployment(&self.id)).await {
                Err(_) => {
                    self.polls.unanswered(began);
                    return self.out_of_time();
                }
                Ok(Ok(deployment)) => {
                    self.polls.succeeded();
                    self.wait(None);
                    if let Some(event) = self.read(deployment) {
                        return Ok(event);
                    }
                }
                Ok(Err(error)) => {
                    let (tolerated, pause) = (self.options.tolerated_failures, self.options.longest_interval);
                    match self.polls.failed(error, began, tolerated, pause) {
                        Next::Poll(at_least) => self.wait(at_least),
                        Next::End(error) => return Err(error.with_last(self.last.take())),
                        Next::Lost(error) => return Ok(self.lost(error)),
                    }
                }
            }
        }
    }

    fn wait(&mut self, at_least: Option<Duration>) {
        self.next_poll = Some(after(self.schedule.next(at_least)));
    }

    /// Takes note of what was read, and reports it if it is new.
    fn read(&mut self, deployment: Deployment) -> Option<WatchEvent> {
        // What an adapter learns makes the id more precise; later polls start from the best one.
        self.id = deployment.id.clone();
        let changed = self
            .last
            .as_ref()
            .is_none_or(|last| last.status != deployment.status || last.identity != deployment.identity);
        self.ending = deployment.is_over();
        self.read_at = Some(Instant::now());
        self.last = Some(deployment.clone());
        (changed || self.ending).then_some(WatchEvent::Changed(deployment))
    }

    async fn outcome_of(&self, deployment: Deployment, deadline: Instant) -> Outcome {
        match deployment.status.phase {
            Phase::Succeeded => Outcome::Succeeded(deployment),
            Phase::Cancelled => Outcome::Cancelled(deployment),
            _ => {
                let mut failure = Failure::new(deployment);
                if self.options.log_tail > 0 && self.deployer.offers(Method::Logs) {
                    // The outcome is known; reading the log may use a little more time than was left for waiting.
                    let limit = deadline.max(after(LOG_TIME));
                    // Coolify appends the summary of a failure to the log after the status has become `failed`.
                    if let Some(next_poll) = self.next_poll {
                        sleep_until(next_poll.min(after(LOG_SETTLES))).await;
                    }
                    match self.log_tail(&failure.deployment.id, limit).await {
                        Ok(log) => failure.log = Some(log),
                        Err(error) => failure.log_error = Some(error),
                    }
                }
                Outcome::Failed(failure)
            }
        }
    }

    async fn log_tail(&self, id: &DeploymentId, limit: Instant) -> Result<LogPage> {
        timeout_at(limit, self.deployer.logs_of(id, LogOptions::tail(self.options.log_tail))).await.unwrap_or_else(
            |_| {
                let error = Error::new(ErrorKind::TimedOut, "the log was not read in time");
                Err(error.with_platform(self.deployer.platform()).with_advice(""))
            },
        )
    }

    /// The deployment is not known to the platform, which is no reason to deploy again blindly.
    fn lost(&mut self, error: Error) -> WatchEvent {
        let error = error.with_safe_to_repeat(false);
        let last = self.last.take();
        let error = match &last {
            // Its id and the token were good enough to read it, or to start it.
            Some(last) => error.with_advice(format!(
                "{} ago it was {}; read the target's deployments before deploying again",
                self.age_of_last(),
                last.status
            )),
            None => error,
        };
        WatchEvent::Ended(Outcome::Lost(Loss::new(last, error)))
    }

    /// What is reported at the deadline.
    fn out_of_time(&mut self) -> Result<WatchEvent> {
        match self.polls.missing.take() {
            Some(error) => Ok(self.lost(error)),
            None => Err(self.timed_out()),
        }
    }

    fn timed_out(&mut self) -> Error {
        let waited = seconds(self.began.map_or(Duration::ZERO, |began| began.elapsed()));
        let age = self.age_of_last();
        let last = self.last.take();
        let failing = self.polls.failing_since.map(|since| seconds(since.elapsed()));
        let message = match (&failing, &last) {
            (None, Some(last)) => {
                format!("the deployment was not over after {waited}; last seen {age} ago: {}", last.status)
            }
            (None, None) => format!("the deployment was not over after {waited}"),
            (Some(failing), Some(last)) => format!(
                "whether the deployment is over is not known after {waited}: reads have failed for {failing}; \
                 {age} ago it was {}",
                last.status
            ),
            (Some(failing), None) => format!(
                "whether the deployment is over is not known after {waited}: reads have failed for {failing}, and nothing \
                 was seen of it; its id is {}",
                self.id
            ),
        };
        let mut error =
            Error::new(ErrorKind::TimedOut, message).with_platform(self.deployer.platform()).with_last(last);
        if failing.is_some() {
            error = error.with_advice("watch its id again to learn its outcome");
        }
        match self.polls.failure.take() {
            Some(failure) => error.with_source(failure),
            None => error,
        }
    }

    fn age_of_last(&self) -> String {
        seconds(self.read_at.map_or(Duration::ZERO, |at| at.elapsed()))
    }
}

/// A time for people to read.
fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(1) { format!("{} ms", time.as_millis()) } else { format!("{} s", time.as_secs()) }
}
