//! Triggers, on every platform alike: prepare, send, recover.
//!
//! ```text
//! plan      the request is checked, its turn comes, the baseline is read   nothing is triggered
//! set       the setting that the request names is changed, if it names one
//! post      the trigger is sent, once
//! unset     the setting is changed back, if nothing was triggered
//! search    after a lost answer, or in another process: polls until the deployment is found, or provably not there
//! ```
//!
//! [`deploy`] is these in a row; [`prepare`], [`send`] and [`recover`] are the same with an [`Intent`] in between, which
//! outlives the process.

mod prepared;
mod setting;
mod stored;

use std::time::Duration;

use chrono::Utc;
use futures::future::{BoxFuture, FutureExt, ready};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::failure::after_loss;
use crate::recovery::{Patience, Recovery, Resolution, Step};
use crate::throttle::{Class, as_class};
use crate::turn::{Left, Turn};
use crate::{DeployRequest, Deployment, Error, ErrorKind, Intent, Platform, Result, Target, Timing};

use prepared::Prepared;
use setting::Changed;
use stored::Stored;

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

/// Plans the triggers of a platform.
pub trait Planner: Send + Sync {
    /// The platform.
    const PLATFORM: Platform;

    /// What is sent, and what was read before it: JSON without a credential, which another process may read.
    type Plan: Serialize + DeserializeOwned + Send;

    /// Checks a request, takes its turn, and reads the baseline; nothing is triggered.
    fn plan(&self, request: &DeployRequest) -> impl Future<Output = Result<(Turn, Self::Plan)>> + Send;

    /// The trigger of a request by its plan, which another process may have made.
    fn trigger<'a>(&'a self, request: &'a DeployRequest, plan: Self::Plan) -> Box<dyn Trigger + 'a>;
}

/// The trigger of one request, by its plan.
pub trait Trigger: Send + Sync {
    /// How long the platform may take.
    fn timing(&self) -> &Timing;

    /// The name of the place in which the trigger takes its turn, and the target.
    fn place(&self) -> (String, Target);

    /// The longest pause between two polls of a search, as a part of the time that a trigger takes to settle: the smaller,
    /// the longer.
    fn pauses(&self) -> u32 {
        10
    }

    /// Finds the deployment of an earlier trigger for the same request that counted as not acted on, if the platform can.
    fn earlier<'a>(&'a self, turn: &'a Turn) -> BoxFuture<'a, Result<Option<Deployment>>> {
        let _ = turn;
        ready(Ok(None)).boxed()
    }

    /// Changes the setting of the target that the request names, and returns whether it had to; nothing by default.
    ///
    /// It reads the setting again, and ends in a [`Conflict`](ErrorKind::Conflict) if it is not the one of the plan any
    /// more, or not the wanted one after the write.
    /// A lost answer is decided by reading.
    fn set<'a>(&'a mut self, turn: &'a Turn) -> BoxFuture<'a, Result<bool>> {
        let _ = turn;
        ready(Ok(false)).boxed()
    }

    /// Sets back what [`set`](Self::set) changed, unless somebody else changed it since, and says in one sentence what the
    /// setting is now; empty by default.
    fn unset(&mut self) -> BoxFuture<'_, String> {
        ready(String::new()).boxed()
    }

    /// Reads whether the target has the setting that the request names; `false` by default.
    fn is_set(&mut self) -> BoxFuture<'_, Result<bool>> {
        ready(Ok(false)).boxed()
    }

    /// Sends the trigger, once, and reads what its answer means.
    fn post<'a>(&'a self, turn: &'a Turn) -> BoxFuture<'a, Answer>;

    /// Searches once for the deployment of a trigger that may have been sent.
    ///
    /// Without a correlation tag, what was made later than [`Search::acted_on_within`] after the baseline is not the
    /// trigger's.
    fn search<'a>(&'a mut self, search: Search<'a>) -> BoxFuture<'a, Result<Resolution>>;

    /// What the trigger leaves behind, until its deployment is seen; `None` if the id of the deployment names it.
    fn left(&self, deployment: &Deployment) -> Option<Left>;

    /// Notes that the trigger counts as not acted on, for the [`earlier`](Self::earlier) of a later one.
    fn was_not_acted_on(&self, turn: &Turn) {
        let _ = turn;
    }
}

/// What a search may rely on.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Search<'a> {
    /// The turn of the trigger, or of the search in another process.
    pub turn: &'a Turn,
    /// This process sent the trigger, so that nothing of it was missed.
    pub is_ours: bool,
    /// How long after the baseline the trigger can still be acted on, by the times of the process that sends it.
    pub acted_on_within: Duration,
}

impl<'a> Search<'a> {
    /// A search by the process that sent the trigger.
    #[must_use]
    pub const fn of_own(turn: &'a Turn, acted_on_within: Duration) -> Self {
        Self { turn, is_ours: true, acted_on_within }
    }
}

/// Triggers one deployment, and says which one it is.
///
/// # Errors
/// Those of [`Deployer::deploy`](crate::Deployer::deploy).
pub async fn deploy<P: Planner>(planner: P, request: &DeployRequest) -> Result<Deployment> {
    let (turn, plan) = planner.plan(request).await?;
    deploy_planned(planner.trigger(request, plan), request, turn).await
}

/// Sends a trigger that was planned already, in its turn, such as one request for several targets that take turns together.
///
/// Where each target has a turn of its own, each ends by [`settle`] instead.
///
/// # Errors
/// Those of [`Deployer::deploy`](crate::Deployer::deploy).
pub async fn deploy_in_turn(trigger: &mut dyn Trigger, turn: Turn) -> Result<Deployment> {
    run(trigger, turn, None).await
}

/// Reads what a trigger needs, and triggers nothing.
///
/// # Errors
/// Those of [`TwoPhase::prepare_trigger`](crate::TwoPhase::prepare_trigger).
pub async fn prepare<P: Planner>(planner: P, request: &DeployRequest) -> Result<Intent> {
    let (turn, plan) = planner.plan(request).await?;
    let stored = serde_json::to_value(&plan);
    let trigger = planner.trigger(request, plan);
    let baseline =
        stored.and_then(|plan| serde_json::to_value(Stored::new(&*trigger, &turn, plan))).map_err(|error| {
            // Plans hold texts and numbers alone.
            Error::new(ErrorKind::InvalidInput, "the request cannot be stored").with_source(error)
        })?;
    let id = Uuid::new_v4().simple().to_string();
    let prepared = Prepared { at: Instant::now(), _place: turn.place(), turn: turn.number() };
    prepared::insert(&id, prepared, trigger.timing().send_within);
    Ok(Intent::new(P::PLATFORM, id, request.clone(), baseline))
}

/// Sends the trigger of an intent, if this process prepared it and has not sent it yet.
///
/// # Errors
/// Those of [`TwoPhase::send_trigger`](crate::TwoPhase::send_trigger).
pub async fn send<P: Planner>(planner: P, intent: &Intent) -> Result<Deployment> {
    let (stored, trigger) = stored::open(&planner, intent)?;
    send_planned(trigger, intent, stored).await
}

/// Searches for the deployment of an intent that another process may have sent, or that this one sent and forgot.
///
/// # Errors
/// Those of [`TwoPhase::recover_trigger`](crate::TwoPhase::recover_trigger).
pub async fn recover<P: Planner>(planner: P, intent: &Intent) -> Result<Deployment> {
    let (stored, trigger) = stored::open(&planner, intent)?;
    recover_planned(trigger, intent, stored).await
}

// What follows is the same for all platforms: its futures are boxed, so that it is compiled once, and here.

fn deploy_planned<'a>(
    mut trigger: Box<dyn Trigger + 'a>,
    request: &'a DeployRequest,
    turn: Turn,
) -> BoxFuture<'a, Result<Deployment>> {
    async move {
        if let Some(earlier) = trigger.earlier(&turn).await? {
            return Ok(was_late(&*trigger, turn, earlier));
        }
        let changed = setting::set(&mut *trigger, request, &turn).await?;
        run(&mut *trigger, turn, changed).await
    }
    .boxed()
}

fn send_planned<'a>(
    mut trigger: Box<dyn Trigger + 'a>,
    intent: &'a Intent,
    stored: Stored,
) -> BoxFuture<'a, Result<Deployment>> {
    async move {
        if !prepared::is_there(intent.id()) {
            return recover_planned(trigger, intent, stored).await;
        }
        let turn = turn_of(&*trigger, intent, &stored).await;
        if let Some(earlier) = trigger.earlier(&turn).await? {
            return Ok(was_late(&*trigger, turn, earlier));
        }
        let Some(prepared) = prepared::take(intent.id()) else {
            drop(turn);
            return recover_planned(trigger, intent, stored).await;
        };
        let send_within = trigger.timing().send_within;
        // An intent that came too late sets nothing either.
        check_fence(intent, &prepared, &turn, send_within)?;
        let sent = match setting::set(&mut *trigger, intent.request(), &turn).await {
            Err(error) => Err(error),
            // The fence: from here on, nothing is awaited until the request is made.
            Ok(changed) => match check_fence(intent, &prepared, &turn, send_within) {
                Err(error) => return Err(setting::undo(&mut *trigger, changed, error).await),
                Ok(()) => run(&mut *trigger, turn, changed).await,
            },
        };
        if sent.as_ref().is_err_and(Error::is_safe_to_repeat) {
            prepared::insert(intent.id(), prepared, send_within);
        }
        sent
    }
    .boxed()
}

/// Checks that the trigger of an intent may still be sent.
fn check_fence(intent: &Intent, prepared: &Prepared, turn: &Turn, send_within: Duration) -> Result<()> {
    // The one clock stands still while the machine sleeps, the other may be set back.
    let by_date = (Utc::now() - intent.prepared_at()).to_std().unwrap_or_default();
    if prepared.at.elapsed().max(by_date) > send_within {
        return Err(expired(intent, "the intent was prepared too long ago"));
    }
    if turn.is_stale(prepared.turn) {
        return Err(expired(intent, "another trigger of this program for the same target came after the intent"));
    }
    Ok(())
}

fn recover_planned<'a>(
    mut trigger: Box<dyn Trigger + 'a>,
    intent: &'a Intent,
    stored: Stored,
) -> BoxFuture<'a, Result<Deployment>> {
    async move {
        let lost = Error::new(ErrorKind::NoAnswer, "the answer to the trigger is not known")
            .with_platform(intent.platform().clone())
            .with_operation("recover");
        // The process that prepared it is the only one that sends it, and does so no more.
        if prepared::take(intent.id()).is_some() {
            return Err(after_loss(ErrorKind::NotTriggered, "this process had not sent it", lost));
        }
        // The sender begins within the fence, and that began before this search, which begins before its turn.
        let started = Instant::now();
        let timing = *trigger.timing();
        let acted_on_within = timing.acted_on_within().max(stored.acted_on_within());
        let mut turn = turn_of(&*trigger, intent, &stored).await;
        turn.sent(acted_on_within);
        let is_elsewhere = trigger.place().0 != stored.place;
        let patience = Patience::settling(&timing, trigger.pauses()).for_all_of(acted_on_within);
        let search = Search { turn: &turn, is_ours: false, acted_on_within };
        match poll(&mut *trigger, search, Recovery::new(lost, patience), started).await {
            Ok(found) => Ok(settled(&*trigger, turn, found)),
            Err(error) if error.kind() == ErrorKind::NotTriggered && is_elsewhere => {
                let why = "the intent was prepared under another address, where it may have been sent";
                Err(after_loss(ErrorKind::Undecidable, why, error))
            }
            Err(error) => {
                if error.is_safe_to_repeat() {
                    turn.end_without();
                }
                Err(setting::name_what_is_set(&mut *trigger, intent.request(), error).await)
            }
        }
    }
    .boxed()
}

/// Sends the trigger in its turn, and searches for its deployment if the answer does not name it; a setting that was
/// changed for it is set back before the turn ends.
async fn run(trigger: &mut dyn Trigger, mut turn: Turn, changed: Changed) -> Result<Deployment> {
    turn.sent(trigger.timing().trigger_settles);
    // What is read to confirm it belongs to the trigger, and waits behind no other reads.
    let answer = as_class(Class::Trigger, trigger.post(&turn)).await;
    conclude(trigger, turn, changed, answer).await
}

/// Ends a trigger that was sent by its answer, after the search that a lost one needs.
///
/// It is for an adapter that sends several triggers by one request: it takes the turn of each, notes by [`Turn::sent`] that
/// each is about to be sent, sends the request, and settles each by itself.
///
/// # Errors
/// Those of [`deploy`].
pub async fn settle(trigger: &mut dyn Trigger, turn: Turn, answer: Answer) -> Result<Deployment> {
    conclude(trigger, turn, None, answer).await
}

/// Returns the deployment of a trigger, or sets its setting back if nothing was triggered.
async fn conclude(trigger: &mut dyn Trigger, mut turn: Turn, changed: Changed, answer: Answer) -> Result<Deployment> {
    let timing = *trigger.timing();
    let patience = Patience::settling(&timing, trigger.pauses());
    let recovery = match answer {
        Answer::Accepted(deployment) => return Ok(settled(trigger, turn, *deployment)),
        Answer::Failed(error) => {
            let error = setting::undo(trigger, changed, error).await;
            if error.is_safe_to_repeat() {
                turn.end_without();
            }
            return Err(error);
        }
        Answer::Lost(error) => Recovery::new(error, patience),
        Answer::Unnamed(error) => Recovery::of_accepted(error, patience),
    };
    turn.lost();
    let search = Search::of_own(&turn, timing.acted_on_within());
    match poll(trigger, search, recovery, Instant::now()).await {
        Ok(found) => Ok(settled(trigger, turn, found)),
        Err(error) if error.is_safe_to_repeat() => {
            // The next trigger has to know of it when its turn begins.
            trigger.was_not_acted_on(&turn);
            let error = setting::undo(trigger, changed, error).await;
            turn.end_without();
            Err(error)
        }
        // Its deployment may still appear.
        Err(error) => Err(setting::undo(trigger, changed, error).await),
    }
}

/// Polls for the deployment of a trigger that was `started` then, until it is found or given up.
async fn poll(
    trigger: &mut dyn Trigger,
    search: Search<'_>,
    mut recovery: Recovery,
    started: Instant,
) -> Result<Deployment> {
    loop {
        let age = started.elapsed();
        match recovery.judge(trigger.search(search).await, age) {
            Step::Ended(result) => return *result,
            Step::Wait(wait) => sleep(wait).await,
        }
    }
}

/// Ends the turn of a trigger whose deployment was returned.
fn settled(trigger: &dyn Trigger, turn: Turn, deployment: Deployment) -> Deployment {
    match trigger.left(&deployment) {
        Some(left) => turn.leave(left),
        None => turn.end(),
    }
    deployment
}

/// Ends the turn of a trigger that is not sent, as an earlier one for the same request was delivered late.
fn was_late(trigger: &dyn Trigger, mut turn: Turn, earlier: Deployment) -> Deployment {
    turn.sent(trigger.timing().trigger_settles);
    settled(trigger, turn, earlier)
}

/// The turn of an intent, which knows what the turn that prepared it found.
async fn turn_of(trigger: &dyn Trigger, intent: &Intent, stored: &Stored) -> Turn {
    let (place, target) = trigger.place();
    let mut turn = Turn::take(&place, &target).await;
    turn.for_intent(intent.id(), stored.overlap, stored.has_neighbour);
    turn
}

fn expired(intent: &Intent, why: &'static str) -> Error {
    let message = format!("{why}, and its trigger was not sent");
    Error::new(ErrorKind::IntentExpired, message).with_platform(intent.platform().clone()).with_operation("send")
}

#[cfg(test)]
mod tests;
