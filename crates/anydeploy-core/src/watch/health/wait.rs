//! Reading the health of a target until it is decided.

use std::time::Duration;

use chrono::Utc;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::super::options::after;
use super::super::polls::{Next, Polls};
use super::{Healthy, Judge, Verdict};
use crate::json::millis;
use crate::{Backoff, Deployer, Error, ErrorKind, Jitter, Method, Result, Target, WatchOptions};

/// What to do after an error of a wait, which changes nothing.
const AWAIT_AGAIN: &str = "this says nothing about the deployment; await the health again";

/// Into how many polls the time of settling is divided at least.
const POLLS_OF_SETTLING: u32 = 3;

/// What was read so far by a wait for the health of a target, so that another process can go on with it.
///
/// [`DeployerExt::await_health`](crate::DeployerExt::await_health) is such a wait in one step.
/// An engine that stores what each step has answered makes steps of a limited time instead, and stores this value between
/// them.
/// The time between two steps does not count: nobody has seen that the target was healthy meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthWait {
    judge: Judge,
    /// For how long the target was observed, from the first reading of each step to its last.
    #[serde(rename = "observed_ms", with = "millis")]
    observed: Duration,
}

impl HealthWait {
    /// A wait of which nothing was read.
    #[must_use]
    pub fn new(healthy: Healthy) -> Self {
        Self { judge: Judge::new(healthy), observed: Duration::ZERO }
    }

    /// Reads the health of the target until there is a verdict, for at most this time and one interval; `None` if it is
    /// still open then.
    ///
    /// The deadline of the options counts from the beginning of the step: for one of the whole wait give them a
    /// [moment](WatchOptions::until()).
    ///
    /// # Errors
    /// Those of [`DeployerExt::await_health`](crate::DeployerExt::await_health).
    pub async fn step<D: Deployer + ?Sized>(
        &mut self,
        deployer: &D,
        target: &Target,
        options: &WatchOptions,
        at_most: Duration,
    ) -> Result<Option<Verdict>> {
        read_until_decided(self, deployer, target, options, at_most).await
    }
}

/// Reads the health of a target until there is a verdict.
pub(crate) async fn await_health<D: Deployer + ?Sized>(
    deployer: &D,
    target: &Target,
    healthy: Healthy,
    options: WatchOptions,
) -> Result<Verdict> {
    let mut wait = HealthWait::new(healthy);
    loop {
        if let Some(verdict) = wait.step(deployer, target, &options, Duration::MAX).await? {
            return Ok(verdict);
        }
    }
}

async fn read_until_decided<D: Deployer + ?Sized>(
    wait: &mut HealthWait,
    deployer: &D,
    target: &Target,
    options: &WatchOptions,
    at_most: Duration,
) -> Result<Option<Verdict>> {
    let platform = deployer.platform();
    let Some(health) = deployer.health() else {
        return Err(Error::unsupported(platform, Method::Health.purpose()));
    };
    let (began, deadline, step_ends) = (Instant::now(), options.ends_at(), after(at_most));
    let HealthWait { judge, observed } = wait;
    let observed_before = *observed;
    let mut intervals = intervals(deployer, judge.healthy(), options);
    let mut polls = Polls::default();
    // Times count from the first answer, so that a server that does not answer at first shortens nothing.
    let mut first_read = None;
    loop {
        let poll_began = Instant::now();
        let limit = deadline.min(step_ends).max(after(options.min_poll_time));
        let at_least = match timeout_at(limit, health.read_health(target)).await {
            Err(_) => {
                polls.unanswered(poll_began);
                None
            }
            Ok(Ok(reading)) => {
                polls.succeeded();
                let first_read = *first_read.get_or_insert_with(Instant::now);
                *observed = observed_before.saturating_add(first_read.elapsed());
                if let Some(verdict) = judge.take(reading, *observed, Utc::now()) {
                    return Ok(Some(verdict));
                }
                None
            }
            Ok(Err(error)) => match polls.failed(error, poll_began, options) {
                Next::Poll { at_least, .. } => at_least,
                Next::End(error) | Next::Lost(error) => return Err(error.of_read().with_advice(AWAIT_AGAIN)),
            },
        };
        let next_poll = after(intervals.pause(at_least));
        if next_poll >= deadline {
            sleep_until(deadline).await;
            let waited = began.elapsed().as_secs();
            let known =
                judge.last().map_or_else(|| "nothing was read of it".to_owned(), |last| format!("it was last {last}"));
            let message = format!("the health was not decided after {waited} s; {known}");
            let error = Error::new(ErrorKind::TimedOut, message).with_platform(platform).of_read();
            let error = error.with_advice(AWAIT_AGAIN);
            return Err(match polls.failure.take() {
                Some(failure) => error.with_source(failure),
                None => error,
            });
        }
        sleep_until(next_poll.min(step_ends)).await;
        if next_poll >= step_ends {
            return Ok(None);
        }
    }
}

/// The times between two polls: those of a watch, and several within the time of settling.
fn intervals<D: Deployer + ?Sized>(deployer: &D, healthy: &Healthy, options: &WatchOptions) -> Backoff {
    let first = options.intervals(deployer).with_jitter(Jitter::None).pause(None);
    let longest: Duration = healthy.settle.max(first) / POLLS_OF_SETTLING;
    Backoff::new(first, longest.min(options.longest_interval)).with_growth(1.5).with_jitter(Jitter::Fifth)
}
