//! What the suite must be given to put an implementation to the test, and the case that is run with it.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt, ready};
use tokio::time::sleep;

use super::verdict::Verdict;
use crate::{DeployRequest, Deployer, DeploymentId, Method, Platform, RequestOption, Selection, Target, WatchOptions};

/// How a deployment is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// It succeeds.
    Succeeds,
    /// It fails.
    Fails,
    /// Someone else, or the platform, stops it.
    Cancelled,
    /// It goes on for longer than [`Harness::observation_time`], and can be cancelled where the platform can.
    Never,
    /// The platform ends up showing a word for it that the implementation does not know.
    UnknownWord,
    /// The platform forgets it before it is over.
    Vanishes,
}

/// What the platform received of an option of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Received {
    /// The harness does not know.
    Unknown,
    /// The request came without it.
    Nothing,
    /// The request came with this: the commit, tag, version, reason or number as text, the event or action in the words
    /// of [`RequestOption::value`], and `true` where the option has no value.
    Value(String),
}

/// A platform under test, as the suite sees it.
///
/// Three methods are required; each of the others makes more cases run, and the report says which were skipped without
/// it.
/// The suite runs one case after the other, and calls the methods of a harness from one task.
pub trait Harness: Send + Sync {
    /// A deployer as another process would build it: one more each time, on the same platform.
    fn deployer(&self) -> Arc<dyn Deployer>;

    /// A target whose next deployments end so, in this order; `None` if the harness has none.
    ///
    /// Each call gives a target on which nothing is under way.
    /// The suite cannot do without targets for a single [`Ending::Succeeds`].
    fn target<'a>(&'a self, endings: &'a [Ending]) -> BoxFuture<'a, Option<Target>>;

    /// Ids of this platform that an implementation must refuse without asking anyone: a detail is missing or not of
    /// its form.
    fn malformed_ids(&self) -> Vec<DeploymentId>;

    /// Lets the platform proceed by one step; repeated often enough, it brings every deployment to its end.
    ///
    /// It is called while a case waits, and may be dropped half-way.
    /// By default it waits for 10 milliseconds, for platforms that proceed by themselves.
    fn let_time_pass(&self) -> BoxFuture<'_, ()> {
        sleep(Duration::from_millis(10)).boxed()
    }

    /// How deployments are watched until they end; by default for at most 20 seconds.
    fn watch_options(&self) -> WatchOptions {
        WatchOptions::within(Duration::from_secs(20))
    }

    /// How long a case watches a deployment that must not end; by default 5 seconds.
    fn observation_time(&self) -> Duration {
        Duration::from_secs(5)
    }

    /// After how long a case that has not come to an end is broken; by default 60 seconds.
    ///
    /// A case waits for up to three deployments, one after the other, so give a platform on which they take minutes more.
    /// Give more as well where a recovery may search for that long before it reports that nothing was triggered.
    fn case_limit(&self) -> Duration {
        Duration::from_mins(1)
    }

    /// Is called before a case runs, so that a case which hangs has a name.
    ///
    /// By default the name is written to the standard error, also where the output of a test is captured.
    fn case_starts(&self, case: &Case) {
        // Without a standard error there is nobody to read it.
        let _ = writeln!(io::stderr(), "conformance: {}", case.name);
    }

    /// How many deployments the platform really started for a target; `None` if the harness does not know.
    fn triggers<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        let _ = target;
        ready(None).boxed()
    }

    /// How many requests the platform has received; `None` if the harness does not know.
    fn requests(&self) -> BoxFuture<'_, Option<u64>> {
        ready(None).boxed()
    }

    /// Takes care that the answer to the next trigger is lost after it was acted on; `false` if that cannot be done.
    fn lose_next_answer(&self) -> BoxFuture<'_, bool> {
        ready(false).boxed()
    }

    /// Takes care that the next trigger never reaches the platform, and that the deployer gets no answer; `false` if that
    /// cannot be done.
    fn lose_next_trigger(&self) -> BoxFuture<'_, bool> {
        ready(false).boxed()
    }

    /// Takes care that the answer to the next read is lost; `false` if that cannot be done.
    fn lose_next_read(&self) -> BoxFuture<'_, bool> {
        ready(false).boxed()
    }

    /// What the platform received of an option with the last trigger of a target.
    ///
    /// Without it the suite can only go by what a deployment reports of itself, which an implementation may have copied
    /// from the request: its commit, title and pull request have to be those of the request, and whether another option
    /// arrived is not known.
    fn received<'a>(&'a self, target: &'a Target, option: RequestOption) -> BoxFuture<'a, Received> {
        let _ = (target, option);
        ready(Received::Unknown).boxed()
    }

    /// A target of a form this platform uses, which does not exist.
    fn unknown_target(&self) -> Option<Target> {
        None
    }

    /// A well-formed id of a deployment that never was.
    fn absent_id(&self) -> Option<DeploymentId> {
        None
    }

    /// The id of a deployment on another platform; by default one of a platform that does not exist.
    fn foreign_id(&self) -> DeploymentId {
        DeploymentId::new(Platform::new("elsewhere"), Target::application("web")).with("deployment", "1")
    }

    /// A request for a target that can be deployed with this option; `None` if the harness has none.
    fn request_with(&self, option: RequestOption) -> BoxFuture<'_, Option<DeployRequest>> {
        let _ = option;
        ready(None).boxed()
    }

    /// A request for a commit or an image tag in place of which the platform will run another one, and succeed; `None` if
    /// the harness has none.
    fn request_that_runs_another_revision(&self) -> BoxFuture<'_, Option<DeployRequest>> {
        ready(None).boxed()
    }

    /// A target that runs, with nothing under way; `None` if the harness has none.
    fn running_target(&self) -> BoxFuture<'_, Option<Target>> {
        ready(None).boxed()
    }

    /// A target that was deployed and is stopped, with nothing under way; `None` if the harness has none.
    fn stopped_target(&self) -> BoxFuture<'_, Option<Target>> {
        ready(None).boxed()
    }

    /// A target whose state has a word that the implementation does not know; `None` if the harness has none.
    fn target_in_an_unknown_state(&self) -> BoxFuture<'_, Option<Target>> {
        ready(None).boxed()
    }

    /// A target that ran two versions, with nothing under way, and can go back to the older one; `None` if the harness has
    /// none.
    fn target_with_history(&self) -> BoxFuture<'_, Option<Target>> {
        ready(None).boxed()
    }

    /// How many requests to start or stop a target, or to write a variable of it, the platform took; `None` if the harness
    /// does not know.
    fn writes<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        let _ = target;
        ready(None).boxed()
    }

    /// How many deployments of a target were built; `None` if the harness does not know.
    fn builds<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        let _ = target;
        ready(None).boxed()
    }

    /// Takes care that the next write by a method is lost: its answer after it was acted on, or the request itself; `false`
    /// if that cannot be done.
    fn lose_next_write(&self, method: Method, acted_on: bool) -> BoxFuture<'_, bool> {
        let _ = (method, acted_on);
        ready(false).boxed()
    }

    /// Changes a variable of a target as somebody else; `false` if that cannot be done.
    fn change_variable<'a>(&'a self, target: &'a Target, key: &'a str) -> BoxFuture<'a, bool> {
        let _ = (target, key);
        ready(false).boxed()
    }

    /// Takes care that a write of a variable is refused after this many were taken; `false` if that cannot be done.
    fn refuse_variable_after(&self, writes: usize) -> BoxFuture<'_, bool> {
        let _ = writes;
        ready(false).boxed()
    }

    /// The present value of the setting that a request names; `None` if the harness does not know.
    fn setting_of<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Option<String>> {
        let _ = request;
        ready(None).boxed()
    }

    /// Changes the setting that a request names as somebody else; `false` if that cannot be done.
    fn change_setting<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, bool> {
        let _ = request;
        ready(false).boxed()
    }

    /// Takes care that the next trigger is refused before anything is acted on; `false` if that cannot be done.
    fn refuse_next_trigger(&self) -> BoxFuture<'_, bool> {
        ready(false).boxed()
    }

    /// A selection whose targets each have one more deployment, which succeeds, and these targets; `None` if the harness has
    /// none.
    ///
    /// Nothing was ever deployed to them, and nothing is under way.
    fn selection(&self) -> BoxFuture<'_, Option<(Selection, Vec<Target>)>> {
        ready(None).boxed()
    }

    /// Texts that must never be seen: tokens and passwords that the deployer was built with.
    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }
}

/// One rule that every implementation keeps, and the function that puts it to the test.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Case {
    /// The name of the case, which is that of its function.
    pub name: &'static str,
    /// The rule, in one line.
    pub rule: &'static str,
    pub(super) run: for<'a> fn(&'a dyn Harness) -> BoxFuture<'a, Verdict>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("name", &self.name).field("rule", &self.rule).finish_non_exhaustive()
    }
}
