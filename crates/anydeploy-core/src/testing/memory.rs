//! A platform in memory, with a clock that moves only when a test moves it.

mod course;
mod deployer;
mod fault;
mod world;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use course::Course;
use fault::Fault;
pub use world::Trigger;
use world::World;

use crate::{Capabilities, Error, Group, Method, Target};

/// A deployer whose platform lives in memory: for tests of programs that deploy.
///
/// Clones are clients of the same platform.
/// Time is counted in ticks, and stands still until [`advance`](Self::advance) moves it.
/// A deployment waits in its target's queue while an earlier one is under way, runs for two ticks, and then ends as its
/// [`Course`] says; by default it succeeds.
/// Its [`revision`](crate::Deployment::revision) is then what was asked for, unless the course says otherwise.
/// Every option and every group is offered; [`with_capabilities`](Self::with_capabilities) and
/// [`without`](Self::without) take something away.
///
/// ```
/// use anydeploy_core::testing::{Course, MemoryDeployer};
/// use anydeploy_core::{DeployRequest, DeployerExt, Target, WatchOptions};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> anydeploy_core::Result<()> {
/// let web = Target::application("web");
/// let deployer = MemoryDeployer::new().with_application("web").with_ticks_per_read(1);
/// deployer.next(&web, Course::fails("exit code 1", "npm ERR! missing script: build"));
///
/// let outcome = deployer.deploy_and_wait(&DeployRequest::new(web), WatchOptions::default()).await?;
/// assert_eq!(outcome.to_string(), "failed: exit code 1");
/// assert_eq!(deployer.triggered().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct MemoryDeployer {
    world: Arc<Mutex<World>>,
}

impl MemoryDeployer {
    /// A platform without targets.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an application.
    #[must_use]
    pub fn with_application(self, id: impl Into<String>) -> Self {
        self.with_target(Target::application(id))
    }

    /// Adds a target of any kind.
    #[must_use]
    pub fn with_target(self, target: Target) -> Self {
        self.world().line(target);
        self
    }

    /// Offers just this; start from [`capabilities`](crate::Deployer::capabilities), where everything is on.
    #[must_use]
    pub fn with_capabilities(self, capabilities: Capabilities) -> Self {
        self.world().capabilities = capabilities;
        self
    }

    /// Does not offer a group.
    #[must_use]
    pub fn without(self, group: Group) -> Self {
        self.world().groups.remove(&group);
        self
    }

    /// Moves the clock by this much after each read of a deployment, for programs that only wait.
    #[must_use]
    pub fn with_ticks_per_read(self, ticks: u64) -> Self {
        self.world().ticks_per_read = ticks;
        self
    }

    /// Lets every answer take this long, for tests of deadlines; by default it is there at once.
    ///
    /// A call is acted on when it is made, before the wait.
    #[must_use]
    pub fn with_latency(self, latency: Duration) -> Self {
        self.world().latency = latency;
        self
    }

    /// Takes a trigger as the deployment of the same target, revision and pull request that is under way, if there is one.
    ///
    /// One that waits in the queue is the answer, as [`Identity::Adopted`](crate::Identity::Adopted).
    /// One that runs is the answer to a request with [`Adoption::Any`](crate::Adoption::Any); with the default,
    /// [`Adoption::Fresh`](crate::Adoption::Fresh), the error is
    /// [`ErrorKind::AlreadyRunning`](crate::ErrorKind::AlreadyRunning).
    /// Nothing is triggered in any of these cases; a request without the build cache is never merged.
    #[must_use]
    pub fn with_merging(self) -> Self {
        self.world().merges = true;
        self
    }

    /// Says how one more of the next deployments of a target goes; a target that is not there yet is added.
    pub fn next(&self, target: &Target, course: Course) {
        self.world().line(target.clone()).next.push_back(course);
    }

    /// Says how the deployments of a target go for which [`next`](Self::next) says nothing.
    pub fn always(&self, target: &Target, course: Course) {
        self.world().line(target.clone()).always = course;
    }

    /// Moves the clock.
    pub fn advance(&self, ticks: u64) {
        self.world().advance(ticks);
    }

    /// How many ticks have passed.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.world().clock
    }

    /// Makes the next call of a method fail with this error; nothing is acted on.
    ///
    /// Errors for the same method are used up in the order they were given.
    /// For `deployments_by_id` it is the first id that gets the error.
    pub fn fail_next(&self, method: Method, error: Error) {
        self.world().faults.add(method, Fault::Refused(error));
    }

    /// Loses the answer of the next call of a method, after it was acted on.
    ///
    /// A trigger is then looked for, as adapters do: if [`Capabilities::correlates`] is on it is found and returned, and
    /// if it is off the error is [`ErrorKind::Undecidable`](crate::ErrorKind::Undecidable).
    /// Every other call gets [`ErrorKind::NoAnswer`](crate::ErrorKind::NoAnswer).
    pub fn lose_next_answer(&self, method: Method) {
        self.world().faults.add(method, Fault::AnswerLost);
    }

    /// What was truly triggered, oldest first, whatever the answers said.
    #[must_use]
    pub fn triggered(&self) -> Vec<Trigger> {
        self.world().triggered.clone()
    }

    /// How many calls the platform has received.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.world().calls
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // A panic in another test thread leaves the world between two ticks.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryDeployer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDeployer").field("now", &self.now()).finish_non_exhaustive()
    }
}
