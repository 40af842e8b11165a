//! The polls of a watch, many in one step of the engine.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anydeploy_core::{
    Deployer, DeployerExt, DeploymentId, Error, ErrorKind, HealthWait, Outcome, Verdict, WatchEvent, WatchOptions,
};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use crate::{HealthOrder, WatchOrder};

/// How many polls one step makes at most, at the longest interval.
///
/// Each step is two entries of the journal, which the engine sends again whenever a handler resumes.
const POLLS: u32 = 50;

/// The longest that a step takes: less than the ten minutes without progress after which the engine gives up an attempt of
/// the services that poll, and enough for as many polls at the default interval.
const LONGEST: Duration = Duration::from_mins(9);

/// What a step learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Seen {
    /// It is not over; this is its newest id.
    Open(DeploymentId),
    /// The watch is over.
    Over(Box<Result<Outcome, Error>>),
}

/// What a step learned of the health of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Read {
    /// It is not decided; this is what was read so far.
    Open(Box<HealthWait>),
    /// The wait is over.
    Decided(Result<Verdict, Error>),
}

/// How long a step takes that polls so.
fn length(deployer: &dyn Deployer, options: &WatchOptions) -> Duration {
    let first = options.first_interval.unwrap_or_else(|| deployer.capabilities().poll_interval);
    options.longest_interval.max(first).saturating_mul(POLLS).min(LONGEST)
}

/// Reads a deployment until it is over, its deadline has passed, or a step has taken its time.
///
/// The polls are those of a [`Watch`](anydeploy_core::Watch), so that the watches of a worker share the reads of their
/// deployer, and failed polls are tolerated as there.
pub(crate) async fn poll(deployer: Arc<dyn Deployer>, order: WatchOrder) -> Seen {
    let ends = Instant::now() + length(&*deployer, &order.options);
    let mut newest = order.id.clone();
    let mut watch = deployer.watch(&order.id, order.options);
    loop {
        match timeout_at(ends, watch.next()).await {
            Err(_) => return Seen::Open(newest),
            Ok(Some(Ok(WatchEvent::Changed(deployment)))) => newest = deployment.id,
            Ok(Some(Ok(WatchEvent::Ended(outcome)))) => return Seen::Over(Box::new(Ok(without_log(outcome)))),
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(error))) => return Seen::Over(Box::new(Err(error))),
            Ok(None) => {
                let error = Error::new(ErrorKind::Unreadable, "the watch ended without an outcome").of_read();
                return Seen::Over(Box::new(Err(error)));
            }
        }
    }
}

/// An outcome without its log, which the engine would store and show; what the log says of the reason is kept.
fn without_log(outcome: Outcome) -> Outcome {
    let Outcome::Failed(mut failure) = outcome else { return outcome };
    failure.deployment.reason = failure.reason().map(str::to_owned);
    failure.log = None;
    Outcome::Failed(failure)
}

/// Reads the health of a target until it is decided, its deadline has passed, or a step has taken its time.
pub(crate) async fn read_health(deployer: Arc<dyn Deployer>, order: HealthOrder, mut wait: HealthWait) -> Read {
    let at_most = length(&*deployer, &order.options);
    match wait.step(&*deployer, &order.target, &order.options, at_most).await {
        Ok(None) => Read::Open(Box::new(wait)),
        Ok(Some(verdict)) => Read::Decided(Ok(verdict)),
        Err(error) => Read::Decided(Err(error)),
    }
}

/// The options as they hold from now on, whichever process goes on: their deadline is a moment.
pub(crate) fn begin(mut options: WatchOptions, now: SystemTime) -> WatchOptions {
    let ends = now.checked_add(options.deadline);
    options.until = match (options.until, ends) {
        (Some(until), Some(ends)) => Some(until.min(ends)),
        (until, ends) => until.or(ends),
    };
    options.deadline = Duration::MAX;
    options
}

/// The order after a step that did not see the end.
pub(crate) fn go_on(mut order: WatchOrder, newest: DeploymentId) -> WatchOrder {
    order.id = newest;
    // The short intervals are for the beginning.
    order.options.first_interval = order.options.first_interval.map(|_| order.options.longest_interval);
    order
}

#[cfg(test)]
mod tests {
    use anydeploy_core::testing::{MemoryDeployer, Script};
    use anydeploy_core::{
        DeployRequest, Deployment, DeploymentStatus, Failure, Identity, LogLine, LogOptions, LogPage, Phase, Target,
    };

    use super::*;

    #[test]
    fn a_deadline_becomes_a_moment_that_no_restart_moves() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let until = |options| begin(options, now).until;
        let minute = Duration::from_mins(1);
        assert_eq!(until(WatchOptions::within(minute)), Some(now + minute));
        assert_eq!(until(WatchOptions::until(now + minute)), Some(now + minute));
        let mut both = WatchOptions::until(now + minute * 2);
        both.deadline = minute;
        assert_eq!(until(both), Some(now + minute));
        assert_eq!(begin(WatchOptions::default(), now).deadline, Duration::MAX);
    }

    #[test]
    fn the_engine_is_given_the_reason_of_a_failure_and_no_log() {
        let id: DeploymentId = "memory:application:web?deployment=1".parse().unwrap();
        let deployment = Deployment::new(id, Identity::Exact, DeploymentStatus::new(Phase::Failed, "failed"));
        let mut failure = Failure::new(deployment);
        let lines = ["fetching", "error: the registry refused the image"].map(LogLine::new);
        failure.log = Some(LogPage::last_of(lines.to_vec(), LogOptions::tail(50)));
        let outcome = Outcome::Failed(failure);
        let reason = outcome.reason().map(str::to_owned);
        assert!(reason.as_deref().is_some_and(|reason| reason.contains("the registry refused")), "{reason:?}");
        let kept = without_log(outcome);
        assert_eq!((kept.reason().map(str::to_owned), kept.log()), (reason, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_ends_after_its_polls_and_the_next_one_sees_the_end() {
        let (memory, web) = (MemoryDeployer::new().with_application("web"), Target::application("web"));
        memory.always(&web, Script::Hangs);
        let id = memory.deploy(&DeployRequest::new(web)).await.unwrap().id;
        let interval = Duration::from_secs(1);
        let options = WatchOptions::within(Duration::from_hours(1)).with_intervals(interval, interval);
        let order = WatchOrder::new("p", id.clone(), begin(options, SystemTime::now()));
        let calls = memory.calls();
        let Seen::Open(newest) = poll(Arc::new(memory.clone()), order.clone()).await else { panic!("it hangs") };
        // The intervals vary by a fifth.
        assert!((40..=63).contains(&(memory.calls() - calls)), "{}", memory.calls() - calls);
        memory.cancel_deployment(&id).await.unwrap();
        memory.advance(10);
        let Seen::Over(ended) = poll(Arc::new(memory), go_on(order, newest)).await else { panic!("it is over") };
        assert!(matches!(*ended, Ok(Outcome::Cancelled(_))), "{ended:?}");
    }
}
