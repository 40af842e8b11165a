//! The callers of one scene, and what other people do meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anydeploy::{Error, ErrorKind, Result};
use fastrand::Rng;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::call::{self, CallRecord, Wrap};
use super::options::ChaosOptions;
use crate::ScenePlatform;
use crate::scene::Scene;

/// How often it is checked whether the network still holds requests.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Makes this many calls, and returns the record of each.
pub(super) async fn run(
    platform: ScenePlatform,
    scene: &Arc<dyn Scene>,
    options: &ChaosOptions,
    batch: u64,
    size: u64,
    wrap: Wrap,
) -> Result<Vec<CallRecord>> {
    let rng = Rng::with_seed(!options.seed_of(batch));
    let others = tokio::spawn(deploy_as_others(Arc::clone(scene), rng, options.targets(), options.foreign));
    // After an undecidable trigger a caller checks what runs before it deploys again.
    let pause = options.grace / 3;
    let next = Arc::new(AtomicU64::new(0));
    // An adapter names its call in each request, so that no two of them share an account.
    let hub_of = options.has_hub.then(|| platform.adapter(&scene.access().connection(u64::MAX))).transpose()?;
    let mut callers = JoinSet::new();
    for caller in 0..options.callers {
        let (scene, next, hub_of) = (Arc::clone(scene), Arc::clone(&next), hub_of.clone());
        let target = caller % options.targets();
        callers.spawn(async move {
            let mut records = Vec::new();
            loop {
                let call = next.fetch_add(1, Ordering::Relaxed);
                if call >= size {
                    return Ok(records);
                }
                let adapter = wrap(platform.adapter(&scene.access().connection(call))?);
                let record = call::make(&*scene, adapter, target, call, hub_of.clone()).await;
                let undecidable = record.result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Undecidable);
                records.push(record);
                if undecidable {
                    sleep(pause).await;
                }
            }
        });
    }
    let mut records = Vec::new();
    while let Some(caller) = callers.join_next().await {
        let caller: Result<Vec<CallRecord>> =
            caller.map_err(|error| Error::new(ErrorKind::InvalidInput, "a caller panicked").with_source(error))?;
        records.extend(caller?);
    }
    others.abort();
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
async fn deploy_as_others(scene: Arc<dyn Scene>, mut rng: Rng, targets: usize, foreign: u64) {
    for number in 1_u64.. {
        sleep(Duration::from_millis(rng.u64(..6000))).await;
        let target = rng.usize(..targets);
        scene.deploy_as_another(target, &mut rng, foreign > 0 && number.is_multiple_of(foreign));
    }
}
