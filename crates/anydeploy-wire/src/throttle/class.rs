//! How urgent a request is.

use std::time::Duration;

use tokio::task_local;

use crate::operation::Method;

/// How urgent a request is: of those that wait, the first class is sent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Changes something; every request but a GET is of this class.
    Trigger,
    /// Reads what a caller waits for; a GET is of this class, unless [`as_class`] says otherwise.
    Read,
    /// Reads what is read again and again, such as the state of deployments that are watched.
    Tick,
}

/// How long a tick waits at least before it is given up: as long as a watch relies on the last one.
const TICK_PATIENCE: Duration = Duration::from_mins(5);

task_local! {
    static SCOPE: Class;
}

/// Runs a future whose reads are of this class.
///
/// What it sends besides reads stays [`Class::Trigger`], and what it spawns is not affected.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::throttle::{Class, as_class};
/// use anydeploy_wire::{Http, Method, Operation};
///
/// const LIST: Operation = Operation::new(Method::Get, "list-deployments", "/deployments");
///
/// # async fn run(http: Http) -> Result<(), anydeploy_wire::Error> {
/// // Reads and triggers that wait go first.
/// let active = as_class(Class::Tick, http.request(&LIST).send()).await?;
/// # let _ = active;
/// # Ok(())
/// # }
/// ```
pub async fn as_class<F: Future>(class: Class, future: F) -> F::Output {
    SCOPE.scope(class, future).await
}

impl Class {
    /// The class of a request of the running task.
    pub(crate) fn of(method: Method) -> Self {
        match method {
            Method::Get => SCOPE.try_with(|class| *class).unwrap_or(Self::Read),
            _ => Self::Trigger,
        }
    }

    /// The longest wait of a request with this timeout.
    ///
    /// A trigger keeps half of its time for the answer, without which its outcome is unknown.
    /// A tick waits for long, because a budget that is used up slows ticks down, and does not fail them.
    pub(crate) fn patience(self, timeout: Duration) -> Duration {
        match self {
            Self::Trigger => timeout / 2,
            Self::Read => timeout,
            Self::Tick => timeout.max(TICK_PATIENCE),
        }
    }

    /// The time for the request itself, with its answer, after it has waited so long.
    ///
    /// The search for a trigger whose answer is lost relies on its end within the timeout, the wait included.
    pub(crate) fn time_left(self, timeout: Duration, waited: Duration) -> Duration {
        if self == Self::Trigger { timeout.saturating_sub(waited) } else { timeout }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_scope_changes_the_class_of_reads_alone() {
        assert_eq!(Class::of(Method::Get), Class::Read);
        for class in [Class::Trigger, Class::Read, Class::Tick] {
            as_class(class, async {
                assert_eq!(Class::of(Method::Get), class);
                for method in [Method::Post, Method::Put, Method::Patch, Method::Delete] {
                    assert_eq!(Class::of(method), Class::Trigger);
                }
            })
            .await;
        }
    }

    #[test]
    fn a_tick_waits_for_as_long_as_a_watch_relies_on_the_last_one() {
        let (second, hour) = (Duration::from_secs(1), Duration::from_hours(1));
        assert_eq!((Class::Tick.patience(second), Class::Tick.patience(hour)), (TICK_PATIENCE, hour));
        assert_eq!(Class::Tick.time_left(second, TICK_PATIENCE), second);
    }

    #[test]
    fn a_trigger_waits_and_is_answered_within_its_timeout() {
        let timeout = Duration::from_secs(30);
        for waited in [0, 1, 15].map(Duration::from_secs) {
            assert_eq!(waited + Class::Trigger.time_left(timeout, waited), timeout);
            assert_eq!(Class::Read.time_left(timeout, waited), timeout);
        }
        assert!(Class::Trigger.patience(timeout) < timeout);
    }
}
