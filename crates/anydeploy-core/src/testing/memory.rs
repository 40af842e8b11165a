//! A platform in memory, with a clock that moves only when a test moves it.

mod deployer;
mod fault;
mod groups;
mod script;
mod world;
mod write;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fault::Fault;
pub use script::Script;
pub use world::Trigger;
use world::World;
pub use write::Write;

use crate::{Capabilities, Error, Group, Method, Pace, ServiceDomain, ServiceState, Setting, Target, Variable};

/// A deployer whose platform lives in memory: for tests of programs that deploy.
///
/// Clones are clients of the same platform.
/// Time is counted in ticks, and stands still until [`advance`](Self::advance) moves it.
/// A deployment waits in its target's queue while an earlier one is under way, runs for two ticks, and then ends as its
/// [`Script`] says; by default it succeeds.
/// Its [`revision`](crate::Deployment::revision) is then what was asked for, unless the script says otherwise.
/// A restart and a rollback run for one tick and build nothing; a target that is started or stopped is so with the next
/// tick, unless a deployment that is under way ends later and starts it again.
/// An intent may be sent once, at any time, until it is recovered: there is no fence, and an intent that has expired is
/// staged with [`fail_next`](Self::fail_next).
/// A deployment for a pull request makes its preview, which is there until it is deleted.
/// Every option and every group is offered; [`with_capabilities`](Self::with_capabilities) and
/// [`without`](Self::without) take something away.
///
/// ```
/// use anydeploy_core::testing::{MemoryDeployer, Script};
/// use anydeploy_core::{DeployRequest, DeployerExt, Target, WatchOptions};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> anydeploy_core::Result<()> {
/// let web = Target::application("web");
/// let deployer = MemoryDeployer::new().with_application("web").with_ticks_per_read(1);
/// deployer.next(&web, Script::fails("exit code 1", "npm ERR! missing script: build"));
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

    /// Offers only this; start from [`capabilities`](crate::Deployer::capabilities), where everything is on.
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

    /// Gives the watches of this platform a [`Hub`](crate::Hub), whose batches hold what is under way; without it each watch
    /// polls by itself.
    #[must_use]
    pub fn with_hub(self, pace: Pace) -> Self {
        self.world().pace = Some(pace);
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

    /// Adds a script for the next deployment of a target that has none; an unknown target is added.
    pub fn next(&self, target: &Target, script: Script) {
        self.world().line(target.clone()).next.push_back(script);
    }

    /// Sets the script of those deployments of a target for which [`next`](Self::next) gave none.
    pub fn always(&self, target: &Target, script: Script) {
        self.world().line(target.clone()).always = script;
    }

    /// Puts a target into a state that no deployment of it left behind; an unknown target is added.
    #[must_use]
    pub fn with_state(self, target: &Target, state: ServiceState) -> Self {
        self.world().line(target.clone()).state = state;
        self
    }

    /// Adds a variable to a target; an unknown target is added.
    #[must_use]
    pub fn with_variable(self, target: &Target, variable: Variable) -> Self {
        self.world().line(target.clone()).variables.push(variable);
        self
    }

    /// Adds a domain that leads to a target; an unknown target is added.
    #[must_use]
    pub fn with_domain(self, target: &Target, domain: ServiceDomain) -> Self {
        self.world().line(target.clone()).domains.push(domain);
        self
    }

    /// Adds a tag to a target; an unknown target is added.
    #[must_use]
    pub fn with_tag(self, target: &Target, tag: impl Into<String>) -> Self {
        self.world().tag(target.clone(), tag.into());
        self
    }

    /// Sets the value of a variable as somebody else; one that is not there is added.
    pub fn change_variable(&self, target: &Target, key: &str, value: &str) {
        self.world().change_variable(target.clone(), key, value);
    }

    /// Refuses one write of a variable after this many were accepted.
    pub fn refuse_variable_after(&self, writes: usize) {
        self.world().writes_until_refusal = Some(writes);
    }

    /// Changes a setting of a target as somebody else; an unknown target is added.
    pub fn change_setting(&self, target: &Target, setting: Setting) {
        self.world().change_setting(target.clone(), &setting.clone(), Some(setting));
    }

    /// The settings of a target that were set.
    #[must_use]
    pub fn settings(&self, target: &Target) -> Vec<Setting> {
        self.world().line(target.clone()).settings.clone()
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
    /// A trigger is then recovered, as in an adapter: with [`Capabilities::correlates`] its deployment is returned, and
    /// without it the error is [`ErrorKind::Undecidable`](crate::ErrorKind::Undecidable).
    /// Every other call gets [`ErrorKind::NoAnswer`](crate::ErrorKind::NoAnswer).
    pub fn lose_next_answer(&self, method: Method) {
        self.world().faults.add(method, Fault::AnswerLost);
    }

    /// What was truly triggered, oldest first, whatever the answers said.
    #[must_use]
    pub fn triggered(&self) -> Vec<Trigger> {
        self.world().triggered.clone()
    }

    /// What was truly written beside the deployments, oldest first, whatever the answers said.
    #[must_use]
    pub fn writes(&self) -> Vec<Write> {
        self.world().writes.clone()
    }

    /// How many deployments of a target were built.
    #[must_use]
    pub fn builds(&self, target: &Target) -> usize {
        self.world().line(target.clone()).builds
    }

    /// How many calls the platform has received.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.world().calls
    }

    /// How many batches of a [`Hub`](crate::Hub) it has answered.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.world().batches
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
