//! The object that has the triggers of one target: at any time it sends one, over all machines.

// What the macro makes has no documentation of its own and no `Debug`.
#![allow(missing_docs, missing_debug_implementations)]

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use anydeploy_core::{Backoff, Deployer, Error, ErrorKind, Jitter};
use restate_sdk::prelude::*;

use crate::trigger::{self, Answer, Prepared};
use crate::verdict::terminal;
use crate::watch::WatchClient;
use crate::{Deployers, Order, Receipt, Settled, Stage, TargetStatus, WatchOrder};

/// The name of the object's one state.
const STATUS: &str = "status";

/// How many intents one order is worth.
const INTENTS: u32 = 8;

/// The first and the longest pause between two intents of an order; the key of the target is held meanwhile.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// The object that has the triggers of one target; its key is [`target_key`](crate::target_key).
///
/// An intent stands in the journal and in the state before its trigger is sent.
/// The journal serves the attempts that follow a crash; the state serves the next invocation after this one was cancelled
/// or killed, which finds out first what happened to the open trigger.
#[derive(Clone, Debug)]
pub struct Target {
    deployers: Deployers,
}

impl Target {
    /// The object, with the deployers of this worker.
    #[must_use]
    pub fn new(deployers: Deployers) -> Self {
        Self { deployers }
    }
}

// A search for a lost answer lasts as long as the fence, a request and the time that a server takes to settle together, and
// the engine must not give up an attempt before: the stated times are its limits of one step without progress.
#[restate_sdk::object(
    name = "Target",
    inactivity_timeout = "5m",
    abort_timeout = "5m",
    journal_retention = "7 days",
    idempotency_retention = "7 days",
    invocation_retry_policy(
        initial_interval = "100ms",
        factor = 2.0,
        max_interval = "30s",
        max_attempts = 70,
        on_max_attempts = "pause"
    )
)]
impl Target {
    /// Triggers one order, once, and says which deployment it is.
    ///
    /// Called with an idempotency key, it may be called again after a lost answer.
    /// An error is an answer too, so that a call after one takes a new key.
    /// Another order under the same key is not sent: it has the answer of the first one.
    #[handler]
    async fn deploy(&self, ctx: ObjectContext<'_>, order: Json<Order>) -> HandlerResult<Json<Receipt>> {
        let Json(order) = order;
        order.expect_key(ctx.key()).map_err(|error| terminal(&error))?;
        let deployer = self.deployers.require(&order.profile)?;
        let mut status = status_of(&ctx).await?;
        settle_open(&ctx, &deployer, &mut status).await?;
        let receipt = trigger(&ctx, &deployer, &order, &mut status).await?;
        if let Some(options) = order.watch {
            let order = WatchOrder::new(order.profile, receipt.id.clone(), options);
            // The key makes it once, however many callers ask for it.
            ctx.workflow_client::<WatchClient>(order.key()).run(Json(order)).send();
        }
        Ok(Json(receipt))
    }

    /// Finds out what happened to the trigger that a cancelled or killed invocation left open; sends nothing.
    ///
    /// One that is undecidable stays so, unless its deployment is found.
    #[handler]
    async fn settle(&self, ctx: ObjectContext<'_>) -> HandlerResult<Json<Settled>> {
        let deployer = self.deployers.require(profile_of(ctx.key()))?;
        let mut status = status_of(&ctx).await?;
        Ok(Json(settle_open(&ctx, &deployer, &mut status).await?))
    }

    /// Takes note that a person has looked after the trigger that is undecidable, so that others are sent again.
    #[handler]
    async fn acknowledge(&self, ctx: ObjectContext<'_>) -> HandlerResult<()> {
        let mut status = status_of(&ctx).await?;
        if matches!(status.stage, Stage::Undecidable { .. }) {
            status.stage = Stage::Idle;
            ctx.set(STATUS, Json(status));
        }
        Ok(())
    }

    /// Where the triggers of the target stand, also while one is being sent.
    #[handler]
    async fn status(&self, ctx: SharedObjectContext<'_>) -> HandlerResult<Json<TargetStatus>> {
        Ok(ctx.get::<Json<TargetStatus>>(STATUS).await?.unwrap_or_else(|| Json(TargetStatus::default())))
    }
}

/// The profile in the key of an object.
fn profile_of(key: &str) -> &str {
    // Neither a kind nor the id of a target holds a slash on any platform; the name of a profile may.
    key.rsplit_once('/').map_or("", |(profile, _)| profile)
}

async fn status_of(ctx: &ObjectContext<'_>) -> Result<TargetStatus, TerminalError> {
    Ok(ctx.get::<Json<TargetStatus>>(STATUS).await?.map(Json::into_inner).unwrap_or_default())
}

/// Decides the trigger that an earlier invocation left open, before another one is sent.
async fn settle_open(
    ctx: &ObjectContext<'_>,
    deployer: &Arc<dyn Deployer>,
    status: &mut TargetStatus,
) -> Result<Settled, TerminalError> {
    let Some(intent) = status.stage.open_intent().cloned() else {
        return Ok(Settled::NothingOpen);
    };
    let deployer = Arc::clone(deployer);
    let search = ctx.run(|| async move { Ok(Json(trigger::recover(deployer, intent).await)) });
    let Json(answer) = search.name("settle").await?;
    conclude(ctx, status, &answer)?;
    Ok(match answer {
        Answer::Triggered(receipt) => Settled::Triggered(receipt),
        Answer::NotTriggered { .. } => Settled::NotTriggered,
        // An open one has ended the call before.
        Answer::Open(error) => return Err(terminal(&undecidable(&error))),
    })
}

/// Prepares an intent, stores it and sends it, anew as long as it was provably not acted on.
async fn trigger(
    ctx: &ObjectContext<'_>,
    deployer: &Arc<dyn Deployer>,
    order: &Order,
    status: &mut TargetStatus,
) -> Result<Receipt, TerminalError> {
    // The pauses are part of the journal, so that nothing random may be in them.
    let mut pauses = Backoff::new(PAUSES.0, PAUSES.1).with_growth(2.0).with_jitter(Jitter::None);
    let mut intents = 1;
    loop {
        let Prepared { intent, before } = prepare(ctx, deployer, order).await?;
        status.stage = Stage::Sending { intent: intent.clone() };
        ctx.set(STATUS, Json(status.clone()));
        let by = Arc::clone(deployer);
        let send = ctx.run(|| async move { Ok(Json(trigger::send(by, intent).await)) });
        let Json(answer) = send.name("send").await?;
        conclude(ctx, status, &answer)?;
        match answer {
            Answer::Triggered(receipt) => return Ok(Receipt { before, ..receipt }),
            Answer::NotTriggered { error, anew } if anew && intents < INTENTS => {
                ctx.sleep(pauses.pause(error.retry_after())).await?;
            }
            Answer::NotTriggered { error, .. } | Answer::Open(error) => return Err(terminal(&error)),
        }
        intents += 1;
    }
}

async fn prepare(
    ctx: &ObjectContext<'_>,
    deployer: &Arc<dyn Deployer>,
    order: &Order,
) -> Result<Prepared, TerminalError> {
    let (deployer, order) = (Arc::clone(deployer), order.clone());
    let read = ctx.run(|| async move { trigger::prepare(deployer, order).await.map(Json) });
    let policy = RunRetryPolicy::new()
        .initial_delay(PAUSES.0)
        .exponentiation_factor(2.0)
        .max_delay(PAUSES.1)
        .max_attempts(INTENTS);
    let Json(prepared) = read.name("prepare").retry_policy(policy).await?;
    Ok(prepared)
}

/// Stores what is known of a trigger after a step; the error says that no other may be sent.
fn conclude(ctx: &ObjectContext<'_>, status: &mut TargetStatus, answer: &Answer) -> Result<(), TerminalError> {
    status.stage = mem::take(&mut status.stage).after(answer);
    if let Answer::Triggered(receipt) = answer {
        status.last = Some(receipt.clone());
    }
    ctx.set(STATUS, Json(status.clone()));
    match &status.stage {
        Stage::Undecidable { error, .. } => Err(terminal(&undecidable(error))),
        _ => Ok(()),
    }
}

/// The end of an order whose trigger cannot be decided, whichever error showed it.
fn undecidable(error: &Error) -> Error {
    Error::new(ErrorKind::Undecidable, format!("whether the trigger was acted on is not known: {error}"))
        .with_advice("read the target's deployments, then acknowledge it")
}
