//! Many watches of one deployer, which share a hub.

use std::sync::Arc;
use std::time::Duration;

use anydeploy_core::testing::{MemoryDeployer, Script};
use anydeploy_core::{
    BatchRead, Capabilities, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, Error, ErrorKind, Hub,
    Layered, Method, Outcome, Pace, Platform, ReportRead, Result, Target, Timeout, WatchEvent, WatchOptions,
};
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt, join_all};
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

/// A platform with a hub from three watches on, where a deployment takes about three times `tick`.
fn platform(tick: Duration) -> MemoryDeployer {
    let memory = MemoryDeployer::new().with_hub(Pace::new(3, 2 * SECOND));
    let clock = memory.clone();
    tokio::spawn(async move {
        loop {
            sleep(tick).await;
            clock.advance(1);
        }
    });
    memory
}

/// Deploys so many applications, each so many times: the deployments of one run one after another.
async fn deploy(memory: &MemoryDeployer, applications: u64, times: u64) -> Vec<DeploymentId> {
    let mut ids = Vec::new();
    for number in (0..applications).flat_map(|number| (0..times).map(move |_| number)) {
        let target = Target::application(format!("app-{number}"));
        memory.always(&target, Script::Succeeds);
        let request = DeployRequest::new(target);
        ids.push(memory.deploy(&request).await.unwrap().id);
    }
    ids
}

async fn watch_all<D: Deployer + Clone>(deployer: &D, ids: &[DeploymentId]) -> Vec<Result<Outcome>> {
    join_all(ids.iter().map(|id| async { deployer.watch(id, WatchOptions::default()).await })).await
}

#[tokio::test(start_paused = true)]
async fn a_thousand_watches_cost_one_batch_a_tick_and_one_last_read_each() {
    let memory = platform(20 * SECOND);
    let ids = deploy(&memory, 100, 10).await;
    let (before, started) = (memory.calls(), Instant::now());
    let outcomes = watch_all(&memory, &ids).await;
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap().is_success()));
    let (calls, batches, seconds) = (memory.calls() - before, memory.batches(), started.elapsed().as_secs());
    assert!(batches <= seconds / 2 + 2, "{batches} batches in {seconds} s");
    // The first two watches poll alone before the third one joins.
    let alone = calls - batches;
    assert!((1000..=1002).contains(&alone), "{alone}");
}

#[tokio::test(start_paused = true)]
async fn few_watches_poll_by_themselves() {
    let memory = platform(10 * SECOND);
    let ids = deploy(&memory, 2, 1).await;
    assert!(watch_all(&memory, &ids).await.iter().all(|outcome| outcome.as_ref().unwrap().is_success()));
    assert_eq!(memory.batches(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_late_joiner_adds_no_tick_and_the_last_leaver_stops_it() {
    let memory = platform(300 * SECOND);
    let ids = deploy(&memory, 200, 1).await;
    let watch = |id: &DeploymentId| {
        let (memory, id) = (memory.clone(), id.clone());
        tokio::spawn(async move { memory.watch(&id, WatchOptions::default()).await })
    };
    let mut watches: Vec<_> = ids[..100].iter().map(watch).collect();
    sleep(100 * SECOND).await;
    let first = memory.batches();
    watches.extend(ids[100..].iter().map(watch));
    sleep(100 * SECOND).await;
    let second = memory.batches() - first;
    assert!(second <= first + 1, "{first} batches for 100 watches, {second} for 200");
    assert_eq!(memory.hub().unwrap().watches(), 200);
    watches.iter().for_each(tokio::task::JoinHandle::abort);
    sleep(SECOND).await;
    let left = memory.calls();
    sleep(100 * SECOND).await;
    assert_eq!(memory.calls(), left, "nothing is polled without a watch");
    assert_eq!(memory.hub().unwrap().watches(), 0);
}

#[tokio::test(start_paused = true)]
async fn outcomes_equal_those_of_single_watches() {
    let scripts = [
        Script::Succeeds,
        Script::fails("exit code 1", "npm ERR! missing script"),
        Script::Cancelled,
        Script::Vanishes,
        Script::fails("no space", "ENOSPC"),
    ];
    let mut shown = Vec::new();
    for pace in [Pace::new(3, 2 * SECOND), Pace::new(usize::MAX, SECOND)] {
        let memory = platform(10 * SECOND).with_hub(pace);
        let mut ids = Vec::new();
        for (number, script) in scripts.iter().enumerate() {
            let target = Target::application(format!("app-{number}"));
            memory.next(&target, script.clone());
            ids.push(memory.deploy(&DeployRequest::new(target)).await.unwrap().id);
        }
        let outcomes = watch_all(&memory, &ids).await;
        // How long ago a lost one was last read differs.
        let shown_as = |outcome: Result<Outcome>| outcome.unwrap().to_string().split(';').next().unwrap().to_owned();
        shown.push(outcomes.into_iter().map(shown_as).collect::<Vec<_>>());
    }
    assert_eq!(shown[0], shown[1]);
    assert_eq!(shown[0][1], "failed: exit code 1");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_is_trouble_for_each_watch_and_ends_none() {
    let memory = platform(40 * SECOND);
    let ids = deploy(&memory, 5, 1).await;
    for _ in 0..15 {
        memory.fail_next(Method::Deployments, Error::new(ErrorKind::Unavailable, "the server restarts"));
    }
    let events = ids.iter().map(|id| memory.watch(id, WatchOptions::default()).collect::<Vec<_>>());
    let started = Instant::now();
    for events in join_all(events).await {
        let troubles = events.iter().filter(|event| matches!(event, Ok(WatchEvent::Trouble { .. }))).count();
        assert!((10..=15).contains(&troubles), "{troubles}");
        assert!(matches!(events.last(), Some(Ok(WatchEvent::Ended(Outcome::Succeeded(_))))), "{events:?}");
    }
    assert!(started.elapsed().as_secs() > 90, "batches that fail come less often");
}

/// A platform whose batches read the last deployment at once, and never come to the others.
#[derive(Clone, Debug)]
struct Slow(MemoryDeployer);

impl BatchRead for Slow {
    fn read_batch<'a>(&'a self, ids: &'a [DeploymentId], report: &'a ReportRead<'a>) -> BoxFuture<'a, ()> {
        async move {
            if let Some((index, last)) = ids.iter().enumerate().next_back() {
                report(index, self.0.deployment(last).await);
            }
            std::future::pending::<()>().await;
        }
        .boxed()
    }
}

impl Deployer for Slow {
    fn platform(&self) -> Platform {
        self.0.platform()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn deploy<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Deployment>> {
        self.0.deploy(request)
    }

    fn deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>> {
        self.0.deployment(id)
    }

    fn hub(&self) -> Option<Hub> {
        Hub::shared(&self.platform(), "slow", Pace::new(3, 2 * SECOND), || Arc::new(self.clone()))
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_batch_has_read_does_not_wait_for_the_rest_of_it() {
    let slow = Slow(platform(300 * SECOND));
    let ids = deploy(&slow.0, 3, 1).await;
    let started = Instant::now();
    let mut watches: Vec<_> = ids.iter().map(|id| slow.watch(id, WatchOptions::default())).collect();
    let firsts = join_all(watches.iter_mut().map(|watch| async {
        watch.next().await.unwrap().unwrap();
        started.elapsed()
    }));
    let last = *firsts.await.last().unwrap();
    assert!(last < SECOND, "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_by_the_rate_limit_slows_the_batches_for_as_long_as_the_server_asks() {
    let memory = platform(100 * SECOND);
    let ids = deploy(&memory, 5, 1).await;
    let refused = Error::new(ErrorKind::RateLimited, "too many requests").with_retry_after(Some(60 * SECOND));
    memory.fail_next(Method::Deployments, refused);
    let watches = tokio::spawn({
        let (memory, ids) = (memory.clone(), ids.clone());
        async move { watch_all(&memory, &ids).await }
    });
    sleep(SECOND).await;
    let calls = memory.calls();
    sleep(58 * SECOND).await;
    assert_eq!(memory.calls(), calls, "nobody polls while the limit lasts");
    assert!(watches.await.unwrap().iter().all(|outcome| outcome.as_ref().unwrap().is_success()));
}

#[tokio::test(start_paused = true)]
async fn no_later_read_passes_one_that_was_refused() {
    let memory = platform(300 * SECOND);
    let ids = deploy(&memory, 20, 1).await;
    memory.advance(100);
    let refused = Error::new(ErrorKind::RateLimited, "too many requests").with_retry_after(Some(40 * SECOND));
    memory.fail_next(Method::Deployment, refused);
    let started = Instant::now();
    let ends = join_all(ids.iter().map(|id| async {
        assert!(memory.watch(id, WatchOptions::default()).await.unwrap().is_success());
        started.elapsed()
    }));
    let ends = ends.await;
    // One may have been read before the other was refused.
    assert!(ends.iter().filter(|end| **end < 40 * SECOND).count() <= 1, "{ends:?}");
    assert!(ends.iter().all(|end| *end < 45 * SECOND), "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn a_watch_without_time_to_wait_for_a_batch_polls_at_once() {
    let memory = platform(15 * SECOND);
    let ids = deploy(&memory, 6, 1).await;
    let others = tokio::spawn({
        let (memory, ids) = (memory.clone(), ids[1..].to_vec());
        async move { watch_all(&memory, &ids).await }
    });
    sleep(5 * SECOND).await;
    let started = Instant::now();
    let error = memory.watch(&ids[0], WatchOptions::within(Duration::ZERO)).await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed()), (ErrorKind::TimedOut, Duration::ZERO));
    assert!(error.last().is_some());
    others.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn reads_alone_pass_the_layers_and_batches_do_not() {
    let memory = platform(20 * SECOND);
    let ids = deploy(&memory, 10, 1).await;
    let layered = Layered::new(memory.clone(), Timeout::new(SECOND));
    assert!(layered.hub().is_some());
    assert!(watch_all(&layered, &ids).await.iter().all(|outcome| outcome.as_ref().unwrap().is_success()));
    assert!(memory.batches() > 10, "{}", memory.batches());
}

#[test]
fn watches_of_another_runtime_do_not_rely_on_one_that_has_ended() {
    let memory = MemoryDeployer::new().with_hub(Pace::new(2, SECOND / 100));
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let options = || WatchOptions::default().with_intervals(SECOND / 100, SECOND / 100);
    let ids = runtime().block_on(async {
        let ids = deploy(&memory, 4, 1).await;
        let first = ids.iter().map(|id| memory.watch(id, options()));
        for mut watch in first {
            watch.next().await.unwrap().unwrap();
        }
        ids
    });
    memory.advance(100);
    let outcomes = runtime().block_on(join_all(ids.iter().map(|id| async { memory.watch(id, options()).await })));
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap().is_success()));
}
