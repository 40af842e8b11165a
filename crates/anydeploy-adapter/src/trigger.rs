//! Triggers, on every platform alike: prepare, send, recover.
//!
//! ```text
//! plan      the request is checked, its turn comes, the baseline is read   nothing is triggered
//! post      the trigger is sent, once
//! search    after a lost answer, or in another process: polls until the deployment is found, or provably not there
//! ```
//!
//! [`deploy`] is these in a row; [`prepare`], [`send`] and [`recover`] are the same with an [`Intent`] in between, which
//! outlives the process.

mod prepared;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::recovery::{Patience, Recovery, Resolution, Step};
use crate::turn::{Left, Turn};
use crate::{DeployRequest, Deployment, Error, ErrorKind, Intent, Platform, Result, Timing};

use prepared::Prepared;

/// What the answer to a trigger says.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// The deployment that it started, or was taken for.
    Accepted(Box<Deployment>),
    /// Nothing is left to find out: a refusal, or an end of its own.
    Failed(Error),
    /// Whether it was acted on is open.
    Lost(Error),
    /// It was acted on, and the answer does not name the deployment, so that absence proves nothing.
    Unnamed(Error),
}

impl Answer {
    /// The answer that names a deployment.
    #[must_use]
    pub fn accepted(deployment: Deployment) -> Self {
        Self::Accepted(Box::new(deployment))
    }

    /// The answer that an error of the request means: lost, unless it was provably not acted on.
    #[must_use]
    pub fn of_error(error: Error) -> Self {
        if error.is_safe_to_repeat() { Self::Failed(error) } else { Self::Lost(error) }
    }
}

/// What a platform does for a trigger.
pub trait Trigger: Sync {
    /// The platform.
    const PLATFORM: Platform;

    /// What is sent, and what was read before it: JSON without a credential, which another process may read.
    type Plan: Serialize + DeserializeOwned + Send + Sync;

    /// What one search has seen so far.
    type Seen: Default + Send;

    /// The longest pause between two polls of a search, as a part of the time that a trigger takes to settle: the smaller,
    /// the longer.
    const PAUSES: u32 = 10;

    /// How long the platform may take.
    fn timing(&self) -> &Timing;

    /// Checks a request, takes its turn, and reads the baseline; nothing is triggered.
    fn plan(&self, request: &DeployRequest) -> impl Future<Output = Result<(Turn, Self::Plan)>> + Send;

    /// Takes the turn of a plan once more.
    fn turn(&self, request: &DeployRequest, plan: &Self::Plan) -> impl Future<Output = Turn> + Send;

    /// Finds the deployment of an earlier trigger for the same request that counted as not acted on, if the platform can.
    fn earlier(
        &self,
        request: &DeployRequest,
        plan: &Self::Plan,
    ) -> impl Future<Output = Result<Option<Deployment>>> + Send {
        let _ = (request, plan);
        async { Ok(None) }
    }

    /// Sends the trigger, once, and reads what its answer means.
    fn post(&self, request: &DeployRequest, plan: &Self::Plan, turn: &Turn) -> impl Future<Output = Answer> + Send;

    /// Searches once for the deployment of a trigger that may have been sent.
    ///
    /// `is_ours` says that this process sent it, so that nothing of it was missed.
    /// Without a correlation tag, what was made later than [`Timing::acted_on_within`] after the baseline is not the
    /// trigger's.
    fn search(
        &self,
        request: &DeployRequest,
        plan: &Self::Plan,
        turn: &Turn,
        seen: &mut Self::Seen,
        is_ours: bool,
    ) -> impl Future<Output = Result<Resolution>> + Send;

    /// What a trigger leaves behind, until its deployment is seen; `None` if the id of the deployment names it.
    fn left(&self, plan: &Self::Plan, deployment: &Deployment) -> Option<Left>;

    /// Notes a trigger that counts as not acted on, for [`earlier`](Self::earlier).
    fn was_not_acted_on(&self, request: &DeployRequest, plan: Self::Plan) {
        let _ = (request, plan);
    }
}

/// Triggers one deployment, and says which one it is.
///
/// # Errors
/// Those of [`Deployer::deploy`](crate::Deployer::deploy).
pub async fn deploy<T: Trigger>(trigger: T, request: &DeployRequest) -> Result<Deployment> {
    let (turn, plan) = trigger.plan(request).await?;
    match trigger.earlier(request, &plan).await? {
        Some(earlier) => Ok(earlier),
        None => run(&trigger, request, plan, turn).await,
    }
}

/// Reads what a trigger needs, and triggers nothing.
///
/// # Errors
/// Those of [`TwoPhase::prepare_trigger`](crate::TwoPhase::prepare_trigger).
pub async fn prepare<T: Trigger>(trigger: T, request: &DeployRequest) -> Result<Intent> {
    let (turn, plan) = trigger.plan(request).await?;
    let baseline = serde_json::to_value(&plan).map_err(|error| {
        // Plans hold texts and numbers alone.
        Error::new(ErrorKind::InvalidInput, "the request cannot be stored").with_source(error)
    })?;
    let id = Uuid::new_v4().simple().to_string();
    prepared::insert(&id, Prepared { at: Instant::now(), turn: turn.number() }, trigger.timing().send_within);
    Ok(Intent::new(T::PLATFORM, id, request.clone(), baseline))
}

/// Sends the trigger of an intent, if this process prepared it and has not sent it yet.
///
/// # Errors
/// Those of [`TwoPhase::send_trigger`](crate::TwoPhase::send_trigger).
pub async fn send<T: Trigger>(trigger: T, intent: &Intent) -> Result<Deployment> {
    let plan = plan_of(&trigger, intent)?;
    let Some(prepared) = prepared::take(intent.id()) else { return recover(trigger, intent).await };
    let request = intent.request();
    let mut turn = trigger.turn(request, &plan).await;
    turn.for_intent(intent.id());
    if let Some(earlier) = trigger.earlier(request, &plan).await? {
        return Ok(earlier);
    }
    let send_within = trigger.timing().send_within;
    // The fence: from here on, nothing is awaited until the request is made.
    if prepared.at.elapsed() > send_within {
        return Err(expired::<T>("the intent was prepared too long ago"));
    }
    if turn.is_stale(prepared.turn) {
        return Err(expired::<T>("another trigger of this program for the same target came after the intent"));
    }
    let sent = run(&trigger, request, plan, turn).await;
    if sent.as_ref().is_err_and(Error::is_safe_to_repeat) {
        prepared::insert(intent.id(), prepared, send_within);
    }
    sent
}

/// Searches for the deployment of an intent that another process may have sent, or that this one sent and forgot.
///
/// # Errors
/// Those of [`TwoPhase::recover_trigger`](crate::TwoPhase::recover_trigger).
pub async fn recover<T: Trigger>(trigger: T, intent: &Intent) -> Result<Deployment> {
    let plan = plan_of(&trigger, intent)?;
    let request = intent.request();
    // It is not sent any more by this process.
    prepared::take(intent.id());
    let mut turn = trigger.turn(request, &plan).await;
    turn.for_intent(intent.id());
    let lost = Error::new(ErrorKind::NoAnswer, "the answer to the trigger is not known")
        .with_platform(T::PLATFORM)
        .with_operation("recover");
    // Whoever sends it begins within the fence, and that began before this search.
    let patience =
        Patience::settling(trigger.timing()).with_pauses(T::PAUSES).for_all_of(trigger.timing().acted_on_within());
    let found = search(&trigger, request, &plan, &turn, lost, patience, false).await;
    match found.as_ref().ok().and_then(|found| trigger.left(&plan, found)) {
        Some(left) => turn.leave(left),
        None => turn.end(),
    }
    found
}

/// Sends the trigger in its turn, and searches for its deployment if the answer does not name it.
async fn run<T: Trigger>(trigger: &T, request: &DeployRequest, plan: T::Plan, mut turn: Turn) -> Result<Deployment> {
    let timing = trigger.timing();
    turn.sent(timing.trigger_settles);
    let patience = Patience::settling(timing).with_pauses(T::PAUSES);
    let deployed = match trigger.post(request, &plan, &turn).await {
        Answer::Accepted(deployment) => Ok(*deployment),
        Answer::Failed(error) => Err(error),
        Answer::Lost(lost) => {
            turn.lost();
            search(trigger, request, &plan, &turn, lost, patience, true).await
        }
        Answer::Unnamed(unnamed) => {
            turn.lost();
            let found = search(trigger, request, &plan, &turn, unnamed, patience, true).await;
            found.map_err(accepted_all_the_same)
        }
    };
    match &deployed {
        Ok(deployment) => match trigger.left(&plan, deployment) {
            Some(left) => turn.leave(left),
            None => turn.end(),
        },
        Err(error) if error.is_safe_to_repeat() => turn.end_without(),
        // Its deployment may still appear.
        Err(_) => drop(turn),
    }
    if deployed.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotTriggered) {
        trigger.was_not_acted_on(request, plan);
    }
    deployed
}

async fn search<T: Trigger>(
    trigger: &T,
    request: &DeployRequest,
    plan: &T::Plan,
    turn: &Turn,
    lost: Error,
    patience: Patience,
    is_ours: bool,
) -> Result<Deployment> {
    let (started, mut seen) = (Instant::now(), T::Seen::default());
    let mut recovery = Recovery::new(lost, patience);
    loop {
        let age = started.elapsed();
        let found = trigger.search(request, plan, turn, &mut seen, is_ours).await;
        match recovery.judge(found, age) {
            Step::Ended(result) => return *result,
            Step::Wait(wait) => sleep(wait).await,
        }
    }
}

/// The plan of an intent.
fn plan_of<T: Trigger>(_: &T, intent: &Intent) -> Result<T::Plan> {
    intent.expect_platform(&T::PLATFORM)?;
    T::Plan::deserialize(intent.baseline()).map_err(|error| {
        let message = "the intent cannot be read: another version of this library may have prepared it";
        Error::new(ErrorKind::InvalidInput, message).with_platform(T::PLATFORM).with_source(error)
    })
}

fn expired<T: Trigger>(why: &'static str) -> Error {
    let message = format!("{why}, and its trigger was not sent");
    Error::new(ErrorKind::IntentExpired, message).with_platform(T::PLATFORM).with_operation("send")
}

/// An absence that proves nothing, as the server has answered that it accepted the request.
fn accepted_all_the_same(error: Error) -> Error {
    if error.kind() != ErrorKind::NotTriggered {
        return error;
    }
    let message = "the request was accepted, the answer names no deployment, and none of it was seen afterwards";
    let mut open = Error::new(ErrorKind::Undecidable, message);
    if let Some(platform) = error.platform() {
        open = open.with_platform(platform.clone());
    }
    if let Some(operation) = error.operation() {
        open = open.with_operation(operation.to_owned());
    }
    open.with_source(error)
}

#[cfg(test)]
mod tests;
