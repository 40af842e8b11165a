//! The same platform, seen through a layer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use super::{Case, Ending, Harness, Received, RequestOption};
use crate::{DeployRequest, Deployer, DeploymentId, Method, Selection, Target, WatchOptions};

/// A harness whose deployers stand behind something else: a layer, or a pointer.
///
/// Whatever an implementation keeps, it must keep through every layer:
///
/// ```
/// use std::sync::Arc;
///
/// use anydeploy_core::{DeployerExt, Retry};
/// use anydeploy_core::testing::conformance::{self, Harness, Through};
///
/// # async fn run(harness: &dyn Harness) {
/// let report = conformance::run(&Through::new(harness, |deployer| Arc::new(deployer.layered(Retry::new())))).await;
/// assert!(report.is_kept(), "{report}");
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Through<'a, F> {
    harness: &'a dyn Harness,
    wrap: F,
}

impl<'a, F> Through<'a, F>
where
    F: Fn(Arc<dyn Deployer>) -> Arc<dyn Deployer> + Send + Sync,
{
    /// The same harness, each deployer wrapped.
    pub fn new(harness: &'a dyn Harness, wrap: F) -> Self {
        Self { harness, wrap }
    }
}

impl<F> fmt::Debug for Through<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Through").finish_non_exhaustive()
    }
}

#[deny(clippy::missing_trait_methods)]
impl<F> Harness for Through<'_, F>
where
    F: Fn(Arc<dyn Deployer>) -> Arc<dyn Deployer> + Send + Sync,
{
    fn deployer(&self) -> Arc<dyn Deployer> {
        (self.wrap)(self.harness.deployer())
    }

    fn target<'a>(&'a self, endings: &'a [Ending]) -> BoxFuture<'a, Option<Target>> {
        self.harness.target(endings)
    }

    fn malformed_ids(&self) -> Vec<DeploymentId> {
        self.harness.malformed_ids()
    }

    fn let_time_pass(&self) -> BoxFuture<'_, ()> {
        self.harness.let_time_pass()
    }

    fn watch_options(&self) -> WatchOptions {
        self.harness.watch_options()
    }

    fn observation_time(&self) -> Duration {
        self.harness.observation_time()
    }

    fn case_limit(&self) -> Duration {
        self.harness.case_limit()
    }

    fn case_starts(&self, case: &Case) {
        self.harness.case_starts(case);
    }

    fn triggers<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        self.harness.triggers(target)
    }

    fn requests(&self) -> BoxFuture<'_, Option<u64>> {
        self.harness.requests()
    }

    fn lose_next_answer(&self) -> BoxFuture<'_, bool> {
        self.harness.lose_next_answer()
    }

    fn lose_next_trigger(&self) -> BoxFuture<'_, bool> {
        self.harness.lose_next_trigger()
    }

    fn lose_next_read(&self) -> BoxFuture<'_, bool> {
        self.harness.lose_next_read()
    }

    fn received<'a>(&'a self, target: &'a Target, option: RequestOption) -> BoxFuture<'a, Received> {
        self.harness.received(target, option)
    }

    fn unknown_target(&self) -> Option<Target> {
        self.harness.unknown_target()
    }

    fn absent_id(&self) -> Option<DeploymentId> {
        self.harness.absent_id()
    }

    fn foreign_id(&self) -> DeploymentId {
        self.harness.foreign_id()
    }

    fn request_with(&self, option: RequestOption) -> BoxFuture<'_, Option<DeployRequest>> {
        self.harness.request_with(option)
    }

    fn request_that_runs_another_revision(&self) -> BoxFuture<'_, Option<DeployRequest>> {
        self.harness.request_that_runs_another_revision()
    }

    fn running_target(&self) -> BoxFuture<'_, Option<Target>> {
        self.harness.running_target()
    }

    fn stopped_target(&self) -> BoxFuture<'_, Option<Target>> {
        self.harness.stopped_target()
    }

    fn target_in_an_unknown_state(&self) -> BoxFuture<'_, Option<Target>> {
        self.harness.target_in_an_unknown_state()
    }

    fn target_with_history(&self) -> BoxFuture<'_, Option<Target>> {
        self.harness.target_with_history()
    }

    fn writes<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        self.harness.writes(target)
    }

    fn builds<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        self.harness.builds(target)
    }

    fn lose_next_write(&self, method: Method, acted_on: bool) -> BoxFuture<'_, bool> {
        self.harness.lose_next_write(method, acted_on)
    }

    fn change_variable<'a>(&'a self, target: &'a Target, key: &'a str) -> BoxFuture<'a, bool> {
        self.harness.change_variable(target, key)
    }

    fn refuse_variable_after(&self, writes: usize) -> BoxFuture<'_, bool> {
        self.harness.refuse_variable_after(writes)
    }

    fn setting_of<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Option<String>> {
        self.harness.setting_of(request)
    }

    fn change_setting<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, bool> {
        self.harness.change_setting(request)
    }

    fn refuse_next_trigger(&self) -> BoxFuture<'_, bool> {
        self.harness.refuse_next_trigger()
    }

    fn selection(&self) -> BoxFuture<'_, Option<(Selection, Vec<Target>)>> {
        self.harness.selection()
    }

    fn secrets(&self) -> Vec<String> {
        self.harness.secrets()
    }
}
