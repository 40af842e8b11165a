//! A call that writes: a stop, a start, or the variables of a target, and the record of what it returned.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    Applied, Deployer, DeployerExt, DesiredState, DesiredVariables, Error, PlanOptions, Result, Target, VariableScope,
    VariableValue, WatchOptions,
};
use fastrand::Rng;
use futures::future::{BoxFuture, FutureExt};
use tokio::time::sleep;

use super::verb::Verb;
use crate::ScenePlatform;
use crate::scene::Scene;

/// How often a write is tried that was provably not acted on.
const MAX_TRIES: usize = 20;

/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// How many variables a target has at most.
const KEYS: usize = 6;

/// What a write asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Stop,
    Start,
    Variables,
}

/// What a write returned.
#[derive(Debug)]
pub(super) enum Written {
    /// Whether a request was sent that starts or stops the target.
    State { sent: bool },
    /// The variables that were written and removed, and the first of which the server has another value right afterwards.
    Variables { written: BTreeSet<String>, removed: BTreeSet<String>, other: Option<String> },
}

/// What one write asked for and what it returned.
pub(super) struct WriteRecord {
    /// By which the server knows its requests.
    pub(super) call: u64,
    pub(super) target: Target,
    pub(super) asked: Asked,
    pub(super) result: Result<Written>,
    /// How waiting for the state ended, where it was waited for.
    pub(super) awaited: Option<Result<()>>,
}

impl WriteRecord {
    /// Whether it left open what was done, so that a person would look before the next one.
    pub(super) fn is_open(&self) -> bool {
        let is_open = |error: &Error| !error.is_safe_to_repeat();
        self.result.as_ref().is_err_and(is_open) || self.awaited.as_ref().is_some_and(Result::is_err)
    }
}

impl fmt::Display for WriteRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "write {} ({:?}) on {}: ", self.call, self.asked, self.target)?;
        match &self.result {
            Ok(written) => write!(f, "{written:?}"),
            Err(error) => write!(f, "{error:#}"),
        }?;
        match &self.awaited {
            Some(Err(error)) => write!(f, "; then {error:#}"),
            _ => Ok(()),
        }
    }
}

/// What the writes of one caller need.
pub(super) struct Writer<'a> {
    pub(super) platform: ScenePlatform,
    pub(super) scene: &'a dyn Scene,
    pub(super) target: &'a Target,
}

impl Writer<'_> {
    /// Makes the writes of one call: each names its requests by a number of its own.
    pub(super) async fn make(&self, verb: Verb, call: u64) -> Result<Vec<WriteRecord>> {
        let (first, second) = (2 * call, 2 * call + 1);
        if verb == Verb::Variables {
            return Ok(vec![self.apply(first).await?]);
        }
        Ok(vec![self.change(first, Asked::Stop).await?, self.change(second, Asked::Start).await?])
    }

    fn adapter(&self, call: u64) -> Result<Arc<dyn Deployer>> {
        self.platform.adapter(&self.scene.access().connection(call))
    }

    fn record(&self, call: u64, asked: Asked, result: Result<Written>) -> WriteRecord {
        WriteRecord { call, target: self.target.clone(), asked, result, awaited: None }
    }

    /// Stops or starts the target, and waits until it is in that state.
    async fn change(&self, call: u64, asked: Asked) -> Result<WriteRecord> {
        let adapter = self.adapter(call)?;
        let change = || match asked {
            Asked::Stop => adapter.stop(self.target),
            _ => adapter.start(self.target),
        };
        let changed = repeated(change).await.map(|change| Written::State { sent: change.sent });
        let mut record = self.record(call, asked, changed);
        if record.result.is_ok() {
            let desired = if asked == Asked::Stop { DesiredState::Stopped } else { DesiredState::Running };
            let options = WatchOptions::within(Duration::from_secs(15));
            let options = options.with_intervals(Duration::from_millis(20), Duration::from_millis(200));
            record.awaited = Some(adapter.await_state(self.target, desired, options).await.map(drop));
        }
        Ok(record)
    }

    /// Plans and applies some variables, drawn by the number of the call.
    async fn apply(&self, call: u64) -> Result<WriteRecord> {
        let adapter = self.adapter(call)?;
        let (desired, options) = draw(call);
        let apply = || {
            async {
                let plan = adapter.plan_variables(self.target, &desired, options).await;
                // Nothing is written yet.
                let plan = plan.map_err(|error| error.with_safe_to_repeat(true))?;
                adapter.apply_variables(&plan).await
            }
            .boxed()
        };
        let applied = repeated(apply).await;
        let written = match applied {
            Ok(applied) => Ok(self.variables(applied, &desired).await?),
            Err(error) => Err(error),
        };
        Ok(self.record(call, Asked::Variables, written))
    }

    async fn variables(&self, applied: Applied, desired: &DesiredVariables) -> Result<Written> {
        let calm = self.platform.adapter(&self.scene.access().calm_connection())?;
        let now = calm.variables_of(self.target).await?;
        let is_other = |key: &str, value: &str| match now.get(key, &VariableScope::Runtime).map(|one| &one.value) {
            Some(VariableValue::Known(known)) => known.expose() != value,
            Some(_) => false,
            None => true,
        };
        let other = desired.iter().find(|wanted| is_other(&wanted.key, wanted.value.expose()));
        Ok(Written::Variables {
            written: applied.written.into_iter().chain(applied.unverified).collect(),
            removed: applied.removed.into_iter().collect(),
            other: other.map(|wanted| wanted.key.clone()),
        })
    }
}

/// What the variables are to be: every third call removes those that it does not name.
fn draw(call: u64) -> (DesiredVariables, PlanOptions) {
    let mut rng = Rng::with_seed(call);
    let mut desired = DesiredVariables::new().set("KEY_0", format!("value {call}"));
    for key in 1..KEYS {
        if rng.bool() {
            desired = desired.set(format!("KEY_{key}"), format!("value {}", rng.u8(..4)));
        }
    }
    (desired, if rng.u8(..3) == 0 { PlanOptions::exact() } else { PlanOptions::merge() })
}

/// Does something again as long as its error says that nothing was done.
async fn repeated<'a, T>(act: impl Fn() -> BoxFuture<'a, Result<T>> + Send) -> Result<T> {
    let mut tries = 1;
    loop {
        match act().await {
            Err(error) if tries < MAX_TRIES && is_repeatable(&error) => sleep(PAUSE).await,
            result => return result,
        }
        tries += 1;
    }
}

fn is_repeatable(error: &Error) -> bool {
    error.is_safe_to_repeat() && error.partial().is_none_or(|partial| partial.written.is_empty())
}
