//! One call: `deploy_and_wait` through the retry layer, and the record of what it returned.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anydeploy::{
    Action, DeployRequest, Deployer, DeployerExt, Error, ErrorKind, HistoryOptions, Loss, Outcome, RanRevision, Result,
    Retry, RetryOptions, Revision, RollbackTarget, Target, WatchOptions,
};

use super::recording::{RecordingLayer, Returned};
use super::verb::Verb;
use crate::scene::Scene;

/// What stands between the retry layer and the adapter of each call.
pub type Wrap = fn(Arc<dyn Deployer>) -> Arc<dyn Deployer>;

/// What one call asked for and what it returned.
pub(crate) struct CallRecord {
    pub(super) call: u64,
    pub(super) target: Target,
    /// The version that was asked for, if one was.
    pub(super) version: Option<String>,
    /// Whether the platform has to build for it.
    pub(super) builds: bool,
    pub(super) result: Result<Outcome>,
    /// What the adapter returned on the way.
    pub(super) returned: Returned,
}

impl CallRecord {
    pub(crate) fn new(call: u64, request: &DeployRequest, result: Result<Outcome>, returned: Returned) -> Self {
        let version = match (request.revision(), request.rollback_point().map(|point| &point.revision)) {
            (Revision::ImageTag(tag), _) | (_, Some(RanRevision::ImageTag(tag))) => Some(tag.clone()),
            _ => None,
        };
        let builds = request.action() != Action::Restart;
        Self { call, target: request.target().clone(), version, builds, result, returned }
    }
}

impl fmt::Display for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} on {}: ", self.call, self.target)?;
        match &self.result {
            Ok(outcome) => write!(f, "{outcome}")?,
            Err(error) => write!(f, "{error:#}")?,
        }
        if let Ok(Outcome::Lost(Loss { last: Some(last), .. })) = &self.result {
            write!(f, "; last {}", last.id)?;
        }
        for (identity, id) in &self.returned.resolved {
            write!(f, "; {identity} {id}")?;
        }
        for error in &self.returned.errors {
            write!(f, "\n  a trigger: {error}")?;
        }
        Ok(())
    }
}

/// How often the versions are listed until they are read.
const MAX_LISTS: usize = 20;

/// The newest version of a target that it can go back to and that does not run.
async fn version(deployer: &Arc<dyn Deployer>, target: &Target) -> Result<RollbackTarget> {
    let mut tries = 1;
    let versions = loop {
        match deployer.rollback_targets(target, HistoryOptions::default()).await {
            Err(_) if tries < MAX_LISTS => tries += 1,
            versions => break versions?,
        }
    };
    let is_usable = |version: &RollbackTarget| version.obstacle.is_none() && version.is_current != Some(true);
    let usable = versions.into_iter().find(is_usable);
    usable.ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no version to go back to"))
}

/// Makes one call; its watch shares the hub of `hub_of`, if there is such an adapter.
pub(super) async fn make(
    scene: &dyn Scene,
    inner: Arc<dyn Deployer>,
    target: usize,
    call: u64,
    hub_of: Option<Arc<dyn Deployer>>,
    verb: Verb,
) -> CallRecord {
    let timeline = scene.access().timeline;
    let plain = scene.request(target, call);
    let mut has_image = false;
    let request = match verb {
        Verb::Restart => DeployRequest::restart(plain.target().clone()),
        Verb::Rollback => match version(&inner, plain.target()).await {
            Ok(version) => {
                has_image = version.builds == Some(false);
                DeployRequest::rollback(&version)
            }
            // Nothing is triggered yet.
            Err(error) => {
                return CallRecord::new(call, &plain, Err(error.with_safe_to_repeat(true)), Returned::default());
            }
        },
        _ => plain,
    };
    let returned = Arc::new(Mutex::new(Returned::default()));
    let recording = Arc::new(RecordingLayer { inner, returned: Arc::clone(&returned), timeline, hub_of });
    let retry = RetryOptions::within(Duration::from_mins(1)).with_attempts(20);
    let retry = retry.with_backoff(Duration::from_millis(20), Duration::from_millis(500));
    let deployer = Arc::clone(&recording).layered(Retry::new().with_options(retry));
    let watch = WatchOptions::within(Duration::from_secs(30)).with_log_tail(5);
    let watch = watch.with_intervals(Duration::from_millis(20), Duration::from_millis(200));
    let result = deployer.deploy_and_wait(&request, watch).await;
    if let Ok(outcome) = &result {
        // A batch of the hub has read it, unless it was read alone and is recorded already.
        recording.record_end(outcome.deployment());
    }
    let returned = std::mem::take(&mut *returned.lock().unwrap_or_else(PoisonError::into_inner));
    let record = CallRecord::new(call, &request, result, returned);
    CallRecord { builds: record.builds && !has_image, ..record }
}
