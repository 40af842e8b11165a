//! The callers of one scene, and what other people do meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anydeploy::{DeployerExt, Error, ErrorKind, HistoryOptions, Result};
use fastrand::Rng;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::call::{self, CallRecord, Wrap};
use super::options::ChaosOptions;
use super::verb::Verb;
use super::write::{WriteRecord, Writer};
use crate::ScenePlatform;
use crate::scene::Scene;

/// How often it is checked whether the network still holds requests.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// What the calls of a batch returned.
#[derive(Default)]
pub(super) struct Records {
    pub(super) calls: Vec<CallRecord>,
    pub(super) writes: Vec<WriteRecord>,
}

/// The targets of a scene for which a platform has the verb, deployed as often as the calls need.
///
/// # Errors
/// [`ErrorKind::Unsupported`] if there is none.
pub(super) async fn prepare(
    platform: ScenePlatform,
    scene: &Arc<dyn Scene>,
    options: &ChaosOptions,
) -> Result<Vec<usize>> {
    let calm = platform.adapter(&scene.access().calm_connection())?;
    let capabilities = calm.capabilities();
    let is_offered = |target: &usize| options.verb.is_offered(&scene.request(*target, 0), &capabilities);
    let mut targets: Vec<usize> = (0..options.targets()).filter(is_offered).collect();
    for _ in 0..options.prepared() {
        for target in &targets {
            scene.deploy_a_version(*target);
        }
        while scene.server_records().iter().any(|record| record.ended_at().is_none()) {
            sleep(POLL_INTERVAL).await;
        }
    }
    if options.verb == Verb::Rollback {
        // Whether there is a way back depends on how the target is built as well.
        let mut able = Vec::new();
        for target in targets {
            let request = scene.request(target, 0);
            match calm.rollback_targets(request.target(), HistoryOptions::default()).await {
                Ok(versions) if versions.iter().any(|version| version.obstacle.is_none()) => able.push(target),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Unsupported => {}
                Err(error) => return Err(error),
            }
        }
        targets = able;
    }
    if targets.is_empty() {
        return Err(Error::unsupported(platform.platform(), options.verb.as_str()));
    }
    Ok(targets)
}

/// Makes this many calls, and returns the record of each.
pub(super) async fn run(
    platform: ScenePlatform,
    scene: &Arc<dyn Scene>,
    options: &ChaosOptions,
    (batch, size): (u64, u64),
    targets: Vec<usize>,
    wrap: Wrap,
) -> Result<Records> {
    let (rng, verb) = (Rng::with_seed(!options.seed_of(batch)), options.verb);
    // A deployment starts what was stopped, so that nobody deploys what is stopped and started.
    let are_others = verb != Verb::Stop;
    let others = deploy_as_others(Arc::clone(scene), rng, targets.clone(), options.foreign);
    let others = are_others.then(|| tokio::spawn(others));
    // After an undecidable trigger a caller checks what runs before it deploys again.
    let pause = options.grace / 3;
    let next = Arc::new(AtomicU64::new(0));
    // An adapter names its call in each request, so that no two of them share an account.
    let hub_of = options.has_hub.then(|| platform.adapter(&scene.access().connection(u64::MAX))).transpose()?;
    let mut callers = JoinSet::new();
    for caller in 0..options.callers.min(targets.len() * options.callers_per_target) {
        let (scene, next, hub_of) = (Arc::clone(scene), Arc::clone(&next), hub_of.clone());
        let target = targets[caller % targets.len()];
        callers.spawn(async move {
            let mut records = Records::default();
            loop {
                let call = next.fetch_add(1, Ordering::Relaxed);
                if call >= size {
                    return Ok(records);
                }
                if !verb.is_trigger() {
                    let request = scene.request(target, call);
                    let writer = Writer { platform, scene: &*scene, target: request.target() };
                    let made = writer.make(verb, call).await?;
                    let is_open = made.iter().any(WriteRecord::is_open);
                    records.writes.extend(made);
                    if is_open {
                        sleep(pause).await;
                    }
                    continue;
                }
                let adapter = wrap(platform.adapter(&scene.access().connection(call))?);
                let record = call::make(&*scene, adapter, target, call, hub_of.clone(), verb).await;
                let undecidable = record.result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Undecidable);
                records.calls.push(record);
                if undecidable {
                    sleep(pause).await;
                }
            }
        });
    }
    let mut records = Records::default();
    while let Some(caller) = callers.join_next().await {
        let caller: Result<Records> =
            caller.map_err(|error| Error::new(ErrorKind::InvalidInput, "a caller panicked").with_source(error))?;
        let Records { calls, writes } = caller?;
        records.calls.extend(calls);
        records.writes.extend(writes);
    }
    others.iter().for_each(tokio::task::JoinHandle::abort);
    // A request that its client gave up on may still be on its way, and a deployment may still run. No adapter promises
    // to find what arrives later than this.
    let mut waited = Duration::ZERO;
    while scene.access().network.held() > 0 && waited < options.promised() {
        sleep(POLL_INTERVAL).await;
        waited += POLL_INTERVAL;
    }
    sleep(Duration::from_secs(1)).await;
    Ok(records)
}

/// Deploys the same targets as other people, at random intervals, for ever.
async fn deploy_as_others(scene: Arc<dyn Scene>, mut rng: Rng, targets: Vec<usize>, foreign: u64) {
    for number in 1_u64.. {
        sleep(Duration::from_millis(rng.u64(..6000))).await;
        let target = targets[rng.usize(..targets.len())];
        scene.deploy_as_another(target, &mut rng, foreign > 0 && number.is_multiple_of(foreign));
    }
}
