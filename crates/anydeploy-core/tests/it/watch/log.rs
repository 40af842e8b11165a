//! When the log of a failed deployment is read, and how long that may take.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anydeploy_core::{
    Capabilities, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, ErrorKind, LogOptions, LogPage, Logs,
    Outcome, Phase, Platform, Result, TargetKind, WatchOptions,
};
use futures::future::{BoxFuture, FutureExt};
use tokio::time::{Instant, sleep};

use super::{id, seen};

/// A deployment that failed some time ago, and whose log gets its summary later than its status.
#[derive(Clone, Debug)]
struct LateSummary {
    /// When a poll first saw the failure.
    failed: Arc<Mutex<Option<Instant>>>,
    /// How long after that the summary stands in the log.
    summary_after: Duration,
    /// How long a read of the log takes.
    log_takes: Duration,
}

impl LateSummary {
    fn new(summary_after: u64, log_takes: Duration) -> Self {
        Self { failed: Arc::default(), summary_after: Duration::from_millis(summary_after), log_takes }
    }
}

impl Deployer for LateSummary {
    fn platform(&self) -> Platform {
        Platform::new("late")
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new().with_kind(TargetKind::Application, &[])
    }

    fn deploy<'a>(&'a self, _: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        std::future::pending().boxed()
    }

    fn deployment<'a>(&'a self, _: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.failed.lock().unwrap().get_or_insert_with(Instant::now);
        async { Ok(seen(Phase::Failed, "failed")) }.boxed()
    }

    fn logs(&self) -> Option<&dyn Logs> {
        Some(self)
    }
}

impl Logs for LateSummary {
    fn read_log<'a>(&'a self, _: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        let age = self.failed.lock().unwrap().map(|failed| failed.elapsed()).unwrap_or_default();
        let text = if age >= self.summary_after { "building\nerror: no space left" } else { "building" };
        async move {
            sleep(self.log_takes).await;
            Ok(LogPage::from_text(text, options))
        }
        .boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_of_a_failure_is_read_an_interval_after_the_status() {
    for options in [WatchOptions::default(), WatchOptions::within(Duration::ZERO)] {
        let outcome = LateSummary::new(900, Duration::ZERO).watch(&id(), options).await.unwrap();
        assert_eq!(outcome.reason(), Some("error: no space left"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_does_not_wait_a_long_interval_for_its_log() {
    let minute = Duration::from_mins(1);
    let options = WatchOptions::default().with_intervals(minute, minute);
    let started = Instant::now();
    LateSummary::new(0, Duration::ZERO).watch(&id(), options).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_failure_at_the_deadline_has_ten_seconds_for_its_log() {
    let started = Instant::now();
    let slow = LateSummary::new(0, Duration::from_secs(8));
    let outcome = slow.watch(&id(), WatchOptions::within(Duration::ZERO)).await.unwrap();
    assert_eq!(outcome.reason(), Some("error: no space left"));
    assert!((8..=10).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_log_that_never_comes_does_not_hide_the_failure() {
    let started = Instant::now();
    let silent = LateSummary::new(0, Duration::MAX);
    let Outcome::Failed(failure) = silent.watch(&id(), WatchOptions::within(Duration::ZERO)).await.unwrap() else {
        panic!("not a failure");
    };
    assert_eq!(started.elapsed().as_secs(), 10);
    let error = failure.log_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(!error.to_string().contains("goes on"), "{error}");
    assert_eq!(failure.deployment.status.phase, Phase::Failed);
}
