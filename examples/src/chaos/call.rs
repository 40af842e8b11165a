//! One call: `deploy_and_wait` through the retry layer, and what it told.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anydeploy::{DeployerExt, Loss, Outcome, Result, Retry, RetryOptions, Revision, Target, WatchOptions};

use super::Wrap;
use super::scene::Scene;
use super::witness::{Seen, Witness};

/// What one call asked for and was told.
pub(super) struct Told {
    pub(super) call: u64,
    pub(super) target: Target,
    /// The version that was asked for, if one was.
    pub(super) version: Option<String>,
    pub(super) result: Result<Outcome>,
    /// What the adapter told on the way.
    pub(super) seen: Seen,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} on {}: ", self.call, self.target)?;
        match &self.result {
            Ok(outcome) => write!(f, "{outcome}")?,
            Err(error) => write!(f, "{error:#}")?,
        }
        if let Ok(Outcome::Lost(Loss { last: Some(last), .. })) = &self.result {
            write!(f, "; last {}", last.id)?;
        }
        for (identity, id) in &self.seen.settled {
            write!(f, "; {identity} {id}")?;
        }
        for refusal in &self.seen.refusals {
            write!(f, "\n  a trigger: {refusal}")?;
        }
        Ok(())
    }
}

/// Makes one call.
pub(super) async fn make(scene: &dyn Scene, target: usize, call: u64, wrap: Wrap) -> Result<Told> {
    let timeline = scene.access().timeline;
    let request = scene.request(target, call);
    let seen = Arc::new(Mutex::new(Seen::default()));
    let witness = Arc::new(Witness { inner: wrap(scene.adapter(call)?), seen: Arc::clone(&seen), timeline });
    let patience = RetryOptions::within(Duration::from_secs(60)).with_attempts(20);
    let patience = patience.with_backoff(Duration::from_millis(20), Duration::from_millis(500));
    let deployer = witness.layered(Retry::new().with_options(patience));
    let watch = WatchOptions::within(Duration::from_secs(30)).with_log_tail(5);
    let watch = watch.with_intervals(Duration::from_millis(20), Duration::from_millis(200));
    let result = deployer.deploy_and_wait(&request, watch).await;
    let version = match request.revision() {
        Revision::ImageTag(tag) => Some(tag.clone()),
        _ => None,
    };
    let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Told { call, target: request.target().clone(), version, result, seen })
}
