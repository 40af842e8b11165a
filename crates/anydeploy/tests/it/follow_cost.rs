//! What it costs to follow a log beside the watch, counted by the server: one request more for each read of the watch, and
//! two after the end and the last line.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anydeploy::{
    Builder, Capabilities, Connect, Coolify, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, Dokploy,
    FollowEvent, FollowOptions, Logs, Outcome, Platform, Qovery, Result, Target, WatchEvent, WatchOptions,
};
use anydeploy_fakes::{
    CoolifyScript, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, Pace, QoveryScript, ReceivedRequest,
};
use futures::StreamExt;
use futures::future::BoxFuture;

use crate::support::follow::{lines, outcome};

/// A header by which the server knows who reads, and who reads the log.
const READER: &str = "x-reader";
const WATCH: &str = "watch";
const LOG: &str = "log";

/// How many reads in a row bring nothing before the log of a deployment that is over is at its end.
const QUIET_READS: usize = 2;

/// How many lines each deployment writes on the way.
const LINES: usize = 20;

/// A deployer whose logs are read by another one.
#[derive(Clone, Debug)]
struct Split<D> {
    watched: D,
    logs: D,
    reads: Arc<AtomicUsize>,
}

impl<D: Connect> Split<D> {
    fn of(builder: impl Fn() -> Builder<D>) -> Self {
        let with = |reader: &str| builder().header(READER, reader).build().unwrap();
        Self { watched: with(WATCH), logs: with(LOG), reads: Arc::default() }
    }
}

impl<D: Deployer> Deployer for Split<D> {
    fn platform(&self) -> Platform {
        self.watched.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.watched.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.watched.deploy(request)
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.watched.deployment(id)
    }

    fn logs(&self) -> Option<&dyn Logs> {
        self.logs.logs()
    }
}

fn steps() -> impl Iterator<Item = String> {
    (0..LINES).map(|step| format!("step {step}"))
}

/// Follows a deployment to its end, and compares what the log cost with the reads of the watch.
async fn costs_one_request_a_read<D: Deployer + Clone>(
    split: Split<D>,
    target: Target,
    polls: bool,
    requests: impl Fn() -> Vec<ReceivedRequest>,
) {
    let deployment = split.deploy(&DeployRequest::new(target)).await.unwrap();
    let intervals = (Duration::from_millis(5), Duration::from_millis(20));
    let watch = WatchOptions::within(Duration::from_secs(20)).with_intervals(intervals.0, intervals.1);
    let options = FollowOptions::from(watch);
    // A follower that begins with the last lines polls.
    let options = if polls { options.with_tail(1000) } else { options };
    let events: Vec<_> = split.follow(&deployment.id, options).collect().await;
    let events: Vec<_> = events.into_iter().map(Result::unwrap).collect();
    assert!(matches!(outcome(&events), Outcome::Succeeded(_)), "{:?}", outcome(&events));
    assert!(lines(&events).len() >= LINES && !events.contains(&FollowEvent::Gap), "{:?}", lines(&events));
    let requests = requests();
    let by = |requests: &[ReceivedRequest], reader| {
        requests.iter().filter(|request| request.header(READER) == Some(reader)).count()
    };
    let end = requests.iter().rposition(|request| request.header(READER) == Some(WATCH)).unwrap();
    let (before, after) = (by(&requests[..end], LOG), by(&requests[end..], LOG));
    let reads = split.reads.load(Ordering::Relaxed);
    assert!((1..=reads).contains(&before), "{before} requests beside {reads} reads of the watch");
    let is_over = |event: &FollowEvent| matches!(event, FollowEvent::Watch(WatchEvent::Changed(it)) if it.is_over());
    let trailing = lines(&events[events.iter().position(is_over).unwrap()..]).len();
    // Before each line that comes after the end, one read may have brought nothing.
    assert!(after <= 2 * trailing + QUIET_READS, "{after} requests after the end, and {trailing} lines");
}

#[tokio::test]
async fn on_coolify() {
    let fake = FakeCoolify::builder().pace(Pace::Requests(1)).start().await;
    fake.next_deployment(&fake.application(), CoolifyScript::succeeds().lasting(60).log(steps()));
    let split = Split::<Coolify>::of(|| Coolify::builder().url(fake.url()).token(fake.token()));
    let target = Target::application(fake.application());
    costs_one_request_a_read(split, target, true, || fake.requests()).await;
}

#[tokio::test]
async fn on_dokploy() {
    for polls in [true, false] {
        let fake = FakeDokploy::builder().pace(Pace::Requests(1)).start().await;
        // It waits in the queue first.
        fake.deploy_by_someone_else(&fake.compose());
        fake.next_deployment(&fake.application(), DokployScript::succeeds().lasting(60).log(steps()));
        let split = Split::<Dokploy>::of(|| Dokploy::builder().url(fake.url()).token(fake.token()));
        let target = Target::application(fake.application());
        costs_one_request_a_read(split, target, polls, || fake.requests()).await;
    }
}

#[tokio::test]
async fn on_qovery() {
    for polls in [true, false] {
        let fake = FakeQovery::builder().pace(Pace::Requests(1)).start().await;
        // It waits in the queue first.
        fake.deploy_by_someone_else(&fake.container());
        fake.next_deployment(&fake.application(), QoveryScript::succeeds().lasting(60).log(steps()));
        let builder = || Qovery::builder().url(fake.url()).socket_url(fake.socket_url()).token(fake.token());
        let split = Split::<Qovery>::of(builder);
        let target = Target::application(fake.application());
        costs_one_request_a_read(split, target, polls, || fake.requests()).await;
    }
}
