//! One server, one fake Coolify and the workers between them.

use std::env;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anydeploy::{DeployRequest, Target, WatchOptions};
use anydeploy_fakes::FakeCoolify;
use anydeploy_restate::{Client, Order};
use tokio::process::Command;

use crate::harness::free_port;
use crate::harness::halt::Point;
use crate::harness::process::Worker;
use crate::harness::proxy::Proxy;
use crate::harness::server::{INSTALL, PORT_TAKEN, Server, program};
use crate::harness::worker::{Connection, Task, work};

/// The profile of the one fake.
pub(crate) const PROFILE: &str = "coolify";

/// What a worker process is asked for.
const TASK: &str = "RESTATE_WORKER_TASK";

/// Set where the server must be there: a missing one is an error then, and not a test that is skipped.
const REQUIRED: &str = "ANYDEPLOY_REQUIRE_RESTATE";

/// A server with one worker.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) coolify: FakeCoolify,
    pub(crate) proxy: Proxy,
    pub(crate) worker: Worker,
    pub(crate) client: Client,
}

impl Scene {
    /// Starts a server and a worker with this task; `None`, and a line that says so, where no server is installed.
    pub(crate) async fn start(task: impl FnOnce(Task) -> Task) -> Option<Self> {
        let program = installed()?;
        let coolify = FakeCoolify::builder().rate_limit(3000, Duration::from_secs(1)).start().await;
        let worker = Worker::start(launch, &task(self::task(&coolify))).await;
        let server = Server::start(program).await;
        let proxy = Proxy::before(worker.address).await;
        server.admin().register(&proxy.uri()).await;
        let client = Client::new(&server.ingress()).unwrap();
        Some(Self { server, coolify, proxy, worker, client })
    }

    /// Starts another worker, which takes the place of the first one for new connections.
    pub(crate) async fn another_worker(&self) -> Worker {
        self.another_worker_with(|task| task).await
    }

    async fn another_worker_with(&self, task: impl FnOnce(Task) -> Task) -> Worker {
        let worker = Worker::start(launch, &task(self::task(&self.coolify))).await;
        self.proxy.leads_to(worker.address);
        worker
    }

    /// Kills the worker and starts another one.
    pub(crate) async fn replace_worker(&mut self) {
        self.replace_worker_by(|task| task).await;
    }

    /// Kills the worker and starts another one with this task.
    pub(crate) async fn replace_worker_by(&mut self, task: impl FnOnce(Task) -> Task) {
        self.worker.kill().await;
        self.worker = self.another_worker_with(task).await;
    }

    /// An order that Coolify takes for no other, as it builds without the cache.
    pub(crate) fn order(&self) -> Order {
        Order::new(PROFILE, DeployRequest::new(self.target()).with_no_cache(true))
    }

    /// How many triggers the fake has received.
    pub(crate) fn posts(&self) -> usize {
        self.coolify.requests().iter().filter(|request| request.path.ends_with("/deploy")).count()
    }

    pub(crate) fn target(&self) -> Target {
        Target::application(self.coolify.application())
    }
}

/// The server's program; `None`, and a line that says so, where none is installed.
fn installed() -> Option<PathBuf> {
    let program = program();
    if program.is_none() {
        assert!(env::var_os(REQUIRED).is_none(), "{INSTALL}");
        // Past the capture of the test harness, so that it stands in every log.
        drop(writeln!(std::io::stderr(), "skipped: {INSTALL}"));
    }
    program
}

/// Short intervals, and a deadline that no test waits for.
pub(crate) fn watch_options() -> WatchOptions {
    let interval = Duration::from_millis(20);
    WatchOptions::within(Duration::from_mins(2)).with_intervals(interval, interval)
}

/// A worker that halts at a point, and whose attempts the engine gives up soon, if that is asked for.
pub(crate) fn halting(point: Point, is_given_up: bool) -> impl FnOnce(Task) -> Task {
    let gives_up_after = is_given_up.then_some(Duration::from_secs(3));
    move |task| Task { halts_at: Some(point), gives_up_after, ..task }
}

fn task(coolify: &FakeCoolify) -> Task {
    let connection = Connection { profile: PROFILE.to_owned(), url: coolify.url(), token: coolify.token().to_owned() };
    Task { connections: vec![connection], timeout: Duration::from_secs(1), halts_at: None, gives_up_after: None }
}

/// A worker process: this program, which runs the one test that is the worker.
fn launch(task: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "scene::worker_process", "--nocapture"]).env(TASK, task);
    command
}

#[tokio::test]
#[ignore = "it is a process that the other tests start"]
async fn worker_process() {
    work(&env::var(TASK).unwrap()).await;
}

#[tokio::test]
async fn a_server_whose_port_is_taken_says_so_at_once() {
    let Some(program) = installed() else { return };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let ports = [free_port(), taken.local_addr().unwrap().port(), free_port()];
    let started = Server::start_on(ports, program).await;
    assert!(started.is_err_and(|log| log.contains(PORT_TAKEN)));
}
