//! The polls of a watch, many in one step of the engine.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anydeploy_core::{Deployer, DeployerExt, DeploymentId, Error, ErrorKind, Outcome, WatchEvent};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use crate::WatchOrder;

/// How many polls one step makes at most, at the longest interval.
///
/// Each step is two entries of the journal, which the engine sends again whenever a handler resumes.
const POLLS: u32 = 50;

/// The longest that a step takes: less than the time after which the engine gives up an attempt without progress.
const LONGEST: Duration = Duration::from_mins(5);

/// What a step learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Seen {
    /// It is not over; this is its newest id.
    Open(DeploymentId),
    /// The watch is over.
    Over(Box<Result<Outcome, Error>>),
}

/// Reads a deployment until it is over, its deadline has passed, or a step has taken its time.
///
/// The polls are those of a [`Watch`](anydeploy_core::Watch), so that the watches of a worker share the reads of their
/// deployer, and failed polls are tolerated as there.
pub(crate) async fn poll(deployer: Arc<dyn Deployer>, order: WatchOrder) -> Seen {
    let longest = order.options.longest_interval.max(deployer.capabilities().poll_interval);
    let ends = Instant::now() + longest.saturating_mul(POLLS).min(LONGEST);
    let mut newest = order.id.clone();
    let mut watch = deployer.watch(&order.id, order.options);
    loop {
        match timeout_at(ends, watch.next()).await {
            Err(_) => return Seen::Open(newest),
            Ok(Some(Ok(WatchEvent::Changed(deployment)))) => newest = deployment.id,
            Ok(Some(Ok(WatchEvent::Ended(outcome)))) => return Seen::Over(Box::new(Ok(outcome))),
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(error))) => return Seen::Over(Box::new(Err(error))),
            Ok(None) => {
                let error = Error::new(ErrorKind::Unreadable, "the watch ended without an outcome").of_read();
                return Seen::Over(Box::new(Err(error)));
            }
        }
    }
}

/// The order as it is watched from now on, whichever process goes on: its deadline is a moment.
pub(crate) fn begin(mut order: WatchOrder, now: SystemTime) -> WatchOrder {
    let options = &mut order.options;
    let ends = now.checked_add(options.deadline);
    options.until = match (options.until, ends) {
        (Some(until), Some(ends)) => Some(until.min(ends)),
        (until, ends) => until.or(ends),
    };
    options.deadline = Duration::MAX;
    // The engine stores what a step answers.
    options.log_tail = 0;
    order
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
    use anydeploy_core::{DeployRequest, Target, WatchOptions};

    use super::*;

    #[test]
    fn a_deadline_becomes_a_moment_that_no_restart_moves() {
        let id: DeploymentId = "memory:application:web?deployment=1".parse().unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let until = |options| begin(WatchOrder::new("p", id.clone(), options), now).options.until;
        let minute = Duration::from_mins(1);
        assert_eq!(until(WatchOptions::within(minute)), Some(now + minute));
        assert_eq!(until(WatchOptions::until(now + minute)), Some(now + minute));
        let mut both = WatchOptions::until(now + minute * 2);
        both.deadline = minute;
        assert_eq!(until(both), Some(now + minute));
        let begun = begin(WatchOrder::new("p", id, WatchOptions::default().with_log_tail(50)), now);
        assert_eq!((begun.options.deadline, begun.options.log_tail), (Duration::MAX, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_ends_after_its_polls_and_the_next_one_sees_the_end() {
        let (memory, web) = (MemoryDeployer::new().with_application("web"), Target::application("web"));
        memory.always(&web, Script::Hangs);
        let id = memory.deploy(&DeployRequest::new(web)).await.unwrap().id;
        let interval = Duration::from_secs(1);
        let options = WatchOptions::within(Duration::from_hours(1)).with_intervals(interval, interval);
        let order = begin(WatchOrder::new("p", id.clone(), options), SystemTime::now());
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
