//! The crash proof on a few runs, and the proof that its figures can fail.

use std::env;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    Capabilities, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, Error, ErrorKind, HistoryOptions,
    Identity, Intent, Platform, Result, TwoPhase,
};
use examples::PLATFORMS;
use examples::chaos::Wrap;
use examples::crash::{CrashOptions, CrashReport, Launch, child, run};
use futures::future::{BoxFuture, FutureExt, try_join_all};
use tokio::time::sleep;

/// What a child process is asked for.
const TASK: &str = "CRASH_TASK";

/// What its recovery does wrong.
const MISTAKE: &str = "CRASH_MISTAKE";

#[tokio::test]
async fn a_process_that_dies_triggers_nothing_twice_and_loses_nothing() {
    for report in on_every_platform(&options(), launch).await {
        assert!(report.is_right(), "{}\n{}", report.to_json(), report.wrongs.join("\n"));
        // Nothing would be proven if the network were calm, or every process were killed before its trigger.
        assert_eq!(report.runs, 20);
        assert!(report.faults > report.requests / 10 && report.triggered > 6, "{}", report.to_json());
        assert!(report.undecidable <= 2, "{}\n{}", report.to_json(), report.unresolved.join("\n"));
        assert!(report.scenarios.values().all(|scenario| scenario.runs > 0), "{}", report.to_json());
    }
}

#[tokio::test]
async fn a_recovery_that_does_not_search_loses_deployments() {
    let launch: Launch = |task| faulty(task, "gives up");
    for report in on_every_platform(&options(), launch).await {
        assert!(report.lost > 0 && !report.is_proof(), "{}", report.to_json());
    }
}

#[tokio::test]
async fn a_recovery_that_takes_the_newest_deployment_misreports() {
    let launch: Launch = |task| faulty(task, "takes the newest");
    for report in on_every_platform(&options(), launch).await {
        assert!(report.misreports.contains_key("a foreign id") && !report.is_proof(), "{}", report.to_json());
    }
}

/// All runs at once.
fn options() -> CrashOptions {
    CrashOptions::new(20, 3).with_at_once(20)
}

async fn on_every_platform(options: &CrashOptions, launch: Launch) -> Vec<CrashReport> {
    try_join_all(PLATFORMS.map(|platform| run(platform.scene, options, launch))).await.unwrap()
}

/// A child process of the tests above: this program, which runs the one test that is the child.
fn launch(task: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "crash::child_process", "--nocapture"]).env(TASK, task);
    command
}

fn faulty(task: &str, mistake: &str) -> Command {
    let mut command = launch(task);
    command.env(MISTAKE, mistake);
    command
}

#[tokio::test]
#[ignore = "it is a process that the other tests start"]
async fn child_process() {
    let task = env::var(TASK).unwrap();
    let wrap: Wrap = match env::var(MISTAKE).as_deref() {
        Ok("gives up") => |inner| Arc::new(FaultyRecovery { inner, takes_the_newest: false }),
        Ok(_) => |inner| Arc::new(FaultyRecovery { inner, takes_the_newest: true }),
        Err(_) => |inner| inner,
    };
    child(&task, wrap).await.unwrap();
}

/// An adapter that does not search for the deployment of an intent.
#[derive(Debug)]
struct FaultyRecovery {
    inner: Arc<dyn Deployer>,
    /// Whether it takes the newest deployment of the target instead of none.
    takes_the_newest: bool,
}

impl FaultyRecovery {
    async fn recover_wrongly(&self, intent: &Intent) -> Result<Deployment> {
        let nothing = Error::new(ErrorKind::NotTriggered, "nothing was sent").with_platform(self.inner.platform());
        if !self.takes_the_newest {
            return Err(nothing);
        }
        let target = intent.request().target();
        // A busy machine and the bad network make reads fail, which is not the mistake that is to be caught.
        let history = loop {
            match self.inner.history_of(target, HistoryOptions::newest(1)).await {
                Err(error) if error.is_transient() => sleep(Duration::from_millis(20)).await,
                history => break history,
            }
        };
        let mut newest = history.unwrap_or_default().pop().ok_or(nothing)?;
        newest.identity = Identity::Exact;
        Ok(newest)
    }
}

/// What a run does not use keeps its default.
impl Deployer for FaultyRecovery {
    fn platform(&self) -> Platform {
        self.inner.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.deploy(request)
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.deployment(id)
    }

    fn two_phase(&self) -> Option<&dyn TwoPhase> {
        Some(self)
    }
}

impl TwoPhase for FaultyRecovery {
    fn prepare_trigger<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Intent>> {
        self.inner.prepare(request)
    }

    fn send_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        self.inner.send(intent)
    }

    fn recover_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>> {
        self.recover_wrongly(intent).boxed()
    }
}
