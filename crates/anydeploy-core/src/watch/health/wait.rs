//! Reading the health of a target until it is decided.

use std::time::Duration;

use chrono::Utc;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::super::options::after;
use super::super::polls::{Next, Polls};
use super::{Healthy, Judge, Verdict};
use crate::{Backoff, Deployer, Error, ErrorKind, Jitter, Method, Result, Target, WatchOptions};

/// What to do after an error of a wait, which changes nothing.
const AWAIT_AGAIN: &str = "this says nothing about the deployment; await the health again";

/// Into how many polls the time of settling is divided at least.
const POLLS_OF_SETTLING: u32 = 3;

/// Reads the health of a target until there is a verdict.
pub(crate) async fn await_health<D: Deployer + ?Sized>(
    deployer: &D,
    target: &Target,
    healthy: Healthy,
    options: WatchOptions,
) -> Result<Verdict> {
    let platform = deployer.platform();
    let Some(health) = deployer.health() else {
        return Err(Error::unsupported(platform, Method::Health.purpose()));
    };
    let (began, deadline) = (Instant::now(), options.ends_at());
    let mut intervals = intervals(deployer, &healthy, &options);
    let (mut judge, mut polls) = (Judge::new(healthy), Polls::default());
    // Times count from the first answer, so that a server that does not answer at first shortens nothing.
    let mut first_read = None;
    loop {
        let poll_began = Instant::now();
        let limit = deadline.max(after(options.min_poll_time));
        let at_least = match timeout_at(limit, health.read_health(target)).await {
            Err(_) => {
                polls.unanswered(poll_began);
                None
            }
            Ok(Ok(reading)) => {
                polls.succeeded();
                let first_read = *first_read.get_or_insert_with(Instant::now);
                if let Some(verdict) = judge.take(reading, first_read.elapsed(), Utc::now()) {
                    return Ok(verdict);
                }
                None
            }
            Ok(Err(error)) => match polls.failed(error, poll_began, &options) {
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
        sleep_until(next_poll).await;
    }
}

/// The times between two polls: those of a watch, and several within the time of settling.
fn intervals<D: Deployer + ?Sized>(deployer: &D, healthy: &Healthy, options: &WatchOptions) -> Backoff {
    let first = options.intervals(deployer).with_jitter(Jitter::None).pause(None);
    let longest: Duration = healthy.settle.max(first) / POLLS_OF_SETTLING;
    Backoff::new(first, longest.min(options.longest_interval)).with_growth(1.5).with_jitter(Jitter::Fifth)
}
