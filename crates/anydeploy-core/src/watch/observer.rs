//! One watch: its polls, and its state between two of them.

use std::mem;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::Span;

use super::event::WatchEvent;
use super::options::{WatchOptions, after};
use super::outcome::{Failure, Loss, Outcome};
use super::polls::{Next, Polls};

use crate::hub::{Ticket, Turn};
use crate::{
    Backoff, Deployer, Deployment, DeploymentId, Error, ErrorKind, LogOptions, LogPage, Logs, Phase, Result, telemetry,
};

/// How long the watch waits at most before it reads the log of a failure.
const MAX_LOG_PAUSE: Duration = Duration::from_secs(5);

/// How long the log of a failure may take, also beyond the deadline.
const MAX_LOG_READ: Duration = Duration::from_secs(10);

/// What to do after an error of a poll of a deployment that was triggered or read before.
const WATCH_AGAIN: &str = "this does not stop the deployment: watch its id again to learn its outcome";

/// What to do after an error of a poll of the deployment that has to end before another one is triggered.
const DEPLOY_AGAIN: &str = "nothing was triggered, so it is safe to deploy again";

/// One watch: what it polls, and its state.
pub(super) struct Observer<D> {
    deployer: D,
    id: DeploymentId,
    options: WatchOptions,
    intervals: Backoff,
    state: State,
    polls: Polls,
    span: Span,
    /// Its place in the hub of the deployer, if that has one; it is taken with the first poll.
    ticket: Option<Ticket>,
    /// Its leave to read alone, if it has one.
    permit: Option<OwnedSemaphorePermit>,
    /// The deployment as it was read last, and when.
    last: Option<(Deployment, Instant)>,
    /// What an error of a poll advises if there is a `last`.
    next_step: &'static str,
    /// Who hears of each poll that has ended, if anybody does.
    polled: Option<watch::Sender<()>>,
}

/// The state of a watch.
enum State {
    /// Nothing was polled yet; a watch may be made long before it is awaited, so its time begins with the first poll
    /// unless it was given a deadline.
    New { deadline: Option<Instant> },
    /// The deployment was not over at the last poll.
    Polling(Times),
    /// This deployment is over, which was reported as a change; its outcome comes next.
    Over(Box<Deployment>, Times),
    /// The outcome or an error was reported.
    Ended,
}

/// The moments that a watch keeps to.
#[derive(Clone, Copy, Debug)]
struct Times {
    began: Instant,
    deadline: Instant,
    /// When the next poll is due; `None` is at once.
    next_poll: Option<Instant>,
}

impl<D: Deployer> Observer<D> {
    pub(super) fn new(deployer: D, id: DeploymentId, options: WatchOptions) -> Self {
        let intervals = options.intervals(&deployer);
        let state = State::New { deadline: None };
        let span = telemetry::watch(id.target());
        Self {
            deployer,
            id,
            options,
            intervals,
            state,
            polls: Polls::default(),
            span,
            ticket: None,
            permit: None,
            last: None,
            next_step: WATCH_AGAIN,
            polled: None,
        }
    }

    /// The same observer, which signals each poll that has ended.
    pub(super) fn signalling(mut self, polled: watch::Sender<()>) -> Self {
        self.polled = Some(polled);
        self
    }

    /// The same observer, which knows this state already.
    pub(super) fn knowing(mut self, known: Deployment, deadline: Option<Instant>) -> Self {
        self.last = Some((known, Instant::now()));
        self.state = State::New { deadline };
        self
    }

    /// The same observer, of a deployment that has to end before the caller's own is triggered.
    pub(super) fn of_earlier(mut self) -> Self {
        self.next_step = DEPLOY_AGAIN;
        self
    }

    /// The span in which it polls.
    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// Polls until there is something to report; `None` after the last event.
    pub(super) async fn next(&mut self) -> Option<Result<WatchEvent>> {
        let times = match mem::replace(&mut self.state, State::Ended) {
            State::New { deadline } => {
                let deadline = deadline.unwrap_or_else(|| self.options.ends_at());
                self.ticket = self
                    .deployer
                    .hub()
                    .map(|hub| hub.join(&self.id, self.options.first_interval, self.options.longest_interval));
                Times { began: Instant::now(), deadline, next_poll: None }
            }
            State::Polling(times) => times,
            State::Over(deployment, times) => {
                return Some(Ok(WatchEvent::Ended(self.outcome_of(*deployment, times).await)));
            }
            State::Ended => return None,
        };
        let event = self.poll(times).await;
        if !matches!(self.state, State::Polling(_)) {
            // It polls no more, though the watch may be kept.
            (self.ticket, self.permit) = (None, None);
        }
        Some(event)
    }

    /// Polls until there is something to report.
    async fn poll(&mut self, mut times: Times) -> Result<WatchEvent> {
        loop {
            let Some(turn) = self.turn(&times).await else { return self.out_of_time(times.began) };
            let began = Instant::now();
            // A poll that has begun gets time for its answer even after the deadline: a watch that is resumed late
            // still reports a deployment that is over as over.
            let limit = times.deadline.max(after(self.options.min_poll_time));
            let answer = match turn {
                Turn::Read(answer) => {
                    self.permit = None;
                    Ok(*answer)
                }
                Turn::Alone => timeout_at(limit, self.read_alone()).await,
            };
            if let Some(polled) = &self.polled {
                polled.send_replace(());
            }
            match answer {
                Err(_) => {
                    self.polls.unanswered(began);
                    return self.out_of_time(times.began);
                }
                Ok(Ok(deployment)) => {
                    self.polls.succeeded();
                    times.next_poll = Some(after(self.intervals.pause(None)));
                    if let Some(event) = self.read(deployment, times) {
                        return Ok(event);
                    }
                }
                Ok(Err(error)) => match self.polls.failed(error, began, &self.options) {
                    Next::Poll { at_least, error, tolerated } => {
                        times.next_poll = Some(after(self.intervals.pause(at_least)));
                        self.state = State::Polling(times);
                        return Ok(WatchEvent::Trouble { error, in_a_row: self.polls.in_a_row, tolerated });
                    }
                    Next::End(error) => return Err(self.ended_by(error)),
                    Next::Lost(error) => return Ok(self.lost(error)),
                },
            }
        }
    }

    /// Waits for what a batch reads or until the next poll is due; `None` at the deadline.
    async fn turn(&self, times: &Times) -> Option<Turn> {
        let due = times.next_poll.unwrap_or_else(Instant::now);
        let Some(ticket) = &self.ticket else {
            sleep_until(due.min(times.deadline)).await;
            return (times.next_poll.is_none() || due < times.deadline).then_some(Turn::Alone);
        };
        // A watch without time to wait for a batch polls at once.
        if times.next_poll.is_none() && times.deadline <= after(self.options.min_poll_time) {
            return Some(Turn::Alone);
        }
        match timeout_at(times.deadline, ticket.next(due)).await {
            Ok(turn) => Some(turn),
            // Batches may be slow where the rate limit is used up, so the end of the deployment may not be known yet.
            Err(_) if ticket.is_covered() && self.last_is_stale() => Some(Turn::Alone),
            Err(_) => None,
        }
    }

    /// Whether the last read is older than the longest time between two polls.
    fn last_is_stale(&self) -> bool {
        self.last.as_ref().is_none_or(|(_, read_at)| read_at.elapsed() > self.options.longest_interval)
    }

    /// Reads the deployment by a request of its own.
    async fn read_alone(&mut self) -> Result<Deployment> {
        if self.permit.is_none()
            && let Some(ticket) = &self.ticket
        {
            self.permit = ticket.permit().await;
        }
        let answer = self.deployer.deployment(&self.id).await;
        // Who has to wait keeps its place, so that none that ended later is read before it.
        let must_wait = answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::RateLimited);
        if !must_wait {
            self.permit = None;
        }
        let wait = answer.as_ref().err().filter(|_| must_wait).and_then(Error::retry_after);
        if let (Some(ticket), Some(wait)) = (&self.ticket, wait) {
            ticket.refused(wait);
        }
        answer
    }

    /// Records what was read, and reports what is new in it.
    fn read(&mut self, deployment: Deployment, times: Times) -> Option<WatchEvent> {
        // What an adapter learns makes the id more precise; later polls start from the best one.
        if self.id != deployment.id {
            self.id = deployment.id.clone();
            self.ticket.iter().for_each(|ticket| ticket.set_id(&self.id));
        }
        let last = self.last.replace((deployment.clone(), Instant::now())).map(|(last, _)| last);
        self.state = State::Polling(times);
        if last.as_ref().is_none_or(|last| last.identity != deployment.identity) {
            telemetry::identified(&deployment);
        }
        if deployment.is_over() {
            self.state = State::Over(Box::new(deployment.clone()), times);
            return Some(WatchEvent::Changed(deployment));
        }
        let is_same =
            last.as_ref().is_some_and(|last| last.status == deployment.status && last.identity == deployment.identity);
        if !is_same {
            return Some(WatchEvent::Changed(deployment));
        }
        let before = last.and_then(|last| last.progress);
        deployment.progress.filter(|progress| before.as_ref() != Some(progress)).map(WatchEvent::Progress)
    }

    async fn outcome_of(&self, deployment: Deployment, times: Times) -> Outcome {
        match deployment.status.phase {
            Phase::Succeeded => Outcome::Succeeded(deployment),
            Phase::Cancelled => Outcome::Cancelled(deployment),
            Phase::Superseded => Outcome::Superseded(deployment),
            _ => {
                let mut failure = Failure::new(deployment);
                if self.options.log_tail > 0
                    && let Some(logs) = self.deployer.logs()
                {
                    // The outcome is known; reading the log may use a little more time than was left for waiting.
                    let limit = times.deadline.max(after(MAX_LOG_READ));
                    // A platform may append the summary of a failure to the log after it has reported the failure.
                    if let Some(next_poll) = times.next_poll {
                        sleep_until(next_poll.min(after(MAX_LOG_PAUSE))).await;
                    }
                    match self.log_tail(logs, &failure.deployment.id, limit).await {
                        Ok(log) => failure.log = Some(log),
                        Err(error) => failure.log_error = Some(error),
                    }
                }
                Outcome::Failed(failure)
            }
        }
    }

    async fn log_tail(&self, logs: &dyn Logs, id: &DeploymentId, limit: Instant) -> Result<LogPage> {
        let read = logs.read_log(id, LogOptions::tail(self.options.log_tail));
        timeout_at(limit, read).await.unwrap_or_else(|_| {
            let error = Error::new(ErrorKind::TimedOut, "the log was not read in time");
            Err(error.with_platform(self.deployer.platform()).with_advice(""))
        })
    }

    /// The error of the last poll; its advice says what holds for the deployment as well.
    fn ended_by(&mut self, error: Error) -> Error {
        let Some(last) = self.take_last() else { return error };
        let advice = match error.advice() {
            "" => self.next_step.to_owned(),
            // After a transient failure there is nothing to repair.
            _ if error.is_transient() => self.next_step.to_owned(),
            advice => format!("{advice}; {}", self.next_step),
        };
        error.with_advice(advice).with_last(Some(last))
    }

    /// The platform does not know the deployment; the advice asks to read before deploying again.
    fn lost(&mut self, error: Error) -> WatchEvent {
        let age = self.age_of_last();
        let last = self.take_last();
        let error = match &last {
            // The id and the token have worked before, so the advice does not question them.
            Some(last) => error.with_advice(format!(
                "{age} ago it was {}; read the target's deployments before deploying again",
                last.status
            )),
            None => error,
        };
        WatchEvent::Ended(Outcome::Lost(Loss::new(last, error)))
    }

    /// What is reported at the deadline.
    fn out_of_time(&mut self, began: Instant) -> Result<WatchEvent> {
        match self.polls.missing.take() {
            Some(error) => Ok(self.lost(error)),
            None => Err(self.timed_out(began)),
        }
    }

    fn timed_out(&mut self, began: Instant) -> Error {
        let waited = seconds(began.elapsed());
        let age = self.age_of_last();
        let last = self.take_last();
        let failing = self.polls.first_failed_at.map(|at| seconds(at.elapsed()));
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
        seconds(self.last.as_ref().map_or(Duration::ZERO, |(_, read_at)| read_at.elapsed()))
    }

    fn take_last(&mut self) -> Option<Deployment> {
        self.last.take().map(|(last, _)| last)
    }
}

/// A time for people to read.
pub(super) fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(1) { format!("{} ms", time.as_millis()) } else { format!("{} s", time.as_secs()) }
}
