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

use std::time::Duration;

use chrono::Utc;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::failure::after_loss;
use crate::recovery::{Patience, Recovery, Resolution, Step};
use crate::turn::{Left, Overlap, Turn};
use crate::{DeployRequest, Deployment, Error, ErrorKind, Intent, Platform, Result, Target, Timing};

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

    /// The name of the place in which the trigger takes its turn, and the target.
    fn place(&self, request: &DeployRequest, plan: &Self::Plan) -> (String, Target);

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
    let timing = trigger.timing();
    let stored = Stored {
        v: STORED,
        place: trigger.place(request, &plan).0,
        overlap: turn.overlap(),
        has_neighbour: turn.has_neighbour(),
        acted_on_within: timing.acted_on_within(),
        plan,
    };
    let baseline = serde_json::to_value(&stored).map_err(|error| {
        // Plans hold texts and numbers alone.
        Error::new(ErrorKind::InvalidInput, "the request cannot be stored").with_source(error)
    })?;
    let id = Uuid::new_v4().simple().to_string();
    let prepared = Prepared { at: Instant::now(), _place: turn.place(), turn: turn.number() };
    prepared::insert(&id, prepared, timing.send_within);
    Ok(Intent::new(T::PLATFORM, id, request.clone(), baseline))
}

/// Sends the trigger of an intent, if this process prepared it and has not sent it yet.
///
/// # Errors
/// Those of [`TwoPhase::send_trigger`](crate::TwoPhase::send_trigger).
pub async fn send<T: Trigger>(trigger: T, intent: &Intent) -> Result<Deployment> {
    let stored = stored::<T>(intent)?;
    if !prepared::is_there(intent.id()) {
        return recover(trigger, intent).await;
    }
    let request = intent.request();
    let turn = turn_of(&trigger, intent, &stored).await;
    if let Some(earlier) = trigger.earlier(request, &stored.plan).await? {
        return Ok(earlier);
    }
    // The fence: from here on, nothing is awaited until the request is made.
    let Some(prepared) = prepared::take(intent.id()) else {
        drop(turn);
        return recover(trigger, intent).await;
    };
    let send_within = trigger.timing().send_within;
    // The one clock stands still while the machine sleeps, the other may be set back.
    let by_date = (Utc::now() - intent.prepared_at()).to_std().unwrap_or_default();
    if prepared.at.elapsed().max(by_date) > send_within {
        return Err(expired::<T>("the intent was prepared too long ago"));
    }
    if turn.is_stale(prepared.turn) {
        return Err(expired::<T>("another trigger of this program for the same target came after the intent"));
    }
    let sent = run(&trigger, request, stored.plan, turn).await;
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
    let stored = stored::<T>(intent)?;
    let (request, timing) = (intent.request(), trigger.timing());
    let lost = Error::new(ErrorKind::NoAnswer, "the answer to the trigger is not known")
        .with_platform(T::PLATFORM)
        .with_operation("recover");
    // The process that prepared it is the only one that sends it, and does so no more.
    if prepared::take(intent.id()).is_some() {
        return Err(after_loss(ErrorKind::NotTriggered, "this process had not sent it", lost));
    }
    // The sender begins within the fence, and that began before this search, which begins before its turn.
    let started = Instant::now();
    let acted_on_within = timing.acted_on_within().max(stored.acted_on_within);
    let mut turn = turn_of(&trigger, intent, &stored).await;
    turn.sent(acted_on_within);
    let patience = Patience::settling(timing, T::PAUSES).for_all_of(acted_on_within);
    let is_elsewhere = trigger.place(request, &stored.plan).0 != stored.place;
    let search = Search { started, patience, is_ours: false };
    let found = search.run(&trigger, request, &stored.plan, &turn, lost).await;
    match found {
        Ok(found) => {
            match trigger.left(&stored.plan, &found) {
                Some(left) => turn.leave(left),
                None => turn.end(),
            }
            Ok(found)
        }
        Err(error) if error.kind() == ErrorKind::NotTriggered && is_elsewhere => {
            let why = "the intent was prepared under another address, where it may have been sent";
            Err(after_loss(ErrorKind::Undecidable, why, error))
        }
        Err(error) => {
            if error.is_safe_to_repeat() {
                turn.end_without();
            }
            Err(error)
        }
    }
}

/// Sends the trigger in its turn, and searches for its deployment if the answer does not name it.
async fn run<T: Trigger>(trigger: &T, request: &DeployRequest, plan: T::Plan, mut turn: Turn) -> Result<Deployment> {
    let timing = trigger.timing();
    turn.sent(timing.trigger_settles);
    let search = |started| Search { started, patience: Patience::settling(timing, T::PAUSES), is_ours: true };
    let deployed = match trigger.post(request, &plan, &turn).await {
        Answer::Accepted(deployment) => Ok(*deployment),
        Answer::Failed(error) => Err(error),
        Answer::Lost(lost) => {
            turn.lost();
            search(Instant::now()).run(trigger, request, &plan, &turn, lost).await
        }
        Answer::Unnamed(unnamed) => {
            turn.lost();
            let found = search(Instant::now()).run(trigger, request, &plan, &turn, unnamed).await;
            found.map_err(accepted_all_the_same)
        }
    };
    match &deployed {
        Ok(deployment) => match trigger.left(&plan, deployment) {
            Some(left) => turn.leave(left),
            None => turn.end(),
        },
        Err(error) if error.is_safe_to_repeat() => {
            // The next trigger has to know of it when its turn begins.
            if error.kind() == ErrorKind::NotTriggered {
                trigger.was_not_acted_on(request, plan);
            }
            turn.end_without();
        }
        // Its deployment may still appear.
        Err(_) => drop(turn),
    }
    deployed
}

/// A search for the deployment of a trigger.
struct Search {
    /// When it began: a trigger that is not acted on by a time counted from here never is.
    started: Instant,
    patience: Patience,
    /// This process sent the trigger.
    is_ours: bool,
}

impl Search {
    async fn run<T: Trigger>(
        self,
        trigger: &T,
        request: &DeployRequest,
        plan: &T::Plan,
        turn: &Turn,
        lost: Error,
    ) -> Result<Deployment> {
        let mut seen = T::Seen::default();
        let mut recovery = Recovery::new(lost, self.patience);
        loop {
            let age = self.started.elapsed();
            let found = trigger.search(request, plan, turn, &mut seen, self.is_ours).await;
            match recovery.judge(found, age) {
                Step::Ended(result) => return *result,
                Step::Wait(wait) => sleep(wait).await,
            }
        }
    }
}

/// The turn of an intent, which knows what the turn that prepared it found.
async fn turn_of<T: Trigger>(trigger: &T, intent: &Intent, stored: &Stored<T::Plan>) -> Turn {
    let (place, target) = trigger.place(intent.request(), &stored.plan);
    let mut turn = Turn::take(&place, &target).await;
    turn.for_intent(intent.id(), stored.overlap, stored.has_neighbour);
    turn
}

/// The version of the form in which a plan is stored.
const STORED: u32 = 1;

/// What an intent holds of a trigger.
#[derive(Serialize, Deserialize)]
struct Stored<P> {
    /// Raised when a member is added that a reader must not ignore.
    v: u32,
    /// The place in which it takes its turn, and with it the address of the server.
    place: String,
    /// The closest overlap with an earlier trigger of the process that prepared it.
    overlap: Option<Overlap>,
    has_neighbour: bool,
    /// How long after the baseline the trigger can still be acted on, by the times of the process that sends it.
    #[serde(with = "millis", rename = "acted_on_within_ms")]
    acted_on_within: Duration,
    plan: P,
}

/// A time as whole milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

/// What an intent holds.
fn stored<T: Trigger>(intent: &Intent) -> Result<Stored<T::Plan>> {
    intent.expect_platform(&T::PLATFORM)?;
    let unreadable = || {
        let message = "the intent cannot be read: another version of this library prepared it";
        Error::new(ErrorKind::InvalidInput, message).with_platform(T::PLATFORM)
    };
    // A later version may have members that decide whether the trigger was sent.
    if intent.baseline().get("v").and_then(Value::as_u64) != Some(STORED.into()) {
        return Err(unreadable());
    }
    Stored::deserialize(intent.baseline()).map_err(|error| unreadable().with_source(error))
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
