//! The workflow that deploys a fleet in waves, over all machines.

// What the macro makes has no documentation of its own and no `Debug`.
#![allow(missing_docs, missing_debug_implementations)]
// A handler is asynchronous, whether it waits for anything or not.
#![allow(clippy::unused_async)]

mod course;
mod member;

use std::sync::Arc;

use anydeploy_core::fleet::{Fleet as CoreFleet, FleetPlan, FleetReport};
use anydeploy_core::{Error, ErrorKind};
use restate_sdk::prelude::*;

use crate::verdict::terminal;
use crate::{Deployers, FleetProgress};
use course::{Course, gate};

/// The name of the workflow's state: how it stands.
const PROGRESS: &str = "progress";

/// The names of its promises: the plan that was begun, and the two orders from outside.
const PLAN: &str = "plan";
const STOP: &str = "stop";
const CANCEL: &str = "cancel";

/// The workflow that deploys a fleet; its key is the caller's name for the run.
///
/// Its plan and its decisions are those of [`anydeploy_core::fleet`]: whenever a member has come further,
/// [`decide`](anydeploy_core::fleet::decide) says what is next.
/// Each step of a member is a call of [`Target`](crate::Target), [`Watch`](crate::Watch) or [`Health`](crate::Health), whose
/// answer the engine stores; that takes the place of a checkpoint.
/// A member that fails is a result and not an error.
#[derive(Clone, Debug)]
pub struct Fleet {
    deployers: Deployers,
}

impl Fleet {
    /// The workflow, with the deployers of this worker.
    #[must_use]
    pub fn new(deployers: Deployers) -> Self {
        Self { deployers }
    }
}

#[restate_sdk::workflow(
    name = "Fleet",
    inactivity_timeout = "5m",
    abort_timeout = "1m",
    journal_retention = "7 days",
    workflow_completion_retention = "30 days",
    invocation_retry_policy(
        initial_interval = "100ms",
        factor = 2.0,
        max_interval = "30s",
        max_attempts = 70,
        on_max_attempts = "pause"
    )
)]
impl Fleet {
    /// Deploys all members, wave by wave, and reports how each of them ended.
    #[handler]
    async fn run(&self, ctx: WorkflowContext<'_>, plan: Json<FleetPlan>) -> HandlerResult<Json<FleetReport>> {
        let Json(plan) = plan;
        ctx.resolve_promise(PLAN, Json(plan.clone()));
        let checked = self.deployers.iter().fold(CoreFleet::new(plan.clone()), |fleet, (profile, deployer)| {
            fleet.with_deployer(profile, Arc::clone(deployer))
        });
        // What this worker knows of its profiles is stored, as the next one may know more.
        let check = ctx.run(|| async move { Ok(Json(checked.check())) });
        check.name("check").await?.into_inner().map_err(|error| terminal(&error))?;
        let gates: Vec<_> = (0..plan.wave_ranges().len()).map(gate).collect();
        Ok(Json(Course::new(&ctx, &plan, &gates).run().await?))
    }

    /// How the members stand; `None` before the run has begun.
    #[handler]
    async fn progress(&self, ctx: SharedWorkflowContext<'_>) -> HandlerResult<Json<Option<FleetProgress>>> {
        Ok(Json(ctx.get::<Json<FleetProgress>>(PROGRESS).await?.map(Json::into_inner)))
    }

    /// Refuses a plan that is not the one that was begun under this key, and names the difference.
    #[handler]
    async fn compare(&self, ctx: SharedWorkflowContext<'_>, plan: Json<FleetPlan>) -> HandlerResult<()> {
        let Json(begun) = ctx.promise::<Json<FleetPlan>>(PLAN).await?;
        let differences = begun.differences(&plan.into_inner()).join("; ");
        if differences.is_empty() {
            return Ok(());
        }
        let message = format!("the plan is not the one that was begun as `{}`: {differences}", ctx.key());
        Err(terminal(&Error::new(ErrorKind::InvalidInput, message)).into())
    }

    /// Lets a wave begin, now or when its turn comes; waves are counted from 0, and the first one has no gate.
    #[handler]
    async fn go(&self, ctx: SharedWorkflowContext<'_>, wave: u32) -> HandlerResult<()> {
        ctx.resolve_promise(&gate(wave as usize), ());
        Ok(())
    }

    /// Begins nothing more; what is under way is watched to its end, also a member whose order is out and not sent yet.
    #[handler]
    async fn stop(&self, ctx: SharedWorkflowContext<'_>) -> HandlerResult<()> {
        ctx.resolve_promise(STOP, ());
        Ok(())
    }

    /// Begins nothing more, and cancels what is under way; the run ends when all of it is over.
    ///
    /// A member whose order is out may still be sent, and is cancelled then.
    #[handler]
    async fn cancel(&self, ctx: SharedWorkflowContext<'_>) -> HandlerResult<()> {
        ctx.resolve_promise(CANCEL, ());
        Ok(())
    }
}
