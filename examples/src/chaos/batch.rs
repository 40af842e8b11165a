//! The callers of one scene, and the noise around them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anydeploy::{Error, ErrorKind, Result};
use fastrand::Rng;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::call::{self, Told};
use super::scene::Scene;
use super::{ChaosOptions, Wrap};

/// How often what the network holds is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Makes so many calls, and tells what each was told.
pub(super) async fn run(
    scene: &Arc<dyn Scene>,
    options: &ChaosOptions,
    batch: u64,
    size: u64,
    wrap: Wrap,
) -> Result<Vec<Told>> {
    let rng = Rng::with_seed(!options.seed_of(batch));
    let noise = tokio::spawn(disturb(Arc::clone(scene), rng, options.strangers));
    // Whoever is told that it cannot be decided looks at what goes on before deploying again.
    let look = options.grace / 3;
    let next = Arc::new(AtomicU64::new(0));
    let mut callers = JoinSet::new();
    for caller in 0..options.callers {
        let (scene, next) = (Arc::clone(scene), Arc::clone(&next));
        let target = caller % options.targets();
        callers.spawn(async move {
            let mut told = Vec::new();
            loop {
                let call = next.fetch_add(1, Ordering::Relaxed);
                if call >= size {
                    return Ok(told);
                }
                let made = call::make(&*scene, target, call, wrap).await?;
                let in_doubt = made.result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Undecidable);
                told.push(made);
                if in_doubt {
                    sleep(look).await;
                }
            }
        });
    }
    let mut told = Vec::new();
    while let Some(caller) = callers.join_next().await {
        let caller: Result<Vec<Told>> =
            caller.map_err(|error| Error::new(ErrorKind::InvalidInput, "a caller came to grief").with_source(error))?;
        told.extend(caller?);
    }
    noise.abort();
    // What a caller gave up on may still be on its way, and what it started still going on. What is later than this
    // does not matter, as no adapter promises to find it.
    let mut waited = Duration::ZERO;
    while scene.access().network.held() > 0 && waited < options.promised() {
        sleep(LOOK).await;
        waited += LOOK;
    }
    sleep(Duration::from_secs(1)).await;
    Ok(told)
}

/// Other people deploy the same targets until there is nobody left to disturb.
async fn disturb(scene: Arc<dyn Scene>, mut rng: Rng, strangers: u64) {
    for number in 1_u64.. {
        sleep(Duration::from_millis(rng.u64(..6000))).await;
        scene.disturb(&mut rng, strangers > 0 && number.is_multiple_of(strangers));
    }
}
